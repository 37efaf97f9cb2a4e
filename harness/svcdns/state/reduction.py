"""The part of a state that some answers need, found by asking the rules instead of knowing them once more."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from math import ceil
from typing import NamedTuple, TypeVar

from svcdns.message import Question, Reply
from svcdns.state.model import ClusterState, EndpointSlice, Key, Pod, Service

#: What is answered to some questions in a state.
Says = Callable[[ClusterState, Iterable[Question]], Mapping[Question, Reply]]

_Item = TypeVar("_Item")


class _Piece(NamedTuple):
    """What can be left out of a state: an object of a kind, or one endpoint of an EndpointSlice."""

    kind: str
    key: Key
    endpoint: int = 0


def without_details(state: ClusterState) -> ClusterState:
    """A state without what DNS does not look at: owners, nodes, container ports, and labels that no Service selects."""
    return replace(
        state,
        slices={key: _without_nodes(item) for key, item in state.slices.items()},
        pods={key: _as_selected(pod, state.services) for key, pod in state.pods.items()},
    )


def reduced(
    state: ClusterState, namespaces: Collection[str], questions: Collection[Question], says: Says
) -> ClusterState:
    """What some Namespaces hold, and of all else as little as the answers to some questions need.

    Args:
        state: the whole state.
        namespaces: the Namespaces that are kept with all that DNS looks at.
        questions: what is asked.
        says: the rules; the same answers come from the part as from the whole.
    """
    right = says(state, questions)
    detailed = without_details(state)
    # Of other people's objects first without what only few rules read.
    tries = (_least(whole, namespaces, right, says) for whole in (_bare(detailed, namespaces), detailed))
    return next((found for found in tries if found is not None), detailed)


def _least(
    whole: ClusterState, namespaces: Collection[str], right: Mapping[Question, Reply], says: Says
) -> ClusterState | None:
    """As little of a state as gives the right answers; None where not even all of it does."""
    every = _pieces(whole, namespaces)
    kept: Sequence[_Piece] = ()
    # Most questions are about the Namespaces themselves, so that only a few have to be asked again and again.
    telling: dict[Question, Reply] = {}

    def suffice(pieces: Sequence[_Piece]) -> bool:
        return says(_part(whole, namespaces, pieces), telling) == telling

    while True:
        said = says(_part(whole, namespaces, kept), right)
        differing = {question: reply for question, reply in right.items() if said[question] != reply}
        if not differing:
            return _part(whole, namespaces, kept)
        if differing.keys() <= telling.keys():
            return None
        telling |= differing
        kept = _fewest(every, suffice) if suffice(every) else ()


def _fewest(items: Sequence[_Item], suffice: Callable[[Sequence[_Item]], bool]) -> Sequence[_Item]:
    """Of items that suffice together some that do so too, none of which can be left out (delta debugging)."""
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
    """What lies outside of some Namespaces."""
    found = [_Piece("Namespace", Key("", name)) for name in state.namespaces if name not in namespaces]
    found += [_Piece("Service", key) for key in state.services if key.namespace not in namespaces]
    found += [_Piece("Pod", key) for key in state.pods if key.namespace not in namespaces]
    for key, item in state.slices.items():
        if key.namespace not in namespaces:
            found += [_Piece("EndpointSlice", key, index) for index in range(len(item.endpoints))]
    return found


def _part(state: ClusterState, namespaces: Collection[str], pieces: Iterable[_Piece]) -> ClusterState:
    """Some Namespaces with what they hold, and some pieces beside; all in the order of the whole."""
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
    """A state in which objects outside of some Namespaces have names, addresses and readiness, and little more."""

    def bare(items: Mapping[Key, _Item], strip: Callable[[_Item], _Item]) -> dict[Key, _Item]:
        return {key: item if key.namespace in namespaces else strip(item) for key, item in items.items()}

    return replace(
        state,
        services=bare(state.services, lambda service: replace(service, ports=(), selector=None)),
        slices=bare(state.slices, _bare_slice),
        pods=bare(state.pods, lambda pod: replace(pod, labels={}, hostname="", subdomain="")),
    )


def _bare_slice(item: EndpointSlice) -> EndpointSlice:
    endpoints = tuple(replace(one, pod="", serving=None, terminating=None) for one in item.endpoints)
    return replace(item, endpoints=endpoints, ports=())


def _without_nodes(item: EndpointSlice) -> EndpointSlice:
    return replace(item, endpoints=tuple(replace(endpoint, node="", zone="") for endpoint in item.endpoints))


def _as_selected(pod: Pod, services: Mapping[Key, Service]) -> Pod:
    """A pod with those of its labels by which Services of its Namespace select pods."""
    looked_at = {
        name
        for key, service in services.items()
        if key.namespace == pod.key.namespace
        for name in service.selector or ()
    }
    labels = {name: value for name, value in pod.labels.items() if name in looked_at}
    return replace(pod, labels=labels, owner="", container_ports={})
