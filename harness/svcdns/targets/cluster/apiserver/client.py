"""Requests to an API server through lightkube, with our errors in place of its own.

Only this module and `transport` import lightkube. They are imported when a live target is opened, not before.
"""

from __future__ import annotations

import itertools
import math
import random
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache, partial
from http import HTTPStatus
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
from svcdns.targets.cluster.apiserver import limits, paths, shapes
from svcdns.targets.cluster.apiserver.credentials import Authorized, CredentialError
from svcdns.targets.cluster.apiserver.discovery import Resource
from svcdns.targets.cluster.apiserver.kubeconfig import KubeconfigContext, check_files
from svcdns.targets.cluster.apiserver.limits import LimitError
from svcdns.targets.cluster.apiserver.listing import PagedList
from svcdns.targets.cluster.apiserver.outages import LONGEST_SECONDS, STARTING_SECONDS, Outages
from svcdns.targets.cluster.apiserver.reading import Reader
from svcdns.targets.cluster.apiserver.refusal import Cause, LostError, MalformedResponseError, RefusedError
from svcdns.targets.cluster.apiserver.tls import tls_context
from svcdns.targets.cluster.apiserver.transport import (
    STREAMS,
    TEXT,
    WATCHES,
    ApiTransport,
    OverdueError,
    configuration,
    proxy,
)
from svcdns.targets.cluster.marks import CHANGING_MANAGER, FIELD_MANAGER

Item = dict[str, Any]
Items = list[Item]
_Result = TypeVar("_Result")

#: The longest silence. An API server responds in milliseconds; a busy one may take long over admission. The time of a
#: whole response is one of the `limits`.
_GREETING = httpx2.Timeout(5, connect=3)
_REQUEST = httpx2.Timeout(30, connect=3)
_WATCH = httpx2.Timeout(None, connect=3, write=30, pool=30)

#: Objects per page.
_PAGE = 500

#: The codes of a server that is too busy, or of a gateway that does not reach it.
_BUSY = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
#: Those of them after which the server has certainly changed nothing.
_UNCHANGED = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
#: The pauses before a request is repeated, each up to half as long again; the last one again and again.
_PAUSES_SECONDS = (0.5, 1.0, 2.0)

#: How long discovery insists: a group whose own server is broken is refused like this for good.
_DISCOVER, _DISCOVERY_SECONDS = "discover", 5.0

#: A response that takes longer is as good as a loss for whoever has to know that nothing was missed.
_SLOW_SECONDS = 5.0

#: An admission plugin says so before it has loaded its objects (k8s.io/apiserver: pkg/admission/initializer).
_NOT_YET_READY = "not yet ready to handle request"

#: The errors of lightkube for a certificate that cannot be used, or a response that it cannot read.
_UNUSABLE = (ConfigError, OSError, ValueError, KeyError, TypeError)

#: How often a pause checks whether the run was interrupted.
_CHECK_SECONDS = 0.2

#: The years of a clock that is believed: one that was never set shows 1970, and an offset from a late year leaves no
#: date.
_YEARS = range(1970, 9_000)

_VERBS = ["patch", "post"]

#: Characters of a refusal's message that are kept.
_MESSAGE_LENGTH = 4_000

#: Octets of a container's log that are read.
_LOG_OCTETS = 2**22

_ACCESS_REVIEW = Resource(
    "authorization.k8s.io", "v1", "SelfSubjectAccessReview", "selfsubjectaccessreviews", namespaced=False
)
_POD = Resource("", "v1", "Pod", "pods", namespaced=True)

#: The object that a change of the subresource ``scale`` returns, whatever the kind.
_SCALE = Resource("autoscaling", "v1", "Scale", "scales", namespaced=True)


class Client:
    """Requests to one API server.

    Attributes:
        clock_offset: how far the server's clock is ahead of ours.
        outages: when the server could not be reached.
    """

    def __init__(self, context: KubeconfigContext) -> None:
        """Prepare to connect.

        Raises:
            UsageError: if the kubeconfig's certificates or credentials cannot be used.
        """
        self._context = context
        self._hurried = False
        self._limits = limits.LIMITS
        self._reader = Reader(context.server, self._limits)
        self.clock_offset = timedelta()
        _check_server(context)
        check_files(context)
        unusable = f'the context "{context.name}" cannot be used'
        try:
            self._transport = ApiTransport(
                tls_context(context), self._limits, proxy=proxy(context), server_name=context.server_name
            )
            authorized = Authorized(self._transport, context)
        except CredentialError as error:
            raise UsageError(f"{unusable}: {error}") from error
        except (*_UNUSABLE, msgspec.ValidationError) as error:
            raise UsageError(f"{unusable}: {error}; fix its kubeconfig") from error
        except httpx2.InvalidURL:
            # The error may quote a password.
            raise UsageError(f"{unusable}: its proxy is not a URL; fix proxy-url or HTTPS_PROXY") from None
        except ImportError as error:
            raise UsageError(
                f"{unusable}: SOCKS proxies are not supported; name an HTTP proxy with proxy-url or HTTPS_PROXY"
            ) from error
        self._objects = LightkubeClient(
            configuration(context),
            timeout=_REQUEST,
            field_manager=FIELD_MANAGER,
            transport=authorized,
            trust_env=False,
        )
        self._raw = httpx2.Client(transport=authorized, base_url=context.server, timeout=_REQUEST, trust_env=False)
        self.outages = Outages(self._readiness, self._pause)
        #: What the credentials were allowed so far: methods with the resources.
        self._allowed: set[str] = set()

    def greet(self, *, patient: bool = False) -> str:
        """Return the version of Kubernetes, or empty where we may not read it.

        Args:
            patient: whether to wait for a server that cannot be reached now, since it could be before.

        Raises:
            UsageError: if the API server cannot be reached, or rejects the credentials.
        """
        if patient and ((code := self._readiness()) == 0 or code >= HTTPStatus.INTERNAL_SERVER_ERROR):
            self.outages.note()
            self.outages.wait(time.monotonic() + LONGEST_SECONDS)
        server, context = self._context.server, self._context.name
        try:
            response = self._raw.get("/version", timeout=_GREETING)
        except CredentialError as error:
            raise UsageError(f'no credentials for the context "{context}": {error}') from error
        except LimitError as error:
            raise UsageError(f'the API server {server} of the context "{context}" {error}') from error
        except httpx2.HTTPError as error:
            raise UsageError(
                f'the API server {server} of the context "{context}" cannot be reached: {_message(error)}; '
                "start the cluster, or choose another context"
            ) from error
        return self._version(response)

    def _version(self, response: httpx2.Response) -> str:
        server, context = self._context.server, self._context.name
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            raise UsageError(
                f'the API server {server} does not accept the credentials of the context "{context}" (401 Unauthorized); '
                "log in again, or choose another context"
            )
        if response.is_server_error or response.status_code in _BUSY:
            raise UsageError(
                f'the API server {server} of the context "{context}" is not ready (HTTP status {response.status_code}); '
                "try again once the cluster has started"
            )
        self.clock_offset = _offset(response.headers.get("date", ""))
        if response.status_code == HTTPStatus.FORBIDDEN:
            return ""
        try:
            return self._reader.plain(response.content, shapes.VersionShape, "a version").git_version
        except MalformedResponseError as error:
            raise UsageError(f'the server {server} of the context "{context}" is not an API server: {error}') from error

    def read(self, path: str) -> Item:
        """Return what an API server serves: its groups at ``/apis``, else the resources of a group version."""
        server = f'the API server {self._context.server} of the context "{self._context.name}"'

        def read() -> Item:
            response = self._raw.get(path)
            if not response.is_success:
                code = response.status_code
                advice = "; grant its user the ClusterRole system:discovery" if code == HTTPStatus.FORBIDDEN else ""
                raise RefusedError(f"{server} answers {path} with HTTP status {code}{advice}", code=code)
            shape: Any = shapes.GroupsShape if path == "/apis" else shapes.ResourceListShape
            return cast(
                "Item",
                msgspec.to_builtins(self._reader.plain(response.content, shape, f"a list of resources at {path}")),
            )

        return self._ask(read, _DISCOVER)

    def get(self, resource: Resource, name: str, namespace: str) -> Item | None:
        """Return an object, or None where there is none."""
        self._expect_wanted(resource)
        try:
            octets = self._ask(lambda: self._got(paths.of_object(resource, name, namespace)), f"get {resource.plural}")
        except RefusedError as error:
            if error.code == HTTPStatus.NOT_FOUND:
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
        """Return the objects with the labels, in a namespace or in all, and the resource version of the list.

        Objects have the fields that `shapes` names, which are few. With ``watches``, the list is the start of a watch,
        and `end_watches` ends it.
        """
        selector = ",".join(name if value is None else f"{name}={value}" for name, value in labels.items())
        query = {"limit": str(_PAGE)} | ({"labelSelector": selector} if selector else {})
        pages = PagedList(self._reader, self._limits, resource, namespace, labels)
        path = paths.of_kind(resource, namespace)
        while not pages.complete:
            more = {"continue": pages.next_page} if pages.next_page else {}
            octets = self._ask(partial(self._got, path, query | more, watches=watches), f"list {resource.plural}")
            self._once(partial(pages.add, octets))
        return pages.items, pages.version

    def create(self, resource: Resource, item: Mapping[str, Any], *, dry_run: bool) -> Item:
        """Create an object.

        Raises:
            RefusedError: with code 409 where one of its name exists; ``repeated`` where this request may have made it.
        """
        self._expect_wanted(resource)
        metadata = item["metadata"]
        name, namespace = metadata.get("name") or "", metadata.get("namespace") or ""
        if name:
            paths.checked_name(resource, name)
        path = paths.of_kind(resource, namespace)
        octets = self._ask(lambda: self._written("POST", path, item, dry_run=dry_run), f"create {resource.plural}")
        return self._once(lambda: self._reader.item(octets, resource, name, namespace))

    def apply(self, resource: Resource, item: Mapping[str, Any], *, dry_run: bool) -> Item:
        """Apply an object by server-side apply, and take over fields that others have set."""
        self._expect_wanted(resource)
        namespace = item["metadata"].get("namespace") or ""
        name, within = paths.checked_name(resource, item["metadata"]["name"]), _namespace_argument(resource, namespace)
        applied = self._ask(
            lambda: self._objects.patch(
                _model(resource),
                paths.quoted(name),
                dict(item),
                patch_type=PatchType.APPLY,
                force=True,
                dry_run=dry_run,
                **within,
            ),
            f"patch {resource.plural}",
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
        """Change an object or its subresource by a list of JSON patch operations, a merge patch or a strategic merge patch."""
        self._expect_wanted(resource)
        kind = PatchType.JSON if isinstance(change, list) else PatchType.STRATEGIC if strategic else PatchType.MERGE
        legal, within = paths.checked_name(resource, name), _namespace_argument(resource, namespace)
        body: Any = change if isinstance(change, list) else dict(change)
        changed = self._ask(
            lambda: self._objects.patch(
                _model(resource, subresource),
                paths.quoted(legal),
                body,
                patch_type=kind,
                field_manager=CHANGING_MANAGER,
                **within,
            ),
            f"patch {resource.plural}/{subresource}",
        )
        return self._reader.checked(changed, _SCALE if subresource == "scale" else resource, name, namespace)

    def delete(
        self, resource: Resource, name: str, namespace: str, uid: str, grace_seconds: int | None, *, foreground: bool
    ) -> bool:
        """Start deleting the object of a uid; return False where no object has its name.

        Raises:
            RefusedError: with code 409 also where another object has its name by now.
        """
        path = paths.of_object(resource, name, namespace)
        options: Item = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": {"uid": uid}}
        options |= {"gracePeriodSeconds": grace_seconds} if grace_seconds is not None else {}
        options |= {"propagationPolicy": CascadeType.FOREGROUND.value} if foreground else {}
        try:
            self._ask(lambda: self._written("DELETE", path, options), f"delete {resource.plural}")
        except RefusedError as error:
            # Deleted by the request whose response was lost.
            if error.repeated and error.code in (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT):
                return True
            if error.code == HTTPStatus.NOT_FOUND:
                return False
            raise
        return True

    def _written(self, method: str, path: str, body: Mapping[str, Any], *, dry_run: bool = False) -> bytes:
        """Return the response to a body that is sent; the server refuses fields that it does not know.

        Raises:
            RefusedError: if the API server refuses the request.
        """
        params = {"dryRun": "All"} if dry_run else {}
        if method == "POST":
            params |= {"fieldManager": FIELD_MANAGER, "fieldValidation": "Strict"}
        response = self._raw.request(method, path, params=params, json=dict(body))
        if not response.is_success:
            raise self._refused(response.content, response.status_code, path)
        return response.content

    def watch(
        self, resource: Resource, namespace: str | None, since: str, is_wanted: Callable[[], bool] = lambda: True
    ) -> Iterator[tuple[str, Item]]:
        """Yield the changes since a resource version, until the server, `restart_watches` or `end_watches` ends the watch.

        Objects have the same fields as in a list. After the response has begun, ``is_wanted`` is called; where it
        returns False, the watch ends.
        """
        query = {"watch": "true", "resourceVersion": since}
        with ExitStack() as life:
            try:
                response = self._once(lambda: self._streamed(paths.of_kind(resource, namespace), query, life))
                changes = self._changes(resource, namespace, response)
                while is_wanted() and (change := self._once(lambda: next(changes, None))) is not None:
                    yield change
            except LostError:
                self.outages.note()
                raise

    def _changes(
        self, resource: Resource, namespace: str | None, response: httpx2.Response
    ) -> Iterator[tuple[str, Item]]:
        octets = 0
        for line in limits.lines(response.iter_raw(), self._limits.line_octets):
            octets += len(line)
            if octets > self._limits.watch_octets:
                raise LimitError(
                    f"sent more than {limits.size(self._limits.watch_octets)} in one watch on {resource.kind}s; they are listed again"
                )
            if not line.strip():
                continue
            change, item = self._reader.change(line, resource, namespace)
            if isinstance(item, bytes):
                if change == "ERROR":
                    raise self._refused(item, 0, response.url.path)
                continue
            yield change, item

    def may(self, verb: str, resource: Resource, namespace: str, subresource: str) -> bool:
        """Return whether the API server allows a verb; True also where it does not say."""
        attributes = {
            "verb": verb,
            "group": resource.group,
            "resource": resource.plural,
            "subresource": subresource,
            "namespace": namespace,
        }
        review = _model(_ACCESS_REVIEW)(
            apiVersion=_ACCESS_REVIEW.api_version, kind=_ACCESS_REVIEW.kind, spec={"resourceAttributes": attributes}
        )
        try:
            reviewed = self._ask(lambda: self._objects.create(review), "review")
        except RefusedError:
            return True
        octets = msgspec.json.encode(reviewed)
        return self._reader.plain(octets, shapes.AccessReviewShape, "a review of access").status.allowed

    def logs(self, pod: str, namespace: str, container: str, lines: int) -> str:
        """Return the last lines that a container wrote."""
        query = {"tailLines": str(lines), "limitBytes": str(_LOG_OCTETS)} | (
            {"container": container} if container else {}
        )
        path = f"{paths.of_object(_POD, pod, namespace)}/log"
        return self._ask(lambda: self._got(path, query, text=True), "get pods/log").decode(errors="replace")

    def hurry(self) -> None:
        """Allow each request only a moment from now on: the run was interrupted. A signal handler may call this."""
        self._hurried = True
        self._transport.hurry()

    def restart_watches(self) -> None:
        """End the watches that are under way; others may begin."""
        self._transport.restart_watches()

    def end_watches(self) -> None:
        """End all watches, and let no further one begin."""
        self._transport.end_watches()

    def close(self) -> None:
        """Close all connections; end all watches, and all waits for a busy server."""
        self._hurried = True
        self._objects.close()
        self._raw.close()

    def _got(
        self, path: str, query: Mapping[str, str] | None = None, *, watches: bool = False, text: bool = False
    ) -> bytes:
        """Return the response to a GET: JSON, or with ``text`` anything.

        Raises:
            RefusedError: if the API server refuses the request.
        """
        extensions = {WATCHES: True} if watches else {TEXT: True} if text else {}
        response = self._raw.get(path, params=dict(query or {}), extensions=extensions)
        if not response.is_success:
            raise self._refused(response.content, response.status_code, path)
        return response.content

    def _streamed(self, path: str, query: Mapping[str, str], life: ExitStack) -> httpx2.Response:
        """Return the response to a GET whose body is read as it comes; ``life`` closes it.

        Raises:
            RefusedError: if the API server refuses the request.
        """
        extensions = {WATCHES: True, STREAMS: True}
        response = life.enter_context(
            self._raw.stream("GET", path, params=dict(query), extensions=extensions, timeout=_WATCH)
        )
        if not response.is_success:
            raise self._refused(response.read(), response.status_code, path)
        return response

    def _ask(self, request: Callable[[], _Result], about: str) -> _Result:
        """Send a request, and send it again after the server was lost, while it starts and where it is too busy.

        A request that changes something may reach the server twice, so each is such that the second one changes nothing.

        Args:
            request: the request.
            about: what the credentials have to allow for it.

        Raises:
            LostError: if the server is not there again within `LONGEST_SECONDS`.
            RefusedError: if the server refuses the request.
        """
        end = math.inf
        pauses = itertools.chain(_PAUSES_SECONDS, itertools.repeat(_PAUSES_SECONDS[-1]))
        may_be_done = False
        while True:
            begun = time.monotonic()
            try:
                result = self._once(request)
            except LostError as error:
                may_be_done |= error.sent
                self.outages.note()
                end = min(end, time.monotonic() + LONGEST_SECONDS)
                if time.monotonic() >= end or not self.outages.wait(end) or self._hurried:
                    raise
            except RefusedError as error:
                error.repeated = may_be_done
                may_be_done |= error.code >= HTTPStatus.INTERNAL_SERVER_ERROR and error.code not in _UNCHANGED
                end = min(end, time.monotonic() + self._patience(error, about))
                pause = next(pauses) * random.uniform(1, 1.5)  # noqa: S311 - no secret
                if time.monotonic() + pause >= end or not self._pause(pause):
                    self._allowed.discard(about)
                    raise
            else:
                self._allowed.add(about)
                if time.monotonic() - begun >= _SLOW_SECONDS:
                    self.outages.count += 1
                return result

    def _patience(self, error: RefusedError, about: str) -> float:
        """Return for how many seconds a refused request is sent again."""
        if error.code in _BUSY:
            return LONGEST_SECONDS if about != _DISCOVER or self.outages.is_recent() else _DISCOVERY_SECONDS
        if _NOT_YET_READY in str(error):
            return STARTING_SECONDS
        if self.outages.is_recent() and error.code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return STARTING_SECONDS
        # A server that starts has not loaded the roles yet. An admission policy refuses with the same code, for good.
        lacks_right = error.code == HTTPStatus.UNAUTHORIZED or (
            error.code == HTTPStatus.FORBIDDEN and error.lacks_right
        )
        return STARTING_SECONDS if lacks_right and about in self._allowed else 0.0

    def _readiness(self) -> int:
        """Return the HTTP status code of the server's readiness, or 0 where it cannot be reached."""
        try:
            return self._raw.get("/readyz", timeout=_GREETING, extensions={TEXT: True}).status_code
        except (LimitError, CredentialError):
            # The request that follows says so.
            return HTTPStatus.OK
        except (httpx2.HTTPError, RuntimeError, *_UNUSABLE):
            return 0

    def _expect_wanted(self, resource: Resource) -> None:
        """Refuse a request that nobody needs any more: after an interrupt, only the main thread still works, to clean up.

        Raises:
            UndeterminedError: in any other thread then; the thread that renews the Lease is excepted until all is
                removed.
        """
        if self._hurried and resource.kind != "Lease" and current_thread() is not main_thread():
            raise UndeterminedError(f"the run was interrupted and needs no {resource.kind} any more")

    def _pause(self, seconds: float) -> bool:
        """Pause before a request is repeated; return False where the run was interrupted."""
        end = time.monotonic() + seconds
        while not self._hurried and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _CHECK_SECONDS))
        return not self._hurried

    def _once(self, request: Callable[[], _Result]) -> _Result:
        """Send a request once; raise what goes wrong as an error of ours."""
        server = self._context.server
        try:
            return request()
        except httpx2.HTTPStatusError as error:
            response = error.response
            # httpx2's message repeats the server's, with any credentials in it.
            raise self._refused(response.content, response.status_code, response.url.path) from None
        except LimitError as error:
            raise UndeterminedError(f"the API server {server} {error}") from error
        except httpx2.HTTPError as error:
            message = f"the API server {server} cannot be reached any more: {_message(error)}"
            if _is_lost(error):
                unsent = isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout)
                raise LostError(message, sent=not unsent) from error
            raise UndeterminedError(message) from error
        except (msgspec.MsgspecError, RecursionError) as error:
            raise MalformedResponseError(
                f"the API server {server} sent a response that cannot be read: {error}"
            ) from error
        except RuntimeError as error:
            # httpx2 raises it once the client was closed, which ends the run.
            raise UndeterminedError(f"the connection to the API server {server} was closed: {error}") from error
        except CredentialError as error:
            context = self._context.name
            raise UndeterminedError(f'the credentials of the context "{context}" are lost: {error}') from error
        except _UNUSABLE as error:
            raise UndeterminedError(
                f"the API server {server} sent a response that cannot be read: {error!r}"
            ) from error

    def _refused(self, octets: bytes, code: int, path: str) -> RefusedError:
        """Return a refusal in the API server's words, or with the HTTP status alone; ``code`` 0 stands for the one that it names."""
        try:
            status = self._reader.plain(octets, shapes.StatusShape, "a refusal")
        except (MalformedResponseError, LimitError):
            return RefusedError(f"HTTP status {code or 'unknown'} for {path}", code=code)
        code = code or status.code or 0
        causes = (status.details.causes if status.details else None) or ()
        # These are RBAC's words; admission refuses with the same code.
        lacks_right = code == HTTPStatus.FORBIDDEN and " cannot " in (status.message or "")
        advice = "; grant that verb with a Role or ClusterRole" if lacks_right else ""
        return RefusedError(
            f"{(status.message or f'HTTP status {code} for {path}')[:_MESSAGE_LENGTH]}{advice}",
            code=code,
            reason=(status.reason or "")[:_MESSAGE_LENGTH],
            lacks_right=lacks_right,
            causes=tuple(
                Cause((cause.field or "")[:_MESSAGE_LENGTH], (cause.message or "")[:_MESSAGE_LENGTH])
                for cause in causes
            ),
        )


def _check_server(context: KubeconfigContext) -> None:
    """Check the API server's URL.

    Raises:
        UsageError: if it is not a URL of http or https.
    """
    if set("/?#") & set(context.userinfo):
        # It is unclear where the host begins, and so to whom the credentials would be sent.
        raise UsageError(
            f'the context "{context.name}" names a server whose URL has an @ after the host; '
            "percent-encode the user information, path and query of the URL in its kubeconfig"
        )
    named = f'the context "{context.name}" names the server {context.server}, which is not a URL'
    try:
        scheme = httpx2.URL(context.server).scheme
    except httpx2.InvalidURL as error:
        raise UsageError(f"{named}: {error}; fix its kubeconfig") from error
    if scheme not in ("http", "https"):
        raise UsageError(f"{named} of http or https; fix its kubeconfig")


def _offset(date: str) -> timedelta:
    """Return how far a clock is ahead of ours, by a ``Date`` header; zero without a plausible date."""
    with suppress(ValueError, TypeError, OverflowError):
        theirs = parsedate_to_datetime(date)
        if theirs.year in _YEARS:
            return (theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)) - datetime.now(UTC)
    return timedelta()


@cache
def _model(resource: Resource, subresource: str = "") -> type[Any]:
    """Return a resource as lightkube's class of objects that are dicts."""
    base = NamespacedResourceG if resource.namespaced else GlobalResource
    defined = ResourceDef(resource.group, resource.version, resource.kind)
    info = ApiInfo(defined, resource.plural, _VERBS, action=subresource or None)
    return type(resource.kind, (base, Generic), {"_api_info": info})


def _namespace_argument(resource: Resource, namespace: str) -> dict[str, Any]:
    """Return lightkube's argument for the namespace of an object.

    Raises:
        TargetError: if no Namespace can have that name.
    """
    return {"namespace": paths.checked_namespace(namespace)} if resource.namespaced else {}


def _is_lost(error: httpx2.HTTPError) -> bool:
    """Return whether the server may come back: we did not give up ourselves, and its certificate is not what fails."""
    if not isinstance(error, httpx2.TransportError) or isinstance(error, OverdueError):
        return False
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return False
        cause = cause.__cause__ or cause.__context__
    return not isinstance(error, httpx2.UnsupportedProtocol)


def _message(error: httpx2.HTTPError) -> str:
    """Return the message of an error; a timeout has only its name."""
    return str(error) or type(error).__name__
