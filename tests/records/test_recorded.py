"""Every answer that a real CoreDNS gave is the answer of the rules."""

from __future__ import annotations

import json
import re
from pathlib import Path

import dns.rcode
import pytest

from harness import data, message, records, state

DIRECTORIES = sorted(path.parent for path in (data.fixtures() / "recorded").glob("*/*/state.json"))


def without_serial(lines: list[str]) -> list[str]:
    return [re.sub(r"( SOA \S+ \S+) \d+ ", r"\1 SERIAL ", line) for line in lines]


@pytest.mark.parametrize("directory", DIRECTORIES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_rules_give_every_recorded_answer(directory: Path):
    recorded = [json.loads(line) for line in (directory / "answers.jsonl").read_text().splitlines()]
    found = state.load(directory / "state.json")
    assert recorded
    for one in recorded:
        reply = records.answer(found, message.question(one["name"], one["type"]), records.COREDNS)
        ours = {
            "rcode": dns.rcode.to_text(reply.rcode),
            "answer": without_serial(message.lines(reply.answer)),
            "authority": without_serial(message.lines(reply.authority)),
            "additional": message.lines(reply.additional),
        }
        assert ours == {section: one[section] for section in ours}, f"{one['name']} {one['type']}"


def test_every_given_state_is_there():
    assert len(DIRECTORIES) == 11
