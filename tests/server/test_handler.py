from __future__ import annotations

import struct

import dns.edns
import dns.flags
import dns.message
import dns.opcode
import pytest
from dns.rcode import Rcode
from dns.rdatatype import RdataType
from hypothesis import given
from hypothesis import strategies as st

from svcdns.message import Question, Record, Reply, lines, name, rdata
from svcdns.server import COREDNS, EVERY_TYPE, Handler, Style

WEB = "web.t.svc.cluster.local."
ADDRESS = rdata(RdataType.A, "10.96.0.10")
STILL = Style(shuffled=frozenset(), edns_size=None)
EVERYWHERE = ["udp", "tcp"]


def one_address(question: Question) -> Reply:
    return Reply(Rcode.NOERROR, (Record(question.name, 30, ADDRESS),))


def query(owner=WEB, rdtype="A", **options) -> bytes:
    message = dns.message.make_query(owner, rdtype, **options)
    message.id = 0x1234
    return message.to_wire()


def header(*, flags=0, counts=(1, 0, 0, 0)) -> bytes:
    return struct.pack("!6H", 0x1234, flags, *counts)


def handled(wire, *, respond=one_address, style=STILL, transport="udp", ipv6=False) -> dns.message.Message:
    handler = Handler(respond, style)
    answer = handler.handle(wire, transport=transport, ipv6=ipv6)
    assert handler.failure is None
    return dns.message.from_wire(answer, one_rr_per_rrset=True)


def flags(message) -> set[str]:
    return set(dns.flags.to_text(message.flags).split())


def shown(message) -> tuple:
    return Rcode(message.rcode()).name, len(message.question), len(message.answer), message.edns


@pytest.mark.parametrize("transport", EVERYWHERE)
def test_a_question_gets_its_reply(transport):
    answer = handled(query(), transport=transport)

    assert answer.id == 0x1234
    assert shown(answer) == ("NOERROR", 1, 1, -1)
    assert str(answer.answer[0]) == f"{WEB} 30 IN A 10.96.0.10"


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        (0, {"QR", "AA"}),
        (dns.flags.RD, {"QR", "AA", "RD"}),
        (dns.flags.CD, {"QR", "AA", "CD"}),
        (dns.flags.AD | dns.flags.RA | dns.flags.TC | dns.flags.AA, {"QR", "AA"}),
    ],
)
def test_recursion_desired_and_checking_disabled_are_copied_and_nothing_else(asked, answered):
    wire = header(flags=asked) + query()[12:]

    assert flags(handled(wire)) == answered


def test_authority_is_the_replys_to_claim():
    assert flags(handled(query(), respond=lambda _: Reply(Rcode.SERVFAIL, authoritative=False))) == {"QR", "RD"}


def test_every_section_and_rcode_of_the_reply_is_sent():
    soa = Record(
        name("cluster.local"), 30, rdata(RdataType.SOA, "ns.dns.cluster.local. h.cluster.local. 1 7200 1800 86400 30")
    )
    extra = Record(name("db.t.svc.cluster.local"), 5, ADDRESS)
    answer = handled(query(), respond=lambda _: Reply(Rcode.NXDOMAIN, authority=(soa,), additional=(extra,)))

    assert shown(answer) == ("NXDOMAIN", 1, 0, -1)
    assert [str(rrset) for rrset in answer.authority + answer.additional] == [
        "cluster.local. 30 IN SOA ns.dns.cluster.local. h.cluster.local. 1 7200 1800 86400 30",
        "db.t.svc.cluster.local. 5 IN A 10.96.0.10",
    ]


@pytest.mark.parametrize("transport", EVERYWHERE)
def test_the_question_comes_back_octet_for_octet(transport):
    wire = query("wEb.T.sVc.CLUSTER.local.")
    seen = []
    answer = Handler(lambda question: seen.append(question) or one_address(question)).handle(wire, transport=transport)

    assert answer[12 : len(wire)] == wire[12:]
    assert seen[0].name.labels == (b"wEb", b"T", b"sVc", b"CLUSTER", b"local", b"")


@pytest.mark.parametrize(
    "wire",
    [
        b"",
        b"\x12",
        header()[:11],
        header(flags=dns.flags.QR) + query()[12:],
        header(flags=dns.flags.QR | dns.flags.TC),
    ],
)
@pytest.mark.parametrize("transport", EVERYWHERE)
def test_what_is_no_question_at_all_is_met_with_silence(wire, transport):
    assert Handler(one_address).handle(wire, transport=transport) is None


QUESTION = query()[12:]
LABEL = b"\x3f" + 63 * b"a"
OPT = b"\0" + struct.pack("!HHIH", RdataType.OPT, 1232, 0, 0)
A_RECORD = QUESTION[:-4] + struct.pack("!HHIH", 1, 1, 0, 4) + b"\x7f\0\0\1"


@pytest.mark.parametrize(
    "wire",
    [
        pytest.param(header(counts=(0, 0, 0, 0)), id="no question"),
        pytest.param(header(counts=(2, 0, 0, 0)) + 2 * QUESTION, id="two questions"),
        pytest.param(header() + QUESTION[:-1], id="class cut short"),
        pytest.param(header() + QUESTION[:5], id="name cut short"),
        pytest.param(header() + b"\x40" + 64 * b"a" + b"\0\0\1\0\1", id="label of 64 octets"),
        pytest.param(header() + 4 * LABEL + b"\0\0\1\0\1", id="name of 257 octets"),
        pytest.param(header() + 3 * LABEL + b"\x3e" + 62 * b"a" + b"\0\0\1\0\1", id="name of 256 octets"),
        pytest.param(header() + b"\xc0\x0c\0\1\0\1", id="name that points at itself"),
        pytest.param(header() + b"\xc0\x00\0\1\0\1", id="name that points into the header"),
        pytest.param(header(counts=(1, 2, 0, 0)) + QUESTION + 2 * A_RECORD, id="two answers"),
        pytest.param(header(counts=(1, 0, 0, 3)) + QUESTION + 3 * A_RECORD, id="three additional records"),
    ],
)
@pytest.mark.parametrize("transport", EVERYWHERE)
def test_a_malformed_question_is_a_format_error(wire, transport):
    answer = handled(wire, transport=transport)

    assert answer.id == 0x1234
    assert shown(answer) == ("FORMERR", 0, 0, -1)
    assert flags(answer) == {"QR"}


@pytest.mark.parametrize(
    "wire",
    [
        pytest.param(header(counts=(1, 0, 0, 1)) + QUESTION + OPT[:-1] + b"\5abc", id="rdata cut short"),
        pytest.param(header(counts=(1, 0, 0, 1)) + QUESTION + A_RECORD[:-1], id="another record cut short"),
        pytest.param(header(counts=(1, 0, 0, 1)) + QUESTION + OPT[:-1] + b"\5\0\x0a\0\2a", id="option cut short"),
        pytest.param(header(counts=(1, 0, 0, 1)) + QUESTION + b"\x80" + OPT, id="label of a reserved kind"),
        pytest.param(header(counts=(1, 0, 0, 1)) + QUESTION + OPT[:5], id="OPT cut short"),
    ],
)
@pytest.mark.parametrize("transport", EVERYWHERE)
def test_a_format_error_behind_the_question_repeats_the_question(wire, transport):
    answer = handled(wire, transport=transport)

    assert shown(answer) == ("FORMERR", 1, 0, -1)
    assert answer.question[0].name == name(WEB)


@pytest.mark.parametrize("opcode", [dns.opcode.QUERY, dns.opcode.NOTIFY])
def test_errors_that_are_found_before_the_question_is_read_leave_the_flags_as_they_came(opcode):
    every = dns.flags.AA | dns.flags.TC | dns.flags.RD | dns.flags.RA | dns.flags.AD | dns.flags.CD | 0x40
    left = every & ~dns.flags.AA & ~0x40 | dns.flags.QR
    malformed = Handler(one_address).handle(
        header(flags=opcode << 11 | every, counts=(2, 0, 0, 0)) + QUESTION, transport="udp"
    )
    unknown = Handler(one_address).handle(header(flags=dns.opcode.UPDATE << 11 | every) + QUESTION, transport="udp")

    assert malformed == header(flags=left | Rcode.FORMERR, counts=(0, 0, 0, 0))
    assert unknown == header(flags=left | dns.opcode.UPDATE << 11 | Rcode.NOTIMP, counts=(0, 0, 0, 0))


@pytest.mark.parametrize(("opcode", "copied"), [(dns.opcode.QUERY, {"RD", "CD"}), (dns.opcode.NOTIFY, set())])
@pytest.mark.parametrize("transport", EVERYWHERE)
def test_a_header_alone_is_a_server_failure(opcode, copied, transport):
    wire = header(flags=opcode << 11 | dns.flags.RD | dns.flags.CD | dns.flags.AD, counts=(1, 0, 0, 1))
    answer = handled(wire, transport=transport)

    assert shown(answer) == ("SERVFAIL", 0, 0, -1)
    assert flags(answer) == {"QR", *copied}
    assert answer.opcode() == opcode


@pytest.mark.parametrize("cut", [2, 4])
def test_a_question_without_a_class_is_of_the_class_0_which_is_refused(cut):
    answer = Handler(one_address).handle(header() + QUESTION[:-cut], transport="udp")

    assert answer == header(flags=dns.flags.QR | Rcode.REFUSED) + QUESTION[:-cut] + bytes(cut)


@pytest.mark.parametrize(
    ("wire", "edns"),
    [
        pytest.param(header(counts=(1, 0, 0, 1)) + QUESTION, -1, id="OPT announced and not there"),
        pytest.param(header(counts=(1, 1, 1, 2)) + QUESTION + A_RECORD, -1, id="only the first record there"),
        pytest.param(header(counts=(1, 0, 0, 2)) + QUESTION + query(use_edns=1)[len(query()) :] + OPT, 0, id="two OPT"),
        pytest.param(header(counts=(1, 0, 0, 1)) + QUESTION + b"\1a" + OPT, 0, id="OPT that has an owner name"),
    ],
)
def test_what_miekg_dns_reads_is_answered(wire, edns):
    assert shown(handled(wire)) == ("NOERROR", 1, 1, edns)


def test_a_datagram_is_read_up_to_512_octets_as_coredns_does():
    padding = dns.edns.GenericOption(dns.edns.OptionType.PADDING, bytes(600))
    wire = query(use_edns=0, payload=4096, options=[padding])

    assert shown(handled(wire, transport="udp")) == ("FORMERR", 1, 0, -1)
    assert shown(handled(wire, transport="tcp")) == ("NOERROR", 1, 1, 0)


def test_octets_behind_the_message_are_ignored():
    assert shown(handled(query() + b"trailing")) == ("NOERROR", 1, 1, -1)


@pytest.mark.parametrize("rdtype", ["A", "TYPE65280", "ANY", "OPT", "TYPE0"])
def test_every_type_is_the_rules_business(rdtype):
    seen = []
    handled(query(rdtype=rdtype), respond=lambda question: seen.append(question) or Reply(Rcode.NOERROR))

    assert [str(question) for question in seen] == [f"{WEB} {RdataType.to_text(RdataType.make(rdtype))}"]


@pytest.mark.parametrize(
    "owner", [".", "a" * 63 + ".local.", ".".join(["a" * 63] * 3 + ["a" * 61]) + ".", r"dep\.cip.t.svc.cluster.local."]
)
def test_long_and_odd_names_are_answered(owner):
    answer = handled(query(owner))

    assert answer.question[0].name == name(owner)
    assert shown(answer) == ("NOERROR", 1, 1, -1)


@pytest.mark.parametrize("opcode", [1, 2, 3, 5, 6, 15])
@pytest.mark.parametrize("rest", [QUESTION, b""])
def test_other_opcodes_are_not_implemented(opcode, rest):
    answer = Handler(one_address).handle(header(flags=opcode << 11 | dns.flags.RD) + rest, transport="udp")

    assert answer == header(flags=dns.flags.QR | opcode << 11 | dns.flags.RD | Rcode.NOTIMP, counts=(0, 0, 0, 0))


def test_notify_is_answered_like_a_query_but_for_what_is_copied_of_its_flags():
    answer = handled(header(flags=dns.opcode.NOTIFY << 11 | dns.flags.AA | dns.flags.RD | dns.flags.CD) + QUESTION)

    assert answer.opcode() == dns.opcode.NOTIFY
    assert shown(answer) == ("NOERROR", 1, 1, -1)
    assert flags(answer) == {"QR", "AA"}


@pytest.mark.parametrize(
    ("asked", "rcode"),
    [
        ({"rdclass": "CH"}, "REFUSED"),
        ({"rdclass": "ANY"}, "REFUSED"),
        ({"rdclass": "CH", "use_edns": 1}, "REFUSED"),
        ({"rdtype": "AXFR"}, "REFUSED"),
        ({"rdtype": "IXFR"}, "REFUSED"),
        ({"use_edns": 1}, "BADVERS"),
        ({"use_edns": 255, "rdtype": "AXFR"}, "BADVERS"),
    ],
)
@pytest.mark.parametrize("transport", EVERYWHERE)
def test_what_the_server_does_not_serve_is_refused_without_asking_the_rules(asked, rcode, transport):
    answer = handled(query(**asked), respond=lambda _: pytest.fail("asked"), transport=transport)

    assert shown(answer) == (rcode, 1, 0, 0 if "use_edns" in asked else -1)
    assert flags(answer) == {"QR", "RD"}


@pytest.mark.parametrize("payload", [0, 100, 512, 1232, 65535])
def test_opt_comes_back_with_the_clients_size(payload):
    answer = handled(query(use_edns=0, payload=payload))

    assert (answer.edns, answer.payload, answer.ednsflags, answer.options) == (0, payload, 0, ())


def test_a_style_may_offer_a_size_of_its_own():
    assert handled(query(use_edns=0, payload=4096), style=Style(frozenset(), edns_size=1232)).payload == 1232


@pytest.mark.parametrize(("asked", "copied"), [(0x8000, 0x8000), (0x0001, 0), (0xC001, 0xC000), (0xFFFF, 0xFF00)])
def test_dnssec_ok_is_copied_with_the_seven_bits_beside_it(asked, copied):
    assert handled(query(use_edns=0, ednsflags=asked)).ednsflags == copied


@pytest.mark.parametrize(("edns_size", "payload"), [(None, 0), (1232, 1232)])
def test_an_answer_to_another_version_of_edns_has_an_opt_record_of_its_own(edns_size, payload):
    options = [dns.edns.GenericOption(dns.edns.OptionType.NSID, b"a")]
    wire = query(use_edns=1, payload=4096, ednsflags=dns.flags.DO, options=options)
    answer = handled(wire, style=Style(frozenset(), edns_size=edns_size))

    assert shown(answer) == ("BADVERS", 1, 0, 0)
    assert (answer.payload, answer.ednsflags & 0xFFFF, answer.options) == (payload, 0, ())


def test_known_options_are_echoed_and_unknown_ones_dropped():
    known, unknown = [3, 9, 10, 11, 12], [0, 8, 15, 65001]
    options = [dns.edns.GenericOption(code, b"12345678") for code in sorted(known + unknown)]
    wire = query(use_edns=0, options=options)
    echoed = b"".join(struct.pack("!HH", code, 8) + b"12345678" for code in known)

    assert Handler(one_address).handle(wire, transport="udp").endswith(struct.pack("!H", len(echoed)) + echoed)


def test_opt_is_found_beside_another_additional_record():
    for records in (A_RECORD + OPT, OPT + A_RECORD):
        assert handled(header(counts=(1, 0, 0, 2)) + QUESTION + records).payload == 1232


@pytest.mark.parametrize("records", [(1, 0), (0, 1)])
def test_records_that_notify_and_ixfr_bring_along_are_passed_over(records):
    assert shown(handled(header(counts=(1, *records, 1)) + QUESTION + A_RECORD + OPT)) == ("NOERROR", 1, 1, 0)


@pytest.mark.parametrize("records", [(1, 0), (0, 1)])
def test_opt_in_another_section_is_no_edns(records):
    assert shown(handled(header(counts=(1, *records, 0)) + QUESTION + OPT)) == ("NOERROR", 1, 1, -1)


class BrokenRuleError(BaseException):
    pass


@pytest.mark.parametrize("transport", EVERYWHERE)
def test_a_rule_that_raises_is_a_server_failure_that_is_kept(transport):
    broken, later = BrokenRuleError("first"), BrokenRuleError("second")
    raised = [broken, later]

    def respond(question: Question) -> Reply:
        if raised:
            raise raised.pop(0)
        return one_address(question)

    handler = Handler(respond)
    answers = [dns.message.from_wire(handler.handle(query(use_edns=0), transport=transport)) for _ in range(3)]

    assert [shown(answer) for answer in answers] == [("SERVFAIL", 1, 0, 0), ("SERVFAIL", 1, 0, 0), ("NOERROR", 1, 1, 0)]
    assert flags(answers[0]) == {"QR", "RD"}
    assert handler.failure is broken


def test_a_reply_that_cannot_be_written_is_a_server_failure_that_is_kept():
    relative = Record(name("web").relativize(name(".")), 30, ADDRESS)
    handler = Handler(lambda _: Reply(Rcode.NOERROR, (relative,)))

    assert dns.message.from_wire(handler.handle(query(), transport="udp")).rcode() == Rcode.SERVFAIL
    assert handler.failure is not None


def many(rdtype: RdataType, texts) -> tuple[Record, ...]:
    return tuple(Record(name(WEB), 30, rdata(rdtype, text)) for text in texts)


ADDRESSES = many(RdataType.A, [f"10.96.0.{number}" for number in range(1, 21)])
PORTS = many(RdataType.SRV, [f"0 100 {number} web.t.svc.cluster.local." for number in range(1, 21)])
ALIAS = Record(name("alias.t.svc.cluster.local"), 30, rdata(RdataType.CNAME, WEB))


def orders(records, style) -> set[tuple[str, ...]]:
    reply = Reply(Rcode.NOERROR, records)
    return {
        tuple(str(rrset) for rrset in handled(query(), respond=lambda _: reply, style=style, transport="tcp").answer)
        for _ in range(30)
    }


@pytest.mark.parametrize(
    ("style", "records", "varies"),
    [
        (COREDNS, ADDRESSES, True),
        (COREDNS, PORTS, False),
        (STILL, ADDRESSES, False),
        (Style(EVERY_TYPE, None), PORTS, True),
    ],
)
def test_the_style_says_which_rrsets_vary_in_order(style, records, varies):
    seen = orders(records, style)

    assert (len(seen) > 1) == varies
    assert {tuple(sorted(order)) for order in seen} == {tuple(sorted(next(iter(seen))))}


def test_what_does_not_move_stays_beside_what_does():
    assert {len(set(order)) for order in orders((*PORTS, *ADDRESSES), COREDNS)} == {len(PORTS) + len(ADDRESSES)}


@pytest.mark.parametrize("style", [COREDNS, Style(EVERY_TYPE, None)])
def test_an_alias_stays_before_what_it_stands_for(style):
    seen = orders((ALIAS, *ADDRESSES), style)

    assert len(seen) > 1
    assert {("CNAME" in order[0], len(set(order)), len(order)) for order in seen} == {(True, 21, 21)}


@given(wire=st.binary(max_size=600), transport=st.sampled_from(EVERYWHERE), ipv6=st.booleans())
def test_no_octets_are_too_strange(wire, transport, ipv6):
    answered_or_silent(wire, transport, ipv6)


@given(
    base=st.sampled_from([query(), query(use_edns=0, options=[dns.edns.CookieOption(b"12345678", b"")])]),
    changes=st.lists(st.tuples(st.integers(2, 80), st.integers(0, 255)), max_size=4),
    cut=st.integers(0, 80),
    transport=st.sampled_from(EVERYWHERE),
)
def test_no_damaged_question_is_too_strange(base, changes, cut, transport):
    wire = bytearray(base)
    for position, octet in changes:
        wire[position % len(wire)] = octet
    answered_or_silent(bytes(wire[: len(wire) - cut % len(wire)] if cut % 2 else wire), transport, ipv6=False)


def answered_or_silent(wire, transport, ipv6):
    handler = Handler(
        lambda question: Reply(Rcode.NOERROR, tuple(Record(question.name, 5, ADDRESS) for _ in range(60)))
    )
    answer = handler.handle(wire, transport=transport, ipv6=ipv6)
    assert handler.failure is None
    if answer is None:
        assert len(wire) < 12 or wire[2] & 0x80
        return
    assert answer[:2] == wire[:2]
    assert len(answer) <= 65535
    assert answer[2] & 0x80
    if answer[4:6] != b"\0\0":
        message = dns.message.from_wire(answer, one_rr_per_rrset=True)
        assert len(message.question) == 1
        limit = 65535 if transport == "tcp" else max(512, message.payload if message.edns >= 0 else 0)
        assert len(answer) <= limit


def test_rendering_keeps_text_and_octets_of_every_type_used():
    texts = {
        RdataType.A: "10.96.0.1",
        RdataType.AAAA: "fd00:10:96::30",
        RdataType.CNAME: "Web.T.svc.cluster.local.",
        RdataType.NS: "ns.dns.cluster.local.",
        RdataType.PTR: "WEB.t.svc.cluster.local.",
        RdataType.MX: "10 mail.cluster.local.",
        RdataType.SRV: "0 100 80 web-0.WEB.t.svc.cluster.local.",
        RdataType.SOA: "ns.dns.cluster.local. hostmaster.cluster.local. 7 7200 1800 86400 30",
        RdataType.TXT: '"1.1.0"',
        RdataType.HINFO: '"ANY obsoleted" "See RFC 8482"',
    }
    records = tuple(Record(name(WEB), 30, rdata(rdtype, text)) for rdtype, text in texts.items())
    for padding in ((), many(RdataType.A, ["10.0.0.1"] * 40)):
        reply = Reply(Rcode.NOERROR, records + padding)
        answer = handled(query(use_edns=0, payload=1400), respond=lambda _, reply=reply: reply)
        received = [Record(rrset.name, rrset.ttl, rrset[0]) for rrset in answer.answer]

        assert "TC" not in flags(answer)
        assert lines(received) == lines(records + padding)
