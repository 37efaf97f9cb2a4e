"""Fields: which there are, of which type, which must be there, and which kinds Kubernetes has."""

from __future__ import annotations

import pytest

from svcdns.manifests import read_text, schema


def service(spec: str) -> str:
    return f"apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n{spec}\n"


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("  clusterIp: None\n  ports: [{port: 80}]", "6: ~.spec.clusterIp: is an unknown field; did you mean clusterIP?"),
        ("  ports:\n  - port: 80\n    targetport: 80", "8: ~.spec.ports[0].targetport: is an unknown field; did you mean targetPort?"),
        ("  ports: [{port: 80}]\n  replicas: 3", "7: ~.spec.replicas: is an unknown field"),
        ("  ports:\n  - port: '80'", '7: ~.spec.ports[0].port: must be a whole number, not the text "80"'),
        ("  ports:\n  - port: 8.5", "7: ~.spec.ports[0].port: must be a whole number, not the number 8.5"),
        ("  ports:\n  - name: a", "7: ~.spec.ports[0].port: is required"),
        ("  ports:\n  - port:", "7: ~.spec.ports[0].port: must be a whole number, not null"),
        ("  ports:\n  - port: 80000000000", "7: ~.spec.ports[0].port: must be between -2147483648 and 2147483647, not 80000000000"),
        ("  ports:\n  - port: 80\n    targetPort: 3000000000", "8: ~.spec.ports[0].targetPort: must be between -2147483648 and"),
        ("  ports:\n  - port: 80\n    targetPort: [80]", "8: ~.spec.ports[0].targetPort: must be text or a whole number, not a list"),
        ("  ports: 80", "6: ~.spec.ports: must be a list, not the number 80"),
        ("  ports:\n  -", "7: ~.spec.ports[0]: must be a mapping, not null"),
        ("  ports:\n  - 80", "7: ~.spec.ports[0]: must be a mapping, not the number 80"),
        ("  ports: [{port: 80}]\n  selector:\n    version: 1.10", "8: ~.spec.selector.version: must be text, not the number 1.1; put it in quotes"),
        ("  ports: [{port: 80}]\n  selector:\n    on: on", "8: ~.spec.selector.true: must be text, not true; put it in quotes (in YAML, yes"),
        ("  ports: [{port: 80}]\n  selector: [app]", "7: ~.spec.selector: must be a mapping, not a list"),
        ("  ports: [{port: 80}]\n  publishNotReadyAddresses: 'true'", "7: ~.spec.publishNotReadyAddresses: must be true or false, not the text"),
        ("  - ports", "5: ~.spec: must be a mapping, not a list"),
    ],
)  # fmt: skip
def test_a_field_that_does_not_fit_the_schema_is_named_with_its_line(problems, spec, expected):
    [found] = problems(service(spec))
    assert found.startswith(expected.replace("~.", 'Service "web": '))


def test_where_the_structure_is_wrong_the_rules_add_nothing_about_the_same_field(problems):
    assert len(problems(service("  ports:\n  - port: {}\n    protocol: TCP"))) == 1


def test_what_the_rules_find_elsewhere_is_said_as_well(problems):
    found = problems(service("  clusterIp: None\n  ports: [{port: 0}]"))
    assert ["clusterIp" in found[0], "port: must be between 1 and 65535" in found[1]] == [True, True]


def test_a_null_field_is_an_absent_one():
    text = "apiVersion: v1\nkind: Service\nmetadata: {name: a, creationTimestamp: null}\nspec:\n  type:\n  ports: [{port: 80, targetPort: null}]\nstatus:\n"
    [manifest] = read_text(text)
    assert manifest.data == {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "a"},
        "spec": {"ports": [{"port": 80}]},
    }


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("apiVersion: v1\nkind: Service\nmetadata: {name: a, labels: {tier: }}\nspec: {ports: [{port: 80}]}", ("metadata", "labels"), {"tier": ""}),
        ("apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 80}], selector: {app: ~, b: x}}", ("spec", "selector"), {"app": "", "b": "x"}),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {empty: null}", ("data",), {"empty": ""}),
        ("apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {empty: null}", ("data",), {"empty": ""}),
        ("apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a, annotations: {note: }}", ("metadata", "annotations"), {"note": ""}),
        ("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {nodeSelector: {disk: }, containers: [{name: c, image: x}]}", ("spec", "nodeSelector"), {"disk": ""}),
        ("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: c, image: x, resources: {limits: {cpu: , memory: 1Gi}}}]}", ("spec", "containers", 0, "resources", "limits"), {"cpu": "0", "memory": "1Gi"}),
    ],
)  # fmt: skip
def test_a_null_value_of_a_map_is_the_zero_of_its_type(text, path, value):
    found = read_text(text)[0].data
    for key in path:
        found = found[key]
    assert found == value


def test_a_custom_resource_is_left_as_it_is_but_for_its_metadata(problems):
    text = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}\nspec: {anything: [1, null, {x: null}]}\n"
    assert read_text(text)[0].data["spec"] == {"anything": [1, None, {"x": None}]}
    [found] = problems(text.replace("name: a", "name: a, lables: {}"))
    assert found == '3: Widget "a": metadata.lables: is an unknown field; did you mean labels?'


@pytest.mark.parametrize(
    ("api_version", "kind", "expected"),
    [
        ("apps/v1beta1", "Deployment", "1: apiVersion: must be apps/v1 for the kind Deployment"),
        ("extensions/v1beta1", "Ingress", "1: apiVersion: must be networking.k8s.io/v1 for the kind Ingress"),
        ("v1", "Deployment", "1: apiVersion: must be apps/v1 for the kind Deployment"),
        ("apps/v1/x", "Deployment", "1: apiVersion: must be apps/v1 for the kind Deployment"),
        ("discovery.k8s.io/v1beta1", "EndpointSlice", "1: apiVersion: must be discovery.k8s.io/v1"),
        ("v1", "service", "2: kind: is unknown in this apiVersion; did you mean Service?"),
        ("apps/v1", "StatefullSet", "2: kind: is unknown in this apiVersion; did you mean StatefulSet?"),
        ("policy/v1beta1", "PodSecurityPolicy", "2: kind: is unknown in this apiVersion"),
        ("shop/v1", "Cart", "1: apiVersion: is not an API group of Kubernetes; the group of"),
    ],
)  # fmt: skip
def test_a_kind_or_version_that_kubernetes_does_not_have_is_refused(problems, api_version, kind, expected):
    [found] = problems(f"apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: a}}\n")
    assert found.startswith(expected)


def test_a_hundred_problems_of_an_object_are_enough(problems):
    assert (
        len(problems(service("  ports: [{port: 80}]\n" + "".join(f"  x{number}: 1\n" for number in range(5000)))))
        == 100
    )


def test_one_validator_a_kind_is_built_and_kept(problems):
    problems(service("  ports: [{port: 80}]"))
    built = schema._validator.cache_info().misses
    problems(service("  ports: [{port: 81}]"))
    assert schema._validator.cache_info().misses == built
