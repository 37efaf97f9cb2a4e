"""What other servers and transports answer to a query that failed a scenario, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from svcdns.results import OtherAnswer


def others(answers: Iterable[OtherAnswer]) -> Iterator[str]:
    """Return what other servers and transports answer, a line for what is alike."""
    alike: dict[str, list[str]] = {}
    for answer in answers:
        told = f"{answer.came or 'no answer'}{', as expected' if answer.kept else ''}"
        alike.setdefault(told, []).append(f"{answer.transport.upper()} {answer.server}")
    return (f"{told}: {', '.join(ways)}" for told, ways in alike.items())
