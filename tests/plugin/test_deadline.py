"""A run ends at its deadline, whatever it waits for."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from svcdns.errors import UsageError
from svcdns.plugin import options
from tests.api_server import Objects, Reply, Request, kubeconfig, serving
from tests.plugin.conftest import Write, small

SLOW = """\
import time
from pytest_bdd import then

@then("somebody sleeps")
def sleeps():
    time.sleep(600)
"""

REASON = "the deadline of the run, --deadline 4s, was over"


@pytest.mark.parametrize("workers", ["0", "1"])
def test_what_is_left_at_the_deadline_is_not_determined(workers: str, feature: Write, pytester: pytest.Pytester):
    pytester.makeconftest(SLOW)
    feature(small("Slow", "Late").replace("    Then", "    Then somebody sleeps\n    And", 1))
    result = pytester.runpytest_subprocess(".", "--deadline", "4s", "-n", workers, "--conformance-report", "c.json")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(skipped=2)
    result.stdout.fnmatch_lines([f"*{REASON}*", "*written: c.json*"])
    assert json.loads((pytester.path / "c.json").read_text())


@pytest.mark.parametrize("value", ["0s", "10", "1.5h", "-3m", "5s1h", "s", "1h 5m", "tomorrow"])
def test_what_is_no_duration_is_one_line(value: str, feature: Write, pytester: pytest.Pytester):
    feature(small("Right"))
    result = pytester.runpytest_inprocess(".", f"--deadline={value}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [f"ERROR: --deadline {value!r} is not a duration; write it as 90s, 10m or 1h30m"], consecutive=True
    )


@pytest.mark.parametrize(("value", "seconds"), [("90s", 90), ("10m", 600), ("1h30m", 5400), ("2h5s", 7205), ("", None)])
def test_a_duration_is_hours_minutes_and_seconds(value: str, seconds: int | None, pytester: pytest.Pytester):
    config = pytester.parseconfig("-p", "svcdns.plugin", *([f"--deadline={value}"] if value else []))
    try:
        assert options.settings(config).deadline_seconds == seconds
    except UsageError:
        pytest.fail("it is a duration")


def dripping() -> Iterator[bytes]:
    while True:
        time.sleep(0.05)
        yield b" "


def test_an_opening_that_hangs_ends_at_the_deadline_and_the_reports_say_so(feature: Write, pytester: pytest.Pytester):
    feature(small("Right"))

    def wrong(request: Request) -> Reply | None:
        return Reply(dripping()) if request.path.endswith("/services") and request.method == "GET" else None

    with serving(Objects(), wrong) as server:
        named = ("--context", "a", "--kubeconfig", str(kubeconfig(pytester.path, server.url)))
        options = ("--target", "cluster", "--nameserver", "127.0.0.1:9", *named, "--deadline", "4s")
        result = pytester.runpytest_subprocess(".", *options, "--conformance-report", "c.json")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines([f"*{REASON}*", "*written: c.json*"])
