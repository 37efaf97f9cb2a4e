"""What real kind clusters may not leave behind."""

from __future__ import annotations

import os
import random
import shutil
import string
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from svcdns.targets.kind import KindSettings

#: Set where the tests that need a real cluster are asked for.
ASKED = "SVCDNS_TEST_KUBECONFIG"
EMPTY_KUBECONFIG = "apiVersion: v1\nkind: Config\n"


def _missing() -> str:
    if not os.environ.get(ASKED):
        return f"{ASKED} is not set"
    for command in ("kind", "kubectl", "docker"):
        if shutil.which(command) is None:
            return f"there is no {command}"
    done = subprocess.run(["docker", "info"], capture_output=True, text=True, check=False)
    return done.stderr.strip() if done.returncode else ""


@pytest.fixture(scope="session", autouse=True)
def _kind() -> None:
    if missing := _missing():
        pytest.skip(f"NO KIND: {missing}")


@pytest.fixture
def settings() -> KindSettings:
    run = "".join(random.choices(string.ascii_lowercase + string.digits, k=5))
    return KindSettings(run=run, image=os.environ.get("SVCDNS_KIND_IMAGE", ""))


@pytest.fixture(autouse=True)
def _nothing_is_left(settings: KindSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No container and no temporary file of ours, and every kubeconfig of the user's as it was."""
    temporary, own, users = tmp_path / "temporary", tmp_path / "own", Path("~/.kube/config").expanduser()
    temporary.mkdir()
    own.write_text(EMPTY_KUBECONFIG)
    before = users.read_bytes() if users.exists() else None
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setenv("KUBECONFIG", str(own))
    yield
    monkeypatch.undo()
    label = f"label=io.x-k8s.kind.cluster=svcdns-{settings.run}"
    listing = ["docker", "ps", "--all", "--filter", label, "--format", "{{.Names}}"]
    left = subprocess.run(listing, capture_output=True, text=True, check=True).stdout.split()
    networks = subprocess.run(
        ["docker", "network", "ls", "--format", "{{.Name}}"], capture_output=True, text=True, check=True
    )
    if left:
        subprocess.run(["docker", "rm", "--force", "--volumes", *left], check=True, stdout=subprocess.DEVNULL)
    assert left == []
    assert [name for name in networks.stdout.split() if settings.run in name] == []
    assert list(temporary.iterdir()) == []
    assert list(tmp_path.glob("own*")) == [own]
    assert own.read_text() == EMPTY_KUBECONFIG
    assert (users.read_bytes() if users.exists() else None) == before
