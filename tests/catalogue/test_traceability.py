"""Features, clauses and behaviours belong together: nothing promised is unshown, nothing shown is unpromised."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from svcdns import resources
from svcdns.catalogue import tags
from svcdns.catalogue.coverage import CoveringScenario, coverage, scenarios
from svcdns.cli import main

#: What has to hold on any cluster; where RFCs, the specification and practice disagree it was cut to what all agree on.
CORE = [
    "A01",
    "A02",
    "A09",
    "A10",
    "A11",
    "B01",
    "B02",
    "B03",
    "B04",
    "B05",
    "B06",
    "B07",
    "B08",
    "B10",
    "B11",
    "B12",
    "B13",
    "B14",
    "B21",
    "C01",
    "C02",
    "C03",
    "C04",
    "C05",
    "C06",
    "C07",
    "C08",
    "C11",
    "C12",
    "C13",
    "C14",
    "C17",
    "C19",
    "C23",
    "C24",
    "C25",
    "D01",
    "D02",
    "D03",
    "D04",
    "D05",
    "D06",
    "D07",
    "D08",
    "D14",
    "E01",
    "E03",
    "E04",
    "E05",
    "E06",
    "E08",
    "E09",
    "E10",
    "E12",
    "E13",
    "E15",
    "E21",
    "E23",
    "E25",
    "E26",
    "E27",
    "F01",
    "F03",
    "F04",
    "F06",
    "F07",
    "F08",
    "F09",
    "F18",
    "F15",
    "G05",
    "G06",
    "G14",
    "G15",
    "G16",
    "G17",
    "G18",
    "H01",
    "H02",
    "H08",
    "H09",
    "H10",
    "H17",
    "H20",
    "J01",
    "J02",
    "J03",
    "J06",
    "J07",
    "J09",
    "J10",
    "J11",
    "J12",
    "J13",
    "J14",
    "J16",
    "L01",
    "L03",
    "L06",
    "L07",
    "L10",
    "L14",
    "L24",
    "F02",
    "I01",
    "I02",
    "I03",
    "I05",
    "I06",
]

#: Behaviours that are shown on another level as well, each for its reason.
SPLIT = {
    "A08": "CoreDNS denies the same names for TXT, which is recorded as a quirk beside the extended rule",
    "E10": "unequal port numbers are recorded as a quirk beside the core rule for equal ones",
    "G10": "the restart of the DNS servers that shows it is the one that core J14 asks for",
}

MOST_LEFT_OUT = 30

SCENARIOS = scenarios(resources.features())


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_a_scenario_names_clauses_and_behaviours_that_exist_on_its_own_level(scenario: CoveringScenario):
    assert scenario.clauses <= tags.clauses().keys()
    assert scenario.behaviours <= tags.behaviours().keys()
    assert scenario.behaviours, "it shows no behaviour"
    levels = {tags.behaviours()[one].level for one in scenario.behaviours - SPLIT.keys()}
    levels |= {tags.clauses()[one].level for one in scenario.clauses}
    assert levels <= {scenario.level}


@pytest.mark.parametrize("clause", tags.clauses())
def test_every_clause_of_the_specification_is_shown(clause: str):
    assert any(clause in scenario.clauses for scenario in SCENARIOS)


@pytest.mark.parametrize("behaviour", tags.behaviours())
def test_every_behaviour_is_shown_or_left_out_on_purpose(behaviour: str):
    is_shown = any(behaviour in scenario.behaviours for scenario in SCENARIOS)
    assert is_shown != (behaviour in tags.not_covered())


@pytest.mark.parametrize("behaviour", CORE)
def test_every_core_behaviour_is_shown_by_a_core_scenario(behaviour: str):
    assert tags.behaviours()[behaviour].level == "core"
    assert any(behaviour in scenario.behaviours and scenario.level == "core" for scenario in SCENARIOS)


def test_every_core_behaviour_names_the_section_that_demands_it():
    core = [behaviour for behaviour in tags.behaviours().values() if behaviour.level == "core"]
    section = r"(SPEC|RFC \d+) \d+(\.\d+)*(, \d+(\.\d+)*)*"
    assert [behaviour.id for behaviour in core if not re.match(rf"({section}, )*{section}: ", behaviour.demand)] == []


def test_few_behaviours_are_left_out_and_none_of_the_core():
    assert len(tags.not_covered()) <= MOST_LEFT_OUT
    assert tags.not_covered().keys() <= tags.behaviours().keys()
    assert not tags.not_covered().keys() & set(CORE)
    assert all(reason.strip() for reason in tags.not_covered().values())


def test_the_behaviours_of_the_core_level_are_the_core_list():
    level = {one.id for one in tags.behaviours().values() if one.level == "core"}
    assert level == set(CORE)


def test_a_split_behaviour_is_really_shown_on_several_levels():
    for behaviour in SPLIT:
        own = tags.behaviours()[behaviour].level
        assert any(behaviour in scenario.behaviours and scenario.level != own for scenario in SCENARIOS)


def test_the_command_prints_each_clause_and_behaviour_with_its_scenarios():
    result = CliRunner().invoke(main, ["coverage"])
    assert result.exit_code == 0
    lines = result.output.splitlines()
    at = next(index for index, line in enumerate(lines) if line.startswith("2.4.1-d (core) "))
    assert lines[at + 1].startswith("    specification/headless.feature:")
    at = next(index for index, line in enumerate(lines) if line.startswith("K18 (extended) "))
    assert lines[at + 1] == "    not covered: needs a Corefile with transfer"
    assert not coverage().missing()
