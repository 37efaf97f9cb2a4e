"""The DNS specification as code: the records of a cluster's state, and the reply to a question.

There are two views of one set of rules: `answer` takes any question, since servers read names by an algorithm; `rrsets`
lists every RRset that can be listed. Everything here is pure.
"""

from __future__ import annotations

from svcdns.message import Question, Reply
from svcdns.records import positional, tree
from svcdns.records.profile import COREDNS, PROFILES, SPEC, Profile
from svcdns.records.tree import rrsets
from svcdns.state import ClusterState

__all__ = ["COREDNS", "PROFILES", "SPEC", "Profile", "answer", "rrsets"]

_READINGS = {"positional": positional.answer, "tree": tree.answer}


def answer(state: ClusterState, question: Question, profile: Profile) -> Reply:
    """Return the reply of a right server of a profile to a question, given the state."""
    zone = positional.zone_of(question.name, state)
    if zone is None:
        return Reply(profile.foreign_rcode, authoritative=False)
    return _READINGS[profile.reading](state, question, zone, profile)
