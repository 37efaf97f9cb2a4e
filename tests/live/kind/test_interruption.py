"""Ctrl-C while a real cluster is created, as a terminal sends it: to the whole foreground process group."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(300)

ROOT = Path(__file__).parents[3]
RUN = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a run in the background would ignore it
from svcdns.targets.kind import KindCluster, KindSettings

run, image = sys.argv[1:]
with KindCluster(KindSettings(run=run, image=image, nodes=2), lambda line: print(line, flush=True)):
    print("inside", flush=True)
"""


#: While containers come, and while they all run.
PHASES = ("Ensuring node image", "Joining worker nodes")


@pytest.mark.parametrize("phase", PHASES)
def test_an_interrupted_creation_leaves_nothing(settings, phase):
    with subprocess.Popen(
        [sys.executable, "-c", RUN, settings.run, settings.image],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    ) as running:
        try:
            assert running.stdout is not None
            assert any(phase in line for line in running.stdout)
            time.sleep(random.uniform(0, 2))
            os.killpg(running.pid, signal.SIGINT)
            _, errors = running.communicate(timeout=120)
        finally:
            running.kill()
    assert running.returncode == -signal.SIGINT, errors
