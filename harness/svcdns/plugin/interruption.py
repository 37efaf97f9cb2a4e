"""An interruption: pytest ends the session with one line that names the signal, and exit code 2."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager

import pytest

from svcdns.targets import signals


def said(excinfo: pytest.ExceptionInfo[BaseException]) -> str:
    """Return what interrupted a session, or empty where it stopped by itself, as after its first failure."""
    # pytest raises subclasses of KeyboardInterrupt for that.
    if excinfo.type is KeyboardInterrupt:
        return _sentence(excinfo.value)
    return str(excinfo.value) if excinfo.type is pytest.exit.Exception else ""


@contextmanager
def _named() -> Iterator[None]:
    """Raise an interruption as pytest's own, which shows its message and no place in our code."""
    try:
        yield
    except KeyboardInterrupt as error:
        if type(error) is not KeyboardInterrupt:
            raise
        raise pytest.exit.Exception(_sentence(error), returncode=pytest.ExitCode.INTERRUPTED) from None


def _sentence(error: BaseException) -> str:
    return f"interrupted by {error}" if str(error) else "interrupted"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionstart() -> Generator[None, None, None]:
    """While the target is opened for workers."""
    with _named():
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Generator[None, object, object]:
    """While scenarios are collected, and the target is opened."""
    with _named():
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtestloop() -> Generator[None, object, object]:
    """While scenarios are played."""
    with _named():
        return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport() -> None:
    """Hold an interruption back while a report is made: old-style wrappers of plugins would turn it into an internal error."""
    signals.hold()


@pytest.hookimpl(trylast=True)
def pytest_runtest_logreport() -> None:
    """Let an interruption come once the report is counted."""
    signals.release()


@pytest.hookimpl(trylast=True)
def pytest_runtest_logfinish() -> None:
    """Let an interruption come where the report was not to be counted."""
    signals.release()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call() -> None:
    """Let an interruption come while a scenario is waited for, whether its setup was counted or not."""
    signals.release()
