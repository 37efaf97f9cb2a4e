"""The addresses, ports and names of Services: each rule of the specification, once.

Both ways of reading a name (`svcdns.records.tree`, `svcdns.records.positional`) are built from these rules.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

import dns.name
from dns.rdata import Rdata
from dns.rdatatype import AAAA, CNAME, PTR, SOA, SRV, TXT, A, RdataType
from dns.rdtypes.ANY.CNAME import CNAME as CnameRdata
from dns.rdtypes.ANY.PTR import PTR as PtrRdata
from dns.rdtypes.ANY.SOA import SOA as SoaRdata
from dns.rdtypes.ANY.TXT import TXT as TxtRdata
from dns.rdtypes.IN.A import A as ARdata
from dns.rdtypes.IN.AAAA import AAAA as AaaaRdata
from dns.rdtypes.IN.SRV import SRV as SrvRdata

from svcdns.message import Record
from svcdns.records.profile import Profile
from svcdns.state import ClusterState, Endpoint, EndpointSlice, Key, Service

#: The version of the DNS schema that this project reads (specification, sections 1 and 2.2).
SCHEMA_VERSION = "1.1.0"

IN = dns.rdataclass.IN

#: Octets of the longest label (RFC 1035, section 2.3.4).
LONGEST_LABEL = 63


class Entry(NamedTuple):
    """One host at one port, the source of both the address and the SRV records of a Service.

    Attributes:
        label: the endpoint's label below the Service, or empty for the Service itself.
        host: an address; a name for an ExternalName Service and for FQDN endpoints.
        port: the port's number; None where the port is not declared, or is every port.
    """

    label: str
    host: str
    port_name: str = ""
    protocol: str = ""
    port: int | None = None


def service_entries(state: ClusterState, service: Service, profile: Profile) -> Iterator[Entry]:
    """Return the entries of the Service's own name: its alias, virtual IPs or ready endpoints (sections 2.3-2.5).

    Without any port, each virtual IP comes once, for its address (CoreDNS ``object/service.go``).
    """
    if service.external:
        yield Entry("", service.external_name)
    elif service.headless:
        yield from endpoint_entries(state, service, profile)
    elif profile.empty_services or any(endpoint_entries(state, service, profile)):
        for name, protocol, number in _ports(service) or [("", "", None)]:
            for address in service.cluster_ips:
                yield Entry("", address, name, protocol, number)


def endpoint_entries(state: ClusterState, service: Service, profile: Profile) -> Iterator[Entry]:
    """Return each ready endpoint at each port (sections 2.4.1 and 2.4.2); without any port, once, for its addresses (C14).

    With ``headless_port="service"`` the ports are the Service's, by the words of section 2.4.2; otherwise the
    EndpointSlice's (behaviours E10, E11, E22).
    """
    for endpoint_slice in state.slices_by_service.get(service.key, ()) if profile.endpoints else ():
        if profile.headless_port == "service":
            ports = _ports(service)
        else:
            ports = [(port.name, port.protocol, port.port) for port in endpoint_slice.ports]
        for endpoint, address in ready_addresses(endpoint_slice):
            label = endpoint_label(endpoint, address, service.key, profile)
            for name, protocol, number in ports or [("", "", None)]:
                yield Entry(label, address, name, protocol, number)


def _ports(service: Service) -> list[tuple[str, str, int | None]]:
    return [(port.name, port.protocol, port.port) for port in service.ports]


def ready_addresses(endpoint_slice: EndpointSlice) -> Iterator[tuple[Endpoint, str]]:
    """Return the addresses of the ready endpoints; an unset ready condition counts as ready (C06, C16, C17)."""
    for endpoint in endpoint_slice.endpoints:
        if endpoint.ready is not False:
            for address in endpoint.addresses:
                yield endpoint, address


def endpoint_label(endpoint: Endpoint, address: str, service: Key, profile: Profile) -> str:
    """Return the *hostname* of section 2.1: the endpoint's own, or an identifier that the server assigns (C07-C10, I08)."""
    if endpoint.hostname:
        return endpoint.hostname
    if profile.endpoint_label == "hash":
        return hashlib.blake2s(f"{service} {address}".encode(), digest_size=5).hexdigest()
    if profile.endpoint_label == "pod" and 0 < len(endpoint.pod) <= LONGEST_LABEL:
        return endpoint.pod
    if "." in address:
        return address.replace(".", "-")
    dashed = address.replace(":", "-")
    return f"{dashed}0" if dashed.endswith("-") and "label-ends-in-a-dash" not in profile.deviations else dashed


def reverse_targets(state: ClusterState, address: str, profile: Profile) -> tuple[dns.name.Name, ...]:
    """Return the names in an address's PTR records (sections 2.3.3 and 2.4.3; F01-F07): a Service's, else endpoints'."""
    for service in state.services_by_address.get(address, ()):
        return (service_name(service.key, domain(state)),)
    targets: dict[dns.name.Name, None] = {}
    for endpoint_slice in state.slices_by_address.get(address, ()) if profile.endpoints else ():
        key = Key(endpoint_slice.key.namespace, endpoint_slice.service)
        service_of = state.services.get(key)
        if not profile.endpoints_behind_virtual_ip and not (service_of and service_of.headless):
            continue
        for endpoint, ready in ready_addresses(endpoint_slice):
            unnamed = not endpoint.hostname and "pointers-need-a-hostname" in profile.deviations
            if ready == address and key.name and not unnamed:
                label = endpoint_label(endpoint, address, key, profile)
                targets[endpoint_name(label, key, domain(state))] = None
    return tuple(targets)


@lru_cache(maxsize=4096)
def host_rdata(host: str) -> Rdata:
    """Return A for an IPv4 address (also one mapped into IPv6), AAAA for IPv6, CNAME for a name (2.3.1, 2.4.1, 2.5)."""
    address = parse_address(host)
    if address is None:
        return alias_rdata(host)
    if isinstance(address, ipaddress.IPv4Address):
        return ARdata(IN, A, str(address))
    return AaaaRdata(IN, AAAA, str(address))


def alias_rdata(external_name: str) -> Rdata:
    """Return the CNAME of an external name, also one that looks like an address (section 2.5; H16)."""
    return CnameRdata(IN, CNAME, dns.name.from_text(external_name))


def parse_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the address that a text spells, or None; an IPv4 address mapped into IPv6 is IPv4, one with a scope is none."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        return None if address.scope_id else address.ipv4_mapped or address
    return address


def srv_records(
    owner: dns.name.Name, entries: Iterable[Entry], parent: dns.name.Name, profile: Profile
) -> tuple[list[Record], list[Record]]:
    """Return the SRV records of some entries of the Service ``parent``, and the addresses of their targets.

    There is one record per target and port (C13, C15, I06). All entries, also duplicates that are dropped, share a weight
    of 100, and each has at least 1 (E14).
    """
    candidates = [entry for entry in entries if parse_address(entry.host)]
    priority, fixed_weight = profile.srv_numbers
    weight = max(1, 100 // len(candidates)) if candidates and fixed_weight is None else fixed_weight or 0
    answer: dict[tuple[str, int], Record] = {}
    additional: dict[tuple[str, str], Record] = {}
    for entry in candidates:
        if entry.port is None:
            continue
        target = prepend(entry.label, parent)
        if (entry.label, entry.port) not in answer:
            rdata = SrvRdata(IN, SRV, priority, weight, entry.port, target)
            answer[entry.label, entry.port] = Record(owner, profile.ttl_seconds, rdata)
        if profile.additional and (entry.label, entry.host) not in additional:
            additional[entry.label, entry.host] = Record(target, profile.ttl_seconds, host_rdata(entry.host))
    return list(answer.values()), list(additional.values())


def address_records(
    owner: dns.name.Name, entries: Iterable[Entry], wanted: RdataType, profile: Profile
) -> list[Record]:
    """Return the A or AAAA records of some entries, each address once (B08, C02)."""
    records: dict[str, Record] = {}
    for entry in entries:
        if entry.host not in records and parse_address(entry.host):
            rdata = host_rdata(entry.host)
            if rdata.rdtype == wanted:
                records[entry.host] = Record(owner, profile.ttl_seconds, rdata)
    return list(records.values())


def ptr_records(owner: dns.name.Name, targets: Iterable[dns.name.Name], profile: Profile) -> list[Record]:
    """Return one PTR record per target."""
    return [Record(owner, profile.ttl_seconds, PtrRdata(IN, PTR, target)) for target in targets]


def schema_record(owner: dns.name.Name, profile: Profile) -> Record:
    """Return the record of the schema version (section 2.2)."""
    return Record(owner, profile.schema_ttl_seconds, TxtRdata(IN, TXT, [SCHEMA_VERSION]))


def soa_record(zone: dns.name.Name, state: ClusterState, profile: Profile) -> Record:
    """Return the zone's SOA, whose TTL and minimum are those of a negative answer (RFC 2308; G03: at most 300 seconds)."""
    mname, rname = (dns.name.from_text(text, origin=zone) for text in profile.soa_names)
    rdata = SoaRdata(IN, SOA, mname, rname, state.serial, *profile.soa_timers_seconds, profile.ttl_seconds)
    return Record(zone, min(profile.ttl_seconds, 300), rdata)


def domain(state: ClusterState) -> dns.name.Name:
    """Return the cluster domain as a name."""
    return dns.name.from_text(state.domain)


def name_server_name(zone: dns.name.Name) -> dns.name.Name:
    """Return ``ns.dns.<zone>``: CoreDNS's name for itself where it is an endpoint of no Service (A07)."""
    return dns.name.from_text("ns.dns", origin=zone)


def service_name(key: Key, zone: dns.name.Name) -> dns.name.Name:
    """Return ``<service>.<namespace>.svc.<zone>``."""
    return dns.name.from_text(f"{key.name}.{key.namespace}.svc", origin=zone)


def endpoint_name(label: str, key: Key, zone: dns.name.Name) -> dns.name.Name:
    """Return ``<hostname>.<service>.<namespace>.svc.<zone>``."""
    return prepend(label, service_name(key, zone))


def prepend(label: str, parent: dns.name.Name) -> dns.name.Name:
    """Return the parent itself for an empty label, else the name with one more label."""
    return dns.name.Name((label.encode(), *parent.labels)) if label else parent
