"""Ctrl-C as a terminal sends it: to every process of the foreground process group, at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import Tools

ROOT = Path(__file__).parents[3]
RUN = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a run in the background would ignore it
from svcdns.targets.kind import KindCluster, KindSettings

with KindCluster(KindSettings(run="abcde"), lambda line: print(line, flush=True)):
    print("inside", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def running(tools: Tools) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", RUN],
        cwd=ROOT,
        env=tools.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    ) as process:
        yield process
        process.kill()


def until(running: subprocess.Popen[str], words: str) -> None:
    assert running.stdout is not None
    read = []
    for line in running.stdout:
        read.append(line)
        if words in line:
            return
    assert running.stderr is not None
    pytest.fail(f"{words!r} was never said: {''.join(read)}{running.stderr.read()}")


def interrupt(running: subprocess.Popen[str], number: int = signal.SIGINT) -> None:
    os.killpg(running.pid, number)


def ended(running: subprocess.Popen[str]) -> int:
    running.communicate(timeout=60)
    return running.returncode


def test_an_interrupted_creation_leaves_nothing(tools: Tools, running):
    tools.on("kind-create-cluster", "create(); say(' • Starting control-plane 🕹️  ...'); wait_for('never')")
    until(running, "Starting control-plane")
    interrupt(running)
    assert ended(running) == -signal.SIGINT
    assert tools.left == []


def test_an_interrupted_run_deletes_its_cluster(tools: Tools, running):
    until(running, "inside")
    interrupt(running)
    assert ended(running) == -signal.SIGINT
    assert tools.left == []


@pytest.mark.parametrize("second", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_waits_for_the_deletion(tools: Tools, running, second):
    tools.on("kind-delete-cluster", "(state / 'deleting').touch(); wait_for('go'); delete()")
    until(running, "inside")
    interrupt(running)
    while not (tools.state / "deleting").exists():
        assert running.poll() is None
        time.sleep(0.01)
    interrupt(running, second)
    interrupt(running, second)
    (tools.state / "go").touch()
    assert ended(running) == -second
    assert tools.left == []


def test_while_nodes_are_prepared_kind_is_left_to_itself(tools: Tools, running):
    # Docker loses track of a container that is deleted while it starts.
    prepared = "create(); (state / 'prepared').touch(); say(' • Starting control-plane 🕹️  ...')"
    tools.on("kind-create-cluster", f"say(' • Preparing nodes 📦  ...'); wait_for('go'); {prepared}; wait_for('never')")
    tools.on("kind-delete-cluster", "assert (state / 'prepared').exists(); delete()")
    until(running, "Preparing nodes")
    interrupt(running)
    until(running, "waiting for the end of: Preparing nodes")
    (tools.state / "go").touch()
    assert ended(running) == -signal.SIGINT
    assert tools.left == []


def test_a_container_that_comes_after_kind_has_failed_is_deleted_too(tools: Tools, running):
    # A `docker run` that kind has started goes on when another fails.
    late = "import sys, time; from pathlib import Path; time.sleep(0.5); Path(sys.argv[1]).touch()"
    tools.on(
        "kind-create-cluster",
        f"""
import subprocess
subprocess.Popen([sys.executable, "-c", {late!r}, str(containers / f"{{name}}-worker")])
say(" • Preparing nodes 📦  ...", "ERROR: failed to create cluster: no")
sys.exit(1)
""",
    )
    assert ended(running) == 1
    assert tools.left == []


def test_a_pull_is_ended_with_kind(tools: Tools, running):
    pipe = tools.state / "pulling"
    os.mkfifo(pipe)
    tools.on(
        "kind-create-cluster",
        f"""
import subprocess
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], stdout=open({str(pipe)!r}, "w"))
say(" • Ensuring node image (x) 🖼  ...")
wait_for("never")
""",
    )
    with pipe.open() as pulling:
        until(running, "Ensuring node image")
        interrupt(running)
        assert ended(running) == -signal.SIGINT
        # The end of the file: nobody holds it open any more.
        assert pulling.read() == ""
    assert tools.left == []


def test_a_kind_that_ignores_signals_is_killed(tools: Tools, running):
    deaf = "signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    tools.on("kind-create-cluster", f"{deaf}; create(); say(' • Joining worker nodes'); wait_for('never')")
    until(running, "Joining worker nodes")
    interrupt(running)
    assert ended(running) == -signal.SIGINT
    assert tools.left == []
