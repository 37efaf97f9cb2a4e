"""A small API server over HTTP that holds objects: enough of the Kubernetes API for what a run writes, and no controllers."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import RLock, Thread
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import yaml

from svcdns.targets.cluster.apiserver.api import Api

Item = dict[str, Any]

#: kind → group version, plural, whether in a namespace.
KINDS = {
    "Namespace": ("v1", "namespaces", False),
    "Node": ("v1", "nodes", False),
    "Service": ("v1", "services", True),
    "Pod": ("v1", "pods", True),
    "ConfigMap": ("v1", "configmaps", True),
    "Endpoints": ("v1", "endpoints", True),
    "ServiceAccount": ("v1", "serviceaccounts", True),
    "EndpointSlice": ("discovery.k8s.io/v1", "endpointslices", True),
    "Lease": ("coordination.k8s.io/v1", "leases", True),
    "Deployment": ("apps/v1", "deployments", True),
    "ReplicaSet": ("apps/v1", "replicasets", True),
    "ClusterRole": ("rbac.authorization.k8s.io/v1", "clusterroles", False),
}


#: What an object has that nothing is said of.
DEFAULTS: dict[str, Item] = {
    "Service": {"spec": {"ports": [{"port": 80}]}},
    "Pod": {"spec": {"containers": [{"name": "a", "image": "a"}]}, "status": {}},
    "Deployment": {"spec": {}},
    "ReplicaSet": {"spec": {}},
}


class Write(NamedTuple):
    """A request that was not a read."""

    method: str
    kind: str
    namespace: str
    name: str
    dry_run: bool


class RefusalError(Exception):
    """An answer other than success."""

    def __init__(self, code: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.code, self.reason = code, reason


class ApiServer:
    """The objects, by kind, namespace and name, and every write.

    Attributes:
        before: called before each request with its method, kind, namespace and name; may raise `RefusalError`, or change objects.
    """

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str, str], Item] = {}
        self.writes: list[Write] = []
        self.before: Callable[[str, str, str, str], None] = lambda *_: None
        self.url = ""
        self._version = 100
        self._lock = RLock()

    def put(self, kind: str, name: str, namespace: str = "", **more: Any) -> Item:
        """Have somebody else create an object."""
        more = DEFAULTS.get(kind, {}) | more
        metadata = {"name": name, **({"namespace": namespace} if namespace else {}), **more.pop("metadata", {})}
        item = {"apiVersion": KINDS[kind][0], "kind": kind, "metadata": metadata, **more}
        return self._store(kind, namespace, name, {**item, "metadata": {"uid": str(uuid.uuid4()), **metadata}})

    def get(self, kind: str, name: str, namespace: str = "") -> Item | None:
        return self.objects.get((kind, namespace, name))

    def drop(self, kind: str, name: str, namespace: str = "") -> None:
        """Have somebody else delete an object."""
        with self._lock:
            del self.objects[kind, namespace, name]

    def names(self, kind: str) -> set[str]:
        return {name for of, _, name in self.objects if of == kind}

    def answer(self, method: str, path: str, query: dict[str, str], body: Any, content_type: str) -> tuple[int, Item]:
        if path == "/version":
            return 200, {"gitVersion": "v1.34.0"}
        parts = path.strip("/").split("/")
        version, rest = ("/".join(parts[1:3]), parts[3:]) if parts[0] == "apis" else (parts[1], parts[2:])
        if not rest:
            return 200, {"resources": list(_resources(version))}
        namespaced = rest[0] == "namespaces" and len(rest) > 2
        namespace, rest = (rest[1], rest[2:]) if namespaced else ("", rest)
        kind = next((one for one, (of, plural, _) in KINDS.items() if (of, plural) == (version, rest[0])), "")
        if not kind:
            raise RefusalError(404, "NotFound", "the server could not find the requested resource")
        name = [*rest[1:], ""][0]
        if method == "POST":
            name = body["metadata"].get("name") or body["metadata"]["generateName"] + "x"
        self.before(method, kind, namespace, name)
        with self._lock:
            if method != "GET":
                self.writes.append(Write(method, kind, namespace, name, "dryRun" in query))
            return self._done(method, kind, namespace, name, query, body, content_type)

    def _done(
        self, method: str, kind: str, namespace: str, name: str, query: dict[str, str], body: Any, how: str
    ) -> tuple[int, Item]:
        if method == "GET" and not name:
            return 200, self._list(kind, namespace, query)
        key, dry = (kind, namespace, name), "dryRun" in query
        there = self.objects.get(key)
        if method == "POST" or (there is None and how.endswith("apply-patch+yaml")):
            return 201, self._created(key, there, body, dry=dry)
        if there is None:
            raise RefusalError(404, "NotFound", f'{KINDS[kind][1]} "{name}" not found')
        if method == "DELETE":
            self._deleted(key, there, body)
            return 200, {"kind": "Status", "status": "Success"}
        return 200, self._changed(key, there, body, dry=dry) if method == "PATCH" else there

    def _created(self, key: tuple[str, str, str], there: Item | None, body: Item, *, dry: bool) -> Item:
        if there:
            raise RefusalError(409, "AlreadyExists", f'{KINDS[key[0]][1]} "{key[2]}" already exists')
        if body["metadata"].get("uid"):
            raise RefusalError(409, "Conflict", "uid mismatch: no existing object was found")
        made = {**body, "metadata": {**body["metadata"], "name": key[2], "uid": str(uuid.uuid4())}}
        return made if dry else self._store(*key, made)

    def _changed(self, key: tuple[str, str, str], there: Item, body: Any, *, dry: bool) -> Item:
        if isinstance(body, list):
            return there
        for field in ("uid", "resourceVersion"):
            wanted = body.get("metadata", {}).get(field)
            if wanted and wanted != there["metadata"][field]:
                raise RefusalError(409, "Conflict", f"the {field} differs")
        changed = _merged(there, body)
        return changed if dry else self._store(*key, changed)

    def _deleted(self, key: tuple[str, str, str], there: Item, body: Item) -> None:
        wanted = body.get("preconditions", {}).get("uid")
        if wanted and wanted != there["metadata"]["uid"]:
            raise RefusalError(409, "Conflict", "Precondition failed: UID in precondition")
        if there["metadata"].get("finalizers"):
            self._store(*key, _merged(there, {"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}}))
        else:
            del self.objects[key]

    def _store(self, kind: str, namespace: str, name: str, item: Item) -> Item:
        with self._lock:
            self._version += 1
            item = {**item, "metadata": {**item["metadata"], "resourceVersion": str(self._version)}}
            self.objects[kind, namespace, name] = item
            return item

    def _list(self, kind: str, namespace: str, query: dict[str, str]) -> Item:
        label, _, value = query.get("labelSelector", "").partition("=")
        items = [
            item
            for (of, within, _), item in self.objects.items()
            if of == kind
            and namespace in ("", within)
            and (not label or label in (labels := item["metadata"].get("labels") or {}))
            and (not value or labels[label] == value)
        ]
        return {"metadata": {"resourceVersion": str(self._version)}, "items": items}


def _resources(version: str) -> Iterator[Item]:
    for kind, (of, plural, namespaced) in KINDS.items():
        if of == version:
            yield {"kind": kind, "name": plural, "namespaced": namespaced, "verbs": []}


def _merged(there: Any, change: Any) -> Any:
    if not isinstance(there, dict) or not isinstance(change, dict):
        return change
    merged = {**there, **{key: _merged(there.get(key), value) for key, value in change.items()}}
    return {key: value for key, value in merged.items() if value is not None}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_of: ApiServer

    def _handle(self) -> None:
        url = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else {}
        try:
            code, said = self.server_of.answer(
                self.command, url.path, query, body, self.headers.get("Content-Type") or ""
            )
        except RefusalError as refusal:
            status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": str(refusal)}
            code, said = refusal.code, {**status, "reason": refusal.reason, "code": refusal.code}
        octets = json.dumps(said).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    do_GET = do_POST = do_PATCH = do_DELETE = _handle  # noqa: N815 - the names that http.server calls

    def log_message(self, *_: object) -> None: ...


@contextmanager
def served() -> Iterator[ApiServer]:
    """An API server that listens on the loopback for as long as the context lasts."""
    found = ApiServer()
    listening = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"server_of": found}))
    listening.daemon_threads = True
    found.url = f"http://127.0.0.1:{listening.server_address[1]}"
    Thread(target=listening.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield found
    finally:
        listening.shutdown()
        listening.server_close()


def kubeconfig(server: ApiServer, directory: Path) -> Path:
    """A kubeconfig with the context "c" of an API server."""
    named = {"context": {"cluster": "c", "user": "c"}, "cluster": {"server": server.url}, "user": {}}
    path = directory / "config"
    path.write_text(yaml.safe_dump({f"{kind}s": [{"name": "c", kind: value}] for kind, value in named.items()}))
    return path


def connected(server: ApiServer, directory: Path) -> Api:
    """The API of a server; to be closed."""
    return Api(kubeconfig(server, directory), "c")
