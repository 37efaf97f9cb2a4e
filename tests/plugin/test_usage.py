"""Wrong usage is one line and exit code 4; exit code 2 is for interruptions alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.plugin.conftest import Write, small

WRONG = small("Wrong").replace(
    'the Service "test-svc" answers its virtual IP, and nothing else', '"test-svc" does not exist'
)

USAGE = {
    "an unknown fault": (("--fault", "nosuch"), "unknown fault 'nosuch': run `svcdns faults` for the list"),
    "an unknown fault on kind": (("--target", "kind", "--fault", "nosuch"), "unknown fault 'nosuch': *"),
    "an unknown tag": (("-m", "nosuch"), "Unknown marker(s) in '-m' expression: nosuch*"),
    "no expression": (("-k", "a and"), "Wrong expression passed to '-k': *"),
    "an unknown target": (("--target", "nosuch"), "--target: 'nosuch' is not one of reference, kind, cluster"),
    "no kubeconfig": (
        ("--target", "cluster", "--context", "x", "--kubeconfig", "/nosuch"),
        "/nosuch: there is no such kubeconfig; *",
    ),
    "no context": (("--target", "cluster"), "--target cluster needs --context NAME; *"),
    "no kind": (("--target", "kind", "--kind-bin", "/nosuch"), "there is no /nosuch: install kind *"),
    "no test": (("small.feature::test_nosuch",), "not found: *small.feature::test_nosuch (no match in any of *"),
    "no file": (("nosuch.feature",), "file or directory not found: nosuch.feature"),
    "a directory of reports that takes none": (("--html-report", "/proc/x.html"), "the report cannot be written to /proc/x.html: *"),
    "a device": (("--conformance-report", "/dev/full/x.yaml"), "the report cannot be written to *"),
    "a full device": (("--html-report", "/dev/full"), "the report cannot be written to /dev/full: it is not a file *"),
    "a directory": (("--html-report", "."), "the report cannot be written to *: it is not a file *"),
    "a log file of pytest's": (("--log-file", "/proc/x.log"), "the report cannot be written to /proc/x.log: *"),
    "JUnit": (("--junitxml", "/proc/x.xml"), "the report cannot be written to /proc/x.xml: *"),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "line"), USAGE.values(), ids=USAGE)
def test_wrong_usage_is_told_in_one_line(
    arguments: tuple[str, ...], line: str, feature: Write, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("KUBECONFIG", raising=False)
    feature(small("Right"))
    result = pytester.runpytest_inprocess(*(() if line.startswith(("not found", "file or")) else (".",)), *arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert not "".join(result.outlines).strip()
    result.stderr.fnmatch_lines([f"ERROR: {line}"])
    assert len(list(filter(None, result.errlines))) == 1


def test_a_target_that_cannot_be_opened_is_told_in_one_line(
    feature: Write, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
):
    from svcdns.errors import UndeterminedError  # noqa: PLC0415 - a run inside this process loads it anew
    from svcdns.targets.reference import Reference  # noqa: PLC0415 - as above

    def refuse(_: object) -> None:
        raise UndeterminedError("the API server is gone")

    monkeypatch.setattr(Reference, "__enter__", refuse)
    feature(small("Right"))
    result = pytester.runpytest_inprocess(".")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert (result.outlines, list(filter(None, result.errlines))) == ([], ["ERROR: the API server is gone"])


def test_a_right_run_shows_its_beginning(feature: Write, pytester: pytest.Pytester):
    feature(small("Right"))
    result = pytester.runpytest_inprocess(".")
    result.stdout.fnmatch_lines(
        ["*test session starts*", "svcdns: target reference*", "collected 1 item", "*1 passed*"]
    )


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_run_that_stops_at_its_first_failure_has_failed(workers: str, feature: Write, pytester: pytest.Pytester):
    for name in "abc":
        feature(WRONG, f"{name}.feature")
    assert pytester.runpytest_subprocess(".", "-x", "-n", workers).ret == pytest.ExitCode.TESTS_FAILED


def test_an_interrupted_run_exits_with_2(feature: Write, pytester: pytest.Pytester):
    feature(small("Right"))
    pytester.makepyfile(interrupting="def pytest_bdd_before_scenario():\n    raise KeyboardInterrupt\n")
    assert pytester.runpytest_subprocess(".", "-p", "interrupting").ret == pytest.ExitCode.INTERRUPTED


def test_a_plugin_may_play_every_example_again(feature: Write, pytester: pytest.Pytester):
    """As pytest-repeat does."""
    feature(
        small("Right").replace("Scenario: Right", "Scenario Outline: Right <name>").replace('"test-svc"', '"<name>"')
        + "\n    Examples:\n      | name |\n      | test-svc |\n      | test-svc.my-namespace.svc.cluster.local |\n"
    )
    pytester.makepyfile(
        repeating="""
        import pytest

        @pytest.fixture
        def number(request):
            return request.param

        @pytest.hookimpl(trylast=True)
        def pytest_generate_tests(metafunc):
            metafunc.fixturenames.append("number")
            metafunc.parametrize("number", range(3), indirect=True)
        """
    )
    pytester.syspathinsert()
    pytester.runpytest_inprocess(".", "-p", "repeating").assert_outcomes(passed=6)


def test_what_is_played_again_counts_once(feature: Write, pytester: pytest.Pytester):
    """As pytest-rerunfailures plays it."""
    feature(WRONG)
    pytester.makepyfile(
        again="""
        import pytest
        from _pytest.runner import runtestprotocol

        @pytest.hookimpl(tryfirst=True)
        def pytest_runtest_protocol(item, nextitem):
            for again in (True, False):
                for report in runtestprotocol(item, nextitem=nextitem, log=False):
                    if again and report.when == "call":
                        report.outcome = "rerun"
                    item.ihook.pytest_runtest_logreport(report=report)
            return True
        """
    )
    pytester.syspathinsert()
    result = pytester.runpytest_inprocess(".", "-p", "again")
    result.stdout.fnmatch_lines(["core: 1 not conformant"])


def test_warnings_of_other_plugins_are_no_errors(feature: Write, pytester: pytest.Pytester):
    feature(small("Right"))
    pytester.makepyfile(
        warning="import warnings\n\ndef pytest_runtest_setup():\n    warnings.warn('old', stacklevel=2)\n"
    )
    pytester.runpytest_subprocess(".", "-p", "warning").assert_outcomes(passed=1, warnings=1)


def test_the_reports_of_a_refused_run_are_not_written(feature: Write, pytester: pytest.Pytester):
    feature(small("Same", "Same"))
    assert pytester.runpytest_inprocess(".", "--html-report", "x.html").ret == pytest.ExitCode.USAGE_ERROR
    assert not Path(pytester.path / "x.html").exists()
