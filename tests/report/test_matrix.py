"""Conformance reports side by side."""

from __future__ import annotations

from pathlib import Path

import pytest

from svcdns.errors import UsageError
from svcdns.report import conformance, files
from svcdns.report.conformance import Implementation
from svcdns.report.matrix import reading, table
from svcdns.report.matrix.markdown import markdown
from svcdns.report.matrix.page import page
from svcdns.results import ScenarioResult, Verdict
from tests.report.results import FINDING, run, scenario


def write(directory: Path, name: str, *scenarios: ScenarioResult, project: str = "", version: str = "") -> None:
    document = conformance.document(run(*scenarios), Implementation("", project, "", version, ()))
    (directory / name).write_text(files.text(document, name))


def read(directory: Path) -> table.Matrix:
    return table.matrix(reading.columns(directory))


RIGHT = scenario("One", Verdict.CONFORMANT, observed=("A: the first way",))
OTHERWISE = scenario("One", Verdict.CONFORMANT, observed=("A: the other way",))
WRONG = scenario("One", Verdict.NOT_CONFORMANT, reason="it answers <what> nothing | promises", findings=(FINDING,))
PLAIN = scenario("Other", Verdict.CONFORMANT, clauses=(), behaviours=("C02",))
LOST = scenario("Other", Verdict.NOT_DETERMINED, clauses=(), behaviours=("C02",), reason="pods never came")


def test_each_clause_and_behaviour_has_a_cell_for_each_implementation(tmp_path: Path):
    write(tmp_path, "b.yaml", WRONG, LOST, project="Wrong", version="2")
    write(tmp_path, "a.json", RIGHT, PLAIN, project="Right")
    found = read(tmp_path)
    assert [column.name for column in found.columns] == ["Right v1.12.1", "Wrong 2"]
    (clause,) = found.clauses
    assert clause.id == "2.4.1-a"
    assert clause.cells == (
        table.Cell(Verdict.CONFORMANT, 0, 1, ("A: the first way",)),
        table.Cell(Verdict.NOT_CONFORMANT, 1, 1, ()),
    )
    verdicts = {row.id: [cell.verdict for cell in row.cells] for row in found.behaviours}
    assert verdicts["C02"] == [Verdict.CONFORMANT, Verdict.NOT_DETERMINED]
    assert not any(row.is_alike for row in (clause, *found.behaviours))


def test_what_all_keep_alike_is_told_in_a_line_and_other_choices_are_not_alike(tmp_path: Path):
    write(tmp_path, "a.yaml", RIGHT, PLAIN, project="One")
    write(tmp_path, "b.yaml", OTHERWISE, PLAIN, project="Other")
    found = read(tmp_path)
    assert {row.id: row.is_alike for row in found.behaviours} == {"C01": False, "C02": True}
    assert "All do what these 1 say, and do it alike: C02." in markdown(found)


@pytest.mark.parametrize("shown", [markdown, page])
def test_both_forms_name_what_is_wrong_why_and_how_it_was_run(tmp_path: Path, shown):
    write(tmp_path, "a.yaml", RIGHT, project="Right")
    write(tmp_path, "b.yaml", WRONG, project="Wrong")
    (tmp_path / "b.txt").write_text("Built from its\nsource.\n\nRun <alone>.\n")
    text = shown(read(tmp_path))
    for part in ("Right", "Wrong", "2.4.1-a", "the first way", "Built from its source.", "probe over udp and tcp"):
        assert part in text
    assert "it answers &lt;what&gt; nothing" in text
    assert "<what>" not in text


def test_reports_of_one_implementation_are_told_apart_by_their_files(tmp_path: Path):
    write(tmp_path, "kubeadm.yaml", RIGHT, project="CoreDNS")
    write(tmp_path, "k3s.yaml", RIGHT, project="CoreDNS")
    assert [column.name for column in read(tmp_path).columns] == ["CoreDNS v1.12.1 (k3s)", "CoreDNS v1.12.1 (kubeadm)"]


def test_a_report_without_a_scenario_has_an_empty_cell(tmp_path: Path):
    write(tmp_path, "a.yaml", RIGHT, project="One")
    write(tmp_path, "b.yaml", PLAIN, project="Other")
    found = read(tmp_path)
    assert found.clauses[0].cells[1] == table.Cell()
    assert "not in the report" in page(found)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [(None, "", "holds no conformance report"), ("a.yaml", "kind: Pod", "is not a conformance report")],
)
def test_a_directory_without_reports_is_refused(tmp_path: Path, name: str | None, content: str, words: str):
    if name:
        (tmp_path / name).write_text(content)
    with pytest.raises(UsageError, match=words):
        reading.columns(tmp_path)
    with pytest.raises(UsageError, match="is no directory"):
        reading.columns(tmp_path / "nowhere")
