"""DNS pods that come and go: a Deployment of the tests' own stands for the cluster's."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from itertools import islice
from pathlib import Path

import pytest
from dns.rcode import Rcode

from harness.client import ask
from harness.errors import UsageError
from harness.message import question
from harness.targets.cluster.vantages import images, node_ports, probe, probe_pod, servers, tunnel
from harness.targets.cluster.vantages.plan import Plan
from harness.targets.cluster.vantages.servers import DnsService, Replicas

from .conftest import eventually

WEB = question("web.t.svc.cluster.local", "A")
LABELS = {"app": "dns"}
PATIENCE = 1


@pytest.fixture
def service(api, namespace) -> DnsService:
    """Two DNS pods behind a Service."""
    script = (Path(__file__).parent / "responder.py").read_text()
    spec = probe_pod._spec(images.choose(api, "").name)
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
    family, virtual = made["ipFamilies"][0], tuple(made["clusterIPs"])
    found = DnsService(namespace, "dns", LABELS, family, virtual, "dns-udp")
    eventually(lambda: len(servers.replicas(api, found)) == 2)
    return found


@pytest.fixture
def plan(api, service) -> Plan:
    return Plan("direct", service, servers.wait_until_ready(api, service))


def replace_first(api, plan) -> None:
    """Delete the first DNS pod and wait until another has taken its place."""
    gone = plan.replicas[0]
    api.delete("Pod", gone.pod, plan.service.namespace)
    eventually(lambda: len(now := servers.replicas(api, plan.service)) == 2 and gone not in now)


def replaced(api, plan, channels, transport, shown) -> bool:
    """Whether every channel answers, and all together show the DNS pods that there are now.

    A pod that is being deleted may answer for a while: nobody looks for another before it stops.
    """
    answers = [ask(channel, WEB, transport=transport, timeout_seconds=PATIENCE).rcode for channel in channels]
    return set(answers) == {Rcode.NXDOMAIN} and shown() == set(servers.replicas(api, plan.service))


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_node_ports_follow_pods_that_are_replaced(api, run, plan, free_ports, node_address, transport):
    mapped = [(port, port) for port in islice(free_ports, 3)]
    labels = {"svcdns.dev/run": run, **node_ports._MANAGED}

    def shown():
        return {node_ports._replica(item) for item in api.list("EndpointSlice", labels=labels)}

    with ExitStack() as life:
        made = node_ports.make(api, run, mapped, plan, life, host=node_address)
        channels = node_ports.channels(api, run, plan.service, made.places)
        replace_first(api, plan)
        eventually(lambda: replaced(api, plan, channels, transport, shown))


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_the_probe_follows_pods_that_are_replaced(api, run, plan, transport):
    places = Replicas(plan.replicas, partial(servers.replicas, api, plan.service))
    with ExitStack() as life:
        made = probe.make(api, run, images.choose(api, "").name, plan, life)
        relay = probe_pod.relay_in(api, made.namespace, made.image)
        life.callback(relay.close)
        channels = probe.channels(relay, places)
        replace_first(api, plan)
        eventually(lambda: replaced(api, plan, channels, transport, lambda: {places.at(0), places.at(1)}))


def test_tunnels_follow_pods_that_are_replaced(api, plan):
    places = Replicas(plan.replicas, partial(servers.replicas, api, plan.service))
    with ExitStack() as life:
        channels = tunnel.channels(api, plan.service, places, life)
        replace_first(api, plan)
        eventually(lambda: replaced(api, plan, channels, "tcp", lambda: {places.at(0), places.at(1)}))


def test_a_dns_pod_that_does_not_become_ready_is_named_with_its_state(api, service):
    container = {"name": "relay", "image": "registry.invalid/dns:none"}
    change = {"spec": {"template": {"spec": {"containers": [container]}}}}
    api.patch("Deployment", "dns", service.namespace, change, strategic=True)
    stuck = eventually(
        lambda: [
            pod["metadata"]["name"]
            for pod in api.list("Pod", service.namespace, labels=LABELS)
            if "ErrImagePull" in str(pod["status"]) or "ImagePullBackOff" in str(pod["status"])
        ]
    )
    with pytest.raises(UsageError) as caught:
        servers.wait_until_ready(api, service, 0.0)

    said = str(caught.value)
    assert said.startswith("DNS pods not ready: ")
    assert f"{stuck[0]} (Pending, not ready, " in said
    assert "registry.invalid/dns:none" in said
    assert "--nameserver" in said
