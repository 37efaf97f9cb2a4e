"""The node ports of a Service (``patchAllocatedValues`` and ``initNodePorts`` in ``pkg/registry/core/service/storage``)."""

from __future__ import annotations

from svcdns.controllers.allocation import NODE_PORTS
from svcdns.controllers.store import Json, ObjectRef, Store
from svcdns.manifests import Manifest


def with_node_ports(store: Store, manifest: Manifest, ref: ObjectRef, spec: Json, before: Json | None) -> list[Json]:
    """Return the ports of a Service, with node ports where its type has them: declared, kept from before, or free ones.

    Raises:
        ManifestError: if a declared node port is out of range or taken.
    """
    ports: list[Json] = spec["ports"]
    if spec["type"] not in {"NodePort", "LoadBalancer"}:
        return ports
    given: dict[int, int] = {port["port"]: port["nodePort"] for port in ports if port.get("nodePort")}
    had = {port.get("name"): port.get("nodePort") for port in (before or {}).get("ports") or ()}
    kept = {name: number for name, number in had.items() if number not in given.values()}
    for index, port in enumerate(ports):
        if number := port.get("nodePort"):
            _require_node_port(store, manifest, ref, number, index)
    numbered = []
    for port in ports:
        number = port.get("nodePort") or given.get(port["port"]) or kept.get(port.get("name"))
        if not number and spec.get("allocateLoadBalancerNodePorts", True):
            number = store.allocator.node_port(lambda number: store.in_use(number) or number in given.values())
        if number:
            # Two ports with one number, such as DNS over UDP and TCP, share a node port.
            given.setdefault(port["port"], number)
        numbered.append({**port, **({"nodePort": number} if number else {})})
    return numbered


def _require_node_port(store: Store, manifest: Manifest, ref: ObjectRef, number: int, index: int) -> None:
    field = ("spec", "ports", index, "nodePort")
    if number not in NODE_PORTS:
        raise manifest.error(f"must be between {NODE_PORTS.start} and {NODE_PORTS.stop - 1}, not {number}", *field)
    holder = store.holder(number)
    if holder and holder != ref:
        raise manifest.error(f"{number} is taken by the {holder.described}", *field)
