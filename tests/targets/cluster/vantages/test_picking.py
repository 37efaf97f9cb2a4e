"""The vantage to servers that the user named."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import Any, Literal, cast

import pytest

from svcdns.errors import NoPodStartsError, TargetError, UsageError
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.settings import ClusterSettings
from svcdns.targets.cluster.vantages import picking
from svcdns.targets.cluster.vantages.plan import VantagePlan
from svcdns.targets.target import Vantage
from svcdns.targets.waits import Waits

NOBODY = cast("Ownership", None)


def picked(
    vantage: Literal["auto", "direct", "probe"],
    outcomes: dict[str, TargetError | None],
    monkeypatch: pytest.MonkeyPatch,
) -> VantagePlan:
    """The plan where each vantage fails as told, or works."""

    def tried(_own: Any, _settings: Any, plan: VantagePlan, *_: Any) -> tuple[VantagePlan, Vantage]:
        if error := outcomes[plan.vantage]:
            raise error
        probe = plan.vantage == "probe"
        return replace(plan, image="python" if probe else "", note="the probe" if probe else ""), Vantage("x", ())

    monkeypatch.setattr(picking, "_tried", tried)
    settings = ClusterSettings(run="r", context="c", nameservers=("192.0.2.53",), vantage=vantage)
    return picking.pick(NOBODY, settings, ExitStack(), Waits())[0]


def test_a_server_that_this_machine_reaches_is_queried_from_it(monkeypatch: pytest.MonkeyPatch):
    plan = picked("auto", {"direct": None}, monkeypatch)
    assert (plan.vantage, plan.resolver_image) == ("direct", "")
    assert plan.note == "vantage direct: 192.0.2.53, as named by --nameserver"


def test_a_server_that_this_machine_does_not_reach_is_queried_from_a_pod(monkeypatch: pytest.MonkeyPatch):
    plan = picked("auto", {"direct": TargetError("no answer"), "probe": None}, monkeypatch)
    assert (plan.vantage, plan.servers, plan.resolver_image) == ("probe", (("192.0.2.53", 53),), "python")
    assert plan.note.endswith("as named by --nameserver, because direct does not work (no answer)")


def test_pods_resolve_names_where_a_probe_queries_a_named_server(monkeypatch: pytest.MonkeyPatch):
    assert picked("probe", {"probe": None}, monkeypatch).resolver_image == "python"


def test_what_was_tried_is_said_where_nothing_works(monkeypatch: pytest.MonkeyPatch):
    outcomes: dict[str, TargetError | None] = {
        "direct": TargetError("no answer"),
        "probe": NoPodStartsError("no pod starts"),
    }
    with pytest.raises(UsageError) as caught:
        picked("auto", outcomes, monkeypatch)
    tried = "direct: no answer; probe: no pod starts"
    assert str(caught.value) == f"--nameserver 192.0.2.53: {tried}; check that a DNS server listens there"
    with pytest.raises(UsageError, match=r"192\.0\.2\.53: no answer; check"):
        picked("direct", outcomes, monkeypatch)
    with pytest.raises(NoPodStartsError):
        picked("probe", outcomes, monkeypatch)
