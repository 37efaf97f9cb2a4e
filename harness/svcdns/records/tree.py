"""The list of all records, and names read by the tree that these records span.

A name with records of the type asked answers them. A name with records of other types, or with names below it, has no
data. Any other name does not exist (RFC 2308, RFC 8020).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import dns.name
import dns.rcode
from dns.rdatatype import AAAA, CNAME, NS, A

from svcdns.message import Question, Record, Reply, reverse_name, target
from svcdns.records import positional, rules
from svcdns.records.profile import Profile
from svcdns.records.rules import Entry
from svcdns.state import ClusterState, Key, Service

#: A chain of CNAMEs inside the cluster domain is followed this far.
LONGEST_CHAIN = 8

RRsets = Mapping[Question, tuple[Record, ...]]


def rrsets(state: ClusterState, profile: Profile) -> RRsets:
    """Return every RRset that can be listed, by its owner name and type.

    Names that are computed are left out: the pod records of a profile that answers for any address.
    """
    listed: dict[Question, list[Record]] = defaultdict(list)
    groups = [_zone_records(state, profile), _reverse_records(state, profile)]
    groups += [service_records(state, service, profile) for service in state.services.values()]
    for records in groups:
        for record in records:
            listed[Question(record.owner, record.type)].append(record)
    return {key: tuple(records) for key, records in listed.items()}


def service_records(state: ClusterState, service: Service, profile: Profile) -> Iterator[Record]:
    """Return the records at and below one Service's name (sections 2.3.1, 2.3.2, 2.4.1, 2.4.2 and 2.5).

    A port whose name fills a label has no SRV records: the underscore would exceed the label (RFC 1035, section 2.3.4).
    """
    owner = rules.service_name(service.key, rules.domain(state))
    entries = tuple(rules.service_entries(state, service, profile))
    if service.external:
        # CoreDNS ignores an address in externalName (H16).
        if profile.reading == "tree" or not rules.parse_address(service.external_name):
            yield Record(owner, profile.ttl_seconds, rules.alias_rdata(service.external_name))
        return
    yield from _name_records(owner, entries, owner, profile)
    for port_name, protocol in {(entry.port_name, entry.protocol) for entry in entries if entry.port_name}:
        at_port = [entry for entry in entries if (entry.port_name, entry.protocol) == (port_name, protocol)]
        if len(port_name) < rules.LONGEST_LABEL:
            srv_owner = dns.name.from_text(f"_{port_name}._{protocol.lower()}", origin=owner)
            yield from rules.srv_records(srv_owner, at_port, owner, profile)[0]
    if service.headless or profile.endpoints_behind_virtual_ip:
        below: dict[str, list[Entry]] = defaultdict(list)
        for entry in rules.endpoint_entries(state, service, profile):
            below[entry.label].append(entry)
        for label, at_label in below.items():
            yield from _name_records(rules.prepend(label, owner), at_label, owner, profile)


def _name_records(
    owner: dns.name.Name, entries: Iterable[Entry], parent: dns.name.Name, profile: Profile
) -> Iterator[Record]:
    entries = tuple(entries)
    for type_ in (A, AAAA):
        yield from rules.address_records(owner, entries, type_, profile)
    for host in dict.fromkeys(entry.host for entry in entries):
        if rules.host_rdata(host).rdtype == CNAME:
            yield Record(owner, profile.ttl_seconds, rules.host_rdata(host))
    if profile.reading == "positional":
        yield from rules.srv_records(owner, entries, parent, profile)[0]


def _zone_records(state: ClusterState, profile: Profile) -> Iterator[Record]:
    """Return the schema version (section 2.2), the SOA, and the name servers where the profile has them."""
    zone = rules.domain(state)
    yield rules.schema_record(dns.name.from_text("dns-version", origin=zone), profile)
    yield rules.soa_record(zone, state, profile)
    if profile.name_servers:
        itself = rules.name_server_name(zone)
        for owner, type_ in ((zone, NS), (itself, A), (itself, AAAA)):
            yield from positional.answer(state, Question(owner, type_), zone, profile).answer


def _reverse_records(state: ClusterState, profile: Profile) -> Iterator[Record]:
    """Return the PTR records of sections 2.3.3 and 2.4.3."""
    for address in {**state.services_by_address, **state.slices_by_address}:
        if rules.parse_address(address):
            targets = rules.reverse_targets(state, address, profile)
            yield from rules.ptr_records(reverse_name(address), targets, profile)


def answer(state: ClusterState, question: Question, zone: dns.name.Name, profile: Profile) -> Reply:
    """Return the reply to a question below ``zone``, which is spelled as the question spells it."""
    soa = (rules.soa_record(zone, state, profile),)
    records: list[Record] = []
    owner = question.name
    for _ in range(LONGEST_CHAIN):
        here = _records_at(state, owner, zone, profile)
        if here is None:
            return Reply(dns.rcode.NXDOMAIN, answer=tuple(records), authority=soa)
        matching = [record for record in here if record.type in (question.type, CNAME)]
        records += matching
        if not matching:
            return Reply(dns.rcode.NOERROR, answer=tuple(records), authority=soa)
        if question.type == CNAME or matching[0].type != CNAME:
            break
        owner = target(matching[0].rdata)
        if not owner.is_subdomain(zone):
            break
    return Reply(dns.rcode.NOERROR, answer=tuple(records))


def _records_at(
    state: ClusterState, owner: dns.name.Name, zone: dns.name.Name, profile: Profile
) -> list[Record] | None:
    """Return the records at a name, spelled as asked: none where only names below it have some; None if it does not exist."""
    labels = [label.lower().decode("latin-1") for label in owner.relativize(zone).labels]
    if not labels:
        return [rules.soa_record(zone, state, profile)]
    if zone != rules.domain(state):
        return _reverse_at(state, owner, profile)
    match labels:
        case ["dns-version"]:
            return [rules.schema_record(owner, profile)]
        case ["svc"] | ["pod"]:
            return []
        case [namespace, "svc"]:
            return [] if namespace in state.namespaces else None
        case [*_, name, namespace, "svc"] if service := state.services.get(Key(namespace, name)):
            return _listed_at(owner, service_records(state, service, profile))
    return None


def _listed_at(owner: dns.name.Name, listed: Iterable[Record]) -> list[Record] | None:
    """Return the records at a name among those of its Service, where the records of one owner are adjacent."""
    here: list[Record] = []
    below = False
    for record in listed:
        if record.owner == owner:
            here.append(record._replace(owner=owner))
        elif here:
            break
        below = below or record.owner.is_subdomain(owner)
    return here or ([] if below else None)


def _reverse_at(state: ClusterState, owner: dns.name.Name, profile: Profile) -> list[Record] | None:
    address = positional.reverse_address(owner)
    if address and reverse_name(address) == owner:
        targets = rules.reverse_targets(state, address, profile)
        return rules.ptr_records(owner, targets, profile) or None
    known = (*state.services_by_address, *state.slices_by_address)
    below = (text for text in known if rules.parse_address(text) and reverse_name(text).is_subdomain(owner))
    return [] if any(rules.reverse_targets(state, text, profile) for text in below) else None
