"""An API server that a test may take away for some seconds: stopped where it stands, or ended and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.live.environment import CONTEXT

#: The file with the process id of an API server on this machine, which may be stopped and restarted.
PID_FILE = os.environ.get("SVCDNS_TEST_API_SERVER", "")

MANIFEST, ASIDE = "/etc/kubernetes/manifests/kube-apiserver.yaml", "/root/kube-apiserver.yaml"

#: Takes the API server away for some seconds.
Away = Callable[[float], None]


def ways() -> dict[str, Away]:
    """Return the ways to take the API server away; none where that is not allowed."""
    if PID_FILE:
        return {"stopped": _stopped, "restarted": _restarted}
    if CONTEXT.startswith("kind-"):
        return {"stopped": _stopped_in_node, "restarted": _moved_in_node}
    pytest.skip(
        "NO API SERVER: set SVCDNS_TEST_API_SERVER to the file with the process id of one that may be restarted"
    )


def _stopped(seconds: float) -> None:
    process = int(Path(PID_FILE).read_text())
    os.kill(process, signal.SIGSTOP)
    try:
        time.sleep(seconds)
    finally:
        os.kill(process, signal.SIGCONT)


def _restarted(seconds: float) -> None:
    process = int(Path(PID_FILE).read_text())
    arguments = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")[:-1]
    os.kill(process, signal.SIGKILL)
    try:
        time.sleep(seconds)
    finally:
        # It outlives the test.
        start = ["sh", "-c", 'setsid "$@" >/dev/null 2>&1 </dev/null & echo $!', "sh", *arguments]
        Path(PID_FILE).write_text(subprocess.run(start, check=True, capture_output=True, text=True).stdout.strip())


def _in_node(*command: str) -> None:
    node = f"{CONTEXT.removeprefix('kind-')}-control-plane"
    subprocess.run(["docker", "exec", node, *command], check=True, capture_output=True)


def _stopped_in_node(seconds: float) -> None:
    _in_node("pkill", "-STOP", "-x", "kube-apiserver")
    try:
        time.sleep(seconds)
    finally:
        _in_node("pkill", "-CONT", "-x", "kube-apiserver")


def _moved_in_node(seconds: float) -> None:
    _in_node("mv", MANIFEST, ASIDE)
    try:
        # The kubelet sees it within seconds.
        time.sleep(seconds)
    finally:
        _in_node("mv", ASIDE, MANIFEST)
