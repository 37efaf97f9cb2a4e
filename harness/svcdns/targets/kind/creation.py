"""One run of ``kind create cluster``: its progress, its deadlines, and the error when it fails."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from svcdns.errors import HarnessError, TargetError, UsageError
from svcdns.system.command import CommandError
from svcdns.targets.kind.command import Background
from svcdns.targets.kind.configuration import Configuration
from svcdns.targets.kind.output import progress, taken_port
from svcdns.targets.kind.ports import Mapped
from svcdns.targets.kind.settings import Patience

#: The mark of a new phase, and the two phases that matter here (sigs.k8s.io/kind: pkg/internal/cli/status.go,
#: providers/docker).
_BEGINS = "\N{BULLET}"
_PULLING = "Ensuring node image"
_PREPARING = "Preparing nodes"
#: The lines from this one on are advice about the kubeconfig, which is private here.
_EPILOGUE = "Set kubectl context"


class Creation:
    """A run of ``kind create cluster``.

    Attributes:
        phase: what kind is doing, in kind's words.
    """

    def __init__(self, process: Background, tell: Callable[[str], None], patience: Patience) -> None:
        self.phase = "starting"
        self._process = process
        self._tell = tell
        self._patience = patience

    def follow(self) -> None:
        """Show the progress until the end.

        Raises:
            CommandError: if kind fails; in its words.
            UsageError: if an image is not pulled in time.
            TargetError: if kind does not end in time.
        """
        end = until = time.monotonic() + self._patience.create_seconds
        while True:
            left = until - time.monotonic()
            if left <= 0:
                raise self._late()
            try:
                line = self._process.line(min(left, self._patience.silence_seconds))
            except TimeoutError:
                self._tell(f"still {self.phase}")
                continue
            if line is None or line.startswith(_EPILOGUE):
                return self._process.finish()
            if self._enters_phase(line):
                self._tell(self.phase)
                until = min(end, time.monotonic() + self._patience.pull_seconds) if self._in(_PULLING) else end

    def abandon(self) -> None:
        """Stop kind and its children, at a moment after which no further part of the cluster appears.

        The engine finishes a container even when kind is gone, and Docker may lose track of one that is deleted while
        it starts. So while kind prepares nodes, it goes on. Before that there is no container, and after that no new
        one.
        """
        until = time.monotonic() + self._patience.linger_seconds
        self._catch_up()
        if self._in(_PREPARING):
            self._tell(f"waiting for the end of: {self.phase}")
            self._catch_up(until)
        self._process.stop()
        # Its last line may be that it has just begun to prepare nodes.
        self._catch_up()
        self._process.outlast(self._patience.linger_seconds if self._in(_PREPARING) else 0)

    def _catch_up(self, until: float = 0.0) -> None:
        """Read the lines that kind has written, and while it prepares nodes those that come in time."""
        with suppress(TimeoutError):
            while (line := self._process.line(until - time.monotonic() if self._in(_PREPARING) else 0)) is not None:
                self._enters_phase(line)

    def _enters_phase(self, line: str) -> bool:
        if _BEGINS in line:
            self.phase = progress(line)
        return _BEGINS in line

    def _in(self, phase: str) -> bool:
        return self.phase.startswith(phase)

    def _late(self) -> TargetError | UsageError:
        if not self._in(_PULLING):
            return TargetError(
                f"kind did not end within {self._patience.create_seconds:.0f} s, the last phase was {self.phase}"
            )
        advice = "pull it first, or name one that you have with --kind-image"
        return UsageError(
            f"{self.phase}: the image was not pulled within {self._patience.pull_seconds:.0f} s; {advice}"
        )


def refusal(error: CommandError, wanted: Configuration, mapped: Mapped) -> HarnessError:
    """Return the error for a failed creation: a `UsageError` with advice where the cause is known."""
    if taken := taken_port(error.output):
        return UsageError(f"a port of this host is in use: {taken}; free it, or name another in {wanted.name}")
    if "failed to pull image" in str(error):
        return UsageError(f"{error}; check the name, or name an image that you have with --kind-image")
    if wanted.name and "Command Output:" not in error.output:
        # kind refuses a configuration before it runs any command.
        return UsageError(wanted.localized(str(error), mapped))
    return TargetError(f"kind could not create the cluster: {error}")
