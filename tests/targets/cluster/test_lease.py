"""The Lease that shows that a run is alive, whatever others do to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any, cast

import pytest

from svcdns.errors import UsageError
from svcdns.targets.cluster import lease
from svcdns.targets.cluster.lease import Lease, is_live, run_of
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.watch.watching import Watching
from tests.api_server import Objects, RefusalError
from tests.waiting import within

NAME = "svcdns-abcde"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Failures:
    """Takes the place of the watches, and records the failures of the Lease."""

    def __init__(self) -> None:
        self.recorded: list[Exception | None] = []

    def failed(self, task: str, error: Exception | None) -> None:
        assert task == "renewing the Lease"
        self.recorded.append(error)


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "RENEWAL_SECONDS", 0.01)


@contextmanager
def held(own: Ownership, failures: Failures | None = None) -> Iterator[None]:
    with Lease(own, cast("Watching", failures or Failures())):
        yield


def test_it_exists_as_long_as_the_run(objects: Objects, own: Ownership):
    with held(own):
        item = objects.get("Lease", NAME, "default")
        assert item
        assert run_of(item) == "abcde"
        assert is_live(item, datetime.now(UTC))
    assert objects.names("Lease") == set()


def test_it_is_renewed(objects: Objects, own: Ownership):
    with held(own):
        first = (objects.get("Lease", NAME, "default") or {})["spec"]["renewTime"]
        assert within(20, lambda: (objects.get("Lease", NAME, "default") or {})["spec"]["renewTime"] != first)


def test_a_failed_renewal_is_recorded_and_repeated(objects: Objects, own: Ownership):
    failures, failed = Failures(), Event()

    def fail(method: str, kind: str, *_: str) -> None:
        if method == "PATCH" and own._uids and not failed.is_set() and kind == "Lease" and ready.is_set():
            failed.set()
            raise RefusalError(500, "InternalError", "not now")

    ready = Event()
    objects.before = fail
    with held(own, failures):
        ready.set()
        assert within(20, lambda: any(str(one) == "not now" for one in failures.recorded))
        assert within(20, lambda: failures.recorded[-1] is None)


def test_a_deleted_lease_is_created_again(objects: Objects, own: Ownership):
    with held(own):
        objects.drop("Lease", NAME, "default")
        assert within(20, lambda: NAME in objects.names("Lease"))
    assert objects.names("Lease") == set()


def test_another_lease_in_its_place_is_not_changed_and_recorded(objects: Objects, own: Ownership):
    failures = Failures()
    with held(own, failures):
        with objects.lock:
            objects.drop("Lease", NAME, "default")
            theirs = objects.put("Lease", NAME, "default", metadata={"labels": {"svcdns.dev/run": "abcde"}})
        assert within(20, lambda: any("was not made by this run" in str(one) for one in failures.recorded))
    assert objects.get("Lease", NAME, "default") == theirs


def test_a_second_run_of_the_same_id_does_not_begin(objects: Objects, own: Ownership):
    theirs = objects.put("Lease", NAME, "default")
    with pytest.raises(UsageError, match=r"the run's id abcde is in use: Lease .* exists .*; run again$"), held(own):
        pass
    assert objects.get("Lease", NAME, "default") == theirs


def spec(**fields: Any) -> dict[str, Any]:
    return {"metadata": {"name": NAME, "namespace": "default"}, "spec": fields}


@pytest.mark.parametrize(
    "renewed",
    [None, "", "yesterday", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", 7, [], "2026-01-01T00:02:00Z"],
)
def test_a_lease_without_a_renewal_time_or_with_one_in_the_future_is_dead(renewed: Any):
    assert not is_live(spec(renewTime=renewed), NOW)
    assert not is_live({"metadata": {}, "spec": None}, NOW)


@pytest.mark.parametrize("seconds", [-59, 0, 59])
def test_a_lease_that_was_renewed_lately_is_live_whatever_duration_it_names(seconds: int):
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
def test_a_lease_that_no_run_made_belongs_to_no_run(change: dict[str, Any]):
    metadata = {
        "name": NAME,
        "namespace": "default",
        "uid": "1",
        "labels": {"svcdns.dev/run": "abcde"},
        "annotations": {"svcdns.dev/uid": "1"},
    }
    assert run_of({"metadata": metadata}) == "abcde"
    assert run_of({"metadata": metadata | change}) == ""
