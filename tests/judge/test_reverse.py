"""What reverse names answer."""

from __future__ import annotations

import pytest

from svcdns import judge
from svcdns.errors import FeatureError
from svcdns.message import reverse_name
from tests.judge.answers import (
    KEPT,
    NODATA,
    NXDOMAIN,
    SERVFAIL,
    SILENCE,
    Row,
    Server,
    answers,
    broken,
    has,
    lacks,
    observation,
    observed,
    readings,
    row,
    says,
    undetermined,
)
from tests.judge.states import DUAL, STATE, endpoint, endpoint_slice, pod, service, state


def ptr(name: str) -> str:
    return f"PTR {name}.shop.svc.cluster.local."


def of(address: str) -> str:
    return str(reverse_name(address))


VIRTUAL = judge.virtual_ip_leads_back("both")
VIRTUALS = {"10.96.0.20 PTR": says(ptr("both")), "fd00:10:96::20 PTR": says(ptr("both"))}
POD = judge.pod_leads_back("db-0", "db-0.db")
READY = judge.ready_endpoints_lead_back("db")
NAMES = {"10.244.0.10 PTR": says(ptr("db-0.db")), "10.244.0.11 PTR": says(ptr("db-1.db"))}
FORWARD = {"db-0.db A": says("A 10.244.0.10"), "db-1.db A": says("A 10.244.0.11")}
UNREADY = judge.unready_endpoints_do_not_lead_back("db")
LISTED = judge.unready_endpoints_do_not_lead_back("peers")
NOWHERE = judge.address_leads_nowhere("198.51.100.1")
NO_ADDRESS = judge.name_leads_nowhere("300.0.0.10.in-addr.arpa.")
WAYS = judge.reverse_name_is_one_of("web", "A", 0, {"NODATA": "it exists", "nothing": "forwarded"})
ABOVE = judge.reverse_name_is_one_of("web", "PTR", 1, {"NODATA": "it exists", "NXDOMAIN": "denied"})

# fmt: off
ROWS = [
    row("both virtual IPs", VIRTUAL, VIRTUALS, KEPT),
    row("not the first", VIRTUAL, {**VIRTUALS, "10.96.0.20 PTR": NXDOMAIN}, answers("10.96.0.20 PTR", "NXDOMAIN", "NOERROR")),
    row("not the second", VIRTUAL, {**VIRTUALS, "fd00:10:96::20 PTR": NODATA}, lacks(ptr("both"), at=of("fd00:10:96::20"))),
    row("a second name", VIRTUAL, {**VIRTUALS, "10.96.0.20 PTR": says(ptr("both"), ptr("web"))}, has(ptr("web"), at=of("10.96.0.20"))),
    row("another name", VIRTUAL, {**VIRTUALS, "10.96.0.20 PTR": says(ptr("x.both"))}, has(ptr("x.both"), at=of("10.96.0.20"), missing=[ptr("both")])),
    row("in another case", VIRTUAL, {**VIRTUALS, "10.96.0.20 PTR": says("PTR BOTH.shop.svc.cluster.local.")}, KEPT),
    row("no virtual IP", judge.virtual_ip_leads_back("db"), {}, undetermined("the Service shop/db has no virtual IP")),

    row("the pod", POD, {"10.244.0.10 PTR": says(ptr("db-0.db"))}, KEPT),
    row("another Service over the pod as well", POD, {"10.244.0.10 PTR": says(ptr("db-0.db"), ptr("i.db-too"))}, KEPT),
    row("another Service over the pod alone", POD, {"10.244.0.10 PTR": says(ptr("i.db-too"))}, lacks(ptr("db-0.db"), at=of("10.244.0.10"))),
    row("a name elsewhere as well", POD, {"10.244.0.10 PTR": says(ptr("db-0.db"), "PTR host.example.com.")}, has("PTR host.example.com.", at=of("10.244.0.10"))),
    row("a name that only ends alike", POD, {"10.244.0.10 PTR": says(ptr("db-0.db"), "PTR x.notcluster.local.")}, has("PTR x.notcluster.local.", at=of("10.244.0.10"))),
    row("an alias as well", POD, {"10.244.0.10 PTR": says(ptr("db-0.db"), "CNAME x.cluster.local.")}, has("CNAME x.cluster.local.", at=of("10.244.0.10"))),
    row("no pod's family", judge.pod_leads_back("six", "six.db"), {}, undetermined("the pod six has no address in a family of the Service shop/db")),
    row("no pod", judge.pod_leads_back("db-9", "db-9.db"), {}, undetermined("there is no pod shop/db-9 with an address")),

    row("every endpoint", READY, {**NAMES, **FORWARD}, KEPT),
    row("one has no name", READY, {**FORWARD, "10.244.0.10 PTR": says(ptr("db-0.db"))}, answers("10.244.0.11 PTR", "NXDOMAIN", "NOERROR")),
    row("one has no PTR", READY, {**NAMES, **FORWARD, "10.244.0.11 PTR": NODATA}, lacks(ptr("db-1.db"), at=of("10.244.0.11"))),
    row("one has another's name", READY, {**NAMES, **FORWARD, "10.244.0.11 PTR": says(ptr("db-0.db"))}, lacks(ptr("db-1.db"), at=of("10.244.0.11"))),
    row("one has an identifier", READY, {**NAMES, **FORWARD, "10.244.0.11 PTR": says(ptr("i.db"))}, lacks(ptr("db-1.db"), at=of("10.244.0.11"))),
    row("its own name among others", READY, {**NAMES, **FORWARD, "10.244.0.11 PTR": says(ptr("i.db-too"), ptr("db-1.db"))}, KEPT),
    row("the root among others", READY, {**NAMES, **FORWARD, "10.244.0.11 PTR": says("PTR .", ptr("db-1.db"))}, KEPT),
    row("its own name twice", READY, {**NAMES, **FORWARD, "10.244.0.11 PTR": says(ptr("db-1.db"), ptr("db-1.db"))}, has(f"{ptr('db-1.db')}, 2 times", at=of("10.244.0.11"))),
    row("an alias beside", READY, {**NAMES, **FORWARD, "10.244.0.11 PTR": says(ptr("db-1.db"), "CNAME x.")}, has("CNAME x.", at=of("10.244.0.11"))),
    row("an alias of its name", READY, {**NAMES, **FORWARD, "10.244.0.11 PTR": says("CNAME db-1.db.shop.svc.cluster.local.")}, has("CNAME db-1.db.shop.svc.cluster.local.", at=of("10.244.0.11"), missing=[ptr("db-1.db")])),
    row("an address beside", READY, {**NAMES, **FORWARD, "10.244.0.11 PTR": says(ptr("db-1.db"), "A 10.244.0.11")}, has("A 10.244.0.11", at=of("10.244.0.11"))),
    row("its name does not exist", READY, {**NAMES, "db-0.db A": says("A 10.244.0.10")}, answers("db-1.db A", "NXDOMAIN", "NOERROR")),
    row("its name has no data", READY, {**NAMES, **FORWARD, "db-1.db A": NODATA}, lacks("A 10.244.0.11", at="db-1.db")),
    row("its name answers another address", READY, {**NAMES, **FORWARD, "db-1.db A": says("A 10.244.0.10")}, lacks("A 10.244.0.11", at="db-1.db")),
    row("its name answers another address as well", READY, {**NAMES, **FORWARD, "db-1.db A": says("A 10.244.0.10", "A 10.244.0.11")}, KEPT),
    row("its name answers another type as well", READY, {**NAMES, **FORWARD, "db-1.db A": says("A 10.244.0.11", "TXT x")}, has('TXT "x"', at="db-1.db")),
    row("no ready endpoint", judge.ready_endpoints_lead_back("both"), {}, undetermined("the Service shop/both has no ready endpoint")),

    row("no unready pod", UNREADY, {**NAMES}, KEPT),
    *[
        row(f"the pod at {address}", UNREADY, {f"{address} PTR": says(ptr("x.db"))}, has(ptr("x.db"), at=of(address)))
        for address in ("10.244.0.12", "10.244.0.13", "10.244.0.14")
    ],
    row("a pod that the Service does not select", UNREADY, {"10.244.0.16 PTR": says(ptr("x.db"))}, KEPT),
    row("no unready endpoint", LISTED, {}, KEPT),
    row("an unready endpoint", LISTED, {"192.0.2.13 PTR": says(ptr("b.peers"))}, has(ptr("b.peers"), at=of("192.0.2.13"))),
    row("an unready endpoint, elsewhere", LISTED, {"192.0.2.13 PTR": says("PTR host.example.com.")}, KEPT),
    row("no endpoint at all", judge.unready_endpoints_do_not_lead_back("both"), {}, undetermined("every endpoint of the Service shop/both is ready")),

    row("denied", NOWHERE, {"198.51.100.1 PTR": NXDOMAIN}, KEPT),
    row("failed", NOWHERE, {"198.51.100.1 PTR": SERVFAIL}, KEPT),
    row("unanswered", NOWHERE, {"198.51.100.1 PTR": SILENCE}, KEPT),
    row("a name elsewhere", NOWHERE, {"198.51.100.1 PTR": says("PTR host.example.com.")}, KEPT),
    row("a name of the cluster", NOWHERE, {"198.51.100.1 PTR": says("PTR host.example.com.", ptr("web"))}, has(ptr("web"), at=of("198.51.100.1"))),
    row("a name of the cluster in another case", NOWHERE, {"198.51.100.1 PTR": says("PTR WEB.SHOP.SVC.CLUSTER.LOCAL.")}, has(ptr("web"), at=of("198.51.100.1"))),
    row("an alias", NOWHERE, {"198.51.100.1 PTR": says("CNAME web.shop.svc.cluster.local.")}, KEPT),
    row("no address", NO_ADDRESS, {}, KEPT),
    row("no address with a name", NO_ADDRESS, {"300.0.0.10.in-addr.arpa. PTR": says(ptr("web"))}, has(ptr("web"), at="300.0.0.10.in-addr.arpa.")),

    row("a way", WAYS, {f"{of('10.96.0.10')} A": NODATA}, observed("NODATA: it exists")),
    row("no answer as a way", WAYS, {f"{of('10.96.0.10')} A": SILENCE}, observed("nothing: forwarded")),
    row("no way", WAYS, {}, broken("10.0.96.10.in-addr.arpa. A answers NXDOMAIN, not one of NODATA, nothing")),
    row("a way above", ABOVE, {"0.96.10.in-addr.arpa. PTR": NODATA}, observed("NODATA: it exists")),
    row("no way above", ABOVE, {"0.96.10.in-addr.arpa. PTR": SILENCE}, broken("0.96.10.in-addr.arpa. PTR answers nothing, not one of NODATA, NXDOMAIN")),
    row("a way of no virtual IP", judge.reverse_name_is_one_of("db", "A", 0, {}), {}, undetermined("the Service shop/db has no virtual IP")),
]
# fmt: on


@pytest.mark.parametrize("row", ROWS)
def test_an_address_resolves_back(row: Row):
    assert row.judged(STATE) == row.verdict


#: Endpoints without hostnames, with addresses in both families, and two at one address.
ANON = state(
    service("anon", selector={"app": "db"}, families=DUAL),
    pod("one", "10.244.0.1", "fd00::1"),
    service("shared"),
    endpoint_slice("shared-1", "shared", endpoint("192.0.2.1", hostname="a"), endpoint("192.0.2.1", hostname="b")),
    service("all-6", selector={"app": "db"}, families=("IPv6",)),
)
ANY = judge.ready_endpoints_lead_back("anon")
I4, I6 = {"10.244.0.1 PTR": says(ptr("i.anon")), "i.anon A": says("A 10.244.0.1")}, {"fd00::1 PTR": says(ptr("j.anon")), "j.anon AAAA": says("AAAA fd00::1")}  # fmt: skip
BOTH = judge.pod_leads_back("one", "one.anon")
SHARED = judge.ready_endpoints_lead_back("shared")
SHARED_FORWARD = {"a.shared A": says("A 192.0.2.1"), "b.shared A": says("A 192.0.2.1")}


@pytest.mark.parametrize(
    "row",
    [
        row("identifiers", ANY, {**I4, **I6}, KEPT),
        row("no identifier of the second family", ANY, I4, answers("fd00::1 PTR", "NXDOMAIN", "NOERROR")),
        row("two identifiers", ANY, {**I4, **I6, "10.244.0.1 PTR": says(ptr("i.anon"), ptr("k.anon")), "k.anon A": says("A 10.244.0.1")}, KEPT),
        row("two identifiers, one false", ANY, {**I4, **I6, "10.244.0.1 PTR": says(ptr("i.anon"), ptr("k.anon"))}, answers("k.anon A", "NXDOMAIN", "NOERROR")),
        row("two labels", ANY, {**I4, **I6, "10.244.0.1 PTR": says(ptr("i.x.anon"))}, lacks("PTR <identifier>.anon.shop.svc.cluster.local.", at=of("10.244.0.1"))),
        row("the Service itself", ANY, {**I4, **I6, "10.244.0.1 PTR": says(ptr("anon"))}, lacks("PTR <identifier>.anon.shop.svc.cluster.local.", at=of("10.244.0.1"))),
        row("the root", ANY, {**I4, **I6, "10.244.0.1 PTR": says("PTR .")}, lacks("PTR <identifier>.anon.shop.svc.cluster.local.", at=of("10.244.0.1"))),
        row("no PTR", ANY, {**I4, **I6, "10.244.0.1 PTR": NODATA}, lacks("PTR <identifier>.anon.shop.svc.cluster.local.", at=of("10.244.0.1"))),
        row("both hostnames", SHARED, {"192.0.2.1 PTR": says(ptr("a.shared"), ptr("b.shared")), **SHARED_FORWARD}, KEPT),
        row("one of two hostnames", SHARED, {"192.0.2.1 PTR": says(ptr("b.shared")), **SHARED_FORWARD}, lacks(ptr("a.shared"), at=of("192.0.2.1"))),
        row("the other of two hostnames", SHARED, {"192.0.2.1 PTR": says(ptr("a.shared")), **SHARED_FORWARD}, lacks(ptr("b.shared"), at=of("192.0.2.1"))),
        row("every pod is ready", judge.unready_endpoints_do_not_lead_back("all-6"), {}, undetermined("every endpoint of the Service shop/all-6 is ready")),
        row("in both families", BOTH, {"10.244.0.1 PTR": says(ptr("one.anon")), "fd00::1 PTR": says(ptr("one.anon"))}, KEPT),
        row("not in IPv4", BOTH, {"10.244.0.1 PTR": NODATA, "fd00::1 PTR": says(ptr("one.anon"))}, lacks(ptr("one.anon"), at=of("10.244.0.1"))),
        row("not in IPv6", BOTH, {"10.244.0.1 PTR": says(ptr("one.anon")), "fd00::1 PTR": NODATA}, lacks(ptr("one.anon"), at=of("fd00::1"))),
        row("in the Service's families", judge.pod_leads_back("one", "one.all-6"), {"fd00::1 PTR": says(ptr("one.all-6"))}, KEPT),
    ],
)  # fmt: skip
def test_an_address_resolves_back_to_what_the_server_calls_it(row: Row):
    assert row.judged(ANON) == row.verdict


@pytest.mark.parametrize(
    ("promise", "script", "asked"),
    [
        (judge.virtual_ip_leads_back("six", any_case=True), {"fd00:10:96::10 PTR": says(ptr("six"))}, 3),
        (judge.ready_endpoints_lead_back("db", any_case=True), {**NAMES, **FORWARD}, 12),
    ],
    ids=["virtual IP", "endpoints"],
)
def test_a_reverse_name_is_asked_for_in_three_other_spellings(promise: judge.Promise, script, asked: int):
    server = Server(script)
    assert all(reading.kept for reading in readings(promise, observation(STATE, server)))
    names = [name.removesuffix(" PTR") for _, name in server.log if name.endswith(" PTR")]
    assert len(server.log) == asked
    assert len(set(names)) == len(names)
    assert all(name != name.lower() for name in names)
    assert len({name.lower() for name in names}) == len(names) / 3


def test_what_nothing_in_the_cluster_has_may_be_asked_elsewhere():
    server = Server({"198.51.100.1 PTR": SILENCE})
    readings(NOWHERE, observation(STATE, server))
    readings(WAYS, observation(STATE, server))
    assert {how for how, _ in server.log} == {"ask outside"}


def test_an_address_that_is_none_is_refused():
    with pytest.raises(FeatureError, match=r'^"300.0.0.1" is not an IP address$'):
        judge.address_leads_nowhere("300.0.0.1")
