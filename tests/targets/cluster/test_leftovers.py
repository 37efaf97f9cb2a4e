"""What killed runs have left behind: how it is recognised, named, removed and awaited."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Event, Thread, Timer
from typing import Any

import pytest
from click.testing import CliRunner

from svcdns.cli import main
from svcdns.errors import TargetError, UndeterminedError
from svcdns.targets import cluster
from svcdns.targets.cluster import lease, leftovers, marks
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.leftovers import Cleaned, clean, notes
from tests.api_server import Objects, RefusalError

ALIVE = "the run live is alive: it renews its Lease; it has Namespace svcdns-live-1, Lease svcdns-live in default"
CONTROLLER = "some resources are remaining: pods. has 1 resource instances"


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "_PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(leftovers, "OBSERVED_SECONDS", 0.05)


def made(objects: Objects, kind: str, name: str, run: str = "dead", namespace: str = "", **more: Any) -> dict[str, Any]:
    """An object as a run leaves it."""
    uid = f"uid-of-{kind}-{name}"
    metadata = {"uid": uid, "labels": {marks.RUN: run}, "annotations": {marks.UID: uid}, **more.pop("metadata", {})}
    return objects.put(kind, name, namespace, metadata=metadata, **more)


def lease_of(objects: Objects, run: str, *, age_seconds: float) -> dict[str, Any]:
    renewed = (datetime.now(UTC) - timedelta(seconds=age_seconds)).isoformat()
    return made(objects, "Lease", f"svcdns-{run}", run, "default", spec={"renewTime": renewed})


@pytest.fixture
def whole(objects: Objects) -> Objects:
    """A cluster with the objects of a dead run and of a live one, and with others that only resemble them."""
    for name in ("svcdns-dead-1", "svcdns-dead-2"):
        made(objects, "Namespace", name)
    made(objects, "Namespace", "svcdns-live-1", "live")
    made(objects, "Service", "svcdns-dead-dns", namespace="kube-system")
    made(objects, "Service", "web", namespace="svcdns-dead-1")
    lease_of(objects, "dead", age_seconds=3600)
    lease_of(objects, "live", age_seconds=1)
    objects.put("Namespace", "shop", metadata={"labels": {marks.RUN: "dead"}})
    copied = {"labels": {marks.RUN: "dead"}, "annotations": {marks.UID: "uid-of-Namespace-svcdns-dead-1"}}
    objects.put("Namespace", "copy", metadata=copied)
    objects.put("Service", "db", "prod", metadata={"labels": {marks.RUN: "dead"}})
    return objects


GONE = {
    "Namespace svcdns-dead-1 (run dead)",
    "Namespace svcdns-dead-2 (run dead)",
    "Service svcdns-dead-dns in kube-system (run dead)",
    "Lease svcdns-dead in default (run dead)",
}
THEIRS = {"svcdns-live-1", "shop", "copy"}


def test_removals_are_awaited(whole: Objects, api: Api):
    done = clean(api)
    assert (set(done.removed), done.left, done.unknown) == (GONE, (), ())
    assert whole.names("Namespace") == THEIRS


def test_an_object_with_only_the_label_is_named_and_not_changed(whole: Objects, api: Api):
    before = [whole.get("Namespace", "shop"), whole.get("Namespace", "copy"), whole.get("Service", "db", "prod")]
    done = clean(api)
    assert sorted(line.partition(":")[0] for line in done.foreign) == [
        "Namespace copy (run dead)",
        "Namespace shop (run dead)",
        "Service db in prod (run dead)",
    ]
    assert all("no run made it" in line for line in done.foreign)
    after = [whole.get("Namespace", "shop"), whole.get("Namespace", "copy"), whole.get("Service", "db", "prod")]
    assert after == before


def test_nothing_is_written_before_it_is_confirmed(whole: Objects, api: Api):
    shown: list[leftovers.Leftovers] = []
    done = clean(api, lambda found: bool(shown.append(found)))
    assert {str(one) for one in shown[0].present} == GONE
    assert all(marks.UID in one.why for one in shown[0].present)
    assert set(done.left) == {f"{one}: not confirmed" for one in GONE}
    assert whole.writes == []


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_run_whose_clock_is_an_hour_off_lives_as_long_as_it_renews_its_lease(
    objects: Objects, api: Api, hours: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(leftovers, "OBSERVED_SECONDS", 20.0)
    made(objects, "Namespace", "svcdns-live-1", "live")
    lease_of(objects, "live", age_seconds=hours * 3600)
    over = Event()

    def renew() -> None:
        while not over.wait(0.1):
            lease_of(objects, "live", age_seconds=hours * 3600)

    renewing = Thread(target=renew)
    renewing.start()
    try:
        assert clean(api) == Cleaned((), (), (), in_use=(ALIVE,))
    finally:
        over.set()
        renewing.join()
    assert objects.names("Namespace") == {"svcdns-live-1"}


def test_a_run_whose_lease_was_deleted_is_live_after_it_created_it_again(
    objects: Objects, api: Api, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(leftovers, "OBSERVED_SECONDS", 20.0)
    made(objects, "Namespace", "svcdns-live-1", "live")
    Timer(0.2, lambda: lease_of(objects, "live", age_seconds=0)).start()
    done = clean(api)
    (line,) = done.in_use
    assert (done.removed, done.left) == ((), ())
    assert "Namespace svcdns-live-1" in line


@pytest.fixture
def _long_leases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "DURATION_SECONDS", 3600)


@pytest.mark.usefixtures("_long_leases")
def test_while_a_lease_is_valid_the_objects_are_named_with_the_time_and_left(objects: Objects, api: Api):
    made(objects, "Namespace", "svcdns-live-1", "live")
    renewed = datetime.fromisoformat(lease_of(objects, "live", age_seconds=13)["spec"]["renewTime"])
    (line,) = clean(api).in_use
    assert f"its Lease is valid until {renewed + timedelta(seconds=3600):%H:%M:%S} UTC, for " in line
    assert "it has Namespace svcdns-live-1, Lease svcdns-live in default" in line
    assert line.endswith("add --wait")
    assert objects.names("Namespace") == {"svcdns-live-1"}


@pytest.mark.usefixtures("_long_leases")
def test_a_valid_lease_is_waited_for_and_what_its_run_left_is_removed(
    objects: Objects, api: Api, monkeypatch: pytest.MonkeyPatch
):
    made(objects, "Namespace", "svcdns-live-1", "live")
    lease_of(objects, "live", age_seconds=58)
    waited: list[str] = []

    def waiting(holder: leftovers.Holder) -> None:
        waited.append(holder.run)
        # Now it is over.
        monkeypatch.setattr(lease, "DURATION_SECONDS", 1)

    done = clean(api, wait=True, waiting=waiting)
    assert waited == ["live"]
    assert done.removed == ("Namespace svcdns-live-1 (run live)", "Lease svcdns-live in default (run live)")
    assert done.in_use == ()


@pytest.mark.usefixtures("_long_leases")
def test_a_lease_that_is_renewed_while_it_is_waited_for_belongs_to_a_live_run(objects: Objects, api: Api):
    made(objects, "Namespace", "svcdns-live-1", "live")
    lease_of(objects, "live", age_seconds=1)
    done = clean(api, wait=True, waiting=lambda _: lease_of(objects, "live", age_seconds=0))
    assert done.in_use == (ALIVE,)
    assert objects.names("Namespace") == {"svcdns-live-1"}


@pytest.mark.parametrize("renewed", ["0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "soon", 7])
@pytest.mark.parametrize("namespace", ["default", "elsewhere"])
def test_leases_of_others_neither_stop_the_cleanup_nor_hide_leftovers(
    whole: Objects, api: Api, renewed: Any, namespace: str
):
    for name in ("svcdns-dead", "evil"):
        if (name, namespace) != ("svcdns-dead", "default"):
            labels = {"labels": {marks.RUN: "dead"}}
            whole.put("Lease", name, namespace, metadata=labels, spec={"renewTime": renewed})
    assert set(clean(api).removed) == GONE


def refuse(name: str, code: int) -> Callable[..., None]:
    def refusing(method: str, _kind: str, _namespace: str, asked: str) -> None:
        if method == "DELETE" and asked == name:
            raise RefusalError(code, "Forbidden", "a webhook says no")

    return refusing


def test_where_one_may_not_be_removed_the_others_are(whole: Objects, api: Api):
    whole.before = refuse("svcdns-dead-1", 403)
    done = clean(api)
    assert done.left == ("Namespace svcdns-dead-1 (run dead): a webhook says no",)
    assert set(done.removed) == GONE - {"Namespace svcdns-dead-1 (run dead)"}


def test_an_object_that_was_replaced_after_it_was_found_is_not_changed(whole: Objects, api: Api):
    def replace(found: leftovers.Leftovers) -> bool:
        whole.drop("Namespace", "svcdns-dead-1")
        whole.put("Namespace", "svcdns-dead-1", metadata={"labels": {marks.RUN: "dead"}})
        return bool(found)

    (line,) = clean(api, replace).left
    assert line.startswith('Namespace svcdns-dead-1 (run dead): Namespace "svcdns-dead-1" exists and was not made')
    assert whole.names("Namespace") == {*THEIRS, "svcdns-dead-1"}


def test_an_object_that_stays_is_named_with_what_holds_it(objects: Objects, api: Api):
    conditions = [
        {"type": "ContentRemaining", "status": "True", "message": CONTROLLER},
        {"type": "FinalizersRemaining", "status": "False", "message": "no"},
    ]
    going = {"deletionTimestamp": "2026-01-01T00:00:00Z"}
    made(objects, "Namespace", "svcdns-dead-1", metadata=going, status={"conditions": conditions})
    made(objects, "Namespace", "svcdns-dead-2")
    made(objects, "Service", "svcdns-dead", namespace="kube-system", metadata={"finalizers": ["a.b/c"]})
    done = clean(api, deadline_seconds=0.05)
    assert sorted(done.left) == [
        f"Namespace svcdns-dead-1 (run dead): is not gone after 0 s: {CONTROLLER}",
        "Service svcdns-dead in kube-system (run dead): is not gone after 0 s: its own finalizers a.b/c",
    ]
    assert done.removed == ("Namespace svcdns-dead-2 (run dead)",)


def test_after_a_lost_connection_the_begun_removals_are_named(
    objects: Objects, api: Api, monkeypatch: pytest.MonkeyPatch
):
    made(objects, "Namespace", "a")
    monkeypatch.setattr(leftovers, "_remaining", lambda *_: (_ for _ in ()).throw(UndeterminedError("nobody there")))
    assert clean(api).left == (
        "Namespace a (run dead): is being removed, but it is not known whether it is gone: nobody there",
    )


def unlisted(kind: str) -> Callable[..., None]:
    def refusing(method: str, asked: str, _: str, name: str) -> None:
        if method == "GET" and asked == kind and not name:
            raise RefusalError(403, "Forbidden", f"{kind} is forbidden")

    return refusing


def test_a_kind_that_may_not_be_listed_is_skipped_and_named(whole: Objects, api: Api):
    whole.before = unlisted("EndpointSlice")
    unknown = "cannot look for objects that killed runs left behind: EndpointSlice: EndpointSlice is forbidden"
    named, also = notes(api, None)
    assert all(one in named for one in GONE)
    assert named.endswith("; remove them with: svcdns clean --context c")
    assert also == unknown
    done = clean(api)
    assert (set(done.removed), done.left, done.unknown) == (GONE, (), (unknown,))


def test_without_leases_no_run_counts_as_dead(whole: Objects, api: Api):
    whole.before = unlisted("Lease")
    assert notes(api, None) == ("cannot look for objects that killed runs left behind: Lease is forbidden",)
    with pytest.raises(TargetError, match="Lease is forbidden"):
        clean(api)
    assert whole.writes == []


@pytest.mark.parametrize(
    ("done", "code", "out", "err"),
    [
        (Cleaned((), (), ()), 0, "no run left anything\n", ""),
        (Cleaned(("a", "b"), (), ()), 0, "removed a\nremoved b\n", ""),
        (Cleaned(("a",), ("b: why",), ()), 1, "removed a\n", "left b: why\n"),
        (Cleaned((), (), ("who knows",)), 1, "", "who knows\n"),
        (Cleaned((), (), (), ("c: why",)), 0, "no run left anything\n", "not created by a run: c: why\n"),
        (Cleaned((), (), (), in_use=("the run d is alive",)), 1, "", "the run d is alive\n"),
    ],
)
def test_the_command_says_what_is_gone_and_what_is_left(
    done: Cleaned, code: int, out: str, err: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(cluster, "clean", lambda *_, **__: done)
    with suppress(SystemExit):
        result = CliRunner().invoke(main, ["clean", "--context", "c"])
    assert (result.exit_code, result.stdout, result.stderr) == (code, out, err)
