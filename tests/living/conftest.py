"""The book, written once: every scenario of a combination or a clause is played for it."""

from __future__ import annotations

import pytest

from harness import living
from harness.living import Book
from harness.records import COREDNS
from harness.targets.reference import Reference


@pytest.fixture(scope="session")
def book() -> Book:
    with Reference(COREDNS) as target:
        return living.write(target)
