"""The tunnel vantage: a port-forward to each DNS pod, over TCP only (kubernetes/kubernetes#47862)."""

from __future__ import annotations

import re
import subprocess  # its exceptions and constants; `kubectl.start` starts the process  # nosec B404
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

NOTE = "kubectl port-forward reaches each DNS pod over TCP; UDP is not determined"

_LOOPBACK = "127.0.0.1"
_DEADLINE_SECONDS = 15.0
_FAREWELL_SECONDS = 2.0
_PORT = re.compile(rf"Forwarding from {re.escape(_LOOPBACK)}:(\d{{1,5}}) ")

#: The most octets of a line; kubectl writes about eighty.
_LINE_LENGTH = 2**14


def channels(api: Api, service: DnsService, replicas: Replicas, life: ExitStack) -> list[Channel]:
    """Return a channel to each DNS pod through a tunnel of this process; ``life`` ends the tunnels.

    Raises:
        UndeterminedError: if kubectl opens no tunnel.
    """
    opened: list[Channel] = []
    for place in range(len(replicas)):
        tunnel = _Tunnel(api, service, replicas, place)
        life.callback(tunnel.close)
        opened.append(Following(tunnel.opened(), tunnel.reopened))
    return opened


class _Tunnel:
    """The tunnel to the DNS pod at one place, whichever pod that is."""

    def __init__(self, api: Api, service: DnsService, replicas: Replicas, place: int) -> None:
        self._api = api
        self._service = service
        self._replicas = replicas
        self._place = place
        self._lock = Lock()
        self._replica: Replica | None = None
        self._forward: _Forward | None = None

    def opened(self) -> Channel:
        """Return the channel; open the tunnel again if kubectl has ended or the pod is another."""
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
        """Return the channel to the pod that is at the place now."""
        self._replicas.refresh()
        return self.opened()

    def close(self) -> None:
        """End the tunnel."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        if self._forward is not None:
            self._forward.close()
            self._forward = None


class _Forward:
    """One ``kubectl port-forward``. All of its output is read, since it stops when its output is not."""

    def __init__(self, command: list[str]) -> None:
        self._process = kubectl.start(command, stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        self._ports: SimpleQueue[int | None] = SimpleQueue()
        self._port: int | None = None
        self._last_lines: deque[str] = deque(maxlen=3)
        self._reader = Thread(target=self._read, name=f"tunnel-{self._process.pid}", daemon=True)
        self._reader.start()

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def port(self) -> int:
        """Return the local port.

        Raises:
            UndeterminedError: if kubectl does not name one.
        """
        late = ""
        if self._port is None:
            try:
                self._port = self._ports.get(timeout=_DEADLINE_SECONDS)
            except Empty:
                late = f"it named no port within {_DEADLINE_SECONDS:.0f} s"
        if self._port is None:
            reason = kubectl.refusal("\n".join(self._last_lines)) or late or "it ended without a reason"
            raise UndeterminedError(f"kubectl port-forward does not work: {reason}")
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
        assert self._process.stdout is not None, "it is a pipe"
        with self._process.stdout as output:
            while octets := output.readline(_LINE_LENGTH):
                line = octets.decode(errors="backslashreplace").strip()
                self._last_lines.append(line)
                if port := _PORT.match(line):
                    self._ports.put(int(port[1]))
        self._ports.put(None)
