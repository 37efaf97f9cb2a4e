"""The direct vantage on a live cluster, whose node this host reaches by its own address."""

from __future__ import annotations

from contextlib import ExitStack
from itertools import islice

import pytest
from dns.rcode import Rcode

from svcdns.client import Direct, ask
from svcdns.errors import TargetError, UsageError
from svcdns.message import Reply, question
from svcdns.server import Server
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.vantages import node_ports, servers
from svcdns.targets.cluster.vantages.answering import wait_for_answers
from svcdns.targets.cluster.vantages.plan import VantagePlan
from svcdns.targets.target import Vantage

API_SERVER = question("kubernetes.default.svc.cluster.local", "A")
PATIENCE = 10


@pytest.fixture
def plan(api) -> VantagePlan:
    service = servers.find(api)
    return VantagePlan("direct", service, servers.wait_until_ready(api, service))


def pairs(ports, count):
    return [(port, port) for port in islice(ports, count)]


def answering(api, run, plan) -> Vantage:
    """The vantage, once the node ports lead somewhere."""
    channels = [Direct(*server) for server in plan.servers]
    found = Vantage("direct", (*channels, *node_ports.channels(Ownership(api, run), plan.service, plan.places)))
    wait_for_answers(found, "cluster.local", 30)
    return found


def test_node_ports_lead_to_all_dns_pods_and_to_each(api, run, plan, free_ports, node_address):
    with ExitStack() as life:
        made = node_ports.make(Ownership(api, run), pairs(free_ports, 9), plan, life, host=node_address)
        vantage = answering(api, run, made)
        for channel in vantage.channels:
            for transport in ("udp", "tcp"):
                assert ask(channel, API_SERVER, transport=transport, timeout_seconds=PATIENCE).rcode == Rcode.NOERROR

    assert len(vantage.channels) == 1 + len(plan.replicas)
    assert all(replica.pod in made.note for replica in plan.replicas)


def test_too_few_node_ports_are_all_used_and_noted(api, run, plan, free_ports, node_address):
    with ExitStack() as life:
        made = node_ports.make(Ownership(api, run), pairs(free_ports, 2), plan, life, host=node_address)
        answering(api, run, made)

    assert len(made.places) == 1
    assert f"only 1 of {len(plan.replicas)} DNS pods by themselves" in made.note


def test_node_ports_of_another_run_are_passed_over(api, run, plan, free_ports, node_address):
    both = pairs(free_ports, 2)
    with ExitStack() as life:
        first = node_ports.make(Ownership(api, f"{run}"), both[:1], plan, life, host=node_address)
        with ExitStack() as other:
            second = node_ports.make(Ownership(api, f"{run}b"), both, plan, other, host=node_address)
            with pytest.raises(TargetError, match="other Services use every mapped node port"):
                node_ports.make(Ownership(api, f"{run}c"), both, plan, life, host=node_address)

    assert (first.servers, second.servers) == (((node_address, both[0][1]),), ((node_address, both[1][1]),))


def test_a_failure_half_way_leaves_nothing(opened, free_ports):
    out_of_range = (80, 80)
    with pytest.raises(UsageError, match=r"--vantage direct does not work: .*valid range"):
        opened(vantage="direct", mapped=(*pairs(free_ports, 1), out_of_range)).__enter__()


def test_a_cluster_without_mapped_ports_has_no_direct_vantage(opened):
    with pytest.raises(UsageError) as caught:
        opened(vantage="direct").__enter__()

    assert "--vantage direct does not work: no node port of the cluster is mapped to this host" in str(caught.value)
    assert "--vantage probe" in str(caught.value)


def test_named_servers_need_no_right_on_the_cluster(opened, as_account):
    with Server(lambda _: Reply(Rcode.NXDOMAIN)) as server:
        place = f"127.0.0.1:{server.port}"
        with opened(via=as_account(), nameservers=(place,)) as found:
            (channel,) = found.vantages[0].channels
            assert channel.server == place
            assert found.capabilities == frozenset()
            assert place in found.note


def test_a_named_server_that_does_not_answer_is_refused(opened, monkeypatch):
    monkeypatch.setattr("svcdns.targets.cluster.vantages.picking._NAMED_SECONDS", 0.5)
    with Server(lambda _: Reply(Rcode.NXDOMAIN)) as server:
        port = server.port
    with pytest.raises(UsageError) as caught:
        opened(nameservers=(f"127.0.0.1:{port}",)).__enter__()

    assert f"--nameserver 127.0.0.1:{port}: no answer from 127.0.0.1:{port} over UDP: connection refused" in str(
        caught.value
    )


def test_a_cluster_whose_dns_service_may_not_be_read_is_refused_with_advice(opened, as_account):
    with pytest.raises(UsageError) as caught:
        opened(via=as_account()).__enter__()

    assert "the DNS Service of the cluster cannot be read: services is forbidden" in str(caught.value)
    assert "--nameserver" in str(caught.value)
