"""What was read from a cluster about itself, for reports and for choosing what to expect of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from svcdns.errors import TargetError, UndeterminedError, UsageError
from svcdns.manifests import dns_1123_subdomain, syntax
from svcdns.results import Facts
from svcdns.state import CLUSTER_DOMAIN, Family, family_of
from svcdns.targets.cluster import corefile
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.settings import ClusterSettings
from svcdns.targets.cluster.vantages import servers


def read(own: Ownership, settings: ClusterSettings) -> Facts:
    """Ask a cluster about itself; with nameservers to judge, nothing in kube-system and no node is looked at.

    Raises:
        UsageError: if it lets us make no Service, or its cluster domain is none.
    """
    api = own.api
    families = _families(own, look_at_nodes=not settings.nameservers)
    if settings.nameservers:
        return Facts(api.version, "", "", (), settings.domain or CLUSTER_DOMAIN, families)
    try:
        service = servers.find(api)
        pods = api.list("Pod", service.namespace, labels=service.selector)
    except UndeterminedError:
        raise
    except (TargetError, UsageError):
        pods = []
    server, version = _image(pods[0]) if pods else ("", "")
    config = _corefile(api, pods[0]) if server == "CoreDNS" else ""
    found = settings.domain or corefile.domain(config) or _kubelet_domain(api) or CLUSTER_DOMAIN
    if problem := dns_1123_subdomain(found):
        raise UsageError(
            f"the cluster domain, by the cluster's own configuration, {problem}; name it with --cluster-domain"
        )
    return Facts(api.version, server, version, corefile.options(config), found, families)


def _image(pod: Mapping[str, Any]) -> tuple[str, str]:
    """The server that a DNS pod runs, and its version."""
    images = [container["image"].partition("@")[0].rpartition("/")[2] for container in pod["spec"]["containers"]]
    image = next((one for one in images if "coredns" in one), images[0])
    name, _, tag = image.partition(":")
    return "CoreDNS" if "coredns" in name else name, tag


def _corefile(api: Api, pod: Mapping[str, Any]) -> str:
    """The Corefile that a DNS pod mounts, or empty."""
    for volume in pod["spec"].get("volumes") or ():
        if name := (volume.get("configMap") or {}).get("name"):
            config = _config(api, name, pod["metadata"]["namespace"])
            if "Corefile" in config:
                return config["Corefile"]
    return ""


def _kubelet_domain(api: Api) -> str | None:
    """The cluster domain by the kubelets' configuration, where kubeadm has left it."""
    written = _config(api, "kubelet-config", "kube-system").get("kubelet", "")
    try:
        document = next(syntax.documents(written.encode(errors="replace")), None)
    except syntax.UnreadableError:
        return None
    config = document.value if document else None
    found = config.get("clusterDomain") if isinstance(config, Mapping) else None
    if found is not None and not isinstance(found, str):
        raise UsageError(
            "the ConfigMap kube-system/kubelet-config has a clusterDomain that is no text; name it with --cluster-domain"
        )
    return found.rstrip(".").lower() if found else None


def _config(api: Api, name: str, namespace: str) -> Mapping[str, str]:
    try:
        found = api.get("ConfigMap", name, namespace)
    except UndeterminedError:
        raise
    except TargetError:
        # It need not be shown to us.
        found = None
    return (found or {}).get("data") or {}


def _families(own: Ownership, *, look_at_nodes: bool) -> tuple[Family, ...]:
    """The families that a Service gets that would like two, if pods can have them too."""
    trial = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"generateName": "svcdns-families-", "namespace": "default"},
        "spec": {"ipFamilyPolicy": "PreferDualStack", "ports": [{"port": 53}]},
    }
    try:
        families: tuple[Family, ...] = tuple(own.trial(trial)["spec"].get("ipFamilies") or ())
    except UndeterminedError:
        raise
    except TargetError as error:
        raise UsageError(f"the cluster lets us make no Service: {error}") from error
    if not families:
        raise UsageError("the cluster gives a Service no IP family; Kubernetes does so since 1.20")
    pods = _pod_families(own.api) if look_at_nodes else set()
    return tuple(family for family in families if not pods or family in pods)


def _pod_families(api: Api) -> set[Family]:
    """The families of the nodes' ranges for pods; none where nodes do not say."""
    try:
        nodes = api.list("Node")
    except UndeterminedError:
        raise
    except TargetError:
        return set()
    ranges = [node["spec"].get("podCIDRs") or () for node in nodes]
    return {family_of(network.partition("/")[0]) for networks in ranges for network in networks}
