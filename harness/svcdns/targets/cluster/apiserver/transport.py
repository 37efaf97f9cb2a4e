"""Connections to an API server: with which certificates, through which proxy, and within which limits.

All limits are kept here once, for whoever asks: an answer reaches the client whole, decompressed and within its limits, or
as an error. Only what is asked for as a stream comes piece by piece.
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

from svcdns.targets.cluster.apiserver.connection import Connection
from svcdns.targets.cluster.apiserver.limits import LimitError, Limits, check_json, size
from svcdns.targets.cluster.apiserver.network import Network, Turn, Turns

#: Extensions of a request (httpx2): that it is of somebody who watches, that its answer is read as it comes, and that its
#: answer is no JSON.
WATCHES, STREAMS, TEXT = "svcdns.watches", "svcdns.streams", "svcdns.text"

#: What is decompressed at a time.
_STEP_OCTETS = 2**18

#: zlib's number for the gzip format.
_GZIP = 31


class Transport(httpx2.BaseTransport):
    """Connections with limits, which can be ended while threads wait on them."""

    def __init__(self, verify: ssl.SSLContext, limits: Limits, *, proxy: str | None, server_name: str = "") -> None:
        """Make ready to connect.

        Raises:
            ImportError: if the proxy needs a library that is not there.
        """
        self._limits = limits
        self._server_name = server_name
        self._turns = Turns()
        self._pool = httpcore2.ConnectionPool(
            ssl_context=verify,
            proxy=None if proxy is None else _proxy(httpx2.Proxy(proxy)),
            max_connections=100,
            max_keepalive_connections=20,
            keepalive_expiry=5,
            # What is made again is the connection alone, never a request.
            retries=1,
            network_backend=Network(self._turns),
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request and give the answer, whole unless it is to be streamed.

        Raises:
            LimitError: if the answer is beyond its limits.
            httpx2.HTTPError: if none comes.
        """
        # What is compressed in another way could not be read within limits.
        request.headers["Accept-Encoding"] = "gzip"
        if self._server_name:
            request.extensions["sni_hostname"] = self._server_name
        limits = self._limits
        with _translated(request, limits, None):
            turn = self._turns.begun(limits.request_seconds, is_watch=WATCHES in request.extensions)
        with ExitStack() as undoing:
            undoing.callback(self._turns.done, turn)
            with _translated(request, limits, turn), self._turns.going_on(turn):
                answer = self._pool.handle_request(_sent(request))
            undoing.callback(answer.close)
            headers = httpx2.Headers(answer.headers)
            pieces = _decompressed(self._pieces(request, turn, answer), headers.get("content-encoding", ""))
            if STREAMS in request.extensions and answer.status == httpx2.codes.OK:
                self._turns.last(turn)
                return httpx2.Response(answer.status, stream=_Stream(pieces, undoing.pop_all()))
            octets = _whole(pieces, limits)
        said = {"content-type": "text/plain"} | {name: headers[name] for name in ("date",) if name in headers}
        # As which lightkube leaves a refusal to `client`; as JSON, it would read it less carefully.
        response = httpx2.Response(answer.status, headers=said, content=octets)
        if response.is_success and TEXT not in request.extensions:
            check_json(octets, limits)
        return response

    def _pieces(self, request: httpx2.Request, turn: Turn, answer: httpcore2.Response) -> Iterator[bytes]:
        """The body as it comes, each wait part of the turn."""
        body = iter(answer.iter_stream())
        while True:
            with _translated(request, self._limits, turn), self._turns.going_on(turn):
                piece = next(body, None)
            if piece is None:
                return
            yield piece

    def hurry(self) -> None:
        """Let whoever asks wait only for a moment more, from now on: the run was interrupted."""
        self._turns.hurry(self._limits.farewell_seconds)

    def end_watches(self) -> None:
        """End all watches, and those that are yet to begin."""
        self._turns.end_watches()

    def close(self) -> None:
        """End everything."""
        self._turns.end()
        self._pool.close()


class _Stream(httpx2.SyncByteStream):
    """The body of an answer that is read as it comes."""

    def __init__(self, pieces: Iterator[bytes], life: ExitStack) -> None:
        self._pieces = pieces
        self._life = life

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces

    def close(self) -> None:
        self._life.close()


def _whole(pieces: Iterable[bytes], limits: Limits) -> bytes:
    found, octets = [], 0
    for piece in pieces:
        octets += len(piece)
        if octets > limits.octets:
            raise LimitError(f"answers more than {size(limits.octets)}")
        found.append(piece)
    return b"".join(found)


def _decompressed(pieces: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """What comes, decompressed by small steps, so that whoever counts can stop.

    Raises:
        httpx2.DecodingError: if it is compressed otherwise than was asked for, or wrongly.
    """
    if encoding.lower() in ("", "identity"):
        yield from pieces
        return
    if encoding.lower() != "gzip":
        raise httpx2.DecodingError(f"its answer is encoded as {encoding}, which was not asked for")
    inflating = zlib.decompressobj(wbits=_GZIP)
    for piece in pieces:
        rest, found = piece, b""
        while rest or len(found) == _STEP_OCTETS:
            try:
                found = inflating.decompress(rest, _STEP_OCTETS)
            except zlib.error as error:
                raise httpx2.DecodingError(f"its answer is no gzip: {error}") from error
            rest = inflating.unconsumed_tail
            yield found
        if inflating.unused_data:
            raise httpx2.DecodingError("its answer goes on after the end of its gzip")
    if not inflating.eof:
        raise httpx2.DecodingError("its answer is gzip that was cut short")


def _sent(request: httpx2.Request) -> httpcore2.Request:
    url, stream = request.url, request.stream
    assert isinstance(stream, httpx2.SyncByteStream), "no client of ours is asynchronous"
    target = httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
    return httpcore2.Request(
        request.method, target, headers=request.headers.raw, content=stream, extensions=request.extensions
    )


def _proxy(proxy: httpx2.Proxy) -> httpcore2.Proxy:
    if proxy.url.scheme.startswith("socks"):
        # Not only when the first request is sent.
        import_module("socksio")
    url = proxy.url
    return httpcore2.Proxy(
        httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path or b"/"),
        auth=proxy.raw_auth,
        headers=proxy.headers.raw,
    )


@contextmanager
def _translated(request: httpx2.Request, limits: Limits, turn: Turn | None) -> Iterator[None]:
    """The network's errors in the words of httpx2, which has the same names for them."""
    try:
        yield
    except httpcore2.TimeoutException as error:
        raise httpx2.ReadTimeout(_late(request, limits, turn, error)) from error
    except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.ProxyError) as error:
        raise getattr(httpx2, type(error).__name__)(str(error)) from error


def _late(request: httpx2.Request, limits: Limits, turn: Turn | None, error: Exception) -> str:
    """What was waited for in vain."""
    if turn is None or turn.left() > 0:
        return str(error) or type(error).__name__
    if turn.given_up:
        return f"its answer to {request.url.path} was waited for no longer"
    return f"its answer to {request.url.path} did not end within {limits.request_seconds:.0f} s"


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
