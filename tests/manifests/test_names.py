"""Names, labels and annotations."""

from __future__ import annotations

import pytest

from svcdns.manifests import dns_1035_label, dns_1123_label, dns_1123_subdomain
from svcdns.manifests.kinds import DNS_KINDS
from svcdns.manifests.names import label_value, port_name, qualified_name, search_domain
from svcdns.manifests.rules import _RULES


@pytest.mark.parametrize(
    ("rule", "good", "bad"),
    [
        (dns_1035_label, ["a", "a-1", "a" * 63], ["", "1a", "-a", "a-", "A", "a_b", "a.b", "a" * 64, "é", "a\n"]),
        (dns_1123_label, ["a", "1a", "1", "a" * 63], ["", "-a", "a-", "A", "a_b", "a.b", "a" * 64, "a\n", "\uff11"]),
        (dns_1123_subdomain, ["a", "a.b", "1.2", "a" * 253], ["", ".a", "a.", "a..b", "a-.b", "A.b", "a" * 254]),
        (port_name, ["http", "h", "1a", "a-b", "a" * 15], ["", "80", "-a", "a-", "a--b", "HTTP", "a.b", "a" * 16]),
        (
            qualified_name,
            ["A", "a.b_c-d", "example.com/A", "a" * 63, f"{'b' * 253}/a"],
            ["", "/a", "a/", "Example.com/a", "a/b/c", "-a", "a" * 64, f"{'b' * 254}/a"],
        ),
        (label_value, ["", "A.b_c-d", "1", "a" * 63], ["-a", "a-", "a b", "a/b", "a" * 64]),
        (search_domain, [".", "a", "a.b.", "_tcp.a_b"], ["", "..", "a..b", "A", "-a", "a" * 254]),
    ],
)
def test_a_name_rule_says_what_is_wrong_or_nothing(rule, good, bad):
    assert [name for name in good if rule(name)] == []
    assert [name for name in bad if not rule(name)] == []


def test_what_is_wrong_is_said_in_words_with_the_text_itself():
    assert dns_1035_label("1a") == (
        "must be a DNS-1035 label (lower-case letters, digits and '-', a letter first, a letter or digit last), not \"1a\""
    )
    assert dns_1123_label("a" * 70) == "must be at most 63 characters long, not 70"


def test_a_long_text_is_shortened_in_messages():
    assert len(dns_1123_subdomain("A" * 250) or "") < 250


BODIES = {
    "Service": "spec: {ports: [{port: 80}]}",
    "Pod": "spec: {containers: [{name: c, image: i}]}",
    "EndpointSlice": "addressType: IPv4\nendpoints: []",
    "Job": "spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}",
}
WORKLOAD = "spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}"
BODIES |= dict.fromkeys(("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"), WORKLOAD)
BODIES["ReplicationController"] = WORKLOAD.replace("{matchLabels: {a: b}}", "{a: b}")


@pytest.mark.parametrize(("api_version", "kind"), [*DNS_KINDS, ("v1", "ConfigMap"), ("example.com/v1", "Widget")])
@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("web", set()),
        ("1web", {"Service"}),
        ("web.a", {"Service", "Namespace", "StatefulSet"}),
        ("a" * 64, {"Service", "Namespace", "StatefulSet"}),
        ("Web_1", {*(kind for _, kind in DNS_KINDS), "ConfigMap", "Widget"}),
        ("a" * 254, {*(kind for _, kind in DNS_KINDS), "ConfigMap", "Widget"}),
    ],
    ids=["plain", "digit first", "dot", "too long for a label", "capital and underscore", "too long for a subdomain"],
)
def test_a_name_follows_the_rule_of_its_kind(problems, api_version, kind, name, refused):
    found = problems(f"apiVersion: {api_version}\nkind: {kind}\nmetadata:\n  name: {name}\n{BODIES.get(kind, '')}\n")
    assert bool(found) == (kind in refused)
    assert all(line.startswith("4: ") and "metadata.name: must be" in line for line in found)


@pytest.mark.parametrize("name", ["system:node", "a b"])
def test_the_name_of_a_role_only_has_to_fit_into_a_path(problems, name):
    text = f'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{name: "{name}"}}\n'
    assert problems(text) == []
    assert "must not hold '/'" in problems(text.replace(name, "a/b"))[0]


def test_every_kind_with_rules_is_one_that_shapes_dns():
    assert {*_RULES, ("v1", "Namespace")} == {*DNS_KINDS}


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ("namespace: A", "5: ~namespace: must be a DNS-1123 label"),
        (
            "labels:\n    Example.com/a: b",
            "6: ~labels[\"Example.com/a\"]: the key the part before '/' must be a DNS-1123 subdomain",
        ),
        ("labels:\n    a b: c", '6: ~labels["a b"]: the key must be a name of letters'),
        ("labels:\n    a: b c", "6: ~labels.a: must be a label value"),
        ("labels:\n    a: " + "x" * 64, "6: ~labels.a: must be at most 63 characters long, not 64"),
        ("annotations:\n    a b: c", '6: ~annotations["a b"]: the key must be a name'),
        ("annotations:\n    a: " + "x" * 262_144, "5: ~annotations: may hold at most 256 KiB in all"),
        (
            "finalizers:\n  - mine",
            "6: ~finalizers[0]: must be orphan, foregroundDeletion or kubernetes, or have a domain",
        ),
    ],
)
def test_metadata_that_kubernetes_refuses_is_refused(problems, metadata, expected):
    [found] = problems(f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  {metadata}\n")
    assert found.startswith(expected.replace("~", 'ConfigMap "a": metadata.'))


def test_metadata_that_kubernetes_accepts_is_accepted(problems):
    metadata = "labels: {Example: A_b, example.com/a: ''}, annotations: {Example.com/A: 'any thing'}, finalizers: [example.com/mine]"
    assert problems(f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a, namespace: b, {metadata}}}") == []
