"""kubectl, and its error messages."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from svcdns.errors import TargetError, UsageError
from svcdns.targets.cluster.apiserver import kubectl


def test_without_kubectl_the_user_is_told_to_install_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match=r"^there is no kubectl on the PATH: install it"):
        kubectl.command(None, "a", ["expose"])


@pytest.mark.parametrize(
    ("stderr", "said"),
    [
        ("error: cannot expose a StatefulSet.apps\n", "error: cannot expose a StatefulSet.apps"),
        (
            "Warning: old\nerror: unknown flag: --x\nSee 'kubectl expose --help' for usage.\n",
            "error: unknown flag: --x",
        ),
        (
            'Error from server (NotFound): services "a" not found\n',
            'Error from server (NotFound): services "a" not found',
        ),
        ('The Service "a b" is invalid: metadata.name\n', 'The Service "a b" is invalid: metadata.name'),
    ],
)
def test_a_refusal_of_kubectl_is_its_error_message(stderr: str, said: str):
    with pytest.raises(TargetError) as caught:
        kubectl.run([sys.executable, "-c", f"import sys; sys.exit({stderr!r})"])
    assert str(caught.value) == said


def test_a_kubectl_without_an_error_message_is_described_by_its_exit_code():
    with pytest.raises(TargetError, match="kubectl failed with exit code 3"):
        kubectl.run([sys.executable, "-c", "raise SystemExit(3)"])
