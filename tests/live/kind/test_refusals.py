"""Every refusal, with its cause made real."""

from __future__ import annotations

import dataclasses
import shutil
import socket

import pytest

from svcdns.errors import UsageError
from svcdns.targets.kind import KindCluster, KindSettings, Patience

pytestmark = pytest.mark.timeout(300)

HEAD = "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n"
NO_SUCH_DNS_IMAGE = """
kubeadmConfigPatches:
- |
  kind: ClusterConfiguration
  dns: {imageTag: v0.0.0-none}
"""


def refusal(settings: KindSettings, patience: Patience | None = None) -> str:
    with pytest.raises(UsageError) as caught, KindCluster(settings, print, patience):
        pass
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_there_is_no_kind(settings, tmp_path):
    binary = str(tmp_path / "kind")
    assert refusal(dataclasses.replace(settings, binary=binary)).startswith(
        f"there is no {binary}: install kind (https://"
    )


def test_docker_is_not_running(settings, tmp_path, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
    said = refusal(settings)
    assert said.startswith("kind cannot reach a container engine: ")
    assert f"unix://{tmp_path}/docker.sock" in said
    assert said.endswith("; start Docker or Podman, or point DOCKER_HOST at one that runs")


def test_docker_is_not_installed(settings, tmp_path, monkeypatch):
    kind = tmp_path / "bin" / "kind"
    kind.parent.mkdir()
    kind.symlink_to(shutil.which("kind") or "")
    monkeypatch.setenv("PATH", str(kind.parent))
    assert "docker" in refusal(settings).partition("; start Docker")[0]


def test_the_cluster_to_reuse_does_not_exist(settings):
    said = refusal(dataclasses.replace(settings, cluster_name=f"svcdns-{settings.run}"))
    assert said.startswith(f'there is no kind cluster "svcdns-{settings.run}": there ')


def test_the_image_cannot_be_pulled(settings):
    image = "registry.invalid/nosuch:1"
    said = refusal(dataclasses.replace(settings, image=image))
    assert said.startswith(f'failed to pull image "{image}": ')
    assert said.endswith("; check the name, or name an image that is there with --kind-image")


def test_the_image_does_not_come_in_time(settings):
    # kind tries five times, with a pause that grows.
    image = "registry.invalid/nosuch:1"
    said = refusal(dataclasses.replace(settings, image=image), Patience(pull_seconds=2))
    assert said.startswith(f"Ensuring node image ({image}): the image was not pulled within 2 s; pull it first")


def test_a_port_of_the_users_configuration_is_in_use(settings, tmp_path):
    file = tmp_path / "mine.yaml"
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        mapping = f"{{containerPort: 80, hostPort: {port}, listenAddress: 127.0.0.1}}"
        file.write_text(f"{HEAD}nodes:\n- extraPortMappings: [{mapping}]\n")
        said = refusal(dataclasses.replace(settings, config=file))
    assert said.startswith("a port of this host is in use: ")
    assert f":{port}" in said
    assert said.endswith(f"; free it, or name another in {file}")


def test_kind_does_not_know_a_field_of_the_users_configuration(settings, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(f"{HEAD}\nnodes:\n- role: control-plane\n  labelz: {{}}\nnetworking:\n  apiServerPort: abc\n")
    said = refusal(dataclasses.replace(settings, config=file))
    assert said.startswith(f"{file}: unable to decode config: ")
    assert "line 6: field labelz not found in type v1alpha4.Node" in said
    assert "line 8: cannot unmarshal !!str `abc` into int32" in said


def test_kind_refuses_a_value_of_the_users_configuration(settings, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(f"{HEAD}networking: {{podSubnet: everywhere}}\n")
    assert refusal(dataclasses.replace(settings, config=file)).startswith(f"{file}: invalid pod subnet ")


def test_the_dns_pods_do_not_become_ready(settings, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(HEAD + NO_SUCH_DNS_IMAGE)
    said = refusal(dataclasses.replace(settings, config=file), Patience(ready_seconds=45))
    assert said.startswith("DNS pods are not ready: coredns-")
    assert "v0.0.0-none" in said
    assert said.endswith("; check the node image and the kind configuration")
