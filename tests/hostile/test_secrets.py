"""Credentials are planted wherever they can stand, everything fails that can, and none of them comes out anywhere.

What a run prints and writes is searched, and so are the arguments of the processes that it starts. The credentials
themselves reach the API server, so that what does not come out was there.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from svcdns.errors import HarnessError, UsageError
from svcdns.plugin import evidence
from svcdns.recordings import files as recording
from svcdns.recordings.files import Recording
from svcdns.safety import redaction
from svcdns.safety.redaction import REMOVED
from svcdns.settings import Settings
from svcdns.state import ClusterState
from svcdns.system import filing
from svcdns.targets.cluster import evidence as collected
from svcdns.targets.cluster.apiserver import kubectl
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.apiserver.credentials import Authorized
from svcdns.targets.cluster.apiserver.kubeconfig import KubeconfigContext, resolve
from svcdns.targets.cluster.watch.view import ClusterView
from tests.api_server import ApiServer, Item, Reply, Request, as_json, is_discovery, kubeconfig, serving, status

SECRET = "s3cr3t/Of+the=Cluster-4711"
USERINFO = f"me:{quote(SECRET, safe='')}"
CREDENTIAL = {"kind": "ExecCredential", "status": {"token": SECRET}}
VERSIONED = {"resourceVersion": "1"}
PEM = f"-----BEGIN PRIVATE KEY-----\n{SECRET}\n-----END PRIVATE KEY-----\n"


@dataclass(frozen=True)
class Plant:
    """Where a secret is placed.

    Attributes:
        cluster: more of the cluster's entry.
        user: the user's entry.
        environment: variables of the environment.
        header: what every request carries, if there are requests.
        userinfo: the text before the host in the server's URL.
        query: the text after the port there.
        asked: what requests carry where there is no credential.
    """

    cluster: dict[str, Any] = field(default_factory=dict)
    user: dict[str, Any] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    header: str = ""
    userinfo: str = ""
    query: str = ""
    asked: tuple[str, ...] = ()


def plugin(script: str, **more: Any) -> dict[str, Any]:
    """A user with a credential plugin, which also writes down the arguments of the process that started it."""
    noting = 'tr "\\0" " " < /proc/$PPID/cmdline >> "$NOTES"; echo >> "$NOTES"; cd "$PLANTED"\n'
    return {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": "/bin/sh",
            "args": ["-c", noting + script, "sh", *more.pop("args", [])],
            "env": [{"name": "CLIENT_SECRET", "value": "none"}],
            **more,
        }
    }


BEARER = f"Bearer {SECRET}"
BASIC = "Basic " + base64.b64encode(f"me:{SECRET}".encode()).decode()
PLANTS = {
    "a token": Plant(user={"token": SECRET}, header=BEARER),
    "a token with a line break": Plant(user={"token": f"{SECRET}\n"}, header=BEARER),
    "a token with a line break in it": Plant(user={"token": f"{SECRET}\n{SECRET}"}),
    "a token that is no text": Plant(user={"token": {"value": SECRET}}),
    "a token in a file": Plant(user={"tokenFile": "token"}, header=BEARER),
    "the token of a plugin": Plant(user=plugin("cat credential"), header=BEARER),
    "the token of a plugin with a line break": Plant(user=plugin("sed 's/4711/4711\\\\n/' credential"), header=BEARER),
    "a plugin that prints no credential": Plant(user=plugin("cat token")),
    "a plugin that prints another credential": Plant(user=plugin("sed s/token/other/ credential")),
    "a plugin that fails and says all it knows": Plant(user=plugin("cat token credential >&2; cat token; exit 3")),
    "a plugin that complains and succeeds": Plant(user=plugin("cat token >&2; cat credential"), header=BEARER),
    "a variable of a plugin": Plant(
        user=plugin("env; env >&2; exit 3", env=[{"name": "CLIENT_SECRET", "value": SECRET}])
    ),
    "an argument of a plugin": Plant(
        user=plugin('echo "$@"; echo "$@" >&2; exit 3', args=["--client-secret", SECRET, f"--token={SECRET}"])
    ),
    "a variable of a plugin that is no text": Plant(
        user=plugin("exit 3", env=[{"name": "CLIENT_SECRET", "value": [SECRET]}])
    ),
    "a plugin of another version": Plant(user=plugin("exit 3", apiVersion=SECRET)),
    "a password": Plant(user={"username": "me", "password": SECRET}, header=BASIC),
    "a password in the server's URL": Plant(userinfo=f"{USERINFO}@", header=BASIC),
    "a password in a server's URL that is none": Plant(userinfo=f"me:{SECRET}@"),
    "a query of the server's URL": Plant(query=f"?token={quote(SECRET)}#{quote(SECRET)}", asked=("",)),
    "a password in the URL of a proxy": Plant(cluster={"proxy-url": f"http://{USERINFO}@127.0.0.1:1"}),
    "a password in a proxy's URL that is none": Plant(cluster={"proxy-url": f"http://me:{SECRET}@127.0.0.1:1"}),
    "a password in the proxy of the environment": Plant(
        cluster={"server": "http://192.0.2.1"},
        environment={"HTTP_PROXY": f"http://{USERINFO}@127.0.0.1:1", "HTTPS_PROXY": f"http://me:{SECRET}@127.0.0.1:1"},
    ),
    "a key": Plant(
        user={"client-key-data": base64.b64encode(PEM.encode()).decode(), "client-certificate-data": "eA=="}
    ),
    "a key that is not in base64": Plant(user={"client-key-data": PEM, "client-certificate-data": "eA"}),
    "an auth-provider": Plant(user={"auth-provider": {"name": "oidc", "config": {"id-token": SECRET}}}),
    "a field that nobody knows": Plant(
        user={"secret": SECRET, "token": "another-token"}, header="Bearer another-token"
    ),
}


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redaction, "_KNOWN", redaction._Known())
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def echo(request: Request) -> Item:
    """A refusal that repeats the credential, in all the ways that come to mind."""
    header = request.authorization
    credential = header.partition(" ")[2]
    ways = [header, credential, repr(header), f"{credential}\\n", quote(header), quote(credential, safe="")]
    ways += [base64.b64encode(f"{before}{header}".encode()).decode() for before in ("", "x", "xy")]
    ways += [json.dumps({"headers": {"Authorization": [header]}}), credential.swapcase().swapcase(), request.path]
    return status(403, "Forbidden", f"who are you: {' '.join(ways)}")


class Echoing:
    """Responses to API discovery and to the paths that a test names; all other requests get `other`."""

    def __init__(self) -> None:
        self.answers: dict[str, Item | str] = {}
        self.other: Callable[[Request], Item] = echo

    def __call__(self, request: Request) -> Reply | None:
        if is_discovery(request):
            return None
        answer = self.answers.get(request.path) or self.other(request)
        return Reply(answer.encode()) if isinstance(answer, str) else as_json(answer, answer.get("code", 200))


@pytest.fixture
def echoing() -> Echoing:
    return Echoing()


@pytest.fixture
def server(echoing: Echoing) -> Iterator[ApiServer]:
    """An API server that repeats the credentials that it is sent."""
    with serving(wrong=echoing) as running:
        yield running


@pytest.fixture
def planted(tmp_path: Path, server: ApiServer) -> Callable[[Plant], Path]:
    """Writes the kubeconfig and the other files with the secret, readable for us alone."""

    def written(plant: Plant) -> Path:
        directory = tmp_path / "private"
        directory.mkdir(mode=0o700)
        (directory / "token").write_text(f"{SECRET}\n")
        (directory / "credential").write_text(json.dumps(CREDENTIAL))
        url = f"http://{plant.userinfo}127.0.0.1:{server.server_port}{plant.query}"
        cluster = {"server": url, **plant.cluster}
        return kubeconfig(directory, cluster.pop("server"), user=plant.user, **cluster)

    return written


def traces(text: str) -> list[str]:
    """What of the secret is in a text, in one form or another."""
    octets = SECRET.encode()
    forms = {SECRET, quote(SECRET), quote(SECRET, safe=""), repr(SECRET)[1:-1], json.dumps(SECRET)[1:-1]}
    for before in (b"", b"x", b"xy", b"me:", b"Bearer ", PEM.partition(SECRET)[0].encode()):
        encoded = base64.b64encode(before + octets)
        # The first and the last characters also tell of what stands beside it.
        forms.add(encoded[len(before) * 4 // 3 + 2 : -4].decode())
    return [form for form in forms if form in text or form.lower() in text.lower()]


def run(directory: Path, kubeconfig: Path, environment: dict[str, str]) -> tuple[int, str]:
    """A run of features in a process of its own; its exit code, and everything that it printed and wrote."""
    out, temporary = directory / "out", directory / "temporary"
    for place in (out, temporary):
        place.mkdir(exist_ok=True)
    reports = ["--reports", "--junitxml=junit.xml", "--html-report=page.html", "--conformance-report=report.json"]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "svcdns", "run", "-q", "-k", "headless", "-x", "-o", "log_level=DEBUG"),
            *("--target=cluster", f"--kubeconfig={kubeconfig}", "--context=a", "--nameserver=127.0.0.1:1", *reports),
        ],
        cwd=out,
        env={
            **os.environ,
            "NOTES": str(directory / "notes"),
            "HOME": str(directory),
            "TMPDIR": str(temporary),
            "PYTHONPATH": str(Path(__file__).parents[2]),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    files = [path for place in (out, temporary) for path in place.rglob("*") if path.is_file()]
    notes = (directory / "notes").read_text() if (directory / "notes").exists() else ""
    return done.returncode, "\n".join([done.stdout, done.stderr, notes, *map(str, files), *map(_content, files)])


def _content(path: Path) -> str:
    return path.read_bytes().decode(errors="replace")


@pytest.mark.parametrize("plant", PLANTS.values(), ids=list(PLANTS))
def test_no_error_or_cause_of_it_holds_a_credential(
    plant: Plant, planted, server: ApiServer, monkeypatch: pytest.MonkeyPatch
):
    kubeconfig = planted(plant)
    for name, value in plant.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PLANTED", str(kubeconfig.parent))
    monkeypatch.setenv("NOTES", str(kubeconfig.with_name("notes")))
    with pytest.raises(HarnessError) as caught, closing(Api(kubeconfig, "a")) as api:
        api.list("Pod")
    assert "\n" not in str(caught.value)
    assert traces("".join(traceback.format_exception(caught.value))) == []
    assert isinstance(caught.value, UsageError) == (not (plant.header or plant.asked))
    assert {request.authorization for request in server.requests} == (
        {plant.header} if plant.header else set(plant.asked)
    )
    assert traces(" ".join(f"{request.path} {request.query}" for request in server.requests)) == []
    assert traces(repr(resolve(kubeconfig, "a"))) == []
    if kubeconfig.with_name("notes").exists():
        # This process was given no secret among its arguments.
        assert traces(kubeconfig.with_name("notes").read_text()) == []


@pytest.mark.parametrize(
    "name",
    [
        "a token with a line break",
        "the token of a plugin",
        "a plugin that fails and says all it knows",
        "a password in the server's URL",
        "a password in the proxy of the environment",
    ],
)
def test_no_output_of_a_run_holds_a_credential(name: str, planted, server: ApiServer, tmp_path: Path):
    plant = PLANTS[name]
    kubeconfig = planted(plant)
    code, said = run(tmp_path, kubeconfig, {**plant.environment, "PLANTED": str(kubeconfig.parent)})
    assert code != 0
    assert re.search(r"^ERROR: (no Service can be created|the API server http|no credentials for)", said, re.MULTILINE)
    assert traces(said) == []
    if plant.header:
        assert "no Service can be created in the cluster: who are you: " in said
        assert REMOVED in said
        assert {request.authorization for request in server.requests} == {plant.header}


def test_a_token_is_renewed_once_where_it_is_refused(planted, server: ApiServer, echoing: Echoing):
    kubeconfig = planted(PLANTS["a token in a file"])
    with closing(Api(kubeconfig, "a")) as api:
        kubeconfig.with_name("token").write_text("another-token\n")
        server.requests.clear()
        expired = status(401, "Unauthorized", "expired")
        echoing.other = lambda request: (
            expired if request.authorization == BEARER else {"items": [], "metadata": VERSIONED}
        )
        assert api.list("Pod") == []
        listed = [request.authorization for request in server.requests if "/pods" in request.path]
        assert listed == [BEARER, "Bearer another-token"]
        echoing.other = lambda request: status(401, "Unauthorized", f"not you, {request.authorization}")
        with pytest.raises(HarnessError, match=f"not you, Bearer {re.escape(REMOVED)}"):
            api.list("Pod")


def test_credentials_go_to_the_api_server_alone_and_not_in_clear_text_over_a_network():
    sent: list[tuple[str, str]] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append((request.url.host, request.headers.get("Authorization", "")))
        return httpx2.Response(200)

    for server in ("https://here:443", "http://192.0.2.1", "http://localhost:1", "http://[::1]:1", "http://127.0.0.9"):
        context = KubeconfigContext("a", {"server": server}, {"token": SECRET}, "default")
        with httpx2.Client(transport=Authorized(httpx2.MockTransport(answer), context)) as client:
            for url in (server.removesuffix(":443"), "https://elsewhere", f"{server}0"):
                client.get(url)
    given = [(host, authorization == BEARER) for host, authorization in sent]
    assert [host for host, with_it in given if with_it] == ["here", "localhost", "::1", "127.0.0.9"]
    assert len(given) == 15


def test_the_output_of_plugins_is_not_quoted():
    stderr = f"error: {SECRET}\nplugin: {SECRET}\nUnable to connect to the server: getting credentials: exec failed\n"
    assert kubectl.refusal(stderr) == "Unable to connect to the server: getting credentials: exec failed"
    assert kubectl.refusal(f"{SECRET}\n") == ""


def test_arguments_of_kubectl_hold_no_secret(planted, server: ApiServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("shutil.which", lambda name: f"/{name}")
    kubeconfig = planted(PLANTS["a password in the server's URL"])
    with closing(Api(kubeconfig, "a")) as api:
        assert traces(" ".join(api.kubectl("expose", "--", "deployment", "web"))) == []


#: A pod of a cluster, with secrets where people put them.
PLANTED_POD = {
    "kind": "Pod",
    "metadata": {
        "name": "web",
        "namespace": "n",
        "uid": "u",
        "resourceVersion": "1",
        "annotations": {"token": SECRET, "kubectl.kubernetes.io/last-applied-configuration": SECRET},
        "managedFields": [{"manager": SECRET}],
    },
    "spec": {
        "containers": [
            {
                "name": "c",
                "image": "web",
                "env": [{"name": "TOKEN", "value": SECRET}],
                "command": ["run", SECRET],
                "args": ["--token", SECRET],
                "readinessProbe": {
                    "httpGet": {"port": 80, "httpHeaders": [{"name": "Authorization", "value": SECRET}]}
                },
            }
        ],
        "initContainers": [{"name": "i", "image": "i", "args": [SECRET]}],
        "imagePullSecrets": [{"name": SECRET}],
        "volumes": [{"name": "v", "flexVolume": {"options": {"password": SECRET}}}],
    },
    "status": {"phase": "Running", "podIPs": [{"ip": "10.0.0.1"}], "conditions": []},
}


def test_secrets_of_a_cluster_are_in_no_evidence_and_no_recording(server: ApiServer, planted, tmp_path: Path):
    view = ClusterView(ClusterState()).put(PLANTED_POD)
    with closing(Api(planted(PLANTS["a token"]), "a")) as api:
        files = collected.collect(api, view, "n", dns=False)
    with filing.opened(tmp_path / "evidence") as opened:
        evidence.write(opened, [], files)
    recording.write(Recording(view.state, ()), tmp_path / "recording")
    written = [path for place in ("evidence", "recording") for path in (tmp_path / place).iterdir()]
    assert "10.0.0.1" in _content(tmp_path / "evidence/pods.yaml")
    assert "10.0.0.1" in _content(tmp_path / "recording/state.json")
    # The API server repeats the token in place of the events.
    assert REMOVED in _content(tmp_path / "evidence/events.txt")
    assert [(path.name, found) for path in written if (found := traces(_content(path)))] == []


def test_logs_and_events_are_kept_without_the_credentials_of_the_run(echoing: Echoing, planted, tmp_path: Path):
    about = {
        "involvedObject": {"kind": "Pod", "name": "web"},
        "reason": "Failed",
        "metadata": {"name": "e", "namespace": "n", "uid": "e"},
    }
    echoing.answers["/api/v1/namespaces/n/events"] = {
        "metadata": VERSIONED,
        "items": [{**about, "message": f"sent {BEARER}"}],
    }
    labels = {"metadata": {"name": "dns", "namespace": "kube-system", "uid": "d", "labels": {"k8s-app": "kube-dns"}}}
    running = {"spec": {"containers": [{"name": "c", "image": "i"}]}, "status": {"phase": "Running"}}
    ports = [{"name": "dns", "port": 53, "protocol": "UDP"}]
    dns = {**labels, "spec": {"selector": {"k8s-app": "kube-dns"}, "ipFamilies": ["IPv4"], "ports": ports}}
    echoing.answers["/api/v1/namespaces/kube-system/services"] = {"metadata": VERSIONED, "items": [dns]}
    echoing.answers["/api/v1/namespaces/openshift-dns/services/dns-default"] = status(404, "NotFound", "none")
    echoing.answers["/api/v1/namespaces/kube-system/pods"] = {"metadata": VERSIONED, "items": [labels | running]}
    echoing.answers["/api/v1/namespaces/kube-system/pods/dns/log"] = f"[INFO] Authorization: {BEARER}\n[INFO] ready\n"
    with closing(Api(planted(PLANTS["a token"]), "a")) as api:
        files = collected.collect(api, ClusterView(ClusterState()), "n", dns=True)
    with filing.opened(tmp_path / "evidence") as opened:
        evidence.write(opened, [], files)
    assert (tmp_path / "evidence/events.txt").read_text() == f"Pod web: Failed: sent Bearer {REMOVED}\n"
    assert (tmp_path / "evidence/dns.log").read_text() == f"[INFO] Authorization: Bearer {REMOVED}\n[INFO] ready\n"


def test_a_failure_that_quotes_a_credential_is_reported_without_it(pytester: pytest.Pytester):
    pytester.makeconftest("pytest_plugins = ['svcdns.plugin.secrecy']")
    pytester.makepyfile(
        f"""
        import logging
        from svcdns.safety.redaction import learn

        SECRET = {SECRET!r}
        learn(SECRET)

        def test_it(request):
            request.node.user_properties.append(("secret", SECRET))
            logging.getLogger("a").warning("sent %s", SECRET)
            print(SECRET)
            raise RuntimeError(f"Illegal header value b'Bearer {{SECRET}}\\\\n'")
        """
    )
    result = pytester.runpytest_inprocess("--junitxml=junit.xml", "-o", "junit_logging=all", "--tb=native")
    result.assert_outcomes(failed=1)
    said = f"{result.stdout}{result.stderr}{(pytester.path / 'junit.xml').read_text()}"
    assert "Illegal header value b'Bearer " in said
    assert traces(said.replace(repr(SECRET), "")) == []


def test_reports_name_no_secret_of_the_options_that_shape_a_run():
    said = Settings(
        **{field.name: "" for field in fields(Settings)} | {"url": f"https://{USERINFO}@here", "target": "reference"}
    ).given()
    assert said["--url"] == f"https://{REMOVED}@here"
