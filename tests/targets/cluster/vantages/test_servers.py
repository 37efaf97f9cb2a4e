"""The places of DNS pods, when pods come and go."""

from __future__ import annotations

import pytest

from svcdns.targets.cluster.vantages.servers import Replica, Replicas, reassigned

A, B, C, D = (Replica(f"dns-{letter}", f"10.244.0.{number}", 53) for number, letter in enumerate("abcd"))


@pytest.mark.parametrize(
    ("current", "existing", "expected"),
    [
        ((A, B), (A, B), (A, B)),
        ((A, B), (B, A), (A, B)),
        ((A, B), (B, C), (C, B)),
        ((A, B), (C, D), (C, D)),
        ((A, B), (B,), (B, B)),
        ((A, B), (A, B, C), (A, B)),
        ((A, B), (), (A, B)),
        ((), (A,), ()),
        ((A,), (A._replace(address="10.244.0.9"),), (A._replace(address="10.244.0.9"),)),
    ],
)
def test_pods_keep_their_places_and_new_pods_take_free_ones(current, existing, expected):
    assert reassigned(current, existing) == expected


def test_places_follow_the_existing_pods():
    existing = [A, B]
    places = Replicas(existing, lambda: existing)
    existing[:] = [B, C]
    assert [places.at(0), places.at(1)] == [A, B]
    places.refresh()
    assert [places.at(0), places.at(1)] == [C, B]
