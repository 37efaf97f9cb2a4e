"""The tunnel vantage: a port-forward to each DNS pod, which carries TCP alone (kubernetes/kubernetes#47862)."""

from __future__ import annotations

import re
import subprocess  # as in harness/svcdns/system/command.py  # nosec B404
from collections import deque
from contextlib import ExitStack
from queue import Empty, SimpleQueue
from threading import Lock, Thread

from svcdns.client import Channel, Direct
from svcdns.errors import UndeterminedError
from svcdns.targets.cluster.apiserver import kubectl
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.vantages.following import Following
from svcdns.targets.cluster.vantages.servers import DnsService, Replica, Replicas

NOTE = "kubectl port-forward reaches each DNS pod; it carries no UDP, which is not determined"

_LOOPBACK = "127.0.0.1"
_DEADLINE_SECONDS = 15.0
_FAREWELL_SECONDS = 2.0
_PORT = re.compile(rf"Forwarding from {re.escape(_LOOPBACK)}:(\d{{1,5}}) ")

#: Of a line so much is looked at as one; kubectl writes some eighty characters.
_LINE_LENGTH = 2**14


def channels(api: Api, service: DnsService, replicas: Replicas, life: ExitStack) -> list[Channel]:
    """The ways to each DNS pod through tunnels of this process; ``life`` takes what ends them.

    Raises:
        UndeterminedError: if kubectl opens none.
    """
    found: list[Channel] = []
    for place in range(len(replicas)):
        tunnel = _Tunnel(api, service, replicas, place)
        life.callback(tunnel.close)
        found.append(Following(tunnel.opened(), tunnel.reopened))
    return found


class _Tunnel:
    """The way to the DNS pod at one place; whichever pod that is."""

    def __init__(self, api: Api, service: DnsService, replicas: Replicas, place: int) -> None:
        self._api = api
        self._service = service
        self._replicas = replicas
        self._place = place
        self._lock = Lock()
        self._replica: Replica | None = None
        self._forward: _Forward | None = None

    def opened(self) -> Channel:
        """The way as it is, opened again if kubectl has ended or the pod is another."""
        with self._lock:
            replica = self._replicas.at(self._place)
            if self._forward is None or not self._forward.alive or replica != self._replica:
                self._end()
                options = (f"--namespace={self._service.namespace}", f"--address={_LOOPBACK}")
                target = (f"pod/{replica.pod}", f":{replica.port}")
                self._forward = _Forward(self._api.kubectl("port-forward", *options, "--", *target))
                self._replica = replica
            return Direct(_LOOPBACK, self._forward.port())

    def reopened(self) -> Channel:
        """The way to the pod that is at the place now."""
        self._replicas.refresh()
        return self.opened()

    def close(self) -> None:
        """End it."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        if self._forward is not None:
            self._forward.close()
            self._forward = None


class _Forward:
    """One ``kubectl port-forward``, whose every line is read: it stops when nobody does."""

    def __init__(self, command: list[str]) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - an argument list, never a shell  # nosec B603
            command,
            env=kubectl.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="backslashreplace",
        )
        self._ports: SimpleQueue[int | None] = SimpleQueue()
        self._port: int | None = None
        self._said: deque[str] = deque(maxlen=3)
        self._reader = Thread(target=self._read, name=f"tunnel-{self._process.pid}", daemon=True)
        self._reader.start()

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def port(self) -> int:
        """The local port.

        Raises:
            UndeterminedError: if kubectl does not say.
        """
        late = ""
        if self._port is None:
            try:
                self._port = self._ports.get(timeout=_DEADLINE_SECONDS)
            except Empty:
                late = f"nothing within {_DEADLINE_SECONDS:.0f} s"
        if self._port is None:
            said = kubectl.refusal("\n".join(self._said)) or late or "it ended without a reason"
            raise UndeterminedError(f"kubectl port-forward does not work: {said}")
        return self._port

    def close(self) -> None:
        """End kubectl."""
        self._process.terminate()
        try:
            self._process.wait(_FAREWELL_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()

    def _read(self) -> None:
        assert self._process.stdout is not None, "it was asked to be a pipe"
        with self._process.stdout as lines:
            while line := lines.readline(_LINE_LENGTH):
                self._said.append(line.strip())
                if found := _PORT.match(line):
                    self._ports.put(int(found[1]))
        self._ports.put(None)
