"""What killed runs have left on a cluster, and how it is removed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from harness.errors import TargetError
from harness.targets.cluster.api import Api
from harness.targets.cluster.lease import is_live
from harness.targets.cluster.vantages import marks

#: What runs make, outside their own namespaces too; what is in a namespace of theirs goes with it. Leases come last:
#: they tell whose the rest is.
_KINDS = ("Namespace", "Service", "EndpointSlice", "Pod", "ConfigMap", "Lease")


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


def leftovers(api: Api) -> list[Leftover]:
    """The objects that carry the label of a run without a live Lease.

    Raises:
        TargetError: if they may not be listed.
    """
    # The objects first: a run that starts meanwhile has its Lease before anything else.
    labelled = [(kind, item) for kind in _KINDS for item in _labelled(api, kind)]
    now = api.now()
    live = {_run(item) for item in _labelled(api, "Lease") if is_live(item, now)}
    whole = {item["metadata"]["name"] for kind, item in labelled if kind == "Namespace"}
    return [
        Leftover(kind, metadata["name"], metadata.get("namespace") or "", _run(item))
        for kind, item in labelled
        if (metadata := item["metadata"])
        and _run(item) not in live
        and metadata.get("namespace") not in whole
        and not metadata.get("ownerReferences")
        and not metadata.get("deletionTimestamp")
    ]


def notes(api: Api, kubeconfig: Path | None) -> tuple[str, ...]:
    """What a person should know of leftovers: which there are, and how they are removed."""
    try:
        found = leftovers(api)
    except TargetError as error:
        return (f"what killed runs may have left behind cannot be looked for: {error}",)
    where = f" --kubeconfig {kubeconfig}" if kubeconfig else ""
    remove = f"remove it with: svcdns clean --context {api.context}{where}"
    return (f"left behind by killed runs: {', '.join(map(str, found))}; {remove}",) if found else ()


def clean(api: Api) -> list[Leftover]:
    """Start removing all leftovers.

    Returns:
        what is being removed; a Namespace takes some seconds to go.

    Raises:
        TargetError: if one may not be removed.
    """
    return [left for left in leftovers(api) if api.delete(left.kind, left.name, left.namespace)]


def _labelled(api: Api, kind: str) -> list[dict[str, Any]]:
    return api.list(kind, labels={marks.RUN: None})


def _run(item: Mapping[str, Any]) -> str:
    return str(item["metadata"]["labels"][marks.RUN])
