"""The images of a run's pods, chosen from those that the nodes have."""

from __future__ import annotations

import pytest

from svcdns.targets.cluster import images
from svcdns.targets.cluster.apiserver.api import Api
from tests.api_server import Objects


def node(objects: Objects, name: str, *names: str, **spec: object) -> None:
    objects.put("Node", name, spec=spec, status={"images": [{"names": [image]} for image in names]})


def test_the_pause_image_is_the_one_that_most_nodes_with_pods_have(objects: Objects, api: Api):
    assert images.pause_image(api) == images.PAUSE_IMAGE
    node(objects, "a", "k8s.gcr.io/pause:3.6", "registry.k8s.io/pause:3.10", "registry.k8s.io/pause@sha256:00")
    node(objects, "b", "registry.k8s.io/pause:3.10", "example.com/pauses:1")
    for name in ("closed", "cordoned"):
        node(objects, name, "k8s.gcr.io/pause:3.6", unschedulable=True)
    assert images.pause_image(api) == "registry.k8s.io/pause:3.10"


def test_the_probe_image_is_one_with_python_that_most_nodes_have(objects: Objects, api: Api):
    assert images.probe_image(api, "") == (images.PROBE_IMAGE, False)
    node(objects, "a", "example.com/my-python:1", "docker.io/library/python:3.12", "docker.io/library/python@sha256:00")
    node(objects, "b", "example.com/my-python:1", "docker.io/library/python:3.12")
    assert images.probe_image(api, "") == ("docker.io/library/python:3.12", True)
    assert images.probe_image(api, "python:3.12") == ("python:3.12", True)
    assert images.probe_image(api, "python:3.11") == ("python:3.11", False)
    node(objects, "c", "example.com/my-python:1")
    assert images.probe_image(api, "") == ("example.com/my-python:1", True)


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("python", "docker.io/library/python:latest"),
        ("python:3.12", "docker.io/library/python:3.12"),
        ("mirror/python", "docker.io/mirror/python:latest"),
        ("localhost/python:3", "localhost/python:3"),
        ("registry.example:5000/python", "registry.example:5000/python:latest"),
        ("python@sha256:00", "docker.io/library/python@sha256:00"),
    ],
)
def test_images_are_compared_by_their_full_names(name, full):
    assert images.full_name(name) == full
