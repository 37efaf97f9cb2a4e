"""Corefiles that several tests read, and what of them decides answers."""

from __future__ import annotations

#: The one that kubeadm, and so kind, sets up.
KUBEADM = """
.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa { # of the cluster
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30 {
       disable success cluster.local
       disable denial cluster.local
    }
    loop
    reload
    loadbalance
}
"""

KUBEADM_OPTIONS = (
    "kubernetes cluster.local in-addr.arpa ip6.arpa",
    "pods insecure",
    "fallthrough in-addr.arpa ip6.arpa",
    "ttl 30",
    "forward . /etc/resolv.conf",
    "cache 30",
    "disable success cluster.local",
    "disable denial cluster.local",
    "loadbalance",
)
