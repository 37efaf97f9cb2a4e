"""An API server that is lost and comes back: what was requested happens once, and what was watched is listed again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from svcdns.errors import UndeterminedError
from svcdns.targets.cluster.apiserver import client, outages
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.apiserver.refusal import RefusedError
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.watch.watching import Watching
from tests.api_server import ApiServer, Objects, Reply, Request, Wrong, as_json, kubeconfig, serving, status
from tests.waiting import within

OURS = {"svcdns.dev/run": "abcde"}
NAMESPACE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "svcdns-abcde-1", "labels": OURS}}
SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "web", "namespace": "svcdns-abcde-1", "labels": OURS},
}

Is = Callable[[Request], bool]


def lost() -> Reply:
    """A response that is cut off."""
    return Reply(iter([b"{"]), headers={"Content-Length": "1000"})


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_PAUSES_SECONDS", (0.01,))
    monkeypatch.setattr(outages, "_PAUSE_SECONDS", 0.01)


class Losing:
    """Loses the response to the first request of a kind, after the request was carried out."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self.is_lost: Is = lambda _: False
        self.count = 0

    def __call__(self, request: Request) -> Reply | None:
        if not self.is_lost(request) or self.count:
            return None
        self.count += 1
        self._objects(request)
        return lost()


@contextmanager
def losing(directory: Path) -> Iterator[tuple[Objects, Losing, Api, ApiServer]]:
    objects = Objects()
    wrong = Losing(objects)
    with serving(objects, wrong) as server, closing(Api(kubeconfig(directory, server.url), "a")) as api:
        yield objects, wrong, api, server


def is_(method: str, end: str) -> Is:
    return lambda request: request.method == method and request.path.endswith(end) and "dryRun" not in request.query


@pytest.mark.parametrize("path", ["/namespaces", "/services"])
def test_an_object_whose_creation_was_carried_out_and_lost_is_ours(path: str, tmp_path: Path):
    with losing(tmp_path) as (objects, wrong, api, _):
        own = Ownership(api, "abcde")
        wrong.is_lost = is_("POST", path)
        namespace = own.create(NAMESPACE)
        service = own.create(SERVICE)
        assert wrong.count == 1
        assert [namespace["metadata"]["uid"], service["metadata"]["uid"]] == [
            objects.get("Namespace", "svcdns-abcde-1")["metadata"]["uid"],
            objects.get("Service", "web", "svcdns-abcde-1")["metadata"]["uid"],
        ]


def test_an_object_of_others_is_not_ours_after_a_loss(tmp_path: Path):
    with losing(tmp_path) as (objects, wrong, api, _):
        own = Ownership(api, "abcde")
        own.create(NAMESPACE)
        theirs = objects.put("Service", "web", "svcdns-abcde-1")
        wrong.is_lost = is_("POST", "/services")
        with pytest.raises(Exception, match="was not made by this run"):
            own.create(SERVICE)
        assert objects.get("Service", "web", "svcdns-abcde-1") == theirs


def test_a_deletion_that_was_carried_out_and_lost_is_done(tmp_path: Path):
    with losing(tmp_path) as (objects, wrong, api, _):
        own = Ownership(api, "abcde")
        own.create(NAMESPACE)
        uid = own.create(SERVICE)["metadata"]["uid"]
        wrong.is_lost = is_("DELETE", "/web")
        assert own.delete("Service", "web", "svcdns-abcde-1") == uid
        assert wrong.count == 1
        assert objects.get("Service", "web", "svcdns-abcde-1") is None


def test_a_change_that_was_carried_out_and_lost_is_done_once(tmp_path: Path):
    with losing(tmp_path) as (objects, wrong, api, _):
        own = Ownership(api, "abcde")
        own.create(NAMESPACE)
        deployment: dict[str, Any] = {**SERVICE, "apiVersion": "apps/v1", "kind": "Deployment", "spec": {}}
        own.create(deployment)
        wrong.is_lost = is_("PATCH", "/web")
        own.change("Deployment", "web", "svcdns-abcde-1", {"spec": {"paused": True}})
        assert wrong.count == 1
        assert objects.get("Deployment", "web", "svcdns-abcde-1")["spec"] == {"paused": True}


@pytest.mark.parametrize("code", [429, 502, 503, 504])
def test_a_server_that_is_busy_or_out_of_reach_of_its_gateway_is_asked_again(code: int, tmp_path: Path):
    replies = iter([Reply(b"later", code)] * 3)

    def wrong(request: Request) -> Reply | None:
        return next(replies, None) if request.path == "/api/v1/pods" else None

    with serving(wrong=wrong) as server, closing(Api(kubeconfig(tmp_path, server.url), "a")) as api:
        assert api.list("Pod") == []


def forbidden(request: Request) -> Reply:
    return as_json(status(403, "Forbidden", f'User "a" cannot list resource "{request.path}"'), 403)


def test_what_was_allowed_and_is_forbidden_by_a_starting_server_is_asked_again(tmp_path: Path):
    refusals = 0

    def wrong(request: Request) -> Reply | None:
        nonlocal refusals
        if request.path == "/api/v1/pods" and 0 < refusals < 4:
            refusals += 1
            return forbidden(request)
        return None

    with serving(wrong=wrong) as server, closing(Api(kubeconfig(tmp_path, server.url), "a")) as api:
        api.list("Pod")
        refusals = 1
        assert api.list("Pod") == []
        assert refusals == 4


def test_what_was_never_allowed_is_refused_at_once(tmp_path: Path):
    def wrong(request: Request) -> Reply | None:
        return forbidden(request) if request.path == "/api/v1/pods" else None

    with serving(wrong=wrong) as server, closing(Api(kubeconfig(tmp_path, server.url), "a")) as api:
        with pytest.raises(RefusedError, match="cannot list"):
            api.list("Pod")
        assert server.count(lambda request: request.path == "/api/v1/pods") == 1


def test_requests_wait_until_the_server_calls_itself_ready(tmp_path: Path):
    starting = iter([500] * 5)
    cut = iter([lost()])

    def wrong(request: Request) -> Reply | None:
        if request.path == "/readyz":
            return Reply(b"no", next(starting, 200))
        return next(cut, None) if request.path == "/api/v1/pods" else None

    with serving(wrong=wrong) as server, closing(Api(kubeconfig(tmp_path, server.url), "a")) as api:
        assert api.list("Pod") == []
        assert server.count(lambda request: request.path == "/readyz") == 6
        assert api.outages.count == 1


@pytest.fixture
def leaving(tmp_path: Path) -> Iterator[tuple[Api, Event]]:
    """An API server that cuts every response off once the event is set."""
    away = Event()
    wrong: Wrong = lambda _: lost() if away.is_set() else None  # noqa: E731 - as short as a test's
    with serving(wrong=wrong) as server, closing(Api(kubeconfig(tmp_path, server.url), "a")) as api:
        api.list("Pod")
        yield api, away


def test_a_server_that_stays_away_is_named(leaving: tuple[Api, Event], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(client, "LONGEST_SECONDS", 0.2)
    api, away = leaving
    away.set()
    with pytest.raises(UndeterminedError, match="cannot be reached any more"):
        api.list("Pod")


def test_nobody_waits_for_a_lost_server_after_an_interrupt(leaving: tuple[Api, Event]):
    api, away = leaving
    api.hurry()
    away.set()
    with pytest.raises(UndeterminedError, match="cannot be reached any more"):
        api.list("Pod")


def test_a_view_is_not_older_than_a_loss(tmp_path: Path):
    """What changed while the server was away is in the next view, though no watch has told it."""
    with losing(tmp_path) as (objects, wrong, api, server), Watching(api, "cluster.local") as watching:
        assert within(20, lambda: server.count(lambda request: request.watches) == 4)
        wrong.is_lost = is_("GET", "/nodes")
        listed = server.count(lambda request: request.path == "/api/v1/pods" and not request.watches)
        asking = Thread(target=api.list, args=("Node",))
        asking.start()
        asking.join()
        assert watching.view() is not None
        assert server.count(lambda request: request.path == "/api/v1/pods" and not request.watches) > listed
        objects.put("Service", "later", "default")
        assert watching.wait_for(lambda view: any(key.name == "later" for key in view.state.services), 20)
