"""What killed runs have left: how it is named, removed and waited for."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from click.testing import CliRunner

from harness.cli import main
from harness.errors import TargetError, UndeterminedError
from harness.targets import cluster
from harness.targets.cluster import leftovers
from harness.targets.cluster.api import Api
from harness.targets.cluster.leftovers import Cleaned, clean, notes
from harness.targets.cluster.refusal import RefusedError

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LIVE = {"renewTime": "2025-12-31T23:59:50.000000Z", "leaseDurationSeconds": 60}
CONTROLLER = "some resources are remaining: pods. has 1 resource instances"


def item(name: str, run: str = "dead", namespace: str = "", **more: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace, "labels": {"svcdns.dev/run": run}, **more.pop("metadata", {})}
    return {"metadata": metadata, **more}


class Cluster:
    """An API that holds objects; some kinds may not be listed, some objects not be deleted, and some do not go."""

    context = "c"

    def __init__(self, **items: list[dict[str, Any]]) -> None:
        self.items = items
        self.unlisted: set[str] = set()
        self.kept: dict[str, TargetError] = {}
        self.stuck: set[str] = set()
        self.listings = 0

    def now(self) -> datetime:
        return NOW

    def list(self, kind: str, *, labels: dict[str, None]) -> list[dict[str, Any]]:
        self.listings += 1
        if kind in self.unlisted:
            raise RefusedError(f"{kind} is forbidden", code=403)
        assert kind not in ("Pod", "ConfigMap"), "they go with their Namespaces"
        found = list(self.items.get(kind, ()))
        for one in found:
            if "deletionTimestamp" in one["metadata"] and one["metadata"]["name"] not in self.stuck:
                self.items[kind].remove(one)
        return found

    def delete(self, kind: str, name: str, namespace: str) -> bool:
        if name in self.kept:
            raise self.kept[name]
        for one in self.items[kind]:
            if one["metadata"]["name"] == name:
                one["metadata"]["deletionTimestamp"] = "now"
        return True

    @property
    def api(self) -> Api:
        return cast("Api", self)


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "_PAUSE_SECONDS", 0.001)


def whole() -> Cluster:
    return Cluster(
        Namespace=[item("svcdns-dead-1"), item("svcdns-dead-2"), item("svcdns-live-1", "live")],
        Service=[item("svcdns-dead", namespace="kube-system"), item("web", namespace="svcdns-dead-1")],
        Lease=[item("svcdns-dead", namespace="default"), item("svcdns-live", "live", "default", spec=LIVE)],
    )


GONE = {
    "Namespace svcdns-dead-1 (run dead)",
    "Namespace svcdns-dead-2 (run dead)",
    "Service svcdns-dead in kube-system (run dead)",
    "Lease svcdns-dead in default (run dead)",
}


def test_what_is_removed_is_waited_for():
    there = whole()
    done = clean(there.api)
    assert (set(done.removed), done.left, done.unknown) == (GONE, (), ())
    assert [one["metadata"]["name"] for one in there.items["Namespace"]] == ["svcdns-live-1"]


@pytest.mark.parametrize("error", [RefusedError("a webhook says no", code=403), UndeterminedError("a webhook says no")])
def test_where_one_may_not_be_removed_the_others_are_all_the_same(error: TargetError):
    there = whole()
    there.kept = {"svcdns-dead-1": error}
    done = clean(there.api)
    assert done.left == ("Namespace svcdns-dead-1 (run dead): a webhook says no",)
    assert set(done.removed) == GONE - {"Namespace svcdns-dead-1 (run dead)"}


def test_what_does_not_go_is_left_with_what_holds_it_also_where_somebody_else_removes_it():
    there = Cluster(
        Namespace=[
            item(
                "svcdns-dead-1",
                metadata={"deletionTimestamp": "earlier"},
                status={
                    "conditions": [{"status": "True", "message": CONTROLLER}, {"status": "False", "message": "no"}]
                },
            ),
            item("svcdns-dead-2"),
        ],
        Service=[item("svcdns-dead", namespace="kube-system", metadata={"finalizers": ["a.b/c"]})],
        Lease=[],
    )
    there.stuck = {"svcdns-dead-1", "svcdns-dead"}
    done = clean(there.api, deadline_seconds=0.05)
    assert sorted(done.left) == [
        f"Namespace svcdns-dead-1 (run dead): is not gone after 0 s: {CONTROLLER}",
        "Service svcdns-dead in kube-system (run dead): is not gone after 0 s: its own finalizers a.b/c",
    ]
    assert done.removed == ("Namespace svcdns-dead-2 (run dead)",)


def test_a_connection_that_is_lost_while_waiting_is_no_reason_to_forget_what_was_begun(
    monkeypatch: pytest.MonkeyPatch,
):
    there = Cluster(Namespace=[item("a")], Lease=[])
    monkeypatch.setattr(leftovers, "_there", lambda *_: (_ for _ in ()).throw(UndeterminedError("nobody there")))
    assert clean(there.api).left == (
        "Namespace a (run dead): is being removed, and whether it is gone cannot be seen: nobody there",
    )


def test_a_kind_that_may_not_be_listed_is_passed_over_and_said():
    there = whole()
    there.unlisted = {"EndpointSlice"}
    unknown = "what killed runs may have left behind cannot be looked for: EndpointSlice: EndpointSlice is forbidden"
    named, also = notes(there.api, None)
    assert all(one in named for one in GONE)
    assert named.endswith("; remove it with: svcdns clean --context c")
    assert also == unknown
    done = clean(there.api)
    assert (set(done.removed), done.left, done.unknown) == (GONE, (), (unknown,))


def test_without_leases_nobody_is_taken_for_dead():
    there = whole()
    there.unlisted = {"Lease"}
    assert notes(there.api, None) == ("what killed runs may have left behind cannot be looked for: Lease is forbidden",)
    with pytest.raises(TargetError, match="Lease is forbidden"):
        clean(there.api)
    assert not [one for one in there.items["Namespace"] if "deletionTimestamp" in one["metadata"]]


@pytest.mark.parametrize(
    ("done", "code", "out", "err"),
    [
        (Cleaned((), (), ()), 0, "nothing was left behind\n", ""),
        (Cleaned(("a", "b"), (), ()), 0, "removed a\nremoved b\n", ""),
        (Cleaned(("a",), ("b: why",), ()), 1, "removed a\n", "left b: why\n"),
        (Cleaned((), (), ("who knows",)), 1, "", "who knows\n"),
    ],
)
def test_the_command_says_what_is_gone_and_what_is_left(
    done: Cleaned, code: int, out: str, err: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(cluster, "clean", lambda *_: done)
    with suppress(SystemExit):
        result = CliRunner().invoke(main, ["clean", "--context", "c"])
    assert (result.exit_code, result.stdout, result.stderr) == (code, out, err)
