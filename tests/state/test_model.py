"""Which pods a Service selects, and which are over."""

from __future__ import annotations

import pytest

from svcdns.state import Key, Pod, Service, matches


@pytest.mark.parametrize(
    ("selector", "labels", "matched"),
    [
        ({"app": "web"}, {"app": "web", "tier": "front"}, True),
        ({"app": "web", "tier": "front"}, {"app": "web"}, False),
        ({"app": "web"}, {"app": "Web"}, False),
        ({"app": ""}, {"app": ""}, True),
        ({"app": ""}, {}, False),
    ],
)
def test_a_selector_matches_labels_with_all_its_names_and_values(selector, labels, matched):
    assert matches(selector, labels) is matched


@pytest.mark.parametrize(
    ("namespace", "selector", "selected"),
    [
        ("web", {"app": "web"}, True),
        ("web", {"app": "db"}, False),
        ("db", {"app": "web"}, False),
        ("web", None, False),
        ("web", {}, False),
    ],
)
def test_a_service_selects_pods_of_its_namespace_and_without_a_selector_none(namespace, selector, selected):
    pod = Pod(Key("web", "web-0"), labels={"app": "web"})
    assert Service(Key(namespace, "web"), selector=selector).selects(pod) is selected


@pytest.mark.parametrize(
    ("phase", "completed"), [("Running", False), ("Pending", False), ("Succeeded", True), ("Failed", True)]
)
def test_a_pod_is_completed_once_its_containers_have_ended_for_good(phase, completed):
    assert Pod(Key("web", "web-0"), phase=phase).completed is completed
