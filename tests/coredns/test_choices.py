"""What a Corefile undoes: the table says what a server with that Corefile shows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from svcdns import coredns
from svcdns.engine.verdicts import Judged
from svcdns.results import Facts, Verdict
from svcdns.selftest import playing
from svcdns.targets.reference import Reference

EXTENSIONS = [one for one in playing.scenarios() if one.id.startswith("extensions/coredns")]


def corefile(pods: str) -> tuple[str, ...]:
    return ("kubernetes cluster.local in-addr.arpa ip6.arpa", f"pods {pods}", "ttl 30")


def test_an_unread_corefile_may_undo_all_that_one_can():
    unread = coredns.undone((), "configmaps is forbidden")
    assert unread.keys() == coredns.undone(corefile("disabled")).keys()
    assert set(unread.values()) == {"the Corefile may switch this off, and it is not read: configmaps is forbidden"}


class Configured(Reference):
    """The reference as a CoreDNS with a Corefile, which is known of it or not."""

    def __init__(self, pods: str, *, known: bool, unread: str = "") -> None:
        super().__init__(coredns.profile("1.14.7", corefile(pods)))
        self._known = corefile(pods) if known else ()
        self._unread = unread

    @property
    def facts(self) -> Facts:
        return replace(super().facts, corefile=self._known, corefile_unread=self._unread)


def played(pods: str, *, known: bool, unread: str = "") -> dict[str, Judged]:
    """What the scenarios beyond the specification come to, by their titles."""
    with Configured(pods, known=known, unread=unread) as target:
        return {one.id: one.judged for one in playing.play(target, EXTENSIONS, "coredns")}


@pytest.mark.parametrize("pods", ["insecure", "verified", "disabled"])
def test_what_a_corefile_undoes_is_all_that_a_server_with_it_does_not_do(pods: str):
    found = played(pods, known=False)
    broken = [one.script.scenario for one in EXTENSIONS if found[one.id].verdict is Verdict.NOT_CONFORMANT]
    assert set(coredns.undone(corefile(pods))) == {behaviour for one in broken for behaviour in one.behaviours}


def test_what_the_corefile_undoes_is_observed():
    found = played("disabled", known=True)
    assert Verdict.NOT_CONFORMANT not in {judged.verdict for judged in found.values()}
    judged = found["extensions/coredns.feature: Any address resolves below an existing namespace"]
    assert judged.observed.endswith(", as the Corefile has it: pods disabled")


def test_what_an_unread_corefile_may_undo_is_observed():
    found = played("disabled", known=False, unread="configmaps is forbidden")
    assert Verdict.NOT_CONFORMANT not in {judged.verdict for judged in found.values()}
    judged = found["extensions/coredns.feature: Any address resolves below an existing namespace"]
    assert judged.observed.endswith("not read: configmaps is forbidden")


def test_without_a_corefile_nothing_is_undone():
    assert coredns.undone(()) == {}
