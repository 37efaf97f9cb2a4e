"""What a target is: somewhere manifests can be applied, watched and asked about.

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
    """What a scenario may need; the tag is ``@needs-`` and the value."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"
    DUAL_STACK = "dual-stack"
    POD_RESOLVER = "pod-resolver"
    UDP = "udp"


#: What the pods carry that only ask questions; no scenario means them when it speaks of pods.
PROBE_LABEL = "svcdns.dev/role"

#: A target without one of these is not a lesser target: what needs them does not apply to it.
FAMILIES = frozenset({Capability.IPV4, Capability.IPV6, Capability.DUAL_STACK})

#: How long the Namespaces of a run may take to go, in seconds.
SECONDS_TO_DELETE = 120.0


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long to wait, in seconds.

    Attributes:
        question_seconds: for the answer to one question.
        outside_seconds: for the answer to a question that is to have none in the cluster: a wrong one comes at once, and a
            right server may forward the question to somewhere that never answers.
        forwarded_seconds: for an answer for which the server may ask others first. CoreDNS gives up on them after 5 s, when
            the last of its attempts has ended, which may take 2 s more (plugin/forward).
        becomes_seconds: until a change shows in the answers.
        insists_seconds: how long a wrong answer is asked for again where nothing has changed for longer than that.
        pause_seconds: between two looks.
        looks_in_a_row: how often in a row an answer has to be right before it counts, once something has changed.
        again_after_seconds: after which waits a question over UDP is asked again, before it is given ``question_seconds``.
    """

    question_seconds: float
    becomes_seconds: float
    pause_seconds: float
    looks_in_a_row: int
    insists_seconds: float = 0.0
    outside_seconds: float = 0.5
    forwarded_seconds: float = 10.0
    again_after_seconds: tuple[float, ...] = ()

    def scaled(self, factor: float, *, question_seconds: float) -> Deadlines:
        """The same waits for changes, shorter by a factor, and another patience for answers."""
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
    # What resolvers wait for by default (resolv.conf(5), ``timeout``).
    question_seconds=5.0,
    # Changes show within a second. But reverse names may be 30 s old: shipped Corefiles exempt the cluster domain alone
    # from ``cache 30``; and an unknown server may remember every answer for as long. The rest is for a busy machine.
    becomes_seconds=45.0,
    # DNS servers that are restarted meanwhile are back by then.
    insists_seconds=15.0,
    # A change takes 0.02-0.92 s from the pod's condition to the answer.
    pause_seconds=0.2,
    # One answer may still be of a replica's old state, just before it changes.
    looks_in_a_row=2,
    # A datagram may be lost, and waiting longer for it does not bring it.
    again_after_seconds=(1.0, 2.0),
)


@dataclass(frozen=True, slots=True)
class Vantage:
    """Where questions are asked from.

    Attributes:
        name: ``direct``, ``probe`` or ``tunnel``.
        channels: one way to each DNS server that is asked.
        transports: what those channels carry.
    """

    name: str
    channels: tuple[Channel, ...]
    transports: tuple[Transport, ...] = ("udp", "tcp")


class Target(Protocol):
    """Somewhere manifests can be applied, watched and asked about.

    Every method raises `TargetError` where the target refuses, and `UndeterminedError` where it does not get there.
    """

    @property
    def name(self) -> str:
        """How the target is called on the command line."""

    @property
    def deadlines(self) -> Deadlines:
        """How long to wait here."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What scenarios may need and this target can do."""

    @property
    def vantages(self) -> tuple[Vantage, ...]:
        """Where questions are asked from."""

    @property
    def dns_profile(self) -> str:
        """The family that the target's DNS servers belong to, ``coredns`` or ``spec``."""

    @property
    def facts(self) -> Facts:
        """What the target says about itself."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of the target as it was found, a line each."""

    @property
    def remarks(self) -> Sequence[str]:
        """What was accepted so far and means nothing to DNS, or who knows what, a line each."""

    def capacity(self) -> int | None:
        """How many pods a run may have at a time; None where it does not matter."""

    def create_namespace(self, namespace: str) -> None:
        """Create a Namespace."""

    def apply(self, manifests: Sequence[Manifest], namespace: str) -> None:
        """Create or update all of the objects, or none: an unknown field or a refused object changes nothing.

        An object goes to the Namespace that it names, if that one was made for these manifests.
        """

    def delete(self, kind: str, name: str, namespace: str) -> None:
        """Delete an object and wait until it is gone."""

    def scale(self, kind: str, name: str, replicas: int, namespace: str) -> None:
        """Set the number of replicas."""

    def restart(self, kind: str, name: str, namespace: str) -> None:
        """Replace all pods of a workload, as ``kubectl rollout restart`` does."""

    def restart_dns(self, deployment: str) -> str:
        """Replace all pods of the Deployment of the cluster's DNS servers, and wait for the new ones; its namespace."""

    def set_ready(self, pod: str, namespace: str, *, ready: bool) -> None:
        """Make a pod ready or unready, by the readiness gate ``svcdns.dev/ready``; on the reference also without it."""

    def wish_ready(self, namespace: str, *, ready: bool) -> None:
        """Say whether pods of the namespace, present and future, are to become ready; they are unless told otherwise.

        Where they are not, a live target refuses to apply pods without the readiness gate ``svcdns.dev/ready``.
        """

    def expose(
        self, kind: str, name: str, namespace: str, *, port: int, target_port: int | str | None, service: str
    ) -> None:
        """What ``kubectl expose`` does, with its refusals."""

    def state(self) -> ClusterState:
        """What the cluster holds now."""

    def settle(self, namespace: str) -> None:
        """Wait until the controllers have nothing left to do in the namespace."""

    def resolver(self, namespace: str) -> Resolver:
        """The resolver of a pod in the namespace; only with `Capability.POD_RESOLVER`."""

    def abandon(self, namespace: str) -> None:
        """Let whoever waits for something in a Namespace, now or later, wait no longer."""

    def evidence(self, namespace: str) -> Mapping[str, str]:
        """What a failure in the namespace should be looked at with: file names and their text."""

    def delete_namespace(self, namespace: str) -> None:
        """Start deleting a Namespace with all it holds, and those that were made for its manifests."""

    def remove_namespace(self, namespace: str) -> None:
        """Delete a Namespace with all it holds, and wait until it is gone."""

    def await_deleted(self, deadline_seconds: float) -> list[str]:
        """Wait until the Namespaces of this run are gone; say of each that is not what holds it."""
