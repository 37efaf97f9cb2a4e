"""What an API server says when it refuses, and what it should not say."""

from __future__ import annotations

from dataclasses import dataclass

from svcdns.errors import TargetError, UndeterminedError


@dataclass(frozen=True, slots=True)
class Cause:
    """One of the reasons for a refusal: the field as the server writes it, or empty, and the server's words."""

    field: str
    text: str


class RefusedError(TargetError):
    """The API server refused a request.

    Attributes:
        code: the HTTP status code.
        reason: the machine-readable reason of the ``Status``, such as ``NotFound``.
        causes: what the server found wrong, field by field, where it says.
    """

    def __init__(self, message: str, *, code: int, reason: str = "", causes: tuple[Cause, ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.causes = causes


class MalformedError(UndeterminedError):
    """What an API server says has another shape, or another order, than Kubernetes gives it."""
