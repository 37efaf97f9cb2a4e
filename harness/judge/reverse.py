"""What reverse names answer: the addresses of Services and pods led back to their names."""

from __future__ import annotations

from collections.abc import Iterator

from dns.rdatatype import PTR

from harness.client import Answer
from harness.errors import UndeterminedError
from harness.judge import look as looking
from harness.judge.look import TYPE_OF, Look, Promise, Reading
from harness.message import Question, reverse_name, target
from harness.state import Pod


def virtual_ip_leads_back(service: str) -> Promise:
    """The virtual IP has exactly one PTR, to the Service's name (section 2.3.3)."""
    words = f'the virtual IP of the Service "{service}" leads back to the Service name'

    def judge(look: Look) -> Iterator[Reading]:
        found = look.service(service)
        if not found.cluster_ips:
            raise UndeterminedError(f"the Service {found.key} has no virtual IP")
        answer = look.ask(Question(reverse_name(found.cluster_ips[0]), PTR))
        yield looking.expect_rows(answer, words, [f"PTR {look.name(service).canonicalize()}"])

    return Promise(words, judge)


def pod_leads_back(pod: str, relative: str) -> Promise:
    """A pod's address leads back to its name below a Service; other Services over the pod may add theirs (2.4.3, F07)."""
    words = f'the address of the pod "{pod}" leads back to "{relative}"'

    def judge(look: Look) -> Iterator[Reading]:
        answer = look.ask(Question(reverse_name(look.pod(pod).addresses[0]), PTR))
        promised = f"PTR {look.name(relative).canonicalize()}"
        others = [row for row in _rows(answer) if _below_cluster(row, look) and row != promised]
        yield looking.expect_rows(answer, words, [promised, *others])

    return Promise(words, judge)


def ready_pods_lead_back(service: str) -> Promise:
    """Every ready pod's address leads back to a name below the Service, which answers that address (2.4.3 with 2.1; F04, F09)."""
    words = f'the address of every ready pod of the Service "{service}" leads back to a name that answers it'

    def judge(look: Look) -> Iterator[Reading]:
        found = look.service(service)
        family = found.families[0]
        for address in looking.addresses(looking.ready_pods(look, found), family):
            answer = look.ask(Question(reverse_name(address), PTR))
            rows = _rows(answer)
            targets = [target(record.rdata) for record in answer.answer if record.type == PTR]
            below = [name for name in targets if name.parent() == look.name(service)]
            if rows and not below:
                problem = f"{answer.question} answers no name below {look.name(service)}"
                yield looking.reading(answer, words, (f"PTR <hostname>.{look.name(service)}",), problem=problem)
            yield looking.expect_rows(answer, words, rows or [f"PTR <hostname>.{look.name(service)}"])
            for name in below:
                forward = look.ask(Question(name, TYPE_OF[family]))
                rows = _rows(forward)
                promised = f"{TYPE_OF[family].name} {address}"
                yield looking.expect_rows(forward, words, [promised, *(row for row in rows if row != promised)])

    return Promise(words, judge)


def unready_pods_do_not_lead_back(service: str) -> Promise:
    """No PTR leads from the address of a pod that is not ready into the cluster domain (2.4.3; F06).

    Whatever else comes is no matter, nor that nothing does: such questions may be forwarded out of the cluster (F08).
    """
    words = f'the address of no unready pod leads back to a name below the Service "{service}"'

    def judge(look: Look) -> Iterator[Reading]:
        found = look.service(service)
        ready = looking.ready_pods(look, found)
        unready = [pod for pod in _selected(look, service) if pod not in ready]
        if not unready:
            raise UndeterminedError(f"every pod of the Service {found.key} is ready")
        for address in looking.addresses(unready, found.families[0]):
            answer = look.ask_outside(Question(reverse_name(address), PTR))
            wrong = tuple(row for row in _rows(answer) if _below_cluster(row, look))
            problem = f"{answer.question} answers {', '.join(wrong)}" if wrong else ""
            yield looking.reading(answer, words, ("no PTR into the cluster domain",), unexpected=wrong, problem=problem)

    return Promise(words, judge)


def _selected(look: Look, service: str) -> list[Pod]:
    found = look.service(service)
    wanted = (found.selector or {}).items()
    return [
        pod
        for key, pod in sorted(look.state.pods.items())
        if key.namespace == found.key.namespace and wanted <= pod.labels.items()
    ]


def _rows(answer: Answer) -> list[str]:
    return [looking.row(record.rdata) for record in answer.answer]


def _below_cluster(row: str, look: Look) -> bool:
    return row.startswith("PTR ") and row.endswith(f".{look.state.domain}.")
