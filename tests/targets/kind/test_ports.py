from __future__ import annotations

import socket

import pytest

from svcdns.errors import UsageError
from svcdns.targets.kind import ports


def test_ports_are_free_for_both_transports_and_distinct():
    found = ports.free("127.0.0.1", 20, ())
    assert len(set(found)) == 20
    for port in found:
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            with socket.socket(socket.AF_INET, kind) as own:
                own.bind(("127.0.0.1", port))


def test_ports_to_be_avoided_are_not_given():
    found = ports.free("127.0.0.1", 5, {port for port in range(65536) if port % 3})
    assert [port % 3 for port in found] == [0] * 5


def test_an_address_that_this_host_does_not_have_is_refused():
    with pytest.raises(UsageError, match=r"^no port can be opened at 192\.0\.2\.1: .*; choose another --ip-family$"):
        ports.free("192.0.2.1", 1, ())


def test_node_ports_are_in_the_static_band():
    # The first 86 of the 2768 ports of the default range (Kubernetes: pkg/registry/core/service/portallocator).
    assert all(30000 <= port < 30086 for port in ports.NODE_PORTS)
