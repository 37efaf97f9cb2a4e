"""Messages that no honest client or server would send."""

from __future__ import annotations

import struct

import dns.name
from dns.rdatatype import RdataType
from hypothesis import strategies as st

from svcdns.client import encode
from svcdns.message import Question, question

QUESTION = question("kubernetes.default.svc.cluster.local", "A")
NAME = b"\3web\1t\3svc\7cluster\5local\0"
A_IN = b"\0\1\0\1"
POINTER_HERE = b"\xc0\x0c"


def message(body: bytes, *counts: int, flags: int = 0x0100) -> bytes:
    """A header with counts that need not be true, and what follows it."""
    return struct.pack("!6H", 0xABCD, flags, *counts, *[0] * (4 - len(counts))) + body


def opt(options: bytes = b"", length: int | None = None, owner: bytes = b"\0") -> bytes:
    """An OPT record whose length need not be true."""
    return owner + struct.pack("!HHIH", RdataType.OPT, 1232, 0, len(options) if length is None else length) + options


ASKED = NAME + A_IN

CORPUS = {
    "nothing": b"",
    "one octet": b"\0",
    "a header cut short": message(b"")[:11],
    "a header alone": message(b""),
    "a question that is counted and not there": message(b"", 1),
    "a question that is there and not counted": message(ASKED),
    "a name that points at itself": message(POINTER_HERE + A_IN, 1),
    "a name that points into itself": message(b"\3web" + POINTER_HERE + A_IN, 1),
    "names that point at each other": message(b"\xc0\x12" + A_IN + POINTER_HERE + A_IN, 2),
    "a name that points forward": message(b"\xc0\x20" + A_IN + bytes(20), 1),
    "a name that points past the end": message(b"\xff\xff" + A_IN, 1),
    "a pointer cut short": message(b"\xc0", 1),
    "a label past the end": message(b"\x3fweb", 1),
    "a label of 64 octets": message(b"\x40" + bytes(64) + b"\0" + A_IN, 1),
    "a label of a reserved kind": message(b"\x80\0" + A_IN, 1),
    "a name of 256 octets": message((b"\x3f" + b"x" * 63) * 4 + b"\0" + A_IN, 1),
    "a name of 255 octets": message((b"\x3f" + b"x" * 63) * 3 + b"\x3d" + b"x" * 61 + b"\0" + A_IN, 1),
    "a name without an end": message(b"\1x" * 10_000, 1),
    "a name and no type": message(NAME, 1),
    "two questions": message(ASKED * 2, 2),
    "65,535 questions": message(ASKED, 0xFFFF),
    "65,535 of every record": message(ASKED, 1, 0xFFFF, 0xFFFF, 0xFFFF),
    "a record that is counted and not there": message(ASKED, 1, 0, 0, 1),
    "OPT twice": message(ASKED + opt() * 2, 1, 0, 0, 2),
    "OPT in the answer section": message(ASKED + opt(), 1, 1),
    "OPT longer than the message": message(ASKED + opt(length=0xFFFF), 1, 0, 0, 1),
    "an option longer than its OPT": message(ASKED + opt(b"\0\x03\xff\xff"), 1, 0, 0, 1),
    "an option cut short": message(ASKED + opt(b"\0\x03\0"), 1, 0, 0, 1),
    "OPT at a name that points at itself": message(ASKED + opt(owner=b"\xc0\x20"), 1, 0, 0, 1),
    "OPT full of padding": message(ASKED + opt(b"\0\x0c\xff\x00" + bytes(0xFF00)), 1, 0, 0, 1),
    "a response": message(ASKED, 1, flags=0x8100),
    "an opcode that nobody knows": message(ASKED, 1, flags=0x7800),
    "every flag but QR": message(ASKED, 1, flags=0x7FFF),
    "a class that nobody knows": message(NAME + b"\0\1\xff\xfe", 1),
    "type 0": message(NAME + b"\0\0\0\1", 1),
    "all ones": b"\xff" * 600,
    "all zeros": bytes(0xFFFF),
    "another protocol": b"GET / HTTP/1.1\r\nHost: dns.example\r\n\r\n",
    "65,535 octets": (message(ASKED, 1) + bytes(0xFFFF))[:0xFFFF],
}


@st.composite
def mangled(draw: st.DrawFn, wires: st.SearchStrategy[bytes]) -> bytes:
    """A message with some octets changed, cut out or put in."""
    wire = bytearray(draw(wires))
    octets = st.sampled_from([0x00, 0x01, 0x0C, 0x3F, 0x40, 0xC0, 0xFF]) | st.integers(0, 255)
    for _ in range(draw(st.integers(0, 8))):
        start = draw(st.integers(0, len(wire)))
        end = start + draw(st.integers(0, 4))
        wire[start:end] = bytes(draw(st.lists(octets, max_size=4)))
    return bytes(wire)


#: Labels that mean something to a DNS server of Kubernetes, or would if they were read carelessly.
_WORDS = [b"web", b"t", b"default", b"kubernetes", b"_http", b"_tcp", b"*", b"1-2-3-4", b"1.2.3.4", b"10.96.0.1", b"1", b"f"]  # fmt: skip
_ODD = [b"fe80--1%eth0", b"--1", b"\xb2", b"\xff", b"\\", b".", b" ", b"\0", b"x" * 63, b"dns-version", b"ns", b"dns"]
_ZONES = ["cluster.local", "svc.cluster.local", "pod.cluster.local", "in-addr.arpa", "ip6.arpa", "."]


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """A question with any labels and any type, most of them in a zone of the cluster."""
    labels = draw(st.lists(st.sampled_from(_WORDS + _ODD) | st.binary(min_size=1, max_size=63), max_size=5))
    zone = dns.name.from_text(draw(st.sampled_from(_ZONES)))
    while sum(len(label) + 1 for label in (*labels, *zone.labels)) > 255:
        labels.pop()
    usual = [RdataType.A, RdataType.AAAA, RdataType.SRV, RdataType.PTR, RdataType.TXT, RdataType.CNAME, RdataType.ANY]
    type_ = draw(st.sampled_from(usual) | st.integers(0, 0xFFFF))
    return Question(dns.name.Name((*labels, *zone.labels)), RdataType.make(type_))


def queries() -> st.SearchStrategy[bytes]:
    """Well-formed queries with and without OPT."""
    payloads = st.sampled_from([None, 0, 512, 1232, 0xFFFF])
    return st.builds(lambda asked, payload: encode(asked, edns=payload), questions(), payloads)
