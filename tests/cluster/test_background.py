"""What happens behind the scenes of a run is heard of: the Lease, and watches that are refused."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event
from typing import Any, cast

import pytest

from harness.errors import TargetError
from harness.targets.cluster import lease, watching
from harness.targets.cluster.api import Api
from harness.targets.cluster.lease import Lease
from harness.targets.cluster.refusal import RefusedError
from harness.targets.cluster.watching import Watching
from tests.waiting import within


class Heard:
    """Stands for what is watched: it hears what went wrong."""

    def __init__(self) -> None:
        self.of: list[TargetError | None] = []
        self.twice = Event()

    def failed(self, who: str, error: TargetError | None) -> None:
        assert who == "lease"
        self.of.append(error)
        if len(self.of) > 1:
            self.twice.set()


class Broken:
    """An API whose second write fails as nobody expects."""

    writes = 0

    def apply(self, item: dict[str, Any]) -> dict[str, Any]:
        self.writes += 1
        if self.writes == 2:
            raise KeyError("token")
        return item

    def delete(self, kind: str, name: str, namespace: str) -> bool:
        return True

    def now(self) -> Any:
        return lease.datetime(2026, 1, 1)


def test_a_lease_that_cannot_be_renewed_for_whatever_reason_is_heard_of_and_renewed_again(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(lease, "_RENEWAL_SECONDS", 0.01)
    heard = Heard()
    with Lease(cast("Api", Broken()), "r", cast("Watching", heard)):
        assert heard.twice.wait(20)
    assert str(heard.of[0]) == "the Lease is not renewed: KeyError('token')"
    assert heard.of[1] is None


class Refusing:
    """An API that lists nothing, and lets nobody watch until told otherwise."""

    server = "https://here"

    def __init__(self, code: int) -> None:
        self.code = code
        self.refusing = True
        self.ended = Event()
        self.refused = 0
        self.watched = 0

    def snapshot(self, kind: str) -> tuple[list[dict[str, Any]], str]:
        return [], "1"

    def watch(self, kind: str, *, since: str) -> Iterator[tuple[str, dict[str, Any]]]:
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
        assert watched.picture().versions == dict.fromkeys(watching.KINDS, 1)
