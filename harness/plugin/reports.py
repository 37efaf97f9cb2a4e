"""The reports of a run, written once it is over."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Iterable
from pathlib import Path

import pytest
from _pytest.junitxml import xml_key

from harness import data
from harness.errors import UsageError
from harness.plugin.options import Settings
from harness.plugin.session import RUN, Run
from harness.report import writable
from harness.results import RunResult, ScenarioResult, Subject

PAGE = "report.html"

#: What was written, a line each.
WRITTEN = pytest.StashKey[list[str]]()

#: Settings that a report says in other words, or that are nobody's business but of whoever made the run.
_PRIVATE = frozenset(
    {
        "--kubeconfig",
        "--kind-config",
        "--kind-bin",
        "--manifest-root",
        "--reports",
        "--html-report",
        "--conformance-report",
    }
    | {"--organization", "--project", "--url", "--implementation-version", "--contact"}
)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """See before the run that what it is to write can be written.

    Raises:
        pytest.UsageError: if not.
    """
    run = config.stash[RUN]
    if run.shared is not None:
        return
    settings = run.settings
    junit = os.path.expandvars(getattr(config.option, "xmlpath", None) or "")
    asked = [junit, settings.html_report, settings.conformance_report]
    try:
        for path in (*map(Path, filter(None, asked)), *([run.directory / PAGE] if settings.reports else [])):
            writable.check(path.expanduser())
    except UsageError as error:
        raise pytest.UsageError(str(error)) from error


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, None, None]:
    """Tell JUnit what was tested, and when the run is over write its reports."""
    run = session.config.stash[RUN]
    if run.shared is None and (xml := session.config.stash.get(xml_key, None)) and run.subject:
        for name, value in _properties(run, run.subject, session.config):
            xml.add_global_property(name, value)
    yield
    config = session.config
    if run.shared is None and not config.option.collectonly and session.exitstatus != pytest.ExitCode.USAGE_ERROR:
        config.stash[WRITTEN] = [
            os.path.relpath(path, config.invocation_params.dir) for path in (*_written(run, config), *_evidence(run))
        ]


def _written(run: Run, config: pytest.Config) -> Iterable[Path]:
    asked = _asked(run)
    if asked:
        result = _result(run, config)
        for path, write in asked.items():
            write(run.settings, result, path)
    return asked


def _evidence(run: Run) -> Iterable[Path]:
    """The directories that failures have left, and the nodes' logs."""
    return sorted(path for path in run.directory.glob("*/") if path.is_dir())


def _asked(run: Run) -> dict[Path, Callable[[Settings, RunResult, Path], None]]:
    """The files to write, and how."""
    settings = run.settings
    asked: dict[Path, Callable[[Settings, RunResult, Path], None]] = {}
    if settings.reports:
        asked[run.made_directory() / PAGE] = _write_page
        asked[run.made_directory() / "conformance.yaml"] = _write_conformance
    if settings.html_report:
        asked[Path(settings.html_report)] = _write_page
    if settings.conformance_report:
        asked[Path(settings.conformance_report)] = _write_conformance
    return asked


def _result(run: Run, config: pytest.Config) -> RunResult:
    # Only a run that writes reports reads every feature file once more.
    from harness.report import everything  # noqa: PLC0415 - as above

    ran = (ScenarioResult.read(plain) for of_level in run.tally.values() for plain in of_level)
    return RunResult(
        id=run.id,
        started=run.started,
        seconds=time.time() - run.started.timestamp(),
        version=data.version(),
        subject=run.subject,
        settings=_settings(config),
        scenarios=everything.complete(ran),
        problems=tuple(run.problems),
    )


def _settings(config: pytest.Config) -> dict[str, str]:
    """The options that shaped the run, with those of pytest that left scenarios out."""
    chosen = {"-k": config.option.keyword, "-m": config.option.markexpr}
    said = config.stash[RUN].settings.said()
    return {flag: value for flag, value in (chosen | said).items() if flag not in _PRIVATE and (value or flag in said)}


def _write_page(settings: Settings, result: RunResult, path: Path) -> None:
    from harness.report import page  # noqa: PLC0415 - a run without reports does not need it

    del settings
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page.render(result), encoding="utf-8")


def _write_conformance(settings: Settings, result: RunResult, path: Path) -> None:
    from harness.report import conformance, files  # noqa: PLC0415 - a run without reports does not need them

    implementation = conformance.Implementation(
        organization=settings.organization,
        project=settings.project,
        url=settings.url,
        version=settings.implementation_version,
        contact=tuple(filter(None, map(str.strip, settings.contact.split(",")))),
    )
    files.write(conformance.document(result, implementation), path)


def _properties(run: Run, subject: Subject, config: pytest.Config) -> list[tuple[str, str]]:
    """What was tested, for JUnit."""
    facts = subject.facts
    return [
        ("run", run.id),
        ("tool", f"svcdns {data.version()}"),
        ("target", subject.target),
        ("kubernetes", facts.kubernetes),
        ("dns-server", f"{facts.dns_server} {facts.dns_version}".strip()),
        ("corefile", "; ".join(facts.corefile)),
        ("cluster-domain", facts.domain),
        ("ip-families", ", ".join(facts.families)),
        ("vantage", subject.vantage),
        ("transports", ", ".join(subject.transports)),
        ("servers", str(len(subject.servers))),
        ("dns-profile", subject.dns_profile),
        *((flag.lstrip("-"), value or "yes") for flag, value in _settings(config).items()),
    ]
