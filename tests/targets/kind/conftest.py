"""Commands that stand in for the real ones, on a PATH of their own."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

TOOL = Path(__file__).with_name("tool.py")


class Tools:
    """The stand-ins and what became of them."""

    def __init__(self, directory: Path) -> None:
        self.state = directory / "state"
        self.bin = directory / "bin"
        self.temporary = directory / "temporary"
        self.containers = self.state / "containers"
        for path in (self.bin, self.temporary, self.containers):
            path.mkdir(parents=True)
        self.install("kind", "kubectl", "docker")

    def install(self, *programs: str) -> None:
        for program in programs:
            file = self.bin / program
            file.write_text(f"#!{sys.executable} -IS\n{TOOL.read_text()}")
            file.chmod(0o755)

    def on(self, verb: str, source: str) -> None:
        """What a verb does from now on, such as ``kind-create-cluster``."""
        (self.state / f"{verb}.py").write_text(source)

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": str(self.bin), "STATE": str(self.state), "TMPDIR": str(self.temporary)}

    @property
    def calls(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.state / "calls").read_text().splitlines()]

    def made(self, *verb: str) -> list[list[str]]:
        """The arguments of the calls of a verb of kind."""
        return [
            call["arguments"] for call in self.calls if call["program"] == "kind" and call["arguments"][:2] == [*verb]
        ]

    @property
    def configuration(self) -> Any:
        """The configuration that kind was last given."""
        return yaml.safe_load([call["config"] for call in self.calls if call["config"]][-1])

    @property
    def left(self) -> list[str]:
        """Containers and temporary files that are still there."""
        return sorted(path.name for directory in (self.containers, self.temporary) for path in directory.iterdir())


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tools:
    found = Tools(tmp_path)
    for name, value in found.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "own"))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.delenv("KIND_EXPERIMENTAL_PROVIDER", raising=False)
    return found
