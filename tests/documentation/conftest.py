"""The book, written once: every scenario of a combination or a clause is played for it."""

from __future__ import annotations

import pytest

from svcdns import documentation
from svcdns.documentation import Book
from svcdns.records import COREDNS
from svcdns.targets.reference import Reference


@pytest.fixture(scope="session")
def book() -> Book:
    with Reference(COREDNS) as target:
        return documentation.write(target)
