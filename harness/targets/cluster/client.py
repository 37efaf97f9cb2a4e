"""Requests to an API server through lightkube, with its errors as ours.

The only module that imports lightkube, and itself imported only once a live target is wanted.
"""

from __future__ import annotations

import binascii
import socket
import ssl
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from threading import Event
from typing import Any, TypeVar
from weakref import WeakSet

import httpx2
import msgspec
from lightkube import ApiError, KubeConfig, SingleConfig
from lightkube import Client as LightkubeClient
from lightkube.config.client_adapter import user_auth, verify_cluster
from lightkube.core.exceptions import ConfigError
from lightkube.core.resource import ApiInfo, GlobalResource, NamespacedResourceG, ResourceDef
from lightkube.generic_resource import Generic
from lightkube.types import PatchType

from harness.errors import UndeterminedError, UsageError
from harness.targets.cluster.connection import Connection
from harness.targets.cluster.discovery import Resource
from harness.targets.cluster.refusal import Cause, RefusedError

Item = dict[str, Any]
Items = list[Item]
_Result = TypeVar("_Result")

#: Who applies, in ``metadata.managedFields``.
FIELD_MANAGER = "svcdns"

#: An API server that is there answers in milliseconds; a busy one may take long over admission.
_GREETING = httpx2.Timeout(5)
_REQUEST = httpx2.Timeout(30, connect=5)

#: Pauses before a request is made again that the server was too busy for (429, 503, 504).
_BUSY = frozenset({429, 503, 504})
_PAUSES_SECONDS = (0.5, 1.0, 2.0)

_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND = 401, 403, 404

_VERBS = ["delete", "get", "global_list", "global_watch", "list", "patch", "watch"]


class Client:
    """Requests to one API server."""

    def __init__(self, connection: Connection) -> None:
        """Make ready to connect.

        Raises:
            UsageError: if what the kubeconfig says of certificates or credentials cannot be used.
        """
        self._connection = connection
        self._closed = Event()
        try:
            config = _config(connection)
            self._transport = _Transport(
                verify=verify_cluster(config.cluster, config.user, config.abs_file),  # type: ignore[arg-type]  # _config always has a user
                retries=1,
                proxy=_proxy(connection),
            )
            auth = user_auth(config.user)
        except (ConfigError, OSError, ssl.SSLError, binascii.Error, msgspec.ValidationError, ValueError) as error:
            raise UsageError(
                f'the context "{connection.context}" cannot be used: {error}; mend its kubeconfig'
            ) from error
        self._objects = LightkubeClient(
            config, timeout=_REQUEST, field_manager=FIELD_MANAGER, transport=self._transport, trust_env=False
        )
        self._raw = httpx2.Client(
            transport=self._transport, base_url=connection.server, auth=auth, timeout=_REQUEST, trust_env=False
        )

    def greet(self) -> str:
        """The version of Kubernetes, or empty where we may not know it.

        Raises:
            UsageError: if the API server cannot be reached, or does not know who asks.
        """
        server, context = self._connection.server, self._connection.context
        try:
            response = self._raw.get("/version", timeout=_GREETING)
        except (ConfigError, OSError, ValueError) as error:
            raise UsageError(f'no credentials for the context "{context}": {error}; log in again') from error
        except httpx2.HTTPError as error:
            raise UsageError(
                f'the API server {server} of the context "{context}" cannot be reached: {_words(error)}; '
                "start the cluster, or choose another context"
            ) from error
        if response.status_code == _UNAUTHORIZED:
            raise UsageError(
                f'the API server {server} does not accept the credentials of the context "{context}" (401 Unauthorized); '
                "log in again, or choose another context"
            )
        if response.status_code == _FORBIDDEN:
            return ""
        try:
            return str(response.json()["gitVersion"])
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(f'what answers at {server} (context "{context}") is not an API server') from error

    def read(self, path: str) -> Item:
        """What stands at a path, such as ``/apis``."""

        def read() -> Item:
            response = self._raw.get(path)
            if response.is_error:
                raise RefusedError(f"{path}: HTTP status {response.status_code}", code=response.status_code)
            return dict(response.json())

        return self._ask(read)

    def get(self, resource: Resource, name: str, namespace: str) -> Item | None:
        """An object, or None where there is none."""
        try:
            return self._ask(lambda: dict(self._objects.get(_model(resource), name, **_place(resource, namespace))))
        except RefusedError as error:
            if error.code == _NOT_FOUND:
                return None
            raise

    def list(self, resource: Resource, namespace: str | None, labels: Mapping[str, str]) -> tuple[Items, str]:
        """Objects with the labels, in a namespace or in all, and the resource version of the list."""

        def read() -> tuple[Items, str]:
            place = _place(resource, namespace or "*")
            found = self._objects.list(_model(resource), labels=dict(labels), chunk_size=500, **place)
            return [_whole(resource, item) for item in found], found.resourceVersion

        return self._ask(read)

    def apply(self, resource: Resource, item: Mapping[str, Any], *, dry_run: bool) -> Item:
        """Server-side apply; fields that others have set are taken over."""
        metadata = item["metadata"]
        return self._ask(
            lambda: dict(
                self._objects.patch(
                    _model(resource),
                    metadata["name"],
                    dict(item),
                    patch_type=PatchType.APPLY,
                    force=True,
                    dry_run=dry_run,
                    **_place(resource, metadata.get("namespace") or ""),
                )
            )
        )

    def patch(
        self,
        resource: Resource,
        name: str,
        namespace: str,
        change: Mapping[str, Any],
        subresource: str,
        *,
        strategic: bool,
    ) -> Item:
        """Change an object or its subresource."""
        return self._ask(
            lambda: dict(
                self._objects.patch(
                    _model(resource, subresource),
                    name,
                    dict(change),
                    patch_type=PatchType.STRATEGIC if strategic else PatchType.MERGE,
                    **_place(resource, namespace),
                )
            )
        )

    def delete(self, resource: Resource, name: str, namespace: str, grace_seconds: int | None) -> bool:
        """Start deleting an object; False where there is none."""
        place = _place(resource, namespace)
        try:
            self._ask(lambda: self._objects.delete(_model(resource), name, grace_period=grace_seconds, **place))
        except RefusedError as error:
            if error.code == _NOT_FOUND:
                return False
            raise
        return True

    def watch(self, resource: Resource, namespace: str | None, since: str) -> Iterator[tuple[str, Item]]:
        """Changes since a resource version, until `close`."""
        place = _place(resource, namespace or "*")
        changes = self._ask(lambda: self._objects.watch(_model(resource), resource_version=since, **place))
        while not self._closed.is_set():
            change, item = self._ask(lambda: next(changes))
            yield change, _whole(resource, item)

    def logs(self, pod: str, namespace: str, container: str, lines: int) -> str:
        """The last lines that a container wrote."""
        return self._ask(
            lambda: "".join(self._objects.log(pod, namespace=namespace, container=container or None, tail_lines=lines))
        )

    def close(self) -> None:
        """Close all connections, and wake those who watch."""
        self._closed.set()
        self._transport.end_streams()
        self._objects.close()
        self._raw.close()

    def _ask(self, request: Callable[[], _Result]) -> _Result:
        """Make a request, again where the server is too busy, and say what went wrong in our errors."""
        for pause in (*_PAUSES_SECONDS, None):
            try:
                return request()
            except ApiError as error:
                if error.status.code in _BUSY and pause is not None and not self._closed.wait(pause):
                    continue
                raise _refused(error) from error
            except httpx2.HTTPStatusError as error:
                code = error.response.status_code
                raise RefusedError(f"HTTP status {code} for {error.request.url.path}", code=code) from error
            except httpx2.HTTPError as error:
                raise UndeterminedError(
                    f"the API server {self._connection.server} cannot be reached any more: {_words(error)}"
                ) from error
            except (ConfigError, OSError) as error:
                raise UndeterminedError(f'no credentials for "{self._connection.context}" any more: {error}') from error
        raise AssertionError  # the last pause is None, which never goes on


class _Transport(httpx2.HTTPTransport):
    """Connections that can be ended while a thread waits on one: closing a socket does not wake who reads from it."""

    def __init__(self, *, verify: ssl.SSLContext, retries: int, proxy: str | None) -> None:
        super().__init__(verify=verify, retries=retries, proxy=proxy)
        self._streaming: WeakSet[socket.socket] = WeakSet()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        response = super().handle_request(request)
        if "watch" in request.url.params:
            self._streaming.add(response.extensions["network_stream"].get_extra_info("socket"))
        return response

    def end_streams(self) -> None:
        for stream in list(self._streaming):
            try:
                # TLS has a shutdown of its own, which is not for another thread to start.
                socket.socket.shutdown(stream, socket.SHUT_RDWR)
            except OSError:
                # It has ended already.
                continue


def _config(connection: Connection) -> SingleConfig:
    name = connection.context
    whole = KubeConfig.from_dict(
        {
            "clusters": [{"name": name, "cluster": connection.cluster}],
            "users": [{"name": name, "user": connection.user}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name, "namespace": connection.namespace}}],
        }
    )
    return whole.get(name)


def _proxy(connection: Connection) -> str | None:
    """The proxy to the API server: the kubeconfig's, else the environment's, as for kubectl."""
    if connection.cluster.get("proxy-url"):
        return str(connection.cluster["proxy-url"])
    url = httpx2.URL(connection.server)
    if urllib.request.proxy_bypass(url.host) or url.host == "localhost" or url.host.startswith(("127.", "::1")):
        return None
    return urllib.request.getproxies().get(url.scheme)


@cache
def _model(resource: Resource, subresource: str = "") -> type[Any]:
    """What lightkube wants to know of a resource; a dict in, a dict out."""
    base = NamespacedResourceG if resource.namespaced else GlobalResource
    defined = ResourceDef(resource.group, resource.version, resource.kind)
    info = ApiInfo(defined, resource.plural, _VERBS, action=subresource or None)
    return type(resource.kind, (base, Generic), {"_api_info": info})


def _place(resource: Resource, namespace: str) -> dict[str, str]:
    return {"namespace": namespace} if resource.namespaced else {}


def _whole(resource: Resource, item: Mapping[str, Any]) -> Item:
    """An item of a list, with what the list has said of all of them."""
    return {"apiVersion": resource.api_version, "kind": resource.kind, **item}


def _refused(error: ApiError) -> RefusedError:
    status = error.status
    causes = (status.details.causes if status.details else None) or ()
    advice = "; a Role or ClusterRole has to grant that verb" if status.code == _FORBIDDEN else ""
    return RefusedError(
        f"{status.message}{advice}",
        code=status.code or 0,
        reason=status.reason or "",
        causes=tuple(Cause(cause.field or "", cause.message or "") for cause in causes),
    )


def _words(error: httpx2.HTTPError) -> str:
    """What went wrong; timeouts come without words."""
    return str(error) or type(error).__name__
