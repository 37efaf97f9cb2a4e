"""The life of a kind cluster."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from svcdns.errors import TargetError, UsageError
from svcdns.safety.redaction import redact
from svcdns.system.command import CommandError
from svcdns.targets.kind import logs, ports
from svcdns.targets.kind.command import Background, run, shielded
from svcdns.targets.kind.configuration import DEFAULT_FAMILY, Configuration, configuration
from svcdns.targets.kind.creation import Creation, refusal
from svcdns.targets.kind.output import taken_port
from svcdns.targets.kind.readiness import await_ready
from svcdns.targets.kind.settings import KindSettings, Patience
from svcdns.targets.waits import Waits

#: How often ports are chosen: another program may take one between the choice and the use.
_ATTEMPTS = 3
_OF_A_RUN = re.compile(r"svcdns-[a-z0-9]{5}")
_INSTALL = "https://kind.sigs.k8s.io/docs/user/quick-start/#installation"


class KindCluster:
    """A kind cluster that is created and deleted, or one that exists and stays.

    Attributes:
        name: the cluster's name.
        context: the context of the kubeconfig.
        kubeconfig: a private file, which exists while the context lasts.
        address: the address of this host at which node ports are mapped; ``::1`` for an IPv6 cluster.
        mapped: (node port, port of this host) pairs, mapped for UDP and TCP.
        created: whether it was created here, and so is deleted here.
    """

    def __init__(
        self,
        settings: KindSettings,
        say: Callable[[str], None],
        patience: Patience | None = None,
        waits: Waits | None = None,
    ) -> None:
        """Prepare a cluster.

        Args:
            settings: the options.
            say: shows a line of progress at once.
            patience: how long to wait.
            waits: is told what is waited for.
        """
        self.name = settings.cluster_name or f"svcdns-{settings.run}"
        self.context = f"kind-{self.name}"
        self.address = ports.LOOPBACK[settings.ip_family or DEFAULT_FAMILY]
        self.mapped: ports.Mapped = ()
        self.created = False
        self._settings = settings
        self._say = say
        self._patience = patience or Patience()
        self._waits = waits or Waits()
        self._started = time.monotonic()
        self._creation: Creation | None = None
        self._exported = False

    def __enter__(self) -> Self:
        """Create or find the cluster, and wait until its nodes and DNS pods are ready.

        Raises:
            UsageError: if that fails, or an option is not a legal name; with advice.
            TargetError: if kind fails for a reason of its own; in its words.
        """
        self._started = time.monotonic()
        self._settings.check()
        self._directory = TemporaryDirectory(prefix="svcdns-kind-")
        self.kubeconfig = Path(self._directory.name) / "kubeconfig"
        try:
            self._check_kind()
            if self._settings.cluster_name:
                self._adopt()
            else:
                self._create(configuration(self._settings))
            with self._waits.on("nodes and DNS pods to be ready"):
                await_ready(self.kubeconfig, self.context, self._patience.ready_seconds)
        except BaseException:
            with shielded():
                try:
                    self._close(keep=False)
                except TargetError as left:
                    # Not raised: it would hide the error that led here.
                    self._say(str(left))
            raise
        self._tell("nodes and DNS pods are ready")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Delete the cluster if it was created here, unless it is to be kept.

        Raises:
            TargetError: if parts of it are left.
        """
        with shielded():
            self._close(keep=self._settings.keep)

    def export_logs(self, directory: Path) -> None:
        """Write the logs of nodes and pods to a directory, at the first call only.

        Where kind cannot export everything, a line says so, and nothing fails.
        """
        if self._exported:
            return
        self._exported = True
        try:
            self._kind(
                "export", "logs", f"--name={self.name}", "--", str(directory), seconds=self._patience.delete_seconds
            )
        except CommandError as error:
            self._tell(f"not all logs could be exported: {error}")
        logs.clean(directory)

    def _check_kind(self) -> None:
        binary = self._settings.binary
        if shutil.which(binary) is None:
            raise UsageError(f"there is no {binary}: install kind ({_INSTALL}), or name the binary with --kind-bin")
        try:
            version = self._kind("version").strip()
        except CommandError as error:
            version = str(error)
        if not version.startswith("kind v"):
            raise UsageError(
                f"{binary} is not kind: its version is {redact(version)[:80]!r}; name the binary with --kind-bin"
            )

    def _existing(self) -> list[str]:
        try:
            return self._kind("get", "clusters").split()
        except CommandError as error:
            advice = "start Docker or Podman, or point DOCKER_HOST at one that runs"
            raise UsageError(f"kind cannot reach a container engine: {error}; {advice}") from error

    def _adopt(self) -> None:
        existing = self._existing()
        if self.name not in existing:
            others = f"there are {', '.join(existing)}" if existing else "there are none"
            raise UsageError(f'there is no kind cluster "{self.name}": {others}; name one with --cluster-name')
        try:
            content = self._kind("get", "kubeconfig", f"--name={self.name}")
        except CommandError as error:
            raise UsageError(f"no kubeconfig for {self.name}: {error}; check that its nodes run") from error
        self.kubeconfig.touch(mode=0o600)
        self.kubeconfig.write_text(content, encoding="utf-8")
        try:
            self.address, self.mapped = ports.published(f"{self.name}-control-plane", self._patience.answer_seconds)
        except CommandError as error:
            self._tell(f"node ports cannot be used: {error}")
        self._tell(f"found {self.name}, {len(self.mapped)} node ports are mapped to this host")

    def _create(self, wanted: Configuration) -> None:
        existing = self._existing()
        if self.name in existing:
            raise UsageError(f'there is a kind cluster "{self.name}": use it with --cluster-name, or delete it')
        if others := [name for name in existing if _OF_A_RUN.fullmatch(name)]:
            advice = f"delete those whose run has ended: {self._settings.binary} delete cluster --name NAME"
            self._tell(f"there are kind clusters of other runs, {', '.join(others)}; {advice}")
        self.address = wanted.address
        self._tell(f"creating {self.name}, {wanted.nodes} node{'s'[: wanted.nodes - 1]}, {wanted.ip_family}")
        for attempt in range(1, _ATTEMPTS + 1):
            hosts = ports.free(self.address, len(ports.NODE_PORTS), wanted.taken)
            self.mapped = tuple(zip(ports.NODE_PORTS, hosts, strict=True))
            try:
                self._run_creation(wanted)
            except CommandError as error:
                taken = re.findall(r"\d+", taken_port(error.output) or "")
                if attempt == _ATTEMPTS or not {str(host) for host in hosts} & {*taken}:
                    raise refusal(error, wanted, self.mapped) from error
                self._tell("another program took a port meanwhile; trying others")
                self._delete()
            else:
                return

    def _run_creation(self, wanted: Configuration) -> None:
        file = Path(self._directory.name) / "kind.yaml"
        # It may hold passwords of registries.
        file.touch(mode=0o600)
        file.write_text(wanted.text(self.mapped), encoding="utf-8")
        arguments = ["create", "cluster", f"--name={self.name}", f"--config={file}", f"--kubeconfig={self.kubeconfig}"]
        if self._settings.image:
            arguments.append(f"--image={self._settings.image}")
        # From here on, parts of the cluster may exist.
        self.created = True
        with shielded():
            process = Background([self._settings.binary, *arguments], self._environment())
            creation = self._creation = Creation(process, self._tell, self._patience)
        with self._waits.on(lambda: f"kind: {creation.phase}"):
            creation.follow()
        self._creation = None

    def _close(self, *, keep: bool) -> None:
        try:
            if self.created and keep:
                self._say(
                    f"kept the kind cluster {self.name}; use it: pytest features/ --target kind --cluster-name {self.name}"
                )
                self._say(f"delete it: {self._settings.binary} delete cluster --name {self.name}")
            elif self.created:
                self._tell(f"deleting {self.name}")
                with self._waits.on("kind to delete the cluster"):
                    self._delete()
        finally:
            self._directory.cleanup()

    def _delete(self) -> None:
        """Delete the cluster, and check that it is gone.

        Raises:
            TargetError: if it is not.
        """
        left = self._try_to_delete()
        for seconds in self._patience.again_seconds:
            if left:
                time.sleep(seconds)
                left = self._try_to_delete()
        if left:
            advice = f"{self._settings.binary} delete cluster --name {self.name}"
            raise TargetError(f"the kind cluster {self.name} could not be deleted: {left}; delete it: {advice}")

    def _try_to_delete(self) -> str:
        """Delete the cluster; return what is left of it, or why that is not known."""
        try:
            if self._creation is not None:
                self._creation.abandon()
                self._creation = None
            arguments = ("delete", "cluster", f"--name={self.name}", f"--kubeconfig={self.kubeconfig}")
            self._kind(*arguments, seconds=self._patience.delete_seconds)
            return " ".join(self._kind("get", "nodes", f"--name={self.name}").split())
        except CommandError as error:
            return str(error)

    def _kind(self, *arguments: str, seconds: float = 0.0) -> str:
        return run([self._settings.binary, *arguments], self._environment(), seconds or self._patience.answer_seconds)

    def _environment(self) -> dict[str, str]:
        return os.environ | {"KUBECONFIG": str(self.kubeconfig)}

    def _tell(self, text: str) -> None:
        self._say(redact(f"kind {time.monotonic() - self._started:4.0f} s  {text}"))
