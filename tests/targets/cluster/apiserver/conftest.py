"""Kubeconfig files and API servers that give the responses of a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.api_server import Reply, Request, kubeconfig, serving

#: What makes urllib and kubectl use a proxy.
PROXIES = ("http_proxy", "https_proxy", "no_proxy", "all_proxy")


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a kubeconfig with one context, "a", of a cluster and a user."""

    def written(cluster: dict[str, Any], user: dict[str, Any] | None = None) -> Path:
        url = cluster.get("server", "")
        return kubeconfig(
            tmp_path, url, user=user, **{name: value for name, value in cluster.items() if name != "server"}
        )

    return written


@pytest.fixture
def served() -> Iterator[Callable[[dict[str, Reply]], str]]:
    """Starts a server that gives these responses by path; returns its URL."""
    with ExitStack() as life:

        def serve(replies: dict[str, Reply]) -> str:
            def wrong(request: Request) -> Reply | None:
                return replies.get(request.path)

            return life.enter_context(serving(wrong=wrong)).url

        yield serve
