"""The rules for a Service's cluster IPs and IP families.

ValidateServiceClusterIPsRelatedFields in Kubernetes' ``pkg/apis/core/validation/validation.go``, and what the
allocators check without knowing the cluster (initIPFamilyFields in ``pkg/registry/core/service/storage/alloc.go``).
Whether an address is free, or a family configured, cannot be seen from the Service alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from svcdns.addresses import parse
from svcdns.manifests.address import ip_address
from svcdns.manifests.field import Field, at_most, named, not_empty, one_of, unique
from svcdns.manifests.problem import Problem

ADDRESS_FIELDS = ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy")
_HEADLESS = "None"
_FAMILIES = ("IPv4", "IPv6")
_FAMILY_POLICIES = ("SingleStack", "PreferDualStack", "RequireDualStack")


def is_headless(spec: Field) -> bool:
    """Return whether a Service asks for no cluster IP."""
    return [field.text for field in _addresses(spec)] == [_HEADLESS]


def cluster_ips(spec: Field) -> Iterator[Problem]:
    """Check ``clusterIP``, ``clusterIPs``, ``ipFamilies`` and ``ipFamilyPolicy`` of a Service that is not an ExternalName."""
    yield from _synchronous(spec)
    addresses, families = _addresses(spec), spec["ipFamilies"].items()
    for address in addresses:
        if address.text != _HEADLESS:
            yield from not_empty(address)
            yield from named(address, ip_address)
        elif len(addresses) > 1:
            yield address.error('must not be "None" beside other addresses')
    yield from unique((_family(address), address) for address in addresses if _family(address))
    for family in families:
        yield from not_empty(family)
        yield from one_of(family, _FAMILIES)
    yield from unique((family.text, family) for family in families)
    for address, family in zip(addresses, families, strict=False):
        if _family(address) and family.text in _FAMILIES and _family(address) != family.text:
            yield address.error(f"must be an {family.text} address, as ipFamilies says")
    yield from _policy(spec)


def _addresses(spec: Field) -> list[Field]:
    """Return the addresses that are given, in either of the two fields."""
    return spec["clusterIPs"].items() or [field for field in (spec["clusterIP"],) if field.given]


def _synchronous(spec: Field) -> Iterator[Problem]:
    first, addresses = spec["clusterIP"], spec["clusterIPs"].items()
    if addresses and not first.given:
        yield first.error("is required with clusterIPs: the first of them")
    elif addresses and addresses[0].text != first.text:
        yield spec["clusterIPs"].error("must begin with the address in clusterIP")
    yield from at_most(spec["clusterIPs"], len(_FAMILIES), "addresses")


def _family(field: Field) -> str:
    address = parse(field.text)
    return f"IPv{address.version}" if address else ""


def _policy(spec: Field) -> Iterator[Problem]:
    policy = spec["ipFamilyPolicy"]
    yield from not_empty(policy)
    yield from one_of(policy, _FAMILY_POLICIES)
    # A headless Service without selector is dual-stack unless it says otherwise; every other one is single-stack.
    default = "RequireDualStack" if is_headless(spec) and not spec["selector"].given else "SingleStack"
    both = any(len(spec[name].items()) == len(_FAMILIES) for name in ("clusterIPs", "ipFamilies"))
    if both and (policy.text or default) == "SingleStack":
        yield policy.error("must be PreferDualStack or RequireDualStack with two families or addresses")
