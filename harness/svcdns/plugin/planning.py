"""Which scenarios come in which order and in which process, so that their worlds are made ahead of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from svcdns.engine import pool, sentences, verdicts
from svcdns.plugin.collect import DEFINITIONS, SCENARIO
from svcdns.plugin.options import manifest_roots
from svcdns.plugin.session import RUN, Run
from svcdns.plugin.shares import shares


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On a live target, take the scenarios in an order in which few of them wait for their worlds; spare what is somebody's."""
    settings = config.stash[RUN].settings
    if settings.spares_dns and (spared := [item for item in items if item.get_closest_marker("disruptive")]):
        config.hook.pytest_deselected(items=spared)
        items[:] = [item for item in items if item not in spared]
    if settings.live:
        found = [item for item in items if SCENARIO in item.stash]
        parts = dict(zip(found, pool.order([(item.nodeid, item.stash[SCENARIO]) for item in found]), strict=True))
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
    from svcdns.plugin.scheduler import ByWorlds  # noqa: PLC0415 - a run without xdist must not need it

    return ByWorlds(config, log)


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """In a worker, begin to make the worlds of all that comes together with a scenario or with the next, once."""
    run = item.config.stash[RUN]
    if run.shared is None:
        return
    for one in (item, nextitem):
        if one is not None and one.nodeid not in run.planned:
            for coming in _coming(run, run.shared, one):
                run.planned.update(other.nodeid for other in coming)
                plan(run, coming, item.session)


def _coming(run: Run, shared: dict[str, Any], item: pytest.Item) -> Iterator[list[pytest.Item]]:
    """What a worker gets together with a scenario; and with the first of all, what it gets after that."""
    items = item.session.items
    if not shared["by_worlds"]:
        yield [one for one in items if one.path == item.path]
        return
    config = item.config
    nodes, began = [one.nodeid for one in items], config.invocation_params.dir
    share = shares(config.rootpath, nodes, run.workers, began, manifest_roots(config))
    for number in (share[item.nodeid], *([] if run.planned else [run.worker])):
        yield [one for one in items if share[one.nodeid] == number and one.nodeid not in run.planned]


def plan(run: Run, items: list[pytest.Item], session: pytest.Session) -> None:
    """Tell the worlds which scenarios come, as far as the target can run them at all."""
    scenarios = [(item.nodeid, item.stash[SCENARIO]) for item in items if SCENARIO in item.stash]
    if scenarios:
        able = run.capabilities
        wanted = [(node, one) for node, one in scenarios if not set(verdicts.needs(one.tags)) - able]
        run.worlds.plan(wanted, partial(sentences.declare, session.stash[DEFINITIONS]))
