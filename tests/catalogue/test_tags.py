"""The tables of clauses and behaviours: a row that is not as it should be is one line that says where."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from svcdns.catalogue import tags
from svcdns.catalogue.tags import read_behaviours, read_clauses
from svcdns.errors import FeatureError

CLAUSES, BEHAVIOURS = "clauses:\n", "behaviours:\n"
RIGHT = '  - {id: C01, level: core, sentence: "It does.", source: SPEC, demand: "SPEC 2.1: it must"}\n'

BAD = {
    "a clause without a level": (
        read_clauses,
        f"{CLAUSES}  - id: 2.1-a\n    sentence: It does.\n",
        ":2: 2.1-a has no level",
    ),
    "a clause of another level": (
        read_clauses,
        f"{CLAUSES}  - {{id: 2.1-a, level: main, sentence: It does.}}\n",
        ":2: 2.1-a has the unknown level 'main'; use core, extended, quirk",
    ),
    "an id that is none of a clause": (
        read_clauses,
        f"{CLAUSES}  - {{id: C01, level: core, sentence: It does.}}\n",
        ":2: 'C01' is not an id of clauses; use one such as 2.4.1-a",
    ),
    "an id that is none of a behaviour": (
        read_behaviours,
        BEHAVIOURS + RIGHT + RIGHT.replace("C01", "c1"),
        ":3: 'c1' is not an id of behaviours; use one such as C01",
    ),
    "an id twice": (read_behaviours, BEHAVIOURS + RIGHT + RIGHT, ":3: the id C01 is also in line 2; use another one"),
    "a row without an id": (read_behaviours, BEHAVIOURS + RIGHT.replace("id: C01, ", ""), ":2: a row has no id"),
    "a number for a text": (
        read_behaviours,
        BEHAVIOURS + RIGHT.replace("source: SPEC", "source: 7816"),
        ":2: the source 7816 is not a text; put it in quotation marks",
    ),
    "a core behaviour that nothing demands": (
        read_behaviours,
        BEHAVIOURS + RIGHT.replace(', demand: "SPEC 2.1: it must"', ""),
        ":2: C01 has no demand",
    ),
    "a demand of a behaviour that is not core": (
        read_behaviours,
        BEHAVIOURS + RIGHT.replace("core", "extended"),
        ":2: C01 is not core and has a demand; remove the demand",
    ),
    "a row that is a text": (
        read_behaviours,
        f"{BEHAVIOURS}  - C01\n",
        ":1: row 1 of behaviours is not a mapping: 'C01'",
    ),
    "no rows": (read_behaviours, BEHAVIOURS, ":1: behaviours is not a list of rows"),
    "another key": (read_behaviours, CLAUSES, ":1: behaviours is not a list of rows"),
    "no YAML": (read_behaviours, f"{BEHAVIOURS}  - {{id: C01\n", ":3: is not YAML: did not find expected ',' or '}'"),
    "no mapping": (read_behaviours, "- one\n", ":1: is not a mapping"),
}


@pytest.mark.parametrize(("read", "text", "said"), BAD.values(), ids=BAD)
def test_a_row_in_doubt_is_refused_with_file_and_line(
    read: Callable[[Path], object], text: str, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "table.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FeatureError) as caught:
        read(path)
    assert str(caught.value) == f"{path}{said}"


def test_a_table_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(FeatureError, match=r"nosuch\.yaml: cannot be read: .*No such file"):
        read_clauses(tmp_path / "nosuch.yaml")


def test_what_is_left_out_is_a_behaviour() -> None:
    assert tags.not_covered().keys() <= tags.behaviours().keys()
