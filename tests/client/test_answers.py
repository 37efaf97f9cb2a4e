from __future__ import annotations

import shlex

import dns.flags
import dns.message
import dns.opcode
import pytest
from dns.rcode import Rcode
from hypothesis import given
from hypothesis import strategies as st

from svcdns.client import Direct, QueryForm, Received, ask, dig, encode, objection, send
from svcdns.client.answer import read
from svcdns.errors import UsageError
from svcdns.message import question
from tests.client.servers import (
    PATIENCE,
    WEB,
    changed,
    datagrams,
    framed,
    reply_to,
    right,
    stream,
    without_question,
)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda query: right(query) + b"x", id="octets behind the message"),
        pytest.param(lambda query: right(query)[:-1], id="cut short"),
        pytest.param(lambda query: changed(right(query), (7, 9)), id="more answers announced than there are"),
        pytest.param(lambda query: changed(right(query), (-5, 3)), id="rdata of a wrong length"),
        pytest.param(lambda query: changed(right(query), (2, dns.opcode.UPDATE << 3 | 0x80)), id="another opcode"),
    ],
)
@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_malformed_answer_is_a_failure_with_its_octets(damage, transport):
    sent = []

    def damaged(query):
        sent.append(damage(query))
        return sent[-1]

    with datagrams(damaged) if transport == "udp" else stream(lambda queries: framed(damaged(queries[0]))) as server:
        answer = ask(server, WEB, transport=transport, timeout_seconds=PATIENCE)

    assert answer.failure is not None
    assert answer.failure.startswith("malformed: ")
    assert answer.message is None
    assert [answer.wire] == sent


def test_a_truncated_answer_cut_off_within_a_record_shows_what_there_is():
    def cut(query):
        rrset = ("web.t.svc.cluster.local.", 30, "IN", "A", "10.96.0.1", "10.96.0.2")
        return reply_to(query, rrset, flags=dns.flags.TC)[:-3]

    with datagrams(cut) as server:
        answer = ask(server, WEB, timeout_seconds=PATIENCE)

    assert answer.truncated
    assert answer.failure is None
    assert len(answer.answer) == 1


def test_every_record_stands_for_itself_with_its_own_ttl():
    def twice(query):
        rrset = ("WEB.t.svc.cluster.local.", 30, "IN", "A", "10.96.0.1")
        first = reply_to(query, rrset)
        record = first[-16:]
        return changed(first + record[:9] + b"\5" + record[10:] + record, (7, 3))

    with datagrams(twice) as server:
        answer = ask(server, WEB, timeout_seconds=PATIENCE)

    assert sorted(record.ttl for record in answer.answer) == [5, 30, 30]
    assert len(set(answer.answer)) == 2


def test_opt_is_read_and_is_no_additional_record():
    with datagrams(right) as server:
        answer = ask(server, WEB, edns=1232, timeout_seconds=PATIENCE)

    assert answer.edns == 1232
    assert answer.opt is not None
    assert (answer.opt.version, answer.opt.dnssec_ok, answer.opt.options) == (0, False, ())
    assert answer.additional == ()


@pytest.mark.parametrize(
    ("options", "flags", "edns"),
    [({}, dns.flags.RD, -1), ({"form": QueryForm(0)}, 0, -1), ({"edns": 512}, dns.flags.RD, 0)],
)
def test_a_question_travels_as_it_was_meant(options, flags, edns):
    message = dns.message.from_wire(encode(question("wEb.T.svc.cluster.local", "SRV"), **options))

    assert (message.flags, message.edns, message.payload) == (flags, edns, options.get("edns", 0))
    assert [str(rrset) for rrset in message.question] == ["wEb.T.svc.cluster.local. IN SRV"]


def test_ids_differ_from_question_to_question():
    assert len({encode(WEB)[:2] for _ in range(100)}) > 1


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_malformed_question_is_sent_as_it_is_and_matched_by_its_id(transport):
    wire = b"\1\2\0\0\0\7"
    sent = []

    def answer(query):
        sent.append(query)
        return without_question(b"\1\2", Rcode.FORMERR)

    with datagrams(answer) if transport == "udp" else stream(lambda queries: framed(answer(queries[0]))) as server:
        found = send(server, wire, transport=transport, timeout_seconds=PATIENCE)

    assert sent == [wire]
    assert found == Received(without_question(b"\1\2", Rcode.FORMERR))


@pytest.mark.parametrize(
    ("address", "port", "message"),
    [
        ("dns.example", 53, "'dns.example' is not an IP address: "),
        ("", 53, "'' is not an IP address: "),
        ("127.0.0.1", 0, "port 0 is out of range: "),
        ("127.0.0.1", 65536, "port 65536 is out of range: "),
    ],
)
def test_a_server_that_cannot_be_named_so_is_refused(address, port, message):
    with pytest.raises(UsageError) as caught:
        Direct(address, port)

    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("address", "server"), [("127.0.0.1", "127.0.0.1:5353"), ("::1", "[::1]:5353"), ("0:0::1", "[0:0::1]:5353")]
)
def test_a_server_is_named_by_address_and_port(address, server):
    assert Direct(address, 5353).server == server


@pytest.mark.parametrize(
    ("asked", "transport", "server", "edns", "command"),
    [
        (WEB, "tcp", "127.0.0.1:5353", None, "dig @127.0.0.1 -p 5353 +tcp +noedns web.t.svc.cluster.local. A"),
        (WEB, "udp", "[::1]:53", None, "dig @::1 -p 53 +ignore +noedns web.t.svc.cluster.local. A"),
        (
            question("1.0.96.10.in-addr.arpa", "PTR"),
            "udp",
            "10.96.0.10:53",
            1232,
            "dig @10.96.0.10 -p 53 +ignore +bufsize=1232 +nocookie 1.0.96.10.in-addr.arpa. PTR",
        ),
        (
            question("*.t.local", "TYPE65"),
            "tcp",
            "127.0.0.1:53",
            None,
            "dig @127.0.0.1 -p 53 +tcp +noedns '*.t.local.' HTTPS",
        ),
    ],
)
def test_the_command_line_asks_the_same(asked, transport, server, edns, command):
    assert dig(asked, transport, server, edns) == command


def test_an_odd_name_survives_the_shell():
    odd = question(r"a\.b\;\$c.local", "A")

    assert shlex.split(dig(odd, "udp", "127.0.0.1:53", None))[-2] == str(odd.name)


@given(query=st.binary(max_size=40), reply=st.binary(max_size=80))
def test_any_octets_can_be_matched(query, reply):
    reason = objection(query, reply)

    assert reason is None or reason


@given(
    changes=st.lists(st.tuples(st.integers(2, 200), st.integers(0, 255)), max_size=6),
    tail=st.binary(max_size=30),
    cut=st.integers(0, 100),
)
def test_any_answer_can_be_read(changes, tail, cut):
    query = dns.message.make_query(WEB.name, "SRV", use_edns=0).to_wire()
    base = reply_to(query, ("web.t.svc.cluster.local.", 30, "IN", "SRV", "0 1 80 a.local."), flags=dns.flags.TC)
    wire = changed(base, *((position % len(base), octet) for position, octet in changes))
    wire = (wire[:-cut] if cut % 2 else wire) + tail
    answer = read(Received(wire), WEB, transport="udp", server="127.0.0.1:53", edns=None, seconds=0.0)

    assert (answer.message is None) == (answer.failure is not None)
    assert (answer.rcode is None) == (answer.message is None)
    assert isinstance(answer.question_echoed, bool)
    assert all(map(str, (*answer.answer, *answer.authority, *answer.additional)))
    assert answer.truncated == ("TC" in answer.flags)
    assert answer.opt is None or answer.opt.payload >= 0
