"""What the sentences of a scenario speak of, and whether the scenario declares it: a mistyped name is no verdict on DNS."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from svcdns.catalogue.gherkin import Step
from svcdns.engine.effects import is_kind
from svcdns.errors import ManifestError, did_you_mean
from svcdns.judge.observation import service_above, service_written
from svcdns.judge.parameters import Means
from svcdns.manifests import Manifest, is_known
from svcdns.manifests.kinds import DNS_KINDS
from svcdns.manifests.sources import Sources
from svcdns.state import CLUSTER_DOMAIN

#: A step of a scenario, with the values of its parameters and what each means.
Spoken = tuple[Step, tuple[tuple[Means, str], ...]]

#: Kinds whose objects may be there without being declared: controllers make them, or they come with each namespace.
_MADE = frozenset(
    {
        "ConfigMap",
        "ControllerRevision",
        "EndpointSlice",
        "Endpoints",
        "Event",
        "Job",
        "Lease",
        "Namespace",
        "PersistentVolumeClaim",
        "Pod",
        "ReplicaSet",
        "Secret",
        "ServiceAccount",
    }
)

#: Kinds that own pods whose names begin with their own.
_OWNERS = frozenset({"CronJob", "DaemonSet", "Deployment", "Job", "ReplicaSet", "ReplicationController", "StatefulSet"})

_KINDS = frozenset(kind for _, kind in DNS_KINDS) | _MADE | _OWNERS

_NEIGHBOUR = "neighbour"


class _Port(NamedTuple):
    name: str
    protocol: str


@dataclass(slots=True)
class _Declared:
    """What a scenario declares or applies.

    Attributes:
        services: the Services of each namespace, as sentences write it, with their ports; None where those are not known.
        slice_ports: the ports of the EndpointSlices and Endpoints of each namespace.
        objects: the kinds and names of the objects of the scenario's own Namespace.
    """

    services: dict[str, dict[str, set[_Port] | None]] = field(default_factory=lambda: defaultdict(dict))
    slice_ports: dict[str, set[_Port]] = field(default_factory=lambda: defaultdict(set))
    objects: list[tuple[str, str]] = field(default_factory=list)

    def add(self, item: Manifest, place: str) -> None:
        """Add an object that is applied in a namespace; one that names its own may be there or here."""
        spec = item.data.get("spec") or {}
        if not place:
            self.objects.append((item.kind, item.name))
        for where in {place, item.namespace or place}:
            if item.kind == "Service" and is_known(item):
                ports = self.services[where].setdefault(item.name, set())
                if ports is not None:
                    ports |= _ports(spec.get("ports"))
            elif item.kind == "EndpointSlice":
                self.slice_ports[where] |= _ports(item.data.get("ports"))
            elif item.kind == "Endpoints":
                for subset in item.data.get("subsets") or ():
                    self.slice_ports[where] |= _ports(subset.get("ports"))


def _ports(listed: object) -> set[_Port]:
    ports = listed if isinstance(listed, list) else []
    return {
        _Port(str(port.get("name") or ""), str(port.get("protocol") or "TCP"))
        for port in ports
        if isinstance(port, dict)
    }


def problems(spoken: Iterable[Spoken], sources: Sources) -> Iterator[tuple[Step, str]]:
    """Yield what sentences speak of that nothing in the scenario declares, with the step.

    Nothing where a manifest cannot be read: the scenario reports it at the step that names it.
    """
    sentences = list(spoken)
    try:
        declared = _declared(sentences, sources)
    except ManifestError:
        return
    for step, values in sentences:
        for problem in dict.fromkeys(_problems(values, declared)):
            yield step, problem


def _declared(sentences: Iterable[Spoken], sources: Sources) -> _Declared:
    declared = _Declared()
    for _, values in sentences:
        for means, value in values:
            if means in (Means.MANIFEST, Means.NEIGHBOURS_MANIFEST):
                for item in sources.objects(value):
                    declared.add(item, "" if means is Means.MANIFEST else _NEIGHBOUR)
            elif means is Means.NEW_SERVICE:
                declared.services[""][value] = None
                declared.objects.append(("Service", value))
    return declared


def _problems(values: Iterable[tuple[Means, str]], declared: _Declared) -> Iterator[str]:
    said: Mapping[Means, str] = dict(values)
    for means, value in values:
        if means is Means.SERVICE:
            yield from _service(value, declared)
        elif means is Means.BELOW_SERVICE and _is_below_service(value):
            # A name of DNS, which has no case; the name of an object has.
            yield from _service(service_above(value).lower(), declared)
        elif means is Means.POD:
            yield from _pod(value, declared)
    if Means.PORT in said and Means.SERVICE in said:
        yield from _port(said[Means.SERVICE], said[Means.PORT], said.get(Means.PROTOCOL, ""), declared)
    if Means.KIND in said:
        yield from _object(said[Means.KIND], said.get(Means.OBJECT, ""), declared)


def _is_below_service(name: str) -> bool:
    """Whether a name is a Service's or below one: a relative one, or a full one with a namespace below ``svc``."""
    bare = name.removesuffix(".").lower()
    if f".{bare}".endswith(f".{CLUSTER_DOMAIN}"):
        return all(service_written(name))
    return not name.endswith(".")


def _services(written: str, declared: _Declared) -> tuple[Mapping[str, set[_Port] | None] | None, str, str]:
    """Return the Services of a written one's namespace, None where they are not known, with the namespace and the name."""
    namespace, name = service_written(written)
    place = "" if namespace == "my-namespace" else namespace
    known = place in ("", _NEIGHBOUR) or place in declared.services
    return (declared.services[place] if known else None), place, name


def _service(written: str, declared: _Declared) -> Iterator[str]:
    services, place, name = _services(written, declared)
    if services is not None and name not in services:
        where = " in the neighbouring namespace" if place == _NEIGHBOUR else ""
        yield (
            f'the scenario declares no Service "{name}"{where}: fix the name, or declare the Service'
            f"{_listed(name, services)}"
        )


def _port(written: str, port: str, protocol: str, declared: _Declared) -> Iterator[str]:
    services, place, name = _services(written, declared)
    ports = services.get(name) if services is not None else None
    if ports is None:
        return
    ports = ports | declared.slice_ports[place]
    names = {each.name for each in ports if each.name}
    if port.lower() not in names:
        yield (
            f'the Service "{name}" declares no port "{port}": fix the name, or declare the port{_listed(port, names)}'
        )
    elif protocol and _Port(port.lower(), protocol.upper()) not in ports:
        others = sorted(each.protocol for each in ports if each.name == port.lower())
        yield f'the port "{port}" of the Service "{name}" is declared over {" and ".join(others)}, not {protocol}: fix one'


def _pod(pod: str, declared: _Declared) -> Iterator[str]:
    if any(kind not in _KINDS for kind, _ in declared.objects):
        # An operator may make pods of whatever name.
        return
    owners = {name for kind, name in declared.objects if kind in _OWNERS}
    pods = {name for kind, name in declared.objects if kind == "Pod"}
    if pod in pods or any(pod.startswith(f"{owner}-") for owner in owners):
        return
    likely = {*pods, *(f"{name}-0" for kind, name in declared.objects if kind == "StatefulSet")}
    yield (
        f'nothing that the scenario declares makes a pod "{pod}": fix the name, or declare the pod'
        f"{_listed(pod, likely)}"
    )


def _object(kind: str, name: str, declared: _Declared) -> Iterator[str]:
    own = {each for each, _ in declared.objects}
    full = next((each for each in sorted(_KINDS | own) if is_kind(kind, each)), "")
    if not full:
        near = did_you_mean(kind, _KINDS | own)
        yield f'"{kind}" is no kind that is known: name one, such as Service or Deployment{near}'
    elif name and full == "Pod":
        yield from _pod(name, declared)
    elif name and full not in _MADE and (full, name) not in declared.objects:
        names = {each for known, each in declared.objects if known == full}
        yield (f'the scenario declares no {full} "{name}": fix the name, or declare it{_listed(name, names)}')


def _listed(written: str, names: Iterable[str]) -> str:
    """Return the name that was meant, or else the names that are declared."""
    shown = sorted(names)
    few = 0 < len(shown) <= 10  # noqa: PLR2004 - more are no help
    return did_you_mean(written, shown) or (f"; it declares {', '.join(shown)}" if few else "")
