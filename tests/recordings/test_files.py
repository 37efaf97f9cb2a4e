"""Recordings as files: what is written is read again, and what is none is named."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner
from hypothesis import given

from svcdns.cli import main
from svcdns.state import ClusterState, listing, read
from tests.records.states import states


def svcdns(*arguments: str | Path) -> tuple[int, list[str]]:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    return result.exit_code, result.output.splitlines()


@given(states())
def test_a_state_is_the_same_after_it_was_written_and_read(found: ClusterState):
    written = json.loads(json.dumps(listing.of(found)))
    again = read(written["items"], domain=found.domain)
    for table in ("namespaces", "services", "slices", "pods"):
        assert dict(getattr(again, table)) == dict(getattr(found, table))


def test_a_meta_file_that_says_nothing_of_a_server_is_named(tmp_path: Path):
    assert svcdns("record", tmp_path / "made", "--namespace", "default")[0] == 0
    (tmp_path / "made" / "meta.json").write_text('{"colour": "blue"}')
    code, output = svcdns("replay", tmp_path / "made")
    assert code == 2
    assert "meta.json: does not describe a server" in output[0]
