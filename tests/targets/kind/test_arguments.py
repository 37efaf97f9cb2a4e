"""What a user names arrives at kind and at the container engine as a value, or is refused before anything is started."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from svcdns.errors import UsageError
from svcdns.safety import redaction
from svcdns.targets.kind import KindCluster, KindSettings

from .conftest import Tools

#: What is neither an option nor a value, for each program.
WORDS = {
    "kind": {"version", "create", "delete", "get", "export", "cluster", "clusters", "kubeconfig", "nodes", "logs"},
    "kubectl": {"wait", "rollout", "status", "nodes", "deployment", "get", "pods"},
    "docker": {"inspect"},
}
PASSWORD = "proxy-password-4711"


def refusal(settings: KindSettings) -> str:
    with pytest.raises(UsageError) as caught, KindCluster(settings, print):
        pass
    return str(caught.value)


def called(tools: Tools) -> bool:
    return (tools.state / "calls").exists()


@pytest.mark.parametrize("name", ["--kubeconfig=evil", "-x", ".x", "Mine", "a b", "a/b", "a\nb", "a\n", "ä"])
def test_an_illegal_name_of_a_cluster_is_refused(tools: Tools, name: str):
    said = refusal(KindSettings(run="abcde", cluster_name=name))
    assert said.startswith("--cluster-name ")
    assert said.endswith(
        " is not a name of a kind cluster: use lower-case letters, digits, '-' and '.', with a letter or digit first"
    )
    assert "\n" not in said
    assert not called(tools)


@pytest.mark.parametrize(
    "image",
    ["--privileged", "-v=/:/host", "node; touch $(pwned)", "node\n", "Node", "node:-x", "node@sha256:1", ":5000"],
)
def test_an_illegal_image_is_refused(tools: Tools, image: str):
    said = refusal(KindSettings(run="abcde", image=image))
    assert said.startswith("--kind-image ")
    assert said.endswith(" is not an image: name one as [HOST[:PORT]/]NAME[:TAG][@DIGEST]")
    assert "\n" not in said
    assert not called(tools)


@pytest.mark.parametrize(
    "image",
    [
        "node",
        "kindest/node:v1.37.0",
        "localhost:5000/a/b-c/node:v1",
        "[::1]:5000/node",
        "registry.example/node@sha256:" + "a" * 64,
    ],
)
def test_an_image_is_an_image(tools: Tools, image: str):
    with KindCluster(KindSettings(run="abcde", image=image), print):
        pass
    assert f"--image={image}" in tools.made("create", "cluster")[0]


def test_an_image_in_a_kind_configuration_is_checked_too(tools: Tools, tmp_path: Path):
    file = tmp_path / "-kind.yaml"
    head = "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n"
    file.write_text(f"{head}nodes:\n- role: control-plane\n- role: worker\n  image: --privileged\n")
    assert refusal(KindSettings(run="abcde", config=file)) == (
        f'{file}:6: nodes[1].image "--privileged" is not an image: name one as [HOST[:PORT]/]NAME[:TAG][@DIGEST]'
    )


def test_a_binary_that_is_called_like_an_option_is_refused(tools: Tools):
    assert refusal(KindSettings(run="abcde", binary="--kubeconfig")) == (
        '--kind-bin "--kubeconfig" begins with a dash; name the kind binary, if necessary by its path'
    )


def test_files_may_be_called_like_options(tools: Tools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    Path("--retain").write_text("kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n")
    with KindCluster(KindSettings(run="abcde", config=Path("--retain")), print) as cluster:
        cluster.export_logs(Path("--retain-logs"))
    assert tools.made("export", "logs") == [["export", "logs", "--name=svcdns-abcde", "--", "--retain-logs"]]


def test_every_argument_of_a_clusters_life_is_a_word_of_ours_an_option_with_its_value_or_behind_dashes(tools: Tools):
    with KindCluster(KindSettings(run="abcde", image="node", ip_family="ipv6"), print) as cluster:
        cluster.export_logs(tools.state / "logs")
    (tools.containers / "mine-control-plane").touch()
    with KindCluster(KindSettings(run="abcde", cluster_name="mine"), print):
        pass
    assert {call["program"] for call in tools.calls} == set(WORDS)
    for call in tools.calls:
        words, _, _ = " ".join(call["arguments"]).partition(" -- ")
        assert [
            word for word in call["arguments"][: len(words.split(" "))]
            if word not in WORDS[call["program"]] and not word.startswith("--")
        ] == []  # fmt: skip


def test_files_with_credentials_are_private(tools: Tools, tmp_path: Path):
    file = tmp_path / "kind.yaml"
    file.write_text("kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n")
    with KindCluster(KindSettings(run="abcde", config=file), print) as cluster:
        files = [cluster.kubeconfig, cluster.kubeconfig.with_name("kind.yaml")]
        assert [stat.S_IMODE(one.stat().st_mode) for one in files] == [0o600, 0o600]
        assert stat.S_IMODE(cluster.kubeconfig.parent.stat().st_mode) == 0o700
    (tools.containers / "mine-control-plane").touch()
    with KindCluster(KindSettings(run="abcde", cluster_name="mine"), print) as cluster:
        assert stat.S_IMODE(cluster.kubeconfig.stat().st_mode) == 0o600
        assert stat.S_IMODE(cluster.kubeconfig.parent.stat().st_mode) == 0o700


def test_exported_logs_lose_the_passwords_of_proxies(tools: Tools):
    # kind gives the nodes the proxies of the host, and exports what the engine says of the nodes.
    tools.on(
        "kind-export-logs",
        f"""
logs = Path(arguments[-1], "mine-control-plane")
logs.mkdir(parents=True)
(logs / "inspect.json").write_text('"Env": ["HTTPS_PROXY=http://me:{PASSWORD}@proxy:3128"]')
(logs / "serial.log").write_bytes(b"\\xff\\x00 nothing")
(logs / "link").symlink_to({str(tools.state / "elsewhere")!r})
""",
    )
    (tools.state / "elsewhere").write_text(f"http://me:{PASSWORD}@proxy")
    with KindCluster(KindSettings(run="abcde"), print) as cluster:
        cluster.export_logs(tools.state / "logs")
    logs = tools.state / "logs"
    assert stat.S_IMODE(logs.stat().st_mode) == 0o700
    found = logs / "mine-control-plane"
    assert (found / "inspect.json").read_text() == f'"Env": ["HTTPS_PROXY=http://{redaction.REMOVED}@proxy:3128"]'
    assert (found / "serial.log").read_bytes() == b"\xff\x00 nothing"
    assert PASSWORD in (tools.state / "elsewhere").read_text()


def test_the_words_of_kind_lose_what_is_a_credential(tools: Tools):
    tools.on(
        "kind-create-cluster",
        f"say(' • Pulling http://me:{PASSWORD}@proxy  ...', 'ERROR: Bearer {PASSWORD}'); sys.exit(1)",
    )
    said: list[str] = []
    with pytest.raises(Exception, match="Bearer") as caught, KindCluster(KindSettings(run="abcde"), said.append):
        pass
    assert PASSWORD not in f"{caught.value}{said}"
    assert any("Pulling" in line for line in said)
