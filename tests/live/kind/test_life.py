"""Real clusters of every kind: they come up, answer on the loopback, and go without a trace."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import time
from typing import Any

import dns.name
import dns.rdatatype
import pytest

from svcdns.client import Answer, Direct, ask
from svcdns.message import Question
from svcdns.targets.kind import KindCluster

pytestmark = pytest.mark.timeout(300)

KUBERNETES = dns.name.from_text("kubernetes.default.svc.cluster.local.")
DEADLINE_SECONDS = 30


def kubectl(cluster: KindCluster, *arguments: str, stdin: str = "") -> str:
    command = ["kubectl", "--kubeconfig", str(cluster.kubeconfig), "--context", cluster.context, *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, check=True, timeout=60).stdout


def publish_dns(cluster: KindCluster, node_port: int) -> None:
    ports = [
        {"name": protocol.lower(), "protocol": protocol, "port": 53, "nodePort": node_port}
        for protocol in ("UDP", "TCP")
    ]
    service: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "published", "namespace": "kube-system"},
        "spec": {"type": "NodePort", "selector": {"k8s-app": "kube-dns"}, "ports": ports},
    }
    kubectl(cluster, "apply", "--filename", "-", stdin=json.dumps(service))


def answer(cluster: KindCluster, host_port: int, transport: Any, type_: dns.rdatatype.RdataType) -> Answer:
    """The first answer; kube-proxy needs a moment for a new Service."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        found = ask(
            Direct(cluster.address, host_port), Question(KUBERNETES, type_), transport=transport, timeout_seconds=1
        )
        if found.rcode is not None or time.monotonic() > deadline:
            return found


def assert_dns_answers(cluster: KindCluster, type_: dns.rdatatype.RdataType) -> None:
    expected = kubectl(cluster, "get", "service", "kubernetes", "--output=jsonpath={.spec.clusterIP}")
    node_port, host_port = cluster.mapped[0]
    publish_dns(cluster, node_port)
    for transport in ("udp", "tcp"):
        found = answer(cluster, host_port, transport, type_)
        assert [str(record.rdata) for record in found.answer] == [expected]


def volumes() -> set[str]:
    listing = ["docker", "volume", "ls", "--quiet"]
    return set(subprocess.run(listing, capture_output=True, text=True, check=True).stdout.split())


def volumes_of(cluster: KindCluster) -> set[str]:
    inspect = ["docker", "inspect", "--format", "{{range .Mounts}}{{.Name}} {{end}}", f"{cluster.name}-control-plane"]
    return set(subprocess.run(inspect, capture_output=True, text=True, check=True).stdout.split())


def test_an_ipv6_cluster_answers_on_the_loopback_and_goes_without_a_trace(settings):
    said: list[str] = []
    with KindCluster(dataclasses.replace(settings, ip_family="ipv6"), said.append) as cluster:
        assert (cluster.address, len(cluster.mapped)) == ("::1", 5)
        assert_dns_answers(cluster, dns.rdatatype.AAAA)
        own = volumes_of(cluster)
    assert own
    assert not own & volumes()
    phases = [line.partition(" s  ")[2] for line in said]
    for phase in (
        "Preparing nodes",
        "Starting control-plane",
        "nodes and DNS pods are ready",
        f"deleting {cluster.name}",
    ):
        assert phase in phases


def test_a_kept_dual_stack_cluster_can_be_used_again_and_deleted_by_the_named_command(settings):
    said: list[str] = []
    wished = dataclasses.replace(settings, ip_family="dual", nodes=2, keep=True)
    with KindCluster(wished, said.append) as kept:
        found = json.loads(kubectl(kept, "get", "nodes", "--output=json"))["items"]
        assert [len(node["spec"]["podCIDRs"]) for node in found] == [2, 2]
        assert_dns_answers(kept, dns.rdatatype.A)
    assert not kept.kubeconfig.exists()
    again = dataclasses.replace(settings, cluster_name=said[-2].split()[-1])
    with KindCluster(again, said.append) as cluster:
        assert (cluster.mapped, cluster.address) == (kept.mapped, "127.0.0.1")
        assert_dns_answers(cluster, dns.rdatatype.A)
    *_, last = (line for line in said if line.startswith("delete it: "))
    delete = last.removeprefix("delete it: ").split()
    existing = subprocess.run(["kind", "get", "clusters"], capture_output=True, text=True, check=True).stdout.split()
    assert cluster.name in existing
    subprocess.run(delete, check=True, capture_output=True)
