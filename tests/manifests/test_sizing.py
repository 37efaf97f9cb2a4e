"""How many pods a scenario may ask for."""

from __future__ import annotations

import pytest

from svcdns.engine.scope import Scope
from svcdns.errors import ManifestError, TargetError
from svcdns.manifests import MOST_PODS, Manifest, read_text, refuse_too_many
from svcdns.records import COREDNS
from svcdns.targets.reference import Reference

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: REPLICAS
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: a, image: a}]}}
"""


def deployments(*replicas: int) -> list[Manifest]:
    text = "---".join(DEPLOYMENT.replace("REPLICAS", str(one)) for one in replicas)
    return list(read_text(text, "app.yaml"))


def test_as_many_pods_as_a_scenario_may_have_are_accepted():
    refuse_too_many(deployments(MOST_PODS - 1, 1))


@pytest.mark.parametrize("replicas", [[MOST_PODS + 1], [MOST_PODS, 1], [2**31 - 1]])
def test_more_are_refused_with_their_line_before_any_is_made(replicas: list[int]):
    with Reference(COREDNS) as target:
        target.create_namespace("t")
        with pytest.raises(ManifestError, match=r'^app\.yaml:\d+: Deployment "web": makes \d+ pods'):
            target.apply(deployments(*replicas), "t")
        assert not [key for key in target.state().pods if key.namespace == "t"]


def test_a_number_that_the_api_has_no_room_for_is_refused():
    with pytest.raises(
        ManifestError, match=r"spec\.replicas: must be between -2147483648 and 2147483647, not 2147483648"
    ):
        deployments(2**31)


@pytest.mark.parametrize("replicas", [MOST_PODS + 1, 10**20])
def test_nothing_is_scaled_to_more(replicas: int):
    with Reference(COREDNS) as target:
        target.create_namespace("t")
        target.apply(deployments(1), "t")
        with pytest.raises(TargetError, match=f"a scenario may have {MOST_PODS} pods, not {replicas}"):
            Scope(target, "t").scale("Deployment", "web", replicas)
