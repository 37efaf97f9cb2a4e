"""What becomes of each scenario: its verdict, and the evidence behind it."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from contextlib import nullcontext
from dataclasses import replace
from typing import Literal, NoReturn

import pytest
from _pytest._code.code import ReprExceptionInfo
from pytest_bdd.parser import Step

from svcdns import resources
from svcdns.catalogue.gherkin import Scenario
from svcdns.catalogue.tags import LEVELS
from svcdns.engine import player, verdicts
from svcdns.engine.player import Outcome
from svcdns.engine.sentences import Script, script
from svcdns.engine.verdicts import Judged
from svcdns.engine.world import World
from svcdns.errors import HarnessError, ManifestError, NoPodStartsError, UndeterminedError
from svcdns.judge import Reading
from svcdns.judge.others import other_answer
from svcdns.plugin import evidence, failure
from svcdns.plugin.collect import DEFINITIONS, SCENARIO
from svcdns.plugin.deadline import DeadlineError
from svcdns.plugin.session import RUN
from svcdns.report import advice, counts, mentioned
from svcdns.results import Finding, ScenarioResult, StepResult, Verdict
from svcdns.safety import printable
from svcdns.state import ClusterState, concern, text

#: What the report of a scenario carries, also to another process: its result; that the summary tells its failure; and what
#: went wrong at its end.
RESULT, TOLD, ERROR = "svcdns", "svcdns_told", "svcdns_error"

SCRIPT = pytest.StashKey[Script]()
WORLD = pytest.StashKey[World]()
OUTCOME = pytest.StashKey[Outcome]()
STEPS = pytest.StashKey[list[StepResult]]()
STARTED = pytest.StashKey[float]()


def script_of(item: pytest.Item) -> Script | None:
    """The script of a test that is a scenario which the engine can play by itself.

    A scenario with steps or fixtures of the user's, or in a run whose plugins want to hear of each step, is left to
    pytest-bdd.
    """
    if SCENARIO not in item.stash or not isinstance(item, pytest.Function):
        return None
    found = _script(item)
    return found if found.is_ours and not _has_own_fixtures(item) and not _is_listened_to(item.config) else None


def _script(item: pytest.Item) -> Script:
    if SCRIPT not in item.stash:
        item.stash[SCRIPT] = script(item.stash[SCENARIO], item.session.stash[DEFINITIONS])
    return item.stash[SCRIPT]


def _has_own_fixtures(item: pytest.Function) -> bool:
    """Whether a conftest.py has fixtures for a test without being asked."""
    definitions = item._fixtureinfo.name2fixturedefs  # noqa: SLF001 - pytest has no other way to tell
    return any(
        getattr(definition.func, "__code__", None) is not None
        and definition.func.__code__.co_filename.endswith("conftest.py")
        for several in definitions.values()
        for definition in several
    )


def _is_listened_to(config: pytest.Config) -> bool:
    """Whether some other plugin wants to hear of steps."""
    if getattr(config.option, "gherkin_terminal_reporter", False) or getattr(config.option, "cucumber_json_path", None):
        return True
    hooks = (
        config.hook.pytest_bdd_before_scenario,
        config.hook.pytest_bdd_before_step,
        config.hook.pytest_bdd_after_step,
    )
    own = {"pytest-bdd", __name__}
    return any(implementation.plugin_name not in own for hook in hooks for implementation in hook.get_hookimpls())


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Play a scenario, or ask what became of it where it was played already."""
    script = script_of(pyfuncitem)
    if script is None:
        return None
    run = pyfuncitem.config.stash[RUN]
    try:
        outcome = run.outcome(pyfuncitem.nodeid, script)
    except DeadlineError as error:
        outcome = Outcome(Judged(Verdict.NOT_DETERMINED, str(error)))
    pyfuncitem.stash[OUTCOME] = outcome
    if isinstance(outcome.error, NoPodStartsError):
        run.hopeless = str(outcome.error)
    if outcome.judged.verdict is not Verdict.CONFORMANT:
        _end(outcome)
    return True


@pytest.fixture
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """The scenario's place on the target."""
    item = request.node
    run, script = item.config.stash[RUN], _script(item)
    try:
        if script_of(item) is None:
            run.deadline.require()
        lacking = verdicts.of_inability(script.scenario.tags, run.rules)
    except DeadlineError as error:
        lacking = Judged(Verdict.NOT_DETERMINED, str(error))
    if lacking:
        item.stash[OUTCOME] = Outcome(lacking)
        pytest.skip(f"{lacking.verdict}: {lacking.reason}")
    world = run.pool.world(item.nodeid, script.plan)
    item.stash[WORLD] = world
    world.asks_once = run.rules.only_observes(script.scenario.tags)
    yield world
    if script_of(item) is None:
        run.pool.leave(item.nodeid)


@pytest.hookimpl(tryfirst=True)
def pytest_bdd_before_scenario(request: pytest.FixtureRequest) -> None:
    """Begin a list of the steps that ran."""
    request.node.stash[STEPS] = []


def pytest_bdd_before_step(request: pytest.FixtureRequest, step: Step) -> None:
    """Note when a step begins, and have the world know which it is."""
    request.node.stash[STARTED] = time.perf_counter()
    request.node.stash[WORLD].sentence = step.name


def pytest_bdd_after_step(request: pytest.FixtureRequest, step: Step) -> None:
    """Keep a step that went well."""
    _keep(request.node, step, "passed")


def pytest_bdd_step_error(request: pytest.FixtureRequest, step: Step) -> None:
    """Keep the step that did not."""
    _keep(request.node, step, "failed")


def _keep(item: pytest.Item, step: Step, outcome: Literal["passed", "failed"]) -> None:
    seconds = time.perf_counter() - item.stash[STARTED]
    item.stash[STEPS].append(StepResult(step.keyword.strip(), step.name, step.line_number, outcome, seconds))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Turn what a scenario met that pytest-bdd has played into its outcome.

    What cannot be judged is skipped, with the reason. What a quirk or another family's habit shows is observed: it
    passes. A scenario that judged no answer at all fails, however green its steps are.
    """
    error: HarnessError | None = None
    begun = time.perf_counter()
    run = item.config.stash[RUN]
    is_bounded = SCENARIO in item.stash and script_of(item) is None
    try:
        # Whatever the engine plays by itself is bounded there.
        with run.deadline.bounding() if is_bounded else nullcontext():
            yield
    except HarnessError as raised:
        if WORLD not in item.stash or OUTCOME in item.stash:
            raise
        # What a scenario waits for is abandoned at the deadline.
        is_abandoned = run.deadline.is_over and isinstance(raised, UndeterminedError)
        error = DeadlineError(run.deadline.reason) if is_abandoned else raised
    if WORLD not in item.stash or OUTCOME in item.stash:
        return
    if isinstance(error, NoPodStartsError):
        run.hopeless = str(error)
    steps: list[StepResult] = item.stash.get(STEPS, [])
    outcome = player.outcome(
        item.stash[WORLD],
        item.stash[SCENARIO].tags,
        run.rules,
        error,
        steps,
        time.perf_counter() - begun,
        run.target.evidence if run.settings.live else None,
    )
    item.stash[OUTCOME] = outcome
    if outcome.judged.verdict is not Verdict.CONFORMANT:
        _end(outcome)


def _end(outcome: Outcome) -> NoReturn:
    """End a test as its scenario ended."""
    verdict, reason, _ = outcome.judged
    if isinstance(outcome.error, ManifestError) or (outcome.error and verdict is Verdict.NOT_CONFORMANT):
        raise outcome.error
    if reason == verdicts.NOTHING_JUDGED:
        pytest.fail(reason, pytrace=False)
    pytest.skip(f"{verdict}: {_short(reason)}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Attach the result, as plain data, and say what failed in words."""
    report = yield
    if SCENARIO not in item.stash:
        return report
    report.sections = list(_captured(report.sections))
    if not (report.when == "call" or (report.when == "setup" and not report.passed)):
        if report.failed and call.excinfo is not None:
            # A traceback would tell nothing of what a target refuses in the end.
            ours = _is_ours(call.excinfo)
            message = str(call.excinfo.value) if ours else printable.block(call.excinfo.exconly())
            said = message.splitlines() if ours else _lines(report.longreprtext)
            lines = failure.ending(said, failure.CAPTURED_OCTETS)
            report.longrepr = failure.longrepr(_place(item), lines, message)
            if ours:
                vars(report)[ERROR] = message
        return report
    if outcome := item.stash.get(OUTCOME, None):
        # It may have been played while others were.
        report.duration = outcome.seconds
    result, shown = _told(item, report, call)
    vars(report)[RESULT] = result.plain()
    if (
        report.failed
        and call.excinfo is not None
        and (_is_ours(call.excinfo) or result.reason == verdicts.NOTHING_JUDGED)
    ):
        vars(report)[TOLD] = True
    if report.skipped:
        report.longrepr = (*_place(item), f"Skipped: {result.verdict}: {result.reason}")
    item.user_properties += [
        ("level", result.level),
        *(("clause", clause) for clause in result.clauses),
        *(("behaviour", behaviour) for behaviour in result.behaviours),
        ("verdict", str(result.verdict)),
        *([("reason", result.reason)] if result.reason else []),
        *(("observed", choice) for choice in result.observed),
    ]
    if shown is not None:
        report.longrepr = shown
    if OUTCOME in item.stash:
        # pytest keeps its items to the end, and all that was read of a wrong server takes memory.
        del item.stash[OUTCOME]
    return report


def _told(
    item: pytest.Item, report: pytest.TestReport, call: pytest.CallInfo[None]
) -> tuple[ScenarioResult, ReprExceptionInfo | None]:
    """The result, and a failure as it is shown where pytest's own words would not do.

    What is too long for terminals is kept whole among the evidence.
    """
    result = _result(item, report)
    if not report.failed or call.excinfo is None:
        return result, None
    ours = _is_ours(call.excinfo)
    message = str(call.excinfo.value) if ours else printable.block(call.excinfo.exconly())
    raw = report.longreprtext
    if not ours and printable.block(raw) == raw and failure.octets(raw) <= failure.MOST_OCTETS:
        return result, None
    if ours:
        whole = list(failure.parts(result, message))
        lines, is_cut = failure.cut(whole)
    else:
        whole = [failure.Part(_lines(raw), failure.MOST_OCTETS)]
        lines = failure.ending(whole[0].lines, failure.MOST_OCTETS)
        is_cut = len(lines) < len(whole[0].lines)
    if is_cut:
        text = "\n".join(line for part in whole for line in part.lines)
        run = item.config.stash[RUN]
        directory = evidence.keep(run, item, result.findings, {failure.WHOLE: f"{text}\n"})
        result = replace(result, evidence=result.evidence or directory)
        lines += ["", failure.note(directory)]
    return result, failure.longrepr(_place(item), lines, message)


def _is_ours(raised: pytest.ExceptionInfo[BaseException]) -> bool:
    return isinstance(raised.value, HarnessError)


def _place(item: pytest.Item) -> tuple[str, int]:
    """The file and line of a scenario, as its test is called."""
    return item.nodeid.partition("::")[0], item.stash[SCENARIO].line


def _lines(text: str) -> list[str]:
    """A text of pytest's, whatever foreign text there is in it, in lines that can be shown."""
    return printable.block(text).split("\n")


def _captured(sections: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """What was captured of a scenario, as much as is shown of it."""
    for name, content in sections:
        lines = failure.ending(_lines(content), failure.CAPTURED_OCTETS // len(sections))
        yield name, "\n".join(lines)


def _short(reason: str) -> str:
    return "; ".join(failure.within(reason.splitlines(), failure.REASON_OCTETS))


def _result(item: pytest.Item, report: pytest.TestReport) -> ScenarioResult:
    scenario = item.stash[SCENARIO]
    outcome = item.stash.get(OUTCOME, None) or Outcome(Judged(Verdict.NOT_DETERMINED, _skip_reason(report)))
    verdict, reason, _ = outcome.judged
    if report.failed and verdict is Verdict.CONFORMANT:
        verdict, reason = Verdict.NOT_DETERMINED, report.longreprtext.splitlines()[-1]
    level = next(level for level in LEVELS if level in scenario.tags)
    broken = verdict is Verdict.NOT_CONFORMANT
    run = item.config.stash[RUN]
    findings = tuple(_findings(outcome)) if broken or run.settings.transcripts else ()
    about = (scenario.name, scenario.behaviours, findings[-1] if broken and findings else None)
    # Where no target could be opened, nothing is known of its server.
    known = run.rules.known_causes(*about) if run.subject else ()
    state = outcome.state if outcome.namespace and (broken or run.settings.transcripts) else None
    # What is not known of the core fails the run as well.
    troubled = broken or (verdict is Verdict.NOT_DETERMINED and level == "core")
    return ScenarioResult(
        feature=_feature(item),
        scenario=scenario.name,
        line=scenario.line,
        level=level,
        clauses=scenario.clauses,
        behaviours=scenario.behaviours,
        verdict=verdict,
        reason=_short("; ".join([reason, *known])),
        known=known,
        expected=verdicts.expected(run.expected_failures, *about),
        observed=tuple(failure.within(list(outcome.observed), failure.OBSERVED_OCTETS)),
        steps=_steps(scenario, list(outcome.steps)),
        findings=findings,
        state=tuple(_state(state, outcome.namespace, findings[-1])) if state and findings else (),
        advice=(*known, *_advice(outcome, state, findings[-1])) if broken and state else known,
        looks=outcome.looks,
        answers=counts.counted(zip(outcome.readings, outcome.name_kinds, strict=True)),
        evidence=_evidence(item, outcome, findings) if troubled else "",
        seconds=outcome.seconds or report.duration,
        convergence=outcome.convergence,
    )


def _findings(outcome: Outcome) -> Iterator[Finding]:
    """The answers as plain data, the last one with what the other servers and transports answer."""
    if not outcome.readings:
        return
    *before, last = zip(outcome.readings, outcome.name_kinds, strict=True)
    for reading, kind in before:
        yield replace(reading.finding(), name_kind=kind)
    reading, kind = last
    others = tuple(other_answer(answer, reading) for answer in outcome.elsewhere)
    yield replace(reading.finding(), name_kind=kind, elsewhere=others)


def _advice(outcome: Outcome, state: ClusterState, broken: Finding) -> Iterator[str]:
    earlier = [reading.finding() for reading in _before_the_change(outcome)]
    return advice.on_failure(state, earlier, broken)


def _before_the_change(outcome: Outcome) -> Iterator[Reading]:
    """The answers from before the last change of a scenario."""
    yield from outcome.heard
    steps = [step.text for step in outcome.steps]
    changes = [place for place, step in enumerate(outcome.steps) if step.keyword == "When"]
    place = 0
    for reading in outcome.readings:
        while place < len(steps) and steps[place] != reading.promise:
            place += 1
        if not changes or place >= changes[-1]:
            return
        yield reading


def _state(state: ClusterState, namespace: str, finding: Finding) -> Iterator[str]:
    """What a query concerns, as lines of text."""
    concerned = concern.of_query(state, finding.owner, mentioned.names(finding), mentioned.addresses(finding))
    return text.lines(concerned, namespace)


def _feature(item: pytest.Item) -> str:
    """The feature file as a report names it: below the features that come along, else as in the test's id."""
    own = resources.features()
    return str(item.path.relative_to(own)) if item.path.is_relative_to(own) else item.nodeid.partition("::")[0]


def _evidence(item: pytest.Item, outcome: Outcome, findings: tuple[Finding, ...]) -> str:
    """Keep what a failure on a live target should be looked at with; its directory."""
    return evidence.keep(item.config.stash[RUN], item, findings, outcome.evidence) if outcome.evidence else ""


def _steps(scenario: Scenario, ran: list[StepResult]) -> tuple[StepResult, ...]:
    """The steps that ran and those that were never reached, with the tables below them."""
    unreached = (StepResult(step.keyword, step.text, step.line) for step in scenario.steps[len(ran) :])
    return tuple(
        replace(result, table=step.table) for result, step in zip((*ran, *unreached), scenario.steps, strict=True)
    )


def _skip_reason(report: pytest.TestReport) -> str:
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2].removeprefix("Skipped: ")
    return report.longreprtext.strip().splitlines()[-1] if report.longreprtext.strip() else ""
