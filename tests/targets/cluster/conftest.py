"""An API server that holds objects, and a run that uses it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.ownership import Ownership
from tests.api_server import Objects, kubeconfig, serving


@pytest.fixture
def objects() -> Objects:
    """What the API server holds."""
    return Objects()


@pytest.fixture
def api(objects: Objects, tmp_path: Path) -> Iterator[Api]:
    with serving(objects) as server, closing(Api(kubeconfig(tmp_path, server.url, context="c"), "c")) as opened:
        yield opened


@pytest.fixture
def own(api: Api) -> Ownership:
    return Ownership(api, "abcde")
