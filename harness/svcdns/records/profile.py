"""The two families of implementations that the reference can answer as, and their differences.

`COREDNS` answers as CoreDNS does. `SPEC` follows the specification and uses every freedom that it leaves, so a scenario
that passes under both does not depend on one implementation. The fields of `Profile` are the one table of
those freedoms.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import dns.rcode
from dns.rdatatype import AAAA, MX, A, RdataType


@dataclass(frozen=True, slots=True)
class Profile:
    """The choices of a right server.

    Attributes:
        name: the profile's name on the command line.
        ttl_seconds: the TTL of every record but the schema version's (the specification names none).
        schema_ttl_seconds: the TTL of the schema version.
        soa_names: the first labels of the SOA's mname and rname below the zone.
        soa_timers_seconds: the SOA's refresh, retry and expire.
        endpoint_label: the label of an endpoint without a hostname (section 2.1 leaves the format free): its address, a
            hash, or its pod's name (K12).
        srv_numbers: priority, and weight; a weight of None shares 100 among the entries of an answer.
        headless_port: the number in a headless Service's SRV record: the Service's port (section 2.4.2 by its words) or
            the endpoint's (behaviour E10).
        additional: whether SRV answers carry the targets' addresses (section 2.3.2: they may).
        endpoints_behind_virtual_ip: whether endpoints behind a ClusterIP have names and PTR records (B15, B16, F05).
        name_servers: whether the apex has NS records, and ``ns.dns`` an address (A06, A07).
        pod_records: whether ``<address>.<namespace>.pod`` answers: never, for any address, or for live pods (K01-K09).
        reading: how names are read, and denied: by the tree of names that exist (RFC 8020), or by the position of their
            labels, as CoreDNS reads them (section R2 of the behaviours). The second also gives every type at
            every form of a name: SRV at the bare Service name (E07), addresses below ``_port._proto`` (C21).
        foreign_rcode: the rcode for names outside the zones served (L21).
        shuffled: the types whose records come in a varying order (L15); None stands for all.
        edns_payload_octets: the payload size offered; None repeats the client's own (L04).
        endpoints: whether endpoints are read; every right server does (K13).
        empty_services: whether a Service with a virtual IP and without a ready endpoint has names (K14).
        own_addresses: the server's own; None stands for those of the first pod of the cluster's DNS Service (A06).
        deviations: what a version is known to do wrong, by its id in ``fixtures/deviations.yaml``.
    """

    name: str
    ttl_seconds: int
    schema_ttl_seconds: int
    soa_names: tuple[str, str]
    soa_timers_seconds: tuple[int, int, int]
    endpoint_label: Literal["address", "hash", "pod"]
    srv_numbers: tuple[int, int | None]
    headless_port: Literal["endpoint", "service"]
    additional: bool
    endpoints_behind_virtual_ip: bool
    name_servers: bool
    pod_records: Literal["disabled", "insecure", "verified"]
    reading: Literal["tree", "positional"]
    foreign_rcode: dns.rcode.Rcode
    shuffled: frozenset[RdataType] | None
    edns_payload_octets: int | None
    endpoints: bool = True
    empty_services: bool = True
    own_addresses: tuple[str, ...] | None = None
    deviations: frozenset[str] = frozenset()


COREDNS = Profile(
    name="coredns",
    ttl_seconds=30,
    schema_ttl_seconds=28800,
    soa_names=("ns.dns", "hostmaster"),
    soa_timers_seconds=(7200, 1800, 86400),
    endpoint_label="address",
    srv_numbers=(0, None),
    headless_port="endpoint",
    additional=True,
    endpoints_behind_virtual_ip=True,
    name_servers=True,
    pod_records="insecure",
    reading="positional",
    foreign_rcode=dns.rcode.SERVFAIL,
    shuffled=frozenset({A, AAAA, MX}),
    edns_payload_octets=None,
)

SPEC = Profile(
    name="spec",
    ttl_seconds=7,
    schema_ttl_seconds=60,
    soa_names=("primary", "dns-admin"),
    soa_timers_seconds=(3600, 600, 604800),
    endpoint_label="hash",
    srv_numbers=(10, 10),
    headless_port="service",
    additional=False,
    endpoints_behind_virtual_ip=False,
    name_servers=False,
    pod_records="disabled",
    reading="tree",
    foreign_rcode=dns.rcode.REFUSED,
    shuffled=None,
    edns_payload_octets=1232,
)

PROFILES = {profile.name: profile for profile in (COREDNS, SPEC)}
