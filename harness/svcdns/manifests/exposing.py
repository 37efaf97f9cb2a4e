"""The arguments of ``kubectl expose``: kinds and names, and nothing that kubectl could take for an option."""

from __future__ import annotations

from svcdns.errors import TargetError
from svcdns.manifests.names import dns_1123_label, dns_1123_subdomain
from svcdns.manifests.problem import listed, quoted

#: The kinds that have pods, with their API groups; kubectl itself refuses some of them, in its own words.
_KINDS = {
    "Pod": "",
    "Service": "",
    "ReplicationController": "",
    "Deployment": "apps",
    "ReplicaSet": "apps",
    "StatefulSet": "apps",
    "DaemonSet": "apps",
    "Job": "batch",
}
_WORDS = {
    word: kind
    for kind, group in _KINDS.items()
    for name in (kind.lower(), f"{kind.lower()}s")
    for word in (name, f"{name}.{group}")
}


def check(kind: str, name: str, service: str) -> str:
    """Check the arguments by which kubectl exposes an object as a Service.

    Args:
        kind: the object's kind as kubectl takes it: any case, singular or plural, with or without the group.
        name: the object's name.
        service: the name of the Service to create.

    Returns:
        the kind, such as ``Deployment``.

    Raises:
        TargetError: if the kind has no pods, or a name is not one that Kubernetes allows.
    """
    known = _WORDS.get(kind.lower())
    if known is None:
        raise TargetError(f"kubectl exposes {listed(_KINDS)}, not {quoted(kind)}; name one of these kinds")
    if problem := dns_1123_subdomain(name):
        raise TargetError(f"the name of the {known} to expose {problem}")
    # Servers since 1.34 may allow more than a DNS-1035 label, and refuse the rest themselves.
    if problem := dns_1123_label(service):
        raise TargetError(f"the name of the Service to make {problem}")
    return known
