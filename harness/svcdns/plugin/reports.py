"""The reports of a run, written once it is over."""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from _pytest.junitxml import xml_key

from svcdns import resources
from svcdns.errors import UsageError
from svcdns.plugin.session import RUN, Run
from svcdns.report import directory, writable
from svcdns.results import RunResult, ScenarioResult, Subject
from svcdns.safety import printable
from svcdns.safety.redaction import redact
from svcdns.settings import Settings
from svcdns.system import filing

PAGE = "report.html"

#: Directories of evidence that are named one by one without -v.
MOST_DIRECTORIES = 3

#: Every failure in full, where the terminal has no room for them.
FAILURES = "failures.txt"

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
        if settings.reports or settings.live:
            directory.check(config.invocation_params.dir)
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
            xml.add_global_property(name, printable.line(redact(value)))
    yield
    config = session.config
    if run.shared is None and not config.option.collectonly and session.exitstatus != pytest.ExitCode.USAGE_ERROR:
        written = config.stash[WRITTEN] = []
        try:
            written.extend(os.path.relpath(path, config.invocation_params.dir) for path in _written(run, config))
            written.extend(_evidence(run, config))
        except UsageError as error:
            run.problems.append(str(error))
            session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED


def keep_failures(run: Run, config: pytest.Config, text: str) -> str:
    """Write the failures that the terminal has no room for; the path of the file, or why there is none."""
    try:
        with run.made_directory() as own:
            path = own.write(FAILURES, printable.block(redact(f"{text}\n")))
    except UsageError as error:
        return f"nowhere: {error}"
    return os.path.relpath(path, config.invocation_params.dir)


def _written(run: Run, config: pytest.Config) -> Iterator[Path]:
    """Write what was asked for; the paths."""
    settings = run.settings
    asked = ((settings.html_report, _page), (settings.conformance_report, _conformance))
    named = {Path(path): text for path, text in asked if path}
    if not settings.reports and not named:
        return
    result = _result(run, config)
    if settings.reports:
        with run.made_directory() as own:
            for name, text in ((PAGE, _page), ("conformance.yaml", _conformance)):
                yield own.write(name, text(settings, result, name))
    for path, text in named.items():
        filing.write_named(path, text(settings, result, path.name))
        yield path


def _evidence(run: Run, config: pytest.Config) -> Iterator[str]:
    """The directories that failures have left, and the nodes' logs: each, or how many."""
    paths = sorted(path for path in run.directory.glob("*/") if path.is_dir())
    working = config.invocation_params.dir
    if len(paths) > MOST_DIRECTORIES and config.get_verbosity() <= 0:
        yield f"{os.path.relpath(run.directory, working)}/, {len(paths)} directories of evidence"
    else:
        yield from (os.path.relpath(path, working) for path in paths)


def _result(run: Run, config: pytest.Config) -> RunResult:
    # Only a run that writes reports reads every feature file once more.
    from svcdns.report import everything  # noqa: PLC0415 - as above

    ran = (ScenarioResult.read(plain) for of_level in run.tally.values() for plain in of_level)
    return RunResult(
        id=run.id,
        started=run.started,
        seconds=time.time() - run.started.timestamp(),
        version=resources.version(),
        subject=run.subject,
        settings=_settings(config),
        scenarios=everything.complete(ran),
        problems=tuple(run.problems),
        interrupted=run.interrupted,
    )


def _settings(config: pytest.Config) -> dict[str, str]:
    """The options that shaped the run, with those of pytest that left scenarios out."""
    chosen = {"-k": config.option.keyword, "-m": config.option.markexpr}
    said = config.stash[RUN].settings.given()
    return {flag: value for flag, value in (chosen | said).items() if flag not in _PRIVATE and (value or flag in said)}


def _page(settings: Settings, result: RunResult, name: str) -> str:
    from svcdns.report import page  # noqa: PLC0415 - a run without reports does not need it

    del settings, name
    return redact(page.render(result))


def _conformance(settings: Settings, result: RunResult, name: str) -> str:
    from svcdns.report import conformance, files  # noqa: PLC0415 - a run without reports does not need them

    implementation = conformance.Implementation(
        organization=settings.organization,
        project=settings.project,
        url=settings.url,
        version=settings.implementation_version,
        contact=tuple(filter(None, map(str.strip, settings.contact.split(",")))),
    )
    return files.text(conformance.document(result, implementation), name)


def _properties(run: Run, subject: Subject, config: pytest.Config) -> list[tuple[str, str]]:
    """What was tested, for JUnit."""
    facts = subject.facts
    return [
        ("run", run.id),
        *([("interrupted", run.interrupted)] if run.interrupted else []),
        ("tool", f"svcdns {resources.version()}"),
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
