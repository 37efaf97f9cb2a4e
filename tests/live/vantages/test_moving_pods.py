"""DNS pods that come and go: the pods of a Deployment of the tests, in place of the cluster's."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from itertools import islice
from pathlib import Path

import pytest
from dns.rcode import Rcode

from svcdns.client import ask
from svcdns.errors import UsageError
from svcdns.message import question
from svcdns.targets.cluster import images
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.vantages import node_ports, servers, tunnel
from svcdns.targets.cluster.vantages.plan import VantagePlan
from svcdns.targets.cluster.vantages.probe import probe, probe_pod
from svcdns.targets.cluster.vantages.servers import DnsService, Replicas

from .conftest import eventually

WEB = question("web.t.svc.cluster.local", "A")
LABELS = {"app": "dns"}
PATIENCE = 1


@pytest.fixture(scope="module")
def service(api) -> Iterator[DnsService]:
    """Two DNS pods behind a Service."""
    namespace = f"vantage-moving-{secrets.token_hex(3)}"
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": labels}})
    try:
        found = _served(api, namespace)
        eventually(lambda: len(servers.replicas(api, found)) == 2)
        yield found
    finally:
        api.delete("Namespace", namespace)


def _served(api, namespace) -> DnsService:
    script = (Path(__file__).parent / "responder.py").read_text()
    spec = probe_pod._spec(images.probe_image(api, "").name)
    container = spec["containers"][0]
    container["command"] = ["python3", "/svcdns/responder.py"]
    container["readinessProbe"] = {"tcpSocket": {"port": 5353}, "periodSeconds": 1}
    metadata = {"name": "dns", "namespace": namespace}
    api.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"responder.py": script}})
    spec["volumes"][0]["configMap"]["name"] = "dns"
    template = {"metadata": {"labels": LABELS}, "spec": spec}
    deployment = {"replicas": 2, "selector": {"matchLabels": LABELS}, "template": template}
    api.apply({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": deployment})
    ports = [
        {"name": f"dns-{kind.lower()}", "protocol": kind, "port": 53, "targetPort": 5353} for kind in ("UDP", "TCP")
    ]
    spec = {"selector": LABELS, "ports": ports}
    made = api.apply({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec})["spec"]
    return DnsService(namespace, "dns", LABELS, made["ipFamilies"][0], tuple(made["clusterIPs"]), "dns-udp")


def replace_one(api, service) -> None:
    """Delete a DNS pod and wait until another has taken its place."""
    gone = servers.replicas(api, service)[0]
    api.delete("Pod", gone.pod, service.namespace)
    eventually(lambda: len(now := servers.replicas(api, service)) == 2 and gone not in now)


def replaced(api, service, channels, transport, shown) -> bool:
    """Whether every channel answers, and all together show the DNS pods that there are now.

    A pod that is being deleted may answer for a while: nobody looks for another before it stops.
    """
    answers = [ask(channel, WEB, transport=transport, timeout_seconds=PATIENCE).rcode for channel in channels]
    return set(answers) == {Rcode.NXDOMAIN} and shown() == set(servers.replicas(api, service))


def by_node_ports(api, run, plan, mapped, host, life):
    """The ways through node ports, and to which DNS pods they lead."""
    labels = {"svcdns.dev/run": run, **node_ports._MANAGED}
    made = node_ports.make(Ownership(api, run), mapped, plan, life, host=host)
    found = node_ports.channels(Ownership(api, run), plan.service, made.places)
    return found, lambda: {node_ports._replica(item) for item in api.list("EndpointSlice", labels=labels)}


def by_probe(api, run, plan, life):
    """The ways from a pod, and to which DNS pods they lead."""
    made = probe.make(Ownership(api, run), images.probe_image(api, "").name, plan, life)
    relay = probe_pod.relay_in(api, made.namespace, made.image)
    life.callback(relay.close)
    places = Replicas(plan.replicas, partial(servers.replicas, api, plan.service))
    return probe.channels(relay, places), lambda: {places.at(0), places.at(1)}


def by_tunnels(api, plan, life):
    """The ways through tunnels, and to which DNS pods they lead."""
    places = Replicas(plan.replicas, partial(servers.replicas, api, plan.service))
    return tunnel.channels(api, plan.service, places, life), lambda: {places.at(0), places.at(1)}


def test_every_way_follows_pods_that_are_replaced(api, run, service, free_ports, node_address):
    plan = VantagePlan("direct", service, servers.wait_until_ready(api, service))
    mapped = [(port, port) for port in islice(free_ports, 3)]
    with ExitStack() as life:
        both = [by_node_ports(api, run, plan, mapped, node_address, life), by_probe(api, run, plan, life)]
        for transport, ways in (("udp", both), ("tcp", [*both, by_tunnels(api, plan, life)])):
            replace_one(api, service)
            for channels, shown in ways:
                eventually(partial(replaced, api, service, channels, transport, shown))


def test_a_dns_pod_that_does_not_become_ready_is_named_with_its_state(api, service):
    container = {"name": "relay", "image": "registry.invalid/dns:none"}
    change = {"spec": {"template": {"spec": {"containers": [container]}}}}
    good = api.get("Deployment", "dns", service.namespace)["spec"]["template"]["spec"]["containers"][0]["image"]
    api.patch("Deployment", "dns", service.namespace, change, strategic=True)
    try:
        stuck = eventually(
            lambda: [
                pod["metadata"]["name"]
                for pod in api.list("Pod", service.namespace, labels=LABELS)
                if "ErrImagePull" in str(pod["status"]) or "ImagePullBackOff" in str(pod["status"])
            ]
        )
        with pytest.raises(UsageError) as caught:
            servers.wait_until_ready(api, service, 0.0)
    finally:
        container["image"] = good
        api.patch("Deployment", "dns", service.namespace, change, strategic=True)

    said = str(caught.value)
    assert said.startswith("DNS pods are not ready: ")
    assert f"{stuck[0]} (Pending, not ready, " in said
    assert "registry.invalid/dns:none" in said
    assert "--nameserver" in said
