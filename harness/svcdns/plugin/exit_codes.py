"""The exit code of a run: 2 means that it was interrupted, and nothing else; what cannot be collected is wrong usage, 4."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from svcdns.plugin import withholding


class ExitCodes:
    """Notes what the exit code depends on, in the process that has it and in the workers of xdist."""

    def __init__(self, config: pytest.Config) -> None:
        self._goes_on = bool(config.option.continue_on_collection_errors)
        self._uncollected = False
        self._interrupted = False

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note that something cannot be collected."""
        self._uncollected |= report.failed and not self._goes_on

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Run nothing where something cannot be collected, before pytest calls that an interruption.

        Raises:
            pytest.Session.Failed: if so.
        """
        if self._uncollected:
            withholding.release(session.config)
            count = session.testsfailed
            session.shouldfail = f"{count} error{'s' * (count != 1)} during collection, so nothing was run"
            raise session.Failed(session.shouldfail)

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Note an interruption; that a session stops, as after its first failure, is raised as a subclass of it."""
        self._interrupted |= excinfo.type in (KeyboardInterrupt, pytest.exit.Exception)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, object, object]:
        """Correct the exit code."""
        if session.exitstatus in (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.TESTS_FAILED) and not self._interrupted:
            session.exitstatus = pytest.ExitCode.USAGE_ERROR if self._uncollected else pytest.ExitCode.TESTS_FAILED
        return (yield)


def pytest_configure(config: pytest.Config) -> None:
    """Begin to note it."""
    config.pluginmanager.register(ExitCodes(config), "svcdns-exit-codes")
