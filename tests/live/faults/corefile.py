"""The Corefile of a kind cluster, as kubeadm wrote it, while tests change it."""

from __future__ import annotations

import re
import time

from tests.live.somebody import SomebodysApi

from svcdns.targets.cluster.vantages import servers

_CONFIG = ("ConfigMap", "coredns", "kube-system")
_PAUSE_SECONDS = 0.25
_SECONDS_TO_RESTART = 180


class Corefile:
    """The Corefile and the DNS pods that read it.

    Attributes:
        original: the text that was found.
    """

    def __init__(self, api: SomebodysApi) -> None:
        """Read what is there."""
        self._api = api
        self._used = self.original = self._read()

    def use(self, text: str) -> None:
        """Give the DNS servers another text; pods that have not read it are replaced, whatever CoreDNS reloads itself."""
        if text != self._used:
            self._used = text
            self._write(text)

    def restore(self) -> None:
        """Give the DNS servers their own text again, unless they have it; it may be unknown which they read last."""
        if self._used != self.original:
            self._write(self.original)
            self._used = self.original

    def _read(self) -> str:
        found = self._api.get(*_CONFIG)
        assert found is not None, "kubeadm keeps the Corefile in a ConfigMap"
        return str(found["data"]["Corefile"])

    def _write(self, text: str) -> None:
        self._api.patch(*_CONFIG, {"data": {"Corefile": text}})
        service = servers.find(self._api)
        before = {replica.pod for replica in servers.replicas(self._api, service)}
        for pod in before:
            self._api.delete("Pod", pod, service.namespace)
        deadline = time.monotonic() + _SECONDS_TO_RESTART
        while True:
            now = {replica.pod for replica in servers.replicas(self._api, service)}
            if now.isdisjoint(before) and len(now) >= len(before):
                return
            assert time.monotonic() < deadline, f"the DNS pods are not back: {now}"
            time.sleep(_PAUSE_SECONDS)


def replaced(text: str, *changes: tuple[str, str]) -> str:
    """A Corefile with changes, each a regular expression that must match, and its replacement."""
    for pattern, other in changes:
        assert re.search(pattern, text), f"kubeadm writes {pattern} no more"
        text = re.sub(pattern, other, text)
    return text
