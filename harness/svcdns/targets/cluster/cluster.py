"""The cluster target: any cluster that a kubeconfig leads to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict
from types import TracebackType
from typing import Any, Self

from svcdns.client.resolver import Resolver
from svcdns.errors import HarnessError, TargetError, UndeterminedError, UsageError
from svcdns.manifests import (
    Manifest,
    further_namespaces,
    is_known,
    refuse_cluster_scoped,
    refuse_existing,
    refuse_further_namespaces,
    refuse_reaching,
    refuse_reserved,
    refuse_too_many,
)
from svcdns.results import Facts
from svcdns.state import ClusterState
from svcdns.targets.cluster import changes, evidence, facts, leftovers, nodes, objects, rights, vantages
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.lease import Lease
from svcdns.targets.cluster.namespaces import Namespaces
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.settings import ClusterSettings
from svcdns.targets.cluster.watch.readiness import Readiness
from svcdns.targets.cluster.watch.settling import Settling
from svcdns.targets.cluster.watch.watching import Watching
from svcdns.targets.target import LIVE_DEADLINES, SECONDS_TO_DELETE, Capability, Vantage


class LiveCluster:
    """A cluster that runs somewhere, from entering to leaving.

    Attributes:
        api: its API, once entered.
        facts: what it says about itself, once entered.
        vantages: where questions are asked from, once entered; whoever puts something in front of the DNS servers puts
            other ways here.
    """

    vantages: tuple[Vantage, ...]

    name = "cluster"
    #: What would have no effect on DNS alone is refused.
    remarks: tuple[str, ...] = ()
    deadlines = LIVE_DEADLINES

    def __init__(self, settings: ClusterSettings, shared: Mapping[str, Any] | None = None) -> None:
        """Make ready to open a cluster.

        Args:
            settings: what the user decides.
            shared: None for the process that owns the run; in others what `share` gave there, so that they use its
                vantage and leave its Lease alone.
        """
        self.settings = settings
        self._shared = shared
        self._life = ExitStack()
        self._connected = self._watched = False

    def __enter__(self) -> Self:
        """Connect, look around, watch, hold the run's Lease and open the vantages.

        Raises:
            UsageError: if the cluster cannot be used as it is; one line with advice.
        """
        interrupted = False
        try:
            with ExitStack() as life:
                try:
                    self._open(life)
                except KeyboardInterrupt:
                    interrupted = True
                    self.hurry()
                    if self._connected:
                        # Nothing was begun yet whose end they would have to show.
                        self.api.end_watches()
                    raise
                self._life = life.pop_all()
        except TargetError as error:
            if interrupted:
                # What could not be removed any more is a leftover, like that of a run that was killed.
                raise KeyboardInterrupt from error
            raise UsageError(f'the cluster of the context "{self.settings.context}" cannot be used: {error}') from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None and issubclass(kind, KeyboardInterrupt):
            self.hurry()
        self._life.__exit__(kind, error, trace)

    def hurry(self) -> None:
        """Wait for each answer of the API server only for a moment more, from now on: the run was interrupted."""
        if self._connected:
            self.api.hurry()
        if self._watched:
            self._watching.hurry()

    def give_up(self) -> None:
        """End all that this process does with the cluster, at once, and leave behind what it has made there."""
        self.api.close()
        with suppress(TargetError):
            self._life.close()

    def _open(self, life: ExitStack) -> None:
        settings, shared = self.settings, self._shared
        self.api = Api(settings.kubeconfig, settings.context)
        life.callback(self.api.close)
        self._own = Ownership(self.api, settings.run)
        #: The Namespaces that were made for manifests, by the one that those are applied to.
        self._further: dict[str, list[str]] = {}
        self._connected = True
        self.facts = self._look_around()
        self._watching = life.enter_context(Watching(self.api, self.facts.domain))
        self._watched = True
        self._readiness = life.enter_context(Readiness(self._own, self._watching))
        self._settling = Settling(self.api, self._watching, self._readiness)
        self._namespaces = Namespaces(self._own, self._watching)
        if shared is None:
            life.enter_context(Lease(self._own, self._watching))
        opened = vantages.open(self._own, settings, shared["vantages"] if shared else None)
        self._vantages = life.enter_context(opened)
        self.vantages = self._vantages.vantages

    def share(self) -> dict[str, Any]:
        """What another process needs to open the same cluster without owning it; plain data."""
        return {"facts": asdict(self.facts), "pause_image": self._pause_image, "vantages": self._vantages.share()}

    def _look_around(self) -> Facts:
        if self._shared is not None:
            self._pause_image: str = self._shared["pause_image"]
            return Facts.shared(self._shared["facts"])
        rights.check(self.api)
        found = nodes.PAUSE_IMAGE if self.settings.nameservers else nodes.pause_image(self.api)
        self._pause_image = self.settings.pause_image or found
        return facts.read(self._own, self.settings)

    @property
    def dns_profile(self) -> str:
        """The family that the cluster's DNS servers belong to."""
        return self.facts.profile

    @property
    def notes(self) -> tuple[str, ...]:
        """What the cluster runs, where it is asked from, and what killed runs have left on it."""
        return (*self.facts.lines(), self._vantages.note, *leftovers.notes(self.api, self.settings.kubeconfig))

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What scenarios may need and this cluster can do."""
        families = frozenset(Capability(family.lower()) for family in self.facts.families)
        both = frozenset({Capability.DUAL_STACK}) if len(families) > 1 else frozenset()
        return families | both | self._vantages.capabilities

    def capacity(self) -> int:
        """How many pods a run may have at a time."""
        return nodes.UNKNOWN_CAPACITY if self.settings.nameservers else nodes.capacity(self.api)

    def create_namespace(self, namespace: str) -> None:
        """Create a Namespace that enforces the Pod Security Standard ``restricted``."""
        self._namespaces.create(namespace)
        self._readiness.wish(namespace, ready=True)

    def apply(self, manifests: Sequence[Manifest], namespace: str) -> None:
        """Create or update all of the objects, or none: all of them pass a dry run first.

        Objects go to the Namespace that they name, if that was made for them; see `ClusterSettings`.
        Where no pod is to be ready, those that would become so by themselves are refused.
        """
        refuse_reserved(manifests)
        refuse_too_many(manifests)
        refuse_cluster_scoped(manifests)
        refuse_reaching(manifests)
        # The Namespace of the run is as the run made it.
        manifests = [
            item for item in manifests if (item.api_version, item.kind, item.name) != ("v1", "Namespace", namespace)
        ]
        if not self.settings.create_namespaces:
            refuse_further_namespaces(manifests, namespace, ())
        self._readiness.accept(manifests, namespace)
        objects.refuse_cluster_scoped(self.api, manifests)
        new = self._make_further(manifests, namespace)
        for manifest in filter(is_known, manifests):
            self._settling.expect(manifest.kind, manifest.name, manifest.namespace or namespace)
        image, balancer = self._pause_image, self.settings.load_balancer_class
        try:
            made = objects.apply(self._own, manifests, namespace, pause_image=image, load_balancer_class=balancer)
        except HarnessError:
            for one in new:
                self._further[namespace].remove(one)
                self._delete_namespace(one)
            raise
        for item in made:
            self._watching.catch_up(item)

    def _make_further(self, manifests: Sequence[Manifest], namespace: str) -> list[str]:
        """Make the Namespaces that manifests name beside one.

        Raises:
            ManifestError: if one exists that was not made for it; then none is made.
        """
        made = self._further.setdefault(namespace, [])
        named = further_namespaces(manifests, namespace)
        wanted = {name: item for name, item in named.items() if name not in made}
        for name in wanted:
            self._await_gone(name)
        refuse_existing(wanted, lambda name: self.api.get("Namespace", name) is not None)
        for name in wanted:
            # Noted before it is made: an interrupted request may have reached the server.
            made.append(name)
            self._namespaces.create(name)
            self._readiness.wish(name, ready=self._readiness.is_wished(namespace))
        return list(wanted)

    def _await_gone(self, namespace: str) -> None:
        """Where a Namespace is one that this run made for another scenario, wait until that scenario is over and it is gone."""
        there = self.api.get("Namespace", namespace)
        if there is not None and self._own.has_made(there):
            self._namespaces.await_gone(namespace, SECONDS_TO_DELETE)

    def delete(self, kind: str, name: str, namespace: str) -> None:
        """Delete an object and wait until it is gone."""
        changes.delete(self._own, self._watching, kind, name, namespace)

    def scale(self, kind: str, name: str, replicas: int, namespace: str) -> None:
        """Set the number of replicas."""
        changes.scale(self._own, kind, name, replicas, namespace)
        self._settling.expect(kind, name, namespace)

    def restart(self, kind: str, name: str, namespace: str) -> None:
        """Replace all pods of a workload."""
        changes.restart(self._own, kind, name, namespace)
        self._settling.expect(kind, name, namespace)

    def restart_dns(self, deployment: str) -> str:
        """Replace all pods of the Deployment of the DNS servers, and wait for them; its namespace.

        Raises:
            UndeterminedError: if that is not allowed here.
        """
        if not self.settings.disruptive:
            raise UndeterminedError("the DNS servers of a cluster you have are restarted with --disruptive alone")
        namespace = changes.restart_dns(self._own, deployment)
        self._settling.settle(namespace)
        return namespace

    def set_ready(self, pod: str, namespace: str, *, ready: bool) -> None:
        """Make a pod's readiness gate pass or fail."""
        self._readiness.set_ready(pod, namespace, ready=ready)

    def wish_ready(self, namespace: str, *, ready: bool) -> None:
        """Say whether pods of the namespace, present and future, are to become ready."""
        self._readiness.wish(namespace, ready=ready)

    def expose(
        self, kind: str, name: str, namespace: str, *, port: int, target_port: int | str | None, service: str
    ) -> None:
        """What ``kubectl expose`` does, with its refusals."""
        self._watching.catch_up(
            changes.expose(self._own, kind, name, namespace, port=port, target_port=target_port, service=service)
        )

    def state(self) -> ClusterState:
        """What the cluster holds now."""
        return self._watching.picture().state

    def settle(self, namespace: str) -> None:
        """Wait until the controllers have nothing left to do in the namespace, and those made for its manifests."""
        for one in (namespace, *self._further.get(namespace, ())):
            self._settling.settle(one)

    def abandon(self, namespace: str) -> None:
        """Let whoever waits until a namespace settles wait no longer."""
        self._settling.abandon(namespace)

    def resolver(self, namespace: str) -> Resolver:
        """The resolver of a pod in the namespace."""
        return self._vantages.resolver(namespace)

    def delete_namespace(self, namespace: str) -> None:
        """Start deleting a Namespace with all it holds, and those made for its manifests."""
        for one in (namespace, *self._further.pop(namespace, ())):
            self._delete_namespace(one)

    def remove_namespace(self, namespace: str) -> None:
        """Delete a Namespace with all it holds, and wait until it is gone."""
        self.delete_namespace(namespace)
        if not self._namespaces.await_gone(namespace, SECONDS_TO_DELETE):
            raise UndeterminedError(f'the namespace "{namespace}" is not gone after {SECONDS_TO_DELETE:.0f} s')

    def _delete_namespace(self, namespace: str) -> None:
        self._readiness.forget(namespace)
        held = self._watching.held(namespace)
        if not self._own.holds(namespace):
            # It was never made, or somebody put another in its place; or the request for it was interrupted.
            self._namespaces.delete(namespace)
            return
        # Else their controllers make pods anew, and are refused, for as long as the Namespace takes to go.
        for kind, name in self._settling.forget(namespace):
            with suppress(TargetError):
                self._own.delete(kind, name, namespace)
        # A hook that holds a pod would hold the Namespace as well. Kubelets wait for it even where the pod gets less time.
        for pod, uid in held.items():
            with suppress(TargetError):
                self._own.end_pod(pod, namespace, uid)
        self._namespaces.delete(namespace)

    def await_deleted(self, deadline_seconds: float) -> list[str]:
        """Wait until the Namespaces of this run are gone; a line for each that is not, with what holds it."""
        if self._shared is None:
            # Nobody asks any more, and this Namespace takes as long to go as the others.
            self._vantages.withdraw()
        return self._namespaces.await_deleted(deadline_seconds)

    def evidence(self, namespace: str) -> dict[str, str]:
        """What the rules read of a namespace, its conditions and events, and the DNS pods' logs: file name → text."""
        return evidence.collect(self.api, self._watching.picture(), namespace, dns=not self.settings.nameservers)
