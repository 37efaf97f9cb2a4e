"""What a sentence cannot take, or speaks of in vain, is known before anything is played."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcdns.catalogue.gherkin import Scenario, Step
from svcdns.engine import sentences
from svcdns.manifests.sources import Sources

KAFKA = """\
apiVersion: v1
kind: Service
metadata: {name: kafka}
spec: {clusterIP: None, selector: {app: kafka}, ports: [{name: broker, port: 9092}, {name: dns, port: 53, protocol: UDP}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: kafka}
spec:
  serviceName: kafka
  replicas: 3
  selector: {matchLabels: {app: kafka}}
  template: {metadata: {labels: {app: kafka}}, spec: {containers: [{name: c, image: x}]}}
"""
CHOICES = (
    ("answer", "meaning"),
    ("NODATA", "none"),
    ("A and AAAA", "both"),
    ("SERVFAIL", "broken"),
    ("nothing", "lost"),
)


def problems(directory: Path, *steps: tuple[str, str] | Step) -> list[str]:
    """What is wrong with a scenario that declares Kafka and has these steps."""
    (directory / "kafka.yaml").write_text(KAFKA)
    given = Step("Given", "given", 'the manifest "kafka.yaml"', 1)
    told = [step if isinstance(step, Step) else Step("", step[0], step[1], 2) for step in steps]
    scenario = Scenario("x", 1, frozenset({"core"}), (given, *told), sources=Sources((directory,)))
    return [text for _, text in sentences.problems(scenario, sentences.definitions())]


@pytest.mark.parametrize(
    ("type_", "sentence", "problem"),
    [
        ("then", 'the Service "kafak" answers the addresses of its 3 ready pods, and no other', 'no Service "kafak"*did you mean "kafka"?'),
        ("then", 'the Service "kafak" has no ready endpoint', 'no Service "kafak"*did you mean "kafka"?'),
        ("then", 'the Service "zookeeper" has 2 ports', 'no Service "zookeeper"*it declares kafka'),
        ("then", 'the Service "neighbour/kafka" has 2 ports', 'no Service "kafka" in the neighbouring namespace'),
        ("then", 'the Service "kafak.my-namespace.svc.cluster.local." has 2 ports', 'no Service "kafak"*did you mean "kafka"?'),
        ("then", '"kafka-0.kafak" answers the address of the pod "kafka-0", and nothing else', 'no Service "kafak"*did you mean "kafka"?'),
        ("then", '"kafak" has no data for the type A', 'no Service "kafak"*did you mean "kafka"?'),
        ("then", '"kafka-0.kafka" answers the address of the pod "kafak-0", and nothing else', 'a pod "kafak-0"*did you mean "kafka-0"?'),
        ("then", 'the port "borker" over TCP of the Service "kafka" has an SRV record to port 1 of every ready pod', 'no port "borker"*did you mean "broker"?'),
        ("then", 'the port "dns" over TCP of the Service "kafka" has an SRV record to port 1 of every ready pod', "over UDP, not TCP"),
        ("then", 'the port "dns" over UPD of the Service "kafka" has an SRV record to port 1 of every ready pod', '"UPD" is not a protocol*did you mean "UDP"?'),
        ("then", 'the port "dns" over UDP of the Service "kafka" has an SRV record to port 70000 of every ready pod', "70000 is not a port number: use a number from 1 to 65535"),
        ("then", '"kafka" has no data for the type AAAAA', '"AAAAA" is not a record type*did you mean "AAAA"?'),
        ("then", '"kafka" has no data for the type AXFR', '"AXFR" is not a record type that a query asks for'),
        ("then", "a status request is answered with NOTIPM", '"NOTIPM" is not an rcode*did you mean "NOTIMP"?'),
        ("then", 'a pod resolves "kafka" to the Service "kafka" with its frist query', '"frist" is not an ordinal*did you mean "first"?'),
        ("then", "the address 10.0.0.300 has no PTR record to a name of the cluster", '"10.0.0.300" is not an IP address'),
        ("then", '"a..b" does not exist', '"a..b" is not a DNS name'),
        ("then", f'"{"x" * 64}" below the Service "kafka" answers the addresses of the endpoints with that hostname, and no other', "is not a DNS name"),
        ("then", 'with EDNS of 65536 octets, the Service "kafka" answers completely', "65536 is not a number of octets"),
        ("then", 'the order of the addresses of the Service "kafka" is observed over 0 queries', "0 is not a number of queries"),
        ("then", f'the Service "kafka" answers the addresses of its {"9" * 5000} ready pods, and no other', "cannot be read"),
        ("then", 'kubectl refuses with "no"', "no step before attempts what kubectl may refuse"),
        ("then", 'during the restart, "kafka" is never answered with NXDOMAIN', 'no step before has a client ask for "kafka"'),
        ("then", 'a query for "kafka", type A, gets one of these answers:', "needs a table below it"),
        ("when", 'the StatefulSet "kafak" is scaled to 2 replicas', 'no StatefulSet "kafak"*did you mean "kafka"?'),
        ("when", 'the StatfulSet "kafka" is scaled to 2 replicas', '"StatfulSet" is no kind*did you mean "StatefulSet"?'),
        ("when", 'the pod "kafak-0" becomes unready', 'a pod "kafak-0"*did you mean "kafka-0"?'),
        ("when", 'the Service "kafak" is deleted', 'no Service "kafak"*did you mean "kafka"?'),
        ("when", "the neighbouring namespace is deleted", "no manifest is declared*in the neighbouring namespace"),
    ],
)  # fmt: skip
def test_what_is_mistyped_is_refused_with_what_was_meant(type_: str, sentence: str, problem: str, tmp_path: Path):
    (told,) = problems(tmp_path, (type_, sentence))
    for part in problem.split("*"):
        assert part in told


@pytest.mark.parametrize(
    ("type_", "sentence"),
    [
        ("then", '"kafak" does not exist'),
        ("then", '"KAFKA" has no data for the type TXT'),
        ("then", 'the port "Broker" over tcp of the Service "kafka" has an SRV record to port 1 of every ready pod'),
        ("then", 'the Service "kafka.my-namespace.svc.cluster.local." has 2 ports'),
        ("then", '"kafka-9.kafka.my-namespace.svc.cluster.local" answers the address of the pod "kafka-9", and nothing else'),
        ("then", '"my-namespace.svc.cluster.local." has no data for the type A'),
        ("then", '"dns-version.cluster.local" answers one record of the type TXT'),
        ("then", '"www.example.com." is answered in time when asked for A'),
        ("then", 'the virtual IP of the Service "default/kubernetes" has one PTR record, to the Service name'),
        ("then", 'the virtual IP of the Service "elsewhere/db" has one PTR record, to the Service name'),
        ("then", '"kafka" has no data for the type TYPE65280'),
        ("when", 'the EndpointSlice "kafka-x7" is deleted'),
        ("when", 'the statefulsets "kafka" is restarted'),
    ],
)  # fmt: skip
def test_what_may_be_there_is_not_refused(type_: str, sentence: str, tmp_path: Path):
    assert problems(tmp_path, (type_, sentence)) == []


def test_a_service_that_kubectl_makes_is_declared(tmp_path: Path):
    exposed = 'kubectl is told to expose the StatefulSet "kafka" as the Service "copy", from port 80 to port 80'
    assert problems(tmp_path, ("when", exposed), ("then", 'the Service "copy" has 1 ports')) == []


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (CHOICES, ""),
        (((*CHOICES, ("NXDOMIAN", "none"))), '"NXDOMIAN" is not an answer*did you mean "NXDOMAIN"?'),
        (((*CHOICES, ("NOERROR", "none"))), '"NOERROR" is not an answer'),
        (((*CHOICES, ("a", "lower"))), '"a" is not an answer'),
        (((*CHOICES, ("A and A4", "lower"))), '"A and A4" is not an answer'),
        (((*CHOICES, CHOICES[1])), 'has "NODATA" twice'),
        (CHOICES[:1], "no row after its headings"),
        ((("answer",), ("NODATA",)), "has 1 columns: give it two"),
    ],
)
def test_a_table_of_answers_has_answers(rows: tuple[tuple[str, ...], ...], problem: str, tmp_path: Path):
    told = problems(
        tmp_path, Step("Then", "then", 'a query for "kafka", type A, gets one of these answers:', 2, table=rows)
    )
    for part in filter(None, problem.split("*")):
        assert part in told[0]
    assert bool(told) == bool(problem)


def test_a_table_of_port_numbers_has_port_numbers(tmp_path: Path):
    sentence = (
        'the port "broker" over TCP of the Service "kafka" has an SRV record to every ready pod, '
        "with one of these port numbers:"
    )
    (told,) = problems(tmp_path, Step("Then", "then", sentence, 2, table=(("number", "meaning"), ("http", "x"))))
    assert '"http" is not a port number' in told


@pytest.mark.parametrize("extra", [{"table": (("a",),)}, {"docstring": "x"}])
def test_what_stands_below_a_sentence_that_takes_nothing_is_refused(extra: dict[str, object], tmp_path: Path):
    (told,) = problems(tmp_path, Step("Then", "then", '"x" does not exist', 2, **extra))
    assert "below it: remove it" in told


def test_a_step_that_is_undefined_names_the_nearest(tmp_path: Path):
    step = Step("Then", "then", 'the Service "kafka" answers the addresses of its 3 redy pods, and no other', 2)
    assert 'did you mean: the Service "<service>" answers' in sentences.undefined(step, sentences.definitions())


WORDINGS = sorted({definition.parser.name for definition in sentences.definitions()})
WRONG = st.one_of(
    st.text(max_size=70),
    st.sampled_from(["", " ", ".", "..", "a..b", "x" * 300, "\\300", "\\", "ä", "xn--", "1" * 5000, "-1", "0", "٣", "*", "a/b/c", "/", "\0"]),
)  # fmt: skip


@given(data=st.data())
def test_no_value_of_a_parameter_raises_anything_else(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory):
    definition = data.draw(st.sampled_from(sorted(sentences.definitions(), key=lambda each: each.parser.name)))
    text = sentences.filled(definition.parser.name, lambda _: data.draw(WRONG))
    directory = tmp_path_factory.getbasetemp()
    table = data.draw(st.sampled_from([(), CHOICES, (("a", "b", "c"), ("d", "e", "f"))]))
    problems(directory, Step("", definition.type, text, 2, table=table))
