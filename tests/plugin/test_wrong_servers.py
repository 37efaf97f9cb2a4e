"""Deliberately wrong servers: each fails in the scenario that names its fault, in words that show it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import dns.rcode
import pytest
from dns.rdatatype import AAAA, PTR, SRV, A

from svcdns import coredns, records, resources
from svcdns.message import Question, Record, Reply, rdata
from svcdns.state import ClusterState
from svcdns.targets.reference import Reference

Fault = Callable[[Question, Reply, ClusterState], Reply]


def without_the_first_address(question: Question, reply: Reply, state: ClusterState) -> Reply:
    return replace(reply, answer=reply.answer[1:]) if len(reply.answer) > 1 and question.type == A else reply


def every_address_twice(question: Question, reply: Reply, state: ClusterState) -> Reply:
    return replace(reply, answer=reply.answer * 2) if question.type == A else reply


def unready_pods_listed(question: Question, reply: Reply, state: ClusterState) -> Reply:
    if question.type != A or not question.name.to_text().startswith("test-headless-svc."):
        return reply
    namespace = question.name.labels[1].decode()
    pods = [pod for key, pod in state.pods.items() if key.namespace == namespace]
    answer = tuple(Record(question.name, 30, rdata(A, pod.addresses[0])) for pod in pods)
    return Reply(dns.rcode.NOERROR, answer=answer) if answer else reply


def pods_behind_the_virtual_ip(question: Question, reply: Reply, state: ClusterState) -> Reply:
    if question.type != A or not question.name.to_text().startswith("test-svc."):
        return reply
    pod = next(pod for key, pod in state.pods.items() if key.namespace == question.name.labels[1].decode())
    return replace(reply, answer=(Record(question.name, 30, rdata(A, pod.addresses[0])),))


def no_virtual_ip_without_ready_pods(question: Question, reply: Reply, state: ClusterState) -> Reply:
    namespace = question.name.labels[1].decode()
    pods = [pod for key, pod in state.pods.items() if key.namespace == namespace]
    return Reply(dns.rcode.NXDOMAIN) if pods and not any(pod.ready for pod in pods) else reply


def nxdomain_for_the_other_family(question: Question, reply: Reply, state: ClusterState) -> Reply:
    return replace(reply, rcode=dns.rcode.NXDOMAIN) if question.type == AAAA else reply


def no_data_for_no_name(question: Question, reply: Reply, state: ClusterState) -> Reply:
    return replace(reply, rcode=dns.rcode.NOERROR)


def servfail_for_txt(question: Question, reply: Reply, state: ClusterState) -> Reply:
    return replace(reply, rcode=dns.rcode.SERVFAIL) if question.type not in (A, AAAA, SRV, PTR) else reply


def another_port(question: Question, reply: Reply, state: ClusterState) -> Reply:
    return replace(reply, answer=tuple(_edited(reply.answer, SRV, port=1)))


def a_target_that_does_not_resolve(question: Question, reply: Reply, state: ClusterState) -> Reply:
    def renamed() -> Iterator[Record]:
        for record in reply.answer:
            text = str(record.rdata).replace("test-headless-svc", "x.test-headless-svc", 1)
            yield record._replace(rdata=rdata(SRV, text)) if record.type == SRV else record

    return replace(reply, answer=tuple(renamed()))


def srv_for_one_pod_only(question: Question, reply: Reply, state: ClusterState) -> Reply:
    return replace(reply, answer=reply.answer[:1]) if question.type == SRV else reply


def ptr_to_another_name(question: Question, reply: Reply, state: ClusterState) -> Reply:
    wrong = tuple(record._replace(rdata=rdata(PTR, f"x{record.rdata}")) for record in reply.answer)
    return replace(reply, answer=wrong) if question.type == PTR else reply


def no_ptr(question: Question, reply: Reply, state: ClusterState) -> Reply:
    return Reply(dns.rcode.NXDOMAIN) if question.type == PTR else reply


def pod_names_of_another_pod(question: Question, reply: Reply, state: ClusterState) -> Reply:
    text = question.name.to_text()
    if not text.startswith("web-1."):
        return reply
    other = records.answer(state, Question(question.name.parent().parent(), question.type), records.COREDNS)
    first = records.answer(state, Question(_first_name(question), question.type), records.COREDNS)
    return replace(first, answer=tuple(record._replace(owner=question.name) for record in first.answer) or other.answer)


def wildcards(question: Question, reply: Reply, state: ClusterState) -> Reply:
    if reply.rcode != dns.rcode.NXDOMAIN or question.type != A:
        return reply
    parent = records.answer(state, Question(question.name.parent(), A), records.COREDNS)
    return replace(parent, answer=tuple(record._replace(owner=question.name) for record in parent.answer))


class Stale:
    """A server that keeps the first answer to each question for ever."""

    def __init__(self) -> None:
        self.kept: dict[Question, Reply] = {}

    def __call__(self, question: Question, reply: Reply, state: ClusterState) -> Reply:
        return self.kept.setdefault(question, reply) if question.name.labels[0].startswith(b"web-") else reply


def _edited(answer: tuple[Record, ...], type_: object, *, port: int) -> Iterator[Record]:
    for record in answer:
        if record.type == type_:
            priority, weight, _, target = str(record.rdata).split()
            yield record._replace(rdata=rdata(SRV, f"{priority} {weight} {port} {target}"))
        else:
            yield record


def _first_name(question: Question):
    labels = (b"web-0", *question.name.labels[1:])
    return type(question.name)(labels)


@dataclass(frozen=True)
class Case:
    fault: Fault
    feature: str
    caught_by: str
    shown: tuple[str, ...]


CASES = [
    Case(
        without_the_first_address,
        "deployment_headless",
        "test_the_service_name_resolves_to_each_pods_address_once_over_udp_and_over_tcp",
        ("Missing:", "missing record A 10.244.", "missing 10.244.", "which is ready"),
    ),
    Case(
        every_address_twice,
        "deployment_headless",
        "test_the_service_name_resolves_to_each_pods_address_once_over_udp_and_over_tcp",
        ("Unexpected:", ", 2 times"),
    ),
    Case(
        unready_pods_listed,
        "statefulset_headless",
        "test_a_pod_that_becomes_unready_loses_its_name_address_srv_and_ptr_records",
        ("Unexpected:", "/web-1, which is not ready"),
    ),
    Case(
        pods_behind_the_virtual_ip,
        "deployment_clusterip",
        "test_the_service_name_resolves_to_its_virtual_ip_over_udp_and_over_tcp",
        ("Expected:", "A 10.96.", "Unexpected:", "A 10.244."),
    ),
    Case(
        no_virtual_ip_without_ready_pods,
        "deployment_clusterip",
        "test_while_no_pod_is_ready_the_service_name_still_resolves_to_its_virtual_ip",
        ("answers NXDOMAIN, not NOERROR",),
    ),
    Case(
        nxdomain_for_the_other_family,
        "deployment_clusterip",
        "test_the_address_family_that_the_service_lacks_is_nodata_not_nxdomain",
        ("AAAA answers NXDOMAIN, not NOERROR", "NODATA (NOERROR, no records)"),
    ),
    Case(
        no_data_for_no_name,
        "statefulset_headless",
        "test_while_no_pod_is_ready_the_service_name_and_the_pod_names_are_nxdomain",
        ("answers NOERROR, not NXDOMAIN",),
    ),
    Case(
        servfail_for_txt,
        "deployment_clusterip",
        "test_at_the_service_name_a_missing_record_type_is_nodata_type[MX]",
        ("MX answers SERVFAIL, not NOERROR",),
    ),
    Case(
        another_port,
        "deployment_clusterip",
        "test_the_srv_record_of_port_has_the_services_port_number_not_the_pods_port[http-80]",
        ("SRV port 80 test-svc", "SRV port 1 test-svc"),
    ),
    Case(
        a_target_that_does_not_resolve,
        "statefulset_headless",
        "test_a_port_with_equal_port_and_targetport_has_one_srv_record_per_pod_to_the_pods_name",
        ("is not one label below",),
    ),
    Case(
        srv_for_one_pod_only,
        "deployment_headless",
        "test_a_port_with_equal_port_and_targetport_has_one_srv_record_per_pod",
        ("1 SRV record for 3 ready endpoints",),
    ),
    Case(
        ptr_to_another_name,
        "statefulset_headless",
        "test_the_address_of_pod_has_a_ptr_record_to_its_name[web-0]",
        ("missing record PTR web-0.test-headless-svc",),
    ),
    Case(
        no_ptr,
        "deployment_headless",
        "test_the_ptr_record_of_every_ready_pod_is_a_name_below_the_service_with_that_address",
        ("PTR answers NXDOMAIN, not NOERROR",),
    ),
    Case(
        pod_names_of_another_pod,
        "statefulset_headless",
        "test_the_pod_name_of_pod_resolves_to_that_pods_address_only[web-1]",
        ("Missing:", "Unexpected:", "/web-0, which is ready"),
    ),
    Case(
        wildcards,
        "statefulset_headless",
        "test_below_the_service_a_name_that_no_pod_has_does_not_exist_name[web-9]",
        ("A answers NOERROR, not NXDOMAIN",),
    ),
    Case(
        Stale(),
        "statefulset_headless",
        "test_after_a_pod_is_replaced_its_name_resolves_only_to_the_new_pods_address",
        ("Unexpected:", "the answer is the same as before the change", "belongs to no pod, Service or EndpointSlice"),
    ),
]


def _name(case: Case) -> str:
    return getattr(case.fault, "__name__", "stale")


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_a_wrong_server_fails_in_the_scenario_that_names_the_fault(
    case: Case, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
):
    right = Reference.respond

    def respond(self: Reference, question: Question) -> Reply:
        return case.fault(question, right(self, question), self.cluster.state)

    monkeypatch.setattr(Reference, "respond", respond)
    monkeypatch.setenv("COLUMNS", "400")
    feature = resources.features() / "combinations" / f"{case.feature}.feature"
    result = pytester.runpytest_inprocess(f"{feature}::{case.caught_by}", "-p", "no:cacheprovider")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    output = result.stdout.str()
    section = output.partition("- not conformant -")[2]
    assert f"::{case.caught_by}\n" in section, output
    for shown in case.shown:
        assert shown in section, section


def test_what_a_version_is_known_to_do_wrong_is_a_failure_with_its_cause(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
):
    facts, version = Reference.facts.fget, "v1.12.0"

    def respond(self: Reference, question: Question) -> Reply:
        return records.answer(self.cluster.state, question, coredns.profile(version, ()))

    monkeypatch.setattr(Reference, "respond", respond)
    monkeypatch.setattr(
        Reference, "facts", property(lambda self: replace(facts(self), dns_server="CoreDNS", dns_version=version))
    )
    monkeypatch.setenv("COLUMNS", "400")
    feature = resources.features() / "combinations" / "deployment_headless.feature"
    result = pytester.runpytest_inprocess(
        f"{feature}", "-k", "ptr", "-p", "no:cacheprovider", "--junitxml", "junit.xml"
    )
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    known = (
        "known of CoreDNS v1.12.0 (since 1.11.4 until 1.12.1; coredns#6898, coredns#7177, coredns#7194): "
        "the address of an endpoint without a hostname has no PTR record"
    )
    output = result.stdout.str()
    assert f"What is likely wrong:\n  {known}" in output
    assert "2 not conformant" in output
    assert f"PTR answers NXDOMAIN, not NOERROR; {known}" in (pytester.path / "junit.xml").read_text()
    forgiving = ("-p", "no:cacheprovider", "--allow-known-deviations")
    assert pytester.runpytest_inprocess(f"{feature}", "-k", "ptr", *forgiving).ret == pytest.ExitCode.OK
    with monkeypatch.context() as patched:
        patched.setattr(
            Reference, "facts", property(lambda self: replace(facts(self), dns_server="CoreDNS", dns_version="v1.14.0"))
        )
        unknown = pytester.runpytest_inprocess(f"{feature}", "-k", "ptr", *forgiving)
    assert unknown.ret == pytest.ExitCode.TESTS_FAILED


EXPECTED = """
deviations:
  - id: mine
    sentence: no PTR records yet
    behaviours: [F04, F18]
    types: [PTR]
    came: [{came}]
"""


@pytest.mark.parametrize(
    ("came", "deviates", "code", "shown"),
    [
        ("NXDOMAIN", True, pytest.ExitCode.OK, "2 not conformant"),
        ("SERVFAIL", True, pytest.ExitCode.TESTS_FAILED, "2 not conformant"),
        ("NXDOMAIN", False, pytest.ExitCode.TESTS_FAILED, "expected to fail, and passes: mine (no PTR records yet)"),
    ],
)
def test_an_expected_failure_is_told_and_one_that_passes_fails_the_run(
    came: str,
    deviates: bool,
    code: pytest.ExitCode,
    shown: str,
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
):
    if deviates:
        profile = coredns.profile("v1.12.0", ())
        monkeypatch.setattr(
            Reference, "respond", lambda self, question: records.answer(self.cluster.state, question, profile)
        )
    monkeypatch.setenv("COLUMNS", "400")
    file = pytester.makefile(".yaml", mine=EXPECTED.format(came=came))
    feature = resources.features() / "combinations" / "deployment_headless.feature"
    result = pytester.runpytest_inprocess(
        f"{feature}", "-k", "ptr", "-p", "no:cacheprovider", "--expect-failures", f"{file}"
    )
    assert result.ret == code
    assert shown in result.stdout.str()


def test_expected_failures_that_cannot_be_read_are_a_usage_error(pytester: pytest.Pytester):
    result = pytester.runpytest_inprocess(
        f"{resources.features()}", "-p", "no:cacheprovider", "--expect-failures", "no.yaml"
    )
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "no.yaml: cannot be read: No such file or directory" in result.stderr.str() + result.stdout.str()
