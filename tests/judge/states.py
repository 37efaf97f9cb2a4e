"""Small states that the tables of answers are judged against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from svcdns.state import (
    ClusterState,
    Endpoint,
    EndpointPort,
    EndpointSlice,
    Key,
    Namespace,
    Pod,
    Service,
    ServicePort,
)
from tests.judge.answers import NAMESPACE, NEIGHBOUR

DUAL = ("IPv4", "IPv6")
HTTP = ServicePort("http", "TCP", 80)


def service(name: str, *cluster_ips: str, namespace: str = NAMESPACE, **other: Any) -> Service:
    return Service(Key(namespace, name), cluster_ips=cluster_ips, **{"ports": (HTTP,), **other})


def pod(name: str, *addresses: str, namespace: str = NAMESPACE, **other: Any) -> Pod:
    return Pod(Key(namespace, name), addresses=addresses, **{"ready": True, "labels": {"app": "db"}, **other})


def member(number: int, subdomain: str = "db") -> Pod:
    """A ready pod with a hostname below a Service, as a StatefulSet has them."""
    return pod(f"{subdomain}-{number}", f"10.244.0.1{number}", hostname=f"{subdomain}-{number}", subdomain=subdomain)


def endpoint(*addresses: str, **other: Any) -> Endpoint:
    return Endpoint(addresses, **other)


def endpoint_slice(
    name: str, of: str, *endpoints: Endpoint, ports: Sequence[EndpointPort] = (), family: str = "IPv4"
) -> EndpointSlice:
    return EndpointSlice(Key(NAMESPACE, name), of, family, endpoints, tuple(ports))


def state(*objects: Any) -> ClusterState:
    return ClusterState().changed(put=[Namespace(NAMESPACE), Namespace(NEIGHBOUR), *objects])


SELECTOR: Mapping[str, str] = {"app": "db"}

WEB = service("web", "10.96.0.10")
BESIDE = service("web", "10.96.0.11", namespace=NEIGHBOUR)
FAR = service("web", "10.96.0.12", namespace="far")
SIX = service("six", "fd00:10:96::10", families=("IPv6",))
BOTH = service("both", "10.96.0.20", "fd00:10:96::20", families=DUAL)
DB = service("db", selector=SELECTOR)
DB_TOO = service("db-too", selector=SELECTOR, publish_not_ready=True)
PEERS = service("peers")
DOCS = Service(Key(NAMESPACE, "docs"), type="ExternalName", external_name="www.example.com")

#: Pods of which two are ready endpoints of "db", and every kind that is none.
PODS = (
    member(0),
    member(1),
    pod("db-2", "10.244.0.12", ready=False, hostname="db-2", subdomain="db"),
    pod("db-3", "10.244.0.13", terminating=True, hostname="db-3", subdomain="db"),
    pod("db-4", "10.244.0.14", phase="Succeeded", hostname="db-4", subdomain="db"),
    pod("db-5", hostname="db-5", subdomain="db"),
    pod("other", "10.244.0.16", labels={"app": "other"}),
    pod("stranger", "10.244.0.17", namespace=NEIGHBOUR),
    pod("six", "fd00:10:244::18"),
)

#: Endpoints that are written by hand, of which three are ready endpoints of "peers".
SLICES = (
    endpoint_slice(
        "peers-1",
        "peers",
        endpoint("192.0.2.11", "192.0.2.12", ready=True, hostname="a"),
        endpoint("192.0.2.13", ready=False, hostname="b"),
    ),
    endpoint_slice(
        "peers-2",
        "peers",
        endpoint("192.0.2.14", hostname="c"),
        endpoint("192.0.2.15", ready=True),
        endpoint("192.0.2.15", ready=True),
    ),
    endpoint_slice("peers-3", "peers", endpoint("peer.example.com", ready=True), family="FQDN"),
)
API = service("kubernetes", "10.96.0.1", namespace="default")

STATE = state(API, WEB, BESIDE, FAR, SIX, BOTH, DB, DB_TOO, PEERS, DOCS, *PODS, *SLICES)
