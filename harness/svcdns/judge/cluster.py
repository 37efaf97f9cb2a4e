"""What sentences say about the cluster itself, and about names that follow from what a cluster calls its pods."""

from __future__ import annotations

from collections.abc import Iterator

from dns.rdatatype import AAAA, NS, PTR, SOA, A

from svcdns.errors import UndeterminedError
from svcdns.judge import endpoints
from svcdns.judge.comparing import address_row, expect_no_name, expect_rows, rows, unanswered
from svcdns.judge.observation import TYPE_OF, Observation, service_key
from svcdns.judge.reading import Promise, PromiseOfState, Reading
from svcdns.message import Question, reverse_name, soa_mailbox, soa_server, target
from svcdns.state import CLUSTER_DOMAIN, ClusterState, Service


def no_ready_endpoint(service_name: str) -> PromiseOfState:
    """The Service's EndpointSlices hold no ready endpoint: ``kubectl get endpoints`` shows ``<none>``."""

    def problem(state: ClusterState, namespace: str, neighbour: str) -> str:
        key = service_key(service_name, namespace, neighbour)
        if key not in state.services:
            return f"there is no Service {key}"
        listed = [endpoint for each in state.slices_by_service.get(key, ()) for endpoint in each.endpoints]
        ready = [", ".join(endpoint.addresses) for endpoint in listed if endpoint.ready is not False]
        return f"the EndpointSlices of the Service {key} hold ready endpoints: {', '.join(ready)}" if ready else ""

    return PromiseOfState(problem)


def has_ports(service_name: str, count: int) -> PromiseOfState:
    """The Service has that many ports."""

    def problem(state: ClusterState, namespace: str, neighbour: str) -> str:
        key = service_key(service_name, namespace, neighbour)
        if key not in state.services:
            return f"there is no Service {key}"
        number = len(state.services[key].ports)
        return "" if number == count else f"the Service {key} has {number} ports, not {count}"

    return PromiseOfState(problem)


def pod_names_do_not_exist(service_name: str) -> Promise:
    """A pod's name is not a name below the Service, unless its hostname says so (section 2.1; B18)."""

    def judge(observation: Observation) -> Iterator[Reading]:
        service = observation.service(service_name)
        pods = endpoints.ready_pods(observation.state, service)
        if not pods:
            raise UndeterminedError(f"the Service {service.key} has no ready pod")
        for pod in pods:
            question = Question(observation.below(pod.key.name, service_name), TYPE_OF[service.families[0]])
            yield expect_no_name(observation.ask(question))

    return Promise(judge)


def pod_has_no_name(pod_name: str, service_name: str) -> Promise:
    """A pod is not found below a Service by its own name, unless its hostname makes that one (D03, D04, D06, D08).

    A server may assign a pod's name to an endpoint without a hostname (section 2.1). Then it is the target of the PTR record
    of the pod's address, and answers nothing else.
    """

    def judge(observation: Observation) -> Iterator[Reading]:
        family = observation.service(service_name).families[0]
        answer = observation.ask(Question(observation.below(pod_name, service_name), TYPE_OF[family]))
        address = observation.pod(pod_name).address(family)
        denied = expect_no_name(answer)
        if not answer.answer or not address:
            yield denied
            return
        back = observation.ask(Question(reverse_name(address), PTR))
        is_identifier = any(
            record.type == PTR and target(record.rdata) == answer.question.name for record in back.answer
        )
        yield expect_rows(answer, [address_row(address)]) if is_identifier else denied

    return Promise(judge, reverse_names=True)


def dashed_addresses(service_name: str) -> Promise:
    """Each ready endpoint without a hostname is found by its address with dashes, as CoreDNS names it (C09, B16, I08)."""

    def judge(observation: Observation) -> Iterator[Reading]:
        for question, address in _dashed(observation, service_name):
            yield expect_rows(observation.ask(question), [address_row(address)])

    return Promise(judge)


def no_dashed_addresses(service_name: str) -> Promise:
    """An endpoint with a hostname below the Service is not found by its dashed address (section 2.1; C10, B17)."""

    def judge(observation: Observation) -> Iterator[Reading]:
        for question, _ in _dashed(observation, service_name):
            yield expect_no_name(observation.ask(question))

    return Promise(judge)


def name_server_at(name: str, service_name: str) -> Promise:
    """A name answers the virtual IP of the DNS Service; CoreDNS adds those of other Services that lead to it (A07)."""

    def judge(observation: Observation) -> Iterator[Reading]:
        service = observation.service_with_virtual_ip(service_name)
        family = service.families[0]
        answer = observation.ask(Question(observation.full_name(name), TYPE_OF[family]))
        others = set(map(address_row, _virtual_ips_beside(observation.state, service)))
        yield expect_rows(answer, {address_row(service.cluster_ips[0]), *others.intersection(rows(answer))})

    return Promise(judge)


def name_servers() -> Promise:
    """The cluster domain's NS records lead to names that answer addresses (A06)."""

    def judge(observation: Observation) -> Iterator[Reading]:
        answer = observation.ask(Question(observation.full_name(CLUSTER_DOMAIN), NS))
        yield expect_rows(answer, rows(answer) or ["NS <a name server>"])
        for record in answer.answer:
            forward = [observation.ask(Question(target(record.rdata), type_)) for type_ in (A, AAAA)]
            has_address = any(rows(each) for each in forward)
            problem = "" if has_address else f"the name server {target(record.rdata)} has no address"
            yield Reading(forward[0], ("an address",), problem=problem)

    return Promise(judge)


def server_of_soa_records(name: str) -> Promise:
    """The SOA records of the cluster domain, its own and that of a denial, name a server and a mailbox in full (A07)."""

    def judge(observation: Observation) -> Iterator[Reading]:
        server, zone = observation.full_name(name), observation.full_name(CLUSTER_DOMAIN)
        for owner, type_ in ((CLUSTER_DOMAIN, SOA), (f"no-such-name.{CLUSTER_DOMAIN}", A)):
            answer = observation.ask(Question(observation.full_name(owner), type_))
            soas = [record.rdata for record in (*answer.answer, *answer.authority) if record.type == SOA]
            named = [soa_server(rdata) for rdata in soas]
            outside = [str(mailbox) for mailbox in map(soa_mailbox, soas) if not mailbox.is_subdomain(zone)]
            problem = unanswered(answer)
            if not problem and named != [server]:
                servers = ", ".join(map(str, named)) or "none"
                problem = (
                    f"the server in the SOA record of the response for {answer.question} is {servers}, not {server}"
                )
            elif not problem and outside:
                problem = (
                    f"the mailbox in the SOA record of the response for {answer.question} is {', '.join(outside)},"
                    f" which is not below {zone}"
                )
            yield Reading(answer, (f"a SOA record with the server {server}",), problem=problem)

    return Promise(judge)


def _dashed(observation: Observation, service_name: str) -> Iterator[tuple[Question, str]]:
    """Yield what to ask for each ready endpoint by its address with dashes, and the address."""
    service = observation.service(service_name)
    ready = endpoints.require_ready_endpoints(observation.state, service)
    for family in endpoints.families(observation.state, service):
        for address in endpoints.addresses(ready, family):
            label = address.replace(".", "-").replace(":", "-")
            label += "0" if label.endswith("-") else ""
            yield Question(observation.below(label, service_name), TYPE_OF[family]), address


def _virtual_ips_beside(state: ClusterState, service: Service) -> Iterator[str]:
    """Yield the virtual IPs of the Services that have an endpoint in common with a Service."""
    own = {address for endpoint in endpoints.ready_endpoints(state, service) for address in endpoint.addresses}
    for key, other in state.services.items():
        listed = [endpoint for each in state.slices_by_service.get(key, ()) for endpoint in each.endpoints]
        if not own.isdisjoint(address for endpoint in listed for address in endpoint.addresses):
            yield from other.cluster_ips
