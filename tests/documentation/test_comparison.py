"""The comparison of the combinations: what each name answers, in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from svcdns.documentation import Book
from svcdns.documentation.comparison import Column, compare
from svcdns.errors import FeatureError

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


def test_a_question_that_no_scenario_asks_is_named_with_what_to_do(book: Book) -> None:
    combination = book.combinations[0]
    states = tuple(replace(state, rows=()) for state in combination.chapter.states)
    with pytest.raises(
        FeatureError, match=r"no scenario of a Deployment behind a ClusterIP Service queries .* add one"
    ):
        compare([(Column(combination.combination, combination.tag), states)])


def test_a_combination_that_is_never_unready_cannot_be_compared(book: Book) -> None:
    combination = book.combinations[0]
    ready = [state for state in combination.chapter.states if state.ready]
    with pytest.raises(FeatureError, match="needs scenarios with all pods ready and with no pod ready"):
        compare([(Column(combination.combination, combination.tag), ready)])
