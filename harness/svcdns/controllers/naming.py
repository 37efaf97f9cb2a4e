"""Names, uids and times that the API server and the controllers generate."""

from __future__ import annotations

import json
import uuid
import zlib
from datetime import UTC, datetime
from random import Random
from typing import Any

#: Letters and digits without vowels and look-alikes (apimachinery ``pkg/util/rand``).
ALPHABET = "bcdfghjklmnpqrstvwxz2456789"

_SUFFIX_LENGTH = 5
#: 63 characters less the suffix (apiserver ``pkg/storage/names``).
_LONGEST_BASE = 58


def generated(base: str, random: Random) -> str:
    """Return a name that starts with ``base``, as ``metadata.generateName`` makes it."""
    return base[:_LONGEST_BASE] + "".join(random.choices(ALPHABET, k=_SUFFIX_LENGTH))


def template_hash(template: Any) -> str:
    """Return the hash of a pod template: the same for equal templates, at most ten characters of `ALPHABET`.

    As a Deployment's ``pod-template-hash``, it is a 32-bit number whose decimal digits are written in that alphabet.
    """
    number = zlib.crc32(json.dumps(template, sort_keys=True).encode())
    return "".join(ALPHABET[ord(digit) % len(ALPHABET)] for digit in str(number))


def new_uid(random: Random) -> str:
    """Return a ``metadata.uid``."""
    return str(uuid.UUID(int=random.getrandbits(128), version=4))


def timestamp(moment: datetime | None = None) -> str:
    """Return a time as the API writes it, in whole seconds; now unless another moment is given."""
    return (moment or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
