"""The node ports of the cluster, and the ports of this host that are mapped to them."""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from typing import Any

from svcdns.errors import UsageError
from svcdns.system.command import CommandError
from svcdns.targets.kind.command import run

#: One node port for all DNS pods, and four for single ones. They are in the static band of the NodePort range, which
#: the API server does not assign by itself (Kubernetes: Service, "Avoid collisions when assigning node ports").
NODE_PORTS = (30053, 30054, 30055, 30056, 30057)

#: The cluster's IP family → the loopback address at which ports are mapped. 127.0.0.1 leads to a node's IPv4 address,
#: where kube-proxy of an IPv6 cluster serves no node port.
LOOPBACK = {"ipv4": "127.0.0.1", "dual": "127.0.0.1", "ipv6": "::1"}

Mapped = tuple[tuple[int, int], ...]
_ENGINES = ("docker", "nerdctl", "podman")
_NAMED = (*_ENGINES, "finch", "nerdctl.lima")


def free(address: str, count: int, avoid: Collection[int]) -> tuple[int, ...]:
    """Return ports that are free at an address for both UDP and TCP.

    Raises:
        UsageError: if this host does not have the address.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    chosen: list[int] = []
    with ExitStack() as held:
        while len(chosen) < count:
            # The sockets stay open, so that no port is chosen twice.
            tcp = held.enter_context(socket.socket(family, socket.SOCK_STREAM))
            udp = held.enter_context(socket.socket(family, socket.SOCK_DGRAM))
            try:
                tcp.bind((address, 0))
            except OSError as error:
                raise UsageError(
                    f"no port can be opened at {address}: {error.strerror}; choose another --ip-family"
                ) from error
            port = tcp.getsockname()[1]
            try:
                udp.bind((address, port))
            except OSError:
                continue
            if port not in avoid:
                chosen.append(port)
    return tuple(chosen)


def engine(environment: Mapping[str, str]) -> str:
    """Return the command of the container engine that kind uses (sigs.k8s.io/kind: pkg/cluster/provider.go)."""
    named = environment.get("KIND_EXPERIMENTAL_PROVIDER", "")
    return named if named in _NAMED else next((name for name in _ENGINES if shutil.which(name)), _ENGINES[0])


def published(container: str, seconds: float) -> tuple[str, Mapped]:
    """Return the loopback address at which a node publishes `NODE_PORTS` for UDP and TCP, and the (node port, host port) pairs.

    Raises:
        CommandError: if the container engine fails, or its output cannot be read.
    """
    form = "{{json .NetworkSettings.Ports}}"
    output = run([engine(os.environ), "inspect", f"--format={form}", "--", container], os.environ, seconds)
    try:
        ports: dict[str, Any] = json.loads(output)
        hosts = {protocol: _hosts(ports, protocol) for protocol in ("udp", "tcp")}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise CommandError(f"the ports of {container} cannot be read: {output.strip()[:80]}") from error
    both = [key for key, host in hosts["udp"].items() if hosts["tcp"].get(key) == host]
    for address in ("127.0.0.1", "::1"):
        if pairs := tuple((port, hosts["udp"][at, port]) for at, port in sorted(both) if at == address):
            return address, pairs
    return LOOPBACK["ipv4"], ()


def _hosts(ports: Mapping[str, Any], protocol: str) -> dict[tuple[str, int], int]:
    """Return (address, node port) → port of the host."""
    return {
        (host["HostIp"], port): int(host["HostPort"])
        for port in NODE_PORTS
        for host in ports.get(f"{port}/{protocol}") or ()
    }
