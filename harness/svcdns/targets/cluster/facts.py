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
from svcdns.targets.waits import Waits


def read(own: Ownership, settings: ClusterSettings, waits: Waits | None = None) -> Facts:
    """Return the facts of a cluster, once its DNS pods are ready. With named nameservers, neither kube-system nor nodes are read.

    Raises:
        UsageError: if no Service can be created, the DNS pods do not become ready, or the cluster domain is not a domain
            name.
    """
    api = own.api
    families = _families(own, read_nodes=not settings.nameservers)
    if settings.nameservers:
        return Facts(
            api.version,
            "",
            "",
            (),
            settings.domain or CLUSTER_DOMAIN,
            families,
            corefile_unread="the servers are named by --nameserver",
            domain_assumed=not settings.domain,
        )
    pod = _dns_pod(api, waits or Waits())
    server, version = _image(pod)
    config, unread = _corefile(api, pod) if server == "CoreDNS" else ("", "")
    known = settings.domain or corefile.domain(config) or _kubelet_domain(api)
    domain = known or CLUSTER_DOMAIN
    if problem := dns_1123_subdomain(domain):
        raise UsageError(
            f"the cluster domain in the cluster's own configuration {problem}; name it with --cluster-domain"
        )
    return Facts(
        api.version,
        server,
        version,
        corefile.options(config),
        domain,
        families,
        corefile_unread=unread,
        domain_assumed=not known,
    )


def _dns_pod(api: Api, waits: Waits) -> Mapping[str, Any]:
    """Return the first DNS pod that is ready, by name."""
    service = servers.find(api)
    with waits.on("the DNS pods to be ready"):
        ready = {replica.pod for replica in servers.wait_until_ready(api, service)}
    pods = api.list("Pod", service.namespace, labels=service.selector)
    pods.sort(key=lambda pod: (pod["metadata"]["name"] not in ready, pod["metadata"]["name"]))
    if not pods:
        raise UsageError(f"the DNS Service {service.namespace}/{service.name} has no pods any more; run again")
    return pods[0]


def _image(pod: Mapping[str, Any]) -> tuple[str, str]:
    """Return the server that a DNS pod runs, and its version."""
    images = [container["image"].partition("@")[0].rpartition("/")[2] for container in pod["spec"]["containers"]]
    image = next((image for image in images if "coredns" in image), images[0])
    name, _, tag = image.partition(":")
    return "CoreDNS" if "coredns" in name else name, tag


def _corefile(api: Api, pod: Mapping[str, Any]) -> tuple[str, str]:
    """Return the Corefile that a DNS pod mounts, or why it is not known."""
    why = f"the pod {pod['metadata']['name']} mounts no ConfigMap with a Corefile"
    for volume in pod["spec"].get("volumes") or ():
        if name := (volume.get("configMap") or {}).get("name"):
            config, refusal = _config(api, name, pod["metadata"]["namespace"])
            if "Corefile" in config:
                return config["Corefile"], ""
            why = refusal or why
    return "", why


def _kubelet_domain(api: Api) -> str | None:
    """Return the cluster domain of the kubelets' configuration, where kubeadm has stored one."""
    config, _ = _config(api, "kubelet-config", "kube-system")
    text = config.get("kubelet", "")
    try:
        document = next(syntax.documents(text.encode(errors="replace")), None)
    except syntax.UnreadableError:
        return None
    settings = document.value if document else None
    domain = settings.get("clusterDomain") if isinstance(settings, Mapping) else None
    if domain is not None and not isinstance(domain, str):
        raise UsageError(
            "the ConfigMap kube-system/kubelet-config has a clusterDomain that is not text; name it with --cluster-domain"
        )
    return domain.rstrip(".").lower() if domain else None


def _config(api: Api, name: str, namespace: str) -> tuple[Mapping[str, str], str]:
    """Return the content of a ConfigMap, or why it cannot be read, which we can do without."""
    try:
        item = api.get("ConfigMap", name, namespace)
    except UndeterminedError:
        raise
    except TargetError as error:
        return {}, str(error)
    return (item or {}).get("data") or {}, ""


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
