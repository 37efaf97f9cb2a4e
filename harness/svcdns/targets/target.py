"""The protocol of a target: it applies manifests, shows the state of the cluster, and has DNS servers to query.

Scenarios cannot tell which target they run on. What a target cannot do is a `Capability` that it does not list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from svcdns.client import Channel, Transport
from svcdns.client.resolver import Resolver
from svcdns.manifests import Manifest
from svcdns.results import Facts
from svcdns.state import ClusterState


class Capability(StrEnum):
    """Something that a scenario may need; its tag is ``@needs-`` and the value."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"
    DUAL_STACK = "dual-stack"
    POD_RESOLVER = "pod-resolver"
    UDP = "udp"


#: The label of pods that only send queries; no scenario means them.
PROBE_LABEL = "svcdns.dev/role"

#: The IP families. A scenario that needs one that the target lacks is not applicable, and does not count against it.
FAMILIES = frozenset({Capability.IPV4, Capability.IPV6, Capability.DUAL_STACK})

#: How long the Namespaces of a run may take to be gone, in seconds.
SECONDS_TO_DELETE = 120.0


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long to wait, in seconds.

    Attributes:
        question_seconds: for the answer to one query.
        outside_seconds: for the answer to a query that should have none in the cluster. A wrong answer comes at once,
            and a right server may forward the query to a server that never answers.
        forwarded_seconds: for an answer that the server may have to get from upstream resolvers. CoreDNS gives up after
            5 s, at the end of an attempt that may take 2 s more (plugin/forward).
        becomes_seconds: until a change shows in the answers.
        insists_seconds: for a wrong answer to become right, where nothing has changed for longer than that.
        pause_seconds: between two queries for the same answer.
        right_in_a_row: how often in a row an answer must be right before it counts, after a change.
        again_after_seconds: the waits after which a query over UDP is sent again, before the last one gets
            ``question_seconds``.
    """

    question_seconds: float
    becomes_seconds: float
    pause_seconds: float
    right_in_a_row: int
    insists_seconds: float = 0.0
    outside_seconds: float = 0.5
    forwarded_seconds: float = 10.0
    again_after_seconds: tuple[float, ...] = ()

    def scaled(self, factor: float, *, question_seconds: float) -> Deadlines:
        """Return deadlines whose waits for changes are multiplied by a factor, with another wait for one answer."""
        return replace(
            self,
            question_seconds=question_seconds,
            outside_seconds=min(self.outside_seconds, question_seconds),
            forwarded_seconds=min(self.forwarded_seconds, question_seconds),
            becomes_seconds=self.becomes_seconds * factor,
            insists_seconds=self.insists_seconds * factor,
            pause_seconds=self.pause_seconds * factor,
            again_after_seconds=(),
        )


#: The waits on a real cluster.
LIVE_DEADLINES = Deadlines(
    # The default of stub resolvers (resolv.conf(5), ``timeout``).
    question_seconds=5.0,
    # Changes show within a second. But PTR records may be 30 s old, since shipped Corefiles exempt only the cluster
    # domain from ``cache 30``, and an unknown server may cache every answer for as long. The rest is for a busy
    # machine.
    becomes_seconds=45.0,
    # DNS servers that are restarted meanwhile answer again by then.
    insists_seconds=15.0,
    # A change of a pod's condition shows in the answers after 0.02 to 0.92 s.
    pause_seconds=0.2,
    # One answer may still come from a replica's old state.
    right_in_a_row=2,
    # A lost datagram never comes, however long one waits.
    again_after_seconds=(1.0, 2.0),
)


@dataclass(frozen=True, slots=True)
class Vantage:
    """Where queries are sent from.

    Attributes:
        name: ``direct``, ``probe`` or ``tunnel``.
        channels: one channel to each DNS server that is queried.
        transports: the transports that the channels support.
    """

    name: str
    channels: tuple[Channel, ...]
    transports: tuple[Transport, ...] = ("udp", "tcp")


class Target(Protocol):
    """A cluster that takes manifests, with DNS servers to query.

    Every method raises `TargetError` where the target refuses, and `UndeterminedError` where the wanted state is not
    reached.
    """

    @property
    def name(self) -> str:
        """The target's name on the command line."""

    @property
    def deadlines(self) -> Deadlines:
        """How long to wait on this target."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """The capabilities of this target."""

    @property
    def vantages(self) -> tuple[Vantage, ...]:
        """Where queries are sent from."""

    @property
    def dns_profile(self) -> str:
        """The profile of the target's DNS servers, ``coredns`` or ``spec``."""

    @property
    def facts(self) -> Facts:
        """What the target says about itself."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Lines on the state in which the target was found, for people."""

    @property
    def remarks(self) -> Sequence[str]:
        """A line for each warning of the API server, and for each object that has no effect on DNS or an unknown one."""

    def capacity(self) -> int | None:
        """Return how many pods a run may have at a time; None for any number."""

    def create_namespace(self, namespace: str, *, host_network: bool = False) -> None:
        """Create a Namespace, whose pods may use the network of their node if that is wanted."""

    def apply(self, manifests: Sequence[Manifest], namespace: str) -> None:
        """Create or update all objects or none: an unknown field or a refused object changes nothing.

        An object goes to the Namespace that it names, if that was made for these manifests.
        """

    def delete(self, kind: str, name: str, namespace: str) -> None:
        """Delete an object and wait until it is gone."""

    def scale(self, kind: str, name: str, replicas: int, namespace: str) -> None:
        """Set the number of replicas."""

    def restart(self, kind: str, name: str, namespace: str) -> None:
        """Replace all pods of a workload, as ``kubectl rollout restart`` does."""

    def restart_dns(self, deployment: str) -> str:
        """Replace all pods of the DNS servers' Deployment, and wait for the new ones; return its namespace."""

    def set_ready(self, pod: str, namespace: str, *, ready: bool) -> None:
        """Make a pod ready or unready by the readiness gate ``svcdns.dev/ready``, which only the reference can do without."""

    def wish_ready(self, namespace: str, *, ready: bool) -> None:
        """Set whether the pods of the namespace, present and future, are to be ready; by default they are.

        Where they are not, a live target refuses workloads without the readiness gate ``svcdns.dev/ready``.
        """

    def expose(
        self, kind: str, name: str, namespace: str, *, port: int, target_port: int | str | None, service: str
    ) -> None:
        """Create a Service as ``kubectl expose`` does, with its refusals."""

    def state(self) -> ClusterState:
        """Return what the cluster holds now."""

    def outages(self) -> int:
        """Return how often the target's state could not be followed so far; `state` waits until it can be again."""

    def settle(self, namespace: str) -> None:
        """Wait until the controllers have nothing left to do in the namespace."""

    def resolver(self, namespace: str) -> Resolver:
        """Return the stub resolver of a pod in the namespace; only with `Capability.POD_RESOLVER`."""

    def abandon(self, namespace: str) -> None:
        """End every wait for something in a Namespace, now and later."""

    def evidence(self, namespace: str) -> Mapping[str, str]:
        """Return the evidence for a failure in the namespace: file name → text."""

    def delete_namespace(self, namespace: str) -> None:
        """Start deleting a Namespace with everything in it, and those that were made for its manifests."""

    def remove_namespace(self, namespace: str) -> None:
        """Delete a Namespace with everything in it, and wait until it is gone."""

    def await_deleted(self, deadline_seconds: float) -> list[str]:
        """Wait until the Namespaces of this run are gone; return a line for each that is not, with what holds it."""
