"""The errors that a user can meet.

::

    HarnessError                 what is wrong, where, and what to do
    ├── ManifestError            a manifest that cannot be read, or that an API server would refuse
    ├── FeatureError             a feature file that would not check what it seems to check
    ├── TargetError              the target refused or could not do what it was asked
    │   └── UndeterminedError    nothing is known about the answers: neither conformant nor not conformant
    │       └── NoPodStartsError the cluster starts no pod of the run, so that the run is over
    └── UsageError               options that do not fit together, or name something that is not there
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from svcdns.safety import printable
from svcdns.safety.redaction import redact

#: Lines of the longest error; a manifest may have several hundred problems.
MOST_LINES = 400


class HarnessError(Exception):
    """The root of every error that carries a message for the user; its text is complete and needs no traceback.

    Each argument is a line of the message, without the credentials that this process knows. As text, an error shows its
    lines made safe: foreign text, of an API server, a command or a file, can neither add lines nor control the terminal.
    ``args`` has the words as they came, without credentials.
    """

    def __init__(self, *lines: object) -> None:
        super().__init__(*(redact(str(line)) for line in lines))

    def __str__(self) -> str:
        lines = [printable.line(line) for line in self.args[:MOST_LINES]]
        left = len(self.args) - len(lines)
        return "\n".join([*lines, *([f"… and {left} more lines"] if left else [])])


class ManifestError(HarnessError):
    """A manifest that cannot be read or that an API server would refuse."""


class FeatureError(HarnessError):
    """A feature file that would not check what it seems to check."""


class TargetError(HarnessError):
    """The target refused a change, or could not make it."""


class UndeterminedError(TargetError):
    """The state that a scenario needs was not reached, so its answers say nothing about DNS."""


class NoPodStartsError(UndeterminedError):
    """No pod of the run has started, and a plain one does not start either; a line per cause."""


class UsageError(HarnessError):
    """Options that do not fit together, or that name something that does not exist."""


def did_you_mean(written: str, known: Iterable[str]) -> str:
    """Return the end of an error about a word that was mistyped: the known word next to it, or nothing where none is near."""
    words = sorted(set(known) - {written})
    near = get_close_matches(written, words, n=1) or get_close_matches(written.lower(), words, n=1)
    return f'; did you mean "{near[0]}"?' if near else ""
