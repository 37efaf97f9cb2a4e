"""The relay's protocol, whatever it reads."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from svcdns.errors import UndeterminedError
from svcdns.targets.cluster.vantages.probe import relay as script

PATIENCE = 20


def run(octets: bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """The relay's whole life, given these octets."""
    return subprocess.run(
        [sys.executable, "-I", script.__file__, *arguments],
        input=octets,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_fields_survive_packing(fields):
    assert script.unpack(script.pack(fields)) == fields


@given(st.binary(max_size=60))
def test_any_octets_unpack_to_fields_that_pack_to_them_or_are_refused(octets):
    try:
        fields = script.unpack(octets)
    except ValueError as error:
        assert str(error) == "a field is cut short"  # noqa: PT017 - either outcome is right
    else:
        assert script.pack(fields) == octets


@settings(max_examples=15)
@given(st.binary(max_size=200))
def test_no_octets_make_the_relay_hang_or_crash(octets):
    done = run(octets)

    assert done.returncode in {0, 1}
    assert b"Traceback" not in done.stderr
    assert (done.returncode == 0) is (done.stderr == b"")


@pytest.mark.parametrize("cut", [1, 3, 5, 17])
def test_input_that_ends_within_a_message_ends_the_relay_quietly(cut):
    done = run(script.message([b"1", b"environment"])[:cut])

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_message_too_long_to_be_one_ends_the_relay_with_a_word():
    done = run(b"\xff\xff\xff\xff" + bytes(100))

    assert done.returncode == 1
    assert done.stderr.decode().strip() == "relay: a message of 4294967295 octets is too long"


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        pytest.param([b"unheard of"], "KeyError", id="kind"),
        pytest.param([b"exchange", b"127.0.0.1"], "TypeError", id="arguments missing"),
        pytest.param([b"exchange", b"127.0.0.1", b"domain", b"udp", b"1", b""], "ValueError", id="port"),
        pytest.param([b"exchange", b"kubernetes", b"53", b"udp", b"1", b""], "gaierror", id="address"),
        pytest.param([b"exchange", b"127.0.0.1", b"53", b"tcp", b"soon", b""], "ValueError", id="timeout"),
    ],
)
def test_a_request_that_cannot_be_met_is_an_error_and_the_next_is_met(relay, request_, words):
    with pytest.raises(UndeterminedError, match=words):
        relay.ask(*request_, timeout_seconds=PATIENCE)

    assert relay.ask(b"addresses", b"127.0.0.1", b"4", timeout_seconds=PATIENCE) == [b"127.0.0.1"]


def test_addresses_are_of_one_family_and_an_unknown_name_has_none(relay):
    def addresses(name, family):
        return relay.ask(b"addresses", name, family, timeout_seconds=PATIENCE)

    assert addresses(b"::1", b"6") == [b"::1"]
    assert addresses(b"::1", b"4") == []
    assert addresses(b"x" * 300, b"4") == []


@pytest.mark.skipif(sys.platform != "linux", reason="pods run Linux")
def test_the_environment_is_the_files_and_the_name_of_the_machine(relay):
    resolv_conf, hosts, hostname, glibc = relay.ask(b"environment", timeout_seconds=PATIENCE)

    assert resolv_conf == Path("/etc/resolv.conf").read_bytes()
    assert hosts == Path("/etc/hosts").read_bytes()
    assert hostname.decode() == socket.gethostname()
    assert glibc == b"" or glibc.startswith(b"glibc 2.")


def test_the_relay_needs_the_standard_library_alone():
    done = subprocess.run(
        [sys.executable, "-I", "-S", script.__file__], input=b"", capture_output=True, timeout=PATIENCE, check=False
    )

    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(sys.platform == "win32", reason="pods run Linux")
def test_waiting_ends_when_the_pod_is_terminated():
    waiting = subprocess.Popen([sys.executable, "-I", script.__file__, "wait"])
    try:
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(1)
        waiting.terminate()
        assert waiting.wait(PATIENCE) == 0
    finally:
        waiting.kill()
