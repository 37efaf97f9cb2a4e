"""Answers of real DNS servers, as files: a directory with the cluster's state and one question with its answer a line.

``state.json`` is a v1 ``List`` of Namespaces, Services, EndpointSlices and Pods; each line of ``answers.jsonl`` has the
question (``name``, ``type``, ``transport``, ``edns``: the payload size offered, or null) and the answer (``rcode``,
``flags``, and the records of ``answer``, ``authority`` and ``additional`` as sorted text, the SOA's serial replaced).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import dns.exception
import dns.rcode

from harness import message, state
from harness.client import Answer, Transport
from harness.errors import ManifestError
from harness.message import Question, Record
from harness.state import ClusterState

STATE, ANSWERS = "state.json", "answers.jsonl"
_FIELDS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("name", "type", "transport", "rcode"), (str,)),
    "edns": (int, type(None)),
    **dict.fromkeys(("flags", "answer", "authority", "additional"), (list,)),
}
_SERIAL = re.compile(r"( SOA \S+ \S+) \d+ ")


@dataclass(frozen=True, slots=True)
class Recorded:
    """One question and what a server answered, as text."""

    question: Question
    transport: Transport
    edns: int | None
    rcode: str
    flags: tuple[str, ...]
    answer: tuple[str, ...]
    authority: tuple[str, ...]
    additional: tuple[str, ...]

    @property
    def asked(self) -> str:
        """The question in one line."""
        edns = "no EDNS" if self.edns is None else f"EDNS {self.edns}"
        return f"{self.question} over {self.transport.upper()}, {edns}"

    def lines(self) -> list[str]:
        """The answer, one record a line."""
        sections = {"answer": self.answer, "authority": self.authority, "additional": self.additional}
        records = [f"{name}: {record}" for name, section in sections.items() for record in section]
        return [f"{self.rcode}, flags {' '.join(self.flags)}", *records]


@dataclass(frozen=True, slots=True)
class Recording:
    """A directory, read: a state and the answers that a server gave in it."""

    directory: Path
    state: ClusterState
    answers: tuple[Recorded, ...]


def find(directories: Iterable[Path]) -> Iterator[Path]:
    """The recordings at or below some directories, in the order of their names.

    Raises:
        ManifestError: if one holds none.
    """
    for directory in directories:
        found = sorted(path.parent for path in directory.rglob(STATE) if (path.parent / ANSWERS).is_file())
        if not found:
            raise ManifestError(f"{directory}: holds no recording, which is a {STATE} beside an {ANSWERS}")
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
    return Recording(
        directory,
        state.load(directory / STATE),
        tuple(_recorded(line, f"{path}:{number}") for number, line in enumerate(lines, 1)),
    )


def _recorded(line: str, where: str) -> Recorded:
    try:
        item = _checked(json.loads(line))
        return Recorded(
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
    """One decoded line that has every field, each of its type.

    Raises:
        ValueError: with what is wrong.
    """
    if not isinstance(item, dict):
        raise ValueError("it is not a JSON object")  # noqa: TRY004 - json raises ValueError for all else that is wrong
    for name, type_ in _FIELDS.items():
        value = item.get(name)
        texts = value if isinstance(value, list) else []
        if name not in item or type(value) not in type_ or not all(isinstance(text, str) for text in texts):
            raise ValueError(f"its {name} is missing or of another type")
    if item["transport"] not in get_args(Transport) or not 0 <= (item["edns"] or 0) <= 0xFFFF:  # noqa: PLR2004 - 16 bits
        raise ValueError("its transport is neither udp nor tcp, or its edns no payload size")
    json.dumps(item, ensure_ascii=False).encode()  # raises where a text holds half a surrogate pair
    return item


def of(answer: Answer) -> Recorded:
    """An answer as it would be recorded; one that never came has its failure for an rcode."""
    return Recorded(
        question=answer.question,
        transport=answer.transport,
        edns=answer.edns,
        rcode=answer.failure or dns.rcode.to_text(answer.rcode or dns.rcode.NOERROR),
        flags=tuple(answer.flags),
        answer=text(answer.answer),
        authority=text(answer.authority),
        additional=text(answer.additional),
    )


def text(records: Iterable[Record]) -> tuple[str, ...]:
    """Records as recorded: sorted text, without the SOA's serial."""
    return tuple(sorted(_SERIAL.sub(r"\1 SERIAL ", line) for line in message.lines(records)))
