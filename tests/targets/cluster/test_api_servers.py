"""API servers that are not as they should be, ways to them that cannot be gone, and credentials that cannot be had."""

from __future__ import annotations

import json
import socket
import ssl
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml

from svcdns.errors import HarnessError, TargetError, UndeterminedError, UsageError
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.apiserver.connection import Connection, resolve
from svcdns.targets.cluster.apiserver.discovery import Resource
from svcdns.targets.cluster.apiserver.transport import proxy

Answer = tuple[int, dict[str, str], str]
Write = Callable[..., Path]

#: What makes urllib and kubectl take a proxy.
PROXIES = ("http_proxy", "https_proxy", "no_proxy", "all_proxy")

POD = Resource("", "v1", "Pod", "pods", namespaced=True)

#: Where the pods of all namespaces are.
PODS = "/api/v1/pods?limit=500"

VERSION = (200, {}, '{"gitVersion": "v1.34.0"}')


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a kubeconfig with one context, "a", of a cluster and a user."""

    def written(cluster: dict[str, Any], user: dict[str, Any] | None = None) -> Path:
        named = {"context": {"cluster": "a", "user": "a"}, "cluster": cluster, "user": user or {}}
        path = tmp_path / "config"
        path.write_text(yaml.safe_dump({f"{kind}s": [{"name": "a", kind: value}] for kind, value in named.items()}))
        return path

    return written


class Handler(BaseHTTPRequestHandler):
    answers: dict[str, Answer]

    def do_GET(self):
        code, headers, body = self.answers[self.path]
        self.send_response_only(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def served() -> Iterator[Callable[[dict[str, Answer]], str]]:
    """Serves answers by their path; the URL."""
    servers = []

    def serve(answers: dict[str, Answer]) -> str:
        handler = type("Answers", (Handler,), {"answers": answers})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def refused(path: Path) -> str:
    """The error of who connects, one line."""
    with pytest.raises(HarnessError) as caught:
        Api(path, "a")
    assert isinstance(caught.value, UsageError)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("field", ["as", "as-uid", "as-groups", "as-user-extra"])
def test_who_acts_as_somebody_else_is_refused_rather_than_taken_for_himself(field: str, write: Write):
    path = write({"server": "https://here"}, {"token": "t", field: ["x"]})
    assert refused(path) == (
        f'{path}: the user of the context "a" acts as somebody else by the field "{field}", which is not supported; '
        "name a context whose user has the rights that a run needs"
    )


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://[::1", "which is no URL: "),
        ("https://x:notaport", "which is no URL: "),
        ("127.0.0.1:6443", "which is no URL"),
        ("ftp://here", "which is no URL of http or https; fix its kubeconfig"),
    ],
)
def test_a_server_that_is_no_url_is_named(url: str, said: str, write: Write):
    line = refused(write({"server": url}))
    assert line.startswith(f'the context "a" names the server {url}, {said}')
    assert line.endswith("; fix its kubeconfig")


def test_a_proxy_that_speaks_socks_is_refused(write: Write, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "socksio", None)
    said = (
        'the context "a" cannot be used: its proxy speaks SOCKS, which is not supported; '
        "name an HTTP proxy by proxy-url or HTTPS_PROXY"
    )
    assert refused(write({"server": "https://here", "proxy-url": "socks5://127.0.0.1:1"})) == said
    monkeypatch.setenv("HTTPS_PROXY", "socks5://127.0.0.1:1")
    assert refused(write({"server": "https://here"})) == said


def test_a_proxy_that_is_no_url_is_refused_without_its_password(write: Write):
    said = refused(write({"server": "https://here", "proxy-url": "http://me:SECRET/x@here"}))
    assert said == 'the context "a" cannot be used: its proxy is no URL; fix proxy-url or HTTPS_PROXY'


@pytest.mark.parametrize(
    ("server", "excepted", "past"),
    [
        ("https://10.1.2.3:6443", "10.0.0.0/8", True),
        ("https://10.1.2.3:6443", "here, 10.1.2.9/8", True),
        ("https://11.1.2.3:6443", "10.0.0.0/8", False),
        ("https://[fd00::1]:6443", "10.0.0.0/8,fd00::/16", True),
        ("https://[fd01::1]:6443", "fd00::/16", False),
        ("https://10.example", "10.0.0.0/8", False),
        ("https://10.1.2.3", "10.0.0.0/99,/", False),
        ("https://here.example", ".example", True),
        ("https://127.0.0.1:1", "", True),
    ],
)
def test_networks_of_no_proxy_are_reached_without_one(
    server: str, excepted: str, past: bool, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HTTPS_PROXY", "proxy:3128")
    monkeypatch.setenv("NO_PROXY", excepted)
    assert proxy(Connection("a", {"server": server}, {}, "default")) == (None if past else "http://proxy:3128")


def test_the_name_that_a_certificate_has_to_have_is_asked_for(write: Write):
    named: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.sni_callback = lambda _, name, __: named.append(name)

    def accept(listening: socket.socket) -> None:
        # Without a certificate, every greeting ends in an error once the name was heard.
        while True:
            try:
                connected, _ = listening.accept()
            except OSError:
                return
            with connected, suppress(OSError):
                context.wrap_socket(connected, server_side=True)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=accept, args=(listening,), daemon=True)
        thread.start()
        url = f"https://127.0.0.1:{listening.getsockname()[1]}"
        said = refused(write({"server": url, "tls-server-name": "kubernetes.example"}))
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()
    assert set(named) == {"kubernetes.example"}
    assert "cannot be reached" in said


@pytest.mark.parametrize("key", ["certificate-authority", "client-certificate", "client-key", "tokenFile"])
def test_a_file_that_is_missing_is_named(key: str, write: Write, tmp_path: Path):
    entry = {key: "missing"}
    cluster = entry if key == "certificate-authority" else {}
    path = write({"server": "https://here", **cluster}, {} if cluster else entry)
    assert refused(path) == (
        f'the context "a" cannot be used: its {key} {tmp_path / "missing"} cannot be read: No such file or directory; '
        "fix its kubeconfig"
    )


def test_data_have_the_say_over_files_as_for_kubectl(write: Write):
    found = resolve(write({"certificate-authority": "missing", "certificate-authority-data": "eA=="}), "a")
    assert found.cluster == {"certificate-authority-data": "eA=="}


@pytest.fixture
def plugin(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """A user with a credential plugin that is a shell script."""

    def made(script: str | None, **more: Any) -> dict[str, Any]:
        command = tmp_path / "plugin"
        if script is not None:
            command.write_text(f"#!/bin/sh\n{script}\n")
            command.chmod(0o755)
        return {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": str(command), **more}}

    return made


NO_TOKEN = "gives no token, and certificates of plugins are not supported"
CERTIFICATE = json.dumps({"status": {"clientCertificateData": "c", "clientKeyData": "k"}})


@pytest.mark.parametrize(
    ("script", "more", "said"),
    [
        (
            "echo SECRET-1 >&2; echo SECRET-2; exit 3",
            {},
            "its credential plugin {} failed with exit code 3; run it by itself to see why, or log in again",
        ),
        (
            f"echo '{CERTIFICATE}'",
            {},
            f"its credential plugin {{}} {NO_TOKEN}; choose another context",
        ),
        (
            "echo no JSON",
            {},
            "its credential plugin {} prints no ExecCredential: Expecting value: line 1 column 1 (char 0); log in again",
        ),
        (None, {}, "its credential plugin {} cannot be found; install it, or choose another context"),
        (
            None,
            {"installHint": "Install it\n\n  from https://here\n"},
            "its credential plugin {} cannot be found; Install it from https://here",
        ),
    ],
)
def test_a_credential_plugin_that_fails_says_so_on_one_line(
    script: str | None, more: dict[str, str], said: str, write: Write, plugin, tmp_path: Path, served
):
    path = write({"server": served({})}, plugin(script, **more))
    assert refused(path) == f'no credentials for the context "a": {said.format(tmp_path / "plugin")}'


@pytest.mark.parametrize("output", ["no JSON", "{}", "[]", '{"status": null}'])
def test_a_credential_plugin_that_fails_in_the_middle_leaves_the_answers_open(
    output: str, write: Write, plugin, tmp_path: Path, served
):
    first = f"echo >> {tmp_path}/count; test $(wc -l < {tmp_path}/count) = 1"
    credential = json.dumps({"status": {"token": "t"}})
    user = plugin(f"{first} && echo '{credential}' || echo '{output}'")
    expired = (401, {}, "{}")
    with closing(Api(write({"server": served({"/version": VERSION, PODS: expired})}, user), "a")) as api:
        api._discovery._served["v1"] = {"Pod": POD}
        with pytest.raises(UndeterminedError) as caught:
            api.list("Pod")
    assert str(caught.value).startswith('the credentials of the context "a" are lost: its credential plugin ')


def test_a_server_that_answers_nonsense_is_not_taken_for_lost_credentials(write: Write, served):
    url = served({"/version": VERSION, "/api/v1": (200, {}, "<html>")})
    with closing(Api(write({"server": url}), "a")) as api, pytest.raises(UndeterminedError) as caught:
        api.list("Pod")
    assert str(caught.value).startswith(
        f"the API server {url} answered with a list of resources at /api/v1 that is malformed: it is not JSON"
    )


@pytest.mark.parametrize("code", [429, 500, 502, 503])
def test_a_server_that_is_starting_is_not_ready(code: int, write: Write, served):
    url = served({"/version": (code, {}, "[+]etcd failed")})
    assert refused(write({"server": url})) == (
        f'the API server {url} of the context "a" is not ready (HTTP status {code}); '
        "try again once the cluster has started"
    )


@pytest.mark.parametrize(
    "date",
    [
        "yesterday",
        "Sun, 01 Mar 99999 00:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 -1400",
        "Mon, 01 Jan 0800 00:00:00 +1400",
        "Sun, 01 Mar 2026 00:00:00 +9999",
        "",
        "0",
    ],
)
def test_an_odd_date_is_taken_for_none(date: str, write: Write, served):
    url = served({"/version": (200, {"Date": date}, VERSION[2])})
    with closing(Api(write({"server": url}), "a")) as api:
        assert api.client.clock_offset == timedelta()


def test_a_date_without_a_zone_is_universal_time(write: Write, served):
    url = served({"/version": (200, {"Date": "Sun, 01 Mar 2020 00:00:00 -0000"}, VERSION[2])})
    with closing(Api(write({"server": url}), "a")) as api:
        assert api.now().year == 2020


def test_a_server_that_does_not_say_what_it_serves_is_named_with_what_to_grant(write: Write, served):
    url = served({"/version": VERSION, "/api/v1": (403, {}, "{}")})
    with closing(Api(write({"server": url}), "a")) as api, pytest.raises(TargetError) as caught:
        api.list("Pod")
    assert str(caught.value) == (
        f'the API server {url} of the context "a" answers /api/v1 with HTTP status 403; '
        "grant its user the ClusterRole system:discovery"
    )
