"""The admission of a Service by the API server: its IP families, virtual IPs and node ports, or a refusal.

The rules are those of ``pkg/registry/core/service/storage/alloc.go`` and of ``ValidateServiceUpdate``.
"""

from __future__ import annotations

from svcdns.controllers import defaults
from svcdns.controllers.allocation import RANGES, is_service_address, number_of
from svcdns.controllers.node_ports import with_node_ports
from svcdns.controllers.service_families import HEADLESS, address_field, families_of
from svcdns.controllers.store import Json, ObjectRef, Store
from svcdns.manifests import Manifest
from svcdns.state import Family

_ALLOCATED = ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy")


def service_spec(store: Store, manifest: Manifest, ref: ObjectRef, declared: Json, before: Json | None) -> Json:
    """Return the spec that is stored for a Service: as declared, with what was allocated before or is allocated now.

    Raises:
        ManifestError: if this cluster cannot provide what the manifest asks for, or the change is not allowed.
    """
    spec = defaults.service_spec(declared)
    if spec["type"] == "ExternalName":
        return {name: value for name, value in spec.items() if name not in _ALLOCATED}
    before = before if before and before["type"] != "ExternalName" else None
    _require_class(manifest, spec, before)
    addresses = _wanted_addresses(manifest, declared, before)
    policy, families = families_of(manifest, spec, addresses, before, store.allocator.families)
    if addresses != HEADLESS:
        addresses = _addresses(store, manifest, ref, addresses[: len(families)], families)
    return {
        **spec,
        **({"ports": with_node_ports(store, manifest, ref, spec, before)} if spec.get("ports") else {}),
        "clusterIP": addresses[0],
        "clusterIPs": addresses,
        "ipFamilies": families,
        "ipFamilyPolicy": policy,
    }


def _require_class(manifest: Manifest, spec: Json, before: Json | None) -> None:
    """Require the class of a load balancer to stay as long as the Service is one (``validateLoadBalancerClassField``)."""
    if before and before["type"] == spec["type"] == "LoadBalancer":
        old, new = before.get("loadBalancerClass"), spec.get("loadBalancerClass")
        if old != new:
            raise manifest.error(
                f"cannot change from {old or 'no class'} to {new or 'no class'} while the Service is of type LoadBalancer: "
                "delete the Service and create it again",
                "spec",
                "loadBalancerClass",
            )


def _wanted_addresses(manifest: Manifest, declared: Json, before: Json | None) -> list[str]:
    """Return the virtual IPs that are declared or were allocated before, as they are written there."""
    given = declared.get("clusterIPs") or [address for address in [declared.get("clusterIP")] if address]
    wanted = list(given)
    kept: list[str] = before["clusterIPs"] if before else []
    for index, (new, old) in enumerate(zip(wanted, kept, strict=False)):
        if new != old:
            raise manifest.error(
                f"cannot change from {old} to {new} while the Service exists: delete the Service and create it again",
                *address_field(manifest, index),
            )
    return wanted + kept[len(wanted) :]


def _addresses(
    store: Store, manifest: Manifest, ref: ObjectRef, wanted: list[str], families: list[Family]
) -> list[str]:
    """Return the virtual IPs, one per family: the declared ones if they are free, others from the range."""
    for index, address in enumerate(wanted):
        family = families[index]
        field = address_field(manifest, index)
        if not is_service_address(address, family):
            raise manifest.error(
                f"{address} is not in this cluster's range for Services, {RANGES[family].services}", *field
            )
        holder = store.holder(number_of(address))
        if holder and holder != ref:
            raise manifest.error(f"{address} is taken by the {holder.described}", *field)
    missing = families[len(wanted) :]
    return wanted + [store.allocator.service_address(family, store.in_use) for family in missing]
