"""The book: every clause has scenarios and answers, and only what holds is documented."""

from __future__ import annotations

import dns.rcode
import pytest

from svcdns import documentation
from svcdns.documentation import Book
from svcdns.errors import FeatureError
from svcdns.message import Question, Reply
from svcdns.records import COREDNS
from svcdns.targets.reference import Reference


def test_what_does_not_hold_is_not_documented() -> None:
    class Wrong(Reference):
        def respond(self, question: Question) -> Reply:
            reply = super().respond(question)
            return Reply(dns.rcode.NOERROR) if reply.rcode == dns.rcode.NXDOMAIN else reply

    with Wrong(COREDNS) as target, pytest.raises(FeatureError, match=r"\.feature:\d+: .* does not hold on the target"):
        documentation.write(target)


def test_every_clause_has_its_sentences_and_its_answers(book: Book) -> None:
    for shown in book.clauses:
        assert shown.chapters, shown.clause.id
        for chapter in shown.chapters:
            assert chapter.scenarios
            assert all(state.rows for state in chapter.states)
