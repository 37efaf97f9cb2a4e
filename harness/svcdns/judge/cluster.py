"""What sentences say about the cluster itself, and about names that follow from what a cluster calls its pods."""

from __future__ import annotations

from collections.abc import Iterator

from dns.rdatatype import AAAA, NS, PTR, A

from svcdns.errors import UndeterminedError
from svcdns.judge import observation as looking
from svcdns.judge.observation import TYPE_OF, Look, Promise, PromiseOfState, Reading
from svcdns.message import Question, reverse_name, target
from svcdns.state import CLUSTER_DOMAIN, ClusterState, EndpointSlice, Key, family_of


def no_ready_endpoint(service: str) -> PromiseOfState:
    """The Service's EndpointSlices hold no ready endpoint: ``kubectl get endpoints`` shows ``<none>``."""

    def problem(state: ClusterState, namespace: str) -> str:
        slices = state.slices_by_service.get(Key(namespace, service), ())
        ready = [endpoint for found in slices for endpoint in found.endpoints if endpoint.ready is not False]
        listed = ", ".join(address for endpoint in ready for address in endpoint.addresses)
        return (
            f"the EndpointSlices of the Service {namespace}/{service} hold ready endpoints: {listed}" if ready else ""
        )

    return PromiseOfState(problem)


def has_ports(service: str, count: int) -> PromiseOfState:
    """The Service has that many ports."""

    def problem(state: ClusterState, namespace: str) -> str:
        found = state.services.get(Key(namespace, service))
        number = len(found.ports) if found else 0
        return "" if number == count else f"the Service {namespace}/{service} has {number} ports, not {count}"

    return PromiseOfState(problem)


def pod_names_do_not_exist(service: str) -> Promise:
    """A pod's name is not a name below the Service, unless its hostname says so (section 2.1; B18)."""

    def judge(look: Look) -> Iterator[Reading]:
        found = look.service(service)
        pods = looking.ready_pods(look, found)
        if not pods:
            raise UndeterminedError(f"the Service {found.key} has no ready pod")
        for pod in pods:
            question = Question(look.name(f"{pod.key.name}.{service}"), TYPE_OF[found.families[0]])
            yield looking.expect_no_name(look.ask(question))

    return Promise(judge)


def pod_has_no_name(pod: str, service: str) -> Promise:
    """A pod is not found below a Service by its own name, unless its hostname makes that one (D03, D04, D06, D08).

    A server may assign a pod's name to an endpoint without a hostname (section 2.1). Then it is what the pod's address leads
    back to, and leads to nothing else.
    """

    def judge(look: Look) -> Iterator[Reading]:
        family = look.service(service).families[0]
        answer = look.ask(Question(look.name(f"{pod}.{service}"), TYPE_OF[family]))
        address = look.pod(pod).address(family)
        denied = looking.expect_no_name(answer)
        if denied.kept or not answer.answer or not address:
            yield denied
            return
        back = look.ask(Question(reverse_name(address), PTR))
        assigned = any(one.type == PTR and target(one.rdata) == answer.question.name for one in back.answer)
        yield looking.expect_rows(answer, [looking.address_row(address)]) if assigned else denied

    return Promise(judge, reverse_names=True)


def dashed_addresses(service: str) -> Promise:
    """Each ready endpoint without a hostname is found by its address with dashes, as CoreDNS names it (C09, B16, I08)."""

    def judge(look: Look) -> Iterator[Reading]:
        for question, row in _dashed(look, service):
            yield looking.expect_rows(look.ask(question), [row])

    return Promise(judge)


def no_dashed_addresses(service: str) -> Promise:
    """An endpoint with a hostname below the Service is not found by its dashed address (section 2.1; C10, B17)."""

    def judge(look: Look) -> Iterator[Reading]:
        for question, _ in _dashed(look, service):
            yield looking.expect_no_name(look.ask(question))

    return Promise(judge)


def _dashed(look: Look, service: str) -> Iterator[tuple[Question, str]]:
    found = look.service(service)
    backends = looking.backends(look, found)
    if not backends:
        raise UndeterminedError(f"the Service {found.key} has no ready endpoint")
    for family in looking.families(look, found):
        for address in looking.addresses(backends, family):
            label = address.replace(".", "-").replace(":", "-")
            label += "0" if label.endswith("-") else ""
            yield Question(look.below(label, service), TYPE_OF[family]), looking.address_row(address)


def name_server_at(written: str, service: str) -> Promise:
    """A name answers the virtual IP of the DNS Service; CoreDNS adds those of other Services that lead to it (A07)."""

    def judge(look: Look) -> Iterator[Reading]:
        found = look.service(service)
        family = found.families[0]
        behind = {address for one in looking.backends(look, found) for address in one.addresses}
        beside = [
            address
            for key, other in look.state.services.items()
            if behind & {one for each in look.state.slices_by_service.get(key, ()) for one in _addresses(each)}
            for address in other.cluster_ips
            if family_of(address) == family
        ]
        answer = look.ask(Question(look.name(written), TYPE_OF[family]))
        own = looking.address_row(found.cluster_ips[0])
        others = {looking.row(record.rdata) for record in answer.answer} & set(map(looking.address_row, beside))
        yield looking.expect_rows(answer, {own, *others})

    return Promise(judge)


def _addresses(one: EndpointSlice) -> Iterator[str]:
    return (address for endpoint in one.endpoints for address in endpoint.addresses)


def name_servers() -> Promise:
    """The cluster domain's NS records lead to names that answer addresses (A06)."""

    def judge(look: Look) -> Iterator[Reading]:
        answer = look.ask(Question(look.name(CLUSTER_DOMAIN), NS))
        rows = [looking.row(record.rdata) for record in answer.answer if record.type == NS]
        yield looking.expect_rows(answer, rows or ["NS <a name server>"])
        for record in answer.answer:
            found = [look.ask(Question(target(record.rdata), type_)) for type_ in (A, AAAA)]
            missing = "" if any(one.answer for one in found) else f"{target(record.rdata)} answers no address"
            yield looking.reading(found[0], ("an address",), problem=missing)

    return Promise(judge)
