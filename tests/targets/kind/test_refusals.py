from __future__ import annotations

import pytest

from svcdns.errors import UsageError
from svcdns.targets.kind import KindCluster, KindSettings

from .conftest import Tools


def refusal(settings: KindSettings) -> str:
    with pytest.raises(UsageError) as caught, KindCluster(settings, print):
        pass
    return str(caught.value)


def test_without_kind_the_advice_is_to_install_it(tools: Tools):
    (tools.bin / "kind").unlink()
    said = refusal(KindSettings(run="abcde"))
    assert said.startswith("there is no kind: install kind (https://kind.sigs.k8s.io/")
    assert said.endswith("or name the binary with --kind-bin")
    assert tools.left == []


def test_another_binary_can_be_named(tools: Tools):
    (tools.bin / "kind").rename(tools.bin / "kind-of-mine")
    assert refusal(KindSettings(run="abcde")).startswith("there is no kind:")
    said = refusal(KindSettings(run="abcde", binary=str(tools.bin / "nowhere")))
    assert said.startswith(f"there is no {tools.bin / 'nowhere'}: install kind")


@pytest.mark.parametrize(
    ("content", "says"),
    [("#!/bin/sh\necho 'not me'\n", "not me"), ("#!/bin/sh\nexit 3\n", "exit code 3"), ("\x00", "cannot be run")],
)
def test_a_binary_that_is_not_kind_is_refused_in_its_own_words(tools: Tools, content, says):
    file = tools.bin / "kind"
    file.write_text(content)
    said = refusal(KindSettings(run="abcde"))
    assert said.startswith("kind is not kind: its version is ")
    assert says in said
    assert said.endswith("; name the binary with --kind-bin")


def test_without_a_container_engine_the_advice_is_to_start_one(tools: Tools):
    words = "Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?"
    failed = 'ERROR: failed to list clusters: command "docker ps" failed with error: exit status 1'
    tools.on("kind-get-clusters", f"say({failed!r}, '', 'Command Output: {words}'); sys.exit(1)")
    assert refusal(KindSettings(run="abcde")) == (
        f"kind cannot reach a container engine: failed to list clusters: {words};"
        " start Docker or Podman, or point DOCKER_HOST at one that runs"
    )
    assert tools.left == []


def test_an_engine_that_is_not_installed_is_named(tools: Tools):
    failed = 'ERROR: failed to list clusters: command "docker ps" failed with error: exec: "docker": not found'
    tools.on("kind-get-clusters", f"say({failed!r}, '', 'Command Output: '); sys.exit(1)")
    assert refusal(KindSettings(run="abcde")).startswith(
        'kind cannot reach a container engine: failed to list clusters: exec: "docker": not found;'
    )


def test_a_cluster_to_reuse_that_is_not_there_is_refused_with_those_that_are(tools: Tools):
    assert refusal(KindSettings(run="abcde", cluster_name="mine")) == (
        'there is no kind cluster "mine": there are none; name one with --cluster-name'
    )
    for name in ("a", "b"):
        (tools.containers / f"{name}-control-plane").touch()
    assert refusal(KindSettings(run="abcde", cluster_name="mine")) == (
        'there is no kind cluster "mine": there are a, b; name one with --cluster-name'
    )


def test_a_cluster_to_reuse_that_does_not_run_is_refused(tools: Tools):
    (tools.containers / "mine-control-plane").touch()
    tools.on("kind-get-kubeconfig", "sys.exit('ERROR: could not read it')")
    assert refusal(KindSettings(run="abcde", cluster_name="mine")) == (
        "no kubeconfig for mine: could not read it; check that its nodes run"
    )
    assert tools.left == ["mine-control-plane"]
