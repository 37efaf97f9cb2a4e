"""Kubeconfig files that lead nowhere."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from svcdns.errors import TargetError, UsageError
from svcdns.targets.cluster.apiserver import kubectl
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.apiserver.connection import resolve


def entries(**named: dict[str, object]) -> dict[str, object]:
    """A kubeconfig with one entry of a kind for each name."""
    return {f"{name}s": [{"name": "a", name: value}] for name, value in named.items()}


@pytest.fixture
def kubeconfig(tmp_path: Path) -> Path:
    path = tmp_path / "config"
    path.write_text(
        yaml.safe_dump(
            entries(
                context={"cluster": "a", "user": "a", "namespace": "n"},
                cluster={"server": "https://127.0.0.1:1", "certificate-authority": "ca.crt"},
                user={"client-certificate": "/elsewhere/me.crt"},
            )
        )
    )
    return path


def test_a_context_is_found_with_what_it_refers_to(kubeconfig: Path):
    found = resolve(kubeconfig, "a")
    assert (found.context, found.server, found.namespace) == ("a", "https://127.0.0.1:1", "n")
    assert found.cluster["certificate-authority"] == str(kubeconfig.parent / "ca.crt")
    assert found.user["client-certificate"] == "/elsewhere/me.crt"


def test_no_such_context_lists_those_there_are(kubeconfig: Path):
    with pytest.raises(UsageError) as caught:
        resolve(kubeconfig, "b")
    assert str(caught.value) == f'there is no context "b": {kubeconfig} has the contexts a'


def test_a_context_is_never_guessed(kubeconfig: Path):
    with pytest.raises(UsageError) as caught:
        resolve(kubeconfig, "")
    assert str(caught.value) == (
        f"no context was given, and none is guessed: name one with --context; {kubeconfig} has the contexts a"
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "has no context at all"),
        ("- 1\n", "is no kubeconfig; name another with --kubeconfig"),
        ("a: b\nc: 'SECRET\n", ":3: the kubeconfig is not YAML; fix it, or name another with --kubeconfig"),
        ("contexts: [{name: a}]\n", "one of the kubeconfig's contexts is not a name and a context; fix it"),
        ("contexts: [{name: a, context: {cluster: x}}]\n", 'the context "a" names the cluster "x", which is not there'),
        (
            "contexts: [{name: a, context: {cluster: x, user: y}}]\nclusters: [{name: x, cluster: {server: s}}]\n",
            'the context "a" names the user "y", who is not there',
        ),
    ],
)
def test_a_kubeconfig_that_is_wrong_is_refused_without_its_secrets(content: str, said: str, tmp_path: Path):
    path = tmp_path / "config"
    path.write_text(content)
    with pytest.raises(UsageError) as caught:
        resolve(path, "a")
    assert said in str(caught.value)
    assert "SECRET" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_kubeconfig_that_does_not_exist_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "config"
    with pytest.raises(UsageError, match="there is no such kubeconfig; name another with --kubeconfig"):
        resolve(path, "a")
    monkeypatch.setenv("KUBECONFIG", str(path))
    with pytest.raises(UsageError, match=f"^{path}: there is no kubeconfig; name one with --kubeconfig or KUBECONFIG"):
        resolve(None, "a")
    monkeypatch.delenv("KUBECONFIG")
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(UsageError, match=r"^~/\.kube/config: there is no kubeconfig"):
        resolve(None, "a")


def test_of_entries_of_one_name_the_first_file_has_the_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text(yaml.safe_dump(entries(cluster={"server": "https://first"})))
    second.write_text(yaml.safe_dump(entries(cluster={"server": "https://second"}, context={"cluster": "a"})))
    monkeypatch.setenv("KUBECONFIG", f"{first}:{tmp_path / 'none'}:{second}")
    assert resolve(None, "a").server == "https://first"


def test_a_server_that_nobody_listens_at_is_named(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"https://127.0.0.1:{closed.getsockname()[1]}"
    path = tmp_path / "config"
    path.write_text(yaml.safe_dump(entries(cluster={"server": url}, context={"cluster": "a"})))
    with pytest.raises(UsageError) as caught:
        Api(path, "a")
    said = str(caught.value)
    assert said.startswith(f'the API server {url} of the context "a" cannot be reached: ')
    assert said.endswith("; start the cluster, or choose another context")


def test_a_certificate_that_is_missing_is_named(kubeconfig: Path):
    with pytest.raises(UsageError) as caught:
        Api(kubeconfig, "a")
    assert str(caught.value) == (
        f'the context "a" cannot be used: its certificate-authority {kubeconfig.parent / "ca.crt"} cannot be read: '
        "No such file or directory; fix its kubeconfig"
    )


def test_without_kubectl_the_user_is_told_to_install_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match=r"^there is no kubectl on the PATH: install it"):
        kubectl.command(None, "a", ["expose"])


@pytest.mark.parametrize(
    ("stderr", "said"),
    [
        ("error: cannot expose a StatefulSet.apps\n", "error: cannot expose a StatefulSet.apps"),
        (
            "Warning: old\nerror: unknown flag: --x\nSee 'kubectl expose --help' for usage.\n",
            "error: unknown flag: --x",
        ),
        (
            'Error from server (NotFound): services "a" not found\n',
            'Error from server (NotFound): services "a" not found',
        ),
        ('The Service "a b" is invalid: metadata.name\n', 'The Service "a b" is invalid: metadata.name'),
    ],
)
def test_a_refusal_of_kubectl_is_its_own_words(stderr: str, said: str):
    with pytest.raises(TargetError) as caught:
        kubectl.run([sys.executable, "-c", f"import sys; sys.exit({stderr!r})"])
    assert str(caught.value) == said


def test_a_kubectl_that_says_nothing_is_told_by_its_exit_code():
    with pytest.raises(TargetError, match="kubectl failed with exit code 3"):
        kubectl.run([sys.executable, "-c", "raise SystemExit(3)"])


def test_a_run_without_a_live_target_imports_no_kubernetes_client():
    code = "import sys, svcdns.targets.cluster; sys.exit('lightkube' in sys.modules or 'httpx2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
