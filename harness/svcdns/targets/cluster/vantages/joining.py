"""A plan → the vantage, without making anything in the cluster."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial

from svcdns.client import Channel, Direct
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.vantages import node_ports, servers, tunnel
from svcdns.targets.cluster.vantages.plan import Plan
from svcdns.targets.cluster.vantages.probe import probe, probe_pod
from svcdns.targets.cluster.vantages.probe.relaying import Relayed
from svcdns.targets.cluster.vantages.servers import Replicas
from svcdns.targets.target import Vantage


def join(own: Ownership, plan: Plan, life: ExitStack) -> Vantage:
    """The vantage of a plan, over processes of our own, which ``life`` ends.

    Raises:
        UndeterminedError: if kubectl opens no tunnel.
    """
    api = own.api
    replicas = Replicas(plan.replicas, partial(servers.replicas, api, plan.service) if plan.service else tuple)
    found: list[Channel]
    if plan.vantage == "probe":
        relay = probe_pod.relay_in(api, plan.namespace, plan.image)
        life.callback(relay.close)
        found = [Relayed(relay, address, port) for address, port in plan.servers]
        return Vantage("probe", (*found, *probe.channels(relay, replicas)))
    if plan.vantage == "tunnel":
        assert plan.service is not None, "tunnels lead to DNS pods alone"
        return Vantage("tunnel", tuple(tunnel.channels(api, plan.service, replicas, life)), transports=("tcp",))
    found = [Direct(address, port) for address, port in plan.servers]
    if plan.service is not None:
        found += node_ports.channels(own, plan.service, plan.places)
    return Vantage("direct", tuple(found))
