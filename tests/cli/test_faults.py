"""`svcdns faults` lists every fault, legal variation and network condition."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from svcdns import faults
from svcdns.cli import main


@pytest.mark.parametrize(
    ("flags", "listed"), [([], faults.FAULTS), (["--legal"], faults.VARIATIONS), (["--network"], faults.NETWORK)]
)
def test_the_command_lists_every_entry_with_its_sentence(flags, listed):
    result = CliRunner().invoke(main, ["faults", *flags])
    assert result.exit_code == 0
    assert [line.partition(":")[0] for line in result.output.splitlines()] == list(listed)
    assert all(fault.sentence in result.output for fault in listed.values())
