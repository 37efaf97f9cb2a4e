"""The verdict on a scenario when no answer comes."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace

import pytest

from svcdns import judge, records
from svcdns.engine.world import World
from svcdns.errors import UndeterminedError
from svcdns.faults import Fault, QueryContext, find, proxy
from svcdns.judge import NotConformantError
from svcdns.message import Reply
from svcdns.targets.reference import Reference

VERSION = judge.schema_version("dns-version.cluster.local")


@contextmanager
def world(*faults: Fault, again_after_seconds: tuple[float, ...] = ()):
    """A world on the reference target behind faults, whose questions are given little time."""
    with Reference(records.COREDNS) as target:
        target.deadlines = replace(target.deadlines, question_seconds=0.1, again_after_seconds=again_after_seconds)
        setup = proxy.FaultSetup(faults, target.state, records.COREDNS, timeout_seconds=1.0)
        with proxy.fronted(target.vantages, setup) as target.vantages:
            yield World.alone(target, "silent")


def silent(holds) -> Fault:
    def change(context: QueryContext, reply: Reply) -> Reply | None:
        return None if holds(context) else reply

    return Fault("silent", "Some questions are not answered.", change=change)


def test_a_server_that_never_answers_is_not_determined():
    with (
        world(silent(lambda context: True)) as asked,
        pytest.raises(UndeterminedError, match="no DNS server answers at"),
    ):
        asked.holds(VERSION)


def test_a_question_that_is_not_answered_while_others_are_is_not_conformant():
    one_name = silent(lambda context: "dns-version" in str(context.question.name))
    with world(one_name) as asked, pytest.raises(NotConformantError, match="TXT is not answered"):
        asked.holds(VERSION)


def test_a_transport_that_is_silent_while_the_other_is_not_is_not_conformant():
    over_tcp = silent(lambda context: context.transport == "tcp")
    with world(over_tcp) as asked, pytest.raises(NotConformantError, match="is not answered"):
        asked.holds(VERSION)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("wrong-id", "another id"),
        ("wrong-question", "another question"),
        ("answer-from-another-port", "from 127.0.0.1"),
    ],
)
def test_a_server_whose_every_reply_is_discarded_is_not_conformant_with_the_reason(fault, reason):
    with world(find(fault)) as asked, pytest.raises(NotConformantError, match="received instead") as broken:
        asked.holds(VERSION)
    assert reason in str(broken.value.readings[-1].finding().discarded)


def test_over_tcp_every_query_is_answered_at_once_and_not_asked_again():
    asked_over_tcp: list[QueryContext] = []

    def every_other(context: QueryContext) -> bool:
        asked_over_tcp.extend([context] if context.transport == "tcp" else [])
        return context.transport == "tcp" and len(asked_over_tcp) % 2 == 1

    with (
        world(silent(every_other), again_after_seconds=(0.1,)) as asked,
        pytest.raises(NotConformantError, match="TXT is not answered"),
    ):
        asked.holds(VERSION)


def test_a_datagram_that_was_lost_is_sent_again_where_the_deadlines_say_so():
    every_other = silent(lambda context: context.transport == "udp" and context.number % 2 == 0)
    with world(every_other, again_after_seconds=(0.1,)) as asked:
        asked.holds(VERSION)
    with world(every_other) as asked, pytest.raises(NotConformantError):
        asked.holds(VERSION)
