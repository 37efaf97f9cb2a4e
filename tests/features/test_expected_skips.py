"""What a live run may leave undetermined: by tunnel all that needs what it cannot carry, else nothing."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from svcdns import resources
from svcdns.catalogue import gherkin
from svcdns.catalogue.gherkin import Scenario

EXPECTED: dict[str, list[dict[str, Any]]] = yaml.safe_load((resources.fixtures() / "expected-skips.yaml").read_text())
SCENARIOS: dict[str, Scenario] = {
    example.name: example
    for path in resources.features().rglob("*.feature")
    for scenario in gherkin.read(path).scenarios
    for example in scenario.rendered()
}


@pytest.mark.parametrize("vantage", ["direct", "probe"])
def test_no_scenario_is_skipped_where_everything_can_be_asked(vantage: str):
    assert EXPECTED[vantage] == []


def test_a_tunnel_skips_what_needs_udp():
    (udp,) = EXPECTED["tunnel"]
    assert set(udp["scenarios"]) == {name for name, one in SCENARIOS.items() if "needs-udp" in one.tags}
