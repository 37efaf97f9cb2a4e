"""What scenarios promise."""

from __future__ import annotations

from pytest_bdd import parsers, then

from harness import judge
from harness.world import World


@then(parsers.parse('the Service "{service}" answers its virtual IP, and nothing else'))
def _virtual_ip(world: World, service: str) -> None:
    world.holds(judge.virtual_ip(service))


@then(parsers.parse('the Service "{service}" answers the addresses of its {count:d} ready pods, and no other'))
def _ready_pods(world: World, service: str, count: int) -> None:
    world.holds(judge.ready_pods(service, count))


@then(parsers.parse('"{name}" answers the address of the pod "{pod}", and nothing else'))
def _address_of_pod(world: World, name: str, pod: str) -> None:
    world.holds(judge.address_of_pod(name, pod))


@then(parsers.parse('the other address family of the Service "{service}" has no data'))
def _other_family(world: World, service: str) -> None:
    world.holds(judge.other_family(service, service))


@then(parsers.parse('the other address family of "{label}" below the Service "{service}" has no data'))
def _other_family_below(world: World, label: str, service: str) -> None:
    world.holds(judge.other_family(f"{label}.{service}", service))


@then(parsers.re(r'"(?P<name>[^"]+)" has no data of the type (?P<type_>\w+)'))
def _no_data(world: World, name: str, type_: str) -> None:
    world.holds(judge.no_data(name, type_))


@then(parsers.re(r'"(?P<name>[^"]+)" does not exist'))
def _does_not_exist(world: World, name: str) -> None:
    world.holds(judge.does_not_exist(name))


@then(
    parsers.parse(
        'the port "{port}" over {protocol} of the Service "{service}" is the port {number:d} of the Service name'
    )
)
def _port_of_virtual_ip(world: World, port: str, protocol: str, service: str, number: int) -> None:
    world.holds(judge.port_of_virtual_ip(service, port, protocol, number))


@then(
    parsers.parse(
        'the port "{port}" over {protocol} of the Service "{service}" is the port {number:d} of every ready pod'
    )
)
def _port_of_ready_pods(world: World, port: str, protocol: str, service: str, number: int) -> None:
    world.holds(judge.port_of_ready_pods(service, port, protocol, number))


@then(
    parsers.parse(
        'the port "{port}" over {protocol} of the Service "{service}" is at every ready pod,'
        " under one of these numbers:"
    )
)
def _port_is_observed(world: World, port: str, protocol: str, service: str, datatable: list[list[str]]) -> None:
    choices = {int(number): meaning for number, meaning in datatable[1:]}
    world.holds(judge.port_of_ready_pods_is_one_of(service, port, protocol, choices))


@then(parsers.parse('the virtual IP of the Service "{service}" leads back to the Service name'))
def _virtual_ip_leads_back(world: World, service: str) -> None:
    world.holds(judge.virtual_ip_leads_back(service))


@then(parsers.parse('the address of the pod "{pod}" leads back to "{name}"'))
def _pod_leads_back(world: World, pod: str, name: str) -> None:
    world.holds(judge.pod_leads_back(pod, name))


@then(parsers.parse('the address of every ready pod of the Service "{service}" leads back to a name that answers it'))
def _ready_pods_lead_back(world: World, service: str) -> None:
    world.holds(judge.ready_pods_lead_back(service))


@then(parsers.parse('the address of no unready pod leads back to a name below the Service "{service}"'))
def _unready_pods_do_not_lead_back(world: World, service: str) -> None:
    world.holds(judge.unready_pods_do_not_lead_back(service))


@then(parsers.parse('no pod of the Service "{service}" is found by its pod name'))
def _pod_names_do_not_exist(world: World, service: str) -> None:
    world.holds(judge.pod_names_do_not_exist(service))


@then(parsers.parse('every ready pod of the Service "{service}" is found by its dashed address'))
def _dashed_addresses(world: World, service: str) -> None:
    world.holds(judge.dashed_addresses(service))


@then(parsers.parse('no ready pod of the Service "{service}" is found by its dashed address'))
def _no_dashed_addresses(world: World, service: str) -> None:
    world.holds(judge.no_dashed_addresses(service))


@then(parsers.parse('the order of the addresses of the Service "{service}" is observed over {times:d} questions'))
def _order(world: World, service: str, times: int) -> None:
    world.holds(judge.order(service, times))


@then(parsers.parse('a pod finds the Service "{service}" by the name "{name}", with its {nth:w} question'))
def _found_by(world: World, service: str, name: str, nth: str) -> None:
    world.holds(judge.found_by(name, service, nth))


@then(parsers.parse('the Service "{service}" has no ready endpoint'))
def _no_ready_endpoint(world: World, service: str) -> None:
    world.holds_in_cluster(judge.no_ready_endpoint(service))


@then(parsers.parse('the Service "{service}" has {count:d} ports'))
def _has_ports(world: World, service: str, count: int) -> None:
    world.holds_in_cluster(judge.has_ports(service, count))


@then(parsers.parse('it refuses with "{words}"'))
def _refuses(world: World, words: str) -> None:
    world.refused_with(words)
