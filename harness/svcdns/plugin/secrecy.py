"""What every report of pytest passes on its way to the terminal, to JUnit and to other reports: no credential is in it."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from svcdns.safety.redaction import redact


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remove credentials from a test's report: from its failure, from what was captured and from its properties."""
    report = yield
    _clean(report)
    report.user_properties[:] = [
        (name, redact(value) if isinstance(value, str) else value) for name, value in report.user_properties
    ]
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Remove credentials from the report of a collection that failed."""
    report = yield
    _clean(report)
    return report


def _clean(report: pytest.TestReport | pytest.CollectReport) -> None:
    if isinstance(report.longrepr, tuple):
        path, line, reason = report.longrepr
        report.longrepr = (path, line, redact(reason))
    elif report.longrepr is not None and redact(text := str(report.longrepr)) != text:
        # A text has no colours.
        report.longrepr = redact(text)
    report.sections[:] = [(title, redact(content)) for title, content in report.sections]
