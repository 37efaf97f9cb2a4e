"""What the book says: the first table, the symbols, and that it tells only what holds."""

from __future__ import annotations

import dns.rcode
import pytest

from svcdns import documentation
from svcdns.documentation import Book
from svcdns.documentation.diagram import DiagramObject
from svcdns.errors import FeatureError
from svcdns.message import Question, Reply
from svcdns.records import COREDNS
from svcdns.targets.reference import Reference

WORDS = {
    "The Service's name": [
        "the virtual IP",
        "the address of every ready pod",
        "the virtual IP",
        "the address of every ready pod",
    ],
    "The same, while no pod is ready": ["the virtual IP", "no such name", "the virtual IP", "no such name"],
    "A pod's name, below the Service": [
        "no such name",
        "no such name",
        "the address of that pod",
        "the address of that pod",
    ],
    "A named port": [
        "the Service's port, at the Service's name",
        "one record per ready pod, at an identifier that the server assigns",
        "the Service's port, at the Service's name",
        "one record per ready pod, at its pod's name",
    ],
    "The PTR record of an address": [
        "the Service's name",
        "an identifier that the server assigns",
        "the Service's name",
        "the pod's name",
    ],
}


def test_the_first_table_answers_what_each_name_gives(book: Book) -> None:
    assert {question: [cell.words for cell in cells] for question, cells in book.comparison.questions} == WORDS


def test_what_the_specification_leaves_open_is_marked(book: Book) -> None:
    marked = [cell.row.name for _, cells in book.comparison.questions for cell in cells if cell.row.left_open]
    assert marked == ["<name of pod 1>.test-svc", "<name of pod 1>.test-headless-svc", "web-0.test-svc"]


def test_a_name_as_coredns_spells_it_is_marked_though_a_core_scenario_asks_for_it_too(book: Book) -> None:
    found = {row.name: row.left_open for row in book.combinations[1].chapter.states[0].rows if "A" in row.types}
    assert [found[f"<dashed address of pod {number}>.test-headless-svc"] for number in (1, 2, 3)] == [True] * 3
    assert not found["test-headless-svc"]


def test_a_name_as_coredns_spells_it_is_marked_where_a_manifest_states_the_address(book: Book) -> None:
    chapters = [chapter for one in book.clauses if one.clause.id == "2.4.3-a" for chapter in one.chapters]
    rows = [row for chapter in chapters for state in chapter.states for row in state.rows if "A" in row.types]
    assert {row.name for row in rows if row.left_open} == {"198-51-100-11.anonymous", "198-51-100-12.anonymous"}


def answered(book: Book, tag: str, scenario: str) -> list[str]:
    """What was answered in a scenario of a combination, in order."""
    chapter = next(one.chapter for one in book.combinations if one.tag == tag)
    answers = next(one for one in chapter.scenarios if one.name == scenario)
    return [f"{row.name}: {row.text}" for step in answers.steps for row in step.rows]


def test_an_address_that_changes_is_a_new_one(book: Book) -> None:
    name = "After a pod is replaced, its name resolves only to the new pod's address"
    assert answered(book, "statefulset-headless", name) == [
        "web-0.test-headless-svc: <new address of web-0>",
        "test-headless-svc: <address of web-1>, <address of web-2>, <new address of web-0>",
    ]


def test_a_service_that_is_created_again_has_a_new_virtual_ip(book: Book) -> None:
    name = "A deleted Service has no name; recreated, it resolves to its new virtual IP"
    assert answered(book, "deployment-clusterip", name) == [
        "test-svc: NXDOMAIN",
        "test-svc: <new virtual IP of test-svc>",
        "reverse name of <new virtual IP of test-svc>: test-svc",
    ]


def test_pods_of_a_deployment_that_replace_others_are_new(book: Book) -> None:
    name = "After a restart, the Service name resolves only to the new pods"
    assert answered(book, "deployment-headless", name) == [
        "test-headless-svc: <address of new pod 1>, <address of new pod 2>, <address of new pod 3>"
    ]


def test_the_diagram_shows_each_name_at_the_object_it_resolves_to(book: Book) -> None:
    (service,) = book.combinations[3].chapter.states[0].diagram.services
    (endpoint_slice,) = service.below
    assert service.names == ()
    assert [resolved(pod) for pod in endpoint_slice.below] == [
        [
            "A test-headless-svc",
            f"A web-{number}.test-headless-svc",
            "SRV _http._tcp.test-headless-svc, port 8080",
            "SRV _metrics._tcp.test-headless-svc, port 9100",
            f"PTR → web-{number}.test-headless-svc",
        ]
        for number in range(3)
    ]


def resolved(drawn: DiagramObject) -> list[str]:
    return [f"{name.type} {name.text}" for name in drawn.names]


def test_the_manifest_contains_what_the_diagram_shows_and_no_more(book: Book) -> None:
    shown = next(one for one in book.clauses if one.clause.id == "2.4.1-d")
    (excerpt,) = shown.chapters[0].states[0].manifests
    assert excerpt.manifest == "specification/headless.yaml"
    assert excerpt.text.count("kind: ") == len(("Service", "EndpointSlice"))
    assert "name: shared\n" in excerpt.text


def test_what_does_not_hold_is_not_documented() -> None:
    class Wrong(Reference):
        def respond(self, question: Question) -> Reply:
            reply = super().respond(question)
            return Reply(dns.rcode.NOERROR) if reply.rcode == dns.rcode.NXDOMAIN else reply

    with Wrong(COREDNS) as target, pytest.raises(FeatureError, match=r"\.feature:\d+: .* does not hold on the target"):
        documentation.write(target)
