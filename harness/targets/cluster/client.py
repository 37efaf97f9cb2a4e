"""Requests to an API server through lightkube, with its errors as ours.

With `transport` the only module that imports lightkube, and itself imported only once a live target is wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from threading import Event, Lock
from typing import Any, TypeVar

import httpx2
import msgspec
from lightkube import ApiError
from lightkube import Client as LightkubeClient
from lightkube.core.decoders import ListMetadata, WatchEvent, decode_list
from lightkube.core.exceptions import ConfigError
from lightkube.core.resource import ApiInfo, GlobalResource, NamespacedResourceG, ResourceDef
from lightkube.generic_resource import Generic
from lightkube.models.meta_v1 import ObjectMeta, Status
from lightkube.types import CascadeType, PatchType

from harness.errors import UndeterminedError, UsageError
from harness.targets.cluster import paths, tls
from harness.targets.cluster.connection import Connection, check_files
from harness.targets.cluster.credentials import Authorized, CredentialError
from harness.targets.cluster.discovery import Resource
from harness.targets.cluster.refusal import Cause, RefusedError
from harness.targets.cluster.settings import CHANGING_MANAGER, FIELD_MANAGER
from harness.targets.cluster.transport import Transport, configuration, proxy

Item = dict[str, Any]
Items = list[Item]
_Result = TypeVar("_Result")

#: An API server that is there answers in milliseconds; a busy one may take long over admission.
_GREETING = httpx2.Timeout(5, connect=3)
_REQUEST = httpx2.Timeout(30, connect=5)

#: Pauses before a request is made again that the server was too busy for (429, 503, 504).
_BUSY = frozenset({429, 503, 504})
#: Those of them with which nothing was done.
_UNTOUCHED = frozenset({429, 503})
_PAUSES_SECONDS = (0.5, 1.0, 2.0)

#: What a certificate that cannot be used, or an answer that makes no sense, fails with in lightkube's hands.
_UNUSABLE = (ConfigError, OSError, ValueError, KeyError, TypeError)

_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND = 401, 403, 404

#: What lightkube calls all namespaces.
_EVERYWHERE = "*"

_VERBS = ["get", "global_list", "global_watch", "list", "patch", "post", "watch"]

_ACCESS_REVIEW = Resource(
    "authorization.k8s.io", "v1", "SelfSubjectAccessReview", "selfsubjectaccessreviews", namespaced=False
)

_POD = Resource("", "v1", "Pod", "pods", namespaced=True)

# msgspec 0.22 works out a type when it first meets it, and the process crashes where two threads do so at a time. The types
# of all kinds are met here, before there are threads, and those of a kind one at a time.
for _known in (ObjectMeta, Status, ListMetadata, WatchEvent):
    with suppress(msgspec.ValidationError):
        msgspec.convert({}, _known)
_MEETING = Lock()


class Client:
    """Requests to one API server.

    Attributes:
        clock_offset: how far its clock is ahead of ours.
    """

    def __init__(self, connection: Connection) -> None:
        """Make ready to connect.

        Raises:
            UsageError: if what the kubeconfig says of certificates or credentials cannot be used.
        """
        self._connection = connection
        self._closed = Event()
        self.clock_offset = timedelta()
        _check_server(connection)
        check_files(connection)
        unusable = f'the context "{connection.context}" cannot be used'
        try:
            self._transport = Transport(
                tls.context(connection), proxy=proxy(connection), server_name=connection.server_name
            )
            authorized = Authorized(self._transport, connection)
        except CredentialError as error:
            raise UsageError(f"{unusable}: {error}") from error
        except (*_UNUSABLE, msgspec.ValidationError) as error:
            raise UsageError(f"{unusable}: {error}; fix its kubeconfig") from error
        except httpx2.InvalidURL:
            # Its words may quote a password.
            raise UsageError(f"{unusable}: its proxy is no URL; fix proxy-url or HTTPS_PROXY") from None
        except ImportError as error:
            raise UsageError(
                f"{unusable}: its proxy speaks SOCKS, which is not supported; name an HTTP proxy by proxy-url or HTTPS_PROXY"
            ) from error
        self._objects = LightkubeClient(
            configuration(connection),
            timeout=_REQUEST,
            field_manager=FIELD_MANAGER,
            transport=authorized,
            trust_env=False,
        )
        self._raw = httpx2.Client(transport=authorized, base_url=connection.server, timeout=_REQUEST, trust_env=False)

    def greet(self) -> str:
        """The version of Kubernetes, or empty where we may not know it.

        Raises:
            UsageError: if the API server cannot be reached, or does not know who asks.
        """
        server, context = self._connection.server, self._connection.context
        try:
            response = self._raw.get("/version", timeout=_GREETING)
        except CredentialError as error:
            raise UsageError(f'no credentials for the context "{context}": {error}') from error
        except httpx2.HTTPError as error:
            raise UsageError(
                f'the API server {server} of the context "{context}" cannot be reached: {_words(error)}; '
                "start the cluster, or choose another context"
            ) from error
        return self._version(response)

    def _version(self, response: httpx2.Response) -> str:
        server, context = self._connection.server, self._connection.context
        if response.status_code == _UNAUTHORIZED:
            raise UsageError(
                f'the API server {server} does not accept the credentials of the context "{context}" (401 Unauthorized); '
                "log in again, or choose another context"
            )
        if response.is_server_error or response.status_code in _BUSY:
            raise UsageError(
                f'the API server {server} of the context "{context}" is not ready (HTTP status {response.status_code}); '
                "try again once the cluster has started"
            )
        self.clock_offset = _ahead(response.headers.get("date", ""))
        if response.status_code == _FORBIDDEN:
            return ""
        try:
            return str(response.json()["gitVersion"])
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(f'what answers at {server} (context "{context}") is not an API server') from error

    def read(self, path: str) -> Item:
        """What stands at a path, such as ``/apis``."""
        asked = f'the API server {self._connection.server} of the context "{self._connection.context}"'

        def read() -> Item:
            response = self._raw.get(path)
            if response.is_error:
                code = response.status_code
                advice = "; grant its user the ClusterRole system:discovery" if code == _FORBIDDEN else ""
                raise RefusedError(f"{asked} answers {path} with HTTP status {code}{advice}", code=code)
            try:
                return dict(response.json())
            except (ValueError, TypeError) as error:
                raise UndeterminedError(f"{asked} answers {path} with nonsense: {error}") from error

        return self._ask(read)

    def get(self, resource: Resource, name: str, namespace: str) -> Item | None:
        """An object, or None where there is none."""
        place = _place(resource, namespace)
        legal = paths.checked_name(resource, name)
        try:
            return self._ask(lambda: dict(self._objects.get(_model(resource), legal, **place)))
        except RefusedError as error:
            if error.code == _NOT_FOUND:
                return None
            raise

    def list(self, resource: Resource, namespace: str | None, labels: Mapping[str, str | None]) -> tuple[Items, str]:
        """Objects with the labels, in a namespace or in all, and the resource version of the list."""

        def read() -> tuple[Items, str]:
            place = _places(resource, namespace)
            found = self._objects.list(_model(resource), labels=dict(labels), chunk_size=500, **place)
            return [_whole(resource, item) for item in found], found.resourceVersion

        return self._ask(read)

    def create(self, resource: Resource, item: Mapping[str, Any], *, dry_run: bool) -> Item:
        """Create an object; it is refused with code 409 where one of its name exists."""
        metadata = item["metadata"]
        if name := metadata.get("name"):
            paths.checked_name(resource, name)
        path = paths.of_kind(resource, metadata.get("namespace") or "")
        # A server that gave up waiting (504) may have created it all the same.
        return self._ask(lambda: self._write("POST", path, item, dry_run=dry_run), busy=_UNTOUCHED)

    def apply(self, resource: Resource, item: Mapping[str, Any], *, dry_run: bool) -> Item:
        """Server-side apply; fields that others have set are taken over."""
        metadata = item["metadata"]
        name = paths.checked_name(resource, metadata["name"])
        place = _place(resource, metadata.get("namespace") or "")
        return self._ask(
            lambda: dict(
                self._objects.patch(
                    _model(resource),
                    name,
                    dict(item),
                    patch_type=PatchType.APPLY,
                    force=True,
                    dry_run=dry_run,
                    **place,
                )
            )
        )

    def patch(
        self,
        resource: Resource,
        name: str,
        namespace: str,
        change: Mapping[str, Any] | Items,
        subresource: str,
        *,
        strategic: bool,
    ) -> Item:
        """Change an object or its subresource, by a list of JSON patch operations, a merge or a strategic merge patch."""
        kind = PatchType.JSON if isinstance(change, list) else PatchType.STRATEGIC if strategic else PatchType.MERGE
        legal, place = paths.checked_name(resource, name), _place(resource, namespace)
        body: Any = change if isinstance(change, list) else dict(change)
        return self._ask(
            lambda: dict(
                self._objects.patch(
                    _model(resource, subresource),
                    legal,
                    body,
                    patch_type=kind,
                    field_manager=CHANGING_MANAGER,
                    **place,
                )
            )
        )

    def delete(
        self, resource: Resource, name: str, namespace: str, uid: str, grace_seconds: int | None, *, foreground: bool
    ) -> bool:
        """Start deleting the object of a uid; False where there is none of its name.

        Raises:
            RefusedError: also with code 409 where another object has its name by now.
        """
        path = paths.of_object(resource, name, namespace)
        options: Item = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": {"uid": uid}}
        options |= {"gracePeriodSeconds": grace_seconds} if grace_seconds is not None else {}
        options |= {"propagationPolicy": CascadeType.FOREGROUND.value} if foreground else {}
        try:
            self._ask(lambda: self._write("DELETE", path, options))
        except RefusedError as error:
            if error.code == _NOT_FOUND:
                return False
            raise
        return True

    def _write(self, method: str, path: str, body: Mapping[str, Any], *, dry_run: bool = False) -> Item:
        """Send a body, of which every field has to be known, and take the object that comes back."""
        params = {"dryRun": "All"} if dry_run else {}
        if method == "POST":
            params |= {"fieldManager": FIELD_MANAGER, "fieldValidation": "Strict"}
        response = self._raw.request(method, path, params=params, json=dict(body))
        if response.is_error:
            raise _refused_stream(response)
        return msgspec.json.decode(response.content, type=dict[str, Any])

    def watch(self, resource: Resource, namespace: str | None, since: str) -> Iterator[tuple[str, Item]]:
        """Changes since a resource version, until `close`."""
        place = _places(resource, namespace)
        changes = self._objects.watch(_model(resource), resource_version=since, **place)
        while True:
            change, item = self._once(lambda: next(changes))
            yield change, _whole(resource, item)

    def may(self, verb: str, resource: Resource, namespace: str, subresource: str) -> bool:
        """Whether the API server lets us do something; also where it does not tell."""
        wanted = {
            "verb": verb,
            "group": resource.group,
            "resource": resource.plural,
            "subresource": subresource,
            "namespace": namespace,
        }
        review = _model(_ACCESS_REVIEW)(
            apiVersion=_ACCESS_REVIEW.api_version, kind=_ACCESS_REVIEW.kind, spec={"resourceAttributes": wanted}
        )
        try:
            said = self._ask(lambda: self._objects.create(review))
        except RefusedError:
            return True
        return bool(said["status"].get("allowed"))

    def logs(self, pod: str, namespace: str, container: str, lines: int) -> str:
        """The last lines that a container wrote."""
        named, place = paths.checked_name(_POD, pod), paths.checked_namespace(namespace)
        return self._ask(
            lambda: "".join(self._objects.log(named, namespace=place, container=container or None, tail_lines=lines))
        )

    def end_watches(self) -> None:
        """End all watches, and those that are yet to begin."""
        self._transport.end_watches()

    def close(self) -> None:
        """Close all connections, and wake those who watch or wait for a busy server."""
        self._closed.set()
        self.end_watches()
        self._objects.close()
        self._raw.close()

    def _ask(self, request: Callable[[], _Result], *, busy: Collection[int] = _BUSY) -> _Result:
        """Make a request, again where the server is too busy for it."""
        for pause in _PAUSES_SECONDS:
            try:
                return self._once(request)
            except RefusedError as error:
                if error.code not in busy or self._closed.wait(pause):
                    raise
        return self._once(request)

    def _once(self, request: Callable[[], _Result]) -> _Result:
        """Make a request, and say what went wrong in our errors."""
        try:
            return request()
        except ApiError as error:
            # Its own words repeat whatever the server said, credentials too.
            raise _refused(error.status) from None
        except httpx2.HTTPStatusError as error:
            raise _refused_stream(error.response) from error
        except httpx2.HTTPError as error:
            server = self._connection.server
            raise UndeterminedError(f"the API server {server} cannot be reached any more: {_words(error)}") from error
        except msgspec.MsgspecError as error:
            raise UndeterminedError(f"the API server {self._connection.server} answers nonsense: {error}") from error
        except CredentialError as error:
            context = self._connection.context
            raise UndeterminedError(f'the credentials of the context "{context}" are lost: {error}') from error
        except _UNUSABLE as error:
            raise UndeterminedError(f"the API server {self._connection.server} answers nonsense: {error!r}") from error


def _check_server(connection: Connection) -> None:
    """See that the API server's URL is one.

    Raises:
        UsageError: if it is not.
    """
    if set("/?#") & set(connection.userinfo):
        # Nobody can tell where the host begins, and whom the credentials would go to.
        raise UsageError(
            f'the context "{connection.context}" names a server with an @ behind the host\'s place; '
            "percent-encode what stands in its user information, path and query, in its kubeconfig"
        )
    named = f'the context "{connection.context}" names the server {connection.server}, which is no URL'
    try:
        scheme = httpx2.URL(connection.server).scheme
    except httpx2.InvalidURL as error:
        raise UsageError(f"{named}: {error}; fix its kubeconfig") from error
    if scheme not in ("http", "https"):
        raise UsageError(f"{named} of http or https; fix its kubeconfig")


def _ahead(date: str) -> timedelta:
    """How far a clock is ahead of ours by a ``Date`` header; none where there is none or it is no date."""
    with suppress(ValueError, TypeError, OverflowError):
        said = parsedate_to_datetime(date)
        return (said if said.tzinfo else said.replace(tzinfo=UTC)) - datetime.now(UTC)
    return timedelta()


@cache
def _model(resource: Resource, subresource: str = "") -> type[Any]:
    """What lightkube wants to know of a resource; a dict in, a dict out."""
    base = NamespacedResourceG if resource.namespaced else GlobalResource
    defined = ResourceDef(resource.group, resource.version, resource.kind)
    info = ApiInfo(defined, resource.plural, _VERBS, action=subresource or None)
    model = type(resource.kind, (base, Generic), {"_api_info": info})
    with _MEETING:
        decode_list(b'{"items": []}', model)
    return model


def _place(resource: Resource, namespace: str) -> dict[str, Any]:
    """Where an object of a kind is, as lightkube takes it.

    Raises:
        TargetError: if the namespace cannot be one.
    """
    return {"namespace": paths.checked_namespace(namespace)} if resource.namespaced else {}


def _places(resource: Resource, namespace: str | None) -> dict[str, Any]:
    """Where objects of a kind are, in a namespace or in all.

    Raises:
        TargetError: if the namespace cannot be one.
    """
    if resource.namespaced and namespace is None:
        return {"namespace": _EVERYWHERE}
    return _place(resource, namespace or "")


def _whole(resource: Resource, item: Mapping[str, Any]) -> Item:
    """An item of a list, with what the list has said of all of them."""
    return {"apiVersion": resource.api_version, "kind": resource.kind, **item}


def _refused(status: Status) -> RefusedError:
    causes = (status.details.causes if status.details else None) or ()
    # How RBAC begins, unlike admission, which refuses with the same code.
    lacks_right = status.code == _FORBIDDEN and " cannot " in (status.message or "")
    advice = "; a Role or ClusterRole has to grant that verb" if lacks_right else ""
    return RefusedError(
        f"{status.message}{advice}",
        code=status.code or 0,
        reason=status.reason or "",
        causes=tuple(Cause(cause.field or "", cause.message or "") for cause in causes),
    )


def _refused_stream(response: httpx2.Response) -> RefusedError:
    """The refusal of a watch, whose words lightkube leaves unread, or one that is not of an API server."""
    try:
        return _refused(msgspec.json.decode(response.read(), type=Status))
    except (httpx2.HTTPError, httpx2.StreamError, msgspec.MsgspecError):
        path, code = response.url.path, response.status_code
        return RefusedError(f"HTTP status {code} for {path}", code=code)
    finally:
        response.close()


def _words(error: httpx2.HTTPError) -> str:
    """What went wrong; timeouts come without words."""
    return str(error) or type(error).__name__
