"""What scenarios promise."""

from __future__ import annotations

import re

from pytest_bdd import parsers, then

from svcdns import judge
from svcdns.engine.world import World
from svcdns.judge.parameters import (
    Count,
    ExistingName,
    Label,
    Name,
    Octets,
    OptionalOctets,
    OptionalPortName,
    PodName,
    PortName,
    PortNumber,
    Protocol,
    Rcode,
    RecordType,
    ServiceName,
    Times,
)

_PROPERTIES = "|".join(map(re.escape, judge.PROPERTIES))
_QUERIES = "|".join(map(re.escape, judge.QUERIES))
_MALFORMED_MESSAGES = "|".join(map(re.escape, judge.MALFORMED_MESSAGES))


@then(parsers.parse('the Service "{service}" answers its virtual IP, and nothing else'))
def _virtual_ip(world: World, service: ServiceName) -> None:
    world.holds(judge.virtual_ip(service))


@then(parsers.parse('"{name}" answers the virtual IP of the Service "{service}", and nothing else'))
def _virtual_ip_at(world: World, name: ExistingName, service: ServiceName) -> None:
    world.holds(judge.virtual_ip_at(name, service))


@then(parsers.parse('the Service "{service}" answers one A and one AAAA record, its virtual IPs'))
def _virtual_ips(world: World, service: ServiceName) -> None:
    world.holds(judge.virtual_ips(service))


@then(parsers.parse('the Service "{service}" answers the same in any letter case'))
def _any_case(world: World, service: ServiceName) -> None:
    world.holds(judge.any_case(service))


@then(
    parsers.re(
        r'the Service "(?P<service>[^"]+)" answers the addresses of its (?P<count>\d+)'
        r" (?P<kind>(ready|listed) (pod|endpoint)s?), and no other"
    ),
    converters={"count": int},
)
def _ready_endpoints(world: World, service: ServiceName, count: Count, kind: str) -> None:
    world.holds(judge.ready_endpoints(service, count, kind))


@then(parsers.parse('"{name}" answers the address of the pod "{pod}", and nothing else'))
def _address_of_pod(world: World, name: ExistingName, pod: PodName) -> None:
    world.holds(judge.address_of_pod(name, pod))


@then(
    parsers.parse(
        '"{label}" below the Service "{service}" answers the addresses of the endpoints with that hostname, and no other'
    )
)
def _hostname(world: World, label: Label, service: ServiceName) -> None:
    world.holds(judge.hostname(label, service))


@then(parsers.parse('the other address family of the Service "{service}" has no data'))
def _other_family(world: World, service: ServiceName) -> None:
    world.holds(judge.other_family("", service))


@then(parsers.parse('the other address family of "{label}" below the Service "{service}" has no data'))
def _other_family_below(world: World, label: Label, service: ServiceName) -> None:
    world.holds(judge.other_family(label, service))


@then(parsers.re(r'"(?P<name>[^"]+)" has no data for the type (?P<type_>\w+)'))
def _no_data(world: World, name: ExistingName, type_: RecordType) -> None:
    world.holds(judge.no_data(name, type_))


@then(parsers.re(r'"(?P<name>[^"]+)" does not exist'))
def _does_not_exist(world: World, name: Name) -> None:
    world.holds(judge.does_not_exist(name))


@then(parsers.re(r'"(?P<name>[^"]+)" does not exist for the type (?P<type_>\w+) either'))
def _does_not_exist_for(world: World, name: Name, type_: RecordType) -> None:
    world.holds(judge.does_not_exist(name, type_))


@then(parsers.re(r'"(?P<name>[^"]+)" answers one record of the type (?P<type_>\w+)'))
def _one_record(world: World, name: ExistingName, type_: RecordType) -> None:
    world.holds(judge.one_record(name, type_))


@then(parsers.parse('"{name}" answers one TXT record, a semantic version'))
def _schema_version(world: World, name: Name) -> None:
    world.holds(judge.schema_version(name))


@then(parsers.re(r'a query for "(?P<name>[^"]+)", type (?P<type_>\w+), gets one of these answers:'))
def _one_of(world: World, name: Name, type_: RecordType, datatable: list[list[str]]) -> None:
    world.holds(judge.one_of(name, type_, judge.choices(datatable)))


@then(parsers.parse('during the restart, "{name}" is never answered with NXDOMAIN'))
def _never_denied(world: World, name: Name) -> None:
    world.never_denied(name)


@then(parsers.re(r'"(?P<name>[^"]+)" is an alias for "(?P<target>[^"]+)" when asked for (?P<type_>\w+)'))
def _alias(world: World, name: ExistingName, target: Name, type_: RecordType) -> None:
    world.holds(judge.alias(name, target, type_))


@then(parsers.parse('"{name}" resolves to the addresses of the Service "{service}", CNAME record first'))
def _leads_to_in_order(world: World, name: ExistingName, service: ServiceName) -> None:
    world.holds(judge.leads_to(name, service, in_order=True))


@then(parsers.re(r'"(?P<name>[^"]+)" resolves to the addresses of the Service "(?P<service>[^"]+)"'))
def _leads_to(world: World, name: ExistingName, service: ServiceName) -> None:
    world.holds(judge.leads_to(name, service))


@then(
    parsers.re(
        r'"(?P<name>[^"]+)" resolves through "(?P<over>[^"]+)" to the addresses of the Service "(?P<service>[^"]+)"'
    )
)
def _leads_over(world: World, name: ExistingName, over: ExistingName, service: ServiceName) -> None:
    world.holds(judge.leads_to(name, service, over=over))


@then(parsers.re(r'"(?P<name>[^"]+)" is answered in time when asked for (?P<type_>\w+)'))
def _ends_in_time(world: World, name: ExistingName, type_: RecordType) -> None:
    world.holds(judge.ends_in_time(name, type_))


@then(
    parsers.parse(
        'the port "{port}" over {protocol} of the Service "{service}" has one SRV record, to port {number:d} of the Service name'
    )
)
def _port_of_virtual_ip(
    world: World, port: PortName, protocol: Protocol, service: ServiceName, number: PortNumber
) -> None:
    world.holds(judge.port_of_virtual_ip(service, port, protocol, number))


@then(
    parsers.re(
        r'the port "(?P<port>[^"]+)" over (?P<protocol>\w+) of the Service "(?P<service>[^"]+)"'
        r" has an SRV record to port (?P<number>\d+) of every (ready|listed) (pod|endpoint)"
    ),
    converters={"number": int},
)
def _port_of_ready_endpoints(
    world: World, port: PortName, protocol: Protocol, service: ServiceName, number: PortNumber
) -> None:
    world.holds(judge.port_of_ready_endpoints(service, port, protocol, number))


@then(
    parsers.parse(
        'the port "{port}" over {protocol} of the Service "{service}" has an SRV record to every ready pod,'
        " with one of these port numbers:"
    )
)
def _port_is_observed(
    world: World, port: PortName, protocol: Protocol, service: ServiceName, datatable: list[list[str]]
) -> None:
    world.holds(judge.port_of_ready_pods_is_one_of(service, port, protocol, judge.numbers(datatable)))


@then(
    parsers.parse(
        'the port "{port}" of the Service "{service}" has an SRV record to every ready pod, with the port number of the pod'
    )
)
def _own_port(world: World, port: PortName, service: ServiceName) -> None:
    world.holds(judge.own_port(service, port))


@then(parsers.parse('the Service "{service}" has SRV records for all its ports at its own name'))
def _ports_at_name(world: World, service: ServiceName) -> None:
    world.holds(judge.ports_at_name(service))


@then(parsers.parse('"{label}" below the Service "{service}" has SRV records for the ports of its endpoint'))
def _ports_at_hostname(world: World, label: Label, service: ServiceName) -> None:
    world.holds(judge.ports_at_hostname(label, service))


@then(parsers.parse('all additional records of the SRV response for "{name}" are addresses of its targets'))
def _right_additional(world: World, name: ExistingName) -> None:
    world.holds(judge.right_additional(name))


@then(parsers.parse('no SRV record of "{name}" has weight 0'))
def _weights(world: World, name: ExistingName) -> None:
    world.holds(judge.weights(name))


@then(parsers.parse('the virtual IP of the Service "{service}" has one PTR record, to the Service name'))
def _virtual_ip_leads_back(world: World, service: ServiceName) -> None:
    world.holds(judge.virtual_ip_leads_back(service))


@then(
    parsers.parse(
        'the virtual IP of the Service "{service}" has one PTR record, to the Service name, in any letter case'
    )
)
def _virtual_ip_leads_back_in_any_case(world: World, service: ServiceName) -> None:
    world.holds(judge.virtual_ip_leads_back(service, any_case=True))


@then(parsers.parse('the address of the pod "{pod}" has a PTR record to "{name}"'))
def _pod_leads_back(world: World, pod: PodName, name: ExistingName) -> None:
    world.holds(judge.pod_leads_back(pod, name))


@then(
    parsers.re(
        r'the address of every ready (pod|endpoint) of the Service "(?P<service>[^"]+)"'
        r" leads back to a name that answers it"
    )
)
def _ready_endpoints_lead_back(world: World, service: ServiceName) -> None:
    world.holds(judge.ready_endpoints_lead_back(service))


@then(
    parsers.re(
        r'the address of every ready (pod|endpoint) of the Service "(?P<service>[^"]+)"'
        r" leads back to a name that answers it, in any letter case"
    )
)
def _ready_endpoints_lead_back_in_any_case(world: World, service: ServiceName) -> None:
    world.holds(judge.ready_endpoints_lead_back(service, any_case=True))


@then(
    parsers.re(
        r'the address of no unready (pod|endpoint) has a PTR record to a name below the Service "(?P<service>[^"]+)"'
    )
)
def _unready_endpoints_do_not_lead_back(world: World, service: ServiceName) -> None:
    world.holds(judge.unready_endpoints_do_not_lead_back(service))


@then(parsers.parse("the address {address} has no PTR record to a name of the cluster"))
def _address_leads_nowhere(world: World, address: str) -> None:
    world.holds(judge.address_leads_nowhere(address))


@then(parsers.parse('"{name}" has no PTR record to a name of the cluster'))
def _name_leads_nowhere(world: World, name: Name) -> None:
    world.holds(judge.name_leads_nowhere(name))


@then(
    parsers.re(
        r'a query for the reverse name of the virtual IP of the Service "(?P<service>[^"]+)", type (?P<type_>\w+),'
        r" gets one of these answers:"
    )
)
def _reverse_name(world: World, service: ServiceName, type_: RecordType, datatable: list[list[str]]) -> None:
    world.holds(judge.reverse_name_is_one_of(service, type_, 0, judge.choices(datatable)))


@then(
    parsers.re(
        r'a query for the name above the reverse name of the virtual IP of the Service "(?P<service>[^"]+)",'
        r" type (?P<type_>\w+), gets one of these answers:"
    )
)
def _above_reverse_name(world: World, service: ServiceName, type_: RecordType, datatable: list[list[str]]) -> None:
    world.holds(judge.reverse_name_is_one_of(service, type_, 1, judge.choices(datatable)))


@then(parsers.re(rf'the response for "(?P<name>[^"]+)", type (?P<type_>\w+), (?P<stated>{_PROPERTIES})'))
def _property(world: World, name: Name, type_: RecordType, stated: str) -> None:
    world.holds(judge.property_of(name, type_, stated))


@then(
    parsers.re(
        rf'it is observed whether the response for "(?P<name>[^"]+)", type (?P<type_>\w+), (?P<stated>{_PROPERTIES})'
    )
)
def _property_is_observed(world: World, name: Name, type_: RecordType, stated: str) -> None:
    world.holds(judge.property_is_observed(name, type_, stated))


@then(parsers.re(r'a query with EDNS for "(?P<name>[^"]+)", type (?P<type_>\w+), gets a response with EDNS version 0'))
def _with_edns(world: World, name: Name, type_: RecordType) -> None:
    world.holds(judge.with_edns(name, type_))


@then(
    parsers.re(
        rf'a query for "(?P<name>[^"]+)", type (?P<type_>\w+), sent (?P<how>{_QUERIES}), gets the response of a plain query'
    )
)
def _answered_alike(world: World, name: Name, type_: RecordType, how: str) -> None:
    world.holds(judge.answered_alike(name, type_, how))


@then(parsers.parse('positive and negative answers for "{name}" have the same TTL'))
def _same_ttl(world: World, name: ServiceName) -> None:
    world.holds(judge.same_ttl_as_denials(name))


@then(
    parsers.re(
        r'(without EDNS|with EDNS of (?P<octets>\d+) octets), (the port "(?P<port>[^"]+)" of )?'
        r'the Service "(?P<service>[^"]+)" answers completely over TCP, and completely or truncated over UDP'
    )
)
def _fits(world: World, service: ServiceName, octets: OptionalOctets, port: OptionalPortName) -> None:
    world.holds(judge.fits(service, port or "", int(octets) if octets else None))


@then(parsers.parse('with EDNS of {octets:d} octets, the Service "{service}" answers completely'))
def _whole(world: World, octets: Octets, service: ServiceName) -> None:
    world.holds(judge.whole(service, octets))


@then(parsers.parse('queries for "{one}" and "{other}", sent together, are all answered'))
def _together(world: World, one: Name, other: Name) -> None:
    world.holds(judge.together([one, other]))


@then(parsers.re(rf"(?P<message>{_MALFORMED_MESSAGES}) gets one of these answers:"))
def _malformed_message_is_observed(world: World, message: str, datatable: list[list[str]]) -> None:
    world.holds(judge.malformed_message_is_one_of(message, judge.choices(datatable)))


@then(parsers.re(rf"(?P<message>{_MALFORMED_MESSAGES}) is answered with (?P<rcode>[A-Z]+)"))
def _malformed_message(world: World, message: str, rcode: Rcode) -> None:
    world.holds(judge.malformed_message(message, rcode))


@then(parsers.parse('the order of the addresses of the Service "{service}" is observed over {times:d} queries'))
def _order(world: World, service: ServiceName, times: Times) -> None:
    world.holds(judge.order(service, times))


@then(parsers.parse('a pod resolves "{name}" to the Service "{service}" with its {nth:w} query'))
def _found_by(world: World, service: ServiceName, name: Name, nth: str) -> None:
    world.holds(judge.found_by(name, service, nth))


@then(
    parsers.parse(
        'a pod that looks up "{name}" in the other address family reaches the Service "{service}" and gets no address'
    )
)
def _found_in_one_family(world: World, name: Name, service: ServiceName) -> None:
    world.holds(judge.found_in_one_family(name, service))


@then(parsers.parse('a pod does not resolve "{name}": its first {denials:d} queries get NXDOMAIN'))
def _not_found(world: World, name: Name, denials: Count) -> None:
    world.holds(judge.not_found(name, denials))


@then("the search list of a pod is its namespace, svc and the cluster domain, with ndots 5")
def _search_list(world: World) -> None:
    world.holds(judge.search_list())


@then("the name server in a pod's resolv.conf answers the names of the cluster")
def _name_servers_of_pod(world: World) -> None:
    world.holds(judge.name_servers_of_pod())


@then("the hosts file of a pod with a hostname and a subdomain has both its names")
def _knows_its_name(world: World) -> None:
    world.holds(judge.knows_its_name())


@then(parsers.parse('the pod "{pod}" has no name below the Service "{service}"'))
def _pod_has_no_name(world: World, pod: PodName, service: ServiceName) -> None:
    world.holds(judge.pod_has_no_name(pod, service))


@then(parsers.parse('no pod of the Service "{service}" resolves by its pod name'))
def _pod_names_do_not_exist(world: World, service: ServiceName) -> None:
    world.holds(judge.pod_names_do_not_exist(service))


@then(parsers.re(r'every ready (pod|endpoint) of the Service "(?P<service>[^"]+)" resolves by its dashed address'))
def _dashed_addresses(world: World, service: ServiceName) -> None:
    world.holds(judge.dashed_addresses(service))


@then(parsers.re(r'no ready (pod|endpoint) of the Service "(?P<service>[^"]+)" resolves by its dashed address'))
def _no_dashed_addresses(world: World, service: ServiceName) -> None:
    world.holds(judge.no_dashed_addresses(service))


@then(
    parsers.parse(
        '"{name}" answers the virtual IP of the Service "{service}",'
        " and otherwise only virtual IPs of Services with the same endpoints"
    )
)
def _name_server(world: World, name: Name, service: ServiceName) -> None:
    world.holds(judge.name_server_at(name, service))


@then(parsers.parse('every SOA record of the cluster domain names the server "{name}"'))
def _server_of_soa_records(world: World, name: Name) -> None:
    world.holds(judge.server_of_soa_records(name))


@then("every NS record of the cluster domain has a target with an address")
def _name_servers(world: World) -> None:
    world.holds(judge.name_servers())


@then(parsers.parse('the Service "{service}" has no ready endpoint'))
def _no_ready_endpoint(world: World, service: ServiceName) -> None:
    world.holds_in_cluster(judge.no_ready_endpoint(service))


@then(parsers.parse('the Service "{service}" has {count:d} ports'))
def _has_ports(world: World, service: ServiceName, count: Count) -> None:
    world.holds_in_cluster(judge.has_ports(service, count))


@then(parsers.parse('kubectl refuses with "{words}"'))
def _refuses(world: World, words: str) -> None:
    world.refused_with(words)
