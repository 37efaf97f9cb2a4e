"""What a Corefile says of names, and for how long answers are remembered."""

from __future__ import annotations

import pytest

from harness.targets.cluster.corefile import domain, options

SHIPPED = """
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


def test_what_decides_answers_is_listed():
    assert options(SHIPPED) == (
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


@pytest.mark.parametrize(
    ("corefile", "found"),
    [
        (SHIPPED, "cluster.local"),
        (".:53 {\n  kubernetes in-addr.arpa Corp.Example. {\n  }\n}\n", "corp.example"),
        ("dns://corp.example.:53 {\n  kubernetes\n}\n", "corp.example"),
        (".:53 {\n  forward . 1.1.1.1\n}\ncorp.example {\n  kubernetes\n}\n", "corp.example"),
        (".:53 {\n  forward . 1.1.1.1\n}\n", None),
        ("", None),
    ],
)
def test_the_domain_is_the_first_zone_of_names(corefile: str, found: str | None):
    assert domain(corefile) == found


@pytest.mark.parametrize("corefile", ["}", "a {\n}\n}\n", "{\n{\n}", "kubernetes", "a {\n{\n"])
def test_what_is_no_corefile_says_nothing(corefile: str):
    assert options(corefile) == ()
