"""Diagrams: each name at the object that it resolves to."""

from __future__ import annotations

from svcdns.documentation import Book
from svcdns.documentation.diagram import DiagramObject


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
