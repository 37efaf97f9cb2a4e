"""A kubectl that does not end, or whose output cannot be read: one line says that the tunnel does not work."""

from __future__ import annotations

import sys

import pytest

from svcdns.errors import UndeterminedError
from svcdns.targets.cluster.vantages import tunnel


def forwarding(monkeypatch: pytest.MonkeyPatch, script: str) -> tunnel._Forward:
    monkeypatch.setattr(tunnel, "_DEADLINE_SECONDS", 1.0)
    return tunnel._Forward([sys.executable, "-IS", "-c", script])


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("import sys\nwhile True: sys.stdout.write('x' * 65_536)", "it named no port within 1 s"),
        ("print('Forwarding from 127.0.0.1:1234567 -> 53')", "does not work: it ended without a reason"),
        ("import os; os.write(1, b'\\xff\\xfe\\n')", "does not work: it ended without a reason"),
        ("print('one'); print('error: two')", "does not work: error: two"),
    ],
)
def test_a_tunnel_without_a_port_does_not_work(script: str, said: str, monkeypatch: pytest.MonkeyPatch):
    forward = forwarding(monkeypatch, script)
    try:
        with pytest.raises(UndeterminedError) as caught:
            forward.port()
        assert said in str(caught.value)
        assert all(len(line) <= tunnel._LINE_LENGTH for line in forward._last_lines)
    finally:
        forward.close()


def test_the_port_is_read(monkeypatch: pytest.MonkeyPatch):
    forward = forwarding(
        monkeypatch, "import time; print('Forwarding from 127.0.0.1:12345 -> 53', flush=True); time.sleep(60)"
    )
    try:
        assert forward.port() == 12_345
    finally:
        forward.close()
