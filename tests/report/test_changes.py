"""What changed between two conformance reports."""

from __future__ import annotations

from typing import Any

import pytest

from svcdns.report import conformance
from svcdns.report.changes import changes
from svcdns.report.conformance import Implementation
from svcdns.results import ScenarioResult, Verdict
from tests.report.results import run, scenario

Document = dict[str, Any]


def document(*scenarios: ScenarioResult) -> Document:
    return conformance.document(run(*scenarios), Implementation("", "", "", "", ()))


RIGHT = scenario("One", Verdict.CONFORMANT, observed=("A: the first way",))
WRONG = scenario("One", Verdict.NOT_CONFORMANT, reason="it answers what nothing promises")
LOST = scenario("One", Verdict.NOT_DETERMINED, reason="pods never came")
OTHER = scenario("Other", Verdict.CONFORMANT, level="extended", clauses=())


def _newer(document: Document) -> None:
    document["subject"]["dnsVersion"] = "v1.14.7"
    document["observed"][0]["choices"] = ["A: another way"]
    document.update(date="2027-01-01T00:00:00+00:00", run="zzzzz")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (document(RIGHT), document(RIGHT), []),
        (
            document(RIGHT, OTHER),
            document(WRONG, OTHER),
            [
                "worse: level core: success → failure",
                "worse: clause 2.4.1-a: conformant → not conformant",
                "worse: own/small.feature: One: conformant → not conformant: it answers what nothing promises",
                "other: choice in own/small.feature: One: A: the first way → nothing",
            ],
        ),
        (
            document(WRONG),
            document(LOST),
            [
                "better: level core: failure → partial",
                "better: clause 2.4.1-a: not conformant → not determined",
                "better: own/small.feature: One: not conformant → not determined: pods never came",
            ],
        ),
        (
            document(RIGHT),
            document(RIGHT, OTHER),
            [
                "other: level extended: nothing → success",
                "other: own/small.feature: Other: nothing → conformant",
            ],
        ),
    ],
)
def test_what_changed_is_told_the_worst_first(before: Document, after: Document, said: list[str]):
    assert [str(one) for one in changes(before, after)] == said


def test_another_version_and_another_choice_are_told_and_are_no_judgement():
    before, after = document(RIGHT), document(RIGHT)
    _newer(after)
    assert [str(one) for one in changes(before, after)] == [
        "other: subject dnsVersion: v1.12.1 → v1.14.7",
        "other: choice in own/small.feature: One: A: the first way → A: another way",
    ]
