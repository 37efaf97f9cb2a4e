"""One run of ``kind create cluster``: its progress, its deadlines and what is wrong when it fails."""

from __future__ import annotations

import time
from collections.abc import Callable

from harness.errors import HarnessError, TargetError, UsageError
from harness.targets.kind.command import Background, CommandError
from harness.targets.kind.configuration import Configuration
from harness.targets.kind.ports import Mapped
from harness.targets.kind.settings import Patience
from harness.targets.kind.words import progress, taken_port

#: How a phase begins and how it ends, and the one in which images are pulled (sigs.k8s.io/kind: pkg/internal/cli/status.go,
#: pkg/cluster/internal/providers/docker/images.go).
_BEGINS, _ENDS = "\N{BULLET}", "\N{CHECK MARK}"
_PULLING = "Ensuring node image"
#: What follows is advice about a kubeconfig that nobody else is to use.
_EPILOGUE = "Set kubectl context"


class Creation:
    """A run of ``kind create cluster``.

    Attributes:
        phase: what kind is doing, in its words.
    """

    def __init__(self, process: Background, tell: Callable[[str], None], patience: Patience) -> None:
        self.phase = "starting"
        self._process = process
        self._tell = tell
        self._patience = patience

    @property
    def pulling(self) -> bool:
        """Whether kind is pulling an image, so that no container of the cluster can exist yet."""
        return self.phase.startswith(_PULLING)

    def follow(self) -> None:
        """Show the progress until the end.

        Raises:
            CommandError: if kind fails, in its words.
            UsageError: if an image is not there in time.
            TargetError: if kind does not end in time.
        """
        end = time.monotonic() + self._patience.create_seconds
        until = end
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
            text = progress(line)
            if _BEGINS in line:
                self.phase = text
                self._tell(text)
                until = min(end, time.monotonic() + self._patience.pull_seconds) if self.pulling else end
            elif _ENDS in line:
                self.phase, until = f"after {text}", end

    def abandon(self, delete: Callable[[], None]) -> None:
        """Stop kind and delete what it has made.

        What kind had started may still make a container after a first deletion, so it is outlasted; except a pull of an
        image, which makes none.
        """
        lingers = self._process.stop()
        delete()
        if lingers:
            self._process.outlast(0 if self.pulling else self._patience.linger_seconds)
            delete()

    def _late(self) -> TargetError | UsageError:
        if not self.pulling:
            return TargetError(
                f"kind did not end within {self._patience.create_seconds:.0f} s, the last phase was {self.phase}"
            )
        advice = "pull it first, or name one that is there with --kind-image"
        return UsageError(f"{self.phase}: the image is not there after {self._patience.pull_seconds:.0f} s; {advice}")


def refusal(error: CommandError, wished: Configuration, mapped: Mapped) -> HarnessError:
    """What a failed creation means to the user: a `UsageError` with advice where the cause is known."""
    if taken := taken_port(error.output):
        return UsageError(f"a port of this host is in use: {taken}; free it, or name another in {wished.name}")
    if "failed to pull image" in str(error):
        return UsageError(f"{error}; check the name, or name an image that is there with --kind-image")
    if wished.name and "Command Output:" not in error.output:
        # kind refuses a configuration before it runs anything.
        return UsageError(wished.own_words(str(error), mapped))
    return TargetError(f"kind could not create the cluster: {error}")
