"""Recordings as files: a directory with the state of a cluster and its DNS server's answers, one query per line.

``state.json`` is a v1 ``List`` of Namespaces, Services, EndpointSlices and Pods; each line of ``answers.jsonl`` has the
question (``name``, ``type``, ``transport``, ``edns``: the payload size offered, or null) and the answer (``rcode``,
``flags``, and the records of ``answer``, ``authority`` and ``additional`` as sorted text, the SOA's serial replaced).
``meta.json`` says which server answered (`Meta`); without it, a CoreDNS of the version that `COREDNS` follows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, get_args

import dns.exception
import dns.rcode
import dns.rdatatype

from svcdns import message, state
from svcdns.client import Answer, Transport
from svcdns.errors import ManifestError
from svcdns.message import Question, Record
from svcdns.safety.redaction import redact
from svcdns.state import CLUSTER_DOMAIN, ClusterState, listing
from svcdns.system import filing

STATE, ANSWERS, META = "state.json", "answers.jsonl", "meta.json"
_FIELDS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("name", "type", "transport", "rcode"), (str,)),
    "edns": (int, type(None)),
    **dict.fromkeys(("flags", "answer", "authority", "additional"), (list,)),
}
_SERIAL = re.compile(r"( SOA \S+ \S+) \d+ ")


@dataclass(frozen=True, slots=True)
class RecordedAnswer:
    """One query and what a server answered, as text."""

    question: Question
    transport: Transport
    edns: int | None
    rcode: str
    flags: tuple[str, ...]
    answer: tuple[str, ...]
    authority: tuple[str, ...]
    additional: tuple[str, ...]

    @property
    def query(self) -> str:
        """The query in one line."""
        edns = "no EDNS" if self.edns is None else f"EDNS {self.edns}"
        return f"{self.question} over {self.transport.upper()}, {edns}"

    def lines(self) -> list[str]:
        """The answer, one record per line."""
        sections = {"answer": self.answer, "authority": self.authority, "additional": self.additional}
        records = [f"{name}: {record}" for name, section in sections.items() for record in section]
        return [f"{self.rcode}, flags {' '.join(self.flags)}", *records]


@dataclass(frozen=True, slots=True)
class Meta:
    """The server that answered: all that answers depend on beside the state.

    Attributes:
        profile: the family of DNS servers, ``coredns`` or ``spec``.
        server: the DNS server's name; empty for the reference.
        version: its version, as its image has it.
        corefile: the lines of its Corefile that matter.
        kubernetes: the version of the API server.
        domain: the cluster domain.
        addresses: the addresses of the DNS pod that answered, if known: its NS records name the Services that select it.
    """

    profile: str = "coredns"
    server: str = ""
    version: str = ""
    corefile: tuple[str, ...] = ()
    kubernetes: str = ""
    domain: str = CLUSTER_DOMAIN
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recording:
    """A state, the answers that a server gave in it, and the server."""

    state: ClusterState
    answers: tuple[RecordedAnswer, ...]
    meta: Meta = Meta()


def find(directories: Iterable[Path]) -> Iterator[Path]:
    """Find the recordings at or below some directories, in the order of their names.

    Raises:
        ManifestError: if one contains none.
    """
    for directory in directories:
        found = sorted(path.parent for path in directory.rglob(STATE) if (path.parent / ANSWERS).is_file())
        if not found:
            raise ManifestError(f"{directory}: contains no recording; name a directory with a {STATE} and an {ANSWERS}")
        yield from found


def read(directory: Path) -> Recording:
    """Read a recording.

    Raises:
        ManifestError: with file and line, if it is not one.
    """
    path = directory / ANSWERS
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ManifestError(f"{path}: cannot be read: {error}") from error
    meta = _meta(directory / META)
    return Recording(
        state.load(directory / STATE, domain=meta.domain),
        tuple(_recorded(line, f"{path}:{number}") for number, line in enumerate(lines, 1)),
        meta,
    )


def write(recording: Recording, directory: Path) -> None:
    """Write a recording into a directory, which is created if it is missing.

    Raises:
        UsageError: if it cannot be written.
    """
    files = {
        STATE: json.dumps(listing.of(recording.state), indent=1),
        ANSWERS: "\n".join(json.dumps(_plain(answer)) for answer in recording.answers),
        META: json.dumps(asdict(recording.meta), indent=1),
    }
    with filing.opened(directory) as opened:
        for name, content in files.items():
            opened.write(name, f"{redact(content)}\n")


def _meta(path: Path) -> Meta:
    if not path.exists():
        return Meta()
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        plain: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in found.items()
        }
        meta = Meta(**plain)
        texts = (*meta.corefile, *meta.addresses, meta.server, meta.version, meta.kubernetes, meta.domain)
    except (OSError, ValueError, AttributeError, TypeError, RecursionError) as error:
        raise ManifestError(f"{path}: does not describe a server: {error!r}; record it again") from error
    if meta.profile not in ("coredns", "spec") or not all(isinstance(text, str) for text in texts):
        raise ManifestError(
            f"{path}: does not describe a server: set profile to coredns or spec, and every other field to text"
        )
    return meta


def _plain(answer: RecordedAnswer) -> dict[str, Any]:
    question = {"name": str(answer.question.name), "type": dns.rdatatype.to_text(answer.question.type)}
    return question | {name: value for name, value in asdict(answer).items() if name != "question"}


def _recorded(line: str, where: str) -> RecordedAnswer:
    try:
        item = _checked(json.loads(line))
        return RecordedAnswer(
            question=message.question(item["name"], item["type"]),
            transport=item["transport"],
            edns=item["edns"],
            rcode=item["rcode"],
            flags=tuple(item["flags"]),
            answer=tuple(sorted(item["answer"])),
            authority=tuple(sorted(item["authority"])),
            additional=tuple(sorted(item["additional"])),
        )
    except (ValueError, RecursionError, dns.exception.DNSException) as error:
        raise ManifestError(f"{where}: is not a recorded answer: {str(error) or repr(error)}") from error


def _checked(item: Any) -> dict[str, Any]:
    """Check that a decoded line has every field, each of its type.

    Raises:
        ValueError: with what is wrong.
    """
    if not isinstance(item, dict):
        raise ValueError("it is not a JSON object")  # noqa: TRY004 - json raises ValueError for everything else that is wrong
    for name, type_ in _FIELDS.items():
        value = item.get(name)
        texts = value if isinstance(value, list) else []
        if name not in item or type(value) not in type_ or not all(isinstance(text, str) for text in texts):
            raise ValueError(f"its {name} is missing or of another type")
    if item["transport"] not in get_args(Transport) or not 0 <= (item["edns"] or 0) <= 0xFFFF:  # noqa: PLR2004 - 16 bits
        raise ValueError("its transport is neither udp nor tcp, or its edns is not a payload size")
    json.dumps(item, ensure_ascii=False).encode()  # raises where a text holds half a surrogate pair
    return item


def of(answer: Answer, *, ttl_seconds: int | None = None) -> RecordedAnswer:
    """Return an answer as it is recorded; an answer that never came has its failure as rcode.

    Args:
        answer: the answer.
        ttl_seconds: the TTL that every record had before a cache counted it down; None if no cache did.
    """
    return RecordedAnswer(
        question=answer.question,
        transport=answer.transport,
        edns=answer.edns,
        rcode=answer.failure or dns.rcode.to_text(answer.rcode or dns.rcode.NOERROR),
        flags=tuple(answer.flags),
        answer=text(answer.answer, ttl_seconds),
        authority=text(answer.authority, ttl_seconds),
        additional=text(answer.additional, ttl_seconds),
    )


def text(records: Iterable[Record], ttl_seconds: int | None = None) -> tuple[str, ...]:
    """Return records as they are recorded: sorted text, without the serial of the SOA, and with another TTL if one is given."""
    records = records if ttl_seconds is None else [record._replace(ttl=ttl_seconds) for record in records]
    return tuple(sorted(_SERIAL.sub(r"\1 SERIAL ", line) for line in message.lines(records)))
