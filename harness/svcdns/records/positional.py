"""Names read by the position of their labels, as CoreDNS reads them (behaviours, section R2).

A name is taken apart from the right: the zone, ``svc`` or ``pod``, the namespace, the Service, and at most two more
labels. The entries that these labels match are collected whatever the question's type. So a name exists as soon as
anything matches, and has no data when nothing that matches is of the type asked. The quirks (A03, A08, C21, E16-E18,
F12, F13, G09, G19, H04, H12-H16, K07) follow from that; none is a case of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import dns.name
import dns.rcode
from dns.rdatatype import AAAA, CNAME, NS, PTR, SOA, SRV, TXT, A, RdataType
from dns.rdtypes.ANY.NS import NS as NsRdata

from svcdns.message import Question, Record, Reply
from svcdns.message import target as target_of
from svcdns.records import rules
from svcdns.records.profile import Profile
from svcdns.records.rules import IN, Entry
from svcdns.state import ClusterState, EndpointSlice, Key

IPV4_REVERSE = dns.name.from_text("in-addr.arpa.")
IPV6_REVERSE = dns.name.from_text("ip6.arpa.")

#: A chain of CNAMEs inside the cluster domain is followed this far.
LONGEST_CHAIN = 11


class NoSuchNameError(Exception):
    """The name does not exist."""


class Match(NamedTuple):
    """The entries that a name matches, below a parent name; a name may exist without any."""

    parent: dns.name.Name
    entries: tuple[Entry, ...] = ()


def answer(state: ClusterState, question: Question, zone: dns.name.Name, profile: Profile) -> Reply:
    """Return the reply to a question below ``zone``, which is spelled as the question spells it."""
    try:
        records, additional = _records(state, question, zone, profile)
        rcode = dns.rcode.NOERROR
    except NoSuchNameError:
        records, additional, rcode = [], [], dns.rcode.NXDOMAIN
    if records:
        return Reply(rcode, answer=tuple(records), additional=tuple(additional))
    return Reply(rcode, authority=(rules.soa_record(zone, state, profile),))


def _records(
    state: ClusterState, question: Question, zone: dns.name.Name, profile: Profile
) -> tuple[list[Record], list[Record]]:
    name, wanted = question
    if wanted == SOA:
        return ([rules.soa_record(zone, state, profile)] if name == zone else []), []
    if wanted == NS and name == zone and _spelled_lower(name):
        return _name_servers(state, zone, profile)
    if wanted == TXT:
        return _texts(state, question, zone, profile), []
    if wanted == PTR:
        return _pointers(state, question, zone, profile), []
    if _is_name_server_name(name, zone):
        return rules.address_records(name, _name_server_entries(state, zone, profile), wanted, profile), []
    match = _match(state, name, zone, profile)
    if wanted == SRV:
        return rules.srv_records(name, match.entries, match.parent, profile)
    if wanted == CNAME:
        aliases = [Record(name, profile.ttl_seconds, rules.host_rdata(entry.host)) for entry in match.entries[:1]]
        return [alias for alias in aliases if alias.type == CNAME], []
    if wanted in (A, AAAA):
        return _addresses(state, name, wanted, match.entries, zone, profile, ()), []
    return [], []


def _texts(state: ClusterState, question: Question, zone: dns.name.Name, profile: Profile) -> list[Record]:
    """Return the schema version; any other name exists for TXT only where it matches entries (A08)."""
    if [label.lower() for label in question.name.relativize(zone).labels] == [b"dns-version"]:
        return [rules.schema_record(question.name, profile)]
    if not _match(state, question.name, zone, profile).entries:
        raise NoSuchNameError
    return []


def _pointers(state: ClusterState, question: Question, zone: dns.name.Name, profile: Profile) -> list[Record]:
    address = reverse_address(question.name)
    if address is None:
        _match(state, question.name, zone, profile)
        return []
    targets = rules.reverse_targets(state, address, profile)
    if not targets:
        raise NoSuchNameError
    return rules.ptr_records(question.name, targets, profile)


def _addresses(
    state: ClusterState,
    name: dns.name.Name,
    wanted: RdataType,
    entries: Iterable[Entry],
    zone: dns.name.Name,
    profile: Profile,
    chain: tuple[dns.name.Name, ...],
) -> list[Record]:
    """Return addresses, and aliases followed inside the zone, without aliases to names that do not exist there (H11-H15)."""
    entries = tuple(entries)
    records: list[Record] = rules.address_records(name, entries, wanted, profile)
    for entry in entries:
        rdata = rules.host_rdata(entry.host)
        if rdata.rdtype != CNAME:
            continue
        target = target_of(rdata)
        if target.is_subdomain(name) or len(chain) >= LONGEST_CHAIN or any(_same(target, seen) for seen in chain):
            continue
        alias = Record(name, profile.ttl_seconds, rdata)
        if not target.is_subdomain(zone):
            records.append(alias)
            continue
        try:
            entries_there = _followed(state, target, zone, profile)
        except NoSuchNameError:
            continue
        followed = _addresses(state, target, wanted, entries_there, zone, profile, (*chain, target))
        if followed:
            records += [alias, *followed]
    return records


def _followed(state: ClusterState, target: dns.name.Name, zone: dns.name.Name, profile: Profile) -> Iterable[Entry]:
    """Return the entries of an alias's target, which may be the name server's own name."""
    if _is_name_server_name(target, zone):
        return _name_server_entries(state, zone, profile)
    return _match(state, target, zone, profile).entries


def _same(name: dns.name.Name, other: dns.name.Name) -> bool:
    return name.labels == other.labels


def _match(state: ClusterState, name: dns.name.Name, zone: dns.name.Name, profile: Profile) -> Match:
    """Return what the labels left of the zone match.

    Raises:
        NoSuchNameError: if the name does not exist.
    """
    labels = [_spelled(label) for label in name.relativize(zone).labels]
    if labels in ([], ["svc"], ["pod"]):
        return Match(zone)
    *rest, root = labels
    if root not in ("svc", "pod") or len(rest) > 4 or _is_reverse(zone) or rest[-1] not in state.namespaces:  # noqa: PLR2004 - port, protocol, Service, namespace
        raise NoSuchNameError
    if len(rest) == 1:
        if root == "pod" and profile.pod_records == "disabled":
            raise NoSuchNameError
        return Match(zone)
    if root == "pod":
        return _match_pod(state, rest[-2], rest[-1], zone, profile)
    return _match_service(state, Key(rest[-1], rest[-2]), rest[:-2], zone, profile)


def _match_service(state: ClusterState, key: Key, left: list[str], zone: dns.name.Name, profile: Profile) -> Match:
    service = state.services.get(key)
    if service is None:
        raise NoSuchNameError
    endpoint = left[0] if len(left) == 1 else ""
    port, protocol = (label.removeprefix("_") for label in left) if len(left) == 2 else ("", "")  # noqa: PLR2004 - a port and a protocol
    if service.external and (endpoint or port or protocol or rules.parse_address(service.external_name)):
        raise NoSuchNameError
    if endpoint and not profile.endpoints_behind_virtual_ip and not service.headless:
        raise NoSuchNameError
    read = rules.endpoint_entries if endpoint else rules.service_entries
    entries = tuple(
        entry
        for entry in read(state, service, profile)
        if (not endpoint or endpoint == entry.label.lower())
        and (not port or port == entry.port_name.lower())
        and (not protocol or protocol == entry.protocol.lower())
    )
    if not entries:
        raise NoSuchNameError
    return Match(rules.service_name(key, zone), entries)


def _match_pod(state: ClusterState, label: str, namespace: str, zone: dns.name.Name, profile: Profile) -> Match:
    """Return the address that a pod's label spells (K01-K09)."""
    dotted = label.count("-") == 3 and "--" not in label  # noqa: PLR2004 - an IPv4 address has three separators
    text = label.replace("-", "." if dotted else ":")
    if profile.pod_records == "disabled" or not rules.parse_address(text):
        raise NoSuchNameError
    if profile.pod_records == "verified" and not any(
        pod.key.namespace == namespace and pod.addresses[0] == text for pod in state.pods_by_address.get(text, ())
    ):
        raise NoSuchNameError
    parent = dns.name.from_text(f"{label}.{namespace}.pod", origin=zone)
    return Match(parent, (Entry("", text, port=0),))


def reverse_address(name: dns.name.Name) -> str | None:
    """Return the address that a reverse name spells, in its usual text form, or None (F01, F02, F14, I12).

    Nibbles are taken in fours from the right; labels beyond eight groups are ignored.
    """
    for zone, read in ((IPV4_REVERSE, _ipv4_text), (IPV6_REVERSE, _ipv6_text)):
        if name.is_subdomain(zone) and name != zone:
            labels = [_spelled(label) for label in reversed(name.relativize(zone).labels)]
            address = rules.parse_address(read(labels))
            return str(address) if address else None
    return None


def _spelled(label: bytes) -> str:
    """Return a label in lower case (of ASCII alone, RFC 4343), with dots escaped, since they would read as separators."""
    return label.lower().decode("latin-1").replace(".", "\\.")


def _ipv4_text(labels: list[str]) -> str:
    return ".".join(labels)


def _ipv6_text(labels: list[str]) -> str:
    return ":".join("".join(labels[start : start + 4]) for start in range(0, len(labels) // 4 * 4, 4))


def _name_servers(state: ClusterState, zone: dns.name.Name, profile: Profile) -> tuple[list[Record], list[Record]]:
    """Return the apex's NS records and their addresses (A06)."""
    addresses = _name_server_addresses(state, zone, profile)
    servers = dict.fromkeys(name for name, _ in addresses)
    return (
        [Record(zone, profile.ttl_seconds, NsRdata(IN, NS, name)) for name in servers],
        [Record(name, profile.ttl_seconds, rules.host_rdata(address)) for name, address in addresses],
    )


def _name_server_addresses(
    state: ClusterState, zone: dns.name.Name, profile: Profile
) -> list[tuple[dns.name.Name, str]]:
    """Return the names of this DNS server, each with an address (A06, A07; CoreDNS ``ns.go``).

    They are those of the Services that it is an endpoint of, or ``ns.dns`` with its own addresses if there is none.
    """
    own_addresses = profile.own_addresses
    if own_addresses is None:
        own_addresses = next(iter(dns_servers(state)), ())
    if not profile.name_servers:
        return []
    serving = [item for own in own_addresses if profile.endpoints for item in _slices_with(state, own)]
    if not serving:
        return [(rules.name_server_name(zone), own) for own in own_addresses]
    return [server for endpoint_slice in serving for server in _served_at(state, endpoint_slice, zone, profile)]


def _slices_with(state: ClusterState, address: str) -> Iterator[EndpointSlice]:
    """Return the EndpointSlices in which an address is that of a ready endpoint."""
    for endpoint_slice in state.slices_by_address.get(address, ()):
        if any(address == ready for _, ready in rules.ready_addresses(endpoint_slice)):
            yield endpoint_slice


def _served_at(
    state: ClusterState, endpoint_slice: EndpointSlice, zone: dns.name.Name, profile: Profile
) -> Iterator[tuple[dns.name.Name, str]]:
    """Return the Service of an EndpointSlice at each virtual IP or, when headless, its endpoints at their addresses."""
    key = Key(endpoint_slice.key.namespace, endpoint_slice.service)
    service = state.services.get(key)
    if service is None:
        return
    name = rules.service_name(key, zone)
    if not service.headless:
        yield from ((name, address) for address in service.cluster_ips)
        return
    for endpoint, address in rules.ready_addresses(endpoint_slice):
        yield rules.prepend(rules.endpoint_label(endpoint, address, key, profile), name), address


def _name_server_entries(state: ClusterState, zone: dns.name.Name, profile: Profile) -> list[Entry]:
    return [Entry("", address) for _, address in _name_server_addresses(state, zone, profile)]


def dns_servers(state: ClusterState) -> tuple[tuple[str, ...], ...]:
    """Return the addresses of each pod of the cluster's DNS Service, where this server would be running."""
    servers: dict[tuple[str, ...], None] = {}
    for endpoint_slice in state.slices_by_service.get(Key("kube-system", "kube-dns"), ()):
        for endpoint, _ in rules.ready_addresses(endpoint_slice):
            pod = state.pods.get(Key("kube-system", endpoint.pod))
            servers[pod.addresses if pod else endpoint.addresses] = None
    return tuple(servers)


def _is_name_server_name(name: dns.name.Name, zone: dns.name.Name) -> bool:
    """Return whether CoreDNS takes the name for ``ns.dns.<zone>`` (``isDefaultNS`` of ``ns.go``; A07, G19).

    It compares the beginning of the text alone, so ``ns.dns.<zone>.n.svc.<zone>`` counts too. A zone that is not spelled
    in lower case is not recognised.
    """
    if name.labels[0].lower() != b"ns":
        return False
    text = name.to_text().lower()
    return text.startswith("ns.dns.") and text.find(zone.to_text()) == len("ns.dns.")


def _spelled_lower(name: dns.name.Name) -> bool:
    return all(label == label.lower() for label in name.labels)


def _is_reverse(zone: dns.name.Name) -> bool:
    return zone in (IPV4_REVERSE, IPV6_REVERSE)


def zone_of(name: dns.name.Name, state: ClusterState) -> dns.name.Name | None:
    """Return the served zone that a name is in, spelled as the name spells it, or None."""
    for zone in (rules.domain(state), IPV4_REVERSE, IPV6_REVERSE):
        if name.is_subdomain(zone):
            return dns.name.Name(name.labels[-len(zone.labels) :])
    return None
