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


@pytest.mark.parametrize("where", DROPPING)
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_an_interrupt_that_python_drops_comes_again(where: str, name: str) -> None:
    body = "\n".join(f"    {line}" for line in DROPPING[where].format(name=name).splitlines())
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(body=body)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert (ended.stdout.splitlines(), ended.stderr) == (["dropped", "interrupted"], "")
