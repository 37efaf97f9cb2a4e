"""Refused watches are recorded as failures, and tried again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event
from typing import Any, cast

import pytest

from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.apiserver.outages import Outages
from svcdns.targets.cluster.apiserver.refusal import RefusedError
from svcdns.targets.cluster.watch import watching
from svcdns.targets.cluster.watch.watching import Watching
from tests.waiting import within


class Refusing:
    """An API that lists nothing, and refuses watches until the test allows them."""

    server = "https://here"

    def __init__(self, code: int) -> None:
        self.code = code
        self.refusing = True
        self.ended = Event()
        self.refused = 0
        self.watched = 0

        self.outages = Outages(lambda: 200, lambda _: True)

    def snapshot(self, kind: str) -> tuple[list[dict[str, Any]], str]:
        return [], "1"

    def watch(self, kind: str, *, since: str, is_wanted: Callable[[], bool]) -> Iterator[tuple[str, dict[str, Any]]]:
        if self.refusing:
            self.refused += 1
            raise RefusedError("who are you?", code=self.code)
        self.watched += 1
        self.ended.wait(20)
        yield from ()

    def end_watches(self) -> None:
        self.ended.set()


@pytest.mark.parametrize("code", [401, 403])
def test_a_watch_that_is_refused_is_tried_again_and_noted_meanwhile(code: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(watching, "_PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(watching, "_LONGEST_PAUSE_SECONDS", 0.1)
    monkeypatch.setattr(Watching, "wait_for", lambda *_: True)
    api = Refusing(code)
    with Watching(cast("Api", api), "cluster.local") as watched:
        said = ["who are you?"] * len(watching.KINDS)
        assert within(20, lambda: [str(error) for error in list(watched._failures.values())] == said)
        assert within(20, lambda: api.refused > 2 * len(watching.KINDS))
        api.refusing = False
        assert within(20, lambda: api.watched == len(watching.KINDS))
        assert watched.view().versions == dict.fromkeys(watching.KINDS, 1)
