"""What becomes of each scenario: its verdict, and the evidence behind it."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from dataclasses import replace
from typing import Literal

import pytest
from _pytest._code.code import ReprExceptionInfo
from pytest_bdd.parser import Step

from svcdns import resources
from svcdns.catalogue.gherkin import Scenario
from svcdns.catalogue.tags import LEVELS
from svcdns.engine import verdicts
from svcdns.engine.verdicts import Judged
from svcdns.engine.world import World
from svcdns.errors import HarnessError, ManifestError
from svcdns.plugin import evidence, failure
from svcdns.plugin.collect import SCENARIO
from svcdns.plugin.session import PLACE, RUN
from svcdns.results import Finding, ScenarioResult, StepResult, Verdict
from svcdns.safety import printable
from svcdns.state import advice, text

STEPS = pytest.StashKey[list[StepResult]]()
STARTED = pytest.StashKey[float]()
VERDICT = pytest.StashKey[Judged]()


@pytest.hookimpl(tryfirst=True)
def pytest_bdd_before_scenario(request: pytest.FixtureRequest) -> None:
    """Begin a list of the steps that ran."""
    request.node.stash[STEPS] = []


def pytest_bdd_before_step(request: pytest.FixtureRequest, step: Step) -> None:
    """Note which step begins, and when."""
    request.node.stash[STARTED] = time.perf_counter()
    if PLACE in request.node.stash:
        request.node.stash[PLACE].sentence = step.name


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
    """Turn what a scenario met into its verdict.

    What cannot be judged is skipped, with the reason. What a quirk or another family's habit shows is observed: it
    passes. A scenario that judged no answer at all fails, however green its steps are.
    """
    if SCENARIO not in item.stash:
        return (yield)
    try:
        yield
    except ManifestError as error:
        item.stash[VERDICT] = Judged(Verdict.NOT_DETERMINED, "; ".join(str(error).splitlines()))
        raise
    except HarnessError as error:
        run = item.config.stash[RUN]
        tags, corefile = item.stash[SCENARIO].tags, run.target.facts.corefile
        judged = item.stash[VERDICT] = verdicts.of_error(error, tags, run.dns_profile, corefile)
        if judged.verdict is Verdict.NOT_CONFORMANT:
            raise
        if judged.verdict is Verdict.NOT_DETERMINED:
            pytest.skip(f"not determined: {_short(str(error))}")
    else:
        item.stash[VERDICT] = verdicts.of_end(item.stash[PLACE].readings)
        if item.stash[VERDICT].reason:
            pytest.fail(item.stash[VERDICT].reason, pytrace=False)
    return None


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
            ours = isinstance(call.excinfo.value, HarnessError)
            message = str(call.excinfo.value) if ours else printable.block(call.excinfo.exconly())
            said = message.splitlines() if ours else _lines(report.longreprtext)
            lines = failure.ending(said, failure.CAPTURED_OCTETS)
            report.longrepr = failure.longrepr(_place(item), lines, message)
        return report
    result, shown = _told(item, report, call)
    vars(report)["svcdns"] = result.plain()
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
    ours = isinstance(call.excinfo.value, HarnessError)
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
        lines += ["", f"This is cut short; the whole is in {directory}/{failure.WHOLE}"]
    return result, failure.longrepr(_place(item), lines, message)


def _place(item: pytest.Item) -> tuple[str, int]:
    """The file and line of a scenario."""
    return printable.line(str(item.path)), item.stash[SCENARIO].line


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
    verdict, reason = item.stash.get(VERDICT, Judged(Verdict.NOT_DETERMINED, _skip_reason(report)))
    said, _, rest = reason.partition(": ")
    if verdict is Verdict.NOT_DETERMINED and said in {Verdict.NOT_APPLICABLE, Verdict.NOT_DETERMINED}:
        verdict, reason = Verdict(said), rest
    if report.failed and verdict is Verdict.CONFORMANT:
        verdict, reason = Verdict.NOT_DETERMINED, report.longreprtext.splitlines()[-1]
    world = item.stash.get(PLACE, None)
    readings = world.readings if world else []
    observed = [reading.observed for reading in readings if reading.observed]
    if reason.startswith(verdicts.OBSERVED):
        observed.append(reason.removeprefix(verdicts.OBSERVED))
    level = next(level for level in LEVELS if level in scenario.tags)
    broken = world if verdict is Verdict.NOT_CONFORMANT else None
    # What is not known of the core fails the run as well.
    troubled = world if verdict is Verdict.NOT_DETERMINED and level == "core" else broken
    kept = broken or item.config.stash[RUN].settings.transcripts
    findings = tuple(reading.finding() for reading in readings) if kept else ()
    known = item.config.stash[RUN].known_causes(scenario) if broken else ()
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
        observed=tuple(failure.within(list(dict.fromkeys(observed)), failure.OBSERVED_OCTETS)),
        steps=_steps(scenario, item.stash.get(STEPS, [])),
        findings=findings,
        state=_state(world) if world and kept and verdict is not Verdict.CONFORMANT else (),
        advice=(*known, *_advice(broken, findings[-1])) if broken else (),
        looks=world.looks if world else (0, 0.0),
        evidence=_evidence(item, troubled, findings) if troubled else "",
        seconds=report.duration,
    )


def _state(world: World) -> tuple[str, ...]:
    """What stands in a world; nothing where the target itself was lost."""
    try:
        return tuple(text.lines(world.state(), world.namespace))
    except HarnessError:
        return ()


def _advice(world: World, finding: Finding) -> tuple[str, ...]:
    """What looks wrong in a world; nothing where the target itself was lost."""
    try:
        return tuple(advice.on_failure(world.state(), world.namespace, finding.missing, finding.unexpected))
    except HarnessError:
        return ()


def _feature(item: pytest.Item) -> str:
    """The feature file as a report names it: below the features that come along, else as in the test's id."""
    own = resources.features()
    return str(item.path.relative_to(own)) if item.path.is_relative_to(own) else item.nodeid.partition("::")[0]


def _evidence(item: pytest.Item, world: World, findings: tuple[Finding, ...]) -> str:
    """On a live target, keep what stands behind the first failure in a world; its directory."""
    run = item.config.stash[RUN]
    if run.settings.live and not world.evidence:
        try:
            found = run.target.evidence(world.namespace)
        except HarnessError as error:
            found = {"lost.txt": f"{error}\n"}
        world.evidence = evidence.keep(run, item, findings, found)
    return world.evidence


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
