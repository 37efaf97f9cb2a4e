"""Wrong names of endpoints: hostnames, pod names and the identifiers that a server assigns."""

from __future__ import annotations

from dataclasses import replace

import dns.rcode
from dns.rdatatype import AAAA, A

from svcdns.faults.fault import Fault, QueryContext
from svcdns.faults.mistakes import endpoints, seeing, slices
from svcdns.faults.replies import LONGEST_LABEL, NO_NAME, below_service, each, is_denial, made_up, where
from svcdns.message import Record, Reply, rdata
from svcdns.state import ClusterState, Endpoint, EndpointSlice, Key, Pod


def _pod(state: ClusterState, endpoint_slice: EndpointSlice, endpoint: Endpoint) -> Pod:
    key = Key(endpoint_slice.key.namespace, endpoint.pod)
    return state.pods.get(key, Pod(key))


def _rotated(state: ClusterState, endpoint_slice: EndpointSlice) -> EndpointSlice:
    """Give each endpoint the hostname of the next one."""
    del state
    named = [endpoint for endpoint in endpoint_slice.endpoints if endpoint.hostname]
    names = [endpoint.hostname for endpoint in named]
    moved = dict(zip(map(id, named), [*names[1:], *names[:1]], strict=True))
    return replace(
        endpoint_slice,
        endpoints=tuple(
            replace(each, hostname=moved.get(id(each), each.hostname)) for each in endpoint_slice.endpoints
        ),
    )


def _of_its_pod(state: ClusterState, endpoint_slice: EndpointSlice, endpoint: Endpoint) -> Endpoint:
    pod = _pod(state, endpoint_slice, endpoint)
    return replace(endpoint, hostname=pod.hostname if pod.subdomain else endpoint.hostname)


def _without_subdomain(state: ClusterState, endpoint_slice: EndpointSlice, endpoint: Endpoint) -> Endpoint:
    pod = _pod(state, endpoint_slice, endpoint)
    return replace(endpoint, hostname=pod.hostname if not pod.subdomain and pod.hostname else endpoint.hostname)


def _named_as_pod(state: ClusterState, endpoint_slice: EndpointSlice, endpoint: Endpoint) -> Endpoint:
    pod = _pod(state, endpoint_slice, endpoint)
    return replace(endpoint, hostname=endpoint.hostname or (pod.key.name if pod.subdomain else ""))


def _named_pod(context: QueryContext, reply: Reply) -> Reply:
    """Answer the name of a pod below any Service of its namespace with the pod's address."""
    owner = below_service(context)
    if owner is None or len(owner.labels) != 1 or not is_denial(reply) or context.question.type not in (A, AAAA):
        return reply
    pod = context.state.pods.get(Key(owner.service.key.namespace, owner.labels[0]))
    address = pod.address("IPv4" if context.question.type == A else "IPv6") if pod and pod.ready else None
    return Reply(dns.rcode.NOERROR, answer=(made_up(context, context.question.type, address),)) if address else reply


def _other_namespaces(context: QueryContext, reply: Reply) -> Reply:
    """Answer a hostname with a pod of another namespace that has it."""
    owner = below_service(context)
    if owner is None or len(owner.labels) != 1 or not is_denial(reply) or context.question.type != A:
        return reply
    wanted = owner.labels[0], owner.service.key.name
    for key, pod in sorted(context.state.pods.items()):
        if key.namespace != owner.service.key.namespace and (pod.hostname, pod.subdomain) == wanted and pod.addresses:
            return Reply(dns.rcode.NOERROR, answer=(made_up(context, A, pod.addresses[0]),))
    return reply


def _below_headless(context: QueryContext, reply: Reply) -> bool:
    owner = below_service(context)
    return owner is not None and owner.service.headless and len(owner.labels) == 1 and bool(reply.answer)


def _foreign(context: QueryContext, record: Record) -> tuple[Record, ...]:
    del context
    return (record._replace(rdata=rdata(A, "203.0.113.45")),)


def _any_label(context: QueryContext, reply: Reply) -> Reply:
    """Answer a label that no endpoint has with the first ready endpoint."""
    owner = below_service(context)
    if owner is None or not owner.service.headless or len(owner.labels) != 1 or not is_denial(reply):
        return reply
    ready = (
        address
        for endpoint_slice in context.state.slices_by_service.get(owner.service.key, ())
        for endpoint in endpoint_slice.endpoints
        if endpoint.ready is not False
        and context.question.type == (A if endpoint_slice.address_type == "IPv4" else AAAA)
        for address in endpoint.addresses
    )
    address = next(ready, None)
    return Reply(dns.rcode.NOERROR, answer=(made_up(context, context.question.type, address),)) if address else reply


def _long_gone(context: QueryContext, reply: Reply) -> Reply:
    """Repeat the last answer of a name below a Service that is NXDOMAIN now."""
    owner = below_service(context)
    if owner is None or len(owner.labels) != 1 or not is_denial(reply):
        return reply
    return next((earlier.reply for earlier in reversed(context.earlier) if earlier.reply.answer), reply)


def _ending_in_a_dash(state: ClusterState, endpoint_slice: EndpointSlice, endpoint: Endpoint) -> Endpoint:
    del state, endpoint_slice
    shortened = [address for address in endpoint.addresses if address.endswith("::")]
    dashed = shortened[0].replace(":", "-") if shortened and not endpoint.hostname else endpoint.hostname
    return replace(endpoint, hostname=dashed)


FAULTS = (
    Fault(
        "pod-names-mixed-up",
        "The name of each pod answers the address of the next pod.",
        ("C07", "D01"),
        change=seeing(slices(_rotated), A, AAAA),
    ),
    Fault(
        "pod-names-denied",
        "No pod has a name below its headless Service.",
        ("C07", "D01", "D11", "D12", "D13"),
        change=where(_below_headless, NO_NAME),
    ),
    Fault(
        "pod-names-after-deletion",
        "The name of a deleted pod still answers its address.",
        ("C03", "J02"),
        change=_long_gone,
    ),
    Fault(
        "pod-names-below-every-service",
        "Pods have their hostnames below every Service that lists them.",
        ("D08", "D03"),
        change=seeing(endpoints(_of_its_pod)),
    ),
    Fault(
        "pods-found-by-their-own-names",
        "A pod without a hostname has its own name below every Service of its namespace.",
        ("D04", "D03", "B18", "D06", "D08", "D16"),
        change=_named_pod,
    ),
    Fault(
        "hostname-without-subdomain",
        "A pod with a hostname and no subdomain has a name below its Services.",
        ("D04",),
        change=seeing(endpoints(_without_subdomain)),
    ),
    Fault(
        "subdomain-without-hostname",
        "A pod with a subdomain and no hostname has its own name below the Service.",
        ("D04",),
        change=seeing(endpoints(_named_as_pod), A, AAAA),
    ),
    Fault(
        "pod-names-of-other-namespaces",
        "A pod has a name below a Service of another namespace that its subdomain names.",
        ("D03", "C23"),
        change=_other_namespaces,
    ),
    Fault(
        "any-label-below-headless",
        "Any label below a headless Service answers one of its endpoints.",
        ("C11", "G08"),
        change=_any_label,
    ),
    Fault(
        "one-identifier-for-all",
        "All endpoints without a hostname have the same identifier.",
        ("C08",),
        change=seeing(endpoints(lambda _, __, endpoint: replace(endpoint, hostname=endpoint.hostname or "endpoint"))),
    ),
    Fault(
        "pod-names-answer-a-foreign-address",
        "Names below headless Services answer an address that is none of the cluster's; SRV and PTR records are right.",
        ("C07", "C08", "D01", "E09", "F09"),
        change=where(_below_headless, each(_foreign, A)),
    ),
    Fault(
        "long-hostnames-denied",
        "A hostname of 63 octets is NXDOMAIN.",
        ("D13",),
        "extended",
        change=where(
            lambda context, reply: (
                _below_headless(context, reply) and len(context.question.name.labels[0]) == LONGEST_LABEL
            ),
            NO_NAME,
        ),
    ),
    Fault(
        "identifier-ends-in-dash",
        "The identifier of an IPv6 endpoint may end in a dash, as in CoreDNS before 1.12.3.",
        ("I08",),
        "extended",
        change=seeing(endpoints(_ending_in_a_dash)),
    ),
    Fault(
        "unready-names-behind-virtual-ip",
        "Endpoints of a ClusterIP Service have names although they are not ready.",
        ("J08",),
        "extended",
        change=seeing(
            endpoints(lambda _, __, endpoint: endpoint if endpoint.terminating else replace(endpoint, ready=True)),
            A,
            AAAA,
        ),
    ),
)
