"""Names from a feature, a kubeconfig or an API server reach kubectl as values, or are refused before kubectl starts."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from svcdns.errors import TargetError, UndeterminedError
from svcdns.manifests import exposing
from svcdns.system import command
from svcdns.targets.cluster import changes
from svcdns.targets.cluster.apiserver import kubectl
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.vantages import tunnel
from svcdns.targets.cluster.vantages.probe import probe_pod
from svcdns.targets.cluster.vantages.servers import DnsService, Replica
from tests.api_server import ApiServer, Objects, serving
from tests.waiting import within

REAL = shutil.which("kubectl")

#: Notes its arguments and what of its environment is about preferences, and fails.
NOTING = """#!{python} -IS
import json, os, sys
names = ("KUBERC", "KUBECTL_KUBERC")
with open({notes!r}, "a") as notes:
    notes.write(json.dumps([sys.argv[1:], [os.environ.get(name) for name in names]]) + "\\n")
sys.exit("error: noted")
"""


@pytest.fixture
def objects() -> Objects:
    return Objects()


@pytest.fixture
def server(objects: Objects) -> Iterator[ApiServer]:
    with serving(objects) as running:
        yield running


@pytest.fixture
def evil() -> Iterator[ApiServer]:
    """A server that must get no request."""
    with serving() as running:
        yield running
        assert running.requests == []


@pytest.fixture
def kubeconfig(tmp_path: Path, server: ApiServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Names the contexts "a" and "--server=evil", with a token."""
    monkeypatch.setenv("HOME", str(tmp_path))
    context = {"cluster": "a", "user": "a"}
    file = tmp_path / "-kubeconfig"
    file.write_text(
        yaml.safe_dump(
            {
                "contexts": [{"name": name, "context": context} for name in ("a", "--server=http://127.0.0.1:1")],
                "clusters": [{"name": "a", "cluster": {"server": server.url}}],
                "users": [{"name": "a", "user": {"token": "the-bearer-token"}}],
            }
        )
    )
    return file


@pytest.fixture
def api(kubeconfig: Path) -> Iterator[Api]:
    with closing(Api(kubeconfig, "a")) as found:
        yield found


class Notes:
    """A kubectl that writes down how it was called."""

    def __init__(self, directory: Path) -> None:
        self._file = directory / "notes"
        (directory / "bin").mkdir()
        script = directory / "bin/kubectl"
        script.write_text(NOTING.format(python=sys.executable, notes=str(self._file)))
        script.chmod(0o755)
        self.path = str(script.parent)

    @property
    def calls(self) -> list[list[str]]:
        """The arguments of each call; none of them read its user's preferences."""
        if not self._file.exists():
            return []
        found = [json.loads(line) for line in self._file.read_text().splitlines()]
        assert [preferences for _, preferences in found if preferences != ["off", "false"]] == []
        return [arguments for arguments, _ in found]


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Notes:
    found = Notes(tmp_path)
    monkeypatch.setenv("PATH", found.path)
    return found


def smuggled(evil: ApiServer) -> list[str]:
    """Options that would do harm, as a feature may name them."""
    return [f"--server={evil.url}", f"--filename={evil.url}/a.yaml", "--profile-output=stolen", "-f=x", "--", "-"]


def expose(api: Api, kind: str = "Deployment", name: str = "web", service: str = "x", namespace: str = "t") -> None:
    changes.expose(Anywhere(api, "abcde"), kind, name, namespace, port=80, target_port=None, service=service)


class Anywhere(Ownership):
    """A run to which every namespace belongs, so that only kubectl's arguments matter."""

    def require(self, namespace: str) -> None: ...


def test_an_option_in_place_of_a_name_is_refused_before_kubectl_is_started(notes: Notes, api: Api, evil: ApiServer):
    for option in smuggled(evil):
        for place in ("kind", "name", "service"):
            with pytest.raises(TargetError) as caught:
                expose(api, **{place: option})
            assert "\n" not in str(caught.value)
    assert notes.calls == []


@pytest.mark.skipif(REAL is None, reason="NO KUBECTL: it was not seen whom the real one asks; install kubectl")
def test_the_real_kubectl_sends_no_other_request_and_writes_nothing(
    api: Api, evil: ApiServer, server: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    for option in smuggled(evil):
        with pytest.raises(TargetError):
            expose(api, name=option)
        # Were the names not looked at before, kubectl would still take them for names.
        with pytest.raises(TargetError, match=r"^Error from server|^error: |^the server"):
            kubectl.run(api.kubectl("expose", "--namespace=t", "--name=x", "--port=80", "--", "deployment", option))
    assert [file.name for file in tmp_path.iterdir() if "stolen" in file.name] == []
    deployments = "/apis/apps/v1/namespaces/t/deployments"
    assert f"{deployments}/--profile-output=stolen" in {request.path for request in server.requests}
    # Without the dashes it would have asked: this test can fail.
    with serving() as other, pytest.raises(TargetError):
        kubectl.run(api.kubectl("expose", "--namespace=t", "--name=x", "deployment", f"--server={other.url}", "web"))
    assert f"{deployments}/web" in {request.path for request in other.requests}


def test_a_text_with_a_leading_dash_reaches_kubectl_as_a_value(
    notes: Notes, kubeconfig: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(kubeconfig.parent)
    context = "--server=http://127.0.0.1:1"
    with closing(Api(Path(kubeconfig.name), context)) as api, pytest.raises(TargetError, match=r"^error: noted$"):
        changes.expose(Anywhere(api, "abcde"), "deployments.apps", "web", "t", port=80, target_port="--x", service="y")
    chosen = [f"--kubeconfig={kubeconfig.name}", f"--context={context}"]
    options = ["--namespace=t", "--name=y", "--port=80", "--output=json", "--target-port=--x"]
    assert notes.calls == [[*chosen, "expose", *options, "--", "deployment", "web"]]


class OneReplica:
    """DNS pods of which one is called like an option."""

    def __len__(self) -> int:
        return 1

    def at(self, place: int) -> Replica:
        return Replica("--address=0.0.0.0", "10.0.0.1", 53)

    def refresh(self) -> None: ...


def test_a_pods_name_is_not_an_option_of_a_tunnel(notes: Notes, api: Api):
    service = DnsService("--kubeconfig=evil", "dns", {}, "IPv4", (), "dns")
    with ExitStack() as life, pytest.raises(UndeterminedError, match="does not work: error: noted"):
        tunnel.channels(api, service, OneReplica(), life)
    options = ["--namespace=--kubeconfig=evil", "--address=127.0.0.1"]
    assert [call[2:] for call in notes.calls] == [["port-forward", *options, "--", "pod/--address=0.0.0.0", ":53"]]


def test_the_namespace_of_a_probe_is_a_value_and_a_legal_name(notes: Notes, api: Api, objects: Objects):
    objects.put("Pod", "svcdns-probe", "evil", status={"conditions": [{"type": "Ready", "status": "True"}]})
    with pytest.raises(UndeterminedError, match="the name of a Namespace must be a DNS-1123 label"):
        probe_pod.relay_in(api, "--kubeconfig=evil", "image").ask(b"environment", timeout_seconds=5)
    assert notes.calls == []
    with pytest.raises(UndeterminedError, match="error: noted"):
        probe_pod.relay_in(api, "evil", "image").ask(b"environment", timeout_seconds=5)
    assert {tuple(call[2:6]) for call in notes.calls} == {("exec", "--stdin", "--namespace=evil", probe_pod.NAME)}
    assert all(call[6] == "--" for call in notes.calls)


TEXTS = st.text(max_size=20) | st.from_regex(r"-{0,2}[a-z=.-]{0,9}\n?", fullmatch=True)


@given(kind=TEXTS | st.sampled_from(["pod", "Deployment", "services"]), name=TEXTS, service=TEXTS)
def test_accepted_arguments_are_a_kind_and_names(kind: str, name: str, service: str):
    try:
        known = exposing.check(kind, name, service)
    except TargetError:
        return
    assert known.isalpha()
    for one in (name, service):
        assert one[0].isalnum()
        assert set(one) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")


def test_a_command_that_writes_without_end_is_killed(monkeypatch: pytest.MonkeyPatch):
    endless = "import sys\nwhile True: sys.{}.write('x' * 65536)"
    for stream in ("stdout", "stderr"):
        with pytest.raises(command.CommandError, match=r" wrote more than 16 MiB$"):
            command.run([sys.executable, "-IS", "-c", endless.format(stream)], {}, 60)


def test_a_command_that_does_not_end_is_killed_with_what_it_has_started(tmp_path: Path):
    child = f"open({str(tmp_path / 'child')!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {'import os, time; ' + child!r}])"
    with pytest.raises(command.LateError, match=r" did not end within 2 s$"):
        command.run([sys.executable, "-c", parent], {}, 2)
    number = int((tmp_path / "child").read_text())
    assert within(10, lambda: not is_running(number))


def is_running(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    # Whoever takes note of the end of orphans may not have done so yet.
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(number)], check=False, capture_output=True, text=True)
    return state.stdout[:1] not in ("", "Z")


def test_an_argument_that_no_process_can_be_given_is_refused():
    with pytest.raises(command.CommandError, match=r"^kubectl cannot be run: an argument .* has a NUL in it$"):
        command.run(["kubectl", "a\0b"], {}, 1)


def test_a_command_that_leaves_something_running_is_not_waited_for(tmp_path: Path):
    left = "import subprocess, sys; print('done', flush=True); subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(30)'])"
    done = command.run([sys.executable, "-c", left], {}, 20)
    assert (done.code, done.stdout) == (0, "done\n")
