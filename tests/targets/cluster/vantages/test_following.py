"""A channel to a server whose address changes."""

from __future__ import annotations

from contextlib import ExitStack

from dns.rcode import Rcode

from svcdns.client import Direct, ask
from svcdns.message import Reply, question
from svcdns.server import Server
from svcdns.targets.cluster.vantages.following import Following


def test_the_exchange_after_a_failed_one_goes_to_the_new_address():
    where = question("web.t.svc.cluster.local", "A")
    with ExitStack() as first, Server(lambda _: Reply(Rcode.NXDOMAIN)) as second:
        gone = first.enter_context(Server(lambda _: Reply(Rcode.NOERROR)))
        channel = Following(Direct("127.0.0.1", gone.port), lambda: Direct("127.0.0.1", second.port))
        assert ask(channel, where, timeout_seconds=5).rcode == Rcode.NOERROR
        first.close()
        assert ask(channel, where, transport="tcp", timeout_seconds=5).rcode is None
        assert ask(channel, where, transport="tcp", timeout_seconds=5).rcode == Rcode.NXDOMAIN
        assert channel.server == f"127.0.0.1:{second.port}"
