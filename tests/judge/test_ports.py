"""What SRV queries answer."""

from __future__ import annotations

import pytest

from svcdns import judge
from svcdns.state import ServicePort
from tests.judge.answers import (
    KEPT,
    NODATA,
    NXDOMAIN,
    Row,
    Server,
    Verdict,
    answers,
    broken,
    has,
    lacks,
    observation,
    readings,
    row,
    says,
    undetermined,
)
from tests.judge.states import DUAL, STATE, endpoint, endpoint_slice, pod, service, state

WEB = judge.port_of_virtual_ip("web", "http", "TCP", 80)
DB = judge.port_of_ready_endpoints("db", "http", "TCP", 80)
CHOICES = judge.port_of_ready_pods_is_one_of("db", "http", "TCP", {80: "of the Service", 8080: "of the pod"})
CUT = "QR AA RD TC"

SRV, TARGETS = "_http._tcp.db SRV", ("db-0.db.shop.svc.cluster.local.", "db-1.db.shop.svc.cluster.local.")
ADDRESSES = {"db-0.db A": says("A 10.244.0.10"), "db-1.db A": says("A 10.244.0.11")}


def srv(target: str, port: int = 80, weight: int = 50) -> str:
    return f"SRV 0 {weight} {port} {target}"


def rows(*targets: str, port: int = 80) -> list[str]:
    return [f"SRV port {port} {target}" for target in targets]


BOTH = says(*map(srv, TARGETS))

# fmt: off
ROWS = [
    row("the port", WEB, {"_http._tcp.web SRV": says(srv("web.shop.svc.cluster.local."))}, KEPT),
    row("in any case, priority and weight", WEB, {"_http._tcp.web SRV": says("SRV 7 3 80 WEB.shop.svc.cluster.local.")}, KEPT),
    row("another number", WEB, {"_http._tcp.web SRV": says(srv("web.shop.svc.cluster.local.", 81))}, has(*rows("web.shop.svc.cluster.local.", port=81), at="_http._tcp.web", missing=rows("web.shop.svc.cluster.local."))),
    row("another target", WEB, {"_http._tcp.web SRV": says(srv("x.web.shop.svc.cluster.local."))}, has(*rows("x.web.shop.svc.cluster.local."), at="_http._tcp.web", missing=rows("web.shop.svc.cluster.local."))),
    row("no port", WEB, {}, answers("_http._tcp.web SRV", "NXDOMAIN", "NOERROR")),
    row("another protocol", judge.port_of_virtual_ip("web", "http", "UDP", 80), {"_http._udp.web SRV": says(srv("web.shop.svc.cluster.local."))}, KEPT),

    row("every ready endpoint", DB, {SRV: BOTH, **ADDRESSES}, KEPT),
    row("no SRV for one", DB, {SRV: says(srv(TARGETS[0])), **ADDRESSES}, broken("no SRV record has the target db-1.db.shop.svc.cluster.local.")),
    row("no SRV at all", DB, {SRV: NODATA, **ADDRESSES}, broken(f"no SRV record has the target {TARGETS[0]}, {TARGETS[1]}")),
    row("denied", DB, ADDRESSES, answers(SRV, "NXDOMAIN", "NOERROR")),
    row("one of them with another number", DB, {SRV: says(srv(TARGETS[0], 80), srv(TARGETS[1], 81)), **ADDRESSES}, broken("the port number is 80, 81, not 80")),
    row("one target twice", DB, {SRV: says(*map(srv, TARGETS), srv(TARGETS[0], 80, 10)), **ADDRESSES}, has("SRV port 80 db-0.db.shop.svc.cluster.local., 2 times", at="_http._tcp.db")),
    row("one more", DB, {SRV: says(*map(srv, TARGETS), srv("x.db.shop.svc.cluster.local.")), **ADDRESSES}, broken("the answer has 3 SRV records for 2 ready endpoints")),
    row("a target two labels below", DB, {SRV: says(*map(srv, TARGETS), srv("x.y.db.shop.svc.cluster.local.")), **ADDRESSES}, broken("the target x.y.db.shop.svc.cluster.local. is not one label below db.shop.svc.cluster.local.")),
    row("a target elsewhere", DB, {SRV: says(*map(srv, TARGETS), srv("db-0.db.far.svc.cluster.local.")), **ADDRESSES}, broken("the target db-0.db.far.svc.cluster.local. is not one label below db.shop.svc.cluster.local.")),
    row("the Service as target", DB, {SRV: says(*map(srv, TARGETS), srv("db.shop.svc.cluster.local.")), **ADDRESSES}, broken("the target db.shop.svc.cluster.local. is not one label below db.shop.svc.cluster.local.")),
    row("the root as target", DB, {SRV: says(*map(srv, TARGETS), srv(".")), **ADDRESSES}, broken("the target . is not one label below db.shop.svc.cluster.local.")),
    row("a record of another type", DB, {SRV: says(*map(srv, TARGETS), "A 10.244.0.10"), **ADDRESSES}, has("A 10.244.0.10", at="_http._tcp.db")),
    row("a target without addresses", DB, {SRV: BOTH, "db-0.db A": says("A 10.244.0.10")}, answers("db-1.db A", "NXDOMAIN", "NOERROR")),
    row("a target with no data", DB, {SRV: BOTH, "db-0.db A": says("A 10.244.0.10"), "db-1.db A": NODATA}, lacks("A 10.244.0.11", at="db-1.db")),
    row("a target with the address of another", DB, {SRV: BOTH, **ADDRESSES, "db-1.db A": says("A 10.244.0.10")}, has("A 10.244.0.10", at="db-1.db", missing=["A 10.244.0.11"])),
    row("a target with a foreign address", DB, {SRV: BOTH, **ADDRESSES, "db-0.db A": says("A 203.0.113.45")}, has("A 203.0.113.45", at="db-0.db", missing=["A 10.244.0.10"])),
    row("cut off over UDP", DB, {SRV: says(srv(TARGETS[0]), flags=CUT), **ADDRESSES}, KEPT),
    row("cut off, with one more", DB, {SRV: says(*map(srv, TARGETS), srv("x.db.shop.svc.cluster.local."), flags=CUT), **ADDRESSES}, broken("the answer has 3 SRV records for 2 ready endpoints")),
    row("no ready endpoint", judge.port_of_ready_endpoints("both", "http", "TCP", 80), {}, undetermined("the Service shop/both has no ready endpoint")),

    row("a choice", CHOICES, {SRV: BOTH, **ADDRESSES}, KEPT),
    row("no choice", CHOICES, {SRV: says(srv(TARGETS[0], 81), srv(TARGETS[1], 81)), **ADDRESSES}, broken("the port number is 81, not one of 80, 8080")),
    row("two choices", CHOICES, {SRV: says(srv(TARGETS[0], 8080), srv(TARGETS[1], 80)), **ADDRESSES}, broken("the port number is 80, 8080, not one of 80, 8080")),
    row("a choice, of too few", CHOICES, {SRV: says(srv(TARGETS[0], 8080)), **ADDRESSES}, Verdict("no SRV record has the target db-1.db.shop.svc.cluster.local.", observed="port 8080: of the pod")),
]
# fmt: on


@pytest.mark.parametrize("row", ROWS)
def test_a_port_is_at_what_has_it(row: Row):
    assert row.judged(STATE) == row.verdict


def test_one_number_alone_may_be_a_choice():
    server = Server({SRV: BOTH, **ADDRESSES})
    promise = judge.port_of_ready_pods_is_one_of("db", "http", "TCP", {80: "of the Service"})
    assert readings(promise, observation(STATE, server))[0].observed == "port 80: of the Service"


def test_which_number_it_is_is_observed():
    server = Server({SRV: says(*(srv(target, 8080) for target in TARGETS)), **ADDRESSES})
    assert readings(CHOICES, observation(STATE, server))[0].observed == "port 8080: of the pod"
    assert CHOICES.choices == ("port 80: of the Service", "port 8080: of the pod")


#: Two endpoints that the server names as it likes, one of them with addresses in both families.
ANONYMOUS = state(
    service("anon", selector={"app": "db"}),
    pod("one", "10.244.0.1"),
    pod("two", "10.244.0.2", hostname="two", subdomain="elsewhere"),
    service("mixed"),
    endpoint_slice(
        "mixed-1", "mixed", endpoint("192.0.2.1", ready=True), endpoint("192.0.2.2", ready=True, hostname="own")
    ),
    service("dual", selector={"app": "dual"}, families=DUAL),
    pod("three", "10.244.0.3", "fd00::3", labels={"app": "dual"}),
    service("named", selector={"app": "named"}, families=DUAL),
    pod("four", "10.244.0.4", "fd00::4", labels={"app": "named"}, hostname="four", subdomain="named"),
)
ANON = judge.port_of_ready_endpoints("anon", "http", "TCP", 80)
ANON_SRV = says(srv("i.anon.shop.svc.cluster.local."), srv("j.anon.shop.svc.cluster.local."))
MIXED = judge.port_of_ready_endpoints("mixed", "http", "TCP", 80)
MIXED_SRV = says(srv("i.mixed.shop.svc.cluster.local."), srv("own.mixed.shop.svc.cluster.local."))
DUAL_ = judge.port_of_ready_endpoints("dual", "http", "TCP", 80)
ONE, TWO = says(srv("i.dual.shop.svc.cluster.local.")), says(srv("i.dual.shop.svc.cluster.local."), srv("j.dual.shop.svc.cluster.local."))  # fmt: skip
LEGAL = ["A 10.244.0.1", "A 10.244.0.2"]
NAMED, FOUR = judge.port_of_ready_endpoints("named", "http", "TCP", 80), says(srv("four.named.shop.svc.cluster.local."))

# fmt: off
IDENTIFIERS = [
    row("an identifier for each", ANON, {"_http._tcp.anon SRV": ANON_SRV, "i.anon A": says("A 10.244.0.1"), "j.anon A": says("A 10.244.0.2")}, KEPT),
    row("two for one", ANON, {"_http._tcp.anon SRV": ANON_SRV, "i.anon A": says("A 10.244.0.1"), "j.anon A": says("A 10.244.0.1")}, broken("j.anon.shop.svc.cluster.local. and i.anon.shop.svc.cluster.local. have the address of the same endpoint")),
    row("one for both", ANON, {"_http._tcp.anon SRV": says(srv("i.anon.shop.svc.cluster.local.")), "i.anon A": says(*LEGAL)}, broken("the answer has 1 SRV record for 2 ready endpoints")),
    row("each for both", ANON, {"_http._tcp.anon SRV": ANON_SRV, "i.anon A": says(*LEGAL), "j.anon A": says(*LEGAL)}, broken("j.anon.shop.svc.cluster.local. and i.anon.shop.svc.cluster.local. have the address of the same endpoint")),
    row("cut off, one for both", ANON, {"_http._tcp.anon SRV": says(srv("i.anon.shop.svc.cluster.local."), flags=CUT), "i.anon A": says("A 10.244.0.1")}, KEPT),
    row("a foreign address", ANON, {"_http._tcp.anon SRV": ANON_SRV, "i.anon A": says("A 203.0.113.45"), "j.anon A": says("A 10.244.0.2")}, has("A 203.0.113.45", at="i.anon", missing=LEGAL)),
    row("a foreign address beside", ANON, {"_http._tcp.anon SRV": ANON_SRV, "i.anon A": says("A 10.244.0.1", "A 203.0.113.45"), "j.anon A": says("A 10.244.0.2")}, has("A 203.0.113.45", at="i.anon", missing=["A 10.244.0.2"])),
    row("no address", ANON, {"_http._tcp.anon SRV": ANON_SRV, "i.anon A": NODATA, "j.anon A": says("A 10.244.0.2")}, lacks(*LEGAL, at="i.anon")),
    row("no name", ANON, {"_http._tcp.anon SRV": ANON_SRV, "j.anon A": says("A 10.244.0.2")}, answers("i.anon A", "NXDOMAIN", "NOERROR")),

    row("an identifier beside a hostname", MIXED, {"_http._tcp.mixed SRV": MIXED_SRV, "i.mixed A": says("A 192.0.2.1"), "own.mixed A": says("A 192.0.2.2")}, KEPT),
    row("an identifier for what has a hostname", MIXED, {"_http._tcp.mixed SRV": MIXED_SRV, "i.mixed A": says("A 192.0.2.2"), "own.mixed A": says("A 192.0.2.2")}, has("A 192.0.2.2", at="i.mixed", missing=["A 192.0.2.1"])),
    row("no identifier", MIXED, {"_http._tcp.mixed SRV": says(srv("own.mixed.shop.svc.cluster.local.")), "own.mixed A": says("A 192.0.2.2")}, broken("the answer has 1 SRV record for 2 ready endpoints")),

    row("one identifier for both families", DUAL_, {"_http._tcp.dual SRV": ONE, "i.dual A": says("A 10.244.0.3"), "i.dual AAAA": says("AAAA fd00::3")}, KEPT),
    row("one identifier for each family", DUAL_, {"_http._tcp.dual SRV": TWO, "i.dual A": says("A 10.244.0.3"), "i.dual AAAA": NODATA, "j.dual A": NODATA, "j.dual AAAA": says("AAAA fd00::3")}, KEPT),
    row("two identifiers for one family", DUAL_, {"_http._tcp.dual SRV": TWO, "i.dual A": says("A 10.244.0.3"), "i.dual AAAA": NODATA, "j.dual A": says("A 10.244.0.3"), "j.dual AAAA": NODATA}, broken("j.dual.shop.svc.cluster.local. and i.dual.shop.svc.cluster.local. have the address of the same endpoint")),
    row("an identifier that does not exist", DUAL_, {"_http._tcp.dual SRV": ONE, "i.dual A": says("A 10.244.0.3")}, answers("i.dual AAAA", "NXDOMAIN", "NOERROR")),
    row("a hostname in both families", NAMED, {"_http._tcp.named SRV": FOUR, "four.named A": says("A 10.244.0.4"), "four.named AAAA": says("AAAA fd00::4")}, KEPT),
    row("a hostname not in IPv4", NAMED, {"_http._tcp.named SRV": FOUR, "four.named A": NODATA, "four.named AAAA": says("AAAA fd00::4")}, lacks("A 10.244.0.4", at="four.named")),
    row("a hostname not in IPv6", NAMED, {"_http._tcp.named SRV": FOUR, "four.named A": says("A 10.244.0.4"), "four.named AAAA": NODATA}, lacks("AAAA fd00::4", at="four.named")),
    row("three identifiers", DUAL_, {"_http._tcp.dual SRV": says(*TWO.records, srv("k.dual.shop.svc.cluster.local."))}, broken("the answer has 3 SRV records for 1 ready endpoint")),
]
# fmt: on


@pytest.mark.parametrize("row", IDENTIFIERS)
def test_an_endpoint_without_a_hostname_has_a_name_of_its_own(row: Row):
    assert row.judged(ANONYMOUS) == row.verdict


#: Pods whose ports of one name have different numbers.
TO_WEB = ServicePort("http", "TCP", 80, "web")
OWN = state(
    service("own", selector={"app": "db"}, ports=(ServicePort("other", "TCP", 1, "x"), TO_WEB)),
    pod("one", "10.244.0.1", container_ports={("web", "TCP"): 8001}),
    pod("two", "10.244.0.2", container_ports={("web", "TCP"): 8002}),
    pod("udp", "10.244.0.3", container_ports={("web", "UDP"): 8003}),
    pod("six", "fd00::4", container_ports={("web", "TCP"): 8004}),
    pod("unready", "10.244.0.5", ready=False, container_ports={("web", "TCP"): 8005}),
    service("own-6", selector={"app": "db"}, ports=(TO_WEB,), families=("IPv6",)),
)
PORTS = judge.own_port("own", "http")
OWN_SRV = says(srv("i.own.shop.svc.cluster.local.", 8001), srv("j.own.shop.svc.cluster.local.", 8002))
OWN_ADDRESSES = {"i.own A": says("A 10.244.0.1"), "j.own A": says("A 10.244.0.2")}
NUMBERS = "10.244.0.1 port 8001, 10.244.0.2 port 8002"


@pytest.mark.parametrize(
    "row",
    [
        row("each its own", PORTS, {"_http._tcp.own SRV": OWN_SRV, **OWN_ADDRESSES}, KEPT),
        row("mixed up", PORTS, {"_http._tcp.own SRV": OWN_SRV, "i.own A": says("A 10.244.0.2"), "j.own A": says("A 10.244.0.1")}, broken(f"the pods' ports are 10.244.0.1 port 8002, 10.244.0.2 port 8001, not {NUMBERS}")),
        row("one pod missing", PORTS, {"_http._tcp.own SRV": says(OWN_SRV.records[0]), **OWN_ADDRESSES}, broken(f"the pods' ports are 10.244.0.1 port 8001, not {NUMBERS}")),
        row("a pod without the port", PORTS, {"_http._tcp.own SRV": says(*OWN_SRV.records, srv("k.own.shop.svc.cluster.local.", 8003)), **OWN_ADDRESSES, "k.own A": says("A 10.244.0.3")}, broken(f"the pods' ports are {NUMBERS}, 10.244.0.3 port 8003, not {NUMBERS}")),
        row("no address", PORTS, {"_http._tcp.own SRV": says(srv("i.own.shop.svc.cluster.local.", 8001)), "i.own A": NODATA}, broken(f"the pods' ports are none, not {NUMBERS}")),
        row("a target that does not exist", PORTS, {"_http._tcp.own SRV": OWN_SRV, "i.own A": says("A 10.244.0.1")}, answers("j.own A", "NXDOMAIN", "NOERROR")),
        row("an address of another owner", PORTS, {"_http._tcp.own SRV": OWN_SRV, **OWN_ADDRESSES, "i.own A": says("@x.own 30 A 10.244.0.1")}, has("A 10.244.0.1 owned by x.own.shop.svc.cluster.local.", at="i.own", missing=["A 10.244.0.1"])),
        row("a record of another type", PORTS, {"_http._tcp.own SRV": OWN_SRV, **OWN_ADDRESSES, "i.own A": says("A 10.244.0.1", "TXT x")}, has('TXT "x"', at="i.own")),
        row("another type of the port", PORTS, {"_http._tcp.own SRV": says(*OWN_SRV.records, "TXT x"), **OWN_ADDRESSES}, has('TXT "x"', at="_http._tcp.own")),
        row("no SRV", PORTS, {"_http._tcp.own SRV": NODATA}, lacks("SRV <a pod's own port>", at="_http._tcp.own")),
        row("no name", PORTS, {}, answers("_http._tcp.own SRV", "NXDOMAIN", "NOERROR")),
        row("no such port", judge.own_port("own", "https"), {}, undetermined("the Service shop/own has no port https")),
        row("of the Service's family", judge.own_port("own-6", "http"), {"_http._tcp.own-6 SRV": says(srv("i.own-6.shop.svc.cluster.local.", 8004)), "i.own-6 AAAA": says("AAAA fd00::4")}, KEPT),
    ],
)  # fmt: skip
def test_a_pod_has_the_number_that_it_gives_its_port(row: Row):
    assert row.judged(OWN) == row.verdict


LISTED = state(
    service("web", "10.96.0.1", ports=(ServicePort("a", "TCP", 80), ServicePort("", "UDP", 53))),
    service("db", selector={"app": "db"}, ports=(ServicePort("a", "TCP", 80), ServicePort("b", "TCP", 81))),
    pod("x", "10.244.0.1", hostname="x", subdomain="db"),
    pod("y", "10.244.0.2"),
    pod("z", "10.244.0.3", ready=False, hostname="z", subdomain="db"),
)
OWN_NAME = "web.shop.svc.cluster.local."
X = "x.db.shop.svc.cluster.local."


@pytest.mark.parametrize(
    "row",
    [
        row("all", judge.ports_at_name("web"), {"web SRV": says(srv(OWN_NAME), srv(OWN_NAME, 53))}, KEPT),
        row("one of two", judge.ports_at_name("web"), {"web SRV": says(srv(OWN_NAME))}, lacks(f"SRV port 53 {OWN_NAME}", at="web")),
        row("none", judge.ports_at_name("web"), {"web SRV": NODATA}, lacks(f"SRV port 53 {OWN_NAME}", f"SRV port 80 {OWN_NAME}", at="web")),
        row("at every hostname", judge.ports_at_name("db"), {"db SRV": says(srv(X), srv(X, 81))}, KEPT),
        row("at a hostname that is not ready", judge.ports_at_name("db"), {"db SRV": says(srv(X), srv(X, 81), srv("z.db.shop.svc.cluster.local."))}, has("SRV port 80 z.db.shop.svc.cluster.local.", at="db")),
        row("of a hostname", judge.ports_at_hostname("x", "db"), {"x.db SRV": says(srv(X), srv(X, 81))}, KEPT),
        row("one of two of a hostname", judge.ports_at_hostname("x", "db"), {"x.db SRV": says(srv(X, 81))}, lacks(f"SRV port 80 {X}", at="x.db")),
    ],
)  # fmt: skip
def test_all_ports_are_listed(row: Row):
    assert row.judged(LISTED) == row.verdict


ADDITIONAL, WEIGHTS = judge.right_additional("_http._tcp.web"), judge.weights("_http._tcp.web")
WITH = says(srv(OWN_NAME), additional=["@web 30 A 10.96.0.10"])


@pytest.mark.parametrize(
    "row",
    [
        row("nothing comes along", ADDITIONAL, {"_http._tcp.web SRV": says(srv(OWN_NAME))}, KEPT),
        row("the target's address", ADDITIONAL, {"_http._tcp.web SRV": WITH, "web A": says("A 10.96.0.10")}, KEPT),
        row("one of its addresses", ADDITIONAL, {"_http._tcp.web SRV": WITH, "web A": says("A 10.96.0.10", "A 10.96.0.11")}, KEPT),
        row("not its address", ADDITIONAL, {"_http._tcp.web SRV": WITH, "web A": says("A 10.96.0.11")}, lacks("A 10.96.0.10", at="web")),
        row("its address and another type", ADDITIONAL, {"_http._tcp.web SRV": WITH, "web A": says("A 10.96.0.10", "TXT x")}, has('TXT "x"', at="web")),
        row("the second is not its address", ADDITIONAL, {"_http._tcp.web SRV": says(srv(OWN_NAME), additional=["@web 30 A 10.96.0.10", "@web 30 A 10.96.0.11"]), "web A": says("A 10.96.0.10")}, lacks("A 10.96.0.11", at="web")),
        row("of no target", ADDITIONAL, {"_http._tcp.web SRV": says(srv(OWN_NAME), additional=["@x 30 A 10.96.0.10"]), "x A": says("A 10.96.0.10")}, broken("A 10.96.0.10 in the additional section belongs to x.shop.svc.cluster.local., which is not a target")),
        row("no SRV", ADDITIONAL, {"_http._tcp.web SRV": NODATA}, lacks("SRV <a port>", at="_http._tcp.web")),
        row("no SRV but another record", ADDITIONAL, {"_http._tcp.web SRV": says("A 10.96.0.10")}, has("A 10.96.0.10", at="_http._tcp.web", missing=["SRV <a port>"])),
        row("SRV and another record", ADDITIONAL, {"_http._tcp.web SRV": says(srv(OWN_NAME), "A 10.96.0.10")}, has("A 10.96.0.10", at="_http._tcp.web")),

        row("weights", WEIGHTS, {"_http._tcp.web SRV": says(srv(OWN_NAME), srv(OWN_NAME, 81, 1))}, KEPT),
        row("a weight of 0", WEIGHTS, {"_http._tcp.web SRV": says(srv(OWN_NAME), srv(OWN_NAME, 81, 0))}, broken(f"the weight is 0: SRV 0 0 81 {OWN_NAME}")),
        row("a priority of 0", WEIGHTS, {"_http._tcp.web SRV": says(f"SRV 1 0 80 {OWN_NAME}")}, broken(f"the weight is 0: SRV 1 0 80 {OWN_NAME}")),
        row("no weight", WEIGHTS, {"_http._tcp.web SRV": NODATA}, lacks("SRV <a port>", at="_http._tcp.web")),
        row("no name", WEIGHTS, {"_http._tcp.web SRV": NXDOMAIN}, answers("_http._tcp.web SRV", "NXDOMAIN", "NOERROR")),
    ],
)  # fmt: skip
def test_what_comes_with_srv_records(row: Row):
    assert row.judged(STATE) == row.verdict
