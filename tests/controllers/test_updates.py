"""Changes of an object by an apply: refused as an API server refuses them, for the same field or one of its parts."""

from __future__ import annotations

import pytest
from tests.updates import UPDATES, Update, deployment, service

from svcdns.errors import ManifestError


@pytest.mark.parametrize("update", UPDATES, ids=[update.title for update in UPDATES])
def test_an_apply_is_accepted_or_refused(world, update: Update):
    *earlier, last = update.objects
    for item in earlier:
        world.apply(item)
    if not update.refused:
        world.apply(last)
        return
    with pytest.raises(ManifestError, match=f'"u": {update.refused}'):
        world.apply(last)


def test_a_number_of_replicas_is_the_default_again_unless_somebody_scaled(world):
    world.apply(deployment(replicas=3))
    world.apply(deployment(replicas=None))
    assert len(world.pods) == 1
    world.cluster.scale("Deployment", "u", 2, "t")
    world.apply(deployment(replicas=None))
    assert len(world.pods) == 2


def test_the_class_of_a_load_balancer_stays(world):
    world.apply(service(type="LoadBalancer", loadBalancerClass="a.example/a"))
    with pytest.raises(ManifestError, match=r"spec\.loadBalancerClass: cannot change from a\.example/a to no class"):
        world.apply(service(type="LoadBalancer"))
    world.apply(service())


def test_a_refusal_says_that_the_field_stays_from_before(world):
    first, second = (update for update in UPDATES[:1] for update in update.objects)
    world.apply(first)
    with pytest.raises(
        ManifestError, match="it stays from before, because no manifest declared it: delete the Deployment"
    ):
        world.apply(second)
