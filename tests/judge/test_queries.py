"""Queries as resolvers send them, and what is made of the responses."""

from __future__ import annotations

from dataclasses import replace

import dns.flags
import pytest
from dns.edns import OptionType

from svcdns import judge
from svcdns.client import PLAIN, QueryForm
from svcdns.judge import Promise
from tests.judge.answers import (
    KEPT,
    NODATA,
    NXDOMAIN,
    SERVFAIL,
    SILENCE,
    Reply,
    Row,
    Server,
    Verdict,
    answers,
    broken,
    observation,
    readings,
    row,
    says,
    silent,
)
from tests.judge.states import STATE

WEB, NOBODY = "web A", "nobody A"
ADDRESS, OTHER = "A 10.96.0.10", "A 10.96.0.11"
DO = int(dns.flags.DO)
CLIENT = bytes.fromhex("0123456789abcdef")
SERVER = bytes(8)
SUBNET, SCOPED = bytes.fromhex("00011800c00002"), bytes.fromhex("00011818c00002")
SIGNATURE = "RRSIG A 13 5 30 20300101000000 20250101000000 1 cluster.local. c2ln"
PROOF = "NSEC \\000.nobody.shop.svc.cluster.local. RRSIG NSEC"


def sent(how: str, name: str = "web") -> Promise:
    return judge.answered_alike(name, "A", how)


def edns(*records: str, **other: object) -> Reply:
    return says(*(records or [ADDRESS]), edns_version=0, **other)


def with_option(code: OptionType | int, data: bytes, **other: object) -> Reply:
    return edns(options=[(int(code), data)], **other)


def case(id_: str, how: str, reply: Reply, verdict: Verdict, plain: Reply | None = None, name: str = "web"):
    script = {f"{name} A": [plain or says(ADDRESS), reply]}
    return row(f"{how}: {id_}", sent(how, name), script, verdict)


def wrong(how: str, problem: str) -> Verdict:
    return broken(f"the answer to web.shop.svc.cluster.local. A, asked {how}, {problem}")


def prefixed(how: str, verdict: Verdict) -> Verdict:
    return replace(verdict, problem=f"{how}: {verdict.problem}")


NONE, COOKIE, NSID = "with EDNS and no option", "with a cookie", "with an NSID request"
ECS, UNKNOWN, ALL = "with a client subnet", "with an unknown option", "with several options and flags"
WITH_DO, WITH_CD, NO_RD = "with the DO flag", "with the CD flag", "without the RD flag"
DENIED = replace(NXDOMAIN, edns_version=0)
SIGNED_DENIAL = Reply(edns_version=0, edns_flags=DO, authority=[PROOF])
MALFORMED = broken(
    "with a cookie: web.shop.svc.cluster.local. A is not answered: malformed: "
    "server cookie must be empty or between 8 and 32 bytes"
)

# fmt: off
ROWS = [
    case("alike", NONE, edns(), KEPT),
    case("denied alike", NONE, DENIED, KEPT, NXDOMAIN, "nobody"),
    case("no data alike", NONE, replace(NODATA, edns_version=0), KEPT, NODATA),
    case("another address", NONE, edns(OTHER), prefixed(NONE, broken(f"unexpected record {OTHER} at web.shop.svc.cluster.local.", unexpected=[OTHER], missing=[ADDRESS]))),
    case("no data", NONE, replace(NODATA, edns_version=0), prefixed(NONE, broken(f"missing record {ADDRESS} at web.shop.svc.cluster.local.", missing=[ADDRESS]))),
    case("denied", NONE, DENIED, prefixed(NONE, answers(WEB, "NXDOMAIN", "NOERROR"))),
    case("refused", NONE, Reply(rcode="REFUSED", edns_version=0), prefixed(NONE, answers(WEB, "REFUSED", "NOERROR"))),
    case("not understood", NONE, Reply(rcode="FORMERR"), prefixed(NONE, answers(WEB, "FORMERR", "NOERROR"))),
    case("not denied", NONE, edns(), prefixed(NONE, answers(NOBODY, "NOERROR", "NXDOMAIN", unexpected=[ADDRESS])), NXDOMAIN, "nobody"),
    case("unanswered", NONE, SILENCE, prefixed(NONE, silent(WEB))),
    case("a plain query unanswered", NONE, edns(), silent(WEB), SILENCE),
    case("a plain query that fails", NONE, SERVFAIL, answers(WEB, "SERVFAIL", "NOERROR"), SERVFAIL),
    case("without EDNS", NONE, says(ADDRESS), wrong(NONE, "has no OPT record")),
    case("another version", NONE, says(ADDRESS, edns_version=1), wrong(NONE, "has an OPT record of version 1")),
    case("a cookie", NONE, with_option(OptionType.COOKIE, CLIENT + SERVER), wrong(NONE, "has a cookie, which the query has not")),
    case("an NSID", NONE, with_option(OptionType.NSID, b"x"), wrong(NONE, "has an NSID, which the query has not")),
    case("a client subnet", NONE, with_option(OptionType.ECS, SUBNET), wrong(NONE, "has a client subnet, which the query has not")),
    case("an extended error", NONE, with_option(OptionType.EDE, bytes(2)), KEPT),
    case("DO", NONE, edns(edns_flags=DO), wrong(NONE, "does not copy the DO flag")),
    case("no RD", NONE, edns(flags="QR AA"), wrong(NONE, "does not copy the RD flag")),

    case("ignored", COOKIE, edns(), KEPT),
    case("echoed", COOKIE, with_option(OptionType.COOKIE, CLIENT), KEPT),
    case("answered", COOKIE, with_option(OptionType.COOKIE, CLIENT + SERVER), KEPT),
    case("answered at length", COOKIE, with_option(OptionType.COOKIE, CLIENT + bytes(32)), KEPT),
    case("too short", COOKIE, with_option(OptionType.COOKIE, CLIENT + bytes(7)), MALFORMED),
    case("too long", COOKIE, with_option(OptionType.COOKIE, CLIENT + bytes(33)), MALFORMED),
    case("of another client", COOKIE, with_option(OptionType.COOKIE, SERVER + SERVER), wrong(COOKIE, "has the cookie of another client")),
    case("an NSID", COOKIE, with_option(OptionType.NSID, b"x"), wrong(COOKIE, "has an NSID, which the query has not")),
    case("demanded for another client", COOKIE, Reply(rcode="BADCOOKIE", edns_version=0, options=[(10, SERVER + SERVER)]), prefixed(COOKIE, answers(WEB, "BADCOOKIE", "NOERROR"))),

    case("ignored", NSID, edns(), KEPT),
    case("echoed", NSID, with_option(OptionType.NSID, b""), KEPT),
    case("answered", NSID, with_option(OptionType.NSID, b"dns-1"), KEPT),

    case("ignored", ECS, edns(), KEPT),
    case("echoed", ECS, with_option(OptionType.ECS, SUBNET), KEPT),
    case("answered", ECS, with_option(OptionType.ECS, SCOPED), KEPT),
    case("of another client", ECS, with_option(OptionType.ECS, SUBNET[:-1] + b"\3"), wrong(ECS, "has the client subnet of another client")),
    case("of another length", ECS, with_option(OptionType.ECS, bytes.fromhex("00011700c00002")), wrong(ECS, "has the client subnet of another client")),

    case("ignored", UNKNOWN, edns(), KEPT),
    case("echoed", UNKNOWN, with_option(65_001, b"svcdns"), wrong(UNKNOWN, "has an unknown option, which is to be ignored")),

    case("copied", WITH_DO, edns(edns_flags=DO), KEPT),
    case("not copied", WITH_DO, edns(), wrong(WITH_DO, "does not copy the DO flag")),
    case("signed", WITH_DO, edns(ADDRESS, SIGNATURE, edns_flags=DO), KEPT),
    case("signed, another address", WITH_DO, edns(OTHER, SIGNATURE, edns_flags=DO), prefixed(WITH_DO, broken(f"unexpected record {OTHER} at web.shop.svc.cluster.local.", unexpected=[OTHER], missing=[ADDRESS]))),
    case("a signed denial", WITH_DO, SIGNED_DENIAL, KEPT, NXDOMAIN, "nobody"),
    case("a signed answer to what is denied", WITH_DO, replace(SIGNED_DENIAL, records=[ADDRESS]), prefixed(WITH_DO, broken(f"unexpected record {ADDRESS} at nobody.shop.svc.cluster.local.", unexpected=[ADDRESS])), NXDOMAIN, "nobody"),
    case("a denial that is not signed", WITH_DO, Reply(edns_version=0, edns_flags=DO), prefixed(WITH_DO, answers(NOBODY, "NOERROR", "NXDOMAIN")), NXDOMAIN, "nobody"),
    case("signed without DO", NONE, edns(ADDRESS, SIGNATURE), prefixed(NONE, broken(f"unexpected record {SIGNATURE} at web.shop.svc.cluster.local.", unexpected=[SIGNATURE]))),
    case("a signed denial without DO", NONE, replace(SIGNED_DENIAL, edns_flags=0), prefixed(NONE, answers(NOBODY, "NOERROR", "NXDOMAIN")), NXDOMAIN, "nobody"),

    case("alike", WITH_CD, says(ADDRESS), KEPT),
    case("copied", WITH_CD, says(ADDRESS, flags="QR AA RD CD"), KEPT),
    case("failed", WITH_CD, SERVFAIL, prefixed(WITH_CD, answers(WEB, "SERVFAIL", "NOERROR"))),
    case("alike", NO_RD, says(ADDRESS, flags="QR AA"), KEPT),
    case("RD", NO_RD, says(ADDRESS), wrong(NO_RD, "does not copy the RD flag")),
    case("refused", NO_RD, Reply(rcode="REFUSED", flags="QR"), prefixed(NO_RD, answers(WEB, "REFUSED", "NOERROR"))),
    case("answered", ALL, edns(edns_flags=DO, options=[(3, b"x"), (10, CLIENT + SERVER), (8, SCOPED)]), KEPT),
    case("the last option wrong", ALL, edns(edns_flags=DO, options=[(3, b"x"), (8, SCOPED), (10, SERVER)]), wrong(ALL, "has the cookie of another client")),
]
# fmt: on


@pytest.mark.parametrize("row", ROWS)
def test_a_query_is_answered_as_a_plain_one(row: Row):
    assert row.judged(STATE) == row.verdict


def test_a_cookie_that_a_server_demands_is_sent_back_to_it():
    demanded = Reply(rcode="BADCOOKIE", edns_version=0, options=[(10, CLIENT + SERVER)])
    server = Server({WEB: [says(ADDRESS), demanded, with_option(OptionType.COOKIE, CLIENT + SERVER)]})
    assert all(reading.kept for reading in readings(sent(COOKIE), observation(STATE, server)))
    assert [form.options for form in server.forms] == [(), ((10, CLIENT),), ((10, CLIENT + SERVER),)]


def test_each_query_is_sent_as_its_sentence_says():
    forms: dict[str, QueryForm] = {}
    for how in judge.QUERIES:
        server = Server({WEB: says(ADDRESS)})
        readings(sent(how), observation(STATE, server))
        assert server.forms[0] == PLAIN
        assert server.edns[0] is None
        assert (server.edns[1] is None) == (how in (WITH_CD, "with the AD flag", NO_RD))
        forms[how] = server.forms[1]
    assert forms[NONE] == PLAIN
    assert len(set(forms.values())) == len(forms)
    assert forms[NO_RD].flags == 0
    assert [how for how, form in forms.items() if form.flags & dns.flags.CD] == [WITH_CD, ALL]
    assert [how for how, form in forms.items() if form.edns_flags & DO] == [WITH_DO, ALL]
    assert [how for how, form in forms.items() if (10, CLIENT) in form.options] == [COOKIE, ALL]
    assert [how for how, form in forms.items() if (8, SUBNET) in form.options] == [ECS, ALL]
