"""The options of a run that concern a live cluster."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

#: The ``loadBalancerClass`` of LoadBalancer Services. No controller has it, so none makes a load balancer.
NO_LOAD_BALANCER = "svcdns.dev/none"


@dataclass(frozen=True, slots=True)
class ClusterSettings:
    """The options of a run that concern a live cluster.

    Attributes:
        run: the run's id, 5 characters; a label with it marks everything that the run makes.
        context: the context of the kubeconfig; there is no default.
        kubeconfig: a kubeconfig file, or None for the files of ``KUBECONFIG``, else ``~/.kube/config``.
        vantage: where queries are sent from.
        nameservers: the DNS servers to judge, each ``HOST[:PORT]``; if there are any, the run neither needs nor reads
            kube-system and nodes, and makes no probe.
        probe_image: the image of the probe pod, or empty for an image with Python that the nodes have, else
            ``docker.io/library/python:3.12-alpine``.
        pause_image: the image of the fixtures' pods, or empty for a pause image that the nodes have, else
            ``registry.k8s.io/pause:3.10``.
        mapped: (node port, port of this host) pairs that are mapped for UDP and TCP.
        host: the address of this host at which they are mapped, or empty for the loopback address of the DNS Service's
            first IP family.
        domain: the cluster domain, or empty to read it from the cluster.
        disruptive: whether the Deployment of the cluster's DNS servers may be restarted.
        create_namespaces: whether Namespaces that manifests name are created if they do not exist.
        load_balancer_class: the ``loadBalancerClass`` of LoadBalancer Services. If it is empty, manifests decide, and
            the cluster may make load balancers that its owner pays for.
        tries: whether a dry run shows first that the cluster takes what scenarios make.
    """

    run: str
    context: str
    kubeconfig: Path | None = None
    vantage: Literal["auto", "direct", "probe", "tunnel"] = "auto"
    nameservers: tuple[str, ...] = ()
    probe_image: str = ""
    pause_image: str = ""
    mapped: tuple[tuple[int, int], ...] = ()
    host: str = ""
    domain: str = ""
    disruptive: bool = False
    create_namespaces: bool = False
    load_balancer_class: str = NO_LOAD_BALANCER
    tries: bool = True
