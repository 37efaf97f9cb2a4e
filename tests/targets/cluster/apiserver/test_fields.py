"""Fields as API servers write them."""

from __future__ import annotations

import pytest

from svcdns.targets.cluster.apiserver.fields import FieldProblem, field_problems, path
from svcdns.targets.cluster.apiserver.refusal import Cause, RefusedError

TYPED = "failed to create typed patch object (n/a; /v1, Kind=Service):"
UNKNOWN = "field not declared in schema"
ITEM = {
    "metadata": {"labels": {"example.com/a.b": "x", "example.com/a": "y"}},
    "spec": {
        "ports": [{"port": 53, "name": "dns"}, {"port": 53, "protocol": "UDP", "name": "dns]udp"}],
        "template": {"spec": {"containers": [{"name": "a"}, {"name": "b", "env": [{"name": "B=C"}]}]}},
        "clusterIPs": ["10.0.0.1"],
    },
}


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        (".spec.clusterIp", ("spec", "clusterIp")),
        ("spec.ports[1].port", ("spec", "ports", 1, "port")),
        ("spec.clusterIPs[0]", ("spec", "clusterIPs", 0)),
        ('.spec.ports[port=53,protocol="TCP"].nme', ("spec", "ports", 0, "nme")),
        ('.spec.ports[port=53,protocol="UDP"].nme', ("spec", "ports", 1, "nme")),
        ('.spec.template.spec.containers[name="b"].imag', ("spec", "template", "spec", "containers", 1, "imag")),
        (
            '.spec.template.spec.containers[name="b"].env[name="B=C"].val',
            ("spec", "template", "spec", "containers", 1, "env", 0, "val"),
        ),
        ('.spec.ports[name="dns]udp"].nme', ("spec", "ports", 1, "nme")),
        ('.spec.ports[name="gone"].nme', ("spec", "ports")),
        (".metadata.labels.example.com/a.b", ("metadata", "labels", "example.com/a.b")),
        (".metadata.labels.example.com/a", ("metadata", "labels", "example.com/a")),
        ("metadata.labels[example.com/a.b]", ("metadata", "labels", "example.com/a.b")),
        ("spec.nowhere[0].at.all", ("spec", "nowhere", 0, "at", "all")),
        ("<nil>", ("<nil>",)),
        ("", ()),
    ],
)
def test_a_field_is_found_in_its_object(text: str, fields: tuple[str | int, ...]):
    assert path(text, ITEM) == fields


def test_causes_are_taken_one_by_one():
    refused = RefusedError("all", code=422, causes=(Cause("spec.ports[0].port", "one"), Cause("", "two")))
    assert field_problems(ITEM, refused) == [FieldProblem(("spec", "ports", 0, "port"), "one"), FieldProblem((), "two")]


@pytest.mark.parametrize(
    ("message", "found"),
    [
        (
            f"{TYPED} .spec.clusterIp: {UNKNOWN}",
            [FieldProblem(("spec", "clusterIp"), UNKNOWN)],
        ),
        (
            f'{TYPED} errors:\n  .spec.a: {UNKNOWN}\n  .spec.ports[port=53,protocol="TCP"].b: expected string, got 1',
            [
                FieldProblem(("spec", "a"), UNKNOWN),
                FieldProblem(("spec", "ports", 0, "b"), "expected string, got 1"),
            ],
        ),
        (
            'pods "a" is forbidden: violates PodSecurity "restricted:latest": .spec is wrong',
            [FieldProblem((), 'pods "a" is forbidden: violates PodSecurity "restricted:latest": .spec is wrong')],
        ),
    ],
)
def test_words_without_causes_are_searched_for_fields(message: str, found: list[FieldProblem]):
    assert field_problems(ITEM, RefusedError(message, code=500)) == found
