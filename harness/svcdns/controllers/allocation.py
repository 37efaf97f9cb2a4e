"""The addresses and ports that a cluster hands out: Services' virtual IPs, pods' addresses, node ports.

The ranges are kind's. A released address is not handed out again soon: each pool continues where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from itertools import chain
from random import Random

from svcdns.addresses import IPAddress, parse
from svcdns.errors import TargetError
from svcdns.state import Family


@dataclass(frozen=True, slots=True)
class Ranges:
    """The ranges of one IP family.

    Attributes:
        pod_block: prefix length of the part of ``pods`` that the node uses before it takes the next one.
        node: the node's own address.
    """

    services: IPv4Network | IPv6Network
    pods: IPv4Network | IPv6Network
    pod_block: int
    node: str


RANGES: dict[Family, Ranges] = {
    "IPv4": Ranges(IPv4Network("10.96.0.0/16"), IPv4Network("10.244.0.0/16"), 24, "172.18.0.2"),
    "IPv6": Ranges(IPv6Network("fd00:10:96::/112"), IPv6Network("fd00:10:244::/56"), 64, "fc00:f853:ccd:e793::2"),
}

NODE = "svcdns-control-plane"
NODE_PORTS = range(30000, 32768)
API_SERVER_PORT = 6443

#: The front of a range is for addresses and ports that users choose, and is handed out last
#: (``registry/core/service/ipallocator`` and ``portallocator``).
_CHOSEN_ADDRESSES = 256
_CHOSEN_PORTS = 86


class Pool:
    """Numbers that are handed out one after another, in blocks: the next block begins when one is used up.

    Args:
        blocks: the numbers, in the order of use.
        name: the pool's name in messages.
        first: the first number in the first block.
    """

    def __init__(self, blocks: Sequence[range], name: str, first: int | None = None) -> None:
        self._blocks = blocks
        self._name = name
        self._next = [block.start for block in blocks]
        if first is not None:
            self._next[0] = first

    def take(self, in_use: Callable[[int], bool]) -> int:
        """Return the next number that is not in use.

        Raises:
            TargetError: if all are in use.
        """
        for index, block in enumerate(self._blocks):
            begin = self._next[index]
            for number in chain(range(begin, block.stop), range(block.start, begin)):
                if not in_use(number):
                    self._next[index] = number + 1
                    return number
        raise TargetError(f"{self._name} is used up; delete objects that are no longer needed")


class Allocator:
    """The addresses and ports that a cluster hands out."""

    def __init__(self, families: tuple[Family, ...], random: Random) -> None:
        self.families = families
        self._services = {family: _service_pool(RANGES[family], random) for family in families}
        self._pods = {family: _pod_pool(RANGES[family]) for family in families}
        chosen = range(NODE_PORTS.start, NODE_PORTS.start + _CHOSEN_PORTS)
        free = range(chosen.stop, NODE_PORTS.stop)
        self._node_ports = Pool((free, chosen), "the node port range 30000-32767", random.choice(free))

    @property
    def node_addresses(self) -> list[str]:
        """The addresses of the one node, the cluster's first family first."""
        return [RANGES[family].node for family in self.families]

    def service_address(self, family: Family, in_use: Callable[[int], bool]) -> str:
        """Return a virtual IP for a Service."""
        return _written(self._services[family].take(in_use), family)

    def pod_addresses(self, in_use: Callable[[int], bool]) -> list[str]:
        """Return addresses for a pod, one of each family of the cluster."""
        return [_written(self._pods[family].take(in_use), family) for family in self.families]

    def node_port(self, in_use: Callable[[int], bool]) -> int:
        """Return a node port."""
        return self._node_ports.take(in_use)


def is_service_address(address: str, family: Family) -> bool:
    """Return whether a Service may have this virtual IP: any of the range but the first and an IPv4 range's last address."""
    services = RANGES[family].services
    ip = _parsed(address)
    return ip in services and ip != services[0] and (family == "IPv6" or ip != services[-1])


def number_of(address: str) -> int:
    """Return an address in any spelling as a number.

    Raises:
        ValueError: if the text is not an address.
    """
    return int(_parsed(address))


def _parsed(address: str) -> IPAddress:
    parsed = parse(address)
    if parsed is None:
        raise ValueError(f"{address!r} is not an IP address")
    return parsed


def service_address(family: Family, index: int) -> str:
    """Return the virtual IP with a number in the range, for Services whose address is fixed in every cluster."""
    return str(RANGES[family].services[index])


def _service_pool(ranges: Ranges, random: Random) -> Pool:
    first = int(ranges.services[0])
    free = range(first + _CHOSEN_ADDRESSES, int(ranges.services[-1]))
    chosen = range(first + 1, first + _CHOSEN_ADDRESSES)
    return Pool((free, chosen), f"the Service range {ranges.services}", random.randrange(free.start, free.stop))


def _pod_pool(ranges: Ranges) -> Pool:
    # The first address of a block is the network's, the second the gateway's, an IPv4 block's last the broadcast.
    blocks = [range(int(block[0]) + 2, int(block[-1])) for block in ranges.pods.subnets(new_prefix=ranges.pod_block)]
    return Pool(blocks, f"the pod range {ranges.pods}")


def _written(number: int, family: Family) -> str:
    return str(IPv4Address(number) if family == "IPv4" else IPv6Address(number))
