"""As many bare dnspython exchanges as a run of the features makes: make a query, send it, parse the reply.

Usage: python benchmarks/bare.py UDP TCP, the numbers of exchanges over each transport.
"""

from __future__ import annotations

import sys
import time

import dns.message
import dns.query

from harness.message import Question
from harness.records import COREDNS, answer
from harness.server import Server
from harness.state import ClusterState, Key, Namespace, Service, ServicePort

STATE = ClusterState().changed(
    put=[Namespace("n"), Service(Key("n", "s"), cluster_ips=("10.96.0.9",), ports=(ServicePort("http", "TCP", 80),))]
)


def respond(question: Question):  # noqa: ANN201 - a reply
    """Answer as the reference does."""
    return answer(STATE, question, COREDNS)


with Server(respond) as server:
    start = time.perf_counter()
    for count, exchange in ((int(sys.argv[1]), dns.query.udp), (int(sys.argv[2]), dns.query.tcp)):
        for _ in range(count):
            query = dns.message.make_query("s.n.svc.cluster.local.", "A", use_edns=False)
            exchange(query, server.addresses[0], port=server.port, timeout=2, one_rr_per_rrset=True)
    print(time.perf_counter() - start)
