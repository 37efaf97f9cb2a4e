"""The Namespaces that objects of a manifest belong to, and objects that a run must not apply."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from ipaddress import ip_network

from svcdns.addresses import parse
from svcdns.errors import ManifestError
from svcdns.manifests.field import Field
from svcdns.manifests.kinds import is_namespaced
from svcdns.manifests.manifest import Manifest

_DOCUMENTATION = tuple(map(ip_network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")))

#: The name of the pod that resolves names, and of its script.
PROBE = "svcdns-probe"

#: The domain of the labels and annotations by which a run marks what it made.
_OURS = "svcdns.dev/"


def refuse_reserved(manifests: Iterable[Manifest]) -> None:
    """Refuse objects with a name, label or annotation that a run reserves for its own.

    Raises:
        ManifestError: with one line for each name, label and annotation.
    """
    lines = [str(error) for item in manifests for error in _reserved(item)]
    if lines:
        raise ManifestError(*lines)


def _reserved(item: Manifest) -> Iterator[ManifestError]:
    if item.name == PROBE:
        yield item.error("is reserved for the run's own probe: use another name", "metadata", "name")
    whole = Field(item.data)
    for metadata in (whole["metadata"], whole["spec"]["template"]["metadata"]):
        for table in ("labels", "annotations"):
            for key, field in metadata[table].entries().items():
                if str(key).startswith(_OURS):
                    yield item.error(f"is reserved, as all that begins with {_OURS}: remove it", *field.path)


def refuse_reaching(manifests: Iterable[Manifest]) -> None:
    """Refuse fields by which a namespaced object affects other users, or outlives its namespace.

    Raises:
        ManifestError: with one line for each field.
    """
    lines = [str(error) for item in manifests for error in _reaching(item)]
    if lines:
        raise ManifestError(*lines)


def _reaching(item: Manifest) -> Iterator[ManifestError]:
    whole = Field(item.data)
    spec = whole["spec"]
    if (finalizers := whole["metadata"]["finalizers"]).given:
        yield item.error("would keep the namespace from being deleted: remove it", *finalizers.path)
    for address in spec["externalIPs"].items() if item.kind == "Service" else ():
        if not _is_for_documentation(address.text):
            yield item.error("would divert other users' traffic to this address: remove it", *address.path)
    for pods in (spec, spec["template"]["spec"], spec["jobTemplate"]["spec"]["template"]["spec"]):
        if (priority := pods["priorityClassName"]).given:
            yield item.error("could evict other users' pods: remove it", *priority.path)
    claims = [spec] if item.kind == "PersistentVolumeClaim" else []
    claims += [claim["spec"] for claim in spec["volumeClaimTemplates"].items()]
    for claim in claims:
        if (volume := claim["volumeName"]).given:
            yield item.error("would take an existing volume: remove it", *volume.path)
        if (storage := claim["storageClassName"]).value == "":
            yield item.error("would take an existing volume: name a class, or remove it", *storage.path)


def _is_for_documentation(text: str) -> bool:
    """Return whether an address is reserved for documentation, so that nobody uses it (RFC 5737, RFC 3849)."""
    address = parse(text)
    return address is not None and any(
        address in network for network in _DOCUMENTATION if network.version == address.version
    )


def cluster_scoped(manifests: Iterable[Manifest]) -> list[Manifest]:
    """Return the cluster-scoped objects, without Namespaces."""
    return [item for item in manifests if not _is_namespace(item) and not is_namespaced(item.api_version, item.kind)]


def further_namespaces(manifests: Iterable[Manifest], namespace: str) -> dict[str, Manifest]:
    """Return the Namespaces that objects declare or belong to, other than one, each with the first object that names it."""
    further: dict[str, Manifest] = {}
    for item in manifests:
        named = item.name if _is_namespace(item) else _own_namespace(item)
        if named not in ("", namespace):
            further.setdefault(named, item)
    return further


def refuse_existing(wanted: Mapping[str, Manifest], exists: Callable[[str], bool]) -> None:
    """Refuse Namespaces that exist.

    Args:
        wanted: names of Namespaces, each with the first object that names it.
        exists: whether a Namespace exists, by its name.

    Raises:
        ManifestError: with one line for each.
    """
    taken = [
        str(item.error(f'the namespace "{name}" already exists and is left unchanged: use another name'))
        for name, item in wanted.items()
        if exists(name)
    ]
    if taken:
        raise ManifestError(*taken)


def refuse_cluster_scoped(manifests: Iterable[Manifest]) -> None:
    """Refuse cluster-scoped objects, which would affect every user of the cluster.

    Raises:
        ManifestError: with one line for each.
    """
    lines = [
        str(item.error("is cluster-scoped and would affect other users: remove it, or apply it before the run"))
        for item in cluster_scoped(manifests)
    ]
    if lines:
        raise ManifestError(*lines)


def refuse_further_namespaces(manifests: Sequence[Manifest], namespace: str, made: Collection[str]) -> None:
    """Refuse objects that declare or belong to other Namespaces than one and those that were made for it.

    Raises:
        ManifestError: with one line for each.
    """
    lines = [str(error) for item in manifests for error in _elsewhere(item, namespace, made)]
    if lines:
        raise ManifestError(*lines)


def _elsewhere(item: Manifest, namespace: str, made: Collection[str]) -> Iterator[ManifestError]:
    if _is_namespace(item):
        if item.name not in (namespace, *made):
            yield item.error(
                "declares a Namespace: remove it to apply the objects to the run's namespace, or add "
                "--create-namespaces to create it if it does not exist and delete it afterwards"
            )
    elif (named := _own_namespace(item)) not in ("", namespace, *made):
        yield item.error(
            f'"{named}" is not the namespace "{namespace}" that this is applied to: remove the field, or add '
            "--create-namespaces to create that namespace if it does not exist and delete it afterwards",
            "metadata",
            "namespace",
        )


def _own_namespace(item: Manifest) -> str:
    return item.namespace if is_namespaced(item.api_version, item.kind) else ""


def _is_namespace(item: Manifest) -> bool:
    return (item.api_version, item.kind) == ("v1", "Namespace")
