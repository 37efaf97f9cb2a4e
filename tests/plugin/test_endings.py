"""How runs end: whatever fails on the way, and whoever is still at work."""

from __future__ import annotations

import pytest

from tests.plugin.conftest import Write, small


def test_a_target_is_closed_though_what_was_made_there_cannot_be_removed(feature: Write, pytester: pytest.Pytester):
    feature(small("One", "Two"))
    pytester.makepyfile(
        interrupting="""
        from svcdns.errors import TargetError
        from svcdns.targets.reference import Reference

        def refuse(self, namespace):
            raise TargetError("the API server is gone")

        def closed(self, *_):
            print("the target was closed")

        Reference.delete_namespace, Reference.__exit__ = refuse, closed

        def pytest_bdd_after_step(step):
            if step.type == "then":
                raise KeyboardInterrupt
        """
    )
    result = pytester.runpytest_subprocess(".", "-s", "-p", "interrupting")
    result.stdout.fnmatch_lines(["*the target was closed", "left behind: the API server is gone"])


def test_an_interrupted_run_ends_its_workers_before_it_closes(
    feature: Write, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
):
    # It is there where this test itself runs in a worker.
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    feature(small(*(f"Number {number}" for number in range(40))))
    pytester.makepyfile(
        interrupting="""
        import os
        import signal
        import time
        from pathlib import Path

        from svcdns.plugin.session import Run
        from svcdns.targets.reference import Reference

        HEARD = Path(__file__).with_name("heard.txt")
        close, create = Run.close, Reference.create_namespace

        def say(text):
            with HEARD.open("a") as file:
                print(text, file=file)

        def closing(self):
            if "PYTEST_XDIST_WORKER" not in os.environ:
                say("closed")
            close(self)

        def creating(self, namespace, **more):
            say("made")
            time.sleep(0.2)
            create(self, namespace, **more)

        Run.close, Reference.create_namespace = closing, creating

        def pytest_testnodeready():
            signal.signal(signal.SIGINT, signal.default_int_handler)

        def pytest_runtest_logreport(report):
            if "PYTEST_XDIST_WORKER" not in os.environ and report.when == "call":
                os.kill(os.getpid(), signal.SIGINT)
        """
    )
    text = (pytester.path / "small.feature").read_text()
    (pytester.path / "small.feature").write_text(
        text.replace("    Then", '    When the Service "test-svc" is deleted\n    Then').replace(
            'the Service "test-svc" answers its virtual IP, and nothing else', '"test-svc" does not exist'
        )
    )
    (pytester.path / "other.feature").write_text((pytester.path / "small.feature").read_text())
    result = pytester.runpytest_subprocess(".", "-n", "2", "-p", "interrupting")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    heard = (pytester.path / "heard.txt").read_text().split()
    assert "made" in heard
    assert "made" not in heard[heard.index("closed") :]
