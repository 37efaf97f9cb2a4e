"""The plan of a vantage: what the process that opened it shares with the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from svcdns.targets.cluster.vantages.servers import DnsService, Replica


@dataclass(frozen=True, slots=True)
class VantagePlan:
    """A vantage as plain data.

    Attributes:
        vantage: ``direct``, ``probe`` or ``tunnel``.
        service: the DNS Service, unless the user named the servers.
        replicas: the DNS pods, unless the user named the servers.
        servers: addresses and ports that are queried as they are.
        places: where each replica's own node port is reached.
        namespace: where the probe pod is.
        image: the image of the probe pod.
        resolver_image: the image of pods that resolve names; empty where there can be none.
        domain: the cluster domain as the probe pod has it; empty where no pod was asked.
        note: a line on which vantage is used and why.
    """

    vantage: str
    service: DnsService | None = None
    replicas: tuple[Replica, ...] = ()
    servers: tuple[tuple[str, int], ...] = ()
    places: tuple[tuple[str, int], ...] = ()
    namespace: str = ""
    image: str = ""
    resolver_image: str = ""
    domain: str = ""
    note: str = ""

    def share(self) -> dict[str, Any]:
        """Return the plan as plain data for JSON."""
        return asdict(self)

    @classmethod
    def shared(cls, data: Mapping[str, Any]) -> Self:
        """Return the plan that `share` returned, also after a passage through JSON."""
        service = data["service"] and DnsService(
            **{**data["service"], "cluster_ips": tuple(data["service"]["cluster_ips"])}
        )
        lists = {
            "service": service,
            "replicas": tuple(Replica(*replica) for replica in data["replicas"]),
            "servers": tuple((address, port) for address, port in data["servers"]),
            "places": tuple((address, port) for address, port in data["places"]),
        }
        return cls(**{**data, **lists})
