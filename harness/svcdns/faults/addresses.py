"""Wrong addresses of headless Services: endpoints that should be missing, and ready endpoints that are missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dns.rdatatype import AAAA, A

from svcdns.faults.fault import Fault, QueryContext
from svcdns.faults.mistakes import Mistake, endpoints, seeing, services, slices
from svcdns.faults.replies import NO_DATA, NO_NAME, below_service, is_denial, made_up, where, with_answer
from svcdns.message import Record, Reply
from svcdns.state import ClusterState, Endpoint, EndpointSlice, Key, Pod, family_of, matches


def _ready(endpoint: Endpoint) -> bool:
    return endpoint.ready is not False


def _last_dropped(state: ClusterState, endpoint_slice: EndpointSlice) -> EndpointSlice:
    del state
    last = next((endpoint for endpoint in reversed(endpoint_slice.endpoints) if _ready(endpoint)), None)
    return replace(
        endpoint_slice, endpoints=tuple(endpoint for endpoint in endpoint_slice.endpoints if endpoint is not last)
    )


def _with_pods(wanted: Callable[[EndpointSlice, Pod], bool]) -> Mistake:
    """Add pods whose labels match a Service's selector to its endpoints."""

    def mistaken(state: ClusterState, endpoint_slice: EndpointSlice) -> EndpointSlice:
        service = state.services.get(Key(endpoint_slice.key.namespace, endpoint_slice.service))
        if service is None or not service.selector:
            return endpoint_slice
        found = (
            Endpoint(
                tuple(address for address in pod.addresses if family_of(address) == endpoint_slice.address_type),
                pod=key.name,
            )
            for key, pod in sorted(state.pods.items())
            if matches(service.selector, pod.labels) and wanted(endpoint_slice, pod)
        )
        return replace(
            endpoint_slice,
            endpoints=(*endpoint_slice.endpoints, *(endpoint for endpoint in found if endpoint.addresses)),
        )

    return slices(mistaken)


def _published_all_the_same(state: ClusterState, endpoint_slice: EndpointSlice, endpoint: Endpoint) -> Endpoint:
    """Return the endpoint as it would be without ``publishNotReadyAddresses``."""
    service = state.services.get(Key(endpoint_slice.key.namespace, endpoint_slice.service))
    pod = state.pods.get(Key(endpoint_slice.key.namespace, endpoint.pod))
    if not (service and pod and service.publish_not_ready):
        return endpoint
    return replace(endpoint, ready=pod.ready and not pod.terminating)


def _beside(endpoint_slice: EndpointSlice, pod: Pod) -> bool:
    return pod.key.namespace == endpoint_slice.key.namespace


def _in_the_first_zone(state: ClusterState, endpoint_slice: EndpointSlice, endpoint: Endpoint) -> Endpoint | None:
    del state
    zones = sorted({each.zone for each in endpoint_slice.endpoints if each.zone})
    return endpoint if not zones or endpoint.zone in {"", zones[0]} else None


def _first_of_each_service(state: ClusterState) -> ClusterState:
    first = [found[0] for found in state.slices_by_service.values()]
    return replace(state, slices={endpoint_slice.key: endpoint_slice for endpoint_slice in first})


def _listed_twice(context: QueryContext, answer: tuple[Record, ...]) -> tuple[Record, ...]:
    owner = below_service(context)
    if owner is None or not owner.service.headless:
        return answer
    slices_of = context.state.slices_by_service.get(owner.service.key, ())
    every = [
        address
        for endpoint_slice in slices_of
        for endpoint in endpoint_slice.endpoints
        for address in endpoint.addresses
    ]
    return tuple(record for record in answer for _ in range(max(1, every.count(str(record.rdata)))))


def _at_headless(context: QueryContext) -> bool:
    owner = below_service(context)
    return owner is not None and owner.service.headless and not owner.labels


def _without_ports(context: QueryContext, reply: Reply) -> bool:
    owner = below_service(context)
    return _at_headless(context) and owner is not None and not owner.service.ports and bool(reply.answer)


def _at_a_hostname(context: QueryContext, answer: tuple[Record, ...]) -> bool:
    owner = below_service(context)
    return owner is not None and len(owner.labels) == 1 and len(answer) > 1


def _one_more(context: QueryContext, answer: tuple[Record, ...]) -> tuple[Record, ...]:
    another = "192.0.2.250" if context.question.type == A else "2001:db8::fa"
    return (*answer, made_up(context, context.question.type, another)) if _at_headless(context) else answer


FAULTS = (
    Fault(
        "unready-endpoints-included",
        "Endpoints that are not ready are answered.",
        ("C06", "C18", "J02", "F06", "J04", "J08"),
        change=seeing(
            endpoints(lambda _, __, endpoint: endpoint if endpoint.terminating else replace(endpoint, ready=True))
        ),
    ),
    Fault(
        "serving-endpoints-included",
        "Terminating endpoints that still serve are answered.",
        ("C17", "J19"),
        change=seeing(
            endpoints(
                lambda _, __, endpoint: (
                    replace(endpoint, ready=True) if endpoint.serving and endpoint.terminating else endpoint
                )
            )
        ),
    ),
    Fault(
        "terminating-endpoints-included",
        "Terminating endpoints are answered until they are gone.",
        ("C17",),
        change=seeing(
            endpoints(lambda _, __, endpoint: replace(endpoint, ready=True) if endpoint.terminating else endpoint)
        ),
    ),
    Fault(
        "completed-pods-included",
        "Completed pods are answered as endpoints.",
        ("J06",),
        change=seeing(_with_pods(lambda endpoint_slice, pod: pod.completed and _beside(endpoint_slice, pod))),
    ),
    Fault(
        "pods-of-other-namespaces-included",
        "Pods of other namespaces whose labels match a selector are answered as endpoints.",
        ("C23",),
        change=seeing(_with_pods(lambda endpoint_slice, pod: pod.ready and not _beside(endpoint_slice, pod))),
    ),
    Fault(
        "last-ready-endpoint-dropped",
        "The last ready endpoint of every EndpointSlice is missing.",
        ("C01", "J01", "E08", "E11", "C22", "B19", "M02"),
        change=seeing(slices(_last_dropped)),
    ),
    Fault(
        "unset-readiness-taken-for-unready",
        "Endpoints whose ready condition is unset are missing.",
        ("C16",),
        "extended",
        change=seeing(endpoints(lambda _, __, endpoint: None if endpoint.ready is None else endpoint)),
    ),
    Fault(
        "publish-not-ready-ignored",
        "The field publishNotReadyAddresses has no effect.",
        ("J03", "D14", "J05"),
        change=seeing(endpoints(_published_all_the_same)),
    ),
    Fault(
        "hand-written-endpoints-ignored",
        "Headless Services without a selector are ignored, whatever endpoints are written for them.",
        ("C18", "C19"),
        change=seeing(services(lambda service: None if service.headless and not service.selector else service)),
    ),
    Fault(
        "first-slice-only",
        "Only the first EndpointSlice of a Service is read.",
        ("C01", "I04", "I13"),
        change=seeing(_first_of_each_service),
    ),
    Fault(
        "endpoint-of-two-slices-twice",
        "An endpoint in two EndpointSlices is answered twice.",
        ("C15",),
        "extended",
        change=with_answer(_listed_twice, A, AAAA),
    ),
    Fault(
        "addresses-twice",
        "Every address of a headless Service is answered twice.",
        ("C02", "B19"),
        change=with_answer(lambda context, answer: answer * 2 if _at_headless(context) else answer, A, AAAA),
    ),
    Fault(
        "one-address-at-a-time",
        "Only one of several addresses is answered, the next one each time.",
        ("C01", "L15", "C22", "M14"),
        change=with_answer(
            lambda context, answer: (answer[context.number % len(answer)],) if _at_headless(context) else answer,
            A,
            AAAA,
        ),
    ),
    Fault(
        "extra-address",
        "A headless Service answers one more address, which no endpoint has.",
        ("C01", "C19", "B19"),
        change=with_answer(_one_more, A, AAAA),
    ),
    Fault(
        "one-address-per-hostname",
        "A hostname that several endpoints share answers only one of their addresses.",
        ("C13",),
        change=with_answer(lambda context, answer: answer[:1] if _at_a_hostname(context, answer) else answer, A, AAAA),
    ),
    Fault(
        "empty-headless-is-no-data",
        "The name of a headless Service without a ready endpoint is NODATA instead of NXDOMAIN.",
        ("C04", "J11"),
        change=where(lambda context, reply: _at_headless(context) and is_denial(reply), NO_DATA),
    ),
    Fault(
        "portless-headless-denied",
        "The name of a headless Service without ports is NXDOMAIN.",
        ("C14",),
        change=where(_without_ports, NO_NAME),
    ),
    Fault(
        "seventy-records-at-most",
        "An answer contains at most 70 records, and does not say that others are missing.",
        ("L10", "C22"),
        bound="70 records",
        change=with_answer(lambda _, answer: answer[:70], A, AAAA),
    ),
    Fault(
        "endpoints-of-one-zone",
        "Endpoints outside the first zone are missing.",
        ("J20",),
        "extended",
        change=seeing(endpoints(_in_the_first_zone)),
    ),
    Fault(
        "thousand-endpoints-at-most",
        "At most 1,000 endpoints of a Service are answered, as many as an Endpoints object holds.",
        ("C22",),
        "extended",
        "1000 endpoints",
        change=with_answer(lambda _, answer: answer[:1000], A, AAAA),
    ),
    Fault(
        "terminating-endpoints-unpublished",
        "Terminating endpoints are missing, though publishNotReadyAddresses includes them.",
        ("J05",),
        "extended",
        change=seeing(endpoints(lambda _, __, endpoint: None if endpoint.terminating else endpoint)),
    ),
)
