"""The tunnel vantage on a live cluster, and the vantage that is picked by default."""

from __future__ import annotations

import re

import pytest
from dns.rcode import Rcode

from svcdns.client import ask
from svcdns.errors import UndeterminedError, UsageError
from svcdns.message import question
from svcdns.targets.cluster.vantages import servers
from svcdns.targets.target import Capability

API_SERVER = question("kubernetes.default.svc.cluster.local", "A")
PATIENCE = 10

READ = ("get", "list", "watch")
WRITE = ("get", "create", "patch", "delete")
DNS_AND_NODES = (
    ("", ("services", "pods", "nodes"), READ),
    ("discovery.k8s.io", ("endpointslices",), READ),
)
PROBES = (("", ("namespaces", "pods", "configmaps", "serviceaccounts"), WRITE),)
TUNNELS = (("", ("pods/portforward",), ("create", "get")),)


def test_a_tunnel_to_every_replica_carries_tcp(api, opened):
    with opened(vantage="tunnel") as found:
        (vantage,) = found.vantages
        for channel in vantage.channels:
            assert ask(channel, API_SERVER, transport="tcp", timeout_seconds=PATIENCE).rcode == Rcode.NOERROR

    assert vantage.transports == ("tcp",)
    assert len(vantage.channels) == len(servers.replicas(api, servers.find(api)))
    assert "UDP" in found.note


def test_a_tunnel_that_ended_is_opened_again(opened):
    with opened(vantage="tunnel") as found:
        channel = found.vantages[0].channels[0]
        tunnel = channel._find.__self__
        tunnel._forward._process.kill()
        tunnel._forward._process.wait()
        assert ask(channel, API_SERVER, transport="tcp", timeout_seconds=PATIENCE).failure == "connection refused"
        assert ask(channel, API_SERVER, transport="tcp", timeout_seconds=PATIENCE).rcode == Rcode.NOERROR


def test_every_tunnel_ends_with_the_context(opened):
    with opened(vantage="tunnel") as found:
        processes = [channel._find.__self__._forward._process for channel in found.vantages[0].channels]

    assert all(process.returncode is not None for process in processes)


def test_where_no_port_is_mapped_the_probe_is_picked_with_the_reason(opened):
    with opened() as found:
        assert found.vantages[0].name == "probe"

    assert found.note.startswith(
        "vantage probe, because direct does not work (no node port of the cluster is mapped to this host): "
    )


def test_where_no_pod_may_be_executed_in_the_tunnel_is_picked(opened, as_account):
    with opened(via=as_account(*DNS_AND_NODES, *PROBES, *TUNNELS)) as found:
        assert found.vantages[0].name == "tunnel"
        assert Capability.POD_RESOLVER not in found.capabilities
        with pytest.raises(UndeterminedError, match="there is no pod that could resolve names"):
            found.resolver("default")

    assert found.note.startswith("vantage tunnel, because direct does not work (no node port of the cluster ")
    assert re.search(r", because probe does not work \(.*pods/exec.*\): .*UDP", found.note)


def test_where_nothing_is_allowed_every_reason_is_given(opened, as_account):
    with pytest.raises(UsageError) as caught:
        opened(via=as_account(*DNS_AND_NODES)).__enter__()

    said = str(caught.value)
    assert said.startswith("no vantage works: direct: no node port of the cluster is mapped")
    assert "probe: namespaces" in said
    assert "pods/portforward" in said
    assert "--nameserver" in said


def test_a_tunnel_does_not_lead_to_named_servers(opened):
    with pytest.raises(UsageError, match="remove --nameserver"):
        opened(vantage="tunnel", nameservers=("10.0.0.1",)).__enter__()
