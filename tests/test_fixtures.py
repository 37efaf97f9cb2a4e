"""The manifests that features declare."""

from __future__ import annotations

from collections import defaultdict

from svcdns import manifests, resources

#: What one scenario declares first and applies later is of one world.
TOGETHER = {"behaviour/one-address-moved.yaml": "behaviour/one-address.yaml"}


def test_no_address_is_written_in_two_worlds():
    """A live cluster has them at the same time, and an address leads back to every name that it has."""
    written: dict[str, set[str]] = defaultdict(set)
    for path in sorted(resources.fixtures().glob("*/*.yaml")):
        name = path.relative_to(resources.fixtures()).as_posix()
        for item in manifests.read(path):
            endpoints = [*item.data.get("endpoints", ()), *item.data.get("subsets", ())]
            for endpoint in endpoints:
                for address in endpoint["addresses"]:
                    written[str(address)].add(TOGETHER.get(name, name))
    assert len(written) > 1000
    assert {address: sorted(names) for address, names in written.items() if len(names) > 1} == {}
