"""Conformance reports as files: what does not follow the schema is named by its field."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from svcdns.errors import UsageError
from svcdns.report import conformance, files
from svcdns.report.conformance import Implementation
from svcdns.results import Verdict
from svcdns.system import filing
from tests.report.results import run, scenario

NOBODY = Implementation("", "", "", "", ())


def _without(document: dict[str, Any], *path: object) -> None:
    for key in path[:-1]:
        document = document[key]  # type: ignore[index]  # as deep as it goes
    del document[path[-1]]  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda document: document.update(kind="Secret"), "kind: 'ConformanceReport' was expected"),
        (lambda document: _without(document, "levels", 0, "result"), "levels[0]: 'result' is a required property"),
        (lambda document: document.update(more=1), "the whole: Additional properties are not allowed"),
        (
            lambda document: document["levels"][0].update(result="success"),
            "levels[0].statistics.notRun: 0 was expected",
        ),
        (
            lambda document: document["scenarios"][0].update(verdict="passed"),
            "scenarios[0].verdict: 'passed' is not one",
        ),
    ],
)
def test_a_file_that_is_no_report_is_told_by_field(change: Any, said: str, tmp_path: Path):
    document = conformance.document(
        run(scenario("Right", Verdict.CONFORMANT), scenario("Off", Verdict.NOT_RUN)), NOBODY
    )
    change(document)
    filing.write_named(tmp_path / "report.yaml", files.text(document, "report.yaml"))
    with pytest.raises(UsageError) as error:
        files.read(tmp_path / "report.yaml")
    assert f"report.yaml: is not a conformance report: {said}" in str(error.value)


@pytest.mark.parametrize("content", [b"", b"a: [", b"\xff\xfe\x00", b"- 1"])
def test_a_file_that_is_nothing_of_the_kind_is_one_line(content: bytes, tmp_path: Path):
    (tmp_path / "report.json").write_bytes(content)
    with pytest.raises(UsageError, match=r"report\.json: (cannot be read|is not a conformance report)") as error:
        files.read(tmp_path / "report.json")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("path", ["/dev/full", "/dev/zero", "/"])
def test_what_is_no_file_is_not_read(path: str) -> None:
    with pytest.raises(UsageError, match="is not a file; name a conformance report"):
        files.read(Path(path))
