"""The run report for people: one HTML file that loads nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from svcdns.report import causes, everything, templating, totals
from svcdns.report.conformance import shortened
from svcdns.report.others import others
from svcdns.report.totals import Result
from svcdns.report.transcript import Exchange, exchanges
from svcdns.results import RunResult, ScenarioResult, Subject, Verdict
from svcdns.state import CLUSTER_DOMAIN

#: The number of lines shown of one answer; the others are counted.
LINES_OF_A_PASS = 12
LINES_OF_A_FAILURE = 120

#: PDF readers accept no longer anchors.
ANCHOR_LETTERS = 110


class ScenarioSection:
    """A scenario on the page.

    Attributes:
        result: its result.
        anchor: its anchor on the page, the same in every run.
    """

    def __init__(self, result: ScenarioResult, anchor: str) -> None:
        self.result = result
        self.anchor = anchor

    @property
    def failed(self) -> bool:
        """Whether the page shows it among the failures, with all its evidence."""
        return self.result.verdict is Verdict.NOT_CONFORMANT

    @property
    def lines(self) -> int:
        """The number of lines shown of one answer."""
        return LINES_OF_A_FAILURE if self.failed else LINES_OF_A_PASS

    @cached_property
    def exchanges(self) -> tuple[Exchange, ...]:
        """Its queries with their answers."""
        return tuple(exchanges(self.result.findings))

    @property
    def failing(self) -> Exchange | None:
        """The exchange that failed the scenario."""
        return next((exchange for exchange in reversed(self.exchanges) if not exchange.finding.kept), None)


@dataclass(frozen=True, slots=True)
class CauseSection:
    """A cause of failures, with its scenarios; the first is its example."""

    title: str
    advice: tuple[str, ...]
    scenarios: tuple[ScenarioSection, ...]


@dataclass(frozen=True, slots=True)
class FeatureSection:
    """A feature file with its scenarios that were run."""

    path: str
    title: str
    scenarios: tuple[ScenarioSection, ...]
    counts: Counter[Verdict]
    seconds: float


def render(run: RunResult) -> str:
    """Return the page."""
    package = "svcdns.report"
    style, script = templating.asset(package, "run.css"), templating.asset(package, "run.js")
    shown = tuple(_shown(sorted(run.scenarios, key=_interest)))
    return templating.render(
        package,
        "run.html",
        {"asked": asked, "duration": duration, "others": others, "slug": templating.slug, "shortened": shortened},
        run=run,
        style=style,
        script=script,
        policy=f"default-src 'none'; style-src {templating.digest(style)}; script-src {templating.digest(script)}",
        verdicts=Verdict,
        result=_overall(run),
        headline=headline(run),
        facts=tuple(_facts(run)),
        levels=tuple(totals.levels(run.scenarios)),
        clauses=tuple(totals.clauses(run.scenarios)),
        anchors={(section.result.feature, section.result.scenario): section.anchor for section in shown},
        shown=shown,
        failed=[section for section in shown if section.failed],
        causes=tuple(_causes(run, shown)),
        features=tuple(_features(shown)),
    )


def headline(run: RunResult) -> str:
    """Return the result of the run in one sentence."""
    if run.interrupted:
        return f"{run.interrupted[0].upper()}{run.interrupted[1:]}: {headline(replace(run, interrupted=''))}"
    counts = Counter(result.verdict for result in run.scenarios)
    wrong, right = counts[Verdict.NOT_CONFORMANT], counts[Verdict.CONFORMANT]
    unseen = [
        f"{counts[verdict]} {verdict}" for verdict in (Verdict.NOT_DETERMINED, Verdict.NOT_RUN) if counts[verdict]
    ]
    if wrong:
        return f"{wrong} of {wrong + right} scenarios {'is' if wrong == 1 else 'are'} not conformant"
    if not right:
        return "No result: no scenario was judged"
    if unseen:
        return f"{right} scenario{'s are' if right != 1 else ' is'} conformant, {' and '.join(unseen)}"
    return "The scenario is conformant" if right == 1 else f"All {right} scenarios are conformant"


def duration(seconds: float) -> str:
    """Return a time as people read it."""
    if seconds < 1:
        return f"{max(1, round(seconds * 1000))} ms"
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {round(seconds % 60)} s"


def asked(looks: tuple[int, float]) -> str:
    """Return how often a question was asked, and for how long."""
    times, seconds = looks
    return f"asked {'once' if times == 1 else f'{times} times'}, {duration(seconds)}"


def _overall(run: RunResult) -> Result:
    counts = Counter(result.verdict for result in run.scenarios)
    return totals.result(counts)


def _interest(result: ScenarioResult) -> bool:
    """Sort the four combinations first, and everything else by its file."""
    return not result.feature.startswith("combinations/")


def _shown(results: Iterable[ScenarioResult]) -> Iterator[ScenarioSection]:
    taken: Counter[str] = Counter()
    for result in results:
        if result.verdict is Verdict.NOT_RUN:
            continue
        anchor = f"{templating.slug(result.feature.removesuffix('.feature'))}--{templating.slug(result.scenario)}"[
            :ANCHOR_LETTERS
        ].rstrip("-")
        taken[anchor] += 1
        yield ScenarioSection(result, anchor if taken[anchor] == 1 else f"{anchor}--{taken[anchor]}")


def _causes(run: RunResult, shown: Iterable[ScenarioSection]) -> Iterator[CauseSection]:
    sections = {id(section.result): section for section in shown}
    domain = run.subject.facts.domain if run.subject else CLUSTER_DOMAIN
    for cause in causes.causes(run.scenarios, domain):
        yield CauseSection(cause.title, cause.advice, tuple(sections[id(result)] for result in cause.scenarios))


def _features(shown: Iterable[ScenarioSection]) -> Iterator[FeatureSection]:
    titles = everything.titles()
    by_path: dict[str, list[ScenarioSection]] = {}
    for section in shown:
        by_path.setdefault(section.result.feature, []).append(section)
    for path, scenarios in by_path.items():
        yield FeatureSection(
            path=path,
            title=titles.get(path, path),
            scenarios=tuple(scenarios),
            counts=Counter(section.result.verdict for section in scenarios),
            seconds=sum(section.result.seconds for section in scenarios),
        )


def _facts(run: RunResult) -> Iterator[tuple[str, str]]:
    """Yield what was tested and how, as terms and their descriptions."""
    if run.subject is None:
        yield "Target", "not opened"
    else:
        yield from _facts_of(run.subject)
    yield "Run", f"{run.id}, by svcdns {run.version}"
    yield "Started", f"{run.started:%Y-%m-%d %H:%M:%S} UTC"
    yield "Duration", duration(run.seconds)
    if run.settings:
        yield "Settings", ", ".join(f"{flag} {value}".rstrip() for flag, value in run.settings.items())
    if run.subject and run.subject.facts.corefile:
        yield "Corefile", "; ".join(run.subject.facts.corefile)


def _facts_of(subject: Subject) -> Iterator[tuple[str, str]]:
    facts = subject.facts
    yield "Target", subject.target
    if facts.kubernetes:
        yield "Kubernetes", facts.kubernetes
    yield "DNS server", f"{facts.dns_server} {facts.dns_version}".strip() or "not read"
    yield "Cluster domain", facts.domain
    yield "IP families", " and ".join(facts.families)
    servers = f"{len(subject.servers)} server{'s' * (len(subject.servers) != 1)}"
    yield "Queries", f"from {subject.vantage} to {servers}, over {' and '.join(map(str.upper, subject.transports))}"
    yield "DNS profile", subject.dns_profile
