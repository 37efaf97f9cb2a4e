"""A real cluster, named by the environment, and how many tests may use a machine at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.live.environment import CONTEXT, KUBECONFIG, NO_CLUSTER
from tests.live.somebody import SomebodysApi

HERE = Path(__file__).parent

#: Seconds that a test may take, by directory, where it is not what the project says.
TIMEOUTS = {"cluster": 300, "faults": 600}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With ``--dist loadgroup``, keep a file with one worker, which sets up for it once, and make one cluster at a time."""
    for item in items:
        if item.path.is_relative_to(HERE):
            kind = item.path.is_relative_to(HERE / "kind")
            item.add_marker(pytest.mark.xdist_group("kind" if kind else item.path.stem))
            if seconds := TIMEOUTS.get(item.path.relative_to(HERE).parts[0]):
                item.add_marker(pytest.mark.timeout(seconds))


@pytest.fixture(scope="session")
def kubeconfig() -> Path:
    if not KUBECONFIG or not CONTEXT:
        pytest.skip(NO_CLUSTER)
    return Path(KUBECONFIG)


@pytest.fixture(scope="session")
def context(kubeconfig: Path) -> str:
    return CONTEXT


@pytest.fixture(scope="session")
def api(kubeconfig: Path, context: str) -> Iterator[SomebodysApi]:
    opened = SomebodysApi(kubeconfig, context)
    yield opened
    opened.close()
