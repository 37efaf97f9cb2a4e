"""Which scenarios are played, and when: known to the run before the first of them is."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

import pytest

from svcdns.plugin.collect import SCENARIO
from svcdns.plugin.deadline import DeadlineError
from svcdns.plugin.outcome import script_of
from svcdns.plugin.session import RUN, Run


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what disturbs the DNS of a cluster that is somebody's."""
    settings = config.stash[RUN].settings
    if settings.spares_dns and (spared := [item for item in items if item.get_closest_marker("disruptive")]):
        config.hook.pytest_deselected(items=spared)
        items[:] = [item for item in items if item not in spared]


def pytest_collection_finish(session: pytest.Session) -> None:
    """In the only process of a run, open the target and begin with what was selected."""
    run = session.config.stash[RUN]
    run.scenarios = sum(SCENARIO in item.stash for item in session.items)
    distributed = run.shared is not None or getattr(session.config.option, "dist", "no") != "no"
    if not distributed and not session.config.option.collectonly:
        _plan(run, session.items)


def pytest_runtest_protocol(item: pytest.Item) -> None:
    """In a worker, begin with all scenarios of a feature file once the first of them comes: the others follow."""
    run = item.config.stash[RUN]
    run.require_hope()
    if run.shared is not None and item.path not in run.planned:
        run.planned.add(item.path)
        _plan(run, (other for other in item.session.items if other.path == item.path))


def _plan(run: Run, items: Iterable[pytest.Item]) -> None:
    scripts = [(item.nodeid, script) for item in items if (script := script_of(item)) is not None]
    if not scripts:
        return
    # Whoever asks for an outcome meets a deadline that is over.
    with suppress(DeadlineError):
        if run.settings.live:
            run.schedule.begin(scripts)
        else:
            run.pool.plan((id_, script.plan) for id_, script in scripts)
