"""An API server over HTTP for tests. It holds objects, and responds as a real one does unless a test gives another response.

It has no controllers but the one that gives each Namespace its ServiceAccount, no admission and no authorization. `ApiServer` is the HTTP part, `Objects` the responses.
"""

from __future__ import annotations

import json
import socket
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from ssl import SSLContext
from threading import Condition, Event, RLock, Thread
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import yaml

Item = dict[str, Any]
Key = tuple[str, str, str]

#: Kind → group version, plural, whether it is namespaced.
KINDS = {
    "ConfigMap": ("v1", "configmaps", True),
    "Endpoints": ("v1", "endpoints", True),
    "Event": ("v1", "events", True),
    "Namespace": ("v1", "namespaces", False),
    "Node": ("v1", "nodes", False),
    "Pod": ("v1", "pods", True),
    "Service": ("v1", "services", True),
    "ServiceAccount": ("v1", "serviceaccounts", True),
    "DaemonSet": ("apps/v1", "daemonsets", True),
    "Deployment": ("apps/v1", "deployments", True),
    "ReplicaSet": ("apps/v1", "replicasets", True),
    "StatefulSet": ("apps/v1", "statefulsets", True),
    "SelfSubjectAccessReview": ("authorization.k8s.io/v1", "selfsubjectaccessreviews", False),
    "Job": ("batch/v1", "jobs", True),
    "Lease": ("coordination.k8s.io/v1", "leases", True),
    "EndpointSlice": ("discovery.k8s.io/v1", "endpointslices", True),
    "ClusterRole": ("rbac.authorization.k8s.io/v1", "clusterroles", False),
}
_KIND_OF = {(version, plural): kind for kind, (version, plural, _) in KINDS.items()}

#: What the API server adds to an object that lacks it.
_DEFAULTS: dict[str, Item] = {
    "Service": {
        "spec": {
            "type": "ClusterIP",
            "clusterIP": "10.96.9.9",
            "clusterIPs": ["10.96.9.9"],
            "ipFamilies": ["IPv4"],
            "ports": [{"port": 80}],
        }
    },
    "Pod": {"spec": {"containers": [{"name": "a", "image": "a"}]}, "status": {"phase": "Running"}},
    "Deployment": {"spec": {}},
    "ReplicaSet": {"spec": {}},
}


@dataclass(frozen=True)
class Request:
    """A request as the server got it."""

    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    authorization: str = ""
    content_type: str = ""

    @property
    def watches(self) -> bool:
        return self.query.get("watch") == "true"


@dataclass(frozen=True)
class Reply:
    """A response; a body in pieces ends with the connection."""

    body: bytes | Iterable[bytes] = b""
    code: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Responder = Callable[[Request], Reply]
#: A response in place of the right one, or None.
Wrong = Callable[[Request], Reply | None]


def as_json(value: Any, code: int = 200) -> Reply:
    return Reply(json.dumps(value).encode(), code)


def status(code: int, reason: str = "", message: str = "no", causes: Iterable[str] = ()) -> Item:
    """A ``Status`` that refuses."""
    details = {"causes": [{"field": cause, "message": cause, "reason": cause} for cause in causes]}
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "code": code,
        "reason": reason,
        "message": message,
        "details": details,
    }


class RefusalError(Exception):
    """A response other than success."""

    def __init__(self, code: int, reason: str, message: str, causes: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.status = status(code, reason, message, causes)


class Write(NamedTuple):
    """A request that was not a read."""

    method: str
    kind: str
    namespace: str
    name: str
    dry_run: bool


class Objects:
    """The objects of a cluster by kind, namespace and name, and the right response to every request about them.

    Attributes:
        version: the response to ``/version``.
        logs: what every container has written.
        writes: every request that was not a read.
        before: called before each request with its method, kind, namespace and name; may raise `RefusalError`, or
            change objects.
        after: called after each change that a request made with the object, to do what a controller would.
    """

    def __init__(self, *, resource_version: int = 100) -> None:
        self.version: Item = {"gitVersion": "v1.34.0", "major": "1", "minor": "34"}
        self.logs = b""
        self.writes: list[Write] = []
        self.before: Callable[[str, str, str, str], None] = lambda *_: None
        self.after: Callable[[Item], None] = lambda _: None
        self.lock = RLock()
        self._objects: dict[Key, Item] = {}
        self._resource_version = resource_version
        self._changes: list[tuple[int, str, Item]] = []
        self._changed = Condition(self.lock)
        self._over = False

    def put(self, kind: str, name: str, namespace: str = "", **fields: Any) -> Item:
        """Create or replace an object, as another user."""
        place = {"namespace": namespace} if namespace else {}
        metadata = {"name": name, **place, **fields.pop("metadata", {})}
        item = {"apiVersion": KINDS[kind][0], "kind": kind, **_with_defaults(kind, fields), "metadata": metadata}
        return self._store((kind, namespace, name), item)

    def get(self, kind: str, name: str, namespace: str = "") -> Item | None:
        with self.lock:
            return self._objects.get((kind, namespace, name))

    def drop(self, kind: str, name: str, namespace: str = "") -> Item:
        """Delete an object, as another user; a Namespace with everything in it."""
        with self.lock:
            item = self._objects.pop((kind, namespace, name))
            self._changes.append((self._next_version(), "DELETED", _versioned(item, self._resource_version)))
            self._changed.notify_all()
            for other, within, inner in list(self._objects) if kind == "Namespace" else ():
                if within == name:
                    self.drop(other, inner, within)
        return item

    def names(self, kind: str) -> set[str]:
        with self.lock:
            return {name for of, _, name in self._objects if of == kind}

    def end(self) -> None:
        """End all watches."""
        with self.lock:
            self._over = True
            self._changed.notify_all()

    def __call__(self, request: Request) -> Reply:
        try:
            return self._respond(request)
        except RefusalError as refusal:
            return as_json(refusal.status, refusal.status["code"])

    def _respond(self, request: Request) -> Reply:
        if request.path == "/version":
            return as_json(self.version)
        if request.path in _DISCOVERY:
            return as_json(_DISCOVERY[request.path])
        kind, namespace, name = _parsed(request.path)
        if request.path.endswith("/log"):
            return Reply(self.logs, headers={"Content-Type": "text/plain"})
        if request.watches:
            return Reply(self._watch(kind, int(request.query.get("resourceVersion", "0"))))
        body = json.loads(request.body) if request.body else {}
        if kind == "SelfSubjectAccessReview":
            return as_json({**body, "status": {"allowed": True}}, 201)
        if request.method == "POST":
            name = body["metadata"].get("name") or f"{body['metadata']['generateName']}x"
        self.before(request.method, kind, namespace, name)
        with self.lock:
            if request.method == "GET" and not name:
                return as_json(self._list(kind, namespace, request.query))
            return self._about((kind, namespace, name), request, body)

    def _about(self, key: Key, request: Request, body: Any) -> Reply:
        """The response to a request about one object."""
        kind, namespace, name = key
        dry = "dryRun" in request.query
        if request.method != "GET":
            self.writes.append(Write(request.method, kind, namespace, name, dry))
        current = self._objects.get(key)
        if request.method == "POST" or (current is None and request.content_type.endswith("apply-patch+yaml")):
            return as_json(self._create(key, current, body, dry=dry), 201)
        if current is None:
            raise RefusalError(404, "NotFound", f'{KINDS[kind][1]} "{name}" not found')
        if request.method == "DELETE":
            self._delete(key, current, body)
            return as_json({"kind": "Status", "apiVersion": "v1", "status": "Success"})
        return as_json(self._change(key, current, body, dry=dry) if request.method == "PATCH" else current)

    def _create(self, key: Key, current: Item | None, body: Item, *, dry: bool) -> Item:
        kind, namespace, name = key
        if current:
            raise RefusalError(409, "AlreadyExists", f'{KINDS[kind][1]} "{name}" already exists')
        if body["metadata"].get("uid"):
            raise RefusalError(409, "Conflict", "uid mismatch: no existing object was found")
        place = {"namespace": namespace} if namespace else {}
        metadata = {**body["metadata"], **place, "name": name, "uid": str(uuid.uuid4())}
        item = {**_with_defaults(kind, body), "apiVersion": KINDS[kind][0], "kind": kind, "metadata": metadata}
        if dry:
            return item
        if kind == "Namespace":
            self.put("ServiceAccount", "default", name)
        return self._stored(key, item)

    def _change(self, key: Key, current: Item, body: Any, *, dry: bool) -> Item:
        if isinstance(body, list):
            return current
        for name in ("uid", "resourceVersion"):
            wanted = body.get("metadata", {}).get(name)
            if wanted and wanted != current["metadata"][name]:
                raise RefusalError(409, "Conflict", f"the {name} differs")
        changed = _merged(current, body)
        return changed if dry else self._stored(key, changed)

    def _delete(self, key: Key, current: Item, body: Item) -> None:
        wanted = body.get("preconditions", {}).get("uid")
        if wanted and wanted != current["metadata"]["uid"]:
            raise RefusalError(409, "Conflict", "Precondition failed: UID in precondition")
        if current["metadata"].get("finalizers"):
            self._store(key, _merged(current, {"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}}))
        else:
            kind, namespace, name = key
            self.drop(kind, name, namespace)

    def _stored(self, key: Key, item: Item) -> Item:
        stored = self._store(key, item)
        self.after(stored)
        return stored

    def _store(self, key: Key, item: Item) -> Item:
        with self.lock:
            known = self._objects.get(key, {"metadata": {"uid": str(uuid.uuid4())}})
            metadata = {"uid": known["metadata"]["uid"], **item["metadata"]}
            item = _versioned({**item, "metadata": metadata}, self._next_version())
            self._changes.append((self._resource_version, "MODIFIED" if key in self._objects else "ADDED", item))
            self._objects[key] = item
            self._changed.notify_all()
            return item

    def _next_version(self) -> int:
        self._resource_version += 1
        return self._resource_version

    def _list(self, kind: str, namespace: str, query: dict[str, str]) -> Item:
        wanted = [part.partition("=") for part in query.get("labelSelector", "").split(",") if part]
        items = [
            # A real list names the kind of its items only once.
            {field: value for field, value in item.items() if field not in ("apiVersion", "kind")}
            for (of, within, _), item in self._objects.items()
            if of == kind and namespace in ("", within) and _has_labels(item, wanted)
        ]
        metadata = {"resourceVersion": str(self._resource_version)}
        return {"kind": f"{kind}List", "apiVersion": KINDS[kind][0], "metadata": metadata, "items": items}

    def _watch(self, kind: str, since: int) -> Iterator[bytes]:
        """The changes of a kind after a version, until the server ends."""
        yield b""
        seen = 0
        while not self._over:
            with self.lock:
                while not self._over and len(self._changes) == seen:
                    self._changed.wait()
                new, seen = self._changes[seen:], len(self._changes)
            for version, change, item in new:
                if version > since and item["kind"] == kind:
                    yield json.dumps({"type": change, "object": item}).encode() + b"\n"


def _parsed(path: str) -> Key:
    """Kind, namespace and name in a path; a subresource counts as its object."""
    group, *parts = path.strip("/").split("/")
    version, parts = ("/".join(parts[:2]), parts[2:]) if group == "apis" else ("".join(parts[:1]), parts[1:])
    namespace = ""
    if parts[:1] == ["namespaces"] and len(parts) > 2:
        namespace, parts = parts[1], parts[2:]
    plural, name = [*parts, "", ""][:2]
    if (version, plural) not in _KIND_OF:
        raise RefusalError(404, "NotFound", "the server could not find the requested resource")
    return _KIND_OF[version, plural], namespace, name


def _discovery() -> dict[str, Item]:
    """The responses of API discovery by path, complete enough for kubectl."""
    versions = {version for version, _, _ in KINDS.values()}
    groups = [
        {
            "name": version.partition("/")[0],
            "versions": [{"groupVersion": version, "version": "v1"}],
            "preferredVersion": {"groupVersion": version, "version": "v1"},
        }
        for version in sorted(versions)
        if "/" in version
    ]
    lists = {
        f"/apis/{version}" if "/" in version else f"/api/{version}": {
            "kind": "APIResourceList",
            "apiVersion": "v1",
            "groupVersion": version,
            "resources": [
                {
                    "name": plural,
                    "singularName": kind.lower(),
                    "kind": kind,
                    "namespaced": namespaced,
                    "verbs": ["get", "list", "create", "patch", "delete", "watch"],
                }
                for kind, (of, plural, namespaced) in KINDS.items()
                if of == version
            ],
        }
        for version in versions
    }
    return {
        "/api": {"kind": "APIVersions", "versions": ["v1"]},
        "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups},
        **lists,
    }


_DISCOVERY = _discovery()


def is_discovery(request: Request) -> bool:
    return request.path == "/version" or request.path in _DISCOVERY


def _with_defaults(kind: str, item: Item) -> Item:
    defaults = _DEFAULTS.get(kind, {})
    return {**item, **{name: {**value, **(item.get(name) or {})} for name, value in defaults.items()}}


def _versioned(item: Item, version: int) -> Item:
    return {**item, "metadata": {**item["metadata"], "resourceVersion": str(version)}}


def _merged(current: Any, change: Any) -> Any:
    if not isinstance(current, dict) or not isinstance(change, dict):
        return change
    merged = {**current, **{key: _merged(current.get(key), value) for key, value in change.items()}}
    return {key: value for key, value in merged.items() if value is not None}


def _has_labels(item: Item, wanted: list[tuple[str, str, str]]) -> bool:
    labels = item["metadata"].get("labels") or {}
    return all(labels.get(name) == value if equals else name in labels for name, equals, value in wanted)


class ApiServer(ThreadingHTTPServer):
    """The HTTP part.

    Attributes:
        right: the right response to a request.
        wrong: the response in its place, or None.
        requests: what was requested, in order.
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, right: Responder, wrong: Wrong, tls: SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.right = right
        self.wrong = wrong
        self.requests: list[Request] = []
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.server_port}"
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_side=True)

    def count(self, good: Callable[[Request], bool] = lambda _: True) -> int:
        return sum(map(good, list(self.requests)))

    def handle_error(self, *_: object) -> None:
        """Nothing: clients that have enough hang up."""


class _Handler(BaseHTTPRequestHandler):
    # Otherwise each response would wait for the client to acknowledge its headers.
    disable_nagle_algorithm = True
    protocol_version = "HTTP/1.1"
    server: ApiServer

    def _handle(self) -> None:
        url = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=url.path,
            query=dict(parse_qsl(url.query)),
            body=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
            authorization=self.headers.get("Authorization", ""),
            content_type=self.headers.get("Content-Type") or "",
        )
        self.server.requests.append(request)
        reply = self.server.wrong(request) or self.server.right(request)
        with suppress(OSError):
            self._send(reply)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_CONNECT = _handle  # noqa: N815 - http.server calls these names

    def _send(self, reply: Reply) -> None:
        self.send_response_only(reply.code)
        for name, value in ({"Content-Type": "application/json"} | reply.headers).items():
            self.send_header(name, value)
        if isinstance(reply.body, bytes):
            self.send_header("Content-Length", str(len(reply.body)))
        else:
            self.close_connection = True
            self.send_header("Connection", "close")
        self.end_headers()
        for piece in [reply.body] if isinstance(reply.body, bytes) else reply.body:
            self.wfile.write(piece)

    def log_message(self, *_: object) -> None: ...


@contextmanager
def serving(
    right: Responder | None = None, wrong: Wrong = lambda _: None, *, tls: SSLContext | None = None
) -> Iterator[ApiServer]:
    """A server that gives the right responses, by default those of no objects, except where ``wrong`` has another."""
    responder = Objects() if right is None else right
    with ApiServer(responder, wrong, tls) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            if isinstance(responder, Objects):
                responder.end()
            server.shutdown()
            thread.join()


@contextmanager
def talking(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """The URL of a server that calls ``talk`` with each connection, once a request has come."""
    over = Event()

    def work(connection: socket.socket) -> None:
        with suppress(OSError), connection:
            connection.recv(2**16)
            talk(connection)

    def accept() -> None:
        with suppress(OSError):
            while not over.is_set():
                Thread(target=work, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            over.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def kubeconfig(directory: Path, url: str, *, context: str = "a", user: Item | None = None, **cluster: Any) -> Path:
    """A kubeconfig with one context of a cluster at a URL, which may have more fields, and a user."""
    named = {
        "context": {"cluster": context, "user": context},
        "cluster": {"server": url, **cluster},
        "user": user or {},
    }
    path = directory / "config"
    content = {f"{kind}s": [{"name": context, kind: value}] for kind, value in named.items()}
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return path
