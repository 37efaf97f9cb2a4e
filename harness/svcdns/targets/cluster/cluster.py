"""The cluster target: any cluster that a kubeconfig names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, replace
from functools import partial
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
from svcdns.targets.cluster import (
    changes,
    evidence,
    facts,
    images,
    leftovers,
    nodes,
    objects,
    preflight,
    rights,
    vantages,
)
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.lease import Lease
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.preflight import Preflight
from svcdns.targets.cluster.scenario_namespaces import ScenarioNamespaces
from svcdns.targets.cluster.settings import ClusterSettings
from svcdns.targets.cluster.watch.readiness import Readiness
from svcdns.targets.cluster.watch.settling import Settling
from svcdns.targets.cluster.watch.starting import Starting
from svcdns.targets.cluster.watch.watching import Watching
from svcdns.targets.target import LIVE_DEADLINES, SECONDS_TO_DELETE, Capability, Vantage
from svcdns.targets.waits import Waits


class LiveCluster:
    """A running cluster as a target, as long as the context lasts.

    Attributes:
        api: its API, once entered.
        facts: what the cluster says about itself, once entered.
        vantages: where queries are sent from, once entered; a proxy in front of the DNS servers replaces them.
    """

    vantages: tuple[Vantage, ...]

    name = "cluster"
    deadlines = LIVE_DEADLINES

    def __init__(
        self, settings: ClusterSettings, shared: Mapping[str, Any] | None = None, waits: Waits | None = None
    ) -> None:
        """Prepare to open a cluster.

        Args:
            settings: the options.
            shared: None in the process that owns the run. In others what `share` returned there: they use its vantage
                and hold no Lease.
            waits: is told what is waited for.
        """
        self.settings = settings
        #: A line for each warning of the API server.
        self.remarks: list[str] = []
        self._waits = waits or Waits()
        self._shared = shared
        self._life = ExitStack()
        self._connected = self._watched = self._hurried = False

    def __enter__(self) -> Self:
        """Connect, read the facts, watch, hold the run's Lease and open the vantages.

        Raises:
            UsageError: if the cluster cannot be used; one line with advice.
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
                        # Nothing was created yet whose end the watches would have to show.
                        self.api.end_watches()
                    raise
                self._life = life.pop_all()
        except TargetError as error:
            if interrupted:
                # What could not be removed is left behind, as by a killed run.
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
        """Allow each request to the API server only a moment from now on: the run was interrupted."""
        self._hurried = True
        if self._connected:
            self.api.hurry()
        if self._watched:
            self._watching.hurry()

    def give_up(self) -> None:
        """Stop using the cluster at once, and leave behind what the run has made there."""
        self.api.close()
        with suppress(TargetError):
            self._life.close()

    def left(self) -> list[str]:
        """Return what this process made and has not begun to remove, by kind and name."""
        return self._own.left()

    def _open(self, life: ExitStack) -> None:
        settings, shared = self.settings, self._shared
        with self._waits.on("the API server"):
            self.api = Api(settings.kubeconfig, settings.context, patient=shared is not None)
        self.api.outages.waits = self._waits
        life.callback(self.api.close)
        self._own = Ownership(self.api, settings.run)
        #: A scenario's Namespace → the further Namespaces that were made for its manifests.
        self._further: dict[str, list[str]] = {}
        self._connected = True
        with self._waits.on("what the cluster says about itself"):
            self.facts = self._read_facts()
        with self._waits.on("the first lists of the watches"):
            self._watching = life.enter_context(Watching(self.api, self.facts.domain))
        self._watched = True
        self._readiness = life.enter_context(Readiness(self._own, self._watching))
        self._namespaces = ScenarioNamespaces(self._own, self._watching)
        image, balancer = self._pause_image, settings.load_balancer_class
        trials = Preflight(self._own, self._namespaces, self._watching, pause_image=image, balancer=balancer)
        self._settling = Settling(
            self.api,
            self._watching,
            self._readiness,
            starting=Starting(self._watching, trials.causes),
            refusal=partial(preflight.refusal, self._own),
            waits=self._waits,
        )
        if shared is None:
            if settings.tries:
                preflight.check_namespace(self._own)
            life.enter_context(Lease(self._own, self._watching))
            life.callback(lambda: trials.remove(wait=not self._hurried))
            if settings.tries:
                with self._waits.on("a dry run of pods as the fixtures have them"):
                    trials.check()
        known = replace(settings, domain="" if self.facts.domain_assumed else self.facts.domain)
        opened = vantages.open(self._own, known, shared["vantages"] if shared else None, self._waits)
        self._vantages = life.enter_context(opened)
        if self.facts.domain_assumed and self._vantages.domain:
            self.facts = replace(self.facts, domain=self._vantages.domain, domain_assumed=False)
            self._watching.correct_domain(self.facts.domain)
        self.vantages = self._vantages.vantages

    def share(self) -> dict[str, Any]:
        """Return what another process needs to open the same cluster without owning it, as plain data."""
        return {"facts": asdict(self.facts), "pause_image": self._pause_image, "vantages": self._vantages.share()}

    def _read_facts(self) -> Facts:
        if self._shared is not None:
            self._pause_image: str = self._shared["pause_image"]
            return Facts.shared(self._shared["facts"])
        rights.check(self.api)
        default = images.PAUSE_IMAGE if self.settings.nameservers else images.pause_image(self.api)
        self._pause_image = self.settings.pause_image or default
        read = facts.read(self._own, self.settings, self._waits)
        return replace(read, unread=rights.unread(self.api))

    @property
    def dns_profile(self) -> str:
        """The profile of the cluster's DNS servers."""
        return self.facts.profile

    @property
    def notes(self) -> tuple[str, ...]:
        """Lines on what the cluster runs, where queries are sent from, and what killed runs have left behind."""
        return (*self.facts.lines(), self._vantages.note, *leftovers.notes(self.api, self.settings.kubeconfig))

    @property
    def capabilities(self) -> frozenset[Capability]:
        """The capabilities of this cluster."""
        families = frozenset(Capability(family.lower()) for family in self.facts.families)
        both = frozenset({Capability.DUAL_STACK}) if len(families) > 1 else frozenset()
        return families | both | self._vantages.capabilities

    def capacity(self) -> int:
        """Return how many pods a run may have at a time."""
        return nodes.UNKNOWN_CAPACITY if self.settings.nameservers else nodes.capacity(self.api)

    def create_namespace(self, namespace: str, *, host_network: bool = False) -> None:
        """Create a Namespace that enforces the Pod Security Standard ``restricted``, or ``privileged`` for a host network."""
        self._namespaces.create(namespace, host_network=host_network)
        self._readiness.wish(namespace, ready=True)

    def apply(self, manifests: Sequence[Manifest], namespace: str) -> None:
        """Create or update all objects or none, after a dry run of all.

        An object goes to the Namespace that it names, if that was made for these manifests; see `ClusterSettings`.
        Where no pod is to be ready, workloads without a readiness gate are refused.
        """
        refuse_reserved(manifests)
        refuse_too_many(manifests)
        refuse_cluster_scoped(manifests)
        refuse_reaching(manifests)
        # The scenario's own Namespace stays as the run made it.
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
            made = objects.apply(
                self._own,
                manifests,
                namespace,
                pause_image=image,
                load_balancer_class=balancer,
                remarks=self.remarks,
            )
        except HarnessError:
            for further in new:
                self._further[namespace].remove(further)
                self._delete_namespace(further)
            raise
        for item in made:
            self._watching.catch_up(item)

    def _make_further(self, manifests: Sequence[Manifest], namespace: str) -> list[str]:
        """Make the further Namespaces that the manifests of a scenario name.

        Raises:
            ManifestError: if one exists that was not made for the scenario; then none is made.
        """
        made = self._further.setdefault(namespace, [])
        named = further_namespaces(manifests, namespace)
        wanted = {name: item for name, item in named.items() if name not in made}
        for name in wanted:
            self._await_gone(name)
        refuse_existing(wanted, lambda name: self.api.get("Namespace", name) is not None)
        for name in wanted:
            # Noted before the request, which may reach the server even if it is interrupted.
            made.append(name)
            self._namespaces.create(name)
            self._readiness.wish(name, ready=self._readiness.is_wished(namespace))
        return list(wanted)

    def _await_gone(self, namespace: str) -> None:
        """Wait until a Namespace is gone that this run made for another scenario, if there is one."""
        current = self.api.get("Namespace", namespace)
        if current is not None and self._own.has_made(current):
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
        """Replace all pods of the DNS servers' Deployment, and wait for the new ones; return its namespace.

        Raises:
            UndeterminedError: without --disruptive.
        """
        if not self.settings.disruptive:
            raise UndeterminedError("the DNS servers of this cluster are not restarted; add --disruptive to allow it")
        namespace = changes.restart_dns(self._own, deployment)
        self._settling.expect("Deployment", deployment, namespace)
        self._settling.settle(namespace)
        return namespace

    def set_ready(self, pod: str, namespace: str, *, ready: bool) -> None:
        """Set a pod's readiness gate."""
        self._readiness.set_ready(pod, namespace, ready=ready)

    def wish_ready(self, namespace: str, *, ready: bool) -> None:
        """Set whether the pods of the namespace, present and future, are to be ready."""
        self._readiness.wish(namespace, ready=ready)

    def expose(
        self, kind: str, name: str, namespace: str, *, port: int, target_port: int | str | None, service: str
    ) -> None:
        """Create a Service with ``kubectl expose``."""
        self._watching.catch_up(
            changes.expose(self._own, kind, name, namespace, port=port, target_port=target_port, service=service)
        )

    def state(self) -> ClusterState:
        """Return what the cluster holds now."""
        return self._watching.view().state

    def outages(self) -> int:
        """Return how often the API server was lost, or took long to respond, so far."""
        return self.api.outages.count

    def settle(self, namespace: str) -> None:
        """Wait until the controllers have nothing left to do in the namespace, and in those made for its manifests."""
        for name in (namespace, *self._further.get(namespace, ())):
            self._settling.settle(name)

    def abandon(self, namespace: str) -> None:
        """End every wait until a namespace settles, now and later."""
        self._settling.abandon(namespace)

    def resolver(self, namespace: str) -> Resolver:
        """Return the stub resolver of a pod in the namespace."""
        return self._vantages.resolver(namespace)

    def delete_namespace(self, namespace: str) -> None:
        """Start deleting a Namespace with everything in it, and those made for its manifests."""
        for name in (namespace, *self._further.pop(namespace, ())):
            self._delete_namespace(name)

    def remove_namespace(self, namespace: str) -> None:
        """Delete a Namespace with everything in it, and wait until it is gone."""
        self.delete_namespace(namespace)
        if not self._namespaces.await_gone(namespace, SECONDS_TO_DELETE):
            raise UndeterminedError(f'the namespace "{namespace}" is not gone after {SECONDS_TO_DELETE:.0f} s')

    def _delete_namespace(self, namespace: str) -> None:
        self._readiness.forget(namespace)
        held = self._watching.held_pods(namespace)
        if not self._own.holds(namespace):
            # It was never made, or somebody has replaced it, or its creation was interrupted.
            self._namespaces.delete(namespace)
            return
        # Otherwise their controllers would try to create pods as long as the Namespace takes to go.
        for kind, name in self._settling.forget(namespace):
            with suppress(TargetError):
                self._own.delete(kind, name, namespace)
        # A preStop hook that holds a pod holds the Namespace too; kubelets wait for it even after the grace period.
        for pod, uid in held.items():
            with suppress(TargetError):
                self._own.end_pod(pod, namespace, uid)
        self._namespaces.delete(namespace)

    def await_deleted(self, deadline_seconds: float) -> list[str]:
        """Wait until the Namespaces of this run are gone; return a line for each that is not, with what holds it."""
        if self._shared is None:
            # No query is sent any more, and the probe's Namespace takes as long to go as the others.
            self._vantages.withdraw()
        with self._waits.on("the namespaces of this run to be gone"):
            return self._namespaces.await_deleted(deadline_seconds)

    def evidence(self, namespace: str) -> dict[str, str]:
        """Return the evidence on a namespace as file name → text: state, conditions, events and the DNS pods' logs."""
        return evidence.collect(self.api, self._watching.view(), namespace, dns=not self.settings.nameservers)
