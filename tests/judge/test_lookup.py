"""What a pod finds, and how it is told to look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import dns.name
import pytest

from svcdns import judge
from svcdns.client.resolver import PodIdentity, ResolverConfiguration
from svcdns.errors import FeatureError
from svcdns.message import name
from tests.judge.answers import (
    KEPT,
    NODATA,
    SILENCE,
    PodResolver,
    Reply,
    Server,
    Verdict,
    answers,
    broken,
    full,
    has,
    lacks,
    observation,
    readings,
    says,
    silent,
    undetermined,
    verdict,
)
from tests.judge.states import STATE

SEARCHED = tuple(map(name, ("shop.svc.cluster.local", "svc.cluster.local", "cluster.local")))
TOLD = ResolverConfiguration(("10.96.0.10",), SEARCHED, 5)
ITSELF = PodIdentity("asker", "askers", ("10.244.0.9", "fd00::9"), "")
FULL = "asker.askers.shop.svc.cluster.local"


@dataclass(frozen=True)
class Case:
    """What a pod asks when it looks up a name, what it finds, and the verdict."""

    promise: judge.Promise
    script: dict[str, Reply]
    verdict: Verdict
    asks: dict[tuple[str, Any], Sequence[str]] = field(default_factory=dict)
    finds: Sequence[str] = ()
    configuration: ResolverConfiguration = TOLD
    identity: PodIdentity = ITSELF

    def judged(self) -> Verdict:
        server = Server(self.script)
        resolver = PodResolver(server, self.asks, self.finds, self.configuration, self.identity)
        return verdict(self.promise, STATE, server, resolver)


def case(id_: str, promise: judge.Promise, script: dict[str, Reply], verdict_: Verdict, **other: Any) -> Any:
    return pytest.param(Case(promise, script, verdict_, **other), id=id_)


WEB = {"asks": {("web", "IPv4"): ["web A"]}, "finds": ["10.96.0.10"]}
FAR = {
    "asks": {("web.far", "IPv4"): ["web.far.shop.svc.cluster.local. A", "web.far.svc.cluster.local. A"]},
    "finds": ["10.96.0.12"],
}
FIRST, SECOND = judge.found_by("web", "web", "first"), judge.found_by("web.far", "far/web", "second")
IS_FAR = {"web.far.svc.cluster.local. A": says("A 10.96.0.12")}
NOT_FOUND = judge.not_found("web", 2)
ASKED = ["a.svc.cluster.local. A", "a.cluster.local. A", "a.example. A"]
SIX = ["a.svc.cluster.local. AAAA", "a.cluster.local. AAAA", "a.example. AAAA"]
BOTH = {"asks": {("web", "IPv4"): ASKED, ("web", "IPv6"): SIX}}
OTHER = judge.found_in_one_family("web", "web")
IN_OTHER = {"asks": {("web", "IPv6"): ["x AAAA", "web AAAA", "y AAAA"]}}
SEARCH, TOLD_SERVER, HOSTS = judge.search_list(), judge.name_servers_of_pod(), judge.knows_its_name()
API = "kubernetes.default.svc.cluster.local. A"
TO_API = {"asks": {("kubernetes.default.svc.cluster.local.", "IPv4"): ["x A", API]}}


def told(*search: dns.name.Name, ndots: int = 5, nameservers: Sequence[str] = ("10.96.0.10",)) -> dict[str, Any]:
    return {"configuration": ResolverConfiguration(tuple(nameservers), search, ndots)}


def hosts(text: str, hostname: str = "asker", subdomain: str = "askers") -> dict[str, Any]:
    return {"identity": ITSELF._replace(hosts=text, hostname=hostname, subdomain=subdomain)}


# fmt: off
CASES = [
    case("at once", FIRST, {"web A": says("A 10.96.0.10")}, KEPT, **WEB),
    case("not at all", FIRST, {}, answers("web A", "NXDOMAIN", "NOERROR"), **WEB),
    case("another address", FIRST, {"web A": says("A 10.96.0.11")}, has("A 10.96.0.11", at="web", missing=["A 10.96.0.10"]), **WEB),
    case("no address though answered", FIRST, {"web A": says("A 10.96.0.10")}, broken("the pod found no address, not 10.96.0.10"), asks=WEB["asks"]),
    case("another address than answered", FIRST, {"web A": says("A 10.96.0.10")}, broken("the pod found 10.96.0.11, not 10.96.0.10"), asks=WEB["asks"], finds=["10.96.0.11"]),
    case("one address more than answered", FIRST, {"web A": says("A 10.96.0.10")}, broken("the pod found 10.96.0.10, 10.96.0.11, not 10.96.0.10"), asks=WEB["asks"], finds=["10.96.0.10", "10.96.0.11"]),
    case("too late", FIRST, {"web A": says("A 10.96.0.10")}, broken(f"the pod asked for x.shop.svc.cluster.local., then {full('web')}, not for {full('web')} with its first query"), asks={("web", "IPv4"): ["x A", "web A"]}, finds=["10.96.0.10"]),
    case("at another name", FIRST, {"web.far.svc.cluster.local. A": says("A 10.96.0.10")}, broken(f"the pod asked for web.far.svc.cluster.local., not for {full('web')} with its first query"), asks={("web", "IPv4"): ["web.far.svc.cluster.local. A"]}, finds=["10.96.0.10"]),
    case("at second", SECOND, IS_FAR, KEPT, **FAR),
    case("too early", SECOND, IS_FAR, broken("the pod asked for web.far.svc.cluster.local., not for web.far.svc.cluster.local. with its second query"), asks={("web.far", "IPv4"): ["web.far.svc.cluster.local. A"]}, finds=["10.96.0.12"]),
    case("at second, and the first exists", SECOND, {**IS_FAR, "web.far A": NODATA}, answers("web.far A", "NOERROR", "NXDOMAIN"), **FAR),
    case("at second, and the first is silent", SECOND, {**IS_FAR, "web.far A": SILENCE}, silent("web.far A"), **FAR),
    case("the addresses of a headless Service", judge.found_by("db", "db", "first"), {"db A": says("A 10.244.0.10", "A 10.244.0.11")}, KEPT, asks={("db", "IPv4"): ["db A"]}, finds=["10.244.0.11", "10.244.0.10"]),
    case("in its family", judge.found_by("six", "six", "first"), {"six AAAA": says("AAAA fd00:10:96::10")}, KEPT, asks={("six", "IPv6"): ["six AAAA"]}, finds=["fd00:10:96::10"]),
    case("nothing to find", judge.found_by("docs", "docs", "first"), {}, undetermined("the Service shop/docs has no address")),

    case("nothing", NOT_FOUND, {}, KEPT, **BOTH),
    case("nothing, and no data elsewhere", NOT_FOUND, {"a.example. A": NODATA}, KEPT, **BOTH),
    case("a name in the cluster", NOT_FOUND, {"a.cluster.local. A": NODATA}, answers("a.cluster.local. A", "NOERROR", "NXDOMAIN"), **BOTH),
    case("a name in the cluster for IPv6", NOT_FOUND, {"a.cluster.local. AAAA": NODATA}, answers("a.cluster.local. AAAA", "NOERROR", "NXDOMAIN"), **BOTH),
    case("an address", NOT_FOUND, {}, broken("the pod found 192.0.2.1"), finds=["192.0.2.1"], **BOTH),
    case("an address, at the wrong place", judge.not_found("web", 3), {}, broken("the pod found 192.0.2.1"), finds=["192.0.2.1"], **BOTH),
    case("too many names of the cluster", judge.not_found("web", 1), {}, broken("the pod asked for 2 names of the cluster, not 1"), **BOTH),
    case("too few names of the cluster", judge.not_found("web", 3), {}, broken("the pod asked for 2 names of the cluster, not 3"), **BOTH),

    case("no address of the other family", OTHER, {"web AAAA": NODATA}, KEPT, **IN_OTHER),
    case("an address of the other family", OTHER, {"web AAAA": NODATA}, broken("the pod found fd00::1"), finds=["fd00::1"], **IN_OTHER),
    case("a record of the other family", OTHER, {"web AAAA": says("AAAA fd00::1")}, has("AAAA fd00::1", at="web"), **IN_OTHER),
    case("no name in the other family", OTHER, {}, answers("web AAAA", "NXDOMAIN", "NOERROR"), **IN_OTHER),
    case("not asked for", OTHER, {}, broken(f"the pod did not ask for {full('web')}"), asks={("web", "IPv6"): ["x AAAA"]}),

    case("told to search", SEARCH, {}, KEPT),
    case("told more", SEARCH, {}, KEPT, **told(*SEARCHED, name("example.com"))),
    case("told less", SEARCH, {}, broken("the search list is shop.svc.cluster.local., svc.cluster.local."), **told(*SEARCHED[:2])),
    case("told in another order", SEARCH, {}, broken("the search list is svc.cluster.local., shop.svc.cluster.local., cluster.local."), **told(SEARCHED[1], SEARCHED[0], SEARCHED[2])),
    case("told another namespace", SEARCH, {}, broken("the search list is far.svc.cluster.local., svc.cluster.local., cluster.local."), **told(name("far.svc.cluster.local"), *SEARCHED[1:])),
    case("told fewer dots", SEARCH, {}, broken("ndots is 1, not 5"), **told(*SEARCHED, ndots=1)),

    case("a DNS server", TOLD_SERVER, {API: says("A 10.96.0.1")}, KEPT, **TO_API),
    case("no DNS server", TOLD_SERVER, {API: says("A 10.96.0.1")}, broken("the pod has no DNS server to ask"), **TO_API, **told(nameservers=())),
    case("a DNS server that does not know", TOLD_SERVER, {}, answers(API, "NXDOMAIN", "NOERROR"), **TO_API),
    case("a DNS server that knows another", TOLD_SERVER, {API: NODATA}, lacks("A 10.96.0.1", at="kubernetes.default.svc.cluster.local."), **TO_API),

    case("by both names", HOSTS, {}, KEPT, **hosts(f"127.0.0.1 localhost\n\n10.244.0.9 {FULL} asker")),
    case("on two lines", HOSTS, {}, KEPT, **hosts(f"10.244.0.9 {FULL}\nfd00::9\tasker")),
    case("by its hostname alone", HOSTS, {}, broken(f"the hosts file has no line for {FULL} with an address of the pod"), **hosts("10.244.0.9 asker")),
    case("by its full name alone", HOSTS, {}, broken("the hosts file has no line for asker with an address of the pod"), **hosts(f"10.244.0.9 {FULL}")),
    case("at another address", HOSTS, {}, broken(f"the hosts file has no line for asker, {FULL} with an address of the pod"), **hosts(f"127.0.0.1 {FULL} asker")),
    case("in a comment", HOSTS, {}, broken(f"the hosts file has no line for asker, {FULL} with an address of the pod"), **hosts(f"10.244.0.9 # {FULL} asker")),
    case("no hostname", HOSTS, {}, undetermined("the pod that asks has no hostname and subdomain"), **hosts("", hostname="")),
    case("no subdomain", HOSTS, {}, undetermined("the pod that asks has no hostname and subdomain"), **hosts("", subdomain="")),
]
# fmt: on


@pytest.mark.parametrize("case", CASES)
def test_a_pod_finds_what_it_is_to_find(case: Case):
    assert case.judged() == case.verdict


def test_the_dns_server_is_asked_about_what_is_seen_of_the_pod():
    for promise, asked in (SEARCH, API), (HOSTS, f"{FULL}. A"):
        server = Server({})
        resolver = PodResolver(server, configuration=TOLD, identity=ITSELF)
        readings(promise, observation(STATE, server, resolver))
        assert server.log == [("ask", asked)]


@pytest.mark.parametrize(
    ("promise", "script", "resolver", "last"),
    [
        (NOT_FOUND, {}, {**BOTH, "finds": ["192.0.2.1"]}, "a.example. A"),
        (OTHER, {"web AAAA": NODATA}, {**IN_OTHER, "finds": ["fd00::1"]}, "y.shop.svc.cluster.local. AAAA"),
        (OTHER, {}, {"asks": {("web", "IPv6"): ["x AAAA", "y AAAA"]}}, "y.shop.svc.cluster.local. AAAA"),
        (TOLD_SERVER, {API: says("A 10.96.0.1")}, {**TO_API, **told(nameservers=())}, API),
    ],
    ids=range(4),
)
def test_what_a_pod_found_is_told_with_its_last_query(promise: judge.Promise, script, resolver, last: str):
    server = Server(script)
    judged = readings(promise, observation(STATE, server, PodResolver(server, **resolver)))
    assert not judged[-1].kept
    assert str(judged[-1].answer.question) == last


def test_all_of_them_are_about_the_resolver_whichever_server_is_asked():
    promises = [FIRST, NOT_FOUND, OTHER, SEARCH, TOLD_SERVER, HOSTS]
    assert all(promise.of_resolver for promise in promises)
    assert not any(promise.reverse_names for promise in promises)
    assert not judge.virtual_ip("web").of_resolver


def test_an_ordinal_that_is_unknown_is_refused():
    with pytest.raises(
        FeatureError, match=r'^"sixth" is not an ordinal that is known: use one of first, second, third'
    ):
        judge.found_by("web", "web", "sixth")
