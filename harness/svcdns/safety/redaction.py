"""The credentials that this process knows, and their removal from all output.

Code that reads a credential calls `learn` before it uses it. `redact` is called where text leaves the process or becomes
an error: in `svcdns.errors`, and where reports, evidence and recordings are written.
"""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
from collections.abc import Iterator
from threading import Lock
from urllib.parse import quote, unquote, urlsplit

#: The text in place of a credential.
REMOVED = "[removed]"

#: Characters of the shortest credential: a shorter one cannot be told from ordinary words, so no message quotes it.
SHORTEST = 6

#: Characters of encoded text that are enough to recognise a credential.
_ENCODED = 8

#: Texts that are credentials, whether known or not: an ``Authorization`` header (RFC 9110, 11.6.2), a
#: bearer token (RFC 6750), a JSON Web Token (RFC 7519), user information of a URL (RFC 3986, 3.2.1) and a private key in
#: PEM (RFC 7468), with escaped line breaks too.
_SHAPES = re.compile(
    r"""(?P<kept>\b(?:proxy-)?authorization\b\\?["']?\s*[:=]\s*\[?+\\?+["']?+(?:(?:bearer|basic)\s+)?+)(?!\[removed\])[^\s"'\\,;\]]+"""
    r"""|(?P<bearer>\bBearer\s+)(?=[^\s"']*\d)[\w.~+/-]{8,}=*"""
    r"""|\beyJ[\w-]{8,4096}\.[\w-]{8,4096}\.[\w-]*"""
    r"""|(?P<scheme>\b[a-z][a-z0-9+.-]{0,15}://)[^\s/@"'<>]+@"""
    r"""|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)""",
    re.IGNORECASE | re.DOTALL,
)


class _Known:
    """The known credentials, and the pattern of all forms in which they may appear."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._forms: set[str] = set()
        self.pattern: re.Pattern[str] | None = None

    def add(self, forms: set[str]) -> None:
        with self._lock:
            if forms <= self._forms:
                return
            self._forms |= forms
            longest_first = sorted(self._forms, key=lambda form: (-len(form), form))
            self.pattern = re.compile("|".join(longest_first))


_KNOWN = _Known()


def learn(*credentials: str) -> None:
    """Make credentials known to `redact`; those shorter than `SHORTEST` are ignored."""
    _KNOWN.add({form for credential in credentials for form in _forms(credential)})


def learn_url(url: str) -> None:
    """Make the credentials of a URL known: its password, or a token before ``@``, and the values of its query."""
    # A password that is not encoded may have characters that end an authority.
    before, at, _ = url.partition("://")[2].rpartition("@")
    name, colon, password = before.partition(":")
    learn(*filter(None, (before if at else "", password if colon else name)))
    try:
        parts = urlsplit(url)
    except ValueError:
        return
    for pair in (*parts.query.split("&"), parts.fragment):
        learn(pair.partition("=")[2] or pair)


def redact(text: str) -> str:
    """Return a text without known credentials, in any of their forms, and without what looks like one."""
    if (pattern := _KNOWN.pattern) is not None:
        text = pattern.sub(REMOVED, text)
    return _SHAPES.sub(_without, text)


def _without(found: re.Match[str]) -> str:
    kept = found["kept"] or found["bearer"] or found["scheme"] or ""
    return f"{kept}{REMOVED}{'@' if found['scheme'] else ''}"


def _forms(credential: str) -> Iterator[str]:
    """Return patterns of the forms of a credential: as it is, on one line, escaped, encoded, and decoded."""
    whole = credential.strip()
    texts = {whole, unquote(whole), " ".join(whole.split()), *_decoded(whole)}
    # A text of several lines may be shown by the line. The marks of PEM are no secret.
    texts |= {line.strip() for text in [*texts] for line in text.splitlines() if not line.startswith("-----")}
    for text in texts:
        if len(text) < SHORTEST:
            continue
        yield "".join(map(_percent_encoded, text))
        escaped = html.escape(text)
        # Other programs write its two quotation marks as numbers.
        numbered = escaped.replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
        written = (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1], repr(text)[1:-1])
        yield from map(re.escape, (*written, html.escape(text, quote=False), escaped, numbered))
        yield from map(re.escape, _in_base64(text.encode(errors="surrogateescape")))


def _percent_encoded(character: str) -> str:
    """Return a pattern of a character as it is and percent-encoded: programs differ in which they encode."""
    if character.isascii() and character.isalnum():
        return character
    encoded = quote(character.encode(errors="surrogateescape"), safe="")
    encoded = encoded if "%" in encoded else f"%{ord(character):02X}"
    plus = r"|\+" if character == " " else ""
    return f"(?:{re.escape(character)}|(?i:{encoded}){plus})"


def _in_base64(octets: bytes) -> Iterator[str]:
    """Return the base64 text of octets at any position in what was encoded, in both alphabets."""
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + octets).rstrip(b"=")
        # Characters at both ends also hold bits of the neighbours.
        first = (shift * 8 + 5) // 6
        last = (shift + len(octets)) * 8 // 6
        if last - first >= _ENCODED:
            inner = encoded[first:last].decode()
            yield from (inner, inner.replace("+", "-").replace("/", "_"))


def _decoded(text: str) -> Iterator[str]:
    """Return what a text in base64 decodes to, if that is text."""
    try:
        yield base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return
