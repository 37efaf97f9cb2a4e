"""Every change that was asked of the cluster's API server, by all that ran before this, is one that a run may make.

To be run last: it reads the whole audit log of the cluster.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from tests.live.audited import Event, written

from svcdns import resources as data
from svcdns.targets.cluster import marks

LOG = os.environ.get("SVCDNS_TEST_AUDIT_LOG", "")

pytestmark = pytest.mark.skipif(not LOG, reason="NO AUDIT LOG: set SVCDNS_TEST_AUDIT_LOG")

#: Where the DNS Service of a kind cluster is, and that which the tests of moving DNS pods have of their own.
DNS = ("kube-system", "vantage-moving-")


class Row(NamedTuple):
    """A row of the table of what a run writes."""

    what: str
    resources: frozenset[str]
    verbs: frozenset[str]
    where: str
    name: str


def rows() -> list[Row]:
    table = yaml.safe_load((data.fixtures() / "writes.yaml").read_text(encoding="utf-8"))["writes"]
    return [
        Row(one["what"], frozenset(one["resources"]), frozenset(one["verbs"]), one["where"], one["name"])
        for one in table
    ]


class Made:
    """What runs have made so far, by uid, and the Namespaces among it."""

    def __init__(self) -> None:
        self.uids: set[str] = set()
        self.namespaces: set[str] = set()

    def note(self, event: Event) -> None:
        """Take note of what an event created or deleted."""
        place, item = event["objectRef"], event.get("responseObject") or {}
        if event["verb"] == "create" and "subresource" not in place and item.get("metadata", {}).get("uid"):
            self.uids.add(item["metadata"]["uid"])
            if place["resource"] == "namespaces":
                self.namespaces.add(item["metadata"]["name"])

    def allows(self, row: Row, event: Event) -> bool:
        """Whether an event is one of a row's, about what a run made where it has to be."""
        place = event["objectRef"]
        resource = "/".join(filter(None, [place["resource"], place.get("subresource", "")]))
        namespace = place.get("namespace", "") if place["resource"] != "namespaces" else ""
        where = {"own": namespace in self.namespaces, "dns": namespace.startswith(DNS)}
        return (
            (resource in row.resources or (row.resources == {"*"} and "/" not in resource and bool(namespace)))
            and event["verb"] in row.verbs
            and where.get(row.where, namespace == row.where)
            and self._named(row, event)
        )

    def _named(self, row: Row, event: Event) -> bool:
        name = _name(event)
        begins, _, ends = row.name.partition("<run>")
        return name.startswith(begins) and (not ends or ends in name.removeprefix(begins))


def _name(event: Event) -> str:
    given = (event.get("responseObject") or {}).get("metadata", {}).get("name", "")
    return str(event["objectRef"].get("name") or given)


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return list(written(Path(LOG), int(os.environ.get("SVCDNS_TEST_AUDIT_SINCE", "0"))))


def test_the_log_holds_what_runs_do(events: list[Event]):
    seen = {(event["verb"], event["objectRef"]["resource"]) for event in events}
    assert {("create", "namespaces"), ("delete", "namespaces"), ("create", "leases"), ("patch", "pods")} <= seen
    assert len(events) > 100


def test_every_write_is_a_row_of_the_table(events: list[Event]):
    made, table = Made(), rows()
    wrong = []
    for event in events:
        made.note(event)
        if not any(made.allows(row, event) for row in table):
            wrong.append(_said(event))
    assert wrong == []


def test_every_deletion_names_the_uid_of_what_it_means_and_a_run_made_it(events: list[Event]):
    made = Made()
    wrong = []
    for event in events:
        made.note(event)
        if event["verb"] == "deletecollection":
            wrong.append(_said(event))
        if event["verb"] == "delete":
            uid = (event.get("requestObject") or {}).get("preconditions", {}).get("uid")
            # Pods are made by controllers, of what a run made in a Namespace of its own.
            pod = event["objectRef"]["resource"] == "pods" and event["objectRef"]["namespace"] in made.namespaces
            if not uid or not (uid in made.uids or pod):
                wrong.append(_said(event))
    assert wrong == []


def test_every_change_is_of_what_a_run_made_or_names_its_uid(events: list[Event]):
    made = Made()
    wrong = []
    for event in events:
        made.note(event)
        if event["verb"] in ("patch", "update") and not _is_sure(event, made):
            wrong.append(_said(event))
    assert wrong == []


def _is_sure(event: Event, made: Made) -> bool:
    """Whether a change could be of nothing but the object that it means."""
    body: Any = event.get("requestObject")
    metadata = _metadata(body)
    return bool(metadata.get("uid") or metadata.get("resourceVersion"))


def _metadata(body: Any) -> dict[str, Any]:
    if isinstance(body, list):
        tests = {one["path"]: one["value"] for one in body if one["op"] == "test"}
        return {"uid": tests.get("/metadata/uid")}
    return dict((body or {}).get("metadata") or {})


def test_objects_that_a_run_made_outside_its_namespaces_are_marked(events: list[Event]):
    for event in events:
        place = event["objectRef"]
        if event["verb"] == "create" and place["resource"] in ("namespaces", "leases"):
            labels = event["responseObject"]["metadata"]["labels"]
            assert labels[marks.RUN], _said(event)


def _said(event: Event) -> str:
    place = event["objectRef"]
    resource = "/".join(filter(None, [place["resource"], place.get("subresource", "")]))
    return f"{event['verb']} {resource} {place.get('namespace', '')}/{_name(event)} by {event.get('userAgent', '')}"
