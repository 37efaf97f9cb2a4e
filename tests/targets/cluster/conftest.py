"""An API server that holds objects, and what a run makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.ownership import Ownership
from tests.targets.cluster.apiserver import ApiServer, connected, served


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with served() as found:
        yield found


@pytest.fixture
def api(server: ApiServer, tmp_path: Path) -> Iterator[Api]:
    found = connected(server, tmp_path)
    yield found
    found.close()


@pytest.fixture
def own(api: Api) -> Ownership:
    return Ownership(api, "abcde")
