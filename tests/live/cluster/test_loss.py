"""An API server that is lost and found, on a real cluster behind a relay that can be cut."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from tests.live.somebody import SomebodysApi

from svcdns.client import eventually
from svcdns.errors import UndeterminedError
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.apiserver.refusal import RefusedError
from svcdns.targets.cluster.lease import Lease
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.watch.readiness import Readiness
from svcdns.targets.cluster.watch.settling import Settling
from svcdns.targets.cluster.watch.watching import Watching


class Relay:
    """Forwards TCP connections to a server until it is cut."""

    def __init__(self, server: str) -> None:
        self._server = urlsplit(server)
        self._sockets: list[socket.socket] = []
        self._port = 0
        self.restore()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self._port}"

    def restore(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self._port))
        self._port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def cut(self) -> None:
        for one in [self._listener, *self._sockets]:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._sockets.clear()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection((self._server.hostname, self._server.port))
                self._sockets += [near, far]
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    @staticmethod
    def _pump(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)


@pytest.fixture
def relay(api: SomebodysApi) -> Iterator[Relay]:
    relay = Relay(api.server)
    yield relay
    relay.cut()


@pytest.fixture
def relayed(relay: Relay, changed_kubeconfig: Callable[..., object], context: str) -> Iterator[Api]:
    api = Api(changed_kubeconfig(cluster={"server": relay.url}), context)
    yield api
    api.close()


def test_a_lost_server_makes_everything_undetermined_until_it_is_back(relay: Relay, relayed: Api, namespace: str):
    with Watching(relayed, "cluster.local") as watching, Readiness(Ownership(relayed, "lost"), watching) as readiness:
        settling = Settling(relayed, watching, readiness)
        settling.settle(namespace)
        relay.cut()
        lost = f"the API server {relay.url} cannot be reached any more"
        with pytest.raises(UndeterminedError, match=lost):
            watching.wait_for(lambda _: False, 60)
        with pytest.raises(UndeterminedError, match=lost):
            watching.view()
        with pytest.raises(UndeterminedError, match=lost):
            settling.settle(namespace)
        with pytest.raises(UndeterminedError, match=lost):
            relayed.get("Namespace", namespace)
        relay.restore()
        assert eventually(
            lambda: settles(settling, namespace), bool, deadline_seconds=60, interval_seconds=0.1, in_a_row=1
        ).good


def test_a_watch_that_is_cut_goes_on_without_a_loss(relay: Relay, relayed: Api, api: SomebodysApi, namespace: str):
    with Watching(relayed, "cluster.local") as watching:
        relay.cut()
        relay.restore()
        metadata = {"name": "made-meanwhile", "namespace": namespace}
        made = api.apply(
            {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"ports": [{"port": 80}]}}
        )
        assert eventually(
            lambda: shows(watching, made), bool, deadline_seconds=60, interval_seconds=0.1, in_a_row=1
        ).good


def test_a_lease_that_cannot_be_renewed_is_recorded(
    relay: Relay, relayed: Api, run: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("svcdns.targets.cluster.lease.RENEWAL_SECONDS", 0.1)
    recorded: list[Exception | None] = []
    renewed = threading.Event()

    class Recording(Watching):
        def failed(self, task: str, error: Exception | None) -> None:
            if task == "renewing the Lease":
                recorded.append(error)
                renewed.set()

    with Lease(Ownership(relayed, f"{run}-lost"), Recording(relayed, "cluster.local")):
        assert renewed.wait(60)
        assert recorded[0] is None
        relay.cut()
        assert eventually(
            lambda: isinstance(recorded[-1], UndeterminedError),
            bool,
            deadline_seconds=60,
            interval_seconds=0.1,
            in_a_row=1,
        ).good
        relay.restore()


def test_a_version_that_is_too_old_is_gone(api: SomebodysApi):
    code = 0
    try:
        next(api.watch("Pod", since="1"))
    except RefusedError as refused:
        code = refused.code
    if code == 0:
        # An API server forgets old versions every five minutes.
        pytest.skip("THE CLUSTER IS TOO YOUNG: its API server still has its first versions")
    assert code == 410


def settles(settling: Settling, namespace: str) -> bool:
    with suppress(UndeterminedError):
        settling.settle(namespace)
        return True
    return False


def shows(watching: Watching, item: dict[str, object]) -> bool:
    with suppress(UndeterminedError):
        return watching.view().shows(item)
    return False
