"""The part of a state that a query concerns, and what kind of name was queried."""

from __future__ import annotations

import pytest

from svcdns.state import ClusterState, Endpoint, EndpointSlice, Key, Namespace, Pod, Service, concern, naming, text
from svcdns.state.naming import NameKind


def service(name: str, namespace: str = "shop", **more: object) -> Service:
    return Service(Key(namespace, name), **more)  # type: ignore[arg-type]


def listing(service_name: str, *endpoints: Endpoint, namespace: str = "shop") -> EndpointSlice:
    return EndpointSlice(Key(namespace, f"{service_name}-1"), service_name, "IPv4", endpoints)


DB = tuple(Endpoint((f"10.244.0.{number}",), hostname=f"db-{number}", pod=f"db-{number}") for number in (1, 2))
MANY = tuple(Endpoint((f"10.245.{number // 250}.{number % 250}",)) for number in range(1000))
STATE = ClusterState().changed(
    [
        Namespace("shop"),
        Namespace("default"),
        service("kubernetes", "default", cluster_ips=("10.96.0.1",)),
        service("web", cluster_ips=("10.96.0.9",), selector={"app": "web"}),
        service("db", selector={"app": "db"}),
        service("anonymous"),
        service("many"),
        service("alias", type="ExternalName", external_name="hop.shop.svc.cluster.local"),
        service("hop", type="ExternalName", external_name="alias.shop.svc.cluster.local."),
        service("away", type="ExternalName", external_name="example.com"),
        *(service(f"other-{number}") for number in range(9)),
        listing("db", *DB),
        listing("anonymous", Endpoint(("192.0.2.7",))),
        listing("many", *MANY),
        listing("kubernetes", Endpoint(("172.18.0.2",)), namespace="default"),
        *(Pod(Key("shop", f"db-{number}"), {"app": "db"}, (f"10.244.0.{number}",)) for number in (1, 2)),
        Pod(Key("shop", "web-x"), {"app": "web"}, ("10.244.0.7",)),
        Pod(Key("shop", "lonely"), {}, ("10.244.0.8",)),
    ]
)


def shown(queried: str, names: tuple[str, ...] = (), addresses: tuple[str, ...] = ()) -> list[str]:
    lines = text.lines(concern.of_query(STATE, queried, names, addresses), "shop")
    return [line.strip().partition(":")[0].partition(" of ")[0] for line in lines]


DB_LINES = ["Service db", "EndpointSlice db-1", "10.244.0.1", "10.244.0.2", "Pod db-1", "Pod db-2"]


@pytest.mark.parametrize(
    ("queried", "expected"),
    [
        ("db.shop.svc.cluster.local.", DB_LINES),
        ("DB.Shop.svc.cluster.local.", DB_LINES),
        ("db-1.db.shop.svc.cluster.local.", DB_LINES),
        ("_sql._tcp.db.shop.svc.cluster.local.", DB_LINES),
        ("1.0.244.10.in-addr.arpa.", DB_LINES),
        ("web.shop.svc.cluster.local.", ["Service web", "Pod web-x"]),
        ("9.0.96.10.in-addr.arpa.", ["Service web", "Pod web-x"]),
        ("8.0.244.10.in-addr.arpa.", ["Pod lonely"]),
        ("10-244-0-8.shop.pod.cluster.local.", ["Pod lonely"]),
        ("anonymous.shop.svc.cluster.local.", ["Service anonymous", "EndpointSlice anonymous-1", "192.0.2.7"]),
        (
            "kubernetes.default.svc.cluster.local.",
            ["Service default/kubernetes", "EndpointSlice default/kubernetes-1", "172.18.0.2"],
        ),
        ("alias.shop.svc.cluster.local.", ["Service alias", "Service hop"]),
        ("away.shop.svc.cluster.local.", ["Service away"]),
        ("nobody.shop.svc.cluster.local.", ["no Service nobody"]),
        ("web.nowhere.svc.cluster.local.", ["no Namespace nowhere", "no Service nowhere/web"]),
        ("shop.svc.cluster.local.", ["Namespace shop"]),
        ("dns-version.cluster.local.", []),
        ("example.com.", []),
        ("1.0.244.in-addr.arpa.", []),
    ],
)
def test_only_what_the_queried_name_concerns_is_shown(queried: str, expected: list[str]):
    assert shown(queried) == expected


def test_compared_records_add_their_owners():
    assert shown("anonymous.shop.svc.cluster.local.", (), ("10.244.0.8", "10.96.0.1"))[:2] == [
        "Service anonymous",
        "Service default/kubernetes",
    ]
    assert "Pod lonely" in shown("anonymous.shop.svc.cluster.local.", (), ("10.244.0.8",))
    assert shown("9.9.9.9.in-addr.arpa.", ("db-1.db.shop.svc.cluster.local.",)) == DB_LINES


def test_of_many_endpoints_those_of_the_compared_addresses_are_shown_and_the_others_counted():
    lines = shown("many.shop.svc.cluster.local.", (), ("10.245.3.7",))
    assert lines[2] == "10.245.3.7"
    assert len(lines) == 2 + text.MOST_SHOWN + 1
    assert lines[-1] == f"… and {1000 - text.MOST_SHOWN} more endpoints"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("web.shop.svc.cluster.local.", NameKind.CLUSTER_IP),
        ("db.shop.svc.cluster.local.", NameKind.HEADLESS),
        ("alias.shop.svc.cluster.local.", NameKind.EXTERNAL_NAME),
        ("nobody.shop.svc.cluster.local.", NameKind.SERVICE),
        ("db-1.db.shop.svc.cluster.local.", NameKind.HOSTNAME),
        ("192-0-2-7.anonymous.shop.svc.cluster.local.", NameKind.UNNAMED_ENDPOINT),
        ("db-9.db.shop.svc.cluster.local.", NameKind.ENDPOINT),
        ("x.web.shop.svc.cluster.local.", NameKind.ENDPOINT),
        ("_http._tcp.web.shop.svc.cluster.local.", NameKind.PORT),
        ("_sql._tcp.db.shop.svc.cluster.local.", NameKind.HEADLESS_PORT),
        ("9.0.96.10.in-addr.arpa.", NameKind.VIRTUAL_IP_ADDRESS),
        ("1.0.244.10.in-addr.arpa.", NameKind.ENDPOINT_ADDRESS),
        ("8.0.244.10.in-addr.arpa.", NameKind.OTHER_ADDRESS),
        ("shop.svc.cluster.local.", NameKind.OTHER),
        ("example.com.", NameKind.OTHER),
        (f"{'a' * 64}.shop.svc.cluster.local.", NameKind.OTHER),
    ],
)
def test_the_kind_of_a_name_is_read_from_the_state(name: str, kind: NameKind):
    assert naming.kind_of(name, STATE) is kind
