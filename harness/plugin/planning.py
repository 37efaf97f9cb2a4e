"""Which scenarios come in which order and in which process, so that their worlds are made ahead of them."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from harness import verdicts, vocabulary, worlds
from harness.plugin.collect import DEFINITIONS, SCENARIO
from harness.plugin.session import RUN, Run
from harness.plugin.shares import shares


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On a live target, take the scenarios in an order in which few of them wait for their worlds."""
    if config.stash[RUN].settings.live:
        found = [item for item in items if SCENARIO in item.stash]
        parts = dict(zip(found, worlds.order([(item.nodeid, item.stash[SCENARIO]) for item in found]), strict=True))
        items.sort(key=lambda item: parts.get(item, (0, False)))


def pytest_collection_finish(session: pytest.Session) -> None:
    """In the only process of a run, open the target and begin to make the worlds of what was selected."""
    run = session.config.stash[RUN]
    distributed = run.shared is not None or getattr(session.config.option, "dist", "no") != "no"
    if not distributed and not session.config.option.collectonly:
        plan(run, session.items, session)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object | None:
    """On a live target, share the scenarios out by their worlds, unless the user decides otherwise."""
    if not config.stash[RUN].settings.live or config.option.dist != "load":
        return None
    from harness.plugin.scheduler import ByWorlds  # noqa: PLC0415 - a run without xdist must not need it

    return ByWorlds(config, log)


def pytest_runtest_protocol(item: pytest.Item) -> None:
    """In a worker, begin to make the worlds of all that comes together with a scenario, once."""
    run = item.config.stash[RUN]
    if run.shared is None or item.nodeid in run.planned:
        return
    items = item.session.items
    if run.shared["by_worlds"]:
        share = shares(item.config.rootpath, [one.nodeid for one in items], run.workers)
        coming = [one for one in items if share[one.nodeid] == share[item.nodeid]]
    else:
        coming = [one for one in items if one.path == item.path]
    run.planned.update(one.nodeid for one in coming)
    plan(run, coming, item.session)


def plan(run: Run, items: list[pytest.Item], session: pytest.Session) -> None:
    """Tell the worlds which scenarios come, as far as the target can run them at all."""
    scenarios = [(item.nodeid, item.stash[SCENARIO]) for item in items if SCENARIO in item.stash]
    if scenarios:
        able = run.capabilities
        wanted = [(node, one) for node, one in scenarios if not set(verdicts.needs(one.tags)) - able]
        run.worlds.plan(wanted, partial(vocabulary.declare, session.stash[DEFINITIONS]))
