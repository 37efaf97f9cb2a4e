"""A local HTTP server that answers as an API server does, and keeps what it was asked."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from threading import Thread
from typing import Any, NamedTuple, Self
from urllib.parse import quote

from svcdns.targets.cluster.apiserver.discovery import Resource

POD = Resource("", "v1", "Pod", "pods", namespaced=True)
SERVICE = Resource("", "v1", "Service", "services", namespaced=True)
DEPLOYMENT = Resource("apps", "v1", "Deployment", "deployments", namespaced=True)

#: All that a run looks for.
EVERYTHING = (
    *(POD, SERVICE, DEPLOYMENT),
    Resource("", "v1", "Namespace", "namespaces", namespaced=False),
    *(
        Resource("", "v1", kind, f"{kind.lower()}s", namespaced=True)
        for kind in ("Event", "ServiceAccount", "ConfigMap")
    ),
    Resource("", "v1", "Endpoints", "endpoints", namespaced=True),
    Resource("apps", "v1", "StatefulSet", "statefulsets", namespaced=True),
    Resource("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", namespaced=True),
    Resource("coordination.k8s.io", "v1", "Lease", "leases", namespaced=True),
)

_VERSION = {"gitVersion": "v1.34.0", "major": "1", "minor": "34"}


class Asked(NamedTuple):
    """A request."""

    path: str
    authorization: str


class ApiServer:
    """Answers discovery and what it is given by path; every other request by `refusal`."""

    def __init__(
        self, *resources: Resource, answers: dict[str, Any] | None = None, context: SSLContext | None = None
    ) -> None:
        self.asked: list[Asked] = []
        self.answers = {"/version": _VERSION, **_discovery(resources), **(answers or {})}
        self.refusal: Callable[[Asked], dict[str, Any]] = lambda asked: status(
            404, "NotFound", "there is no such thing"
        )
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                asked = Asked(self.path, self.headers.get("Authorization", ""))
                server.asked.append(asked)
                found = server.answers.get(self.path.partition("?")[0])
                answer = server.refusal(asked) if found is None else found
                body = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
                code = answer.get("code", 200) if isinstance(answer, dict) else 200
                self.send_response_only(code)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_PATCH = do_PUT = do_DELETE = do_CONNECT = do_GET  # noqa: N815 - http.server looks for these

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.port}"
        if context is not None:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def status(code: int, reason: str, message: str) -> dict[str, Any]:
    """A refusal as API servers write it."""
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "status": "Failure",
        "code": code,
        "reason": reason,
        "message": message,
    }


def echo(asked: Asked) -> dict[str, Any]:
    """A refusal that repeats what it was sent, in all the ways that come to mind."""
    header = asked.authorization
    credential = header.partition(" ")[2]
    ways = [header, credential, repr(header), f"{credential}\\n", quote(header), quote(credential, safe="")]
    ways += [base64.b64encode(f"{before}{header}".encode()).decode() for before in ("", "x", "xy")]
    ways += [json.dumps({"headers": {"Authorization": [header]}}), credential.swapcase().swapcase(), asked.path]
    return status(403, "Forbidden", f"who are you: {' '.join(ways)}")


def _discovery(resources: tuple[Resource, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "/api": {"kind": "APIVersions", "versions": ["v1"]},
        "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
    }
    for one in resources:
        path = f"/apis/{one.group}/{one.version}" if one.group else f"/api/{one.version}"
        listed = found.setdefault(
            path,
            {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": path.split("/", 2)[2], "resources": []},
        )
        listed["resources"].append(
            {
                "name": one.plural,
                "singularName": one.kind.lower(),
                "namespaced": one.namespaced,
                "kind": one.kind,
                "verbs": ["get", "list", "create", "patch", "delete", "watch"],
            }
        )
    for group in {one.group for one in resources if one.group}:
        version = {"groupVersion": f"{group}/v1", "version": "v1"}
        found["/apis"]["groups"].append({"name": group, "versions": [version], "preferredVersion": version})
    return found
