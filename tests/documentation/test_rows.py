"""Answers as rows: what the specification leaves to the server is marked."""

from __future__ import annotations

import pytest

from svcdns.documentation import Book
from svcdns.documentation.rows import AnswerRow


def test_a_name_as_coredns_spells_it_is_marked_though_a_core_scenario_asks_for_it_too(book: Book) -> None:
    found = {row.name: row.left_open for row in book.combinations[1].chapter.states[0].rows if "A" in row.types}
    assert [found[f"<dashed address of pod {number}>.test-headless-svc"] for number in (1, 2, 3)] == [True] * 3
    assert not found["test-headless-svc"]


def test_a_name_as_coredns_spells_it_is_marked_where_a_manifest_states_the_address(book: Book) -> None:
    chapters = [chapter for one in book.clauses if one.clause.id == "2.4.3-a" for chapter in one.chapters]
    rows = [row for chapter in chapters for state in chapter.states for row in state.rows if "A" in row.types]
    assert {row.name for row in rows if row.left_open} == {"198-51-100-11.anonymous", "198-51-100-12.anonymous"}


def rows_of(book: Book, tag: str, type_: str) -> list[AnswerRow]:
    chapter = next(one.chapter for one in book.combinations if one.tag == tag)
    return [row for row in chapter.states[0].rows if type_ in row.types and row.answers]


@pytest.mark.parametrize("type_", ["SRV", "PTR"])
@pytest.mark.parametrize(
    ("tag", "assigned"),
    [("deployment-headless", True), ("statefulset-headless", False), ("statefulset-clusterip", False)],
)
def test_a_row_knows_whether_the_server_assigned_the_labels_of_its_targets(
    book: Book, tag: str, type_: str, *, assigned: bool
) -> None:
    found = [row for row in rows_of(book, tag, type_) if not row.left_open]
    assert found
    assert {row.assigned for row in found} == {assigned}


def test_a_row_has_the_names_that_its_records_point_to(book: Book) -> None:
    (port,) = [
        row for row in rows_of(book, "statefulset-headless", "SRV") if row.name == "_http._tcp.test-headless-svc"
    ]
    assert port.targets == tuple(f"web-{number}.test-headless-svc" for number in range(3))
