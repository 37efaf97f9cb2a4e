"""What the tests of manifests share: asking what is wrong with a text."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from svcdns.errors import ManifestError
from svcdns.manifests import read_text


@pytest.fixture(scope="session")
def problems() -> Callable[[str | bytes], list[str]]:
    """What is wrong with a text, one ``line: object: field: problem`` each; empty where it is accepted."""

    def problems_of(text: str | bytes) -> list[str]:
        try:
            read_text(text, "x.yaml")
        except ManifestError as error:
            return [line.removeprefix("x.yaml:") for line in str(error).splitlines()]
        return []

    return problems_of
