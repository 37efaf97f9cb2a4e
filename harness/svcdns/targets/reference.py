"""The reference target: a cluster and its DNS server, both in this process."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

import dns.name
import dns.rcode
from dns.rdatatype import AAAA, A

from svcdns import records, resources
from svcdns.client import Answer, Channel, Direct, Transport, ask
from svcdns.client.resolver import POD_HOSTNAME, POD_SUBDOMAIN, Lookup, PodIdentity, ResolverConfiguration, candidates
from svcdns.controllers import Cluster
from svcdns.errors import HarnessError, TargetError, UndeterminedError
from svcdns.manifests import Manifest, further_namespaces, refuse_existing, refuse_reserved, refuse_too_many
from svcdns.message import Question, Reply
from svcdns.records import Profile
from svcdns.results import Facts
from svcdns.server import EVERY_TYPE, Server, Style
from svcdns.state import ClusterState, Family, Key
from svcdns.targets.target import FAMILIES, PROBE_LABEL, Capability, Deadlines, Vantage

#: Changes show at once, so a second query would only hide a fault.
DEADLINES = Deadlines(question_seconds=2.0, becomes_seconds=0.0, pause_seconds=0.0, right_in_a_row=1)

_FAMILIES: dict[tuple[Family, ...], frozenset[Capability]] = {
    ("IPv4",): frozenset({Capability.IPV4}),
    ("IPv6",): frozenset({Capability.IPV6}),
}


class Reference:
    """A cluster without nodes, and an authoritative DNS server that answers from its state.

    Attributes:
        vantages: one, on this host, once entered; a proxy in front of the server replaces it.
    """

    vantages: tuple[Vantage, ...]
    name = "reference"
    deadlines = DEADLINES
    notes: tuple[str, ...] = ()

    def __init__(self, profile: Profile, *, families: tuple[Family, ...] = ("IPv4", "IPv6")) -> None:
        self.cluster = Cluster(families=families)
        self.profile = profile
        self._families = families
        #: A line for each warning of the API server, and for each object that has no effect on DNS or an unknown one.
        self.remarks: list[str] = []
        #: A scenario's Namespace → the further Namespaces that were made for its manifests.
        self._further: dict[str, list[str]] = {}
        self.capabilities = frozenset({Capability.POD_RESOLVER}) | _FAMILIES.get(families, FAMILIES)
        shuffled = EVERY_TYPE if profile.shuffled is None else profile.shuffled
        style = Style(shuffled=shuffled, edns_size=profile.edns_payload_octets)
        self._server = Server(self.respond, style=style)

    def __enter__(self) -> Self:
        self._server.__enter__()
        self.vantages = (Vantage("direct", (Direct(self._server.addresses[0], self._server.port),)),)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.__exit__(kind, error, trace)

    def respond(self, question: Question) -> Reply:
        """Return what the profile answers to a question at this moment."""
        return records.answer(self.cluster.state, question, self.profile)

    def handle(self, wire: bytes, transport: Transport) -> bytes | None:
        """Return the DNS server's reply to a message, without a socket; None for no reply."""
        return self._server.handle(wire, transport)

    @property
    def dns_profile(self) -> str:
        """The profile that the server answers as."""
        return self.profile.name

    @property
    def facts(self) -> Facts:
        """The facts of the cluster in this process."""
        state = self.cluster.state
        return Facts("", "svcdns reference", resources.version(), (), state.domain, self._families)

    def capacity(self) -> None:
        """Return no limit: pods cost nothing here."""

    def abandon(self, namespace: str) -> None:
        """Do nothing: nothing is awaited here."""

    def evidence(self, namespace: str) -> dict[str, str]:
        """Return nothing: there is only the state, which every failure shows."""
        del namespace
        return {}

    def await_deleted(self, deadline_seconds: float) -> list[str]:
        """Return nothing: objects are deleted at once."""
        del deadline_seconds
        return []

    @property
    def channel(self) -> Channel:
        """The channel to the DNS server."""
        return self.vantages[0].channels[0]

    def create_namespace(self, namespace: str, *, host_network: bool = False) -> None:  # noqa: ARG002 - any pod is admitted
        """Create a Namespace."""
        self.cluster.create_namespace(namespace)

    def apply(self, manifests: Sequence[Manifest], namespace: str) -> None:
        """Create or update all objects or none, each in the Namespace that it names, which is made for it.

        Raises:
            ManifestError: if an object would be refused, or names a Namespace that was not made for these manifests.
        """
        refuse_reserved(manifests)
        refuse_too_many(manifests)
        made = self._further.setdefault(namespace, [])
        new = {name: item for name, item in further_namespaces(manifests, namespace).items() if name not in made}
        refuse_existing(new, self.cluster.state.namespaces.__contains__)
        for name in new:
            self.cluster.create_namespace(name)
        try:
            remarks = self.cluster.apply(manifests, namespace)
        except HarnessError:
            for name in new:
                self.cluster.delete("Namespace", name, "")
            raise
        made += new
        self.remarks += [f'{note.kind} "{note.name}" {note.text}' for note in remarks]

    def delete(self, kind: str, name: str, namespace: str) -> None:
        """Delete an object."""
        self.cluster.delete(kind, name, namespace)

    def scale(self, kind: str, name: str, replicas: int, namespace: str) -> None:
        """Set the number of replicas."""
        self.cluster.scale(kind, name, replicas, namespace)

    def restart(self, kind: str, name: str, namespace: str) -> None:
        """Replace all pods of a workload."""
        self.cluster.restart(kind, name, namespace)

    def restart_dns(self, deployment: str) -> str:
        """Replace all pods of the DNS servers' Deployment; return its namespace."""
        self.cluster.restart("Deployment", deployment, "kube-system")
        return "kube-system"

    def set_ready(self, pod: str, namespace: str, *, ready: bool) -> None:
        """Make a pod ready or unready."""
        self.cluster.set_ready(pod, namespace, ready=ready)

    def wish_ready(self, namespace: str, *, ready: bool) -> None:
        """Set whether the pods of the namespace are to be ready."""
        self.cluster.wish_ready(namespace, ready=ready)

    def expose(
        self, kind: str, name: str, namespace: str, *, port: int, target_port: int | str | None, service: str
    ) -> None:
        """Create a Service as ``kubectl expose`` does, with its refusals."""
        self.cluster.expose(kind, name, namespace, port=port, target_port=target_port, service=service)

    def state(self) -> ClusterState:
        """Return what the cluster holds now."""
        return self.cluster.state

    def outages(self) -> int:
        """Return 0: nothing comes between the reference and its state."""
        return 0

    def settle(self, namespace: str) -> None:
        """Check that the DNS server has not failed; the controllers here have always finished."""
        if self._server.failure is not None:
            raise UndeterminedError(f"the reference DNS server failed: {self._server.failure!r}")
        if namespace not in self.cluster.state.namespaces:
            raise TargetError(f'the Namespace "{namespace}" does not exist')

    def resolver(self, namespace: str) -> ReferenceResolver:
        """Return the stub resolver that a pod of the namespace would have."""
        return ReferenceResolver(self, namespace)

    def delete_namespace(self, namespace: str) -> None:
        """Delete a Namespace with everything in it, and those that were made for its manifests."""
        for name in (namespace, *self._further.pop(namespace, ())):
            self.cluster.delete("Namespace", name, "")

    def remove_namespace(self, namespace: str) -> None:
        """Delete a Namespace with everything in it."""
        self.delete_namespace(namespace)


class ReferenceResolver:
    """A stub resolver configured as the kubelet configures a pod with ``dnsPolicy: ClusterFirst``."""

    def __init__(self, target: Reference, namespace: str) -> None:
        self._target = target
        self._namespace = namespace
        domain = target.cluster.state.domain
        suffixes = (f"{namespace}.svc.{domain}", f"svc.{domain}", domain)
        self.configuration = ResolverConfiguration(
            nameservers=target.cluster.state.services[Key("kube-system", "kube-dns")].cluster_ips,
            search=tuple(dns.name.from_text(suffix) for suffix in suffixes),
            ndots=5,
        )

    @property
    def identity(self) -> PodIdentity:
        """The pod's own name and addresses, as the kubelet gives them (``pkg/kubelet/kubelet_pods.go``, ``managedHostsFileContent``)."""
        self._target.cluster.apply([Manifest(_POD, "the pod that asks", {(): 1})], self._namespace)
        state = self._target.state()
        pod = state.pods[Key(self._namespace, _POD["metadata"]["name"])]
        full = f"{pod.hostname}.{pod.subdomain}.{self._namespace}.svc.{state.domain}"
        lines = ["127.0.0.1\tlocalhost", *(f"{address}\t{full}\t{pod.hostname}" for address in pod.addresses)]
        return PodIdentity(pod.hostname, pod.subdomain, pod.addresses, "\n".join(lines))

    def lookup(self, name: str, family: Family, transport: Transport) -> Lookup:
        """Query the candidates in their order until an answer is not NXDOMAIN; repeat a truncated answer over TCP."""
        answers: list[Answer] = []
        type_ = A if family == "IPv4" else AAAA
        for candidate in candidates(name, self.configuration):
            answer = self._ask(Question(candidate, type_), transport)
            if answer.truncated:
                answer = self._ask(Question(candidate, type_), "tcp")
            answers.append(answer)
            if answer.rcode != dns.rcode.NXDOMAIN:
                break
        addresses = tuple(str(record.rdata) for record in answers[-1].answer if record.type == type_)
        return Lookup(tuple(answers), addresses)

    def _ask(self, question: Question, transport: Transport) -> Answer:
        seconds = self._target.deadlines.question_seconds
        return ask(self._target.channel, question, transport=transport, timeout_seconds=seconds)


#: The pod that sends queries, as live targets run one.
_POD: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "svcdns-probe", "labels": {PROBE_LABEL: "true"}},
    "spec": {
        "hostname": POD_HOSTNAME,
        "subdomain": POD_SUBDOMAIN,
        "containers": [{"name": "probe", "image": "registry.k8s.io/pause:3.10"}],
    },
}
