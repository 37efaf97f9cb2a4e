"""How messages are written."""

from __future__ import annotations

import dns.message
import dns.rrset
import pytest

from svcdns import judge
from svcdns.faults.deliveries import with_compressed_targets
from svcdns.faults.fault import QueryContext
from svcdns.judge.wires import compressed_srv_targets
from svcdns.message import question
from svcdns.state import ClusterState
from tests.judge.answers import KEPT, NODATA, Server, broken, says, verdict
from tests.judge.states import STATE

SRV = question("_http._tcp.web.shop.svc.cluster.local.", "SRV")
RECORDS = [
    f"_http._tcp.web.shop.svc.cluster.local. 30 IN SRV 0 50 80 {label}.web.shop.svc.cluster.local." for label in "abc"
]
ADDRESSES = ["a.web.shop.svc.cluster.local. 30 IN A 10.96.0.10"]


def written(answer: list[str], additional: list[str], *, edns: bool = False) -> bytes:
    query = dns.message.make_query(SRV.name, SRV.type, use_edns=edns)
    response = dns.message.make_response(query)
    response.answer = [dns.rrset.from_text(*text.split(" ", 4)) for text in answer]
    response.additional = [dns.rrset.from_text(*text.split(" ", 4)) for text in additional]
    return response.to_wire()


@pytest.mark.parametrize("edns", [False, True])
@pytest.mark.parametrize("records", [0, 1, 3])
def test_targets_in_full_and_compressed_ones_are_told_apart(records: int, edns: bool):
    wire = written(RECORDS[:records], ADDRESSES, edns=edns)
    compressed = with_compressed_targets(QueryContext(SRV, "udp", None, ClusterState()), wire)
    assert compressed_srv_targets(wire) == 0
    assert compressed_srv_targets(compressed) == records
    assert dns.message.from_wire(compressed) == dns.message.from_wire(wire)


def test_a_message_that_is_cut_off_has_the_targets_that_are_there():
    compressed = with_compressed_targets(QueryContext(SRV, "udp", None, ClusterState()), written(RECORDS, []))
    (last,) = {
        len(compressed)
        - len(with_compressed_targets(QueryContext(SRV, "udp", None, ClusterState()), written(RECORDS[:2], [])))
    }
    assert compressed_srv_targets(compressed[:-last]) == 2


IN_FULL = judge.property_of("_http._tcp.web", "SRV", "spells its targets in full")


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (says("SRV 0 50 80 web.shop.svc.cluster.local."), KEPT),
        (says(flags="QR AA RD TC"), KEPT),
        (NODATA, broken("the answer to _http._tcp.web.shop.svc.cluster.local. SRV has no SRV record")),
    ],
    ids=["in full", "truncated to nothing", "no record"],
)
def test_targets_are_spelled_in_full(reply, expected):
    assert verdict(IN_FULL, STATE, Server({"_http._tcp.web SRV": reply})) == expected
