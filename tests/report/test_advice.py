"""What is likely wrong where one scenario failed: right, or nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from svcdns.report import advice
from svcdns.results import Finding
from svcdns.state import ClusterState, Endpoint, EndpointSlice, Key, Namespace, Pod, Service
from tests.report.results import FINDING

SHOP = "shop.svc.cluster.local."


def service(name: str, **more: object) -> Service:
    return Service(Key("shop", name), **more)  # type: ignore[arg-type]


def listing(name: str, *endpoints: Endpoint) -> EndpointSlice:
    return EndpointSlice(Key("shop", f"{name}-1"), name, "IPv4", endpoints)


def pod(name: str, address: str, app: str, **more: object) -> Pod:
    given = {"ready": True, "hostname": name, "subdomain": app}
    return Pod(Key("shop", name), {"app": app}, (address,), **(given | more))  # type: ignore[arg-type]


STATE = ClusterState().changed(
    [
        Namespace("shop"),
        service("web", cluster_ips=("10.96.0.9",), selector={"app": "nobody"}),
        service("goal", selector={"app": "nobody"}),
        service("bare"),
        service("db", selector={"app": "db"}),
        service("other", selector={"app": "db"}),
        service("late", selector={"app": "late"}),
        listing("db", Endpoint(("10.244.0.1",), ready=True, hostname="db-0", pod="db-0")),
        listing("other", Endpoint(("10.244.0.1",), ready=True, pod="db-0")),
        listing("late", Endpoint(("10.244.0.5",), ready=False, pod="late-0")),
        pod("db-0", "10.244.0.1", "db"),
        pod("late-0", "10.244.0.5", "late"),
    ]
)


def broken(owner: str, came: str, type_: str = "A", promised: str = "records", **more: object) -> Finding:
    rcode, records = ("NOERROR", came == "records") if came in ("records", "NODATA") else (came, 0)
    given = {"question": f"{owner} {type_}", "type": type_, "rcode": rcode, "records": int(records)}
    none = {"expected": (), "missing": (), "unexpected": (), "answer": (f"{rcode}, flags QR",)}
    return replace(FINDING, **(none | given | {"promised": promised} | more))


@dataclass(frozen=True)
class Case:
    """A failure, what was answered before the last change, and what is said."""

    name: str
    failed: Finding
    said: tuple[str, ...] = ()
    earlier: tuple[Finding, ...] = ()


def kept(finding: Finding, **more: object) -> Finding:
    return replace(finding, **({"problem": ""} | more))


CACHED = broken(f"new.{SHOP}", "NXDOMAIN", expected=("A 10.96.0.7",))
OLD = broken(
    f"db.{SHOP}", "records", unexpected=("A 10.244.9.9",), answer=("NOERROR", f"answer: db.{SHOP} 30 A 10.244.9.9")
)

CASES = [
    Case("AAAA refused", broken(f"goal.{SHOP}", "REFUSED", "AAAA", "NODATA")),
    Case("AAAA refused where records are promised", broken(f"goal.{SHOP}", "REFUSED", "AAAA")),
    Case("no schema version", broken("dns-version.cluster.local.", "NXDOMAIN", "TXT")),
    Case("a virtual IP needs no pods", broken(f"web.{SHOP}", "NXDOMAIN", expected=("A 10.96.0.9",))),
    Case("another Service has no pods", broken(f"db.{SHOP}", "NXDOMAIN", expected=("A 10.244.0.1",))),
    Case("a denial is promised", broken(f"goal.{SHOP}", "NODATA", promised="NXDOMAIN")),
    Case("no response", broken(f"goal.{SHOP}", "")),
    Case("no PTR record", broken("1.0.244.10.in-addr.arpa.", "NXDOMAIN", "PTR", expected=(f"PTR db-0.db.{SHOP}",))),
    Case(
        "the Service selects no pod",
        broken(f"goal.{SHOP}", "NXDOMAIN", expected=("A 10.244.0.9",)),
        ("the Service shop/goal selects app=nobody, but no pod has these labels",),
    ),
    Case(
        "nothing is listed for the Service",
        broken(f"bare.{SHOP}", "NXDOMAIN", expected=("A 10.244.0.9",)),
        ("the Service shop/bare has no selector, and no EndpointSlice lists an endpoint for it",),
    ),
    Case(
        "no such Service",
        broken(f"gone.{SHOP}", "NXDOMAIN", expected=("A 1.2.3.4",)),
        ("there is no Service shop/gone",),
    ),
    Case(
        "another subdomain",
        broken(f"db-0.other.{SHOP}", "NXDOMAIN", expected=("A 10.244.0.1",)),
        ('the pod shop/db-0 has no name below other, because its subdomain (a StatefulSet\'s serviceName) is "db"',),
    ),
    Case("its own subdomain", broken(f"db-0.db.{SHOP}", "NXDOMAIN", expected=("A 10.244.0.1",))),
    Case(
        "late EndpointSlices",
        broken(f"late.{SHOP}", "NXDOMAIN", expected=("A 10.244.0.5",)),
        (
            (
                "the pod shop/late-0 is ready, but the EndpointSlices have no ready endpoint for it: the control plane is late,"
                " not DNS"
            ),
        ),
    ),
    Case(
        "an address that nothing has",
        broken(f"db.{SHOP}", "records", unexpected=("A 10.96.9.9",)),
        ("unexpected 10.96.9.9 belongs to no pod, Service or EndpointSlice",),
    ),
    Case(
        "addresses of pods and Services",
        broken(f"db.{SHOP}", "records", missing=("A 10.244.0.1",), unexpected=("A 10.96.0.9",)),
        (
            "unexpected 10.96.0.9 is the virtual IP of the Service shop/web",
            "missing 10.244.0.1 is the address of the pod shop/db-0, which is ready",
        ),
    ),
    Case(
        "a denial from before the name existed",
        CACHED,
        (f"new.{SHOP} was NXDOMAIN before it existed, and still is: ", "there is no Service shop/new"),
        (kept(CACHED, promised="property"),),
    ),
    Case(
        "an address from before the change",
        OLD,
        ("the answer is the same as before the change: ", "unexpected 10.244.9.9 belongs to no pod"),
        (kept(OLD, answer=("NOERROR", f"answer: db.{SHOP} 12 A 10.244.9.9")),),
    ),
    Case(
        "another address than before the change",
        OLD,
        ("unexpected 10.244.9.9 belongs to no pod",),
        (kept(OLD, answer=("NOERROR", f"answer: db.{SHOP} 12 A 10.244.8.8")),),
    ),
    Case(
        "another name was denied before",
        CACHED,
        ("there is no Service shop/new",),
        (kept(CACHED, question=f"else.{SHOP} A"),),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_failure_is_explained_by_what_it_concerns_or_not_at_all(case: Case):
    told = list(advice.on_failure(STATE, case.earlier, case.failed))
    assert len(told) == len(case.said), told
    for line, said in zip(told, case.said, strict=True):
        assert line.startswith(said)


def test_of_many_addresses_some_are_explained():
    rows = tuple(f"A 10.1.0.{number}" for number in range(100))
    told = list(advice.on_failure(STATE, (), broken(f"db.{SHOP}", "records", unexpected=rows)))
    assert len(told) == advice.MOST_EXPLAINED + 1
    assert told[-1] == "… and 96 more unexpected addresses"
