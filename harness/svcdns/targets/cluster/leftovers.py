"""What killed runs have left behind in a cluster, and how it is removed.

Only an object that a run provably made is removed: it has the label of a run that is over, and its own uid in the
annotation that a run writes after creating it. An object that has only the label is named and not touched.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from svcdns.errors import TargetError
from svcdns.targets.cluster import lease, marks
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.apiserver.refusal import RefusedError
from svcdns.targets.cluster.namespaces import what_holds
from svcdns.targets.cluster.ownership import OUTSIDE, Ownership, made_by

#: A Namespace takes some seconds to go, and some tens of seconds on a busy cluster.
_GONE_SECONDS = 120.0
_PAUSE_SECONDS = 0.5

#: How long Leases are observed before a run counts as over. A live run renews its Lease in that time, whatever its
#: clock says, and creates it again if somebody has deleted it.
OBSERVED_SECONDS = lease.RENEWAL_SECONDS + 5.0


class Leftover(NamedTuple):
    """An object with the label of a run that is over.

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
        """Return the object as kubectl names it, with its run."""
        return f"{self.named} (run {self.run})"

    @property
    def named(self) -> str:
        """The object as kubectl names it."""
        where = f" in {self.namespace}" if self.namespace else ""
        return f"{self.kind} {self.name}{where}"


@dataclass(frozen=True, slots=True)
class Holder:
    """A run whose Lease is valid.

    Attributes:
        run: its id.
        until: until when the Lease is valid, by the API server's clock; None where the run renews it, and so is alive.
        seconds: how long that is from now.
    """

    run: str
    until: datetime | None = None
    seconds: float = 0.0

    def __str__(self) -> str:
        """Return what is known of the run, and what to do."""
        if self.until is None:
            return f"the run {self.run} is alive: it renews its Lease"
        return (
            f"the run {self.run} is alive, or was killed a moment ago: its Lease is valid until "
            f"{self.until:%H:%M:%S} UTC, for {max(self.seconds, 0.0):.0f} s more"
        )


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What dead runs have left behind, as far as we may list it.

    Attributes:
        present: the objects to be removed.
        going: the objects that somebody is removing already.
        in_use: the objects of runs whose Lease is valid: they are alive, or were killed a moment ago.
        holders: those runs, with what is known of their Leases.
        foreign: the objects that have the label of a run, and that no run made.
        unlisted: a line with the server's words for each kind that we may not list.
    """

    present: tuple[Leftover, ...]
    going: tuple[Leftover, ...]
    in_use: tuple[Leftover, ...]
    holders: Mapping[str, Holder]
    foreign: tuple[Leftover, ...]
    unlisted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The result of removing leftovers, a line for each object.

    Attributes:
        removed: the objects that are gone.
        left: the objects that are not, with the reason.
        unknown: the kinds that we may not list, with the reason.
        foreign: the objects that were not touched, with the reason.
        in_use: a line for each run whose Lease is valid, with its objects, which were not touched.
    """

    removed: tuple[str, ...]
    left: tuple[str, ...]
    unknown: tuple[str, ...]
    foreign: tuple[str, ...] = ()
    in_use: tuple[str, ...] = ()


def find(
    api: Api,
    *,
    observed_seconds: float = 0.0,
    wait: bool = False,
    waiting: Callable[[Holder], object] = lambda _: None,
) -> Leftovers:
    """Find what dead runs have left behind.

    Args:
        api: the API.
        observed_seconds: how long Leases are observed if there are leftovers.
        wait: whether to observe each valid Lease until its run renews it, or it is not valid any more.
        waiting: gets each run whose Lease is waited for.

    Raises:
        TargetError: if Leases may not be listed, without which a dead run cannot be told from a live one, or the
            connection is lost.
    """
    # Objects before Leases: a run that starts meanwhile creates its Lease before anything else.
    labelled: list[tuple[str, dict[str, Any]]] = []
    unlisted = []
    for kind in OUTSIDE:
        try:
            labelled += [(kind, item) for item in _labelled(api, kind)]
        except RefusedError as error:
            if kind == "Lease":
                raise
            unlisted.append(f"{kind}: {error}")
    namespaces = {item["metadata"]["name"] for kind, item in labelled if kind == "Namespace" and _is_made(item)}
    independent = [(kind, item) for kind, item in labelled if _is_independent(item, namespaces)]
    made = [
        (_leftover(kind, item), "deletionTimestamp" in item["metadata"]) for kind, item in independent if _is_made(item)
    ]
    runs = {leftover.run for leftover, _ in made}
    holders = _holders(api, runs, observed_seconds, waiting if wait else None)
    dead = [(leftover, is_going) for leftover, is_going in made if leftover.run not in holders]
    return Leftovers(
        present=tuple(leftover for leftover, is_going in dead if not is_going),
        going=tuple(leftover for leftover, is_going in dead if is_going),
        in_use=tuple(leftover for leftover, _ in made if leftover.run in holders),
        holders=holders,
        foreign=tuple(_foreign(kind, item) for kind, item in independent if not _is_made(item)),
        unlisted=tuple(unlisted),
    )


def notes(api: Api, kubeconfig: Path | None) -> tuple[str, ...]:
    """Return a line on the leftovers and how to remove them, and a line for each kind that we may not list."""
    try:
        leftovers = find(api)
    except TargetError as error:
        return (_unknown(str(error)),)
    unlisted = map(_unknown, leftovers.unlisted)
    if not leftovers.present:
        return tuple(unlisted)
    where = f" --kubeconfig {kubeconfig}" if kubeconfig else ""
    remove = f"remove them with: svcdns clean --context {api.context}{where}"
    return (f"left behind by killed runs: {', '.join(map(str, leftovers.present))}; {remove}", *unlisted)


def clean(
    api: Api,
    confirm: Callable[[Leftovers], bool] = lambda _: True,
    *,
    wait: bool = False,
    waiting: Callable[[Holder], object] = lambda _: None,
    deadline_seconds: float = _GONE_SECONDS,
) -> Cleaned:
    """Remove all leftovers, and wait until they are gone; where one may not be removed, go on with the others.

    Args:
        api: the API.
        confirm: gets the leftovers and returns whether they are removed; nothing is written before.
        wait: whether to wait until every Lease is renewed, or not valid any more.
        waiting: gets each run whose Lease is waited for.
        deadline_seconds: how long to wait until they are gone.

    Raises:
        TargetError: if Leases may not be listed, or the connection is lost before anything is removed.
    """
    leftovers = find(api, observed_seconds=OBSERVED_SECONDS, wait=wait, waiting=waiting)
    foreign = tuple(f"{leftover}: {leftover.why}" for leftover in leftovers.foreign)
    unknown = tuple(map(_unknown, leftovers.unlisted))
    in_use = tuple(_in_use(holder, leftovers) for _, holder in sorted(leftovers.holders.items()))
    if leftovers.present and not confirm(leftovers):
        kept = tuple(f"{leftover}: not confirmed" for leftover in leftovers.present)
        return Cleaned((), kept, unknown, foreign, in_use)
    going, left = [*leftovers.going], []
    for leftover in leftovers.present:
        try:
            _remove(api, leftover)
        except TargetError as error:
            left.append(f"{leftover}: {error}")
        else:
            going.append(leftover)
    stuck = _await_gone(api, going, deadline_seconds)
    left += [f"{leftover}: {why}" for leftover, why in stuck.items()]
    removed = tuple(str(leftover) for leftover in going if leftover not in stuck)
    return Cleaned(removed, tuple(left), unknown, foreign, in_use)


def _remove(api: Api, leftover: Leftover) -> None:
    """Delete an object as it is now, if the run that it names still is its maker."""
    if (item := api.get(leftover.kind, leftover.name, leftover.namespace)) is not None:
        Ownership(api, leftover.run).delete_found(item)


def _in_use(holder: Holder, leftovers: Leftovers) -> str:
    """Return a line about a run whose objects are left, and what to do."""
    objects = [leftover.named for leftover in leftovers.in_use if leftover.run == holder.run]
    advice = "" if holder.until is None else "; to remove them if it was killed, run this again then, or add --wait"
    return f"{holder}; it has {', '.join(objects)}{advice}"


def _holders(
    api: Api, runs: set[str], observed_seconds: float, waiting: Callable[[Holder], object] | None
) -> dict[str, Holder]:
    """Return those of some runs whose Lease is valid, or is renewed or created while we observe.

    With ``waiting``, valid Leases are observed until they are renewed, or not valid any more.
    """
    first = _leases(api)
    valid = {run: holder for run, item in first.items() if run in runs and (holder := _holder(api, run, item))}
    if not (observed_seconds and runs - valid.keys()) and not (waiting and valid):
        return valid
    if waiting is not None:
        for holder in valid.values():
            waiting(holder)
    renewed: dict[str, Holder] = {}
    deadline = time.monotonic() + observed_seconds
    while runs - valid.keys() - renewed.keys() or (waiting and valid.keys() - renewed.keys()):
        if time.monotonic() >= deadline and not (waiting and valid.keys() - renewed.keys()):
            break
        time.sleep(_PAUSE_SECONDS)
        for run, item in _leases(api).items():
            if run in runs and _renewal(item) != _renewal(first.get(run)):
                renewed[run] = Holder(run)
        valid = {run: holder for run in valid if (holder := _holder(api, run, first[run]))}
    return valid | renewed


def _holder(api: Api, run: str, item: Mapping[str, Any]) -> Holder | None:
    """Return the run that holds a Lease, or None where the Lease is not valid."""
    now, renewed = api.now(), lease.renewed_at(item)
    if renewed is None or not lease.is_live(item, now):
        return None
    until = renewed + timedelta(seconds=lease.DURATION_SECONDS)
    return Holder(run, until.astimezone(UTC), (until - now).total_seconds())


def _leases(api: Api) -> dict[str, dict[str, Any]]:
    """Return the Leases that runs have made, by run."""
    items = api.list("Lease", lease.NAMESPACE, labels={marks.RUN: None})
    return {run: item for item in items if (run := lease.run_of(item))}


def _renewal(item: Mapping[str, Any] | None) -> object:
    return None if item is None else (item["metadata"].get("uid"), (item.get("spec") or {}).get("renewTime"))


def _await_gone(api: Api, going: list[Leftover], deadline_seconds: float) -> dict[Leftover, str]:
    """Wait until objects are gone; return those that are not, each with what holds it."""
    end = time.monotonic() + deadline_seconds
    try:
        while (remaining := dict(_remaining(api, going))) and time.monotonic() < end:
            time.sleep(_PAUSE_SECONDS)
    except TargetError as error:
        return dict.fromkeys(going, f"is being removed, but it is not known whether it is gone: {error}")
    return {
        leftover: f"is not gone after {deadline_seconds:.0f} s: {what_holds(item)}"
        for leftover, item in remaining.items()
    }


def _remaining(api: Api, going: list[Leftover]) -> Iterator[tuple[Leftover, Mapping[str, Any]]]:
    """Yield those that still exist, found with the same rights as before."""
    for kind, of_kind in groupby(sorted(going), lambda leftover: leftover.kind):
        items = {_leftover(kind, item): item for item in _labelled(api, kind) if _is_made(item)}
        yield from ((leftover, items[leftover]) for leftover in of_kind if leftover in items)


def _unknown(why: str) -> str:
    return f"cannot look for objects that killed runs left behind: {why}"


def _leftover(kind: str, item: Mapping[str, Any]) -> Leftover:
    metadata = item["metadata"]
    why = (
        f"it has the label {marks.RUN}={_run(item)}, its own uid in the annotation {marks.UID}, and the run has no Lease "
        "that is renewed"
    )
    return Leftover(kind, metadata["name"], metadata.get("namespace") or "", _run(item), why)


def _foreign(kind: str, item: Mapping[str, Any]) -> Leftover:
    why = f"has the label {marks.RUN}, but not its own uid in the annotation {marks.UID}, so no run made it"
    return _leftover(kind, item)._replace(why=why)


def _is_independent(item: Mapping[str, Any], namespaces: set[str]) -> bool:
    """Return whether an object is not deleted with another: neither with a Namespace of a run, nor with an owner."""
    metadata = item["metadata"]
    return metadata.get("namespace") not in namespaces and not metadata.get("ownerReferences")


def _is_made(item: Mapping[str, Any]) -> bool:
    """Return whether the run that an object's label names has made it."""
    return made_by(item, _run(item))


def _labelled(api: Api, kind: str) -> list[dict[str, Any]]:
    return api.list(kind, lease.NAMESPACE if kind == "Lease" else None, labels={marks.RUN: None})


def _run(item: Mapping[str, Any]) -> str:
    return str(item["metadata"]["labels"][marks.RUN])
