"""The life of a run: its target, its worlds, and its end."""

from __future__ import annotations

import json
import shlex
import threading
from collections import defaultdict
from collections.abc import Generator
from contextlib import AbstractContextManager, ExitStack, nullcontext, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from svcdns import coredns
from svcdns.catalogue import tags
from svcdns.coredns import Deviation
from svcdns.engine import player
from svcdns.engine.player import Outcome
from svcdns.engine.pool import WorldPool, letters, namespaces_of
from svcdns.engine.schedule import Schedule
from svcdns.engine.sentences import Script
from svcdns.engine.timing import Clock
from svcdns.engine.verdicts import Rules
from svcdns.errors import HarnessError, TargetError, UsageError
from svcdns.faults import opening
from svcdns.plugin import expecting, interruption, progress, withholding
from svcdns.plugin.deadline import Deadline, DeadlineError
from svcdns.plugin.options import settings
from svcdns.plugin.progress import Progress
from svcdns.report import directory
from svcdns.results import Subject, Verdict
from svcdns.safety import printable
from svcdns.safety.redaction import redact
from svcdns.settings import Settings
from svcdns.system.filing import Directory
from svcdns.targets import signals
from svcdns.targets.opening import Opened
from svcdns.targets.target import SECONDS_TO_DELETE, Target
from svcdns.targets.waits import Waits

RUN = pytest.StashKey["Run"]()


class Run:
    """One process's part of a run: a target, opened when it is needed, and its worlds.

    Attributes:
        id: names everything that the run makes.
        tally: the results heard of, by level and verdict.
        started: when it began, in UTC.
        subject: what was tested, once the target was open; under xdist, as a worker says.
        clock: where this process's time went, and that of its workers.
        problems: what went wrong at the end; any makes the run fail.
        unexpected: expected failures that passed; any makes the run fail.
        interrupted: what interrupted the run, as in "interrupted by SIGINT"; empty where nothing did.
        remarks: what was applied and means nothing to DNS, also by its workers.
        kept: the Namespaces that were left behind on request, also by its workers.
        planned: the feature files whose scenarios are known to the pool.
        deadline: when it ends, whatever it does by then.
        waits: what is waited for on the target.
        scenarios: how many were selected.
        hopeless: why no pod of the run starts, also as a worker says; it ends the run.
        workers: how many processes share the run.
    """

    def __init__(self, config: pytest.Config, settings: Settings) -> None:
        #: What the process that owns the target has shared; None in that process itself.
        self.shared: dict[str, Any] | None = getattr(config, "workerinput", {}).get("svcdns")
        self.settings = settings
        self.id: str = self.shared["run"] if self.shared else letters(5)
        self.workers = int(getattr(config, "workerinput", {}).get("workercount", 1))
        self.tally: dict[tuple[str, Verdict], list[dict[str, Any]]] = defaultdict(list)
        self.started = datetime.now(UTC)
        self.subject: Subject | None = None
        self.clock = Clock()
        self.problems: list[str] = []
        self.unexpected: list[str] = []
        try:
            self._expected = expecting.rows(settings)
        except UsageError as error:
            raise pytest.UsageError(str(error)) from error
        self.interrupted = ""
        self.kept: list[str] = []
        self.remarks: list[str] = []
        self.planned: set[Path] = set()
        at = self.shared["deadline"] if self.shared else None
        self.deadline = Deadline(settings.deadline_seconds, settings.deadline, at=at)
        self.waits = Waits()
        self.scenarios = 0
        self.hopeless = ""
        self._phase = "collecting"
        self._reporting: progress.Reporting | None = None
        self.directory = config.invocation_params.dir / directory.REPORTS / self.id
        self._config = config
        self._life = ExitStack()
        self._opened: Opened | None = None
        self._pool: WorldPool | None = None
        self._schedule: Schedule | None = None

    @property
    def target(self) -> Target:
        """The target, open."""
        return self.open().target

    @cached_property
    def rules(self) -> Rules:
        """What the verdicts of this run depend on, which each scenario asks for several times."""
        by = f" by the vantage {self.target.vantages[0].name}" if self.settings.live else ""
        return replace(Rules.of(self.target), target=f"{self.settings.target}{by}", dns_profile=self.dns_profile)

    @cached_property
    def expected_failures(self) -> tuple[Deviation, ...]:
        """The failures that are expected of the server under test; none where no target was opened."""
        if self.subject is None:
            return ()
        facts = self.subject.facts
        return coredns.held(self._expected, facts.dns_server, facts.dns_version)

    @property
    def pool(self) -> WorldPool:
        """The worlds on the target."""
        if self._pool is None:
            budget = int(self.settings.max_pods or 0) or self.target.capacity()
            self._pool = WorldPool(
                self.target,
                self.clock,
                namespaces_of(self.id),
                budget=budget and max(1, budget // self.workers),
                ahead=self.settings.live,
                keep=self.settings.keep_namespaces,
            )
        return self._pool

    @property
    def schedule(self) -> Schedule:
        """What plays the scenarios of a live run."""
        if self._schedule is None:
            self._schedule = Schedule(self.pool, self.rules, self.target.evidence)
            if self.deadline.is_over:
                self._end_playing()
        return self._schedule

    def outcome(self, id_: str, script: Script) -> Outcome:
        """What becomes of a scenario that consists of our sentences alone."""
        self._phase = "playing"
        if self.settings.live:
            # At the deadline, the schedule has an outcome for each; those that were judged before it stay.
            return self.schedule.outcome(id_, script)
        with self.deadline.bounding():
            try:
                return player.play(self.pool.world(id_, script.plan), script, self.rules)
            finally:
                self.pool.leave(id_)

    def begin(self) -> None:
        """Begin with the run's deadline, and show its progress on a live target."""
        self.deadline.begin(self._end_playing)
        if self.settings.live and self.shared is None:
            self._reporting = progress.reporting(self._config, self.progress)
            if self._reporting is not None:
                self._reporting.begin()

    def progress(self) -> Progress:
        """How far the run has come."""
        schedule, pool = self._schedule, self._pool
        reported = sum(map(len, self.tally.values()))
        broken = sum(len(results) for (_, verdict), results in self.tally.items() if verdict is Verdict.NOT_CONFORMANT)
        judged = reported
        wait = self.waits.oldest()
        if self._phase == "playing" and schedule is not None:
            # Scenarios are judged before pytest asks for them.
            played = schedule.played()
            judged, broken = max(reported, played.judged), max(broken, played.broken)
            wait = min(filter(None, (wait, schedule.oldest())), key=lambda one: one.since, default=None)
        elif self._phase != "playing":
            wait = self.waits.latest()
        return Progress(
            self._phase,
            pool.progress() if pool is not None else None,
            judged,
            self.scenarios,
            broken,
            wait,
        )

    def _end_playing(self) -> None:
        """At the deadline, end what is played; what is left is not determined."""
        pool, schedule = self._pool, self._schedule
        if pool is not None:
            pool.stop()
        if schedule is not None:
            schedule.end(self.deadline.reason)

    @property
    def dns_profile(self) -> str:
        """The family of DNS servers that is expected."""
        return self.settings.dns_profile or self.target.dns_profile

    def open(self) -> Opened:
        """Open the target, once.

        Raises:
            pytest.UsageError: if it cannot be had.
            DeadlineError: if the run's deadline is over before it is open.
        """
        if self._opened is None:
            self._phase = "opening the target"
            shared = self.shared and self.shared["target"]
            opened = opening.opened(self.settings, self.id, self._say, shared, self.waits)
            try:
                with self.clock.spent("create"), self.deadline.bounding():
                    self._opened = self._life.enter_context(opened)
            except DeadlineError:
                raise
            except HarnessError as error:
                raise pytest.UsageError(str(error)) from error
            self._phase = "preparing"
            self.subject = self._subject(self._opened.target)
            if self.shared is None:
                for note in self._opened.target.notes:
                    self._say(note)
        return self._opened

    def close(self) -> None:
        """Remove the worlds that are left and close the target; what cannot be removed is a problem of the run."""
        try:
            self._close()
        finally:
            self.deadline.end()
            if self._reporting is not None:
                self._reporting.end()
                self._reporting = None

    def _close(self) -> None:
        if self._opened is None:
            return
        opened, self._opened = self._opened, None
        self._phase = "cleaning up"
        if self.deadline.is_over and opened.hurry is not None:
            # A lost API server must not hold the end of a run whose time is over.
            late = threading.Timer(SECONDS_TO_DELETE, opened.hurry)
            late.daemon = True
            late.start()
        self.remarks += opened.target.remarks
        problems: list[str] = []
        with self.clock.spent("clean"), self._insisting(opened) as insistence:
            try:
                for end in (self._end_worlds, self._await_deleted, self._export_logs, self._close_target):
                    try:
                        problems += end(opened)
                    except (TargetError, UsageError) as error:
                        problems.append(str(error))
            except KeyboardInterrupt:
                self._give_up(opened)
        if insistence is not None and insistence.signal:
            self.interrupted = self.interrupted or f"interrupted by {insistence.signal} while it was cleaned up"
        if opened.left is not None and not self.settings.keep_namespaces and (left := opened.left()):
            problems.append(f"{', '.join(left)}; remove what is left with: {self._remedy(opened)}")
        self.problems += dict.fromkeys(problems)

    def _insisting(self, opened: Opened) -> AbstractContextManager[signals.Insistence | None]:
        """What signals do while the run is cleaned up; a worker leaves the words and the end to the process that started it."""
        if not self.settings.live:
            return nullcontext()
        if self.shared is not None:
            return signals.Insistence("", opened.hurry, leaves=False)
        return signals.Insistence(
            f"still removing what the run {self.id} made; interrupt again to leave it behind, to be removed with: "
            f"{self._remedy(opened)}",
            opened.hurry,
        )

    def _give_up(self, opened: Opened) -> None:
        """Wait no longer, neither for what is on the target nor for whoever is still at work there."""
        if opened.give_up is not None:
            opened.give_up()
        with suppress(TargetError, UsageError):
            # What is ours alone, such as a kind cluster, goes all the same.
            self._life.close()

    def made_directory(self) -> AbstractContextManager[Directory]:
        """The run's own directory below ``reports/``, open; a run that has nothing to write has none.

        Raises:
            UsageError: if there can be none.
        """
        return directory.made(self._config.invocation_params.dir, self.id)

    def _remedy(self, opened: Opened) -> str:
        """The command that removes what is left behind."""
        settings = self.settings
        if opened.disposable:
            return shlex.join([settings.kind_bin, "delete", "cluster", "--name", f"svcdns-{self.id}"])
        context = settings.context or f"kind-{settings.cluster_name or self.id}"
        kubeconfig = ["--kubeconfig", settings.kubeconfig] if settings.kubeconfig else []
        return shlex.join(["svcdns", "clean", "--context", context, *kubeconfig, "--wait"])

    def _end_worlds(self, _: Opened) -> list[str]:
        if self._pool is None:
            return []
        problems = self._pool.close()
        if self._schedule is not None:
            self._schedule.close()
        self.kept += self._pool.kept
        return problems

    def _await_deleted(self, opened: Opened) -> list[str]:
        owned = self.shared is None and not self.settings.keep_namespaces and not opened.disposable
        return opened.target.await_deleted(SECONDS_TO_DELETE) if owned else []

    def _export_logs(self, opened: Opened) -> list[str]:
        if self.shared is None and opened.export_logs and self._broken():
            with TemporaryDirectory(prefix="svcdns-logs-") as exported, self.made_directory() as own:
                opened.export_logs(Path(exported))
                with own.below("kind-logs") as logs:
                    logs.take(Path(exported))
        return []

    def _close_target(self, _: Opened) -> list[str]:
        self._life.close()
        return []

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Hurry from now on: what follows, first of all the end of the scenario that was interrupted, asks the target."""
        self.interrupted = interruption.said(excinfo)
        if self._opened is not None and self._opened.hurry is not None:
            if self.interrupted and self.shared is None:
                self._say(f"{self.interrupted}; removing what the run made")
            self._opened.hurry()

    @pytest.hookimpl(tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say first that the verdicts that follow are not all."""
        if self.interrupted:
            terminalreporter.section(self.interrupted)
            terminalreporter.line("scenarios that were not judged by then are not run")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count the verdicts; under xdist, in the process that hears from every worker."""
        # What pytest-rerunfailures plays again is counted once, as it ended.
        if (result := getattr(report, "svcdns", None)) and str(report.outcome) != "rerun":
            self._phase = "playing"
            self.tally[result["level"], Verdict(result["verdict"])].append(result)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Under xdist, share the target with a worker."""
        live = self.settings.live
        target: dict[str, Any] = {}
        if live:
            # Its workers find that its time is over, too.
            with suppress(DeadlineError):
                target = self.open().share()
        shared = {"run": self.id, "target": target, "deadline": self.deadline.at}
        # What goes to another process is plain; JSON makes it so.
        node.workerinput["svcdns"] = json.loads(json.dumps(shared))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Under xdist, take over what a worker measured and what went wrong there."""
        output = getattr(node, "workeroutput", {}).get("svcdns", {})
        self.clock.add(output.get("seconds", {}))
        self.problems += output.get("problems", [])
        self.kept += output.get("kept", [])
        self.remarks += output.get("remarks", [])
        self.hopeless = self.hopeless or output.get("hopeless", "")
        if output.get("subject"):
            self.subject = Subject.read(output["subject"])

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Under xdist, learn how many scenarios there are."""
        self.scenarios = len(ids)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        """End a run of which no pod starts with the causes alone; workers leave that to the process that owns the target."""
        result = yield
        self.require_hope()
        return result

    def require_hope(self) -> None:
        """Check that pods of the run start.

        Raises:
            pytest.UsageError: if not.
        """
        if self.hopeless and self.shared is None:
            # The causes say it all; what was not determined for them would only hide them.
            self.tally.clear()
            raise pytest.UsageError(self.hopeless)

    def _subject(self, target: Target) -> Subject:
        vantage = target.vantages[0]
        return Subject(
            target=self.settings.target,
            facts=target.facts,
            dns_profile=self.dns_profile,
            vantage=vantage.name,
            transports=vantage.transports,
            servers=tuple(channel.server for channel in vantage.channels),
        )

    def _broken(self) -> bool:
        return any(results for (_, verdict), results in self.tally.items() if verdict is Verdict.NOT_CONFORMANT)

    def _say(self, line: str) -> None:
        """Show a line at once, whatever pytest captures."""
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        capture = self._config.pluginmanager.get_plugin("capturemanager")
        if reporter is None:
            return
        withholding.release(self._config)
        with capture.global_and_fixture_disabled() if capture else ExitStack():
            reporter.ensure_newline()
            reporter.write_line(printable.line(redact(line)))
            reporter.flush()


def pytest_configure(config: pytest.Config) -> None:
    """Resolve the settings and register every tag as a marker."""
    run = config.stash[RUN] = Run(config, settings(config))
    config.pluginmanager.register(run, "svcdns-run")
    config.add_cleanup(run.close)
    if getattr(config.option, "dist", "no") == "load":
        # The scenarios of a file share environments, so a file stays with one worker.
        config.option.dist = "loadfile"
    try:
        for tag, meaning in tags.meanings():
            config.addinivalue_line("markers", f"{tag}: {meaning}")
    except HarnessError as error:
        raise pytest.UsageError(str(error)) from error


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Let whatever ends a run on a real cluster end it in order; pytest's own hook for dropped errors is there by now."""
    run = session.config.stash[RUN]
    if run.settings.live:
        signals.end_orderly()
    run.begin()


def pytest_report_header(config: pytest.Config) -> list[str]:
    """The resolved settings, once."""
    return [printable.line(line) for line in config.stash[RUN].settings.lines()]


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, None, None]:
    """Close the target, and fail a run that says nothing about some core scenario, or that left something behind.

    Under xdist an interrupted run ends its workers in this hook: what they make until then is removed after it.
    """
    yield
    run = session.config.stash[RUN]
    run.close()
    if run.shared is not None:
        session.config.workeroutput["svcdns"] = {  # type: ignore[attr-defined]  # xdist adds it
            "seconds": run.clock.seconds,
            "problems": run.problems,
            "kept": run.kept,
            "remarks": run.remarks,
            "hopeless": run.hopeless,
            "subject": run.subject and run.subject.plain(),
        }
        return
    run.unexpected = expecting.passed(run.expected_failures, run.tally)
    if session.exitstatus == pytest.ExitCode.TESTS_FAILED and run.expected_failures:
        failed = [
            one for (_, verdict), found in run.tally.items() if verdict is Verdict.NOT_CONFORMANT for one in found
        ]
        if len(failed) == session.testsfailed and all(one["expected"] for one in failed):
            session.exitstatus = pytest.ExitCode.OK
    undetermined = run.tally["core", Verdict.NOT_DETERMINED]
    determined = run.tally["core", Verdict.CONFORMANT]
    unforgiven = undetermined and not (determined and run.settings.allow_undetermined)
    if session.exitstatus == pytest.ExitCode.OK and (unforgiven or run.problems or run.unexpected):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    if run.interrupted:
        session.exitstatus = pytest.ExitCode.INTERRUPTED
