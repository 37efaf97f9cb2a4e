"""What reverse names answer: the addresses of Services and pods led back to their names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import dns.name
import dns.rdatatype
from dns.rdatatype import PTR

from svcdns.client import Answer
from svcdns.errors import UndeterminedError
from svcdns.judge import observation as looking
from svcdns.judge.names import in_words, way
from svcdns.judge.observation import TYPE_OF, Look, Promise, Reading
from svcdns.message import Question, reverse_name, target
from svcdns.state import Service, family_of


def virtual_ip_leads_back(service: str, *, any_case: bool = False) -> Promise:
    """Each virtual IP has exactly one PTR, to the Service's name (section 2.3.3)."""

    def judge(look: Look) -> Iterator[Reading]:
        found = look.service(service)
        if not found.cluster_ips:
            raise UndeterminedError(f"the Service {found.key} has no virtual IP")
        for owner in _reverse_names(found.cluster_ips, any_case=any_case):
            answer = look.ask(Question(owner, PTR))
            yield looking.expect_rows(answer, [f"PTR {look.name(service).canonicalize()}"])

    return Promise(judge, reverse_names=True)


def _reverse_names(addresses: Iterable[str], *, any_case: bool) -> Iterator[dns.name.Name]:
    for address in addresses:
        yield from looking.in_other_cases(reverse_name(address)) if any_case else (reverse_name(address),)


def reverse_name_is_one_of(service: str, type_: str, above: int, choices: Mapping[str, str]) -> Promise:
    """What the reverse name of a virtual IP, or a name so many labels above it, answers to a type is observed (F12, F13)."""
    wanted = dns.rdatatype.from_text(type_)

    def judge(look: Look) -> Iterator[Reading]:
        found = look.service(service)
        if not found.cluster_ips:
            raise UndeterminedError(f"the Service {found.key} has no virtual IP")
        name = dns.name.Name(reverse_name(found.cluster_ips[0]).labels[above:])
        yield way(look.ask_outside(Question(name, wanted)), choices)

    return Promise(judge, choices=in_words(choices), reverse_names=wanted == PTR)


def pod_leads_back(pod: str, relative: str) -> Promise:
    """A pod's address leads back to its name below a Service; other Services over the pod may add theirs (2.4.3, F07)."""

    def judge(look: Look) -> Iterator[Reading]:
        service = look.service(relative.rpartition(".")[2])
        for address in (one for one in look.pod(pod).addresses if family_of(one) in service.families):
            answer = look.ask(Question(reverse_name(address), PTR))
            promised = f"PTR {look.name(relative).canonicalize()}"
            others = [row for row in _rows(answer) if _below_cluster(row, look) and row != promised]
            yield looking.expect_rows(answer, [promised, *others])

    return Promise(judge, reverse_names=True)


def ready_endpoints_lead_back(service: str, *, any_case: bool = False) -> Promise:
    """Every ready endpoint's address leads back to its name below the Service, which answers that address (F03, F04, F09).

    The name is the hostname where there is one, else whatever the server assigned (section 2.4.3 with 2.1).
    """

    def judge(look: Look) -> Iterator[Reading]:
        found = look.service(service)
        backends = looking.backends(look, found)
        if not backends:
            raise UndeterminedError(f"the Service {found.key} has no ready endpoint")
        for address, hostname in {one: each.hostname for each in backends for one in each.addresses}.items():
            own = look.below(hostname, service) if hostname else None
            for owner in _reverse_names([address], any_case=any_case):
                yield from _leads_back(look, service, (address, owner), own)

    return Promise(judge, reverse_names=True)


def _leads_back(
    look: Look, service: str, asked: tuple[str, dns.name.Name], own: dns.name.Name | None
) -> Iterator[Reading]:
    address, owner = asked
    answer = look.ask(Question(owner, PTR))
    rows = _rows(answer)
    targets = [target(record.rdata) for record in answer.answer if record.type == PTR]
    below = [name for name in targets if name == own or (own is None and name.parent() == look.name(service))]
    wanted = str(own) if own else f"<identifier>.{look.name(service)}"
    if rows and not below:
        problem = f"{answer.question} answers no name below {look.name(service)}" if own is None else ""
        problem = problem or f"{answer.question} does not answer {wanted}"
        yield looking.reading(answer, (f"PTR {wanted}",), problem=problem)
    yield looking.expect_rows(answer, rows or [f"PTR {wanted}"])
    for name in below:
        forward = look.ask(Question(name, TYPE_OF[family_of(address)]))
        yield looking.expect_rows(forward, {looking.address_row(address), *_rows(forward)})


def address_leads_nowhere(address: str) -> Promise:
    """An address that no Service and no endpoint has leads to no name of the cluster, whatever the rcode (F08)."""

    def judge(look: Look) -> Iterator[Reading]:
        yield _nowhere(look, reverse_name(address))

    return Promise(judge, reverse_names=True)


def name_leads_nowhere(written: str) -> Promise:
    """A reverse name that spells no address leads to no name of the cluster, whatever the rcode (F14, I12)."""

    def judge(look: Look) -> Iterator[Reading]:
        yield _nowhere(look, look.name(written))

    return Promise(judge, reverse_names=True)


def _nowhere(look: Look, name: dns.name.Name) -> Reading:
    """Whatever else comes is no matter, nor that nothing does: such questions may be forwarded out of the cluster (F08)."""
    answer = look.ask_outside(Question(name, PTR))
    wrong = tuple(row for row in _rows(answer) if _below_cluster(row, look))
    problem = f"{answer.question} answers {', '.join(wrong)}" if wrong else ""
    return looking.reading(answer, ("no PTR into the cluster domain",), unexpected=wrong, problem=problem)


def unready_endpoints_do_not_lead_back(service: str) -> Promise:
    """No PTR leads from the address of an endpoint that is not ready to a name of the cluster (2.4.3; F06)."""

    def judge(look: Look) -> Iterator[Reading]:
        found = look.service(service)
        ready = {address for backend in looking.backends(look, found) for address in backend.addresses}
        unready = [address for address in dict.fromkeys(_all_addresses(look, found)) if address not in ready]
        if not unready:
            raise UndeterminedError(f"every endpoint of the Service {found.key} is ready")
        for address in unready:
            yield _nowhere(look, reverse_name(address))

    return Promise(judge, reverse_names=True)


def _all_addresses(look: Look, service: Service) -> Iterator[str]:
    """The addresses behind a Service, ready or not: of the pods it selects, or of its hand-written EndpointSlices."""
    if not service.selector:
        for one in look.state.slices_by_service.get(service.key, ()):
            for endpoint in one.endpoints:
                yield from endpoint.addresses
        return
    for key, pod in sorted(look.state.pods.items()):
        if key.namespace == service.key.namespace and service.selector.items() <= pod.labels.items():
            yield from (address for address in pod.addresses if family_of(address) in service.families)


def _rows(answer: Answer) -> list[str]:
    """What the answer's records of the type asked for say; anything else beside them then is unexpected."""
    return [looking.row(record.rdata) for record in answer.answer if record.type == answer.question.type]


def _below_cluster(row: str, look: Look) -> bool:
    return row.startswith("PTR ") and row.endswith(f".{look.state.domain}.")
