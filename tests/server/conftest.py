"""A running server, and ways to it."""

from __future__ import annotations

import pytest

from svcdns.client import Direct
from svcdns.server import Server
from tests.server.serving import respond


@pytest.fixture(scope="module")
def server():
    with Server(respond) as running:
        yield running


@pytest.fixture(params=["127.0.0.1", "::1"])
def direct(server, request):
    if request.param not in server.addresses:
        pytest.skip("this machine has no IPv6 loopback")
    return Direct(request.param, server.port)
