"""The process of a relay: started when it is needed, started again when it fails, and ended at the end."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from svcdns.errors import UndeterminedError
from svcdns.targets.cluster.vantages.probe import relay as script
from svcdns.targets.cluster.vantages.probe.relaying import Relay, _Session, _SessionError

PATIENCE = 20
WORKING = (sys.executable, "-I", script.__file__)


def failing(words: str) -> tuple[str, ...]:
    return (sys.executable, "-c", f"import sys; sys.exit({words!r})")


class Commands:
    """One command after the other, and how many were used."""

    def __init__(self, *commands: tuple[str, ...]) -> None:
        self.left = list(commands)
        self.used = 0

    def __call__(self) -> tuple[str, ...]:
        self.used += 1
        return self.left.pop(0)


@pytest.fixture
def relay_of():
    made = []

    def make(*commands):
        made.append(Relay(Commands(*commands), "the pod t/probe"))
        return made[-1]

    yield make
    for one in made:
        one.close()


def works(relay: Relay) -> bool:
    return relay.ask(b"addresses", b"127.0.0.1", b"4", timeout_seconds=PATIENCE) == [b"127.0.0.1"]


def test_nothing_is_started_before_it_is_needed(relay_of):
    relay = relay_of(WORKING)
    assert relay._command.used == 0
    assert works(relay)
    assert works(relay)
    assert relay._command.used == 1


def test_a_process_that_fails_once_is_started_again(relay_of):
    assert works(relay_of(failing("no connection"), WORKING))


def test_a_process_that_dies_between_requests_is_started_again(relay_of):
    relay = relay_of(WORKING, WORKING)
    assert works(relay)
    relay._session._process.kill()
    assert works(relay)


def test_a_process_that_fails_twice_leaves_the_answer_undetermined(relay_of):
    relay = relay_of(failing("try again"), failing('pods "probe" not found'))

    with pytest.raises(UndeterminedError) as caught:
        works(relay)

    assert str(caught.value) == 'the relay in the pod t/probe failed twice: pods "probe" not found'


def test_a_process_that_writes_anything_else_leaves_the_answer_undetermined(relay_of):
    chatting = (sys.executable, "-c", "print('Welcome to this fine machine, and mind the gap.')")
    relay = relay_of(chatting, chatting)

    with pytest.raises(UndeterminedError, match="it sent a reply that cannot be read"):
        works(relay)


def test_all_waiting_requests_are_served_by_the_next_process(relay_of):
    deaf = (sys.executable, "-c", "import sys; [sys.stdin.buffer.read(1) for _ in range(100)]; sys.exit('enough')")
    relay = relay_of(deaf, WORKING)

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(lambda _: works(relay), range(6))) == [True] * 6


def test_a_process_that_does_not_reply_is_given_up():
    silent = _Session((sys.executable, "-c", "import sys; sys.stdin.read()"))
    try:
        with pytest.raises(_SessionError, match=r"no reply within 0\.1 s"):
            silent.ask(b"environment", timeout_seconds=0.1)
    finally:
        silent.kill()


def test_a_closed_relay_ends_its_process_and_may_be_used_again(relay_of):
    relay = relay_of(WORKING, WORKING)
    assert works(relay)
    process = relay._session._process
    relay.close()

    assert process.returncode == 0
    assert works(relay)


def test_a_process_that_ignores_the_end_of_its_input_is_killed(relay_of, monkeypatch):
    monkeypatch.setattr("svcdns.targets.cluster.vantages.probe.relaying._FAREWELL_SECONDS", 0.1)
    stubborn = _Session((sys.executable, "-c", "import threading; threading.Event().wait()"))
    stubborn.close()

    assert stubborn._process.returncode < 0
