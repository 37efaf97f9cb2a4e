"""`svcdns record`: what it records, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from svcdns import resources, state
from svcdns.cli import main

COMBINATIONS = resources.fixtures() / "combinations"


def svcdns(*arguments: str | Path) -> tuple[int, list[str]]:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    return result.exit_code, result.output.splitlines()


@pytest.mark.parametrize("profile", ["coredns", "spec"])
def test_a_recording_of_the_reference_replays_equal(profile: str, tmp_path: Path):
    files = [part for name in ("deployment", "headless-service") for part in ("-f", COMBINATIONS / f"{name}.yaml")]
    code, said = svcdns("record", tmp_path / "made", "--dns-profile", profile, *files, "--namespace", "shop")
    assert code == 0, said
    recorded = state.load(tmp_path / "made" / "state.json")
    assert {key.name for key in recorded.services if key.namespace == "shop"} == {"test-headless-svc"}
    assert json.loads((tmp_path / "made" / "meta.json").read_text())["profile"] == profile
    code, said = svcdns("replay", tmp_path / "made")
    count = len((tmp_path / "made" / "answers.jsonl").read_text().splitlines())
    assert (code, said[-1]) == (0, f"{count} of {count} equal in all")


def test_nothing_but_what_dns_looks_at_is_recorded(tmp_path: Path):
    manifest = tmp_path / "secret.yaml"
    manifest.write_text(
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: secretive, annotations: {token: hunter2}}
        spec:
          containers:
            - {name: c, image: "registry.k8s.io/pause:3.10", env: [{name: PASSWORD, value: hunter2}], command: [hunter2]}
        """
    )
    assert svcdns("record", tmp_path / "made", "-f", manifest)[0] == 0
    assert "secretive" in (tmp_path / "made" / "state.json").read_text()
    assert not any("hunter2" in path.read_text() for path in (tmp_path / "made").iterdir())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--namespace", "nosuch"], 'svcdns: there is no namespace "nosuch"; set --namespace to an existing one'),
        (
            ["--target", "cluster"],
            "Error: --target cluster needs --context NAME; `kubectl config get-contexts` lists the names",
        ),
        (
            ["--namespace", "default", "-f", str(COMBINATIONS / "deployment.yaml")],
            'svcdns: the namespace "default" exists already and would be removed; set --namespace to another name',
        ),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(arguments: list[str], said: str, tmp_path: Path):
    code, output = svcdns("record", tmp_path / "made", *arguments)
    assert (code, output[-1]) == (2, said)
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("name", ["Bad_Name", "a.b", "-a", "a" * 64, ""])
def test_a_namespace_that_is_no_label_is_refused_before_anything_is_recorded(name: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["record", str(tmp_path / "made"), "--namespace", name])
    assert result.exit_code == 2
    assert result.stderr.startswith("svcdns: --namespace must be ")
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "made").exists()
