from __future__ import annotations

import json
import stat

import pytest

from svcdns.targets.kind import KindCluster, KindSettings
from svcdns.targets.kind.ports import NODE_PORTS

from .conftest import Tools

FIRST, SECOND, *_ = NODE_PORTS
SETTINGS = KindSettings(run="abcde", cluster_name="mine", keep=True)


@pytest.fixture(autouse=True)
def _mine(tools: Tools) -> None:
    (tools.containers / "mine-control-plane").touch()


def at(address: str, port: int) -> list[dict[str, str]]:
    return [{"HostIp": address, "HostPort": str(port)}]


def publish(tools: Tools, ports: object, engine: str = "docker") -> None:
    tools.on(engine, f"print({json.dumps(ports)!r})")


def test_a_cluster_that_exists_is_used_and_never_changed(tools: Tools):
    publish(tools, {})
    with KindCluster(SETTINGS, print) as cluster:
        assert (cluster.name, cluster.context, cluster.created) == ("mine", "kind-mine", False)
        assert cluster.kubeconfig.read_text() == "the kubeconfig\n"
        assert stat.S_IMODE(cluster.kubeconfig.stat().st_mode) == 0o600
    assert tools.left == ["mine-control-plane"]
    assert {tuple(call["arguments"][:2]) for call in tools.calls if call["program"] == "kind"} == {
        ("version",),
        ("get", "clusters"),
        ("get", "kubeconfig"),
    }


def test_a_failing_run_leaves_it_as_it_was(tools: Tools):
    publish(tools, {})
    with pytest.raises(ZeroDivisionError), KindCluster(SETTINGS, print):
        1 / 0  # noqa: B018 - it fails
    assert tools.left == ["mine-control-plane"]


@pytest.mark.parametrize(
    ("ports", "address", "mapped"),
    [
        ({}, "127.0.0.1", ()),
        ({f"{FIRST}/udp": at("127.0.0.1", 5), f"{FIRST}/tcp": at("127.0.0.1", 5)}, "127.0.0.1", ((FIRST, 5),)),
        ({f"{FIRST}/udp": at("::1", 5), f"{FIRST}/tcp": at("::1", 5)}, "::1", ((FIRST, 5),)),
        # One transport alone, two ports, every interface, a node port of somebody else: none of these is ours.
        ({f"{FIRST}/udp": at("127.0.0.1", 5), f"{FIRST}/tcp": None}, "127.0.0.1", ()),
        ({f"{FIRST}/udp": at("127.0.0.1", 5), f"{FIRST}/tcp": at("127.0.0.1", 6)}, "127.0.0.1", ()),
        ({f"{FIRST}/udp": at("0.0.0.0", 5), f"{FIRST}/tcp": at("0.0.0.0", 5)}, "127.0.0.1", ()),
        ({"30000/udp": at("127.0.0.1", 5), "30000/tcp": at("127.0.0.1", 5)}, "127.0.0.1", ()),
        (
            {f"{port}/{protocol}": at("127.0.0.1", port) for port in (SECOND, FIRST) for protocol in ("tcp", "udp")},
            "127.0.0.1",
            ((FIRST, FIRST), (SECOND, SECOND)),
        ),
    ],
)
def test_node_ports_of_ours_are_read_back_from_the_engine(tools: Tools, ports, address, mapped):
    publish(tools, ports)
    with KindCluster(SETTINGS, print) as cluster:
        assert (cluster.address, cluster.mapped) == (address, mapped)
    asked = [call["arguments"] for call in tools.calls if call["program"] == "docker"]
    assert asked == [["inspect", "--format={{json .NetworkSettings.Ports}}", "--", "mine-control-plane"]]


@pytest.mark.parametrize(
    ("installed", "named", "asked"),
    [
        (["podman", "docker"], "podman", "podman"),
        (["podman", "docker"], "", "docker"),
        (["podman"], "", "podman"),
        (["podman", "docker"], "unknown", "docker"),
    ],
)
def test_the_engine_is_the_one_that_kind_uses(tools: Tools, monkeypatch, installed, named, asked):
    (tools.bin / "docker").unlink()
    tools.install(*installed)
    monkeypatch.setenv("KIND_EXPERIMENTAL_PROVIDER", named)
    publish(tools, {f"{FIRST}/udp": at("127.0.0.1", 5), f"{FIRST}/tcp": at("127.0.0.1", 5)}, asked)
    with KindCluster(SETTINGS, print) as cluster:
        assert cluster.mapped == ((FIRST, 5),)


@pytest.mark.parametrize("source", ["sys.exit('no such container')", "print('[]')", "print('what')"])
def test_an_engine_that_does_not_say_costs_the_node_ports_alone(tools: Tools, source):
    tools.on("docker", source)
    said: list[str] = []
    with KindCluster(SETTINGS, said.append) as cluster:
        assert cluster.mapped == ()
    assert any("node ports cannot be used: " in line for line in said)
