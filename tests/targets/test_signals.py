"""An interrupt ends a run wherever it arrives."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

#: What Python does with an exception in each of these: it says so, and goes on.
DROPPING = {
    "a finalizer": """
class Dropping:
    def __del__(self):
        signal.raise_signal(signal.{name})

Dropping()
""",
    "a weak reference's callback": """
class Referenced: pass

referenced = Referenced()
reference = weakref.ref(referenced, lambda _: signal.raise_signal(signal.{name}))
del referenced
""",
}

SCRIPT = """
import signal, sys, time, weakref
from svcdns.targets import signals

signals.end_orderly()
try:
{body}
    print("dropped", flush=True)
    time.sleep(30)
except KeyboardInterrupt:
    print("interrupted")
"""


def run(script: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a process of its own, which signals end."""
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


@pytest.mark.parametrize("where", DROPPING)
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_an_interrupt_that_python_drops_comes_again(where: str, name: str) -> None:
    body = "\n".join(f"    {line}" for line in DROPPING[where].format(name=name).splitlines())
    ended = run(SCRIPT.format(body=body))
    assert (ended.stdout.splitlines(), ended.stderr) == (["dropped", "interrupted"], "")


HELD = """
import os, signal
from svcdns.targets import signals

signals.end_orderly()
try:
    signals.release()
    signals.hold()
    os.kill(os.getpid(), signal.{name})
    print("done")
    signals.release()
    print("not reached")
except KeyboardInterrupt as interrupt:
    print("interrupted by", interrupt)
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_an_interrupt_is_held_back_until_what_must_be_done_is_done(name: str) -> None:
    ended = run(HELD.format(name=name))
    assert (ended.stdout.splitlines(), ended.stderr) == (["done", f"interrupted by {name}"], "")


INSISTED = """
import os, signal, time
from svcdns.targets import signals
from svcdns.targets.signals import Insistence

signals.end_orderly()
try:
    with Insistence("still cleaning", lambda: print("hurry")):
        # As `timeout` does: to the process, and to its group.
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(1.2)
        print("cleaning")
        os.kill(os.getpid(), signal.SIGINT)
        print("not reached")
except KeyboardInterrupt as interrupt:
    print("ended by", interrupt)
"""


def test_two_signals_at_once_are_one_interruption_and_a_later_one_ends_the_cleanup() -> None:
    ended = run(INSISTED)
    assert ended.stdout.splitlines() == ["hurry", "cleaning", "ended by SIGINT"]
    assert ended.stderr.strip() == "svcdns: still cleaning"
