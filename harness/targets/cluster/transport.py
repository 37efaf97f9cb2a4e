"""Connections to an API server: with which certificates, through which proxy, and how those that stream are ended."""

from __future__ import annotations

import socket
import ssl
import urllib.request
from contextlib import suppress
from ipaddress import ip_address, ip_network
from threading import Lock
from weakref import WeakSet

import httpx2
from lightkube import KubeConfig, SingleConfig

from harness.targets.cluster.connection import Connection


class Transport(httpx2.HTTPTransport):
    """Connections that can be ended while a thread waits on one: closing a socket does not wake who reads from it."""

    def __init__(self, verify: ssl.SSLContext, *, proxy: str | None, server_name: str = "") -> None:
        # What is made again is the connection alone, never a request.
        super().__init__(verify=verify, retries=1, proxy=proxy)
        self._server_name = server_name
        self._lock = Lock()
        self._watches: WeakSet[socket.socket] = WeakSet()
        self._ended = False

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request, and remember the connection of a watch."""
        if self._server_name:
            request.extensions["sni_hostname"] = self._server_name
        response = super().handle_request(request)
        if "watch" in request.url.params:
            stream = response.extensions["network_stream"].get_extra_info("socket")
            with self._lock:
                self._watches.add(stream)
                if self._ended:
                    _shut(stream)
        return response

    def end_watches(self) -> None:
        """End all watches, and those that are yet to begin."""
        with self._lock:
            self._ended = True
            for stream in self._watches:
                _shut(stream)


def _shut(stream: socket.socket) -> None:
    # A stream that has ended already has nothing to shut; TLS has a shutdown of its own, which is not for us to start.
    with suppress(OSError):
        socket.socket.shutdown(stream, socket.SHUT_RDWR)


def configuration(connection: Connection) -> SingleConfig:
    """A context as lightkube takes it, without certificates and credentials: the transport that it is given has them."""
    name = connection.context
    whole = KubeConfig.from_dict(
        {
            "clusters": [{"name": name, "cluster": {"server": connection.server}}],
            "users": [{"name": name, "user": {}}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name, "namespace": connection.namespace}}],
        }
    )
    config = whole.get(name)
    assert config is not None
    return config


def proxy(connection: Connection) -> str | None:
    """The proxy to the API server: the kubeconfig's, else the environment's, as for kubectl."""
    if connection.cluster.get("proxy-url"):
        return str(connection.cluster["proxy-url"])
    url = httpx2.URL(connection.server)
    if _goes_past_proxies(url.host):
        return None
    found = urllib.request.getproxies().get(url.scheme)
    return found if found is None or "://" in found else f"http://{found}"


def _goes_past_proxies(host: str) -> bool:
    if host == "localhost" or host.startswith(("127.", "::1")):
        return True
    excepted = urllib.request.getproxies().get("no", "")
    return bool(urllib.request.proxy_bypass(host)) or any(_is_in(host, entry.strip()) for entry in excepted.split(","))


def _is_in(host: str, network: str) -> bool:
    """Whether a host is an address of a network in CIDR notation, which urllib does not know (Go: net/http/httpproxy)."""
    try:
        return "/" in network and ip_address(host) in ip_network(network, strict=False)
    except ValueError:
        return False
