"""The errors a user can meet.

::

    HarnessError                 what happened, where, and what to do next
    ├── ManifestError            a manifest that cannot be read, or that an API server would refuse
    ├── FeatureError             a feature file that would not check what it seems to check
    ├── TargetError              the target refused or could not do what it was asked
    │   └── UndeterminedError    nothing is known about the answers: neither conformant nor not conformant
    └── UsageError               options that do not fit together, or name something that is not there
"""

from __future__ import annotations

from harness.redaction import redact


class HarnessError(Exception):
    """The root of every error that carries a message for the user; its text is complete and needs no traceback.

    Whatever a message quotes, it holds no credential that this process knows.
    """

    def __init__(self, *message: object) -> None:
        super().__init__(*(redact(str(part)) for part in message))


class ManifestError(HarnessError):
    """A manifest that cannot be read or that an API server would refuse."""


class FeatureError(HarnessError):
    """A feature file that would not check what it seems to check."""


class TargetError(HarnessError):
    """The target refused a change, or could not make it."""


class UndeterminedError(TargetError):
    """The state that a scenario needs was never reached, so its answers say nothing about DNS."""


class UsageError(HarnessError):
    """Options that do not fit together, or that name something that does not exist."""
