"""The kind configuration of a cluster: the user's file, checked against what we add (sigs.k8s.io/kind: v1alpha4)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from svcdns.errors import UsageError
from svcdns.manifests.problem import FieldPath, dotted
from svcdns.manifests.syntax import Document, UnreadableError, documents
from svcdns.targets.kind.merging import merged
from svcdns.targets.kind.ports import LOOPBACK, NODE_PORTS, Mapped
from svcdns.targets.kind.settings import KindSettings, image_problem

DEFAULT_FAMILY = "ipv4"

_API_VERSION = "kind.x-k8s.io/v1alpha4"
_OURS = f"kind: Cluster\napiVersion: {_API_VERSION}\n".encode()
_LINE = re.compile(r"line (\d+): ")

Part = TypeVar("Part", dict[str, Any], list[Any])


@dataclass(frozen=True, slots=True)
class Configuration:
    """The cluster that kind is to create.

    Attributes:
        name: the user's file, or empty without one.
        content: its bytes, or a configuration of ours.
        lines: field path → line.
        nodes: the number of nodes.
        control_plane: the index of the node that gets the port mappings.
        ip_family: the families of pods and Services.
        taken: ports of this host that the file's own mappings name.
    """

    name: str
    content: bytes
    lines: dict[FieldPath, int]
    nodes: int
    control_plane: int
    ip_family: str
    taken: frozenset[int]

    @property
    def address(self) -> str:
        """The address of this host at which node ports are published."""
        return LOOPBACK[self.ip_family]

    def text(self, mapped: Mapped) -> str:
        """Return the configuration for kind, with (node port, port of this host) pairs."""
        return merged(
            self.content,
            ip_family=self.ip_family,
            nodes=self.nodes,
            control_plane=self.control_plane,
            address=self.address,
            mapped=mapped,
        )

    def localized(self, message: str, mapped: Mapped) -> str:
        """Return kind's message about `text` with the same ports, with the line numbers of the user's file."""
        if not self.name:
            return message
        # Of several fields in a line, the innermost comes last.
        document = next(documents(self.text(mapped).encode()))
        own = {line: self.lines[path] for path, line in document.lines.items() if path in self.lines}
        return f"{self.name}: " + _LINE.sub(
            lambda line: f"line {own[n]}: " if (n := int(line[1])) in own else "", message
        )


def configuration(settings: KindSettings) -> Configuration:
    """Return the configuration that the settings ask for.

    Raises:
        UsageError: if the user's file cannot be read, is not a kind configuration, or contradicts the settings or what
            we add; with the file, the line and the field.
    """
    if settings.config is None:
        return Configuration("", _OURS, {}, settings.nodes or 1, 0, settings.ip_family or DEFAULT_FAMILY, frozenset())
    content, document = _read(settings.config)
    reader = _ConfigurationReader(settings.config, document)
    reader.check_kind()
    nodes = reader.nodes(settings.nodes)
    return Configuration(
        name=str(settings.config),
        content=content,
        lines=document.lines,
        nodes=len(nodes),
        control_plane=reader.control_plane(nodes),
        ip_family=reader.ip_family(settings.ip_family),
        taken=frozenset(reader.host_ports(nodes)),
    )


def _read(file: Path) -> tuple[bytes, Document]:
    try:
        content = file.read_bytes()
        read = list(documents(content))
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}; name a kind configuration with --kind-config") from error
    except UnreadableError as error:
        raise UsageError(f"{file}:{error.line}: {error.text}; name a kind configuration with --kind-config") from error
    if len(read) != 1:
        raise UsageError(f"{file}: has {len(read)} YAML documents that are not empty; it must have one")
    return content, read[0]


class _ConfigurationReader:
    """A reader of the fields that matter here. It refuses what cannot be merged with ours."""

    def __init__(self, file: Path, document: Document) -> None:
        self._file = file
        self._value = document.value
        self._lines = document.lines
        for problem in document.problems:
            raise self._refusal(problem.field, problem.text, problem.line)

    def check_kind(self) -> None:
        self._value = self._typed((), self._value, dict)
        for key, right in (("apiVersion", _API_VERSION), ("kind", "Cluster")):
            if self._value.get(key) != right:
                raise self._refusal((key,), f"is not {right}; name a kind configuration with --kind-config")
        if "name" in self._value:
            raise self._refusal(
                ("name",), "must not be set, since the cluster is named after the run; remove the field"
            )

    def ip_family(self, asked: str | None) -> str:
        networking = self._typed(("networking",), self._value.get("networking") or {}, dict)
        if networking.get("disableDefaultCNI"):
            advice = "remove it, or create the cluster yourself and name it with --cluster-name"
            raise self._refusal(
                ("networking", "disableDefaultCNI"), f"leaves pods without the network they need; {advice}"
            )
        field = ("networking", "ipFamily")
        family = networking.get("ipFamily") or asked or DEFAULT_FAMILY
        if family not in LOOPBACK:
            raise self._refusal(field, "must be ipv4, ipv6 or dual")
        if asked not in (None, family):
            raise self._refusal(field, f"is {family}, but --ip-family is {asked}; remove one of them")
        return str(family)

    def nodes(self, asked: int | None) -> list[dict[str, Any]]:
        nodes = self._typed(("nodes",), self._value.get("nodes") or [], list)
        if not nodes:
            return [{}] * (asked or 1)
        if asked not in (None, len(nodes)):
            raise self._refusal(("nodes",), f"are {len(nodes)}, but --nodes is {asked}; remove one of them")
        checked = [self._typed(("nodes", index), node, dict) for index, node in enumerate(nodes)]
        for index, node in enumerate(checked):
            # kind passes it to the container engine unchecked.
            if (image := node.get("image")) and (problem := image_problem(str(image))):
                raise self._refusal(("nodes", index, "image"), problem)
        return checked

    def control_plane(self, nodes: list[dict[str, Any]]) -> int:
        roles = [node.get("role") or "control-plane" for node in nodes]
        if "control-plane" not in roles:
            raise self._refusal(("nodes",), "have no control-plane node; add one")
        return roles.index("control-plane")

    def host_ports(self, nodes: list[dict[str, Any]]) -> Iterator[int]:
        for index, node in enumerate(nodes):
            field: FieldPath = ("nodes", index, "extraPortMappings")
            for number, value in enumerate(self._typed(field, node.get("extraPortMappings") or [], list)):
                mapping = self._typed((*field, number), value, dict)
                if mapping.get("containerPort") in NODE_PORTS:
                    ours = f"{NODE_PORTS[0]} to {NODE_PORTS[-1]} are mapped to the DNS pods"
                    raise self._refusal((*field, number, "containerPort"), f"is taken: {ours}; choose another port")
                if isinstance(port := mapping.get("hostPort"), int):
                    yield port

    def _typed(self, field: FieldPath, value: Any, kind: type[Part]) -> Part:
        if not isinstance(value, kind):
            raise self._refusal(field, f"is not a {'mapping' if kind is dict else 'list'}")
        return value

    def _refusal(self, field: FieldPath, text: str, line: int | None = None) -> UsageError:
        known = next(path for end in range(len(field), -1, -1) if (path := field[:end]) in self._lines)
        where = f"{self._file}:{line or self._lines[known]}: "
        return UsageError(where + (f"{dotted(field)} {text}" if field else text))
