"""Servers that are wrong about the flags and EDNS options of a query, and right ones that answer them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import dns.flags
import dns.message
import dns.rcode
from dns.edns import GenericOption, Option, OptionType
from dns.rcode import Rcode
from dns.rdatatype import NSEC, RRSIG

from svcdns.faults.deliveries import flags
from svcdns.faults.fault import Deliver, Fault, QueryContext, ReplyChange, Rewriting
from svcdns.faults.replies import where
from svcdns.message import Record, Reply, rdata

_COOKIE, _NSID, _ECS = OptionType.COOKIE, OptionType.NSID, OptionType.ECS
_KNOWN = frozenset({_COOKIE, _NSID, _ECS})
_CLIENT_COOKIE_OCTETS = 8
_COUNT_OF_ADDITIONAL = slice(10, 12)
_SERVER_COOKIE = bytes.fromhex("0100000065a4b2c10f1e2d3c4b5a6978")
_BADCOOKIE = Rcode.BADCOOKIE

#: Whether a fault concerns a query.
_Concerns = Callable[[QueryContext], bool]


@lru_cache(maxsize=64)
def _read(wire: bytes) -> dns.message.Message:
    return dns.message.from_wire(wire, keyring=False, ignore_trailing=True)


def _options(context: QueryContext) -> Sequence[Option]:
    return () if context.edns is None else _read(context.wire).options


def _edns_flags(context: QueryContext) -> int:
    return 0 if context.edns is None else int(_read(context.wire).ednsflags)


def _flags(context: QueryContext) -> int:
    return int.from_bytes(context.wire[2:4])


def _has(code: OptionType) -> _Concerns:
    return lambda context: any(option.otype == code for option in _options(context))


def _has_unknown_options(context: QueryContext) -> bool:
    return any(option.otype not in _KNOWN for option in _options(context))


def _has_reserved_flags(context: QueryContext) -> bool:
    return bool(_edns_flags(context) & ~dns.flags.DO)


def _has_do(context: QueryContext) -> bool:
    return bool(_edns_flags(context) & dns.flags.DO)


def _has_more_than_opt(context: QueryContext) -> bool:
    return int.from_bytes(context.wire[_COUNT_OF_ADDITIONAL]) > (context.edns is not None)


def _is_not_recursive(context: QueryContext) -> bool:
    return not _flags(context) & dns.flags.RD


def _has_flag(flag: dns.flags.Flag) -> _Concerns:
    return lambda context: bool(_flags(context) & flag)


def _to(concerns: _Concerns, instead: Rcode | None) -> ReplyChange:
    """Answer the queries that a fault concerns with an rcode, or not at all."""

    def changed(context: QueryContext, reply: Reply) -> Reply | None:
        if not concerns(context):
            return reply
        return None if instead is None else Reply(instead, authoritative=False)

    return changed


def _denied(concerns: _Concerns) -> ReplyChange:
    return where(
        lambda context, reply: bool(reply.answer) and concerns(context),
        Reply(dns.rcode.NOERROR),
    )


def _sending(
    change: Callable[[dns.message.Message, list[Option]], Sequence[Option]], ednsflags: int | None = None
) -> Deliver:
    """Replace the options of responses; ``change`` gets the query, and the options of the response."""

    def rewrite(context: QueryContext, wire: bytes) -> bytes:
        if context.edns is None:
            return wire
        message = dns.message.from_wire(wire, keyring=False, one_rr_per_rrset=True)
        options = change(_read(context.wire), list(message.options))
        kept = message.ednsflags if ednsflags is None else message.ednsflags & ~dns.flags.DO | ednsflags
        rcode = message.rcode()
        message.use_edns(0, kept, message.payload, options=list(options))
        message.set_rcode(rcode)
        return message.to_wire(max_size=65_535)

    return Rewriting(rewrite)


def _data(option: Option) -> bytes:
    return option.to_wire() or b""


def _instead(code: OptionType, answered: Callable[[bytes], bytes]) -> Deliver:
    """Answer an option of the query with other data."""

    def change(query: dns.message.Message, options: list[Option]) -> Sequence[Option]:
        asked = [option for option in query.options if option.otype == code]
        others = [option for option in options if option.otype != code]
        return [*others, *(GenericOption(code, answered(_data(option))) for option in asked)]

    return _sending(change)


def _unasked(option: Option) -> Deliver:
    """Send an option that the query does not have."""

    def change(query: dns.message.Message, options: list[Option]) -> Sequence[Option]:
        asked = any(each.otype == option.otype for each in query.options)
        return options if asked else [*options, option]

    return _sending(change)


def _echoed(query: dns.message.Message, options: list[Option]) -> Sequence[Option]:
    del options
    return query.options


def _same(query: dns.message.Message, options: list[Option]) -> Sequence[Option]:
    del query
    return options


def _ignored(query: dns.message.Message, options: list[Option]) -> Sequence[Option]:
    del query, options
    return ()


def _cookie_missing(context: QueryContext, reply: Reply) -> bool:
    """Whether a query over UDP has a client's cookie without a server's."""
    del reply
    cookies = (option for option in _options(context) if option.otype == _COOKIE)
    return context.transport == "udp" and any(len(_data(option)) == _CLIENT_COOKIE_OCTETS for option in cookies)


def _with_server_cookie(data: bytes) -> bytes:
    return data[:_CLIENT_COOKIE_OCTETS] + _SERVER_COOKIE


def _signed(context: QueryContext, reply: Reply) -> Reply:
    """Add signatures for a query with DO; a name that does not exist has no data then, as in RFC 9824."""
    if not _has_do(context) or reply.rcode not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        return reply
    if not reply.answer:
        owner = context.question.name
        proof = Record(owner, 5, rdata(NSEC, f"\\000.{owner} RRSIG NSEC"))
        return Reply(dns.rcode.NOERROR, authority=(*reply.authority, proof))
    covered = dict.fromkeys((record.owner, record.type, record.ttl) for record in reply.answer)
    signatures = (
        Record(
            owner,
            ttl,
            rdata(RRSIG, f"{type_.name} 13 {len(owner) - 1} {ttl} 20300101000000 20250101000000 1 cluster.local. c2ln"),
        )
        for owner, type_, ttl in covered
    )
    return Reply(reply.rcode, (*reply.answer, *signatures), reply.authority, reply.additional)


def _fault(name: str, sentence: str, behaviours: tuple[str, ...], change: ReplyChange) -> Fault:
    return Fault(name, sentence, behaviours, "extended", change=change)


FAULTS = (
    _fault(
        "edns-options-formerr",
        "Queries with an EDNS option are answered FORMERR.",
        ("L25", "L27", "L28", "L29"),
        _to(lambda context: bool(_options(context)), Rcode.FORMERR),
    ),
    _fault(
        "edns-options-unanswered",
        "Queries with an EDNS option are not answered.",
        ("L25", "L27", "L28", "L29"),
        _to(lambda context: bool(_options(context)), None),
    ),
    _fault(
        "unknown-options-formerr",
        "Queries with an EDNS option that is not assigned are answered FORMERR.",
        ("L25",),
        _to(_has_unknown_options, Rcode.FORMERR),
    ),
    _fault(
        "unknown-options-unanswered",
        "Queries with an EDNS option that is not assigned are not answered.",
        ("L25",),
        _to(_has_unknown_options, None),
    ),
    Fault(
        "unknown-options-echoed",
        "Every EDNS option of a query comes back, also one that the server does not know.",
        ("L25",),
        "extended",
        deliver=_sending(_echoed),
    ),
    _fault(
        "reserved-edns-flags-formerr",
        "Queries with an EDNS flag that is not assigned are answered FORMERR.",
        ("L25",),
        _to(_has_reserved_flags, Rcode.FORMERR),
    ),
    Fault(
        "do-not-copied",
        "Responses never have the DO flag.",
        ("L26",),
        "extended",
        deliver=_sending(_same, 0),
    ),
    Fault(
        "do-always-set",
        "Every response with EDNS has the DO flag.",
        ("L26", "L25"),
        "extended",
        deliver=_sending(_same, int(dns.flags.DO)),
    ),
    _fault("do-servfail", "Queries with the DO flag are answered SERVFAIL.", ("L26",), _to(_has_do, Rcode.SERVFAIL)),
    _fault("do-unanswered", "Queries with the DO flag are not answered.", ("L26",), _to(_has_do, None)),
    _fault("do-without-data", "Names have no data for queries with the DO flag.", ("L26",), _denied(_has_do)),
    _fault("cookies-refused", "Queries with a cookie are REFUSED.", ("L27",), _to(_has(_COOKIE), Rcode.REFUSED)),
    _fault("cookies-unanswered", "Queries with a cookie are not answered.", ("L27",), _to(_has(_COOKIE), None)),
    Fault(
        "cookies-of-another-client",
        "Responses to queries with a cookie have that of another client.",
        ("L27",),
        "extended",
        deliver=_instead(_COOKIE, lambda data: data[::-1] + _SERVER_COOKIE),
    ),
    Fault(
        "cookies-too-short",
        "The server's part of a cookie has fewer than 8 octets.",
        ("L27",),
        "extended",
        deliver=_instead(_COOKIE, lambda data: _with_server_cookie(data)[:12]),
    ),
    Fault(
        "cookies-unasked",
        "Responses have a cookie, though their queries have none.",
        ("L27", "L25"),
        "extended",
        deliver=_unasked(GenericOption(_COOKIE, bytes(_CLIENT_COOKIE_OCTETS) + _SERVER_COOKIE)),
    ),
    _fault("nsid-servfail", "Queries with an NSID request are SERVFAIL.", ("L28",), _to(_has(_NSID), Rcode.SERVFAIL)),
    _fault("nsid-unanswered", "Queries with an NSID request are not answered.", ("L28",), _to(_has(_NSID), None)),
    Fault(
        "nsid-unasked",
        "Responses have an NSID, though their queries do not ask for one.",
        ("L28", "L25"),
        "extended",
        deliver=_unasked(GenericOption(_NSID, b"dns-1")),
    ),
    _fault(
        "client-subnets-refused", "Queries with a client subnet are REFUSED.", ("L29",), _to(_has(_ECS), Rcode.REFUSED)
    ),
    _fault(
        "client-subnets-unanswered", "Queries with a client subnet are not answered.", ("L29",), _to(_has(_ECS), None)
    ),
    _fault(
        "client-subnets-without-data",
        "Names have no data for queries with a client subnet.",
        ("L29",),
        _denied(_has(_ECS)),
    ),
    Fault(
        "client-subnets-of-another-client",
        "Responses to queries with a client subnet have another one.",
        ("L29",),
        "extended",
        deliver=_instead(_ECS, lambda data: data[:-1] + bytes([data[-1] ^ 1])),
    ),
    Fault(
        "client-subnets-unasked",
        "Responses have a client subnet, though their queries have none.",
        ("L29", "L25"),
        "extended",
        deliver=_unasked(GenericOption(_ECS, bytes.fromhex("00010000"))),
    ),
    _fault(
        "non-recursive-queries-servfail",
        "Queries without the RD flag are SERVFAIL, as in dnsmasq 2.79.",
        ("L30",),
        _to(_is_not_recursive, Rcode.SERVFAIL),
    ),
    _fault(
        "non-recursive-queries-refused",
        "Queries without the RD flag are REFUSED.",
        ("L30",),
        _to(_is_not_recursive, Rcode.REFUSED),
    ),
    _fault(
        "non-recursive-queries-unanswered",
        "Queries without the RD flag are not answered.",
        ("L30",),
        _to(_is_not_recursive, None),
    ),
    _fault(
        "non-recursive-queries-without-data",
        "Names have no data for queries without the RD flag.",
        ("L30",),
        _denied(_is_not_recursive),
    ),
    _fault(
        "compressed-names-formerr",
        "Queries with a compressed name in their additional section are FORMERR.",
        ("L32",),
        _to(_has_more_than_opt, Rcode.FORMERR),
    ),
    _fault(
        "cd-servfail", "Queries with the CD flag are SERVFAIL.", ("L31",), _to(_has_flag(dns.flags.CD), Rcode.SERVFAIL)
    ),
    _fault(
        "ad-formerr", "Queries with the AD flag are FORMERR.", ("L31",), _to(_has_flag(dns.flags.AD), Rcode.FORMERR)
    ),
)

VARIATIONS = (
    Fault("edns-options-ignored", "Every EDNS option is ignored.", deliver=_sending(_ignored)),
    Fault(
        "cookies-answered",
        "A cookie comes back with the server's part.",
        deliver=_instead(_COOKIE, _with_server_cookie),
    ),
    Fault(
        "cookies-required",
        "A query over UDP with a cookie of the client alone is BADCOOKIE, and gets the server's part.",
        change=where(_cookie_missing, Reply(_BADCOOKIE, authoritative=False)),
        deliver=_instead(_COOKIE, _with_server_cookie),
    ),
    Fault("nsid-answered", "An NSID request is answered.", deliver=_instead(_NSID, lambda _: b"dns-1")),
    Fault(
        "client-subnets-answered",
        "A client subnet comes back with a scope.",
        deliver=_instead(_ECS, lambda data: data[:3] + data[2:3] + data[4:]),
    ),
    Fault(
        "extended-errors",
        "Responses with EDNS have an extended error (RFC 8914).",
        deliver=_unasked(GenericOption(OptionType.EDE, bytes.fromhex("0000"))),
    ),
    Fault("cd-cleared", "Responses do not copy the CD flag.", deliver=flags(lowered=dns.flags.CD)),
    Fault("zone-signed", "To queries with the DO flag, records come with signatures.", change=_signed),
)
