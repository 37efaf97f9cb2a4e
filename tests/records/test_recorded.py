"""Every answer that a real CoreDNS gave is the answer of the rules."""

from __future__ import annotations

import json
import re
from pathlib import Path

import dns.rcode
import pytest

from svcdns import message, resources
from svcdns.recordings import files, replay

DIRECTORIES = sorted(path.parent for path in (resources.fixtures() / "recorded").glob("*/*/state.json"))


def without_serial(lines: list[str]) -> list[str]:
    return [re.sub(r"( SOA \S+ \S+) \d+ ", r"\1 SERIAL ", line) for line in lines]


@pytest.mark.parametrize("directory", DIRECTORIES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_rules_give_every_recorded_answer(directory: Path):
    recorded = [json.loads(line) for line in (directory / "answers.jsonl").read_text().splitlines()]
    read = files.read(directory)
    respond = replay.server_of(read.state, read.meta)
    assert recorded
    for one in recorded:
        if "TC" in one["flags"]:
            continue
        reply = respond(message.question(one["name"], one["type"]))
        ours = {
            "rcode": dns.rcode.to_text(reply.rcode),
            "answer": without_serial(message.lines(reply.answer)),
            "authority": without_serial(message.lines(reply.authority)),
            "additional": message.lines(reply.additional),
        }
        assert ours == {section: one[section] for section in ours}, f"{one['name']} {one['type']}"


def test_every_state_is_there():
    combinations = {name for name in map(_name, DIRECTORIES) if name.startswith("kind-")}
    assert len(DIRECTORIES) - len(combinations) == 11
    assert combinations == {
        f"{cluster}/{combination}"
        for cluster in ("kind-ipv4", "kind-dual")
        for combination in (
            "combo1-deployment-clusterip",
            "combo2-deployment-headless",
            "combo3-statefulset-clusterip",
            "combo4-statefulset-headless",
        )
    }


def _name(directory: Path) -> str:
    return f"{directory.parent.name}/{directory.name}"
