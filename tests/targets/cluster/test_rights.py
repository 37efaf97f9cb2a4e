"""What a run has to be allowed is asked before it begins, and all that is missing is named in one line."""

from __future__ import annotations

from typing import cast

import pytest

from svcdns.errors import UsageError
from svcdns.targets.cluster import rights
from svcdns.targets.cluster.apiserver.api import Api

ALL = {
    "Namespace": "get list watch create patch delete",
    "Service": "get list watch create patch delete",
    "EndpointSlice": "get list watch create patch delete",
    "Pod": "get list watch create patch delete",
    "Pod/status": "patch",
    "Deployment": "get create patch delete",
    "Deployment/scale": "patch",
    "StatefulSet": "get create patch delete",
    "StatefulSet/scale": "patch",
    "Endpoints": "get create patch",
    "ServiceAccount": "get",
    "Lease": "get create patch delete list",
}
EACH = [f"{verb} {what}" for what, verbs in ALL.items() for verb in verbs.split()]


class Role:
    """An API that allows what a role grants."""

    context = "c"

    def __init__(self, granted: list[str]) -> None:
        self.granted = granted

    def may(self, verb: str, kind: str, *, subresource: str) -> bool:
        return f"{verb} {kind}{subresource and '/'}{subresource}" in self.granted


def test_a_role_that_grants_all_of_it_is_enough():
    rights.check(cast("Api", Role(EACH)))


@pytest.mark.parametrize("missing", EACH)
def test_a_verb_that_is_missing_is_named(missing: str):
    with pytest.raises(UsageError) as caught:
        rights.check(cast("Api", Role([one for one in EACH if one != missing])))
    assert str(caught.value) == (
        f'the user of the context "c" may not: {missing}; '
        "grant these verbs in all namespaces with a ClusterRole and a ClusterRoleBinding"
    )


def test_what_a_run_can_do_without_is_told_with_what_it_cannot_tell():
    assert rights.unread(cast("Api", Role(["list Node", "get Pod/log", "list Event"]))) == ()
    nodes, logs, events = rights.unread(cast("Api", Role(EACH)))
    assert nodes.startswith("the user may not list Node: the run uses at most 60 pods")
    assert logs.startswith("the user may not get Pod/log: ")
    assert events.startswith("the user may not list Event: ")


def test_all_that_is_missing_is_named_on_one_line():
    with pytest.raises(UsageError) as caught:
        rights.check(cast("Api", Role([])))
    assert "\n" not in str(caught.value)
    assert all(one in str(caught.value) for one in EACH)
