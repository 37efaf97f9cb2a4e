"""Names resolved in a pod."""

from __future__ import annotations

import json
import secrets
import subprocess
from pathlib import Path

import dns.name
import pytest
from dns.rcode import Rcode

from svcdns.client.resolver import POD_HOSTNAME
from svcdns.errors import UndeterminedError
from svcdns.targets.cluster import images
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.vantages import servers
from svcdns.targets.cluster.vantages.pod_resolver import PodResolver, PodResolvers
from svcdns.targets.cluster.vantages.probe import probe_pod, relay

from .conftest import eventually

RECORDER = Path(__file__).parent / "recorder.py"


def asked(lookup) -> list[str]:
    return [str(answer.question.name) for answer in lookup.asked]


@pytest.fixture(scope="module")
def ownership(api):
    return Ownership(api, secrets.token_hex(3)[:5])


@pytest.fixture(scope="module")
def own(ownership):
    """A Namespace for resolvers."""
    made = ownership.create(probe_pod.namespace(ownership.run, f"svcdns-{ownership.run}-resolving"))
    name = made["metadata"]["name"]
    yield name
    ownership.undo("Namespace", name)


@pytest.fixture(scope="module")
def resolvers(api, ownership):
    found = PodResolvers(ownership, images.probe_image(api, "").name)
    yield found
    found.close()


def test_a_pod_is_configured_as_the_kubelet_configures_it(api, resolvers, own):
    resolver = resolvers.of(own)

    suffixes = [f"{own}.svc.cluster.local.", "svc.cluster.local.", "cluster.local."]
    assert resolver.configuration.nameservers == servers.find(api).cluster_ips[:1]
    assert [str(suffix) for suffix in resolver.configuration.search][:3] == suffixes
    assert resolver.configuration.ndots == 5
    assert resolver.environment.hostname == POD_HOSTNAME
    assert POD_HOSTNAME in resolver.environment.hosts


def test_a_short_name_is_found_through_the_search_list(api, resolvers, own):
    resolver = resolvers.of(own)
    virtual = api.get("Service", "kubernetes", "default")["spec"]["clusterIPs"][0]
    family = "IPv6" if ":" in virtual else "IPv4"
    for transport in ("udp", "tcp"):
        lookup = resolver.lookup("kubernetes.default", family, transport)

        assert asked(lookup) == [
            f"kubernetes.default.{own}.svc.cluster.local.",
            "kubernetes.default.svc.cluster.local.",
        ]
        assert [answer.rcode for answer in lookup.asked] == [Rcode.NXDOMAIN, Rcode.NOERROR]
        assert lookup.addresses == (virtual,)


def test_a_name_that_is_not_there_has_no_address(resolvers, own):
    lookup = resolvers.of(own).lookup("nobody.default.svc.cluster.local.", "IPv4", "udp")

    assert (len(lookup.asked), lookup.addresses) == (1, ())


def test_a_pod_is_made_once_and_goes_with_its_namespace(api, resolvers, own):
    assert resolvers.of(own) is resolvers.of(own)
    assert len(api.list("Pod", own)) == 1


@pytest.mark.parametrize("name", ["no-such-namespace", "kube-public"])
def test_no_pod_is_made_in_a_namespace_that_the_run_did_not_make(api, resolvers, name, monkeypatch):
    monkeypatch.setattr(probe_pod, "DEADLINE_SECONDS", 0.5)
    with pytest.raises(
        UndeterminedError, match=f"no probe pod in the Namespace {name}: .*is not the one that this run"
    ):
        resolvers.of(name)
    assert api.list("Pod", name) == []


@pytest.mark.parametrize("name", ["web", "web.t", "a.b.c.d.e.f", "web."])
@pytest.mark.parametrize("rcode", ["NXDOMAIN", "NODATA", "SERVFAIL", "REFUSED"])
def test_the_names_asked_for_are_those_that_the_c_library_asks_for(recorded, name, rcode):
    """A pod whose only nameserver is itself: it records what its C library asks, and what we say that it would."""
    resolver, questions = recorded
    before = len(questions())
    lookup = resolver.lookup(f"{rcode.lower()}-{name}", "IPv4", "udp")
    names = list(dict.fromkeys(asked(lookup)))
    ours = len(lookup.asked)

    seen = eventually(lambda: len(found := questions()[before:]) > ours and found)
    assert seen[:ours] == names
    assert list(dict.fromkeys(seen[ours:])) == names


@pytest.fixture(scope="module")
def recorded(api):
    """A resolver in a pod that asks itself, and the questions that it was asked, in their order."""
    namespace = f"vantage-recorder-{secrets.token_hex(3)}"
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": labels}})
    try:
        eventually(lambda: api.get("ServiceAccount", "default", namespace))
        scripts = {"relay.py": Path(relay.__file__).read_text(), "recorder.py": RECORDER.read_text()}
        metadata = {"name": probe_pod.NAME, "namespace": namespace}
        api.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": scripts})
        image = images.probe_image(api, "").name
        spec = probe_pod._spec(image)
        spec["containers"][0]["command"] = ["python3", "-u", "/svcdns/recorder.py"]
        spec["securityContext"]["sysctls"] = [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]
        spec["dnsPolicy"] = "None"
        options = [
            {"name": "ndots", "value": "5"},
            {"name": "timeout", "value": "1"},
            {"name": "attempts", "value": "1"},
        ]
        spec["dnsConfig"] = {
            "nameservers": ["127.0.0.1"],
            "searches": ["first.test", "second.test"],
            "options": options,
        }
        api.apply({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
        found = probe_pod.relay_in(api, namespace, image)
        logs = api.kubectl("logs", "-n", namespace, probe_pod.NAME, "--tail=-1")

        def questions():
            said = subprocess.run(logs, check=True, capture_output=True, text=True).stdout
            return [json.loads(line) for line in said.splitlines()]

        resolver = PodResolver(found)
        assert resolver.configuration.search == (dns.name.from_text("first.test"), dns.name.from_text("second.test"))
        yield resolver, questions
        found.close()
    finally:
        api.delete("Namespace", namespace)
