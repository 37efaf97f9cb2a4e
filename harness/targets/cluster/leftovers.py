"""What killed runs have left on a cluster, and how it is removed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from harness.errors import TargetError
from harness.targets.cluster.api import Api
from harness.targets.cluster.lease import is_live
from harness.targets.cluster.namespaces import holding
from harness.targets.cluster.refusal import RefusedError
from harness.targets.cluster.vantages import marks

#: What runs make outside their own namespaces, and these; what is in one of them goes with it. Leases come last: they
#: tell whose the rest is.
_KINDS = ("Namespace", "Service", "EndpointSlice", "Lease")

#: A Namespace takes some seconds to go, and some tens of them on a busy cluster.
_GONE_SECONDS = 120.0
_PAUSE_SECONDS = 0.5


class Leftover(NamedTuple):
    """An object of a run that is dead."""

    kind: str
    name: str
    namespace: str
    run: str

    def __str__(self) -> str:
        """The object as kubectl would name it."""
        where = f" in {self.namespace}" if self.namespace else ""
        return f"{self.kind} {self.name}{where} (run {self.run})"


@dataclass(frozen=True, slots=True)
class Found:
    """What dead runs have left, as far as it may be listed.

    Attributes:
        there: what is to be removed.
        going: what is being removed already, by whomever.
        unlisted: for each kind that may not be listed the server's words.
    """

    there: tuple[Leftover, ...]
    going: tuple[Leftover, ...]
    unlisted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What has become of leftovers: each as kubectl would name it.

    Attributes:
        removed: what is gone.
        left: what is not, with the reason.
        unknown: what cannot be looked for, with the reason.
    """

    removed: tuple[str, ...]
    left: tuple[str, ...]
    unknown: tuple[str, ...]


def leftovers(api: Api) -> list[Leftover]:
    """The objects that carry the label of a run without a live Lease; a kind that may not be listed is passed over.

    Raises:
        TargetError: if Leases may not be listed, or the connection is lost.
    """
    return list(find(api).there)


def find(api: Api) -> Found:
    """Look for what dead runs have left.

    Raises:
        TargetError: if Leases may not be listed, without which nobody knows who is dead, or the connection is lost.
    """
    # The objects first: a run that starts meanwhile has its Lease before anything else.
    labelled: list[tuple[str, dict[str, Any]]] = []
    unlisted = []
    for kind in _KINDS:
        try:
            labelled += [(kind, item) for item in _labelled(api, kind)]
        except RefusedError as error:
            if kind == "Lease":
                raise
            unlisted.append(f"{kind}: {error}")
    now = api.now()
    live = {_run(item) for item in _labelled(api, "Lease") if is_live(item, now)}
    whole = {item["metadata"]["name"] for kind, item in labelled if kind == "Namespace"}
    dead = [
        (_leftover(kind, item), "deletionTimestamp" in metadata)
        for kind, item in labelled
        if (metadata := item["metadata"])
        and _run(item) not in live
        and metadata.get("namespace") not in whole
        and not metadata.get("ownerReferences")
    ]
    there = tuple(left for left, is_going in dead if not is_going)
    return Found(there, tuple(left for left, is_going in dead if is_going), tuple(unlisted))


def notes(api: Api, kubeconfig: Path | None) -> tuple[str, ...]:
    """What a person should know of leftovers: which there are, how they are removed, and what cannot be looked for."""
    try:
        found = find(api)
    except TargetError as error:
        return (_unknown(str(error)),)
    where = f" --kubeconfig {kubeconfig}" if kubeconfig else ""
    remove = f"remove it with: svcdns clean --context {api.context}{where}"
    named = (f"left behind by killed runs: {', '.join(map(str, found.there))}; {remove}",) if found.there else ()
    return (*named, *map(_unknown, found.unlisted))


def clean(api: Api, *, deadline_seconds: float = _GONE_SECONDS) -> Cleaned:
    """Remove all leftovers, and wait until they are gone; where one may not be removed, go on with the others.

    Raises:
        TargetError: if Leases may not be listed, or the connection is lost before anything is removed.
    """
    found = find(api)
    going, left = [*found.going], []
    for one in found.there:
        try:
            api.delete(one.kind, one.name, one.namespace)
        except TargetError as error:
            left.append(f"{one}: {error}")
        else:
            going.append(one)
    stuck = _await_gone(api, going, deadline_seconds)
    left += [f"{one}: {why}" for one, why in stuck.items()]
    removed = tuple(str(one) for one in going if one not in stuck)
    return Cleaned(removed, tuple(left), tuple(map(_unknown, found.unlisted)))


def _await_gone(api: Api, going: list[Leftover], deadline_seconds: float) -> dict[Leftover, str]:
    """Wait until objects are gone; those that are not, each with what holds it."""
    end = time.monotonic() + deadline_seconds
    try:
        while (there := dict(_there(api, going))) and time.monotonic() < end:
            time.sleep(_PAUSE_SECONDS)
    except TargetError as error:
        return dict.fromkeys(going, f"is being removed, and whether it is gone cannot be seen: {error}")
    return {one: f"is not gone after {deadline_seconds:.0f} s: {holding(item)}" for one, item in there.items()}


def _there(api: Api, going: list[Leftover]) -> Iterator[tuple[Leftover, Mapping[str, Any]]]:
    """Those that are still there, by the rights that they were found with."""
    for kind, of_kind in groupby(sorted(going), lambda one: one.kind):
        items = {_leftover(kind, item): item for item in _labelled(api, kind)}
        yield from ((one, items[one]) for one in of_kind if one in items)


def _unknown(why: str) -> str:
    return f"what killed runs may have left behind cannot be looked for: {why}"


def _leftover(kind: str, item: Mapping[str, Any]) -> Leftover:
    metadata = item["metadata"]
    return Leftover(kind, metadata["name"], metadata.get("namespace") or "", _run(item))


def _labelled(api: Api, kind: str) -> list[dict[str, Any]]:
    return api.list(kind, labels={marks.RUN: None})


def _run(item: Mapping[str, Any]) -> str:
    return str(item["metadata"]["labels"][marks.RUN])
