"""What the names of ExternalName Services answer (section 2.5)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import dns.rdatatype
from dns.rdatatype import CNAME

from svcdns.errors import UndeterminedError
from svcdns.judge import observation as looking
from svcdns.judge.observation import TYPE_OF, Look, Promise, Reading
from svcdns.message import Question


def alias(relative: str, external: str, type_: str) -> Promise:
    """A name is an alias: the answer's first record is its CNAME, and only the target's own records may follow (H01-H03)."""
    wanted = dns.rdatatype.from_text(type_)

    def judge(look: Look) -> Iterator[Reading]:
        question = Question(look.name(relative), wanted)
        answer = look.ask(question, forwarded=True)
        promised = f"CNAME {look.name(external).canonicalize()}"
        owned = [record for record in answer.answer if record.owner == question.name]
        kept = looking.expect_followed(answer, [promised], [looking.row(record.rdata) for record in owned])
        if kept.kept and answer.answer[0].type != CNAME:
            kept = looking.reading(answer, (promised,), problem=f"{question} does not answer the alias first")
        yield kept

    return Promise(judge)


def leads_to(relative: str, service: str, *, over: str = "", in_order: bool = False) -> Promise:
    """An alias is followed to the addresses of a Service of the cluster (H11, H17), and stands before them (H03).

    ``over`` is another alias in between, if there is one.
    """

    def judge(look: Look) -> Iterator[Reading]:
        found = look.service(service)
        family = looking.families(look, found)[0]
        addresses = found.cluster_ips[:1] or looking.addresses(looking.backends(look, found), family)
        if not addresses:
            raise UndeterminedError(f"the Service {found.key} has no address to lead to")
        answer = look.ask(Question(look.name(relative), TYPE_OF[family]))
        chain = [look.name(one) for one in (relative, over, service) if one]
        aliases = {own: f"CNAME {following.canonicalize()}" for own, following in pairwise(chain)}
        promised = [*aliases.values(), *map(looking.address_row, addresses)]
        rows = [
            looking.row(record.rdata)
            if (
                aliases.get(record.owner) == looking.row(record.rdata)
                if record.type == CNAME
                else record.owner == chain[-1]
            )
            else f"{looking.row(record.rdata)} owned by {record.owner}"
            for record in answer.answer
        ]
        kept = looking.expect_followed(answer, promised, rows)
        if in_order and kept.kept and answer.answer[0].type != CNAME:
            kept = looking.reading(answer, kept.expected, problem=f"{answer.question} has the alias last")
        yield kept

    return Promise(judge)


def ends_in_time(relative: str, type_: str) -> Promise:
    """Whatever an alias leads to, it is answered, and with nothing but aliases (H15)."""
    wanted = dns.rdatatype.from_text(type_)

    def judge(look: Look) -> Iterator[Reading]:
        answer = look.ask(Question(look.name(relative), wanted))
        wrong = tuple(looking.row(record.rdata) for record in answer.answer if record.type != CNAME)
        problem = f"{answer.question} is not answered: {answer.failure}" if answer.failure else ""
        problem = problem or (f"{answer.question} answers {', '.join(wrong)}" if wrong else "")
        yield looking.reading(answer, ("an answer",), unexpected=wrong, problem=problem)

    return Promise(judge)
