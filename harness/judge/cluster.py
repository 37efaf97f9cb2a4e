"""What sentences say about the cluster itself, and about names that follow from what a cluster calls its pods."""

from __future__ import annotations

from collections.abc import Iterator

from harness.errors import UndeterminedError
from harness.judge import look as looking
from harness.judge.look import TYPE_OF, Look, Promise, PromiseOfState, Reading
from harness.message import Question
from harness.state import ClusterState, Key


def no_ready_endpoint(service: str) -> PromiseOfState:
    """The Service's EndpointSlices hold no ready endpoint: ``kubectl get endpoints`` shows ``<none>``."""
    words = f'the Service "{service}" has no ready endpoint'

    def problem(state: ClusterState, namespace: str) -> str:
        slices = state.slices_by_service.get(Key(namespace, service), ())
        ready = [endpoint for found in slices for endpoint in found.endpoints if endpoint.ready is not False]
        listed = ", ".join(address for endpoint in ready for address in endpoint.addresses)
        return (
            f"the EndpointSlices of the Service {namespace}/{service} hold ready endpoints: {listed}" if ready else ""
        )

    return PromiseOfState(words, problem)


def has_ports(service: str, count: int) -> PromiseOfState:
    """The Service has that many ports."""
    words = f'the Service "{service}" has {count} ports'

    def problem(state: ClusterState, namespace: str) -> str:
        found = state.services.get(Key(namespace, service))
        number = len(found.ports) if found else 0
        return "" if number == count else f"the Service {namespace}/{service} has {number} ports, not {count}"

    return PromiseOfState(words, problem)


def pod_names_do_not_exist(service: str) -> Promise:
    """A pod's name is not a name below the Service, unless its hostname says so (section 2.1; B18)."""
    words = f'no pod of the Service "{service}" is found by its pod name'

    def judge(look: Look) -> Iterator[Reading]:
        found = look.service(service)
        pods = looking.ready_pods(look, found)
        if not pods:
            raise UndeterminedError(f"the Service {found.key} has no ready pod")
        for pod in pods:
            question = Question(look.name(f"{pod.key.name}.{service}"), TYPE_OF[found.families[0]])
            yield looking.expect_no_name(look.ask(question), words)

    return Promise(words, judge)


def dashed_addresses(service: str) -> Promise:
    """Each ready pod without a hostname is found by its address with dashes, as CoreDNS names it (C09, B16, I08)."""
    words = f'every ready pod of the Service "{service}" is found by its dashed address'

    def judge(look: Look) -> Iterator[Reading]:
        for question, row in _dashed(look, service):
            yield looking.expect_rows(look.ask(question), words, [row])

    return Promise(words, judge)


def no_dashed_addresses(service: str) -> Promise:
    """A pod with a hostname of its own below the Service is not found by its dashed address (section 2.1; C10, B17)."""
    words = f'no ready pod of the Service "{service}" is found by its dashed address'

    def judge(look: Look) -> Iterator[Reading]:
        for question, _ in _dashed(look, service):
            yield looking.expect_no_name(look.ask(question), words)

    return Promise(words, judge)


def _dashed(look: Look, service: str) -> Iterator[tuple[Question, str]]:
    found = look.service(service)
    family = found.families[0]
    addresses = looking.addresses(looking.ready_pods(look, found), family)
    if not addresses:
        raise UndeterminedError(f"the Service {found.key} has no ready pod")
    for address in addresses:
        label = address.replace(".", "-").replace(":", "-")
        label += "0" if label.endswith("-") else ""
        yield Question(look.name(f"{label}.{service}"), TYPE_OF[family]), f"{TYPE_OF[family].name} {address}"
