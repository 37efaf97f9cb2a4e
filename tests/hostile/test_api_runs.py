"""Whatever an API server does, a run of it ends in words: when it is interrupted, and when what it reads is malformed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from svcdns import records, resources, state
from svcdns.server import Server
from tests.api_server import ApiServer, Reply, Request, as_json, kubeconfig, serving
from tests.hostile import answers
from tests.waiting import within

STATE = state.load(resources.fixtures() / "recorded" / "combo1-deployment-clusterip" / "ready" / "state.json")

#: From the last signal to the end of the process. It takes some 3 s; what is not ended takes 30 s and more, or for
#: ever.
SECONDS = 20

Moment = Callable[[Request], bool]


@pytest.fixture(scope="module")
def nameserver() -> Iterator[str]:
    with Server(lambda request: records.answer(STATE, request, records.COREDNS)) as running:
        yield f"127.0.0.1:{running.port}"


def dripping() -> Iterator[bytes]:
    while True:
        time.sleep(0.05)
        yield b" "


def endless() -> Iterator[bytes]:
    while True:
        yield b'{"type":"BOOKMARK","object":{}}\n' * 2_000


def is_(method: str, *parts: str) -> Moment:
    return lambda request: (
        request.method == method and all(part in request.path for part in parts) and not request.watches
    )


def is_watch(request: Request) -> bool:
    return request.watches


DRIP, END, FLOOD, BUSY = (
    lambda: Reply(dripping()),
    lambda: Reply(b""),
    lambda: Reply(endless()),
    lambda: Reply(b"{}", 503),
)
MOMENTS: dict[str, tuple[Moment, Callable[[], Reply]]] = {
    "greeting": (is_("GET", "/version"), DRIP),
    "discovery": (is_("GET", "/apis/apps/v1"), DRIP),
    "rights": (is_("POST", "selfsubjectaccessreviews"), DRIP),
    "a dry run": (is_("POST", "/namespaces/default/services"), DRIP),
    "lists": (is_("GET", "/api/v1/pods"), DRIP),
    "a busy server": (is_("GET", "/api/v1/pods"), BUSY),
    "watches that end at once": (is_watch, END),
    "watches that flood": (is_watch, FLOOD),
    "the lease": (is_("POST", "leases"), DRIP),
    "worlds": (is_("POST", "/api/v1/namespaces"), DRIP),
    "the end": (is_("DELETE", ""), DRIP),
}


class Run:
    """`svcdns run` in a process of its own."""

    def __init__(self, directory: Path, url: str, nameserver: str) -> None:
        options = ("--target", "cluster", "--context", "a", "--nameserver", nameserver, "-k", "clusterip", "-x")
        self.output = directory / "output"
        with self.output.open("w") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "svcdns", "run", *options, f"--kubeconfig={kubeconfig(directory, url)}"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=directory,
                env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
            )

    def interrupt(self) -> None:
        self._process.send_signal(signal.SIGINT)

    def ended(self, seconds: float) -> bool:
        return within(seconds, lambda: self._process.poll() is not None)

    @property
    def code(self) -> int | None:
        return self._process.returncode

    @property
    def said(self) -> str:
        return self.output.read_text()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture
def run(tmp_path: Path, nameserver: str) -> Iterator[Callable[[ApiServer], Run]]:
    runs: list[Run] = []

    def started(server: ApiServer) -> Run:
        runs.append(Run(tmp_path, server.url, nameserver))
        return runs[0]

    yield started
    for one in runs:
        one.kill()


#: One signal ends a run wherever it is, and so do several.
TIMES = [*((name, 1) for name in MOMENTS), *((name, 3) for name in ("greeting", "watches that flood", "the end"))]


@pytest.mark.parametrize(("name", "times"), TIMES)
def test_an_interrupted_run_ends_at_once(name: str, times: int, run):
    """From the moment on every request of the kind is answered wrongly."""
    moment, reply = MOMENTS[name]
    refused = is_("PATCH", "/namespaces/svcdns-", "/services/")

    def wrong(request: Request) -> Reply | None:
        if moment(request):
            return reply()
        # A world that cannot be made goes at once.
        return as_json(answers.refusal(422), 422) if name == "the end" and refused(request) else None

    with serving(answers.objects(), wrong) as server:
        running = run(server)
        assert within(60, lambda: server.count(moment) > 0), running.said
        time.sleep(0.3)
        for _ in range(times):
            running.interrupt()
            time.sleep(0.3)
        assert running.ended(SECONDS), running.said
    assert "Traceback" not in running.said


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/version", b"[]", "is not an API server: the API server URL answered with a version that is malformed"),
        ("/version", b"x" * 70 * 2**20, 'the API server URL of the context "a" sent more than 64 MiB'),
        ("/apis/apps/v1", b'{"resources": 1}', "resources: expected a list, got a whole number"),
        ("/api/v1/pods", b'{"items": [{}]}', "a list of Pods that is malformed: items[0].spec: is missing"),
        ("/api/v1/namespaces", b"[" * 1_000, "sent JSON of more than 200 nested levels"),
        ("/api/v1/services", b"\xff", "a list of Services that is malformed: it is not JSON"),
    ],
)
def test_a_server_whose_answers_are_malformed_is_a_usage_error_of_one_line(path: str, body: bytes, said: str, run):
    with serving(
        answers.objects(), lambda request: Reply(body) if request.path == path and not request.watches else None
    ) as server:
        running = run(server)
        assert running.ended(60), running.said
        (line,) = (line for line in running.said.splitlines() if "ERROR" in line)
    assert running.code == 4
    assert said.replace("URL", server.url) in line
    assert "Traceback" not in running.said
