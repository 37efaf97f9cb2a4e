"""Whole runs on the cluster, each in a process of its own, and their interruption."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from tests.live.environment import CONTEXT, KUBECONFIG, NAMESERVER

from svcdns import resources

ROOT = resources.features().parent

#: A run in the background would ignore Ctrl-C otherwise.
_PYTEST = """
import signal, sys, pytest
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(pytest.main(sys.argv[1:]))
"""


def command(*arguments: str) -> list[str]:
    """The command of a run by the probe vantage, or against the DNS server that the environment names."""
    vantage = ["--nameserver", NAMESERVER] if NAMESERVER else ["--vantage", "probe"]
    target = ["--target", "cluster", "--kubeconfig", KUBECONFIG, "--context", CONTEXT, *vantage]
    return [sys.executable, "-c", _PYTEST, *target, *arguments]


def interrupted(arguments: Sequence[str], stop: Callable[[int], None], most_seconds: float) -> tuple[int, str]:
    """Start a run, and stop it at a random moment after its first line; its exit status and its output."""
    with subprocess.Popen(
        command(*arguments),
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        process_group=0,
    ) as process:
        assert process.stdout is not None
        # Before pytest has read the options the run has made nothing, and an interrupted import may fail anyhow.
        begun = next((line for line in process.stdout if line.startswith("svcdns: target")), "")
        time.sleep(random.uniform(0, most_seconds))
        with suppress(ProcessLookupError):
            stop(process.pid)
        output = begun + process.stdout.read()
    return process.returncode, output


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    """Whether something holds within some seconds; checked twice a second, since an API server is asked."""
    end = time.monotonic() + seconds
    while not (held := holds()) and time.monotonic() < end:
        time.sleep(0.5)
    return held
