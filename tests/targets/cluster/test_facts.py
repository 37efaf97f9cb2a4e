"""What a cluster says about itself, and what a run says where it may not read it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from svcdns.targets.cluster import ClusterSettings, facts
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.ownership import Ownership
from tests.api_server import Objects, Reply, Request, as_json, kubeconfig, serving, status

SETTINGS = ClusterSettings(run="abcde", context="c")
COREFILE = ".:53 {\n kubernetes example.internal in-addr.arpa ip6.arpa {\n pods disabled\n }\n}\n"
LABELS = {"k8s-app": "kube-dns"}


def cluster(*, pods: bool = True) -> Objects:
    """A cluster with the DNS servers that kubeadm makes."""
    objects = Objects()
    objects.put(
        "Service",
        "kube-dns",
        "kube-system",
        metadata={"labels": LABELS},
        spec={
            "selector": LABELS,
            "clusterIPs": ["10.96.0.10"],
            "ipFamilies": ["IPv4"],
            "ports": [{"name": "dns", "port": 53, "protocol": "UDP"}],
        },
    )
    objects.put("ConfigMap", "coredns", "kube-system", data={"Corefile": COREFILE})
    if pods:
        start(objects)
    return objects


def start(objects: Objects) -> None:
    """Start the DNS pod, and list it as ready."""
    objects.put(
        "Pod",
        "coredns-a",
        "kube-system",
        metadata={"labels": LABELS},
        spec={
            "containers": [{"name": "coredns", "image": "registry.k8s.io/coredns/coredns:v1.12.1"}],
            "volumes": [{"name": "config", "configMap": {"name": "coredns"}}],
        },
        status={"phase": "Running"},
    )
    objects.put(
        "EndpointSlice",
        "kube-dns-a",
        "kube-system",
        metadata={"labels": {"kubernetes.io/service-name": "kube-dns"}},
        addressType="IPv4",
        endpoints=[{"addresses": ["10.244.0.2"], "conditions": {"ready": True}, "targetRef": {"name": "coredns-a"}}],
        ports=[{"name": "dns", "port": 53, "protocol": "UDP"}],
    )


def _no_config_maps(request: Request) -> Reply | None:
    if "/configmaps/" not in request.path:
        return None
    return as_json(status(403, "Forbidden", 'configmaps "coredns" is forbidden'), 403)


@contextmanager
def opened(objects: Objects, directory: Path, *, restricted: bool = False) -> Iterator[Ownership]:
    wrong = _no_config_maps if restricted else lambda _: None
    with (
        serving(objects, wrong) as server,
        closing(Api(kubeconfig(directory, server.url, context="c"), "c")) as api,
    ):
        yield Ownership(api, "abcde")


def test_the_corefile_says_the_domain(tmp_path: Path):
    with opened(cluster(), tmp_path) as own:
        found = facts.read(own, SETTINGS)
    assert (found.dns_server, found.dns_version, found.domain) == ("CoreDNS", "v1.12.1", "example.internal")
    assert (found.corefile_unread, found.domain_assumed) == ("", False)


def test_what_may_not_be_read_is_told_with_what_follows_from_it(tmp_path: Path):
    with opened(cluster(), tmp_path, restricted=True) as own:
        found = facts.read(own, SETTINGS)
    assert (found.profile, found.domain, found.domain_assumed) == ("coredns", "cluster.local", True)
    _, corefile, domain = found.lines()
    assert corefile.startswith("Corefile not read: ")
    assert corefile.endswith('configmaps "coredns" is forbidden; whether pods have records is observed, not judged')
    assert domain == "cluster domain not read: cluster.local is assumed; set another with --cluster-domain"


def test_dns_pods_that_come_later_are_waited_for(tmp_path: Path):
    objects = cluster(pods=False)
    with opened(objects, tmp_path) as own:
        threading.Timer(0.3, start, [objects]).start()
        assert facts.read(own, SETTINGS).dns_server == "CoreDNS"


@pytest.mark.parametrize("domain", ["", "example.internal"])
def test_of_named_servers_nothing_is_read(domain: str, tmp_path: Path):
    settings = ClusterSettings(run="abcde", context="c", nameservers=("192.0.2.53",), domain=domain)
    with opened(cluster(), tmp_path) as own:
        found = facts.read(own, settings)
    assert found.domain == (domain or "cluster.local")
    assert found.domain_assumed == (not domain)
    assert found.corefile_unread == "the servers are named by --nameserver"
