"""The warnings in an API server's responses: the header ``Warning`` (RFC 7234, section 5.5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

#: A warning as Kubernetes writes it: the code 299, no agent, and a quoted text.
_WARNING = re.compile(r'299 - "((?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(r"\\(.)")

#: Warnings of one request that are kept, and their characters.
_MOST, _LENGTH = 100, 1_000

_heard: ContextVar[list[str] | None] = ContextVar("heard", default=None)


@contextmanager
def warnings() -> Iterator[list[str]]:
    """Collect the warnings in the responses to this thread's requests, as long as the context lasts."""
    told: list[str] = []
    token = _heard.set(told)
    try:
        yield told
    finally:
        _heard.reset(token)


def note(headers: Iterable[str]) -> None:
    """Keep the warnings in the headers of a response, for whoever collects them."""
    told = _heard.get()
    if told is None:
        return
    found = (_ESCAPED.sub(r"\1", match[1]) for header in headers for match in _WARNING.finditer(header))
    told.extend(text[:_LENGTH] for text, _ in zip(found, range(_MOST), strict=False))
