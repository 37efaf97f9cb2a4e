"""What a run says in the end: verdicts by level, what was not judged, each cause of failures, and where the reports are.

The failures of scenarios are not shown by pytest's own sections, which would repeat what is alike; those of other tests are.
"""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from io import StringIO
from typing import Any

import pytest

from svcdns import resources
from svcdns.catalogue.tags import LEVELS
from svcdns.manifests import ACCEPTED
from svcdns.plugin import failures, reports
from svcdns.plugin.failures import FailureGroup, Section
from svcdns.plugin.outcome import ERROR, RESULT, TOLD
from svcdns.plugin.session import RUN, Run
from svcdns.report import causes
from svcdns.report.conformance import masked, unaddressed
from svcdns.report.convergence import change_times
from svcdns.results import ScenarioResult, Verdict
from svcdns.safety import printable
from svcdns.safety.redaction import redact
from svcdns.state import CLUSTER_DOMAIN

#: Reasons that are shown without -v; the others are counted. And characters of one.
MOST_REASONS, MOST_OF_A_REASON = 6, 300

#: Paths that were written, and problems, that are shown without -v.
MOST_PATHS = 6

_TAKEN_OVER = pytest.StashKey[list[pytest.TestReport]]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> Generator[None]:
    """Keep what is told here from pytest's own sections; its last line counts it all the same."""
    stats = terminalreporter.stats
    whole = {kind: stats[kind] for kind in ("failed", "error") if kind in stats}
    config.stash[_TAKEN_OVER] = [report for some in whole.values() for report in some if _is_told(report)]
    for kind, some in whole.items():
        stats[kind] = [report for report in some if not _is_told(report)]
    try:
        return (yield)
    finally:
        for kind, some in whole.items():
            stats[kind] = some


def _is_told(report: object) -> bool:
    return hasattr(report, TOLD) or hasattr(report, ERROR)


class Summary:
    """Prints the summary, after pytest's own sections and before its list of failed tests."""

    @staticmethod
    def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
        """Say it."""
        run = config.stash[RUN]
        verbose = config.get_verbosity()
        results = [result for of_level in run.tally.values() for result in of_level]
        if results:
            terminalreporter.section("conformance of Kubernetes Service DNS")
        for line in (*_levels(run), *_reasons(run, results, verbose), *_observed(results, verbose)):
            _say(terminalreporter, line)
        if not config.option.no_summary:
            _say_failures(terminalreporter, config, run)
        for line in _times(run, results):
            _say(terminalreporter, line)
        for remark in remark_lines(run.remarks if verbose > 0 else _of_users(run.remarks, results)):
            _say(terminalreporter, f"note: {remark}")
        for line in _some("expected to fail, and passes: ", run.unexpected, verbose):
            _say(terminalreporter, line, red=True)
        for line in _some("kept: namespace ", run.kept, verbose):
            _say(terminalreporter, line)
        for line in _some("written: ", config.stash.get(reports.WRITTEN, []), verbose):
            _say(terminalreporter, line)
        for line in _some("left behind: ", run.problems, verbose):
            _say(terminalreporter, line, red=True)


def pytest_configure(config: pytest.Config) -> None:
    """Register what prints the summary: this module's own hook is there for what goes around it."""
    config.pluginmanager.register(Summary(), "svcdns-summary")


def remark_lines(remarks: Iterable[str]) -> Iterator[str]:
    """Yield each remark once; objects that are accepted with the same warning share a line."""
    alike: dict[str, list[str]] = defaultdict(list)
    for remark in dict.fromkeys(remarks):
        _, accepted, warning = remark.partition(f" {ACCEPTED}")
        alike[warning if accepted else remark].append(remark)
    for first, *others in alike.values():
        yield first + (f"; so are {len(others)} other objects" if others else "")


def _of_users(remarks: Iterable[str], results: Iterable[Mapping[str, Any]]) -> list[str]:
    """The remarks without what an API server warns of in manifests that come with the packaged features."""
    features = {result["feature"] for result in results}
    is_own = not all((resources.features() / feature).is_file() for feature in features)
    return [remark for remark in remarks if is_own or ACCEPTED not in remark]


def _levels(run: Run) -> Iterator[str]:
    for level in LEVELS:
        counts = {verdict: len(run.tally[level, verdict]) for verdict in Verdict}
        if told := ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count):
            yield f"{level}: {told}"


def _reasons(run: Run, results: Iterable[Mapping[str, Any]], verbose: int) -> Iterator[str]:
    """Yield what was not determined or not applicable, what has the same reason in one line."""
    for verdict in (Verdict.NOT_DETERMINED, Verdict.NOT_APPLICABLE):
        by_reason: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for result in results:
            if result["verdict"] == verdict:
                by_reason[unaddressed(masked(result["reason"], run.id))].append(result)
        alike = sorted(by_reason.values(), key=len, reverse=True)
        for some in alike if verbose > 0 else alike[:MOST_REASONS]:
            yield from _reason(verdict, some, verbose)
        if (left := alike[MOST_REASONS:]) and verbose <= 0:
            yield f"{verdict}: {sum(map(len, left))} more scenarios, for {len(left)} other reasons; -v lists them"


def _reason(verdict: Verdict, alike: list[Mapping[str, Any]], verbose: int) -> Iterator[str]:
    reason = alike[0]["reason"]
    if verbose <= 0:
        reason = printable.line(reason, MOST_OF_A_REASON)
    if len(alike) == 1:
        yield f"{verdict}: {alike[0]['scenario']}: {reason}"
        return
    yield f"{verdict}: {len(alike)} scenarios: {reason}"
    if verbose > 0:
        yield from (f"  {each['feature']}:{each['line']}: {each['scenario']}" for each in alike)


def _observed(results: Iterable[Mapping[str, Any]], verbose: int) -> Iterator[str]:
    """Yield the choices of the server: how many there are, or all of them as a table."""
    rows = sorted({(result["scenario"], choice) for result in results for choice in result["observed"]})
    if not rows:
        return
    if verbose > 0:
        yield "observed:"
        yield from _table(rows)
    elif len(rows) == 1:
        yield f"observed: {' → '.join(rows[0])}"
    else:
        scenarios = len({scenario for scenario, _ in rows})
        yield f"observed: {len(rows)} choices of the server in {scenarios} scenarios; -v lists them"


def _table(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    from rich.console import Console  # noqa: PLC0415 - only -v needs tables
    from rich.table import Table  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above

    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for scenario, choice in rows:
        table.add_row(Text(printable.line(scenario)), Text(printable.line(choice)))
    console = Console(width=shutil.get_terminal_size().columns, file=StringIO(), no_color=True)
    with console.capture() as captured:
        console.print(table)
    yield from captured.get().splitlines()


def _times(run: Run, results: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield where the time of a run on a live target went, and how long changes took to show."""
    if not (run.settings.live and results):
        return
    yield f"time: {run.clock.line()}"
    if times := change_times(ScenarioResult.read(result) for result in results):
        yield f"changes showed after: {'; '.join(change.line for change in times)}"


def _some(what: str, rows: list[str], verbose: int) -> Iterator[str]:
    """Yield a line for each row, or for the first ones and how many there are."""
    shown = rows if verbose > 0 else rows[:MOST_PATHS]
    yield from (f"{what}{row}" for row in shown)
    if left := len(rows) - len(shown):
        yield f"{what}… and {left} more"


def _say_failures(reporter: pytest.TerminalReporter, config: pytest.Config, run: Run) -> None:
    taken_over = config.stash[_TAKEN_OVER]
    failed = {
        report.nodeid: ScenarioResult.read(vars(report)[RESULT]) for report in taken_over if hasattr(report, TOLD)
    }
    found = _groups(failed, run)
    if found and config.option.tbstyle != "no":
        section = _section(found, config, shutil.get_terminal_size().columns)
        reporter.section("not conformant", sep="-")
        for line, is_heading in section.lines:
            _say(reporter, line, red=is_heading, bold=is_heading)
        if section.is_cut:
            text = "\n".join(line for line, _ in failures.whole(found).lines)
            reporter.line("")
            _say(reporter, f"All of it: {reports.keep_failures(run, config, text)}")
    _say_errors(reporter, [vars(report)[ERROR] for report in taken_over if hasattr(report, ERROR)])


def _groups(failed: Mapping[str, ScenarioResult], run: Run) -> tuple[FailureGroup, ...]:
    """Group the scenarios that failed, by their tests; right answers help to say what is wrong with the others."""
    results = list(failed.values())
    if not results:
        return ()
    others = (
        ScenarioResult.read(plain)
        for (_, verdict), of_level in run.tally.items()
        if verdict is not Verdict.NOT_CONFORMANT
        for plain in of_level
    )
    wrong = [result for result in results if result.verdict is Verdict.NOT_CONFORMANT]
    domain = run.subject.facts.domain if run.subject else CLUSTER_DOMAIN
    unjudged = [result for result in results if result.verdict is not Verdict.NOT_CONFORMANT]
    tests = {(result.feature, result.scenario): test for test, result in failed.items()}
    return failures.groups(causes.causes((*wrong, *others), domain), unjudged, tests)


def _section(found: tuple[FailureGroup, ...], config: pytest.Config, width: int) -> Section:
    verbose = config.get_verbosity()
    if config.option.tbstyle == "line":
        return failures.titles(found, width)
    return failures.whole(found) if verbose > 1 else failures.causes_in_full(found, width, every_scenario=verbose > 0)


def _say_errors(reporter: pytest.TerminalReporter, errors: Iterable[str]) -> None:
    """Say what went wrong at the end of scenarios, each message once."""
    for message, number in Counter(errors).most_common(MOST_PATHS):
        where = f"the end of {number} scenarios" if number > 1 else "the end of a scenario"
        _say(reporter, printable.line(f"error at {where}: {message}", MOST_OF_A_REASON), red=True)


def _say(reporter: pytest.TerminalReporter, line: str, **markup: bool) -> None:
    reporter.line(printable.line(redact(line)), **markup)
