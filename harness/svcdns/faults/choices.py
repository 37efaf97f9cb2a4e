"""Answers that are none of the choices that a server has."""

from __future__ import annotations

import dns.rcode
from dns.rdatatype import AAAA, A, RdataType

from svcdns.faults.fault import Fault, QueryContext
from svcdns.faults.replies import below_service, made_up
from svcdns.message import Reply, name


def _port_is_an_alias(context: QueryContext, reply: Reply) -> Reply:
    owner = below_service(context)
    if (
        context.question.type not in (A, AAAA)
        or owner is None
        or not owner.labels
        or not owner.labels[0].startswith("_")
    ):
        return reply
    return Reply(dns.rcode.NOERROR, (made_up(context, RdataType.CNAME, "elsewhere.invalid."),))


def _zone_by_case(context: QueryContext, reply: Reply) -> Reply:
    labels = context.question.name.relativize(name(context.state.domain)).labels
    own = b"dns" in (label.lower() for label in labels) and below_service(context) is None
    return Reply(dns.rcode.SERVFAIL) if own and any(label != label.lower() for label in labels) else reply


FAULTS = (
    Fault(
        "ports-are-aliases",
        "An address query for the name of a port is answered with an alias for a name outside the cluster.",
        ("C21",),
        "quirk",
        change=_port_is_an_alias,
    ),
    Fault(
        "names-of-the-zone-fail-by-case",
        "The names of the name servers are SERVFAIL unless they are written in lower case.",
        ("G19",),
        "quirk",
        change=_zone_by_case,
    ),
)
