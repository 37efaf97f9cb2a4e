"""Small cluster states for tests of the rules, and hypothesis strategies that make many."""

from __future__ import annotations

from hypothesis import strategies as st

from svcdns.state import ClusterState, Endpoint, EndpointPort, EndpointSlice, Key, Namespace, Service, ServicePort

LABELS = st.sampled_from(["a", "b", "web", "web-0", "x1"])
PORT_NAMES = st.sampled_from(["", "http", "dns", "dns-tcp", 63 * "p"])
PROTOCOLS = st.sampled_from(["TCP", "UDP", "SCTP"])
ADDRESSES = {
    "IPv4": st.sampled_from(["10.244.0.1", "10.244.0.2", "10.244.1.3", "192.0.2.7"]),
    "IPv6": st.sampled_from(["fd00:10:244::1", "fd00:10:244::2", "2001:db8:1:2:3:4::"]),
}
VIRTUAL_IPS = st.sampled_from([("10.96.0.10",), ("10.96.0.11", "fd00:10:96::11"), ("fd00:10:96::12",), ()])
TARGETS = st.sampled_from(["www.example.com", "a.n.svc.cluster.local", "gone.n.svc.cluster.local", "192.0.2.1"])


@st.composite
def endpoint_slices(draw: st.DrawFn, service: str, index: int) -> EndpointSlice:
    family = draw(st.sampled_from(["IPv4", "IPv6"]))
    endpoints = [
        Endpoint(
            addresses=(draw(ADDRESSES[family]),),
            ready=draw(st.sampled_from([True, True, False, None])),
            hostname=draw(st.one_of(st.just(""), LABELS)),
        )
        for _ in range(draw(st.integers(0, 4)))
    ]
    ports = [
        EndpointPort(draw(PORT_NAMES), draw(PROTOCOLS), draw(st.sampled_from([80, 8080, 53, 0, None])))
        for _ in range(draw(st.integers(0, 3)))
    ]
    return EndpointSlice(Key("n", f"{service}-{index}"), service, family, tuple(endpoints), tuple(ports))


@st.composite
def services(draw: st.DrawFn, name: str) -> Service:
    if draw(st.integers(0, 4)) == 0:
        return Service(Key("n", name), type="ExternalName", external_name=draw(TARGETS))
    ports = [
        ServicePort(draw(PORT_NAMES), draw(PROTOCOLS), draw(st.sampled_from([80, 443, 53])))
        for _ in range(draw(st.integers(0, 3)))
    ]
    return Service(Key("n", name), cluster_ips=draw(VIRTUAL_IPS), ports=tuple(ports))


@st.composite
def states(draw: st.DrawFn) -> ClusterState:
    names = draw(st.lists(LABELS, unique=True, max_size=3))
    objects: list[Namespace | Service | EndpointSlice] = [Namespace("n"), Namespace("empty")]
    for name in names:
        objects.append(draw(services(name)))
        objects += [draw(endpoint_slices(name, index)) for index in range(draw(st.integers(0, 2)))]
    return ClusterState().changed(put=objects)
