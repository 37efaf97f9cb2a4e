"""What killed runs have left on a cluster, and how it is removed.

Only what a run provably made is removed: it has the label of a run that is over, and the annotation that has the object's
own uid, which a run writes when it has made something. Whatever else carries the label is named, and left.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from svcdns.errors import TargetError
from svcdns.targets.cluster import lease, marks
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.apiserver.refusal import RefusedError
from svcdns.targets.cluster.namespaces import holding
from svcdns.targets.cluster.ownership import OUTSIDE, Ownership, made_by

#: A Namespace takes some seconds to go, and some tens of them on a busy cluster.
_GONE_SECONDS = 120.0
_PAUSE_SECONDS = 0.5

#: For how long Leases are looked at before a run counts as over: one that lives renews its own meanwhile, whatever its
#: clock says, and creates it again if somebody has deleted it.
OBSERVED_SECONDS = lease.RENEWAL_SECONDS + 5.0


class Leftover(NamedTuple):
    """An object of a run that is over.

    Attributes:
        kind: its kind.
        name: its name.
        namespace: its namespace, or empty.
        run: the run's id.
        why: why it may be removed, or why not.
    """

    kind: str
    name: str
    namespace: str
    run: str
    why: str = ""

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
        foreign: what carries the label of a run, but was not made by one.
        unlisted: for each kind that may not be listed the server's words.
    """

    there: tuple[Leftover, ...]
    going: tuple[Leftover, ...]
    foreign: tuple[Leftover, ...]
    unlisted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What has become of leftovers: each as kubectl would name it.

    Attributes:
        removed: what is gone.
        left: what is not, with the reason.
        unknown: what cannot be looked for, with the reason.
        foreign: what was not looked at any further, with the reason.
    """

    removed: tuple[str, ...]
    left: tuple[str, ...]
    unknown: tuple[str, ...]
    foreign: tuple[str, ...] = ()


def leftovers(api: Api) -> list[Leftover]:
    """The objects that runs without a live Lease have made; a kind that may not be listed is passed over.

    Raises:
        TargetError: if Leases may not be listed, or the connection is lost.
    """
    return list(find(api).there)


def find(api: Api, *, observed_seconds: float = 0.0) -> Found:
    """Look for what dead runs have left.

    Args:
        api: the API.
        observed_seconds: for how long Leases are looked at, if anything was found.

    Raises:
        TargetError: if Leases may not be listed, without which nobody knows who is dead, or the connection is lost.
    """
    # The objects first: a run that starts meanwhile has its Lease before anything else.
    labelled: list[tuple[str, dict[str, Any]]] = []
    unlisted = []
    for kind in OUTSIDE:
        try:
            labelled += [(kind, item) for item in _labelled(api, kind)]
        except RefusedError as error:
            if kind == "Lease":
                raise
            unlisted.append(f"{kind}: {error}")
    whole = {item["metadata"]["name"] for kind, item in labelled if kind == "Namespace" and _is_made(item)}
    standing = [(kind, item) for kind, item in labelled if _stands_alone(item, whole)]
    runs = {_run(item) for _, item in standing if _is_made(item)}
    live = _live(api, runs, observed_seconds)
    dead = [
        (_leftover(kind, item), "deletionTimestamp" in item["metadata"])
        for kind, item in standing
        if _is_made(item) and _run(item) not in live
    ]
    return Found(
        there=tuple(left for left, is_going in dead if not is_going),
        going=tuple(left for left, is_going in dead if is_going),
        foreign=tuple(_foreign(kind, item) for kind, item in standing if not _is_made(item)),
        unlisted=tuple(unlisted),
    )


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


def clean(
    api: Api, confirm: Callable[[Found], bool] = lambda _: True, *, deadline_seconds: float = _GONE_SECONDS
) -> Cleaned:
    """Remove all leftovers, and wait until they are gone; where one may not be removed, go on with the others.

    Args:
        api: the API.
        confirm: is shown what was found, and says whether it is removed; nothing is written before.
        deadline_seconds: how long to wait until it is gone.

    Raises:
        TargetError: if Leases may not be listed, or the connection is lost before anything is removed.
    """
    found = find(api, observed_seconds=OBSERVED_SECONDS)
    foreign = tuple(f"{one}: {one.why}" for one in found.foreign)
    unknown = tuple(map(_unknown, found.unlisted))
    if found.there and not confirm(found):
        return Cleaned((), tuple(f"{one}: not confirmed" for one in found.there), unknown, foreign)
    going, left = [*found.going], []
    for one in found.there:
        try:
            _remove(api, one)
        except TargetError as error:
            left.append(f"{one}: {error}")
        else:
            going.append(one)
    stuck = _await_gone(api, going, deadline_seconds)
    left += [f"{one}: {why}" for one, why in stuck.items()]
    removed = tuple(str(one) for one in going if one not in stuck)
    return Cleaned(removed, tuple(left), unknown, foreign)


def _remove(api: Api, one: Leftover) -> None:
    """Delete an object as it is now, if it is still what it was found to be."""
    if (item := api.get(one.kind, one.name, one.namespace)) is not None:
        Ownership(api, one.run).delete_found(item)


def _live(api: Api, runs: set[str], observed_seconds: float) -> set[str]:
    """Which of some runs live: those whose Lease is fresh, or is renewed or created while it is looked at."""
    first, now = _leases(api), api.now()
    live = {run for run, one in first.items() if lease.is_live(one, now)}
    if not observed_seconds or runs <= live:
        return live
    deadline = time.monotonic() + observed_seconds
    while not runs <= live and time.monotonic() < deadline:
        time.sleep(_PAUSE_SECONDS)
        live |= {run for run, one in _leases(api).items() if _renewal(one) != _renewal(first.get(run))}
    return live


def _leases(api: Api) -> dict[str, dict[str, Any]]:
    """The Leases that runs have made, by run."""
    items = api.list("Lease", lease.NAMESPACE, labels={marks.RUN: None})
    return {run: item for item in items if (run := lease.run_of(item))}


def _renewal(one: Mapping[str, Any] | None) -> object:
    return None if one is None else (one["metadata"].get("uid"), (one.get("spec") or {}).get("renewTime"))


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
        items = {_leftover(kind, item): item for item in _labelled(api, kind) if _is_made(item)}
        yield from ((one, items[one]) for one in of_kind if one in items)


def _unknown(why: str) -> str:
    return f"what killed runs may have left behind cannot be looked for: {why}"


def _leftover(kind: str, item: Mapping[str, Any]) -> Leftover:
    metadata = item["metadata"]
    why = (
        f"it has the label {marks.RUN}={_run(item)}, its own uid in the annotation {marks.UID}, and the run has no Lease "
        "that is renewed"
    )
    return Leftover(kind, metadata["name"], metadata.get("namespace") or "", _run(item), why)


def _foreign(kind: str, item: Mapping[str, Any]) -> Leftover:
    why = f"has the label {marks.RUN}, but not its own uid in the annotation {marks.UID}, so that no run made it"
    return _leftover(kind, item)._replace(why=why)


def _stands_alone(item: Mapping[str, Any], whole: set[str]) -> bool:
    """Whether an object goes with no other: not with the labelled Namespace that it is in, and not with an owner."""
    metadata = item["metadata"]
    return metadata.get("namespace") not in whole and not metadata.get("ownerReferences")


def _is_made(item: Mapping[str, Any]) -> bool:
    """Whether the run that an object's label names has made it."""
    return made_by(item, _run(item))


def _labelled(api: Api, kind: str) -> list[dict[str, Any]]:
    return api.list(kind, lease.NAMESPACE if kind == "Lease" else None, labels={marks.RUN: None})


def _run(item: Mapping[str, Any]) -> str:
    return str(item["metadata"]["labels"][marks.RUN])
