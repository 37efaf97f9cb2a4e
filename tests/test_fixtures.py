"""The manifests that features declare."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from svcdns import manifests, resources

#: What one scenario declares first and applies later is of one world.
TOGETHER = {"behaviour/one-address-moved.yaml": "behaviour/one-address.yaml"}


def test_no_address_is_written_in_two_worlds():
    """A live cluster has them at the same time, and an address leads back to every name that it has."""
    written: dict[str, set[str]] = defaultdict(set)
    for path in sorted(resources.fixtures().glob("*/*.yaml")):
        name = path.relative_to(resources.fixtures()).as_posix()
        for item in manifests.read(path):
            for address in _addresses(item):
                written[str(address)].add(TOGETHER.get(name, name))
    assert len(written) > 1000
    assert {address: sorted(names) for address, names in written.items() if len(names) > 1} == {}


def _addresses(item: manifests.Manifest) -> Iterator[str]:
    """Return the addresses of an EndpointSlice or Endpoints object."""
    for endpoint in item.data.get("endpoints", ()):
        yield from endpoint["addresses"]
    for subset in item.data.get("subsets", ()):
        for field in ("addresses", "notReadyAddresses"):
            yield from (address["ip"] for address in subset.get(field, ()))
