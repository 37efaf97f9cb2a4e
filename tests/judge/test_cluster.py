"""What is promised of the cluster itself, and of names that follow from what it calls its pods."""

from __future__ import annotations

import pytest

from svcdns import judge
from svcdns.judge import PromiseOfState
from tests.judge.answers import (
    KEPT,
    NAMESPACE,
    NODATA,
    NXDOMAIN,
    SERVFAIL,
    SILENCE,
    Reply,
    Row,
    Server,
    answers,
    broken,
    has,
    lacks,
    observation,
    readings,
    row,
    says,
    silent,
    undetermined,
)
from tests.judge.states import DUAL, HTTP, STATE, endpoint, endpoint_slice, pod, service, state

#: EndpointSlices as a controller writes them.
LISTED = state(
    service("ready"),
    endpoint_slice("ready-1", "ready", endpoint("192.0.2.1", ready=False)),
    endpoint_slice("ready-2", "ready", endpoint("192.0.2.2", "192.0.2.3", ready=True), endpoint("192.0.2.4")),
    service("unready", ports=(HTTP, HTTP)),
    endpoint_slice("unready-1", "unready", endpoint("192.0.2.1", ready=False)),
    service("none", ports=()),
)


@pytest.mark.parametrize(
    ("promise", "problem"),
    [
        (judge.no_ready_endpoint("ready"), "the EndpointSlices of the Service shop/ready hold ready endpoints: 192.0.2.2, 192.0.2.3, 192.0.2.4"),
        (judge.no_ready_endpoint("unready"), ""),
        (judge.no_ready_endpoint("none"), ""),
        (judge.no_ready_endpoint("nobody"), "there is no Service shop/nobody"),
        (judge.has_ports("ready", 1), ""),
        (judge.has_ports("unready", 2), ""),
        (judge.has_ports("none", 0), ""),
        (judge.has_ports("unready", 1), "the Service shop/unready has 2 ports, not 1"),
        (judge.has_ports("unready", 3), "the Service shop/unready has 2 ports, not 3"),
        (judge.has_ports("nobody", 1), "there is no Service shop/nobody"),
    ],
    ids=range(10),
)  # fmt: skip
def test_what_the_cluster_itself_is_like(promise: PromiseOfState, problem: str):
    assert promise.problem(LISTED, NAMESPACE, f"{NAMESPACE}-next") == problem


PODS = judge.pod_names_do_not_exist("db")
POD = judge.pod_has_no_name("db-0", "db")
BACK = "10.244.0.10 PTR"
DASHED = judge.dashed_addresses("db")
NOT_DASHED = judge.no_dashed_addresses("db")

# fmt: off
ROWS = [
    row("no pod's name", PODS, {}, KEPT),
    row("one pod's name", PODS, {"db-1.db A": says("A 10.244.0.11")}, answers("db-1.db A", "NOERROR", "NXDOMAIN", unexpected=["A 10.244.0.11"])),
    row("one pod's name without data", PODS, {"db-0.db A": NODATA}, answers("db-0.db A", "NOERROR", "NXDOMAIN")),
    row("the name of a pod that is not ready", PODS, {"db-2.db A": says("A 10.244.0.12")}, KEPT),
    row("the name of a pod without an address", PODS, {"db-5.db A": says("A 10.244.0.15")}, KEPT),
    row("no pod", judge.pod_names_do_not_exist("both"), {}, undetermined("the Service shop/both has no ready pod")),

    row("no name of a pod", POD, {}, KEPT),
    row("a name of a pod", POD, {"db-0.db A": says("A 10.244.0.10")}, answers("db-0.db A", "NOERROR", "NXDOMAIN", unexpected=["A 10.244.0.10"])),
    row("a name of a pod without data", POD, {"db-0.db A": NODATA}, answers("db-0.db A", "NOERROR", "NXDOMAIN")),
    row("a name without data that is the identifier", POD, {"db-0.db A": NODATA, BACK: says("PTR db-0.db.shop.svc.cluster.local.")}, answers("db-0.db A", "NOERROR", "NXDOMAIN")),
    row("a name of a pod that fails", POD, {"db-0.db A": SERVFAIL}, answers("db-0.db A", "SERVFAIL", "NXDOMAIN")),
    row("the identifier", POD, {"db-0.db A": says("A 10.244.0.10"), BACK: says("PTR DB-0.db.shop.svc.cluster.local.")}, KEPT),
    row("the identifier of another pod", POD, {"db-0.db A": says("A 10.244.0.11"), BACK: says("PTR db-0.db.shop.svc.cluster.local.")}, has("A 10.244.0.11", at="db-0.db", missing=["A 10.244.0.10"])),
    row("the identifier of two pods", POD, {"db-0.db A": says("A 10.244.0.10", "A 10.244.0.11"), BACK: says("PTR db-0.db.shop.svc.cluster.local.")}, has("A 10.244.0.11", at="db-0.db")),
    row("not the identifier", POD, {"db-0.db A": says("A 10.244.0.10"), BACK: says("PTR i.db.shop.svc.cluster.local.")}, answers("db-0.db A", "NOERROR", "NXDOMAIN", unexpected=["A 10.244.0.10"])),
    row("not a PTR record", POD, {"db-0.db A": says("A 10.244.0.10"), BACK: says("CNAME db-0.db.shop.svc.cluster.local.")}, answers("db-0.db A", "NOERROR", "NXDOMAIN", unexpected=["A 10.244.0.10"])),
    row("no pod of that family", judge.pod_has_no_name("six", "db"), {"six.db A": says("A 10.244.0.18")}, answers("six.db A", "NOERROR", "NXDOMAIN", unexpected=["A 10.244.0.18"])),
    row("no such pod", judge.pod_has_no_name("nobody", "db"), {}, undetermined("there is no pod shop/nobody with an address")),

    row("dashed", DASHED, {"10-244-0-10.db A": says("A 10.244.0.10"), "10-244-0-11.db A": says("A 10.244.0.11")}, KEPT),
    row("one not dashed", DASHED, {"10-244-0-10.db A": says("A 10.244.0.10")}, answers("10-244-0-11.db A", "NXDOMAIN", "NOERROR")),
    row("another address", DASHED, {"10-244-0-10.db A": says("A 10.244.0.11")}, has("A 10.244.0.11", at="10-244-0-10.db", missing=["A 10.244.0.10"])),
    row("no endpoint", judge.dashed_addresses("both"), {}, undetermined("the Service shop/both has no ready endpoint")),
    row("not dashed", NOT_DASHED, {}, KEPT),
    row("one dashed", NOT_DASHED, {"10-244-0-11.db A": says("A 10.244.0.11")}, answers("10-244-0-11.db A", "NOERROR", "NXDOMAIN", unexpected=["A 10.244.0.11"])),
]
# fmt: on


@pytest.mark.parametrize("row", ROWS)
def test_a_pod_is_found_by_no_name_but_its_own(row: Row):
    assert row.judged(STATE) == row.verdict


SIX = state(
    service("db", selector={"app": "db"}, families=DUAL), pod("a", "10.244.0.1", "fd00::1"), pod("b", "2001:db8:1::")
)
IN_BOTH = {
    "10-244-0-1.db A": says("A 10.244.0.1"),
    "fd00--1.db AAAA": says("AAAA fd00::1"),
    "2001-db8-1--0.db AAAA": says("AAAA 2001:db8:1::"),
}


@pytest.mark.parametrize(
    "row",
    [
        row("in both families", DASHED, IN_BOTH, KEPT),
        row("not in IPv4", DASHED, {**IN_BOTH, "10-244-0-1.db A": NODATA}, lacks("A 10.244.0.1", at="10-244-0-1.db")),
        row("not in IPv6", DASHED, {**IN_BOTH, "fd00--1.db AAAA": NODATA}, lacks("AAAA fd00::1", at="fd00--1.db")),
        row("not with a zero at the end", DASHED, {**IN_BOTH, "2001-db8-1--0.db AAAA": NODATA}, lacks("AAAA 2001:db8:1::", at="2001-db8-1--0.db")),
    ],
)  # fmt: skip
def test_an_ipv6_address_has_dashes_as_well(row: Row):
    assert row.judged(SIX) == row.verdict


#: A DNS Service, one beside it over the same pods, one over others, and one that shares nothing but its name's beginning.
DNS = state(
    service("dns", "10.96.0.2", "fd00:10:96::2", selector={"app": "db"}, families=DUAL),
    pod("server", "10.244.0.1", "fd00::1"),
    endpoint_slice("dns-1", "dns", endpoint("10.244.0.1", ready=True)),
    service("metrics", "10.96.0.3", "fd00:10:96::3", families=DUAL),
    endpoint_slice("metrics-1", "metrics", endpoint("10.244.0.9", ready=True)),
    endpoint_slice("metrics-2", "metrics", endpoint("10.244.0.8", ready=True), endpoint("10.244.0.1", ready=True)),
    service("web", "10.96.0.4"),
    endpoint_slice("web-1", "web", endpoint("10.244.0.9", ready=True)),
    service("empty", "10.96.0.5"),
)
SERVER = judge.name_server_at("ns.dns.cluster.local", "dns")
NS = "ns.dns.cluster.local. A"
SERVERS = judge.name_servers()
NAMED = judge.server_of_soa_records("ns.dns.cluster.local")
APEX, DENIED = "cluster.local. SOA", "no-such-name.cluster.local. A"


def soa(server: str, owner: str = "cluster.local.", mailbox: str = "hostmaster.cluster.local.") -> str:
    return f"@{owner} 5 SOA {server} {mailbox} 1 7200 1800 86400 5"


SOA = soa("ns.dns.cluster.local.")
IN_APEX, IN_DENIAL = {APEX: says(SOA)}, {DENIED: Reply(rcode="NXDOMAIN", authority=[SOA])}
OF_APEX = "the server in the SOA record of the response for cluster.local. SOA is"
OF_DENIAL = "the server in the SOA record of the response for no-such-name.cluster.local. A is"
NAMES = {"cluster.local. NS": says("NS ns.dns.cluster.local.", "NS b.dns.cluster.local.")}
HAVE = {NS: says("A 10.96.0.2"), "b.dns.cluster.local. AAAA": says("AAAA fd00::1"), "b.dns.cluster.local. A": NODATA}


@pytest.mark.parametrize(
    "row",
    [
        row("the DNS Service", SERVER, {NS: says("A 10.96.0.2")}, KEPT),
        row("one beside it", SERVER, {NS: says("A 10.96.0.2", "A 10.96.0.3")}, KEPT),
        row("only the one beside it", SERVER, {NS: says("A 10.96.0.3")}, lacks("A 10.96.0.2", at="ns.dns.cluster.local.")),
        row("one of others", SERVER, {NS: says("A 10.96.0.2", "A 10.96.0.4")}, has("A 10.96.0.4", at="ns.dns.cluster.local.")),
        row("one of nobody", SERVER, {NS: says("A 10.96.0.2", "A 10.96.0.5")}, has("A 10.96.0.5", at="ns.dns.cluster.local.")),
        row("a foreign one", SERVER, {NS: says("A 10.96.0.2", "A 203.0.113.45")}, has("A 203.0.113.45", at="ns.dns.cluster.local.")),
        row("an endpoint", SERVER, {NS: says("A 10.96.0.2", "A 10.244.0.1")}, has("A 10.244.0.1", at="ns.dns.cluster.local.")),
        row("nothing", SERVER, {NS: NODATA}, lacks("A 10.96.0.2", at="ns.dns.cluster.local.")),
        row("of the other family", SERVER, {NS: says("A 10.96.0.2", "AAAA fd00:10:96::3")}, has("AAAA fd00:10:96::3", at="ns.dns.cluster.local.")),
        row("no virtual IP", judge.name_server_at("ns.dns.cluster.local", "nobody"), {}, undetermined("there is no Service shop/nobody")),

        row("every SOA", NAMED, {**IN_APEX, **IN_DENIAL}, KEPT),
        row("every SOA in another case", NAMED, {APEX: says(soa("NS.dns.cluster.local.")), **IN_DENIAL}, KEPT),
        row("a relative server at the apex", NAMED, {APEX: says(soa("ns.dns.")), **IN_DENIAL}, broken(f"{OF_APEX} ns.dns., not ns.dns.cluster.local.")),
        row("a relative server in a denial", NAMED, {**IN_APEX, DENIED: Reply(rcode="NXDOMAIN", authority=[soa("ns.dns.")])}, broken(f"{OF_DENIAL} ns.dns., not ns.dns.cluster.local.")),
        row("a relative mailbox at the apex", NAMED, {APEX: says(soa("ns.dns.cluster.local.", mailbox="hostmaster.")), **IN_DENIAL}, broken("the mailbox in the SOA record of the response for cluster.local. SOA is hostmaster., which is not below cluster.local.")),
        row("a relative mailbox in a denial", NAMED, {**IN_APEX, DENIED: Reply(rcode="NXDOMAIN", authority=[soa("ns.dns.cluster.local.", mailbox="hostmaster.")])}, broken("the mailbox in the SOA record of the response for no-such-name.cluster.local. A is hostmaster., which is not below cluster.local.")),
        row("another mailbox of the zone", NAMED, {APEX: says(soa("ns.dns.cluster.local.", mailbox="x.y.cluster.local.")), **IN_DENIAL}, KEPT),
        row("two SOA", NAMED, {APEX: says(SOA, soa("ns.dns.", "shop.svc.cluster.local.")), **IN_DENIAL}, broken(f"{OF_APEX} ns.dns.cluster.local., ns.dns., not ns.dns.cluster.local.")),
        row("no SOA in a denial", NAMED, IN_APEX, broken(f"{OF_DENIAL} none, not ns.dns.cluster.local.")),
        row("another record in a denial", NAMED, {**IN_APEX, DENIED: Reply(rcode="NXDOMAIN", authority=[SOA, "@cluster.local. 5 NS ns.dns."])}, KEPT),
        row("no answer at the apex", NAMED, {APEX: SILENCE}, silent(APEX)),
        row("name servers with addresses", SERVERS, {**NAMES, **HAVE}, KEPT),
        row("the first without", SERVERS, {**NAMES, **HAVE, NS: NODATA}, broken("the name server ns.dns.cluster.local. has no address")),
        row("the last without", SERVERS, {**NAMES, NS: says("A 10.96.0.2")}, broken("the name server b.dns.cluster.local. has no address")),
        row("with something else", SERVERS, {**NAMES, NS: says("TXT x")}, broken("the name server ns.dns.cluster.local. has no address")),
        row("no name server", SERVERS, {"cluster.local. NS": NODATA}, lacks("NS <a name server>", at="cluster.local.")),
        row("a record of another type", SERVERS, {"cluster.local. NS": says("NS ns.dns.cluster.local.", "TXT x"), **HAVE}, has('TXT "x"', at="cluster.local.")),
        row("no zone", SERVERS, {"cluster.local. NS": NXDOMAIN}, answers("cluster.local. NS", "NXDOMAIN", "NOERROR")),
    ],
)  # fmt: skip
def test_what_the_dns_server_says_of_itself(row: Row):
    assert row.judged(DNS) == row.verdict


def test_a_name_server_without_an_address_is_told_with_the_first_question_about_it():
    judged = readings(SERVERS, observation(DNS, Server({**NAMES, NS: NODATA})))
    assert str(judged[-1].answer.question) == NS
