"""An API server on a real socket, as small as a run lets it be: it lists, watches, applies and deletes objects."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]

KINDS = {
    "namespaces": ("v1", "Namespace", False),
    "nodes": ("v1", "Node", False),
    "services": ("v1", "Service", True),
    "endpoints": ("v1", "Endpoints", True),
    "pods": ("v1", "Pod", True),
    "events": ("v1", "Event", True),
    "configmaps": ("v1", "ConfigMap", True),
    "serviceaccounts": ("v1", "ServiceAccount", True),
    "endpointslices": ("discovery.k8s.io/v1", "EndpointSlice", True),
    "deployments": ("apps/v1", "Deployment", True),
    "statefulsets": ("apps/v1", "StatefulSet", True),
    "leases": ("coordination.k8s.io/v1", "Lease", True),
    "selfsubjectaccessreviews": ("authorization.k8s.io/v1", "SelfSubjectAccessReview", False),
}


class Cluster:
    """What the server holds.

    Attributes:
        version: what ``/version`` says.
        logs: what every container has written.
        refuses: a ``Status`` for a verb and an object, or None.
        made: called with every object that is put, for what a controller would add.
    """

    def __init__(self) -> None:
        self.version: Json = {"gitVersion": "v1.34.0"}
        self.logs = b""
        self.refuses: Callable[[str, Json], Json | None] = lambda *_: None
        self.made: Callable[[Json], None] = lambda _: None
        self.objects: dict[tuple[str, str, str], Json] = {}
        self.changes: list[tuple[int, str, Json]] = []
        self.changed = Condition()
        self.over = False
        self._versions = itertools.count(1)

    def put(self, item: Json) -> Json:
        metadata = item["metadata"]
        key = (item["kind"], metadata.get("namespace", ""), metadata["name"])
        with self.changed:
            version = next(self._versions)
            kind = "MODIFIED" if key in self.objects else "ADDED"
            uid = self.objects.get(key, {"metadata": {"uid": f"uid-{version}"}})["metadata"]["uid"]
            item = {**item, "metadata": {**metadata, "resourceVersion": str(version), "uid": uid}}
            self.objects[key] = item
            self.changes.append((version, kind, item))
            self.changed.notify_all()
        self.made(item)
        return item

    def drop(self, kind: str, namespace: str, name: str) -> Json | None:
        with self.changed:
            item = self.objects.pop((kind, namespace, name), None)
            if item is None:
                return None
            version = next(self._versions)
            gone = {**item, "metadata": {**item["metadata"], "resourceVersion": str(version)}}
            self.changes.append((version, "DELETED", gone))
            self.changed.notify_all()
        if kind == "Namespace":
            for other, place, own in list(self.objects):
                if place == name:
                    self.drop(other, place, own)
        return item

    def listed(self, kind: str, namespace: str, selector: str) -> Json:
        wanted = [part.partition("=")[::2] for part in selector.split(",") if part]
        with self.changed:
            items = [
                item
                for (own, place, _), item in self.objects.items()
                if own == kind
                and namespace in ("", place)
                and all(
                    name in item["metadata"].get("labels", {}) and value in ("", item["metadata"]["labels"][name])
                    for name, value in wanted
                )
            ]
            version = self.changes[-1][0] if self.changes else 0
        return {"kind": f"{kind}List", "metadata": {"resourceVersion": str(version)}, "items": items}

    def followed(self, kind: str, since: int) -> Iterator[tuple[str, Json]]:
        """Changes of a kind after a version, until the server is over."""
        seen = 0
        while not self.over:
            with self.changed:
                while not self.over and len(self.changes) == seen:
                    self.changed.wait()
                news, seen = self.changes[seen:], len(self.changes)
            yield from ((change, item) for version, change, item in news if version > since and item["kind"] == kind)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    cluster: Cluster

    def log_message(self, *_: object) -> None: ...

    def do_GET(self):
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        version = url.path.removeprefix("/apis/").removeprefix("/api/")
        if url.path == "/version":
            self._answer(200, self.cluster.version)
        elif url.path.endswith("/log"):
            self._send(200, self.cluster.logs, "text/plain")
        elif url.path == "/apis":
            groups = sorted({known for known, _, _ in KINDS.values() if "/" in known})
            self._answer(200, {"groups": [{"preferredVersion": {"groupVersion": one}} for one in groups]})
        elif version in {known for known, _, _ in KINDS.values()}:
            self._answer(200, self._resources(version))
        else:
            self._read(*self._place(url.path), query)

    def _read(self, kind: str, namespace: str, name: str, query: dict[str, str]) -> None:
        if name:
            with self.cluster.changed:
                item = self.cluster.objects.get((kind, namespace, name))
            self._answer(200, item) if item else self._refuse(_status(404, "NotFound", "it is not there"))
        elif "watch" in query:
            self._watch(kind, int(query.get("resourceVersion", "0")))
        else:
            self._answer(200, self.cluster.listed(kind, namespace, query.get("labelSelector", "")))

    def do_POST(self):
        url = urlsplit(self.path)
        item = json.loads(self._body())
        kind, namespace, _ = self._place(url.path)
        if kind == "SelfSubjectAccessReview":
            self._answer(201, {**item, "status": {"allowed": True}})
            return
        metadata = item["metadata"]
        name = metadata.get("name") or f"{metadata['generateName']}x"
        with self.cluster.changed:
            there = (kind, namespace, name) in self.cluster.objects
        if there:
            self._refuse(_status(409, "AlreadyExists", "it is there"))
        else:
            self._put({**item, "metadata": {**metadata, "name": name}}, 201, dry="dryRun" in url.query)

    def do_PATCH(self):
        url = urlsplit(self.path)
        change = json.loads(self._body())
        kind, namespace, name = self._place(url.path)
        with self.cluster.changed:
            known = self.cluster.objects.get((kind, namespace, name), {})
        item = {
            **known,
            **change,
            "kind": kind,
            "metadata": {**known.get("metadata", {}), **change.get("metadata", {})},
        }
        item["metadata"] |= {"name": name} | ({"namespace": namespace} if namespace else {})
        self._put(item, 200, dry="dryRun" in url.query)

    def _put(self, item: Json, code: int, *, dry: bool) -> None:
        if status := self.cluster.refuses("apply", item):
            self._refuse(status)
            return
        if item["kind"] == "Service":
            defaults = {
                "type": "ClusterIP",
                "clusterIP": "10.96.9.9",
                "clusterIPs": ["10.96.9.9"],
                "ipFamilies": ["IPv4"],
            }
            item["spec"] = defaults | item.get("spec", {})
        tried = {**item, "metadata": {"uid": "tried", **item["metadata"]}}
        self._answer(code, tried if dry else self.cluster.put(item))

    def do_DELETE(self):
        kind, namespace, name = self._place(urlsplit(self.path).path)
        self._body()
        with self.cluster.changed:
            item = self.cluster.objects.get((kind, namespace, name), {"kind": kind, "metadata": {"name": name}})
        if status := self.cluster.refuses("delete", item):
            self._refuse(status)
        elif gone := self.cluster.drop(kind, namespace, name):
            self._answer(200, gone)
        else:
            self._refuse(_status(404, "NotFound", "it is not there"))

    def _place(self, path: str) -> tuple[str, str, str]:
        """Kind, namespace and name."""
        parts = path.strip("/").split("/")
        parts = parts[2:] if parts[0] == "api" else parts[3:]
        namespace = ""
        if parts[0] == "namespaces" and len(parts) > 2:
            namespace, parts = parts[1], parts[2:]
        plural, name = [*parts, ""][:2]
        return KINDS[plural][1], namespace, name

    def _resources(self, version: str) -> Json:
        kinds = [(plural, kind, own) for plural, (known, kind, own) in KINDS.items() if known == version]
        return {"resources": [{"name": plural, "kind": kind, "namespaced": own} for plural, kind, own in kinds]}

    def _watch(self, kind: str, since: int) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        with suppress(OSError):
            for change, item in self.cluster.followed(kind, since):
                line = json.dumps({"type": change, "object": item}).encode() + b"\n"
                self.wfile.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
            self.wfile.write(b"0\r\n\r\n")

    def _refuse(self, status: Json) -> None:
        self._answer(status["code"], status)

    def _answer(self, code: int, body: object) -> None:
        self._send(code, json.dumps(body).encode(), "application/json")

    def _send(self, code: int, body: bytes, media_type: str) -> None:
        self.send_response(code)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))


def _status(code: int, reason: str, message: str) -> Json:
    return {"kind": "Status", "status": "Failure", "code": code, "reason": reason, "message": message}


def refusal(code: int, reason: str, message: str, *causes: str) -> Json:
    """A ``Status`` that refuses."""
    found = [{"field": cause, "message": cause, "reason": cause} for cause in causes]
    return _status(code, reason, message) | {"details": {"causes": found}}


@contextmanager
def serving(cluster: Cluster) -> Iterator[str]:
    """The URL at which a cluster is served for as long as the context lasts."""
    handler = type("Serving", (Handler,), {"cluster": cluster})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        with cluster.changed:
            cluster.over = True
            cluster.changed.notify_all()
        server.shutdown()
        server.server_close()
        thread.join()
