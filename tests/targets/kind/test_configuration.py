from __future__ import annotations

import dataclasses
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml

from svcdns.errors import UsageError
from svcdns.targets.kind import KindCluster, KindSettings
from svcdns.targets.kind.configuration import Configuration, configuration

from .conftest import Tools

HEAD = "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n"
SETTINGS = KindSettings(run="abcde")
MAPPED = ((30053, 5353),)
OURS = [
    {"containerPort": 30053, "listenAddress": "127.0.0.1", "hostPort": 5353, "protocol": protocol}
    for protocol in ("UDP", "TCP")
]


@pytest.fixture
def read(tmp_path: Path):
    def read(text: str, **settings: Any) -> Configuration:
        file = tmp_path / "mine.yaml"
        file.write_text(text, encoding="utf-8")
        return configuration(dataclasses.replace(SETTINGS, config=file, **settings))

    return read


def test_what_the_user_wrote_is_kept_and_ours_is_added(read):
    theirs = """
        featureGates: {SomeGate: true}
        networking:
          podSubnet: 10.1.0.0/16
          kubeProxyMode: nftables
        kubeadmConfigPatches:
        - |
          kind: ClusterConfiguration
          dns: {imageTag: v1}
        nodes:
        - role: worker
          labels: {zone: a}
        - role: control-plane
          image: kindest/node:v1.30.0
          extraPortMappings: [{containerPort: 80, hostPort: 8080}]
        """
    wished = read(HEAD + dedent(theirs))
    merged = yaml.safe_load(wished.text(MAPPED))
    expected = yaml.safe_load(HEAD + dedent(theirs))
    expected["networking"]["ipFamily"] = "ipv4"
    expected["nodes"][1]["extraPortMappings"] += OURS
    assert merged == expected
    assert (wished.nodes, wished.control_plane, wished.taken) == (2, 1, {8080})


@pytest.mark.parametrize("theirs", ["", "nodes: null\nnetworking: ~\n", "nodes: []\nnetworking: {}\n"])
def test_a_file_without_nodes_and_networking_gets_ours(read, theirs):
    merged = yaml.safe_load(read(HEAD + theirs, nodes=2, ip_family="dual").text(MAPPED))
    assert merged["networking"] == {"ipFamily": "dual"}
    assert merged["nodes"] == [{"role": "control-plane", "extraPortMappings": OURS}, {"role": "worker"}]


def test_values_reach_kind_as_they_were_written(read):
    # kind takes each of these for the text of a label; a reader of YAML 1.1 makes booleans and numbers of them.
    theirs = "nodes: [{labels: {a: yes, b: 1.10, c: 2001-01-01, d: 0x1F, e: 'x: y', f: 12:30, g: é}}]\n"
    text = read(HEAD + theirs).text(MAPPED)
    for written in ("a: yes", "b: 1.10", "c: 2001-01-01", "d: 0x1F", "e: 'x: y'", "f: 12:30", "g: é"):
        assert written in text


def test_an_alias_of_the_control_plane_gets_no_ports(read):
    merged = yaml.safe_load(read(HEAD + "nodes: [&one {extraMounts: []}, *one, *one]\n").text(MAPPED))
    assert [node.get("extraPortMappings") for node in merged["nodes"]] == [OURS, None, None]


def test_what_comes_through_a_merge_key_is_kept(read):
    theirs = """
        networking: {<<: &net {podSubnet: 10.1.0.0/16, ipFamily: dual}}
        nodes:
        - &base
          role: worker
          extraPortMappings: [{containerPort: 80, hostPort: 8080}]
          labels: {zone: a}
        - <<: [{role: control-plane}, *base]
          labels: {zone: b}
        """
    wished = read(HEAD + dedent(theirs))
    worker, control_plane = yaml.safe_load(wished.text(MAPPED))["nodes"]
    assert (wished.control_plane, wished.ip_family) == (1, "dual")
    assert control_plane == {
        "role": "control-plane",
        "labels": {"zone": "b"},
        "extraPortMappings": [{"containerPort": 80, "hostPort": 8080}, *OURS],
    }
    assert len(worker["extraPortMappings"]) == 1


@pytest.mark.parametrize(("theirs", "family"), [("", "ipv4"), ("networking: {ipFamily: ipv6}\n", "ipv6")])
def test_the_defaults_give_way_to_the_file(read, theirs, family):
    wished = read(HEAD + theirs + "nodes: [{}, {role: worker}]\n")
    assert (wished.ip_family, wished.nodes) == (family, 2)


@pytest.mark.parametrize(
    ("theirs", "settings", "says"),
    [
        ("name: x\n", {}, "3: name must not be set, since the cluster is named after the run; remove the field"),
        (
            "networking:\n  ipFamily: dual\n",
            {"ip_family": "ipv6"},
            "4: networking.ipFamily is dual, but --ip-family is ipv6; remove one of them",
        ),
        ("networking:\n  ipFamily: six\n", {}, "4: networking.ipFamily must be ipv4, ipv6 or dual"),
        (
            "networking:\n  podSubnet: 10.1.0.0/16\n  disableDefaultCNI: true\n",
            {},
            "5: networking.disableDefaultCNI leaves pods without the network they need; remove it, or create the cluster",
        ),
        ("networking: [x]\n", {}, "3: networking is not a mapping"),
        ("nodes:\n- role: control-plane\n", {"nodes": 2}, "3: nodes are 1, but --nodes is 2; remove one of them"),
        ("nodes:\n- role: worker\n", {}, "3: nodes have no control-plane node; add one"),
        ("nodes: control-plane\n", {}, "3: nodes is not a list"),
        ("nodes:\n- control-plane\n", {}, "4: nodes[0] is not a mapping"),
        (
            "nodes:\n- extraPortMappings: {}\n  role: worker\n- extraPortMappings: 80\n",
            {},
            "6: nodes[1].extraPortMappings is not a list",
        ),
        (
            "nodes:\n- role: control-plane\n- role: worker\n  extraPortMappings:\n  - hostPort: 1\n    containerPort: 30055\n",
            {},
            "8: nodes[1].extraPortMappings[0].containerPort is taken: 30053 to 30057 are mapped to the DNS pods; choose another port",
        ),
        ("nodes: []\nnodes: []\n", {}, "4: nodes is given twice, the first time in line 3"),
    ],
)
def test_a_contradiction_is_refused_with_file_line_and_field(read, tmp_path, theirs, settings, says):
    with pytest.raises(UsageError) as caught:
        read(HEAD + theirs, **settings)
    assert str(caught.value).startswith(f"{tmp_path / 'mine.yaml'}:{says}")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: [", ":2: is not YAML: "),
        ("a: b\n\tc: d\n", ":2: is not YAML: "),
        ("kind: Service\napiVersion: v1\n", ":2: apiVersion is not kind.x-k8s.io/v1alpha4; name a kind configuration"),
        ("nodes: []\n", ":1: apiVersion is not kind.x-k8s.io/v1alpha4; name a kind configuration"),
        ("kind: Config\napiVersion: kind.x-k8s.io/v1alpha4\n", ":1: kind is not Cluster; name a kind configuration"),
        ("- a\n", ":1: is not a mapping"),
        ("", ": has 0 YAML documents that are not empty; it must have one"),
        (f"{HEAD}---\n{HEAD}", ": has 2 YAML documents that are not empty; it must have one"),
    ],
)
def test_a_file_that_is_not_a_kind_configuration_is_refused(read, tmp_path, text, says):
    with pytest.raises(UsageError) as caught:
        read(text)
    assert str(caught.value).startswith(f"{tmp_path / 'mine.yaml'}{says}")


@pytest.mark.parametrize(("name", "says"), [("nowhere.yaml", "No such file"), (".", "Is a directory")])
def test_a_file_that_cannot_be_read_is_refused(tmp_path, name, says):
    file = tmp_path / name
    with pytest.raises(UsageError, match=f"^{file}: {says}.*; name a kind configuration with --kind-config$"):
        configuration(dataclasses.replace(SETTINGS, config=file))


def test_kinds_refusals_name_the_lines_of_the_users_file(tools: Tools, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(HEAD + "nodes: [{}]\n\nnodez: []\nnetworking:\n\n  apiServerPort: abc\n")
    # As kind does: the lines are those of the file that it was given.
    tools.on(
        "kind-create-cluster",
        """
lines = call["config"].splitlines()
number = {word: next(n for n, line in enumerate(lines, 1) if word in line) for word in ("nodez", "apiServerPort")}
say("ERROR: failed to create cluster: unable to decode config: yaml: unmarshal errors:")
say(f"  line {number['nodez']}: field nodez not found in type v1alpha4.Cluster")
say(f"  line {number['apiServerPort']}: cannot unmarshal !!str `abc` into int32")
sys.exit(1)
""",
    )
    settings = dataclasses.replace(SETTINGS, config=file)
    with pytest.raises(UsageError) as caught, KindCluster(settings, print):
        pass
    assert str(caught.value) == (
        f"{file}: unable to decode config: yaml: unmarshal errors:"
        " line 5: field nodez not found in type v1alpha4.Cluster"
        " line 8: cannot unmarshal !!str `abc` into int32"
    )
    assert tools.left == []
