"""Recorded answers, asked again of the real server."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from svcdns import resources
from svcdns.cli import main

RECORDED = resources.fixtures() / "recorded"
DIRECTORIES = sorted(path for path in RECORDED.iterdir() if path.is_dir())


def replayed(*arguments: Path) -> tuple[int, list[str]]:
    result = CliRunner().invoke(main, ["replay", *map(str, arguments)])
    return result.exit_code, result.output.splitlines()


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(RECORDED / "combo4-statefulset-headless" / "ready", tmp_path / "ready"))


def edit(directory: Path, **changes: object) -> None:
    first, *others = (directory / "answers.jsonl").read_text().splitlines()
    (directory / "answers.jsonl").write_text("\n".join([json.dumps(json.loads(first) | changes), *others]))


@pytest.mark.parametrize("directory", DIRECTORIES, ids=lambda path: path.name)
def test_every_recorded_answer_is_equal_on_the_wire(directory: Path):
    code, output = replayed(directory)
    recorded = sum(len(path.read_text().splitlines()) for path in directory.glob("*/answers.jsonl"))
    assert recorded
    assert (code, output[-1]) == (0, f"{recorded} of {recorded} equal in all")


@pytest.mark.parametrize(
    "changes",
    [
        {"rcode": "SERVFAIL"},
        {"flags": ["QR", "RD"]},
        {"answer": ["web.t.svc.cluster.local. 30 A 10.0.0.1"]},
        {"authority": []},
        {"additional": ["web.t.svc.cluster.local. 30 A 10.0.0.1"]},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_difference_in_any_part_is_shown_with_question_recorded_and_ours(changes: dict[str, object], copied: Path):
    edit(copied, **changes)
    code, output = replayed(copied)
    assert code == 1
    assert output[0].startswith("549 of 550 equal")
    asked = output.index(next(line for line in output if " over UDP, EDNS 4096" in line))
    assert output[asked + 1].startswith("  - ")
    assert any(line.startswith("  + ") for line in output[asked:])


def test_the_case_of_text_counts(copied: Path):
    lines = (copied / "answers.jsonl").read_text()
    (copied / "answers.jsonl").write_text(
        lines.replace('"WEB.T.SVC.cluster.Local. 30 A', '"web.T.SVC.cluster.Local. 30 A')
    )
    assert replayed(copied)[0] == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [("{}", "is not a recorded answer"), ("no json", "is not a recorded answer"), ("[]", "is not a recorded answer")],
)
def test_an_unusable_recording_is_one_line_and_exit_code_2(content: str, said: str, copied: Path):
    (copied / "answers.jsonl").write_text(content)
    code, output = replayed(copied)
    assert code == 2
    assert len(output) == 1
    assert f"answers.jsonl:1: {said}" in output[0]


def test_a_directory_without_recordings_is_named(tmp_path: Path):
    code, output = replayed(tmp_path)
    assert code == 2
    assert output == [
        f"svcdns: {tmp_path}: contains no recording; name a directory with a state.json and an answers.jsonl"
    ]
