"""What a scenario may change: objects of one Namespace of its own, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from svcdns.errors import TargetError
from svcdns.manifests import MOST_PODS, Manifest, dns_1123_label
from svcdns.manifests.kinds import is_cluster_scoped_name
from svcdns.manifests.names import dns_1123_subdomain
from svcdns.targets.target import Target


class Scope:
    """A target, of which one Namespace can be reached.

    Whoever is given it names kinds and names, never a namespace; and a kind has to be one whose objects are in one.

    Attributes:
        namespace: the Namespace.
    """

    def __init__(self, target: Target, namespace: str) -> None:
        self.namespace = namespace
        self._target = target

    def apply(self, manifests: Sequence[Manifest]) -> None:
        """Create or update all of the objects, or none."""
        self._target.apply(manifests, self.namespace)

    def delete(self, kind: str, name: str) -> None:
        """Delete an object and wait until it is gone.

        Raises:
            TargetError: if it cannot be in the Namespace, or is not there.
        """
        self._target.delete(_within(kind), _legal(kind, name), self.namespace)

    def scale(self, kind: str, name: str, replicas: int) -> None:
        """Set the number of replicas.

        Raises:
            TargetError: if it cannot be in the Namespace, or is not there.
        """
        if replicas > MOST_PODS:
            raise TargetError(f"a scenario may have {MOST_PODS} pods, not {replicas}: scale to fewer")
        self._target.scale(_within(kind), _legal(kind, name), replicas, self.namespace)

    def restart(self, kind: str, name: str) -> None:
        """Replace all pods of a workload.

        Raises:
            TargetError: if it cannot be in the Namespace, or is not there.
        """
        self._target.restart(_within(kind), _legal(kind, name), self.namespace)

    def set_ready(self, pod: str, *, ready: bool) -> None:
        """Make a pod ready or unready.

        Raises:
            TargetError: if it cannot be in the Namespace, or is not there.
        """
        self._target.set_ready(_legal("Pod", pod), self.namespace, ready=ready)

    def expose(self, kind: str, name: str, *, port: int, target_port: int | str | None, service: str) -> None:
        """What ``kubectl expose`` does, with its refusals.

        Raises:
            TargetError: if it cannot be in the Namespace, or kubectl refuses.
        """
        self._target.expose(
            _within(kind),
            _legal(kind, name),
            self.namespace,
            port=port,
            target_port=target_port,
            service=_legal("Service", service),
        )


def _within(kind: str) -> str:
    """A kind whose objects are in a namespace.

    Raises:
        TargetError: if those of this one are in none.
    """
    if is_cluster_scoped_name(kind):
        raise TargetError(
            f"a {kind} is cluster-scoped, and a scenario may change only objects in its own namespace: remove the step"
        )
    return kind


def _legal(kind: str, name: str) -> str:
    """A name that an object can have.

    Raises:
        TargetError: if none can.
    """
    problem = dns_1123_label(name) if kind == "Service" else dns_1123_subdomain(name)
    if problem:
        raise TargetError(f"the name of a {kind} {problem}")
    return name
