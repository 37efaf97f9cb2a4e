"""Adds fields to a kind configuration, and leaves all others as they were written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, SequenceNode

_MAP = "tag:yaml.org,2002:map"
_NULL = "tag:yaml.org,2002:null"
_MERGE = "tag:yaml.org,2002:merge"


def merged(
    content: bytes,
    *,
    ip_family: str,
    nodes: int,
    control_plane: int,
    address: str,
    mapped: tuple[tuple[int, int], ...],
) -> str:
    """Return a configuration with the IP family, nodes if it lists none, and port mappings.

    Values are never converted, since kind reads an unquoted ``1.10`` or ``yes`` as the text of a label.

    Args:
        content: the configuration, checked before.
        ip_family: the families of pods and Services.
        nodes: the number of nodes.
        control_plane: the index of the node that gets the port mappings.
        address: the address of this host at which ports are published.
        mapped: (node port, port of this host) pairs, for UDP and TCP.
    """
    root = yaml.compose(content, Loader=yaml.SafeLoader)
    assert isinstance(root, MappingNode)
    networking = _child(root, "networking", {})
    assert isinstance(networking, MappingNode)
    _child(networking, "ipFamily", ip_family)
    listed = _child(root, "nodes", [{"role": "control-plane"}, *({"role": "worker"} for _ in range(nodes - 1))])
    # Copies, because other nodes may be aliases of this one.
    node = MappingNode(_MAP, list(listed.value[control_plane].value))
    listed.value[control_plane] = node
    own = _child(node, "extraPortMappings", [])
    _put(node, "extraPortMappings", SequenceNode(own.tag, [*own.value, *_mappings(address, mapped)]))
    _write_as_block(root)
    return yaml.serialize(root, Dumper=yaml.SafeDumper, allow_unicode=True)


def _mappings(address: str, mapped: tuple[tuple[int, int], ...]) -> Iterator[Node]:
    for node_port, host_port in mapped:
        for protocol in ("UDP", "TCP"):
            host = {"listenAddress": address, "hostPort": host_port}
            yield _node({"containerPort": node_port, **host, "protocol": protocol})


def _child(mapping: MappingNode, key: str, otherwise: Any) -> Node:
    """Return the value of a key; set it first where it is missing, null or empty."""
    mapping.value = _flat(mapping)
    child = next((value for name, value in mapping.value if name.value == key), None)
    if child is None or child.tag == _NULL or not child.value:
        child = _node(otherwise)
        _put(mapping, key, child)
    return child


def _put(mapping: MappingNode, key: str, value: Node) -> None:
    mapping.value = [pair for pair in mapping.value if pair[0].value != key] + [(_node(key), value)]


def _flat(mapping: MappingNode) -> list[tuple[Node, Node]]:
    """Return the entries of a mapping and of its merge keys (``<<``); its own take precedence."""
    pairs = [pair for pair in mapping.value if pair[0].tag != _MERGE]
    for key, value in mapping.value:
        if key.tag == _MERGE:
            for source in value.value if isinstance(value, SequenceNode) else [value]:
                taken = {name.value for name, _ in pairs}
                pairs += [pair for pair in _flat(source) if pair[0].value not in taken]
    return pairs


def _write_as_block(node: Node) -> None:
    """Write a node in block style: in flow style some values, such as ``12:30``, need quotes."""
    if isinstance(node, MappingNode | SequenceNode):
        node.flow_style = False
        for part in node.value:
            for inner in part if isinstance(part, tuple) else (part,):
                _write_as_block(inner)


def _node(value: Any) -> Node:
    node = yaml.compose(yaml.safe_dump(value), Loader=yaml.SafeLoader)
    assert node is not None
    return node
