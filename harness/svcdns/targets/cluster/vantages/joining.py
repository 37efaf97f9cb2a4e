"""A plan → its vantage; nothing is created in the cluster."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial

from svcdns.client import Channel, Direct
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.vantages import node_ports, servers, tunnel
from svcdns.targets.cluster.vantages.plan import VantagePlan
from svcdns.targets.cluster.vantages.probe import probe, probe_pod
from svcdns.targets.cluster.vantages.probe.relaying import Relayed
from svcdns.targets.cluster.vantages.servers import Replicas
from svcdns.targets.target import Vantage


def join(own: Ownership, plan: VantagePlan, life: ExitStack) -> Vantage:
    """Return the vantage of a plan; ``life`` ends the processes that it needs.

    Raises:
        UndeterminedError: if kubectl opens no tunnel.
    """
    api = own.api
    replicas = Replicas(plan.replicas, partial(servers.replicas, api, plan.service) if plan.service else tuple)
    named: list[Channel]
    if plan.vantage == "probe":
        relay = probe_pod.relay_in(api, plan.namespace, plan.image)
        life.callback(relay.close)
        named = [Relayed(relay, address, port) for address, port in plan.servers]
        return Vantage("probe", (*named, *probe.channels(relay, replicas)))
    if plan.vantage == "tunnel":
        assert plan.service is not None, "only DNS pods are reached through tunnels"
        return Vantage("tunnel", tuple(tunnel.channels(api, plan.service, replicas, life)), transports=("tcp",))
    named = [Direct(address, port) for address, port in plan.servers]
    if plan.service is not None:
        named += node_ports.channels(own, plan.service, plan.places)
    return Vantage("direct", tuple(named))
