"""What a run has to be allowed, asked before it begins."""

from __future__ import annotations

from svcdns.errors import UsageError
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.watch.picture import KINDS

#: What a run of all features does, in all namespaces: kind, subresource, verbs. Server-side apply takes ``create`` and
#: ``patch``, a deletion looks first at what it deletes, and kubectl at what it exposes.
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
    """See that nothing that a run of all features does is forbidden.

    Raises:
        UsageError: if something is; it names every verb that is missing.
    """
    missing = [
        f"{verb} {kind}{f'/{part}' if part else ''}"
        for kind, part, verbs in _NEEDED
        for verb in verbs
        if not api.may(verb, kind, subresource=part)
    ]
    if missing:
        raise UsageError(
            f'the context "{api.context}" may not: {", ".join(missing)}; '
            "grant these verbs in all namespaces with a ClusterRole and a ClusterRoleBinding"
        )
