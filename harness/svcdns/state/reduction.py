"""The part of a state that some answers need, found by asking the rules rather than repeating them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from math import ceil
from typing import NamedTuple, TypeVar

from svcdns.message import Question, Reply
from svcdns.state.model import ClusterState, EndpointSlice, Key, Pod, Service

#: Answers questions from a state.
Answering = Callable[[ClusterState, Iterable[Question]], Mapping[Question, Reply]]

_Item = TypeVar("_Item")


class _Piece(NamedTuple):
    """A part that can be left out of a state: an object, or one endpoint of an EndpointSlice."""

    kind: str
    key: Key
    endpoint: int = 0


def without_details(state: ClusterState) -> ClusterState:
    """Return a state without what DNS does not read: owners, nodes, container ports, and labels that no Service selects."""
    return replace(
        state,
        slices={key: _without_nodes(item) for key, item in state.slices.items()},
        pods={key: _as_selected(pod, state.services) for key, pod in state.pods.items()},
    )


def reduced(
    state: ClusterState, namespaces: Collection[str], questions: Collection[Question], answering: Answering
) -> ClusterState:
    """Return what some Namespaces hold, and of the rest as little as the answers to some questions need.

    Args:
        state: the whole state.
        namespaces: the Namespaces that are kept with all that DNS reads.
        questions: the questions whose answers stay the same.
        answering: the rules that answer the questions from a state.
    """
    right = answering(state, questions)
    detailed = without_details(state)
    # First without the fields of other people's objects that few rules read.
    parts = (_least(whole, namespaces, right, answering) for whole in (_bare(detailed, namespaces), detailed))
    return next((part for part in parts if part is not None), detailed)


def _least(
    whole: ClusterState, namespaces: Collection[str], right: Mapping[Question, Reply], answering: Answering
) -> ClusterState | None:
    """Return as little of a state as gives the right answers; None where not even all of it does."""
    pieces = _pieces(whole, namespaces)
    kept: Sequence[_Piece] = ()
    # Most questions are about the Namespaces themselves, so only a few have to be asked again and again.
    telling: dict[Question, Reply] = {}

    def suffice(some: Sequence[_Piece]) -> bool:
        return answering(_part(whole, namespaces, some), telling) == telling

    while True:
        replies = answering(_part(whole, namespaces, kept), right)
        differing = {question: reply for question, reply in right.items() if replies[question] != reply}
        if not differing:
            return _part(whole, namespaces, kept)
        if differing.keys() <= telling.keys():
            return None
        telling |= differing
        kept = _fewest(pieces, suffice) if suffice(pieces) else ()


def _fewest(items: Sequence[_Item], suffice: Callable[[Sequence[_Item]], bool]) -> Sequence[_Item]:
    """Return some of the items that still suffice, none of which can be left out (delta debugging)."""
    parts = 2
    while items:
        size = ceil(len(items) / parts)
        for start in range(0, len(items), size):
            rest = [*items[:start], *items[start + size :]]
            if suffice(rest):
                items, parts = rest, max(parts - 1, 2)
                break
        else:
            if size == 1:
                break
            parts *= 2
    return items


def _pieces(state: ClusterState, namespaces: Collection[str]) -> list[_Piece]:
    """Return the pieces outside of some Namespaces."""
    pieces = [_Piece("Namespace", Key("", name)) for name in state.namespaces if name not in namespaces]
    pieces += [_Piece("Service", key) for key in state.services if key.namespace not in namespaces]
    pieces += [_Piece("Pod", key) for key in state.pods if key.namespace not in namespaces]
    for key, item in state.slices.items():
        if key.namespace not in namespaces:
            pieces += [_Piece("EndpointSlice", key, index) for index in range(len(item.endpoints))]
    return pieces


def _part(state: ClusterState, namespaces: Collection[str], pieces: Iterable[_Piece]) -> ClusterState:
    """Return some Namespaces with what they hold, and further pieces, all in the order of the whole."""
    chosen = set(pieces)

    def kept(kind: str, key: Key) -> bool:
        return key.namespace in namespaces or _Piece(kind, key) in chosen

    slices = {}
    for key, item in state.slices.items():
        if key.namespace in namespaces:
            slices[key] = item
        elif some := tuple(
            endpoint for index, endpoint in enumerate(item.endpoints) if _Piece("EndpointSlice", key, index) in chosen
        ):
            slices[key] = replace(item, endpoints=some)
    return replace(
        state,
        namespaces={
            name: item
            for name, item in state.namespaces.items()
            if name in namespaces or _Piece("Namespace", Key("", name)) in chosen
        },
        services={key: item for key, item in state.services.items() if kept("Service", key)},
        slices=slices,
        pods={key: item for key, item in state.pods.items() if kept("Pod", key)},
    )


def _bare(state: ClusterState, namespaces: Collection[str]) -> ClusterState:
    """Return a state in which objects outside of some Namespaces have names, addresses and readiness, and little more."""

    def bare(items: Mapping[Key, _Item], strip: Callable[[_Item], _Item]) -> dict[Key, _Item]:
        return {key: item if key.namespace in namespaces else strip(item) for key, item in items.items()}

    return replace(
        state,
        services=bare(state.services, lambda service: replace(service, ports=(), selector=None)),
        slices=bare(state.slices, _bare_slice),
        pods=bare(state.pods, lambda pod: replace(pod, labels={}, hostname="", subdomain="")),
    )


def _bare_slice(item: EndpointSlice) -> EndpointSlice:
    endpoints = tuple(replace(endpoint, pod="", serving=None, terminating=None) for endpoint in item.endpoints)
    return replace(item, endpoints=endpoints, ports=())


def _without_nodes(item: EndpointSlice) -> EndpointSlice:
    return replace(item, endpoints=tuple(replace(endpoint, node="", zone="") for endpoint in item.endpoints))


def _as_selected(pod: Pod, services: Mapping[Key, Service]) -> Pod:
    """Return a pod with only the labels that Services of its Namespace select by."""
    looked_at = {
        name
        for key, service in services.items()
        if key.namespace == pod.key.namespace
        for name in service.selector or ()
    }
    labels = {name: value for name, value in pod.labels.items() if name in looked_at}
    return replace(pod, labels=labels, owner="", container_ports={})
