"""The Lease by which a run says that it lives, whatever others do to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any, cast

import pytest

from svcdns.errors import TargetError, UsageError
from svcdns.targets.cluster import lease
from svcdns.targets.cluster.lease import Lease, is_live, run_of
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.watch.watching import Watching
from tests.targets.cluster.apiserver import ApiServer, RefusalError
from tests.waiting import within

NAME = "svcdns-abcde"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


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


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "RENEWAL_SECONDS", 0.01)


@contextmanager
def held(own: Ownership, heard: Heard | None = None) -> Iterator[None]:
    with Lease(own, cast("Watching", heard or Heard())):
        yield


def test_it_is_there_for_as_long_as_the_run_and_no_longer(server: ApiServer, own: Ownership):
    with held(own):
        item = server.get("Lease", NAME, "default")
        assert item
        assert run_of(item) == "abcde"
        assert is_live(item, datetime.now(UTC))
    assert server.names("Lease") == set()


def test_it_is_renewed(server: ApiServer, own: Ownership):
    with held(own):
        first = (server.get("Lease", NAME, "default") or {})["spec"]["renewTime"]
        assert within(20, lambda: (server.get("Lease", NAME, "default") or {})["spec"]["renewTime"] != first)


def test_what_goes_wrong_is_heard_of_and_tried_again(server: ApiServer, own: Ownership):
    heard, failed = Heard(), Event()

    def fail(method: str, kind: str, *_: str) -> None:
        if method == "PATCH" and own._uids and not failed.is_set() and kind == "Lease" and ready.is_set():
            failed.set()
            raise RefusalError(500, "InternalError", "not now")

    ready = Event()
    server.before = fail
    with held(own, heard):
        ready.set()
        assert within(20, lambda: any(str(one) == "not now" for one in heard.of))
        assert within(20, lambda: heard.of[-1] is None)


def test_one_that_somebody_deleted_is_there_again(server: ApiServer, own: Ownership):
    with held(own):
        server.drop("Lease", NAME, "default")
        assert within(20, lambda: NAME in server.names("Lease"))
    assert server.names("Lease") == set()


def test_another_in_its_place_is_left_alone_and_heard_of(server: ApiServer, own: Ownership):
    heard = Heard()
    with held(own, heard):
        with server._lock:
            server.drop("Lease", NAME, "default")
            theirs = server.put("Lease", NAME, "default", metadata={"labels": {"svcdns.dev/run": "abcde"}})
        assert within(20, lambda: any("was not made by this run" in str(one) for one in heard.of))
    assert server.get("Lease", NAME, "default") == theirs


def test_two_runs_of_one_id_do_not_begin(server: ApiServer, own: Ownership):
    theirs = server.put("Lease", NAME, "default")
    with pytest.raises(UsageError, match=r"the run's id abcde is in use: Lease .* exists .*; run again$"), held(own):
        pass
    assert server.get("Lease", NAME, "default") == theirs


def spec(**fields: Any) -> dict[str, Any]:
    return {"metadata": {"name": NAME, "namespace": "default"}, "spec": fields}


@pytest.mark.parametrize(
    "renewed",
    [None, "", "yesterday", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", 7, [], "2026-01-01T00:02:00Z"],
)
def test_one_that_does_not_say_when_it_was_renewed_or_says_the_future_is_dead(renewed: Any):
    assert not is_live(spec(renewTime=renewed), NOW)
    assert not is_live({"metadata": {}, "spec": None}, NOW)


@pytest.mark.parametrize("seconds", [-59, 0, 59])
def test_one_that_was_renewed_lately_is_live_whatever_duration_it_names(seconds: int):
    renewed = (NOW + timedelta(seconds=seconds)).isoformat()
    assert is_live(spec(renewTime=renewed, leaseDurationSeconds=-5), NOW)
    dead = (NOW - timedelta(seconds=61)).isoformat()
    assert not is_live(spec(renewTime=dead, leaseDurationSeconds=10**9), NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "svcdns-other"},
        {"namespace": "elsewhere"},
        {"labels": {"svcdns.dev/run": "other"}},
        {"labels": None},
        {"annotations": {}},
        {"annotations": {"svcdns.dev/uid": "another"}},
    ],
)
def test_one_that_no_run_made_is_nobodys(change: dict[str, Any]):
    metadata = {
        "name": NAME,
        "namespace": "default",
        "uid": "1",
        "labels": {"svcdns.dev/run": "abcde"},
        "annotations": {"svcdns.dev/uid": "1"},
    }
    assert run_of({"metadata": metadata}) == "abcde"
    assert run_of({"metadata": metadata | change}) == ""
