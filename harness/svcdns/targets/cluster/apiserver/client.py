"""Requests to an API server through lightkube, with its errors as ours.

With `transport` the only module that imports lightkube, and itself imported only once a live target is wanted.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache, partial
from threading import current_thread, main_thread
from typing import Any, TypeVar, cast

import httpx2
import msgspec
from lightkube import Client as LightkubeClient
from lightkube.core.exceptions import ConfigError
from lightkube.core.resource import ApiInfo, GlobalResource, NamespacedResourceG, ResourceDef
from lightkube.generic_resource import Generic
from lightkube.types import CascadeType, PatchType

from svcdns.errors import UndeterminedError, UsageError
from svcdns.targets.cluster.apiserver import limits, paths, shapes, tls
from svcdns.targets.cluster.apiserver.connection import Connection, check_files
from svcdns.targets.cluster.apiserver.credentials import Authorized, CredentialError
from svcdns.targets.cluster.apiserver.discovery import Resource
from svcdns.targets.cluster.apiserver.limits import LimitError
from svcdns.targets.cluster.apiserver.listing import Gathering
from svcdns.targets.cluster.apiserver.reading import Reader
from svcdns.targets.cluster.apiserver.refusal import Cause, MalformedError, RefusedError
from svcdns.targets.cluster.apiserver.transport import STREAMS, TEXT, WATCHES, Transport, configuration, proxy
from svcdns.targets.cluster.settings import CHANGING_MANAGER, FIELD_MANAGER

Item = dict[str, Any]
Items = list[Item]
_Result = TypeVar("_Result")

#: How long nothing may come. An API server that is there answers in milliseconds; a busy one may take long over admission.
#: How long an answer may take as a whole is among the `limits`.
_GREETING = httpx2.Timeout(5, connect=3)
_REQUEST = httpx2.Timeout(30, connect=3)
_WATCH = httpx2.Timeout(None, connect=3, write=30, pool=30)

#: Objects of a page.
_PAGE = 500

#: Pauses before a request is made again that the server was too busy for (429, 503, 504), each up to half as long again.
_BUSY = frozenset({429, 503, 504})
#: Those of them with which nothing was done.
_UNTOUCHED = frozenset({429, 503})
_PAUSES_SECONDS = (0.5, 1.0, 2.0)

#: What a certificate that cannot be used, or an answer that makes no sense, fails with in lightkube's hands.
_UNUSABLE = (ConfigError, OSError, ValueError, KeyError, TypeError)

#: In between it is seen whether the run was interrupted.
_LOOK_SECONDS = 0.2

#: A clock that was never set shows 1970; and what is ahead of another year has still to be a date.
_THESE_TIMES = range(1970, 9_000)

_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND = 401, 403, 404

_VERBS = ["patch", "post"]

#: Characters of what a refusal says; nobody reads more.
_WORDS = 4_000

#: Of a container's log.
_LOG_OCTETS = 2**22

_ACCESS_REVIEW = Resource(
    "authorization.k8s.io", "v1", "SelfSubjectAccessReview", "selfsubjectaccessreviews", namespaced=False
)
_POD = Resource("", "v1", "Pod", "pods", namespaced=True)

#: What a change of the subresource ``scale`` of whichever kind returns.
_SCALE = Resource("autoscaling", "v1", "Scale", "scales", namespaced=True)


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
        self._hurried = False
        self._limits = limits.LIMITS
        self._reader = Reader(connection.server, self._limits)
        self.clock_offset = timedelta()
        _check_server(connection)
        check_files(connection)
        unusable = f'the context "{connection.context}" cannot be used'
        try:
            self._transport = Transport(
                tls.context(connection), self._limits, proxy=proxy(connection), server_name=connection.server_name
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
        except LimitError as error:
            raise UsageError(f'the API server {server} of the context "{context}" {error}') from error
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
            return self._reader.plain(response.content, shapes.About, "a version").git_version
        except MalformedError as error:
            raise UsageError(f'what answers at {server} (context "{context}") is not an API server: {error}') from error

    def read(self, path: str) -> Item:
        """What an API server serves: its groups at ``/apis``, else the resources of a group version."""
        asked = f'the API server {self._connection.server} of the context "{self._connection.context}"'

        def read() -> Item:
            response = self._raw.get(path)
            if not response.is_success:
                code = response.status_code
                advice = "; grant its user the ClusterRole system:discovery" if code == _FORBIDDEN else ""
                raise RefusedError(f"{asked} answers {path} with HTTP status {code}{advice}", code=code)
            shape: Any = shapes.Groups if path == "/apis" else shapes.ResourceList
            return cast(
                "Item",
                msgspec.to_builtins(self._reader.plain(response.content, shape, f"a list of resources at {path}")),
            )

        return self._ask(read)

    def get(self, resource: Resource, name: str, namespace: str) -> Item | None:
        """An object, or None where there is none."""
        self._expect_wanted(resource)
        try:
            octets = self._ask(lambda: self._got(paths.of_object(resource, name, namespace)))
        except RefusedError as error:
            if error.code == _NOT_FOUND:
                return None
            raise
        return self._once(lambda: self._reader.item(octets, resource, name, namespace))

    def list(
        self,
        resource: Resource,
        namespace: str | None,
        labels: Mapping[str, str | None],
        *,
        watches: bool = False,
    ) -> tuple[Items, str]:
        """Objects with the labels, in a namespace or in all, and the resource version of the list.

        Of each object it has the fields on which something relies (`shapes`), which are few. ``watches`` is for who
        watches, and lets `end_watches` end it.
        """
        selector = ",".join(name if value is None else f"{name}={value}" for name, value in labels.items())
        asked = {"limit": str(_PAGE)} | ({"labelSelector": selector} if selector else {})
        found = Gathering(self._reader, self._limits, resource, namespace, labels)
        path = paths.of_kind(resource, namespace)
        while not found.whole:
            more = {"continue": found.next_page} if found.next_page else {}
            self._once(partial(found.add, self._ask(partial(self._got, path, asked | more, watches=watches))))
        return found.items, found.version

    def create(self, resource: Resource, item: Mapping[str, Any], *, dry_run: bool) -> Item:
        """Create an object; it is refused with code 409 where one of its name exists."""
        self._expect_wanted(resource)
        metadata = item["metadata"]
        name, namespace = metadata.get("name") or "", metadata.get("namespace") or ""
        if name:
            paths.checked_name(resource, name)
        path = paths.of_kind(resource, namespace)
        # A server that gave up waiting (504) may have created it all the same.
        octets = self._ask(lambda: self._written("POST", path, item, dry_run=dry_run), busy=_UNTOUCHED)
        return self._once(lambda: self._reader.item(octets, resource, name, namespace))

    def apply(self, resource: Resource, item: Mapping[str, Any], *, dry_run: bool) -> Item:
        """Server-side apply; fields that others have set are taken over."""
        self._expect_wanted(resource)
        namespace = item["metadata"].get("namespace") or ""
        name, place = paths.checked_name(resource, item["metadata"]["name"]), _place(resource, namespace)
        applied = self._ask(
            lambda: self._objects.patch(
                _model(resource),
                paths.quoted(name),
                dict(item),
                patch_type=PatchType.APPLY,
                force=True,
                dry_run=dry_run,
                **place,
            )
        )
        return self._reader.checked(applied, resource, name, namespace)

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
        self._expect_wanted(resource)
        kind = PatchType.JSON if isinstance(change, list) else PatchType.STRATEGIC if strategic else PatchType.MERGE
        legal, place = paths.checked_name(resource, name), _place(resource, namespace)
        body: Any = change if isinstance(change, list) else dict(change)
        changed = self._ask(
            lambda: self._objects.patch(
                _model(resource, subresource),
                paths.quoted(legal),
                body,
                patch_type=kind,
                field_manager=CHANGING_MANAGER,
                **place,
            )
        )
        return self._reader.checked(changed, _SCALE if subresource == "scale" else resource, name, namespace)

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
            self._ask(lambda: self._written("DELETE", path, options))
        except RefusedError as error:
            if error.code == _NOT_FOUND:
                return False
            raise
        return True

    def _written(self, method: str, path: str, body: Mapping[str, Any], *, dry_run: bool = False) -> bytes:
        """What comes back where a body is sent, of which every field has to be known.

        Raises:
            RefusedError: if the API server refuses it.
        """
        params = {"dryRun": "All"} if dry_run else {}
        if method == "POST":
            params |= {"fieldManager": FIELD_MANAGER, "fieldValidation": "Strict"}
        response = self._raw.request(method, path, params=params, json=dict(body))
        if not response.is_success:
            raise self._refused(response.content, response.status_code, path)
        return response.content

    def watch(self, resource: Resource, namespace: str | None, since: str) -> Iterator[tuple[str, Item]]:
        """Changes since a resource version, until the server or `end_watches` ends the watch.

        Of each object it has what a list would have.
        """
        asked = {"watch": "true", "resourceVersion": since}
        with ExitStack() as life:
            response = self._once(lambda: self._streamed(paths.of_kind(resource, namespace), asked, life))
            changes = self._changes(resource, namespace, response)
            while (change := self._once(lambda: next(changes, None))) is not None:
                yield change

    def _changes(
        self, resource: Resource, namespace: str | None, response: httpx2.Response
    ) -> Iterator[tuple[str, Item]]:
        octets = 0
        for line in limits.lines(response.iter_raw(), self._limits.line_octets):
            octets += len(line)
            if octets > self._limits.watch_octets:
                raise LimitError(f"has told of {resource.kind}s for long enough; they are listed anew")
            if not line.strip():
                continue
            change, told = self._reader.change(line, resource, namespace)
            if isinstance(told, bytes):
                if change == "ERROR":
                    raise self._refused(told, 0, response.url.path)
                continue
            yield change, told

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
        return self._reader.plain(msgspec.json.encode(said), shapes.AccessReview, "a review of access").status.allowed

    def logs(self, pod: str, namespace: str, container: str, lines: int) -> str:
        """The last lines that a container wrote."""
        asked = {"tailLines": str(lines), "limitBytes": str(_LOG_OCTETS)} | (
            {"container": container} if container else {}
        )
        path = f"{paths.of_object(_POD, pod, namespace)}/log"
        return self._ask(lambda: self._got(path, asked, text=True)).decode(errors="replace")

    def hurry(self) -> None:
        """Let whoever asks wait only for a moment more, from now on: the run was interrupted; a signal's handler may ask this."""
        self._hurried = True
        self._transport.hurry()

    def end_watches(self) -> None:
        """End all watches, and those that are yet to begin."""
        self._transport.end_watches()

    def close(self) -> None:
        """Close all connections, and wake those who watch or wait for a busy server."""
        self._hurried = True
        self._objects.close()
        self._raw.close()

    def _got(
        self, path: str, asked: Mapping[str, str] | None = None, *, watches: bool = False, text: bool = False
    ) -> bytes:
        """What stands at a path: JSON, unless it is ``text``.

        Raises:
            RefusedError: if the API server refuses to say.
        """
        extensions = {WATCHES: True} if watches else {TEXT: True} if text else {}
        response = self._raw.get(path, params=dict(asked or {}), extensions=extensions)
        if not response.is_success:
            raise self._refused(response.content, response.status_code, path)
        return response.content

    def _streamed(self, path: str, asked: Mapping[str, str], life: ExitStack) -> httpx2.Response:
        """What stands at a path, as it comes, for as long as ``life`` lasts.

        Raises:
            RefusedError: if the API server refuses to say.
        """
        extensions = {WATCHES: True, STREAMS: True}
        response = life.enter_context(
            self._raw.stream("GET", path, params=dict(asked), extensions=extensions, timeout=_WATCH)
        )
        if not response.is_success:
            raise self._refused(response.read(), response.status_code, path)
        return response

    def _ask(self, request: Callable[[], _Result], *, busy: Collection[int] = _BUSY) -> _Result:
        """Make a request, again where the server is too busy for it."""
        for pause in _PAUSES_SECONDS:
            try:
                return self._once(request)
            except RefusedError as error:
                if error.code not in busy or self._waited(pause * random.uniform(1, 1.5)):  # noqa: S311 - no secret
                    raise
        return self._once(request)

    def _expect_wanted(self, resource: Resource) -> None:
        """See that somebody still needs what is asked for: once the run was interrupted, its main thread removes things.

        Raises:
            UndeterminedError: for other threads then, but for the one that renews the Lease until all is removed.
        """
        if self._hurried and resource.kind != "Lease" and current_thread() is not main_thread():
            raise UndeterminedError(f"the run was interrupted, and needs no {resource.kind} any more")

    def _waited(self, seconds: float) -> bool:
        """Wait before a request is made again; True where it need not be made any more."""
        end = time.monotonic() + seconds
        while not self._hurried and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _LOOK_SECONDS))
        return self._hurried

    def _once(self, request: Callable[[], _Result]) -> _Result:
        """Make a request, and say what went wrong in our errors."""
        server = self._connection.server
        try:
            return request()
        except httpx2.HTTPStatusError as error:
            response = error.response
            # Its own words repeat whatever the server said, credentials too.
            raise self._refused(response.content, response.status_code, response.url.path) from None
        except LimitError as error:
            raise UndeterminedError(f"the API server {server} {error}") from error
        except httpx2.HTTPError as error:
            raise UndeterminedError(f"the API server {server} cannot be reached any more: {_words(error)}") from error
        except (msgspec.MsgspecError, RecursionError) as error:
            raise MalformedError(f"the API server {server} answers nonsense: {error}") from error
        except RuntimeError as error:
            # Of httpx2, for a client that was closed: whoever gave up has ended the run.
            raise UndeterminedError(f"the API server {server} is not asked any more: {error}") from error
        except CredentialError as error:
            context = self._connection.context
            raise UndeterminedError(f'the credentials of the context "{context}" are lost: {error}') from error
        except _UNUSABLE as error:
            raise UndeterminedError(f"the API server {server} answers nonsense: {error!r}") from error

    def _refused(self, octets: bytes, code: int, path: str) -> RefusedError:
        """A refusal in the API server's words, or one that is not of an API server; without a code it names its own."""
        try:
            status = self._reader.plain(octets, shapes.Status, "a refusal")
        except (MalformedError, LimitError):
            return RefusedError(f"HTTP status {code or 'unknown'} for {path}", code=code)
        code = code or status.code or 0
        causes = (status.details.causes if status.details else None) or ()
        # How RBAC begins, unlike admission, which refuses with the same code.
        lacks_right = code == _FORBIDDEN and " cannot " in (status.message or "")
        advice = "; a Role or ClusterRole has to grant that verb" if lacks_right else ""
        return RefusedError(
            f"{(status.message or f'HTTP status {code} for {path}')[:_WORDS]}{advice}",
            code=code,
            reason=(status.reason or "")[:_WORDS],
            causes=tuple(Cause((one.field or "")[:_WORDS], (one.message or "")[:_WORDS]) for one in causes),
        )


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
    """How far a clock is ahead of ours by a ``Date`` header; none where there is none or it is no date of these times."""
    with suppress(ValueError, TypeError, OverflowError):
        said = parsedate_to_datetime(date)
        if said.year in _THESE_TIMES:
            return (said if said.tzinfo else said.replace(tzinfo=UTC)) - datetime.now(UTC)
    return timedelta()


@cache
def _model(resource: Resource, subresource: str = "") -> type[Any]:
    """What lightkube wants to know of a resource; a dict in, a dict out."""
    base = NamespacedResourceG if resource.namespaced else GlobalResource
    defined = ResourceDef(resource.group, resource.version, resource.kind)
    info = ApiInfo(defined, resource.plural, _VERBS, action=subresource or None)
    return type(resource.kind, (base, Generic), {"_api_info": info})


def _place(resource: Resource, namespace: str) -> dict[str, Any]:
    """Where an object of a kind is, as lightkube takes it.

    Raises:
        TargetError: if the namespace cannot be one.
    """
    return {"namespace": paths.checked_namespace(namespace)} if resource.namespaced else {}


def _words(error: httpx2.HTTPError) -> str:
    """What went wrong; timeouts come without words."""
    return str(error) or type(error).__name__
