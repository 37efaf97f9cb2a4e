"""The view of a cluster: what changes it, and what it does not keep."""

from __future__ import annotations

from svcdns.state import Key
from tests.targets.cluster.watch.items import SECRET, metadata, pod, service, view


def test_a_view_is_at_least_as_new_as_its_objects():
    seen = view(pod("a"))
    assert seen.shows(pod("b"))
    newer = pod("b", metadata={})
    newer["metadata"]["resourceVersion"] = "6"
    assert not seen.shows(newer)
    assert seen.without(newer).shows(newer)
    assert not seen.shows({"kind": "Service", "metadata": metadata("a")})


def test_a_new_list_removes_the_objects_that_it_lacks():
    seen = view(pod("a"), pod("b"), service()).replaced("Pod", [pod("b")], 9)
    assert set(seen.state.pods) == set(seen.progress) == {Key("n", "b")}
    assert set(seen.state.services) == {Key("n", "web")}
    assert seen.versions == {"Namespace": 1, "Pod": 9, "Service": 5}


def test_a_view_keeps_no_secret():
    assert SECRET in repr(pod("a"))
    assert SECRET not in repr(view(pod("a")))
