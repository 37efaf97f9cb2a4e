"""The IP families of a Service (``initIPFamilyFields`` in ``pkg/registry/core/service/storage/alloc.go``)."""

from __future__ import annotations

from svcdns.controllers.store import Json
from svcdns.manifests import Manifest
from svcdns.state import Family, family_of

#: The ``clusterIPs`` of a headless Service.
HEADLESS = ["None"]


def families_of(
    manifest: Manifest, spec: Json, addresses: list[str], before: Json | None, cluster: tuple[Family, ...]
) -> tuple[str, list[Family]]:
    """Return the IP family policy and the families of a Service.

    Args:
        manifest: the manifest that errors refer to.
        spec: the declared spec.
        addresses: the virtual IPs that are declared or were allocated before.
        before: the stored spec, where the Service exists and has families.
        cluster: the families of the cluster, the default one first.

    Raises:
        ManifestError: if the families, the policy, the addresses and the cluster contradict each other.
    """
    kept: list[Family] = before["ipFamilies"] if before else []
    declared: list[Family] = spec.get("ipFamilies") or []
    free_of_cluster = addresses == HEADLESS and not spec.get("selector")
    policy = spec.get("ipFamilyPolicy") or (
        before["ipFamilyPolicy"] if before else "RequireDualStack" if free_of_cluster else "SingleStack"
    )
    single = policy == "SingleStack"
    families = list(declared or kept)
    if kept and families[0] != kept[0]:
        raise manifest.error(
            f"cannot change from {kept[0]} to {families[0]} while the Service exists: delete the Service and create it again",
            "spec",
            "ipFamilies",
            0,
        )
    if single and families == kept:
        families = families[:1]
    if single and len(families) > 1:
        raise manifest.error(
            "must be PreferDualStack or RequireDualStack for a Service of two IP families", "spec", "ipFamilyPolicy"
        )
    if not single and len(families) < len(kept):
        raise manifest.error("must be SingleStack to remove the second IP family", "spec", "ipFamilyPolicy")
    if addresses != HEADLESS:
        asked_for = addresses[:1] if single else addresses
        families += [family_of(address) for address in asked_for[len(families) :]]
    families = families or [cluster[0]]
    if not free_of_cluster:
        _require_served(manifest, families, policy, cluster)
    if not single and len(families) == 1 and (free_of_cluster or len(cluster) > 1):
        families.append("IPv6" if families[0] == "IPv4" else "IPv4")
    return policy, families


def _require_served(manifest: Manifest, families: list[Family], policy: str, cluster: tuple[Family, ...]) -> None:
    for index, family in enumerate(families):
        if family not in cluster:
            declared = manifest.data["spec"].get("ipFamilies")
            field = ("spec", "ipFamilies", index) if declared else address_field(manifest, index)
            raise manifest.error(f"this cluster has no {family}, only {cluster[0]}", *field)
    if policy == "RequireDualStack" and len(cluster) == 1:
        raise manifest.error(
            f"RequireDualStack is not possible, because this cluster has only {cluster[0]}: use PreferDualStack",
            "spec",
            "ipFamilyPolicy",
        )


def address_field(manifest: Manifest, index: int) -> tuple[str | int, ...]:
    """Return the path of a virtual IP in the manifest."""
    return ("spec", "clusterIPs", index) if manifest.data["spec"].get("clusterIPs") else ("spec", "clusterIP")
