"""API servers that cannot be reached or give unusual responses."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from svcdns.errors import TargetError, UndeterminedError
from svcdns.targets.cluster.apiserver.api import Api
from tests.api_server import Reply
from tests.targets.cluster.apiserver.connecting import refused

Write = Callable[..., Path]

VERSION = b'{"gitVersion": "v1.34.0"}'


def test_a_server_that_cannot_be_reached_is_named(write: Write):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"https://127.0.0.1:{closed.getsockname()[1]}"
    said = refused(write({"server": url}))
    assert said.startswith(f'the API server {url} of the context "a" cannot be reached: ')
    assert said.endswith("; start the cluster, or choose another context")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://[::1", "which is not a URL: "),
        ("https://x:notaport", "which is not a URL: "),
        ("127.0.0.1:6443", "which is not a URL"),
        ("ftp://here", "which is not a URL of http or https; fix its kubeconfig"),
    ],
)
def test_a_server_that_is_not_a_url_is_named(url: str, said: str, write: Write):
    line = refused(write({"server": url}))
    assert line.startswith(f'the context "a" names the server {url}, {said}')
    assert line.endswith("; fix its kubeconfig")


def test_a_response_that_is_not_json_does_not_count_as_lost_credentials(write: Write, served):
    url = served({"/api/v1": Reply(b"<html>")})
    with closing(Api(write({"server": url}), "a")) as api, pytest.raises(UndeterminedError) as caught:
        api.list("Pod")
    assert str(caught.value).startswith(
        f"the API server {url} answered with a list of resources at /api/v1 that is malformed: it is not JSON"
    )


@pytest.mark.parametrize("code", [429, 500, 502, 503])
def test_a_server_that_is_starting_is_not_ready(code: int, write: Write, served):
    url = served({"/version": Reply(b"[+]etcd failed", code)})
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
def test_an_implausible_date_is_ignored(date: str, write: Write, served):
    url = served({"/version": Reply(VERSION, headers={"Date": date})})
    with closing(Api(write({"server": url}), "a")) as api:
        assert api.client.clock_offset == timedelta()


def test_a_date_without_a_zone_is_in_utc(write: Write, served):
    url = served({"/version": Reply(VERSION, headers={"Date": "Sun, 01 Mar 2020 00:00:00 -0000"})})
    with closing(Api(write({"server": url}), "a")) as api:
        assert api.now().year == 2020


def test_a_server_that_forbids_discovery_is_named_with_what_to_grant(write: Write, served):
    url = served({"/api/v1": Reply(b"{}", 403)})
    with closing(Api(write({"server": url}), "a")) as api, pytest.raises(TargetError) as caught:
        api.list("Pod")
    assert str(caught.value) == (
        f'the API server {url} of the context "a" answers /api/v1 with HTTP status 403; '
        "grant its user the ClusterRole system:discovery"
    )


def test_a_run_without_a_live_target_imports_no_kubernetes_client():
    code = "import sys, svcdns.targets.cluster; sys.exit('lightkube' in sys.modules or 'httpx2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
