"""Proxies and the names of certificates."""

from __future__ import annotations

import socket
import ssl
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest

from svcdns.targets.cluster.apiserver.kubeconfig import KubeconfigContext
from svcdns.targets.cluster.apiserver.transport import proxy
from tests.targets.cluster.apiserver.connecting import refused

Write = Callable[..., Path]


def test_a_proxy_that_speaks_socks_is_refused(write: Write, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "socksio", None)
    said = (
        'the context "a" cannot be used: SOCKS proxies are not supported; '
        "name an HTTP proxy with proxy-url or HTTPS_PROXY"
    )
    assert refused(write({"server": "https://here", "proxy-url": "socks5://127.0.0.1:1"})) == said
    monkeypatch.setenv("HTTPS_PROXY", "socks5://127.0.0.1:1")
    assert refused(write({"server": "https://here"})) == said


def test_a_proxy_that_is_not_a_url_is_refused_without_its_password(write: Write):
    said = refused(write({"server": "https://here", "proxy-url": "http://me:SECRET/x@here"}))
    assert said == 'the context "a" cannot be used: its proxy is not a URL; fix proxy-url or HTTPS_PROXY'


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
    assert proxy(KubeconfigContext("a", {"server": server}, {}, "default")) == (None if past else "http://proxy:3128")


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
