"""Servers with one fault each: the scenario that names the fault finds it, and finds nothing in a right server."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import NamedTuple

import dns.name
import dns.rcode
import pytest
from dns.rdatatype import AAAA, CNAME, PTR, SOA, SRV, TXT, A

from svcdns import records
from svcdns.judge import NotConformantError
from svcdns.message import Question, Record, Reply, rdata
from svcdns.state import ClusterState
from tests.features.playing import Fault, play

NO_NAME = Reply(dns.rcode.NXDOMAIN)
NO_DATA = Reply(dns.rcode.NOERROR)


def right(question: Question, reply: Reply, state: ClusterState) -> Reply:
    return reply


def another_schema(question: Question, reply: Reply, state: ClusterState) -> Reply:
    changed = tuple(record._replace(rdata=rdata(TXT, "latest")) for record in reply.answer)
    return replace(reply, answer=changed) if question.type == TXT else reply


def case_sensitive(question: Question, reply: Reply, state: ClusterState) -> Reply:
    return reply if str(question.name).islower() else NO_NAME


def namespaces_denied(question: Question, reply: Reply, state: ClusterState) -> Reply:
    return reply if reply.answer else NO_NAME


def endpoints_without_selector_forgotten(question: Question, reply: Reply, state: ClusterState) -> Reply:
    return reply if not any(str(record.rdata).startswith("192.0.2.") for record in reply.answer) else NO_NAME


def open_readiness_taken_for_unready(question: Question, reply: Reply, state: ClusterState) -> Reply:
    kept = tuple(record for record in reply.answer if str(record.rdata) != "192.0.2.102")
    return replace(reply, answer=kept)


def _adding(address: str, label: str) -> Fault:
    def fault(question: Question, reply: Reply, state: ClusterState) -> Reply:
        if question.type == A and question.name.labels[0] == label.encode():
            return Reply(dns.rcode.NOERROR, answer=(*reply.answer, Record(question.name, 30, rdata(A, address))))
        return reply

    return fault


def one_address_a_hostname(question: Question, reply: Reply, state: ClusterState) -> Reply:
    return replace(reply, answer=reply.answer[:1]) if question.name.labels[0] == b"same" else reply


def no_ipv6(question: Question, reply: Reply, state: ClusterState) -> Reply:
    return NO_DATA if question.type == AAAA else reply


def srv_for_each_family(question: Question, reply: Reply, state: ClusterState) -> Reply:
    return replace(reply, answer=reply.answer * 2) if question.type == SRV else reply


def unnamed_ports_by_number(question: Question, reply: Reply, state: ClusterState) -> Reply:
    if not question.name.labels[0].startswith(b"_5000"):
        return reply
    return Reply(dns.rcode.NOERROR, answer=(Record(question.name, 30, rdata(SRV, "0 100 5000 unnamed.")),))


def protocols_ignored(question: Question, reply: Reply, state: ClusterState) -> Reply:
    if question.type != SRV:
        return reply
    labels = (question.name.labels[0], b"_tcp", *question.name.labels[2:])
    over_tcp = records.answer(state, Question(dns.name.Name(labels), SRV), records.COREDNS)
    return over_tcp if over_tcp.answer else reply


def node_port(question: Question, reply: Reply, state: ClusterState) -> Reply:
    changed = (
        record._replace(rdata=rdata(SRV, str(record.rdata).replace(" 80 ", " 30080 ")))
        if record.type == SRV
        else record
        for record in reply.answer
    )
    return replace(reply, answer=tuple(changed))


def no_alias_for_ipv6(question: Question, reply: Reply, state: ClusterState) -> Reply:
    return NO_DATA if question.type == AAAA else reply


def wildcard_below_aliases(question: Question, reply: Reply, state: ClusterState) -> Reply:
    if reply.rcode != dns.rcode.NXDOMAIN or question.name.labels[1] != b"docs":
        return reply
    return Reply(dns.rcode.NOERROR, answer=(Record(question.name, 30, rdata(CNAME, "www.example.com.")),))


def ptr_of_the_unready(question: Question, reply: Reply, state: ClusterState) -> Reply:
    if question.type != PTR or reply.rcode != dns.rcode.NXDOMAIN:
        return reply
    return Reply(
        dns.rcode.NOERROR, answer=(Record(question.name, 30, rdata(PTR, "x.peers.played.svc.cluster.local.")),)
    )


def unready_members_hidden(question: Question, reply: Reply, state: ClusterState) -> Reply:
    return NO_NAME


def pods_called_by_their_names(question: Question, reply: Reply, state: ClusterState) -> Reply:
    label = question.name.labels[0].decode()
    pods = [pod for key, pod in state.pods.items() if key.name == label and key.namespace.startswith("played")]
    if reply.answer or not pods or question.type != A or len(question.name.labels) != 7:
        return reply
    return Reply(dns.rcode.NOERROR, answer=(Record(question.name, 30, rdata(A, pods[0].addresses[0])),))


class Frozen:
    """A server that never forgets what it once said."""

    def __init__(self) -> None:
        self.said: dict[Question, Reply] = {}

    def __call__(self, question: Question, reply: Reply, state: ClusterState) -> Reply:
        return self.said.setdefault(question, reply)


class DeniedLater:
    """A server that denies a name from the second response to each question on."""

    __name__ = "denied later"

    def __init__(self) -> None:
        self.answered: Counter[Question] = Counter()

    def __call__(self, question: Question, reply: Reply, state: ClusterState) -> Reply:
        self.answered[question] += 1
        return NO_NAME if self.answered[question] > 1 else reply


def no_soa(question: Question, reply: Reply, state: ClusterState) -> Reply:
    return replace(reply, authority=())


def kept_for_an_hour(question: Question, reply: Reply, state: ClusterState) -> Reply:
    long = tuple(record._replace(ttl=3600) if record.type == SOA else record for record in reply.authority)
    return replace(reply, authority=long)


def no_more_than_seventy(question: Question, reply: Reply, state: ClusterState) -> Reply:
    return replace(reply, answer=reply.answer[:70])


def not_authoritative(question: Question, reply: Reply, state: ClusterState) -> Reply:
    return replace(reply, authoritative=False)


def denies_for_other_types(question: Question, reply: Reply, state: ClusterState) -> Reply:
    return reply if reply.answer or question.type in (A, AAAA, SRV) else NO_NAME


def servfail_for_odd_types(question: Question, reply: Reply, state: ClusterState) -> Reply:
    return reply if question.type in (A, AAAA, SRV, PTR) else Reply(dns.rcode.SERVFAIL)


def short_names_reach_everywhere(question: Question, reply: Reply, state: ClusterState) -> Reply:
    if question.name.labels[0] != b"kubernetes":
        return reply
    return Reply(dns.rcode.NOERROR, answer=(Record(question.name, 30, rdata(A, "10.96.0.1")),))


def splits_dots(question: Question, reply: Reply, state: ClusterState) -> Reply:
    labels = b".".join(question.name.labels).split(b".")
    return records.answer(state, Question(dns.name.Name(labels), question.type), records.COREDNS)


def wildcards(question: Question, reply: Reply, state: ClusterState) -> Reply:
    if reply.rcode != dns.rcode.NXDOMAIN or question.name.labels[0] not in (b"*", b"any"):
        return reply
    return NO_DATA


class Case(NamedTuple):
    fault: Fault
    feature: str
    scenario: str
    problem: str


CASES = [
    Case(
        another_schema,
        "specification/schema_version",
        "The schema version is one TXT record with a semantic version",
        'TXT "latest"',
    ),
    Case(
        case_sensitive,
        "specification/schema_version",
        "The name of the schema version is case-insensitive",
        "NXDOMAIN",
    ),
    Case(case_sensitive, "specification/case", "A hostname in capitals resolves", "NXDOMAIN"),
    Case(
        namespaces_denied,
        "specification/schema_version",
        "The name of a namespace is NODATA: A",
        "NXDOMAIN, not NOERROR",
    ),
    Case(
        namespaces_denied,
        "specification/clusterip",
        'The address family that "web" lacks is NODATA',
        "NXDOMAIN, not NOERROR",
    ),
    Case(
        _adding("192.0.2.200", "external-ip"),
        "specification/clusterip",
        "A Service with externalIPs resolves to its virtual IP, not to an external address",
        "A 192.0.2.200",
    ),
    Case(
        denies_for_other_types,
        "specification/clusterip",
        "At a Service name, HTTPS is NODATA",
        "NXDOMAIN, not NOERROR",
    ),
    Case(
        servfail_for_odd_types,
        "specification/clusterip",
        "At a Service name, CAA is NODATA",
        "SERVFAIL, not NOERROR",
    ),
    Case(
        endpoints_without_selector_forgotten,
        "specification/headless",
        '"peers" resolves to each of its ready endpoints once',
        "NXDOMAIN, not NOERROR",
    ),
    Case(
        open_readiness_taken_for_unready,
        "behaviour/endpoint_slices",
        "An endpoint whose ready condition is unset counts as ready",
        "missing record A 192.0.2.102",
    ),
    Case(
        _adding("192.0.2.13", "peers"),
        "specification/headless",
        "An unready endpoint has no address, name or PTR record",
        "unexpected record A 192.0.2.13",
    ),
    Case(
        _adding("192.0.2.72", "serving"),
        "behaviour/endpoint_slices",
        "A serving, terminating endpoint has no address, name or PTR record",
        "NOERROR, not NXDOMAIN",
    ),
    Case(
        one_address_a_hostname,
        "specification/headless",
        "A hostname that two endpoints share resolves to both addresses",
        "missing record A 192.0.2.2",
    ),
    Case(
        ptr_of_the_unready,
        "specification/ptr",
        'The address of an unready endpoint of "peers" has no PTR record',
        "x.peers.played",
    ),
    Case(
        no_ipv6,
        "specification/ipv6",
        "The Service name has the AAAA record of every ready endpoint",
        "missing records AAAA 2001:db8::11",
    ),
    Case(
        srv_for_each_family,
        "behaviour/endpoint_slices",
        "An endpoint of two families has one SRV record per port",
        "2 times",
    ),
    Case(
        no_ipv6,
        "specification/dual_stack",
        "The Service name has one A and one AAAA record",
        "missing record AAAA",
    ),
    Case(
        unnamed_ports_by_number,
        "specification/srv",
        "An unnamed port has no SRV record: _5000._tcp.unnamed",
        "NOERROR, not NXDOMAIN",
    ),
    Case(
        protocols_ignored,
        "specification/srv",
        "A port or protocol that the Service lacks does not exist: _http._udp.web",
        "NOERROR, not NXDOMAIN",
    ),
    Case(
        node_port,
        "specification/srv",
        'The SRV record of "node-port" has the Service\'s port, not the node port',
        "port 30080",
    ),
    Case(
        no_alias_for_ipv6,
        "specification/external_name",
        "A query for AAAA gets the CNAME record too",
        "missing record CNAME",
    ),
    Case(
        wildcard_below_aliases,
        "specification/external_name",
        "Nothing exists below an ExternalName Service: foo.docs",
        "NOERROR, not NXDOMAIN",
    ),
    Case(
        pods_called_by_their_names,
        "behaviour/hostnames",
        "A pod with only a subdomain has no name",
        "NOERROR, not NXDOMAIN",
    ),
    Case(
        pods_called_by_their_names,
        "behaviour/service_name",
        "With another serviceName, the pods have no names below the Service",
        "NOERROR, not NXDOMAIN",
    ),
    Case(
        pods_called_by_their_names,
        "behaviour/several_services",
        "The pods have no names below a ClusterIP Service that is not their subdomain",
        "NOERROR, not NXDOMAIN",
    ),
    Case(
        unready_members_hidden,
        "behaviour/bootstrap",
        "The Service name resolves to every member",
        "NXDOMAIN, not NOERROR",
    ),
    Case(
        Frozen(),
        "behaviour/bootstrap",
        "A member resolves once it is ready, although it was looked up before",
        "NXDOMAIN, not NOERROR",
    ),
    Case(
        Frozen(),
        "behaviour/endpoints",
        "A terminating pod leaves every record at once, however long it takes to end",
        "unexpected record",
    ),
    Case(
        Frozen(),
        "behaviour/endpoints",
        "A Service whose selector changes resolves to other pods",
        "unexpected record",
    ),
    Case(
        Frozen(),
        "behaviour/changes",
        "A name that was NXDOMAIN resolves once its Service is created",
        "NXDOMAIN, not NOERROR",
    ),
    Case(Frozen(), "behaviour/changes", "No name in a deleted namespace exists", "NOERROR, not NXDOMAIN"),
    Case(
        Frozen(),
        "behaviour/changes",
        "An ExternalName Service that becomes a ClusterIP Service resolves to its virtual IP",
        "unexpected record",
    ),
    Case(
        unready_members_hidden,
        "behaviour/changes",
        "During a restart of the DNS servers, no existing name is NXDOMAIN",
        "is denied, though",
    ),
    Case(
        DeniedLater(),
        "behaviour/changes",
        "During a restart of the DNS servers, no existing name is NXDOMAIN",
        "is denied, though",
    ),
    Case(
        no_more_than_seventy,
        "protocol/sizes",
        "With EDNS, the response fits in 4096 octets or is truncated; over TCP it is complete",
        "missing records A 198.51.100.",
    ),
    Case(no_soa, "protocol/negative", "An NXDOMAIN response has the SOA record of its zone", "has 0 SOA records"),
    Case(
        kept_for_an_hour,
        "protocol/negative",
        "A negative answer has a TTL of at most five minutes: web",
        "cached for 3600 seconds",
    ),
    Case(splits_dots, "protocol/negative", "An escaped dot does not separate labels", "NOERROR, not NXDOMAIN"),
    Case(wildcards, "protocol/negative", "There are no wildcards: any", "NOERROR, not NXDOMAIN"),
    Case(
        not_authoritative,
        "protocol/messages",
        "A response for a name of the cluster is authoritative",
        "is not authoritative",
    ),
    Case(
        short_names_reach_everywhere,
        "client/search",
        "A bare Service name does not resolve from another namespace",
        "NOERROR, not NXDOMAIN",
    ),
]


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case.scenario}: {getattr(case.fault, '__name__', 'Frozen')}"
)
def test_a_fault_is_found_by_the_scenario_that_names_it(case: Case):
    with pytest.raises(NotConformantError) as found:
        play(case.feature, case.scenario, case.fault)
    assert case.problem in str(found.value)


@pytest.mark.parametrize(
    "played", sorted({(case.feature, case.scenario) for case in CASES}), ids=lambda played: played[1]
)
def test_a_right_server_passes_the_same_scenario(played: tuple[str, str]):
    play(*played, right)
