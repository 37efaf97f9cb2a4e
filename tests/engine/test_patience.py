"""A miss that lasts is waited for once, and everything else as long as before."""

from __future__ import annotations

from dns.rdatatype import PTR, A

from svcdns.engine.patience import LastingMisses, MissKind
from svcdns.targets.target import LIVE_DEADLINES

WHOLE = LIVE_DEADLINES.becomes_seconds
ADDRESSES, NAMES = MissKind("addresses", A, 3, changed=False), MissKind("reverse", PTR, 3, changed=False)


def test_a_miss_of_which_nothing_is_known_has_its_whole_time():
    assert LastingMisses(LIVE_DEADLINES).seconds(ADDRESSES, WHOLE) == WHOLE


def test_a_miss_that_has_lasted_elsewhere_has_less_and_no_other_has():
    patience = LastingMisses(LIVE_DEADLINES)
    patience.lasted(ADDRESSES)
    assert patience.seconds(ADDRESSES, WHOLE) == 5.0
    for other in (NAMES, ADDRESSES._replace(rcode=0), ADDRESSES._replace(changed=True)):
        assert patience.seconds(other, WHOLE) == WHOLE


def test_where_changes_show_late_a_lasting_miss_is_given_several_times_as_long():
    patience = LastingMisses(LIVE_DEADLINES)
    patience.lasted(ADDRESSES)
    patience.converged(4.0, 0)
    assert patience.seconds(ADDRESSES, WHOLE) == 20.0
    patience.converged(20.0, 0)
    assert patience.seconds(ADDRESSES, WHOLE) == WHOLE


def test_reverse_names_are_given_the_time_that_caches_keep_them():
    patience = LastingMisses(LIVE_DEADLINES)
    patience.lasted(NAMES)
    assert patience.seconds(NAMES, WHOLE) == 30.0
