"""The errors of an API server: a refusal, and a response that is malformed."""

from __future__ import annotations

from dataclasses import dataclass

from svcdns.errors import TargetError, UndeterminedError


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason for a refusal: the field as the server writes it, or empty, and the server's words."""

    field: str
    text: str


class RefusedError(TargetError):
    """The API server refused a request.

    Attributes:
        code: the HTTP status code.
        reason: the machine-readable reason of the ``Status``, such as ``NotFound``.
        causes: what is wrong, field by field, where the server says so.
        lacks_right: whether RBAC refused it: no role allows the verb.
        repeated: whether the connection was lost before, after the same request was sent: it may have been carried out then.
    """

    def __init__(
        self, message: str, *, code: int, reason: str = "", causes: tuple[Cause, ...] = (), lacks_right: bool = False
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.causes = causes
        self.lacks_right = lacks_right
        self.repeated = False


class LostError(UndeterminedError):
    """The connection to an API server is refused or was lost.

    Attributes:
        sent: whether the request may have reached the server, and been carried out.
    """

    def __init__(self, message: str, *, sent: bool) -> None:
        super().__init__(message)
        self.sent = sent


class MalformedResponseError(UndeterminedError):
    """A response of an API server has another shape, or comes in another order, than Kubernetes gives it."""
