"""A relay whose stream is garbled leaves the answer open, and one that is asked nonsense goes on."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from threading import Timer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcdns.client import ask_all
from svcdns.errors import UndeterminedError
from svcdns.targets.cluster.vantages.pod_resolver import PodResolver
from svcdns.targets.cluster.vantages.probe import relay as script
from svcdns.targets.cluster.vantages.probe import relaying
from svcdns.targets.cluster.vantages.probe.relaying import Relay, Relayed
from tests.client.servers import WEB

IDENT = b"0"
ANSWERED = script.pack([b"", b"no answer within 1 s"])
#: Reads until it was asked, says what it is given, and ends.
SAYING = "import sys; sys.stdin.buffer.read(4); sys.stdout.buffer.write(bytes.fromhex(sys.argv[1])); sys.stdout.flush()"


def ok(*fields: bytes) -> bytes:
    return script.message([IDENT, b"ok", *fields])


GARBLED = {
    "an empty message": script.message([]),
    "an id alone": script.message([IDENT]),
    "a length beyond what a message may have": b"\xff\xff\xff\xff",
    "a field that is cut short": (8).to_bytes(4) + (100).to_bytes(4) + b"abcd",
    "no answer": ok(),
    "an answer too few": ok(ANSWERED),
    "an answer too many": ok(ANSWERED, ANSWERED, ANSWERED),
    "an answer without a field": ok(b"", ANSWERED),
    "an answer that is no list of fields": ok(b"\xff\xff\xff\xff", ANSWERED),
    "a discarded message without a reason": ok(script.pack([b"", b"x", b"y"]), ANSWERED),
    "words that are not UTF-8": ok(script.pack([b"", b"\xff\xfe"]), ANSWERED),
    "an error that is not UTF-8": script.message([IDENT, b"error", b"\xff\xfe"]),
}


@pytest.mark.parametrize("said", GARBLED.values(), ids=list(GARBLED))
def test_an_unreadable_reply_of_a_relay_leaves_the_answer_undetermined(said: bytes):
    relay = Relay(lambda: (sys.executable, "-IS", "-c", SAYING, said.hex()), "the pod t/probe")
    try:
        with pytest.raises(UndeterminedError, match="the relay in the pod t/probe"):
            ask_all(Relayed(relay, "192.0.2.1"), [WEB, WEB], transport="udp", timeout_seconds=1)
    finally:
        relay.close()


def test_facts_that_make_no_sense_leave_the_answer_open():
    relay = Relay(lambda: (sys.executable, "-IS", "-c", SAYING, ok(b"nameserver 192.0.2.1").hex()), "the pod t/probe")
    try:
        with pytest.raises(UndeterminedError, match="cannot be read"):
            _ = PodResolver(relay).environment
    finally:
        relay.close()


@given(octets=st.binary(max_size=60) | st.lists(st.binary(max_size=8), max_size=4).map(script.message))
def test_any_stream_is_messages_and_then_an_end_or_an_error(octets: bytes):
    stream = io.BytesIO(octets)
    with suppress(ValueError):
        while (fields := script.read(stream)) is not None:
            assert all(isinstance(field, bytes) for field in fields)


KINDS = st.sampled_from([b"exchange", b"addresses", b"environment", b"", b"\xff"])
#: No address among them is one that anything would be sent to.
ARGUMENTS = st.lists(st.sampled_from([b"", b"x", b"\xff", b"udp", b"tcp", b"53", b"-1", b"70000", b"nan"]), max_size=6)


@given(requests=st.lists(st.tuples(KINDS, ARGUMENTS), max_size=4))
def test_requests_that_make_no_sense_are_answered_with_an_error(requests: list[tuple[bytes, list[bytes]]]):
    asked = [[str(number).encode(), kind, *arguments] for number, (kind, arguments) in enumerate(requests)]
    source, sink = os.pipe()
    with os.fdopen(source, "rb") as replies:
        script.serve(io.BytesIO(b"".join(map(script.message, asked))), sink)
        found = [script.read(replies) for _ in asked]
        os.close(sink)
    assert {reply[0] for reply in found} == {request[0] for request in asked}
    assert {reply[1] for reply in found} <= {b"ok", b"error"}


def test_a_reply_that_would_be_too_long_is_an_error(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(script, "MOST_OCTETS", 64)
    monkeypatch.setitem(script._KINDS, b"environment", lambda: [bytes(100)])
    source, sink = os.pipe()
    with os.fdopen(source, "rb") as replies:
        script.serve(io.BytesIO(script.message([IDENT, b"environment"])), sink)
        reply = script.read(replies)
        os.close(sink)
    assert reply == [IDENT, b"error", b"the result is too long for one reply"]


def test_what_the_process_complains_of_is_read_to_its_end_and_only_the_last_of_it_is_kept():
    complaining = (
        "import sys\nfor _ in range(3_000): sys.stderr.write('x' * 100_000)\nsys.stderr.write('\\nlast words\\n')"
    )
    relay = Relay(lambda: (sys.executable, "-IS", "-c", complaining), "the pod t/probe")
    session = relay._started()
    with pytest.raises(UndeterminedError, match="failed twice: last words"):
        ask_all(Relayed(relay, "192.0.2.1"), [WEB], transport="udp", timeout_seconds=1)
    assert len(session._error_output.last()) == relaying._STDERR_OCTETS


def test_after_an_interrupt_no_wait_for_a_relay_goes_on():
    relay = Relay(lambda: (sys.executable, "-IS", "-c", "import time; time.sleep(600)"), "the pod t/probe")
    relay._started()
    interrupting = Timer(0.3, relay.hurry)
    interrupting.start()
    with pytest.raises(
        UndeterminedError, match="the run was interrupted and sends nothing any more to the pod t/probe"
    ):
        ask_all(Relayed(relay, "192.0.2.1"), [WEB], transport="udp", timeout_seconds=600)
    interrupting.join()
    relay.close()
