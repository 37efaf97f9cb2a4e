"""What asking costs: bare dnspython, and the harness's own client, with the same questions to the same server.

Usage: python benchmarks/bare.py [--short] [--udp COUNT] [--tcp COUNT] [--seconds]

Bare dnspython makes a query, sends it and parses the reply. With --seconds it alone is timed, and nothing else is printed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable

import dns.exception
import dns.message
import dns.query
import dns.rcode
from dns.rdatatype import A

from svcdns.client import Direct, Transport, ask
from svcdns.errors import HarnessError
from svcdns.message import Question, Reply, name
from svcdns.records import COREDNS, answer
from svcdns.server import Server
from svcdns.state import ClusterState, Key, Namespace, Service, ServicePort

STATE = ClusterState().changed(
    put=[Namespace("n"), Service(Key("n", "s"), cluster_ips=("10.96.0.9",), ports=(ServicePort("http", "TCP", 80),))]
)
NAME = "s.n.svc.cluster.local."

#: How many exchanges over UDP and over TCP: about as many as a run of the features makes, and the short form.
COUNTS, FEW = (6000, 4000), (300, 200)


def respond(question: Question) -> Reply:
    """Answer as the reference does."""
    return answer(STATE, question, COREDNS)


def bare(server: Server) -> Callable[[Transport], int | None]:
    """One exchange by dnspython alone; the rcode of the answer."""
    exchanges = {"udp": dns.query.udp, "tcp": dns.query.tcp}

    def exchange(transport: Transport) -> int:
        query = dns.message.make_query(NAME, "A", use_edns=False)
        options = {"port": server.port, "timeout": 2, "one_rr_per_rrset": True}
        return exchanges[transport](query, server.addresses[0], **options).rcode()

    return exchange


def ours(server: Server) -> Callable[[Transport], int | None]:
    """One exchange by the harness's client; the rcode of the answer."""
    channel = Direct(server.addresses[0], server.port)
    question = Question(name(NAME), A)
    return lambda transport: ask(channel, question, transport=transport, timeout_seconds=2).rcode


def seconds(exchange: Callable[[Transport], int | None], udp: int, tcp: int) -> float:
    """How long so many exchanges take; the benchmark ends where one of them is not answered."""
    start = time.perf_counter()
    for count, transport in ((udp, "udp"), (tcp, "tcp")):
        for _ in range(count):
            if exchange(transport) != dns.rcode.NOERROR:
                sys.exit(f"a question over {transport} was not answered, so nothing was measured")
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--short", action="store_true", help="few exchanges: that it works, and a rough ratio")
    parser.add_argument("--udp", type=int, help="how many exchanges over UDP")
    parser.add_argument("--tcp", type=int, help="how many exchanges over TCP")
    parser.add_argument("--seconds", action="store_true", help="print the seconds of bare dnspython alone")
    options = parser.parse_args()
    default = FEW if options.short else COUNTS
    udp = default[0] if options.udp is None else options.udp
    tcp = default[1] if options.tcp is None else options.tcp
    try:
        with Server(respond) as server:
            alone = seconds(bare(server), udp, tcp)
            if options.seconds:
                print(alone)
                return
            harness = seconds(ours(server), udp, tcp)
    except (OSError, HarnessError, dns.exception.DNSException) as error:
        sys.exit(f"nothing was measured: {error}")
    print(f"{udp} exchanges over UDP and {tcp} over TCP")
    print(f"bare dnspython          {alone:.2f} s")
    print(f"the harness's client    {harness:.2f} s, ratio {harness / alone:.2f}")


if __name__ == "__main__":
    main()
