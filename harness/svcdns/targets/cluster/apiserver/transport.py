"""The HTTP transport to an API server: certificates, proxy, and the limits of every response.

A response reaches the client whole, decompressed and within the limits, or as an error. Only a response that is
requested as a stream comes piece by piece.
"""

from __future__ import annotations

import ssl
import urllib.request
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from ipaddress import ip_address, ip_network

import httpcore2
import httpx2
from lightkube import KubeConfig, SingleConfig

from svcdns.targets.cluster.apiserver import heard
from svcdns.targets.cluster.apiserver.kubeconfig import KubeconfigContext
from svcdns.targets.cluster.apiserver.limits import ApiLimits, LimitError, check_json, size
from svcdns.targets.cluster.apiserver.network import EndedError, RequestTime, RequestTimes, TimedNetwork

#: Extensions of a request (httpx2): it is part of a watch; its response is read as it comes; its response is not JSON.
WATCHES, STREAMS, TEXT = "svcdns.watches", "svcdns.streams", "svcdns.text"

#: Octets that are decompressed at a time.
_STEP_OCTETS = 2**18

#: zlib's number for the gzip format.
_GZIP = 31


class OverdueError(httpx2.ReadTimeout):
    """A request is not sent, or not waited for any more: its time is over, or we ended it."""


class ApiTransport(httpx2.BaseTransport):
    """Connections with limits. They can be ended while threads wait on them."""

    def __init__(self, verify: ssl.SSLContext, limits: ApiLimits, *, proxy: str | None, server_name: str = "") -> None:
        """Prepare to connect.

        Raises:
            ImportError: if the proxy needs a library that is not installed.
        """
        self._limits = limits
        self._server_name = server_name
        self._times = RequestTimes()
        self._pool = httpcore2.ConnectionPool(
            ssl_context=verify,
            proxy=None if proxy is None else _proxy(httpx2.Proxy(proxy)),
            max_connections=100,
            max_keepalive_connections=20,
            keepalive_expiry=5,
            # Connecting is repeated, a request never.
            retries=1,
            network_backend=TimedNetwork(self._times),
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request; return the response, whole unless it is a stream.

        Raises:
            LimitError: if the response exceeds the limits.
            OverdueError: if its time is over.
            httpx2.HTTPError: if no response comes.
        """
        # Other compressions could not be decompressed within limits.
        request.headers["Accept-Encoding"] = "gzip"
        if self._server_name:
            request.extensions["sni_hostname"] = self._server_name
        limits = self._limits
        with _translated(request, limits, None):
            request_time = self._times.start(limits.request_seconds, is_watch=WATCHES in request.extensions)
        with ExitStack() as undoing:
            undoing.callback(self._times.finish, request_time)
            with _translated(request, limits, request_time), self._times.charged_to(request_time):
                response = self._pool.handle_request(_to_core(request))
            undoing.callback(response.close)
            headers = httpx2.Headers(response.headers)
            pieces = _decompressed(self._pieces(request, request_time, response), headers.get("content-encoding", ""))
            if STREAMS in request.extensions and response.status == httpx2.codes.OK:
                self._times.lift(request_time)
                return httpx2.Response(response.status, stream=_ResponseStream(pieces, undoing.pop_all()))
            octets = _whole(pieces, limits)
        heard.note(headers.get_list("warning"))
        # As text, so that lightkube leaves a refusal to `client`, which reads it more carefully.
        kept = {"content-type": "text/plain"} | {name: headers[name] for name in ("date",) if name in headers}
        whole = httpx2.Response(response.status, headers=kept, content=octets)
        if whole.is_success and TEXT not in request.extensions:
            check_json(octets, limits)
        return whole

    def _pieces(
        self, request: httpx2.Request, request_time: RequestTime, response: httpcore2.Response
    ) -> Iterator[bytes]:
        """Yield the body as it comes; each wait counts against the request's time."""
        body = iter(response.iter_stream())
        while True:
            with _translated(request, self._limits, request_time), self._times.charged_to(request_time):
                piece = next(body, None)
            if piece is None:
                return
            yield piece

    def hurry(self) -> None:
        """Allow each request only a moment from now on: the run was interrupted."""
        self._times.hurry(self._limits.farewell_seconds)

    def end_watches(self) -> None:
        """End all watches, and let no further one begin."""
        self._times.end_watches()

    def restart_watches(self) -> None:
        """End the watches that are under way; others may begin."""
        self._times.restart_watches()

    def close(self) -> None:
        """End all requests and close all connections."""
        self._times.end()
        self._pool.close()


class _ResponseStream(httpx2.SyncByteStream):
    """The body of a response that is read as it comes."""

    def __init__(self, pieces: Iterator[bytes], life: ExitStack) -> None:
        self._pieces = pieces
        self._life = life

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces

    def close(self) -> None:
        self._life.close()


def _whole(pieces: Iterable[bytes], limits: ApiLimits) -> bytes:
    kept, octets = [], 0
    for piece in pieces:
        octets += len(piece)
        if octets > limits.octets:
            raise LimitError(f"sent more than {size(limits.octets)}")
        kept.append(piece)
    return b"".join(kept)


def _decompressed(pieces: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """Yield a body decompressed in small steps, so that a caller who counts can stop in time.

    Raises:
        httpx2.DecodingError: if the compression is not the requested one, or is broken.
    """
    if encoding.lower() in ("", "identity"):
        yield from pieces
        return
    if encoding.lower() != "gzip":
        raise httpx2.DecodingError(f"its response is encoded as {encoding}, which was not requested")
    inflating = zlib.decompressobj(wbits=_GZIP)
    for piece in pieces:
        rest, step = piece, b""
        while rest or len(step) == _STEP_OCTETS:
            try:
                step = inflating.decompress(rest, _STEP_OCTETS)
            except zlib.error as error:
                raise httpx2.DecodingError(f"its response is not gzip: {error}") from error
            rest = inflating.unconsumed_tail
            yield step
        if inflating.unused_data:
            raise httpx2.DecodingError("its response continues after the end of the gzip data")
    if not inflating.eof:
        raise httpx2.DecodingError("its response is gzip data that is cut short")


def _to_core(request: httpx2.Request) -> httpcore2.Request:
    url, stream = request.url, request.stream
    assert isinstance(stream, httpx2.SyncByteStream), "all our clients are synchronous"
    target = httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
    return httpcore2.Request(
        request.method, target, headers=request.headers.raw, content=stream, extensions=request.extensions
    )


def _proxy(proxy: httpx2.Proxy) -> httpcore2.Proxy:
    if proxy.url.scheme.startswith("socks"):
        # Fails here if it is not installed, not at the first request.
        import_module("socksio")
    url = proxy.url
    return httpcore2.Proxy(
        httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path or b"/"),
        auth=proxy.raw_auth,
        headers=proxy.headers.raw,
    )


@contextmanager
def _translated(request: httpx2.Request, limits: ApiLimits, request_time: RequestTime | None) -> Iterator[None]:
    """Raise the network's errors as those of httpx2, whose names are the same."""
    try:
        yield
    except EndedError as error:
        raise OverdueError(str(error)) from error
    except httpcore2.TimeoutException as error:
        if request_time is not None and request_time.remaining() <= 0:
            raise OverdueError(_late(request, limits, request_time)) from error
        named = httpx2.ConnectTimeout if isinstance(error, httpcore2.ConnectTimeout) else httpx2.ReadTimeout
        raise named(str(error) or type(error).__name__) from error
    except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.ProxyError) as error:
        raise getattr(httpx2, type(error).__name__)(str(error)) from error


def _late(request: httpx2.Request, limits: ApiLimits, request_time: RequestTime) -> str:
    """Return the message about a request whose time is over."""
    if request_time.cut_short:
        return f"the wait for its response to {request.url.path} was ended"
    return f"its response to {request.url.path} did not end within {limits.request_seconds:.0f} s"


def configuration(context: KubeconfigContext) -> SingleConfig:
    """Return a context as lightkube's configuration, without certificates and credentials: the transport has them."""
    name = context.name
    whole = KubeConfig.from_dict(
        {
            "clusters": [{"name": name, "cluster": {"server": context.server}}],
            "users": [{"name": name, "user": {}}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name, "namespace": context.namespace}}],
        }
    )
    config = whole.get(name)
    assert config is not None
    return config


def proxy(context: KubeconfigContext) -> str | None:
    """Return the proxy to the API server, chosen as kubectl does: the kubeconfig's, else the environment's."""
    if context.cluster.get("proxy-url"):
        return str(context.cluster["proxy-url"])
    url = httpx2.URL(context.server)
    if _needs_no_proxy(url.host):
        return None
    named = urllib.request.getproxies().get(url.scheme)
    return named if named is None or "://" in named else f"http://{named}"


def _needs_no_proxy(host: str) -> bool:
    if host == "localhost" or host.startswith(("127.", "::1")):
        return True
    excepted = urllib.request.getproxies().get("no", "")
    return bool(urllib.request.proxy_bypass(host)) or any(_is_in(host, entry.strip()) for entry in excepted.split(","))


def _is_in(host: str, network: str) -> bool:
    """Return whether a host is in a network in CIDR notation, which urllib does not support (Go: net/http/httpproxy)."""
    try:
        return "/" in network and ip_address(host) in ip_network(network, strict=False)
    except ValueError:
        return False
