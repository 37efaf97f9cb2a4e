"""The facts of a cluster, for reports and for the choice of the expected answers: versions, Corefile, domain, IP families."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from svcdns.errors import TargetError, UndeterminedError, UsageError
from svcdns.manifests import dns_1123_subdomain, syntax
from svcdns.results import Facts
from svcdns.state import CLUSTER_DOMAIN, Family, family_of
from svcdns.targets.cluster import corefile, nodes
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.settings import ClusterSettings
from svcdns.targets.cluster.vantages import servers


def read(own: Ownership, settings: ClusterSettings) -> Facts:
    """Return the facts of a cluster. With named nameservers, neither kube-system nor nodes are read.

    Raises:
        UsageError: if no Service can be created, or the cluster domain is not a domain name.
    """
    api = own.api
    families = _families(own, read_nodes=not settings.nameservers)
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
    domain = settings.domain or corefile.domain(config) or _kubelet_domain(api) or CLUSTER_DOMAIN
    if problem := dns_1123_subdomain(domain):
        raise UsageError(
            f"the cluster domain in the cluster's own configuration {problem}; name it with --cluster-domain"
        )
    return Facts(api.version, server, version, corefile.options(config), domain, families)


def _image(pod: Mapping[str, Any]) -> tuple[str, str]:
    """Return the server that a DNS pod runs, and its version."""
    images = [container["image"].partition("@")[0].rpartition("/")[2] for container in pod["spec"]["containers"]]
    image = next((image for image in images if "coredns" in image), images[0])
    name, _, tag = image.partition(":")
    return "CoreDNS" if "coredns" in name else name, tag


def _corefile(api: Api, pod: Mapping[str, Any]) -> str:
    """Return the Corefile that a DNS pod mounts, or empty."""
    for volume in pod["spec"].get("volumes") or ():
        if name := (volume.get("configMap") or {}).get("name"):
            config = _config(api, name, pod["metadata"]["namespace"])
            if "Corefile" in config:
                return config["Corefile"]
    return ""


def _kubelet_domain(api: Api) -> str | None:
    """Return the cluster domain of the kubelets' configuration, where kubeadm has stored one."""
    text = _config(api, "kubelet-config", "kube-system").get("kubelet", "")
    try:
        document = next(syntax.documents(text.encode(errors="replace")), None)
    except syntax.UnreadableError:
        return None
    config = document.value if document else None
    domain = config.get("clusterDomain") if isinstance(config, Mapping) else None
    if domain is not None and not isinstance(domain, str):
        raise UsageError(
            "the ConfigMap kube-system/kubelet-config has a clusterDomain that is not text; name it with --cluster-domain"
        )
    return domain.rstrip(".").lower() if domain else None


def _config(api: Api, name: str, namespace: str) -> Mapping[str, str]:
    try:
        item = api.get("ConfigMap", name, namespace)
    except UndeterminedError:
        raise
    except TargetError:
        # We may not read it, and can do without.
        item = None
    return (item or {}).get("data") or {}


def _families(own: Ownership, *, read_nodes: bool) -> tuple[Family, ...]:
    """Return the families of a Service that prefers two, as far as pods can have them too."""
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
        raise UsageError(f"no Service can be created in the cluster: {error}") from error
    if not families:
        raise UsageError("the cluster gives a Service no IP family; use a cluster of Kubernetes 1.20 or later")
    pods = _pod_families(own.api) if read_nodes else set()
    return tuple(family for family in families if not pods or family in pods)


def _pod_families(api: Api) -> set[Family]:
    """Return the families of the nodes' address ranges for pods; none where we may not read nodes, or they have no ranges."""
    ranges = [node["spec"].get("podCIDRs") or () for node in nodes.listed(api)]
    return {family_of(network.partition("/")[0]) for networks in ranges for network in networks}
