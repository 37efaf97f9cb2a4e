"""What names answer."""

from __future__ import annotations

import pytest

from svcdns import judge
from svcdns.errors import FeatureError
from tests.judge.answers import (
    KEPT,
    NODATA,
    NXDOMAIN,
    SERVFAIL,
    SILENCE,
    Reply,
    Row,
    Server,
    Verdict,
    answers,
    broken,
    has,
    lacks,
    observation,
    observed,
    readings,
    row,
    says,
    silent,
    undetermined,
)
from tests.judge.states import DUAL, STATE, endpoint, endpoint_slice, pod, service, state

VIRTUAL_IP = judge.virtual_ip("web")
AT = judge.virtual_ip_at("alias.neighbour.svc.cluster.local", "neighbour/web")
READY = judge.ready_endpoints("db", 2)
LISTED = judge.ready_endpoints("peers", 4, "listed endpoints")
HOSTNAME = judge.hostname("A", "peers")
POD = judge.address_of_pod("db-1.db", "db-1")
NO_MX = judge.no_data("web", "MX")
NOBODY = judge.does_not_exist("nobody")
NS = judge.one_record("cluster.local", "NS")
VERSION = judge.schema_version("dns-version.cluster.local")
WAYS = judge.one_of("web", "MX", {"NODATA": "none", "MX": "mail", "CNAME and MX": "both", "REFUSED": "no"})
OUTSIDE = judge.one_of("example.com.", "A", {"nothing": "no upstream", "NXDOMAIN": "denied"})
READY_ROWS = ("A 10.244.0.10", "A 10.244.0.11")
LISTED_ROWS = ("A 192.0.2.11", "A 192.0.2.12", "A 192.0.2.14", "A 192.0.2.15")
CUT = "QR AA RD TC"

# fmt: off
ROWS = [
    row("the virtual IP", VIRTUAL_IP, {"web A": says("A 10.96.0.10")}, KEPT),
    row("owned in another case", VIRTUAL_IP, {"web A": says("@WEB 30 A 10.96.0.10")}, KEPT),
    row("another address", VIRTUAL_IP, {"web A": says("A 10.96.0.11")}, has("A 10.96.0.11", at="web", missing=["A 10.96.0.10"])),
    row("a second address", VIRTUAL_IP, {"web A": says("A 10.96.0.10", "A 10.96.0.11")}, has("A 10.96.0.11", at="web")),
    row("twice", VIRTUAL_IP, {"web A": says("A 10.96.0.10", "A 10.96.0.10")}, has("A 10.96.0.10, 2 times", at="web")),
    row("another address twice", VIRTUAL_IP, {"web A": says("A 10.96.0.10", "A 10.96.0.11", "A 10.96.0.11")}, has("A 10.96.0.11", at="web")),
    row("of another owner", VIRTUAL_IP, {"web A": says("@nobody 30 A 10.96.0.10")}, has("A 10.96.0.10 owned by nobody.shop.svc.cluster.local.", at="web", missing=["A 10.96.0.10"])),
    row("of another class", VIRTUAL_IP, {"web A": says("A 10.96.0.10", "CH TXT x")}, has('CH TXT "x"', at="web")),
    row("of another type", VIRTUAL_IP, {"web A": says("A 10.96.0.10", "TXT x")}, has('TXT "x"', at="web")),
    row("no data", VIRTUAL_IP, {"web A": NODATA}, lacks("A 10.96.0.10", at="web")),
    row("denied", VIRTUAL_IP, {"web A": NXDOMAIN}, answers("web A", "NXDOMAIN", "NOERROR")),
    row("failed", VIRTUAL_IP, {"web A": SERVFAIL}, answers("web A", "SERVFAIL", "NOERROR")),
    row("the record with a wrong rcode", VIRTUAL_IP, {"web A": says("A 10.96.0.10", rcode="NXDOMAIN")}, answers("web A", "NXDOMAIN", "NOERROR")),
    row("silent", VIRTUAL_IP, {"web A": SILENCE}, silent("web A")),
    row("silent but for strangers", VIRTUAL_IP, {"web A": Reply(failure="no answer within 5 s", discarded=["from 192.0.2.1", "another id", "another id"])}, broken("web.shop.svc.cluster.local. A is not answered: no answer within 5 s; received instead: from 192.0.2.1; another id")),
    row("cut off over UDP", VIRTUAL_IP, {"web A": says(flags=CUT)}, Verdict(missing=("A 10.96.0.10",))),
    row("cut off over TCP", VIRTUAL_IP, {"web A": says(flags=CUT)}, lacks("A 10.96.0.10", at="web"), "tcp"),
    row("cut off and wrong", VIRTUAL_IP, {"web A": says("A 10.96.0.11", flags=CUT)}, has("A 10.96.0.11", at="web", missing=["A 10.96.0.10"])),
    row("no virtual IP", judge.virtual_ip("db"), {}, undetermined("the Service shop/db has no virtual IP")),
    row("no Service", judge.virtual_ip("nobody"), {}, undetermined("there is no Service shop/nobody")),
    row("the first family", judge.virtual_ip("six"), {"six AAAA": says("AAAA fd00:10:96::10")}, KEPT),
    row("the first family of two", judge.virtual_ip("both"), {"both A": says("A 10.96.0.20")}, KEPT),
    row("of another namespace", judge.virtual_ip("far/web"), {"web.far.svc.cluster.local. A": says("A 10.96.0.12")}, KEPT),
    row("of the own namespace, asked for another", judge.virtual_ip("far/web"), {"web.far.svc.cluster.local. A": says("A 10.96.0.10")}, has("A 10.96.0.10", at="web.far.svc.cluster.local.", missing=["A 10.96.0.12"])),

    row("at another name", AT, {"alias.shop-next.svc.cluster.local. A": says("A 10.96.0.11")}, KEPT),
    row("at another name, wrong", AT, {"alias.shop-next.svc.cluster.local. A": says("A 10.96.0.10")}, has("A 10.96.0.10", at="alias.shop-next.svc.cluster.local.", missing=["A 10.96.0.11"])),

    row("both virtual IPs", judge.virtual_ips("both"), {"both A": says("A 10.96.0.20"), "both AAAA": says("AAAA fd00:10:96::20")}, KEPT),
    row("no first virtual IP", judge.virtual_ips("both"), {"both A": NODATA, "both AAAA": says("AAAA fd00:10:96::20")}, lacks("A 10.96.0.20", at="both")),
    row("no second virtual IP", judge.virtual_ips("both"), {"both A": says("A 10.96.0.20"), "both AAAA": NODATA}, lacks("AAAA fd00:10:96::20", at="both")),
    row("one family", judge.virtual_ips("web"), {}, undetermined("the Service shop/web has 1 virtual IPs, not one per family")),

    row("the ready pods", READY, {"db A": says(*READY_ROWS)}, KEPT),
    row("in another order", READY, {"db A": says(*READY_ROWS[::-1])}, KEPT),
    row("one ready pod", READY, {"db A": says("A 10.244.0.10")}, lacks("A 10.244.0.11", at="db")),
    row("no ready pod", READY, {"db A": NODATA}, lacks(*READY_ROWS, at="db")),
    row("a pod that is not ready", READY, {"db A": says(*READY_ROWS, "A 10.244.0.12")}, has("A 10.244.0.12", at="db")),
    row("a pod that terminates", READY, {"db A": says(*READY_ROWS, "A 10.244.0.13")}, has("A 10.244.0.13", at="db")),
    row("a pod that is completed", READY, {"db A": says(*READY_ROWS, "A 10.244.0.14")}, has("A 10.244.0.14", at="db")),
    row("a pod with other labels", READY, {"db A": says(*READY_ROWS, "A 10.244.0.16")}, has("A 10.244.0.16", at="db")),
    row("a pod of the neighbour", READY, {"db A": says(*READY_ROWS, "A 10.244.0.17")}, has("A 10.244.0.17", at="db")),
    row("another number", judge.ready_endpoints("db", 3, "ready pods"), {}, undetermined("the Service shop/db has 2 ready pods, not 3")),
    row("also those that are not ready", judge.ready_endpoints("db-too", 4), {"db-too A": says(*READY_ROWS, "A 10.244.0.12", "A 10.244.0.13")}, KEPT),
    row("not those that are completed", judge.ready_endpoints("db-too", 4), {"db-too A": says(*READY_ROWS, "A 10.244.0.12", "A 10.244.0.13", "A 10.244.0.14")}, has("A 10.244.0.14", at="db-too")),
    row("the listed endpoints", LISTED, {"peers A": says(*LISTED_ROWS)}, KEPT),
    row("a listed endpoint that is not ready", LISTED, {"peers A": says(*LISTED_ROWS, "A 192.0.2.13")}, has("A 192.0.2.13", at="peers")),
    row("not the second address of an endpoint", LISTED, {"peers A": says(*LISTED_ROWS[:1], *LISTED_ROWS[2:])}, lacks("A 192.0.2.12", at="peers")),
    row("not an endpoint whose condition is unset", LISTED, {"peers A": says(*LISTED_ROWS[:2], *LISTED_ROWS[3:])}, lacks("A 192.0.2.14", at="peers")),

    row("a hostname", HOSTNAME, {"a.peers A": says("A 192.0.2.11", "A 192.0.2.12")}, KEPT),
    row("one address of a hostname", HOSTNAME, {"a.peers A": says("A 192.0.2.11")}, lacks("A 192.0.2.12", at="A.peers")),
    row("another endpoint", HOSTNAME, {"a.peers A": says("A 192.0.2.11", "A 192.0.2.12", "A 192.0.2.14")}, has("A 192.0.2.14", at="A.peers")),
    row("nobody's hostname", judge.hostname("b", "peers"), {}, undetermined("no ready endpoint of the Service shop/peers has the hostname b")),
    row("a pod's hostname", judge.hostname("db-0", "db"), {"db-0.db A": says("A 10.244.0.10")}, KEPT),
    row("a hostname below another Service", judge.hostname("db-0", "db-too"), {}, undetermined("no ready endpoint of the Service shop/db-too has the hostname db-0")),

    row("no IPv6", judge.other_family("", "web"), {"web AAAA": NODATA}, KEPT),
    row("IPv6 after all", judge.other_family("", "web"), {"web AAAA": says("AAAA fd00::1")}, has("AAAA fd00::1", at="web")),
    row("IPv6 denied", judge.other_family("", "web"), {"web AAAA": NXDOMAIN}, answers("web AAAA", "NXDOMAIN", "NOERROR")),
    row("IPv6 unanswered", judge.other_family("", "web"), {"web AAAA": SILENCE}, silent("web AAAA")),
    row("no IPv4 below", judge.other_family("x", "six"), {"x.six A": NODATA}, KEPT),
    row("both families", judge.other_family("", "both"), {}, undetermined('the Service "both" has both families')),

    row("a pod's address", POD, {"db-1.db A": says("A 10.244.0.11")}, KEPT),
    row("another pod's", POD, {"db-1.db A": says("A 10.244.0.10")}, has("A 10.244.0.10", at="db-1.db", missing=["A 10.244.0.11"])),
    row("a pod without the family", judge.address_of_pod("six.db", "six"), {}, undetermined("the pod six has no IPv4 address")),
    row("a pod without an address", judge.address_of_pod("db-5.db", "db-5"), {}, undetermined("there is no pod shop/db-5 with an address")),
    row("no pod", judge.address_of_pod("db-9.db", "db-9"), {}, undetermined("there is no pod shop/db-9 with an address")),

    row("no data of a type", NO_MX, {"web MX": NODATA}, KEPT),
    row("data of the type", NO_MX, {"web MX": says("MX 10 mail.example.")}, has("MX 10 mail.example.", at="web")),
    row("no name of the type", NO_MX, {"web MX": NXDOMAIN}, answers("web MX", "NXDOMAIN", "NOERROR")),

    row("no name", NOBODY, {}, KEPT),
    *[
        row(f"a name of the type {type_}", NOBODY, {f"nobody {type_}": NODATA}, answers(f"nobody {type_}", "NOERROR", "NXDOMAIN"))
        for type_ in ("A", "AAAA", "SRV", "TXT")
    ],
    row("denied with a record", NOBODY, {"nobody A": says("A 10.96.0.10", rcode="NXDOMAIN")}, has("A 10.96.0.10", at="nobody")),
    row("no name also of a type", judge.does_not_exist("nobody", "MX"), {"nobody A": NODATA}, KEPT),
    row("a name of another type", judge.does_not_exist("nobody", "MX"), {"nobody MX": NODATA}, answers("nobody MX", "NOERROR", "NXDOMAIN")),

    row("one record", NS, {"cluster.local. NS": says("NS ns.dns.cluster.local.")}, KEPT),
    row("two records", NS, {"cluster.local. NS": says("NS a.", "NS b.")}, has("NS a.", "NS b.", at="cluster.local.", missing=["NS <one record>"])),
    row("no record", NS, {"cluster.local. NS": NODATA}, lacks("NS <one record>", at="cluster.local.")),
    row("a record of another type", NS, {"cluster.local. NS": says("A 10.0.0.1")}, has("A 10.0.0.1", at="cluster.local.", missing=["NS <one record>"])),
    row("another record beside", NS, {"cluster.local. NS": says("NS a.", "A 10.0.0.1")}, has("A 10.0.0.1", at="cluster.local.")),

    row("a version", VERSION, {"dns-version.cluster.local. TXT": says('TXT "1.1.0"')}, KEPT),
    row("no version", VERSION, {"dns-version.cluster.local. TXT": says('TXT "v1.1.0"')}, has('TXT "v1.1.0"', at="dns-version.cluster.local.", missing=["TXT <a semantic version>"])),
    row("a version in two strings", VERSION, {"dns-version.cluster.local. TXT": says('TXT "1.1.0" "2"')}, has('TXT "1.1.0" "2"', at="dns-version.cluster.local.", missing=["TXT <a semantic version>"])),
    row("two versions", VERSION, {"dns-version.cluster.local. TXT": says('TXT "1.1.0"', 'TXT "1.0.0"')}, has('TXT "1.1.0"', 'TXT "1.0.0"', at="dns-version.cluster.local.", missing=["TXT <a semantic version>"])),
    row("a version and more", VERSION, {"dns-version.cluster.local. TXT": says('TXT "1.1.0"', "TXT x")}, has('TXT "x"', at="dns-version.cluster.local.")),
    row("no text", VERSION, {"dns-version.cluster.local. TXT": NODATA}, lacks("TXT <a semantic version>", at="dns-version.cluster.local.")),

    row("a way: no data", WAYS, {"web MX": NODATA}, observed("NODATA: none")),
    row("a way: records", WAYS, {"web MX": says("MX 1 a.", "MX 2 b.")}, observed("MX: mail")),
    row("a way: records of two types", WAYS, {"web MX": says("CNAME x.", "@x. 30 MX 1 a.")}, observed("CNAME and MX: both")),
    row("a way: an rcode", WAYS, {"web MX": Reply(rcode="REFUSED")}, observed("REFUSED: no")),
    row("a way: an rcode, whatever the records", WAYS, {"web MX": says("MX 1 a.", rcode="REFUSED")}, observed("REFUSED: no")),
    row("no way", WAYS, {"web MX": says("A 10.96.0.10")}, broken("web.shop.svc.cluster.local. MX answers A, not one of NODATA, MX, CNAME and MX, REFUSED")),
    row("no answer is no way", WAYS, {"web MX": SILENCE}, broken("web.shop.svc.cluster.local. MX answers nothing, not one of NODATA, MX, CNAME and MX, REFUSED")),
    row("no answer is a way", OUTSIDE, {"example.com. A": SILENCE}, observed("nothing: no upstream")),
    row("no way outside", OUTSIDE, {"example.com. A": says("A 192.0.2.1")}, broken("example.com. A answers A, not one of nothing, NXDOMAIN")),
]
# fmt: on


@pytest.mark.parametrize("row", ROWS)
def test_a_name_answers_what_is_promised(row: Row):
    assert row.judged(STATE) == row.verdict


TWO = state(
    service("both", selector={"app": "db"}, families=DUAL),
    pod("one", "10.244.0.1", "fd00:10:244::1", hostname="one", subdomain="both"),
    pod("two", "10.244.0.2", "fd00:10:244::2"),
    service("listed", families=DUAL),
    endpoint_slice("listed-6", "listed", endpoint("fd00::6"), family="IPv6"),
    endpoint_slice("both-4", "both", endpoint("10.244.0.1")),
    service("virtual", "10.96.0.1", "fd00:10:96::1", families=DUAL),
    endpoint_slice("virtual-4", "virtual", endpoint("10.244.0.1")),
    service("alone", selector={"app": "db"}),
    service("unlisted", families=DUAL),
)
FOUR, SIX = ("A 10.244.0.1", "A 10.244.0.2"), ("AAAA fd00:10:244::1", "AAAA fd00:10:244::2")


@pytest.mark.parametrize(
    "row",
    [
        row("both", judge.ready_endpoints("both", 2), {"both A": says(*FOUR), "both AAAA": says(*SIX)}, KEPT),
        row("no IPv6", judge.ready_endpoints("both", 2), {"both A": says(*FOUR), "both AAAA": NODATA}, lacks(*SIX, at="both")),
        row("no IPv4", judge.ready_endpoints("both", 2), {"both A": NODATA, "both AAAA": says(*SIX)}, lacks(*FOUR, at="both")),
        row("one hostname", judge.hostname("one", "both"), {"one.both A": says(FOUR[0]), "one.both AAAA": says(SIX[0])}, KEPT),
        row("no IPv6 hostname", judge.hostname("one", "both"), {"one.both A": says(FOUR[0]), "one.both AAAA": NODATA}, lacks(SIX[0], at="one.both")),
        row("the family of its EndpointSlices", judge.ready_endpoints("listed", 1), {"listed AAAA": says("AAAA fd00::6")}, KEPT),
        row("the family that its EndpointSlices lack", judge.other_family("", "listed"), {"listed A": NODATA}, KEPT),
        row("no EndpointSlice", judge.other_family("", "unlisted"), {}, undetermined('the Service "unlisted" has both families')),
        row("no matter its EndpointSlices", judge.other_family("", "virtual"), {}, undetermined('the Service "virtual" has both families')),
        row("one family of pods with two", judge.ready_endpoints("alone", 2), {"alone A": says(*FOUR)}, KEPT),
    ],
)  # fmt: skip
def test_a_service_answers_in_its_families(row: Row):
    assert row.judged(TWO) == row.verdict


@pytest.mark.parametrize(
    ("promise", "how", "name"),
    [
        (WAYS, "ask forwarded", "web.shop.svc.cluster.local. MX"),
        (OUTSIDE, "ask outside", "example.com. A"),
        (VIRTUAL_IP, "ask", "web.shop.svc.cluster.local. A"),
    ],
)
def test_what_may_leave_the_cluster_gets_the_time_for_it(promise: judge.Promise, how: str, name: str):
    server = Server({"example.com. A": SILENCE, "web MX": NODATA, "web A": says("A 10.96.0.10")})
    assert all(reading.kept for reading in readings(promise, observation(STATE, server)))
    assert server.log == [(how, name)]


@pytest.mark.parametrize(
    ("written", "full"),
    [
        ("web", "web.shop.svc.cluster.local."),
        ("web.", "web."),
        ("far/web", "web.far.svc.cluster.local."),
        ("my-namespace/web", "web.shop.svc.cluster.local."),
        ("neighbour/web", "web.shop-next.svc.cluster.local."),
        ("web.my-namespace.svc.cluster.local", "web.shop.svc.cluster.local."),
        ("web.NEIGHBOUR.svc.Cluster.Local", "web.NEIGHBOUR.svc.cluster.local."),
        ("web.neighbour.svc.cluster.local", "web.shop-next.svc.cluster.local."),
        ("web.neighbour.svc.cluster.local.", "web.shop-next.svc.cluster.local."),
        ("web.my-namespace.svc.cluster.local.", "web.shop.svc.cluster.local."),
        ("www.example.com.", "www.example.com."),
        ("cluster.local", "cluster.local."),
        ("mycluster.local", "mycluster.local.shop.svc.cluster.local."),
    ],
)
def test_a_name_is_completed_as_a_feature_means_it(written: str, full: str):
    assert str(observation(STATE, Server({})).full_name(written)) == full


def test_the_cluster_domain_takes_the_place_of_the_one_that_features_write():
    other = state(service("web", "10.96.0.10"))
    object.__setattr__(other, "domain", "corp.example")
    looked = observation(other, Server({}))
    assert str(looked.full_name("web")) == "web.shop.svc.corp.example."
    assert str(looked.full_name("dns-version.cluster.local")) == "dns-version.corp.example."
    assert str(looked.below("x", "neighbour/web")) == "x.web.shop-next.svc.corp.example."


@pytest.mark.parametrize(
    ("promise", "arguments"),
    [
        (judge.no_data, ("web", "NONSENSE")),
        (judge.does_not_exist, ("web", "NONSENSE")),
        (judge.one_record, ("web", "NONSENSE")),
        (judge.one_of, ("web", "NONSENSE", {})),
        (judge.alias, ("docs", "www.example.com.", "NONSENSE")),
        (judge.ends_in_time, ("docs", "NONSENSE")),
        (judge.property_of, ("web", "NONSENSE", "is authoritative")),
        (judge.property_is_observed, ("web", "NONSENSE", "is authoritative")),
        (judge.with_edns, ("web", "NONSENSE")),
        (judge.reverse_name_is_one_of, ("web", "TYPE65536", 0, {})),
    ],
    ids=lambda value: getattr(value, "__name__", "of"),
)
def test_an_unknown_type_is_refused(promise, arguments):
    with pytest.raises(FeatureError, match=r'^"(NONSENSE|TYPE65536)" is not a record type: name one, such as A'):
        promise(*arguments)


def test_a_name_that_is_none_is_refused():
    with pytest.raises(FeatureError, match=r'^"a..b" is not a DNS name: '):
        observation(STATE, Server({})).full_name("a..b")


def test_what_is_promised_is_told_with_its_meaning():
    assert WAYS.choices == ("NODATA: none", "MX: mail", "CNAME and MX: both", "REFUSED: no")
    (reading,) = readings(WAYS, observation(STATE, Server({"web MX": NODATA})))
    assert reading.expected == ("NODATA", "MX", "CNAME and MX", "REFUSED")
