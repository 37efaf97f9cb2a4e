"""Symbols for addresses and generated names, and what is new since a scenario began."""

from __future__ import annotations

from svcdns.documentation import Book


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
