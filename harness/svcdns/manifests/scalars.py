"""The meaning of an unquoted YAML scalar to Kubernetes.

kubectl and the API server turn YAML into JSON with sigs.k8s.io/yaml, which reads scalars as go-yaml v2 does
(``resolve.go``): neither YAML 1.1 nor 1.2, but

- ``yes``, ``no``, ``on``, ``off``, ``y`` and ``n`` are booleans, so ``value: yes`` is refused where text is expected;
- ``0o17``, ``017``, ``0x0f`` and ``0b1111`` are 15, and ``1_000`` is 1000;
- dates, times and base-60 numbers (``12:30:45``) stay text.
"""

from __future__ import annotations

import math
import re

Scalar = str | int | float | bool | None

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
}
_INTEGER = re.compile(r"[-+]?(0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|0[0-7]*|[1-9][0-9]*)")
_OCTAL = re.compile(r"[-+]?0[0-7]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_A_NUMBER = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_LONGEST_NUMBER = 400
_INT64 = 2**63
_UINT64 = 2**64
# From this number on, Go's encoding/json writes an exponent, which no integer field accepts.
_EXPONENT = 1e21


def resolve(text: str) -> Scalar:
    """Return the value of an unquoted scalar; infinities and NaN are floats, for the caller to refuse."""
    if text in _WORDS:
        return _WORDS[text]
    if _NOT_A_NUMBER.fullmatch(text):
        return float(text.replace(".", ""))
    if text[0] not in "+-.0123456789" or len(text) > _LONGEST_NUMBER:
        return text
    plain = text if text[0] == "." else text.replace("_", "")
    number = _integer(plain)
    return number if number is not None else _float(plain, text)


def _integer(plain: str) -> int | None:
    if not _INTEGER.fullmatch(plain):
        return None
    number = int(plain, 8 if _OCTAL.fullmatch(plain) else 0)
    highest = _INT64 if plain[0] in "+-" else _UINT64
    return number if -_INT64 <= number < highest else None


def _float(plain: str, text: str) -> Scalar:
    number = float(plain) if _FLOAT.fullmatch(plain) else math.inf
    if math.isinf(number):
        return text
    # JSON has one kind of number: what YAML writes as 80.0 travels as 80.
    return int(number) if number.is_integer() and abs(number) < _EXPONENT else number
