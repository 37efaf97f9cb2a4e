"""What a sentence says is what is promised; what it cannot take is told at its step."""

from __future__ import annotations

from dataclasses import replace

import pytest

from svcdns import records
from svcdns.catalogue.gherkin import Scenario, Step
from svcdns.engine import player
from svcdns.engine.player import Outcome
from svcdns.engine.sentences import script
from svcdns.engine.verdicts import Rules
from svcdns.engine.world import World
from svcdns.faults import FAULTS
from svcdns.results import Verdict
from svcdns.selftest.faulty import faulty_reference
from svcdns.targets.reference import Reference
from svcdns.targets.target import Target

GIVEN = Step("Given", "given", 'the manifest "specification/headless.yaml"', 1)
RESTART = 'the Deployment "coredns" of the DNS servers is restarted while a client asks for "peers"'


def play(target: Target, *steps: Step) -> Outcome:
    scenario = Scenario("Said", 1, frozenset({"core"}), (GIVEN, *steps))
    return player.play(World.alone(target, "said"), script(scenario), Rules.of(target))


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ('"peers" has no data for the type NONSENSE', '"NONSENSE" is not a record type: name one, such as A, '),
        ('"a..b" does not exist', '"a..b" is not a DNS name: '),
        ("a status request is answered with NONSENSE", '"NONSENSE" is not an rcode: name one, such as NOTIMP'),
        ("the address 300.0.0.1 has no PTR record to a name of the cluster", '"300.0.0.1" is not an IP address'),
        ('a pod resolves "x" to the Service "peers" with its tenth query', '"tenth" is not an ordinal that is known: '),
    ],
)
def test_what_a_sentence_cannot_take_is_told_at_its_step(sentence: str, reason: str):
    with Reference(records.COREDNS) as target:
        outcome = play(target, Step("Then", "then", sentence, 2))
    assert outcome.judged.verdict is Verdict.NOT_DETERMINED
    assert outcome.judged.reason.startswith(reason)
    assert [(step.text, step.outcome) for step in outcome.steps] == [(GIVEN.text, "passed"), (sentence, "failed")]


def test_what_is_promised_is_what_the_step_says():
    said = ['"nobody" does not exist', '"peers" has no data for the type TXT']
    with Reference(records.COREDNS) as target:
        outcome = play(target, *(Step("Then", "then", sentence, 2) for sentence in said))
    assert list(dict.fromkeys(reading.finding().promise for reading in outcome.readings)) == said


def test_what_a_client_heard_is_told_of_the_step_that_it_was_judged_by():
    never = 'during the restart, "peers" is never answered with NXDOMAIN'
    steps = [replace(GIVEN, keyword="When", type="when", text=RESTART), Step("Then", "then", never, 3)]
    with Reference(records.COREDNS) as target:
        outcome = play(target, *steps)
    assert outcome.judged.verdict is Verdict.CONFORMANT
    assert {reading.promise for reading in outcome.readings} == {RESTART}
    assert {reading.asked for reading in outcome.readings} == {"peers"}


def test_the_answer_that_breaks_a_promise_is_told_with_it():
    with faulty_reference(FAULTS["aaaa-denied"]) as target:
        outcome = play(target, Step("Then", "then", 'the other address family of the Service "peers" has no data', 2))
    assert outcome.judged.verdict is Verdict.NOT_CONFORMANT
    assert outcome.readings[-1].promise == 'the other address family of the Service "peers" has no data'
