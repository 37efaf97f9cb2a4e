"""Wrong negative answers: names denied that exist, names that exist and should not, refusals."""

from __future__ import annotations

import dns.rcode
from dns.rdatatype import AAAA

from harness.faults.changes import NO_NAME
from harness.faults.fault import Asked, Fault
from harness.message import Reply


def _aaaa_denied(asked: Asked, reply: Reply) -> Reply:
    without = asked.question.type == AAAA and not reply.answer and reply.rcode == dns.rcode.NOERROR
    return NO_NAME if without else reply


FAULTS = (
    Fault(
        "aaaa-denied",
        "AAAA of a name without IPv6 addresses is NXDOMAIN, so that a resolver forgets its A records too.",
        ("B02", "C05", "C12", "G06"),
        change=_aaaa_denied,
    ),
)
