"""From a file to manifests: what they carry, how Lists come apart, what is said about files that hold none."""

from __future__ import annotations

import pytest

from svcdns.errors import ManifestError
from svcdns.manifests import Effect, effect, is_namespaced, read, read_text

TWO = """\
# Two objects.
apiVersion: v1
kind: Namespace
metadata:
  name: shop
---
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  selector: {app: web}
  ports:
  - name: http
    port: 80
"""


def test_a_file_gives_its_objects_in_order_with_their_identity():
    namespace, service = read_text(TWO)
    assert (namespace.api_version, namespace.kind, namespace.name, namespace.namespace) == (
        "v1",
        "Namespace",
        "shop",
        "",
    )
    assert (service.kind, service.name, service.namespace, service.label) == ("Service", "web", "shop", 'Service "web"')
    assert service.data["spec"]["ports"] == [{"name": "http", "port": 80}]


def test_every_field_and_list_item_knows_its_line():
    service = read_text(TWO)[1]
    assert service.line() == 7
    assert service.line("metadata", "namespace") == 11
    assert service.line("spec", "selector", "app") == 13
    assert service.line("spec", "ports", 0) == 15
    assert service.line("spec", "ports", 0, "port") == 16


def test_a_field_that_is_not_there_has_the_line_of_what_would_hold_it():
    service = read_text(TWO)[1]
    assert service.line("spec", "ports", 0, "targetPort") == 15
    assert service.line("status", "loadBalancer") == 7


def test_an_error_names_file_line_object_field_and_problem():
    service = read_text(TWO, "fixtures/x.yaml")[1]
    error = service.error("must be between 1 and 65535, not 0", "spec", "ports", 0, "port")
    assert isinstance(error, ManifestError)
    assert str(error) == 'fixtures/x.yaml:16: Service "web": spec.ports[0].port: must be between 1 and 65535, not 0'


def test_an_error_about_the_whole_object_names_no_field():
    assert str(read_text(TWO, "x.yaml")[0].error("exists already")) == 'x.yaml:2: Namespace "shop": exists already'


def test_a_field_name_that_is_no_identifier_is_quoted():
    error = read_text(TWO, "x.yaml")[0].error("is reserved", "metadata", "labels", "example.com/a")
    assert 'metadata.labels["example.com/a"]: is reserved' in str(error)


def test_all_problems_of_a_file_come_in_one_error_sorted_by_line(problems):
    text = TWO.replace("port: 80", "port: 0").replace("name: shop", "name: Shop").replace("app: web", "app: a b")
    found = problems(text)
    assert [line.split(":")[0] for line in found] == ["5", "13", "16"]


def test_a_list_is_taken_apart_and_its_items_keep_their_lines():
    text = """\
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Namespace
  metadata: {name: a}
- apiVersion: v1
  kind: List
  items:
  - apiVersion: v1
    kind: Namespace
    metadata:
      name: b
"""
    first, second = read_text(text)
    assert (first.name, first.line(), first.line("metadata", "name")) == ("a", 4, 6)
    assert (second.name, second.line(), second.line("metadata", "name")) == ("b", 10, 13)


def test_items_of_a_typed_list_may_leave_out_their_kind():
    text = """\
apiVersion: apps/v1
kind: DeploymentList
items:
- metadata: {name: web}
  spec:
    selector: {matchLabels: {app: web}}
    template:
      metadata: {labels: {app: web}}
      spec: {containers: [{name: c, image: i}]}
"""
    [deployment] = read_text(text)
    assert (deployment.api_version, deployment.kind, deployment.name) == ("apps/v1", "Deployment", "web")


def test_problems_in_a_list_item_name_the_item_itself(problems):
    text = "kind: List\napiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Namespace\n  metadata: {name: A}\n"
    [found] = problems(text)
    assert found.startswith('6: Namespace "A": metadata.name: must be a DNS-1123 label')


@pytest.mark.parametrize("items", ["", "items: none", "items: {}"])
def test_a_list_needs_a_list_of_items(problems, items):
    [found] = problems(f"apiVersion: v1\nkind: List\n{items}")
    assert "items: must be a list of objects" in found


def test_json_is_read_as_the_yaml_it_is():
    [namespace] = read_text('{"apiVersion": "v1",\n\t"kind": "Namespace", "metadata": {"name": "a"}}')
    assert namespace.line("kind") == 2


def test_a_byte_order_mark_is_no_part_of_the_text():
    [namespace] = read_text(b"\xef\xbb\xbfapiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n")
    assert namespace.api_version == "v1"


def test_empty_documents_are_left_out():
    assert len(read_text(f"---\n# nothing\n---\n{TWO}---\n")) == 2


@pytest.mark.parametrize(
    "text", ["", "# only a comment\n", "---\n---\n", "null\n", "apiVersion: v1\nkind: List\nitems: []\n"]
)
def test_a_file_without_objects_is_an_error(text):
    with pytest.raises(ManifestError) as error:
        read_text(text, "x.yaml")
    assert str(error.value) == "x.yaml: has no objects; add one"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- a", "1: must be an object with apiVersion, kind and metadata, not a list"),
        ("\n5", "2: must be an object with apiVersion, kind and metadata, not a single value"),
        ("kind: Pod", "1: apiVersion: is required, and must be text"),
        ("apiVersion: 1\nkind: Pod", "1: apiVersion: is required, and must be text"),
        ("apiVersion: v1\nmetadata: {name: a}", "1: kind: is required, and must be text"),
        ("apiVersion: v1\nkind: Pod\nspec: {containers: [{name: c, image: i}]}", "1: Pod: metadata.name: is required"),
        (
            "apiVersion: v1\nkind: Namespace\nmetadata:\n  generateName: a-",
            "3: Namespace: metadata.name: is required: a generated name would differ in each run",
        ),
    ],
)
def test_what_is_no_object_with_a_name_is_refused(problems, text, expected):
    assert problems(text) == [expected]


def test_a_file_below_the_working_directory_is_shown_relative_to_it(tmp_path, monkeypatch):
    (tmp_path / "fixtures").mkdir()
    (tmp_path / "fixtures" / "x.yaml").write_text(TWO)
    monkeypatch.chdir(tmp_path)
    assert read(tmp_path / "fixtures" / "x.yaml")[0].path == "fixtures/x.yaml"
    monkeypatch.chdir(tmp_path / "fixtures")
    assert read(tmp_path / "fixtures" / ".." / "fixtures" / "x.yaml")[0].path == "x.yaml"


def test_a_file_elsewhere_is_shown_by_its_whole_path(tmp_path, monkeypatch):
    (tmp_path / "x.yaml").write_text(TWO)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert read(tmp_path / "x.yaml")[0].path == str(tmp_path / "x.yaml")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("missing.yaml", "missing.yaml: cannot be read: No such file"),
        (".", "is a directory; name the files in it"),
        ("a\0b", "null"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error(tmp_path, monkeypatch, name, expected):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ManifestError) as error:
        read(tmp_path / name)
    assert expected in str(error.value)


def test_nothing_of_a_file_with_one_bad_object_is_given():
    with pytest.raises(ManifestError):
        read_text(TWO.replace("port: 80", "port: 0"))


@pytest.mark.parametrize(
    ("api_version", "kind", "expected"),
    [
        ("v1", "Service", Effect.SHAPES_DNS),
        ("discovery.k8s.io/v1", "EndpointSlice", Effect.SHAPES_DNS),
        ("v1", "ConfigMap", Effect.NONE),
        ("networking.k8s.io/v1", "NetworkPolicy", Effect.NONE),
        ("gateway.networking.k8s.io/v1", "Gateway", Effect.UNKNOWN),
        ("example.com/v1", "Service", Effect.UNKNOWN),
    ],
)
def test_a_kind_shapes_dns_or_has_no_effect_or_an_unknown_one(api_version, kind, expected):
    bodies = {
        "Service": "spec: {ports: [{port: 80}]}",
        "EndpointSlice": "addressType: IPv4\nendpoints: []",
        "NetworkPolicy": "spec: {podSelector: {}}",
    }
    [manifest] = read_text(f"apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: a}}\n{bodies.get(kind, '')}")
    assert effect(manifest) is expected


@pytest.mark.parametrize(
    ("api_version", "kind", "expected"),
    [
        ("v1", "Namespace", False),
        ("v1", "Service", True),
        ("rbac.authorization.k8s.io/v1", "ClusterRole", False),
        ("rbac.authorization.k8s.io/v1", "Role", True),
        ("networking.k8s.io/v1", "ServiceCIDR", False),
        ("example.com/v1", "Namespace", True),
    ],
)
def test_built_in_cluster_scoped_kinds_are_known(api_version, kind, expected):
    assert is_namespaced(api_version, kind) is expected
