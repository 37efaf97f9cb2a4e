"""Kubeconfig files: which entries a context names, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from svcdns.errors import UsageError
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.apiserver.kubeconfig import resolve
from tests.targets.cluster.apiserver.connecting import refused

Write = Callable[..., Path]


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
    context = resolve(kubeconfig, "a")
    assert (context.name, context.server, context.namespace) == ("a", "https://127.0.0.1:1", "n")
    assert context.cluster["certificate-authority"] == str(kubeconfig.parent / "ca.crt")
    assert context.user["client-certificate"] == "/elsewhere/me.crt"


def test_an_unknown_context_is_refused_with_the_known_ones(kubeconfig: Path):
    with pytest.raises(UsageError) as caught:
        resolve(kubeconfig, "b")
    assert str(caught.value) == f'there is no context "b": {kubeconfig} has the contexts a'


def test_a_context_is_never_guessed(kubeconfig: Path):
    with pytest.raises(UsageError) as caught:
        resolve(kubeconfig, "")
    assert str(caught.value) == (f"no context is given: name one with --context; {kubeconfig} has the contexts a")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "has no contexts"),
        ("- 1\n", "is not a kubeconfig; name another with --kubeconfig"),
        ("a: b\nc: 'SECRET\n", ":3: the kubeconfig is not YAML; fix it, or name another with --kubeconfig"),
        ("contexts: [{name: a}]\n", "one of the kubeconfig's contexts has no name or no context; fix it"),
        (
            "contexts: [{name: a, context: {cluster: x}}]\n",
            'the context "a" names the cluster "x", which does not exist',
        ),
        (
            "contexts: [{name: a, context: {cluster: x, user: y}}]\nclusters: [{name: x, cluster: {server: s}}]\n",
            'the context "a" names the user "y", which does not exist',
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


def test_of_several_entries_with_one_name_the_first_file_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text(yaml.safe_dump(entries(cluster={"server": "https://first"})))
    second.write_text(yaml.safe_dump(entries(cluster={"server": "https://second"}, context={"cluster": "a"})))
    monkeypatch.setenv("KUBECONFIG", f"{first}:{tmp_path / 'none'}:{second}")
    assert resolve(None, "a").server == "https://first"


def test_a_certificate_that_is_missing_is_named(kubeconfig: Path):
    with pytest.raises(UsageError) as caught:
        Api(kubeconfig, "a")
    assert str(caught.value) == (
        f'the context "a" cannot be used: its certificate-authority {kubeconfig.parent / "ca.crt"} cannot be read: '
        "No such file or directory; fix its kubeconfig"
    )


@pytest.mark.parametrize("field", ["as", "as-uid", "as-groups", "as-user-extra"])
def test_impersonation_is_refused_and_not_ignored(field: str, write: Write):
    path = write({"server": "https://here"}, {"token": "t", field: ["x"]})
    assert refused(path) == (
        f'{path}: the user of the context "a" impersonates another user with the field "{field}", which is not supported; '
        "name a context whose user has the rights that a run needs"
    )


@pytest.mark.parametrize("key", ["certificate-authority", "client-certificate", "client-key", "tokenFile"])
def test_a_file_that_is_missing_is_named(key: str, write: Write, tmp_path: Path):
    entry = {key: "missing"}
    cluster = entry if key == "certificate-authority" else {}
    path = write({"server": "https://here", **cluster}, {} if cluster else entry)
    assert refused(path) == (
        f'the context "a" cannot be used: its {key} {tmp_path / "missing"} cannot be read: No such file or directory; '
        "fix its kubeconfig"
    )


def test_data_take_precedence_over_files_as_in_kubectl(write: Write):
    context = resolve(write({"certificate-authority": "missing", "certificate-authority-data": "eA=="}), "a")
    assert context.cluster["certificate-authority-data"] == "eA=="
    assert "certificate-authority" not in context.cluster
