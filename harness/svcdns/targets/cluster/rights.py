"""The rights that a run needs, checked before it begins."""

from __future__ import annotations

from svcdns.errors import UsageError
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.watch.view import KINDS

#: What a run of all features does, in all namespaces: kind, subresource, verbs. Server-side apply needs ``create`` and
#: ``patch``; an object is read before it is deleted, and kubectl reads what it exposes.
_NEEDED = (
    *((kind, "", ("get", "list", "watch")) for kind in KINDS),
    *((kind, "", ("create", "patch", "delete")) for kind in KINDS),
    ("Pod", "status", ("patch",)),
    *((kind, "", ("get", "create", "patch", "delete")) for kind in ("Deployment", "StatefulSet")),
    *((kind, "scale", ("patch",)) for kind in ("Deployment", "StatefulSet")),
    ("Endpoints", "", ("get", "create", "patch")),
    ("ServiceAccount", "", ("get",)),
    ("Lease", "", ("get", "create", "patch", "delete", "list")),
)

#: What a run can do without: kind, subresource, verb, and what it cannot tell then.
_USEFUL = (
    (
        "Node",
        "",
        "list",
        "the run uses at most 60 pods at a time, and takes the families of pods to be those of Services",
    ),
    ("Pod", "log", "get", "the evidence of failures lacks the DNS pods' logs"),
    ("Event", "", "list", "the evidence of failures lacks events, and a pod that does not start may have no reason"),
)


def unread(api: Api) -> tuple[str, ...]:
    """Return a line for each right to read that the user lacks and a run can do without, with what it cannot tell then."""
    return tuple(
        f"the user may not {verb} {kind}{f'/{subresource}' if subresource else ''}: {without}"
        for kind, subresource, verb, without in _USEFUL
        if not api.may(verb, kind, subresource=subresource)
    )


def check(api: Api) -> None:
    """Check that the user may do everything that a run of all features does.

    Raises:
        UsageError: if a verb is missing; it names all that are.
    """
    missing = [
        f"{verb} {kind}{f'/{subresource}' if subresource else ''}"
        for kind, subresource, verbs in _NEEDED
        for verb in verbs
        if not api.may(verb, kind, subresource=subresource)
    ]
    if missing:
        raise UsageError(
            f'the user of the context "{api.context}" may not: {", ".join(missing)}; '
            "grant these verbs in all namespaces with a ClusterRole and a ClusterRoleBinding"
        )
