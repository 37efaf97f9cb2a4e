"""A small API server over real HTTP, which answers as a real one does until a test says otherwise."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Condition, Event, Lock, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import yaml

from tests.hostile import answers


@dataclass(frozen=True)
class Asked:
    """A request."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes = b""

    @property
    def watches(self) -> bool:
        return self.query.get("watch") == "true"


@dataclass(frozen=True)
class Reply:
    """An answer; what comes piece by piece ends with the connection."""

    body: bytes | Iterable[bytes] = b""
    code: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Wrong = Callable[[Asked], Reply | None]


def as_json(value: Any, code: int = 200) -> Reply:
    return Reply(json.dumps(value).encode(), code)


class ApiServer(ThreadingHTTPServer):
    """Attributes:
    over: set when the test ends, so that whoever drips may stop.
    asked: what was asked, in order.
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, wrong: Wrong) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.wrong = wrong
        self.over = Event()
        self.asked: list[Asked] = []
        self.lock = Lock()
        self.told = Condition(self.lock)
        #: The written objects, as events of watches, by the end of their path.
        self.events: list[tuple[str, bytes]] = []
        #: The written objects as they are now, by their path.
        self.written: dict[str, dict[str, Any]] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def count(self, good: Callable[[Asked], bool] = lambda _: True) -> int:
        with self.lock:
            return sum(map(good, self.asked))

    def handle_error(self, *_: object) -> None:
        """Clients that have enough hang up."""

    def write(self, asked: Asked, reply: Reply) -> Reply:
        """Keep what was written, and tell those who watch of it; the reply as it is for whoever asked."""
        if asked.method == "DELETE":
            self.written.pop(asked.path, None)
        if asked.method == "GET" and asked.path in self.written:
            return as_json(self.written[asked.path])
        stored = asked.method in ("PATCH", "POST") and "dryRun" not in asked.query and "reviews" not in asked.path
        if not stored or not isinstance(reply.body, bytes) or reply.code >= 400:
            return reply
        with self.told:
            item = json.loads(reply.body)
            path = asked.path if asked.method == "PATCH" else f"{asked.path}/{item['metadata']['name']}"
            item = self.written[path] = _merged(self.written.get(path, {}), item)
            item["metadata"]["resourceVersion"] = str(2_000 + len(self.events))
            event = json.dumps({"type": "ADDED", "object": item}).encode() + b"\n"
            self.events.append((path.split("/")[-2], event))
            self.told.notify_all()
        return as_json(item)

    def watch(self, plural: str) -> Iterator[bytes]:
        """What is written, until the test is over."""
        yield b""
        seen = 0
        while not self.over.is_set():
            with self.told:
                if len(self.events) == seen:
                    self.told.wait(0.2)
                new, seen = self.events[seen:], len(self.events)
            yield b"".join(event for name, event in new if name == plural)


def right(asked: Asked) -> Reply:
    """What a real API server answers."""
    match asked.path.strip("/").split("/"):
        case ["version"]:
            return as_json(answers.ABOUT)
        case ["apis"]:
            return as_json(answers.GROUPS)
        case ["api", version] if version in answers.SERVED:
            return as_json(answers.resources(version))
        case ["apis", group, version] if f"{group}/{version}" in answers.SERVED:
            return as_json(answers.resources(f"{group}/{version}"))
        case ["api", version, *place]:
            return _objects(version, place, asked)
        case ["apis", group, version, *place]:
            return _objects(f"{group}/{version}", place, asked)
    return as_json(answers.refusal(404), 404)


def _objects(version: str, place: list[str], asked: Asked) -> Reply:
    namespace = ""
    if place[0] == "namespaces" and len(place) > 2:
        _, namespace, *place = place
    plural, *names = place
    kind, items = answers.SERVED.get(version, {}).get(plural, ("", []))
    if asked.method == "DELETE":
        return as_json({"kind": "Status", "apiVersion": "v1", "status": "Success"})
    if asked.method in ("PATCH", "POST"):
        return _written(version, kind, namespace, names, asked)
    found = [one for one in items if namespace in ("", one["metadata"].get("namespace"))]
    if names:
        found = [one for one in found if one["metadata"]["name"] == names[0]]
        whole = {"apiVersion": version, "kind": kind}
        return as_json(whole | found[0]) if found else as_json(answers.refusal(404), 404)
    if asked.watches:
        return Reply(b"")
    wanted = [part.partition("=") for part in asked.query.get("labelSelector", "").split(",") if part]
    found = [one for one in found if _has(one, wanted)]
    return as_json(answers.listed(kind, found))


def _written(version: str, kind: str, namespace: str, names: list[str], asked: Asked) -> Reply:
    item = json.loads(asked.body)
    if kind == "SelfSubjectAccessReview":
        return as_json(item | {"status": {"allowed": True}}, 201)
    given = item.get("metadata") or {}
    made = answers.metadata(
        (names or [given.get("name") or f"{given.get('generateName')}x"])[0], namespace or None, resourceVersion="2000"
    )
    spec = {"spec": (item.get("spec") or {}) | ({"ipFamilies": ["IPv4"]} if kind == "Service" else {})}
    if kind == "Pod":
        spec = {"spec": {"containers": [{"image": "i"}]}, "status": {"phase": "Running"}}
    return as_json({"apiVersion": version, "kind": kind} | item | spec | {"metadata": {**made, **given, "uid": "u"}})


def _merged(there: Any, change: Any) -> Any:
    if not isinstance(there, dict) or not isinstance(change, dict):
        return change
    return there | {key: _merged(there.get(key), value) for key, value in change.items()}


def _has(item: dict[str, Any], wanted: list[tuple[str, str, str]]) -> bool:
    labels = item["metadata"].get("labels") or {}
    return all(labels.get(name) == value if equals else name in labels for name, equals, value in wanted)


class _Handler(BaseHTTPRequestHandler):
    # Else each answer would wait for the client to acknowledge its headers.
    disable_nagle_algorithm = True
    protocol_version = "HTTP/1.1"
    server: ApiServer

    def _answer(self) -> None:
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = Asked(self.command, url.path, dict(parse_qsl(url.query)), body)
        with self.server.lock:
            self.server.asked.append(asked)
        reply = self.server.wrong(asked)
        if reply is None and asked.watches:
            reply = Reply(self.server.watch(asked.path.rpartition("/")[2]))
        reply = reply or self.server.write(asked, right(asked))
        with suppress(OSError):
            self._say(reply)

    # By these names the base class finds it.
    do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815

    def _say(self, reply: Reply) -> None:
        self.send_response(reply.code)
        whole = reply.body if isinstance(reply.body, bytes) else None
        headers = {"Content-Type": "application/json"} | reply.headers
        for name, value in headers.items():
            self.send_header(name, value)
        if whole is not None:
            self.send_header("Content-Length", str(len(whole)))
        else:
            self.close_connection = True
            self.send_header("Connection", "close")
        self.end_headers()
        for piece in [whole] if whole is not None else reply.body:
            assert isinstance(piece, bytes)
            self.wfile.write(piece)

    def log_message(self, *_: object) -> None: ...


@contextmanager
def serving(wrong: Wrong = lambda _: None) -> Iterator[ApiServer]:
    """A server that answers as a real one does, except where ``wrong`` has another reply."""
    with ApiServer(wrong) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()


@contextmanager
def talking(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that does with each connection what it likes, after a request has come; its URL."""
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


def kubeconfig(directory: Path, url: str, **user: Any) -> Path:
    """A kubeconfig with one context, "a", for a server."""
    named = {"context": {"cluster": "a", "user": "a"}, "cluster": {"server": url}, "user": user}
    path = directory / "kubeconfig"
    path.write_text(yaml.safe_dump({f"{kind}s": [{"name": "a", kind: value}] for kind, value in named.items()}))
    return path
