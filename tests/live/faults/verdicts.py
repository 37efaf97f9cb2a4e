"""What becomes of scenarios, named by their feature files and titles, on a target that is open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from svcdns.engine.verdicts import Judged
from svcdns.results import Verdict
from svcdns.selftest import playing
from svcdns.selftest.playing import Playable
from svcdns.targets.target import Target

_ALL = {one.id: one for one in playing.scenarios()}


def scenario(title: str) -> Playable:
    """The scenario of a title such as ``specification/srv.feature: An ExternalName Service's port has no SRV record``."""
    return _ALL[title]


def judged(target: Target, titles: Iterable[str]) -> dict[str, Judged]:
    """What each scenario comes to, by its title."""
    chosen = [scenario(title) for title in titles]
    return {played.id: played.judged for played in playing.play(target, chosen, target.dns_profile)}


def broken(found: Mapping[str, Judged]) -> dict[str, str]:
    """Those that are not conformant, by their titles, with the reasons; nothing may be undetermined."""
    undetermined = {title: one.reason for title, one in found.items() if one.verdict is Verdict.NOT_DETERMINED}
    assert undetermined == {}
    return {title: one.reason for title, one in found.items() if one.verdict is Verdict.NOT_CONFORMANT}
