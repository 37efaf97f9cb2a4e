"""What a user decides about a live cluster."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

#: Who creates and applies, in ``metadata.managedFields``.
FIELD_MANAGER = "svcdns"

#: Who changes single fields of what was created or applied; what is applied later does not take them back.
CHANGING_MANAGER = "svcdns-changes"

#: The ``loadBalancerClass`` of LoadBalancer Services: no controller has it, so that none makes a load balancer.
NO_LOAD_BALANCER = "svcdns.dev/none"


@dataclass(frozen=True, slots=True)
class ClusterSettings:
    """What a user decides about a live cluster.

    Attributes:
        run: the run's id, 5 characters; all that a run makes carries it.
        context: the context of the kubeconfig; it is never guessed.
        kubeconfig: a kubeconfig file, or None for the files of ``KUBECONFIG``, else ``~/.kube/config``.
        vantage: where questions are asked from.
        nameservers: the DNS servers to judge, each ``HOST[:PORT]``; then nothing in kube-system, no node and no probe
            is required or looked at.
        probe_image: the image of the probe pod, or empty for one that holds Python on the nodes, else
            ``docker.io/library/python:3.12-alpine``.
        pause_image: the image of every pod in the fixtures, or empty for one that is on the nodes, else
            ``registry.k8s.io/pause:3.10``.
        mapped: (node port, port of this host) pairs that are mapped for UDP and TCP.
        host: the address of this host at which they are mapped, or empty for the loopback address of the DNS Service's
            first IP family.
        domain: the cluster domain, or empty to read it from the cluster.
        disruptive: whether the Deployment of the cluster's DNS servers may be restarted.
        create_namespaces: whether Namespaces that manifests name are created, where they do not exist.
        load_balancer_class: the ``loadBalancerClass`` of LoadBalancer Services; empty to leave it as manifests have it, so
            that the cluster may make load balancers, and its owner pay for them.
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
