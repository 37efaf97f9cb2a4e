"""Connections to an API server: with which certificates, through which proxy, and how those that stream are ended."""

from __future__ import annotations

import socket
import urllib.request
from contextlib import suppress
from threading import Lock
from weakref import WeakSet

import httpx2
from lightkube import KubeConfig, SingleConfig
from lightkube.config.client_adapter import verify_cluster

from harness.targets.cluster.connection import Connection


class Transport(httpx2.HTTPTransport):
    """Connections that can be ended while a thread waits on one: closing a socket does not wake who reads from it."""

    def __init__(self, config: SingleConfig, *, proxy: str | None) -> None:
        assert config.user is not None  # `configuration` gives everybody an entry, an empty one if need be
        verify = verify_cluster(config.cluster, config.user, config.abs_file)
        # What is made again is the connection alone, never a request.
        super().__init__(verify=verify, retries=1, proxy=proxy)
        self._lock = Lock()
        self._watches: WeakSet[socket.socket] = WeakSet()
        self._ended = False

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request, and remember the connection of a watch."""
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
    """A context as lightkube takes it."""
    name = connection.context
    whole = KubeConfig.from_dict(
        {
            "clusters": [{"name": name, "cluster": connection.cluster}],
            "users": [{"name": name, "user": connection.user}],
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
    if urllib.request.proxy_bypass(url.host) or url.host == "localhost" or url.host.startswith(("127.", "::1")):
        return None
    return urllib.request.getproxies().get(url.scheme)
