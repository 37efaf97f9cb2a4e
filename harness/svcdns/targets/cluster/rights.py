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
