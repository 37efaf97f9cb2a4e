from __future__ import annotations

import time

import pytest

from svcdns.client import eventually


class Source:
    """Gives its values one after the other, the last one again and again, and counts."""

    def __init__(self, *values):
        self.values = values
        self.taken = 0

    def __call__(self):
        self.taken += 1
        return self.values[min(self.taken, len(self.values)) - 1]


def is_up(value) -> bool:
    return value == "up"


@pytest.mark.parametrize(
    ("values", "in_a_row", "attempts"),
    [
        (["up"], 1, 1),
        (["up"], 3, 3),
        (["down", "up"], 2, 3),
        (["up", "up", "down", "up"], 3, 6),
    ],
)
def test_eventually_waits_for_enough_in_a_row(values, in_a_row, attempts):
    watched = eventually(Source(*values), is_up, deadline_seconds=60, interval_seconds=0, in_a_row=in_a_row)

    assert (watched.good, watched.attempts, watched.last) == (True, attempts, "up")


@pytest.mark.parametrize(("values", "good"), [(["up", "down"], True), (["down", "up"], False)])
def test_a_deadline_of_zero_means_one_attempt(values, good):
    source = Source(*values)
    watched = eventually(source, is_up, deadline_seconds=0, interval_seconds=60, in_a_row=1)

    assert (watched.good, watched.attempts, source.taken, watched.last) == (good, 1, 1, values[0])


def test_a_good_attempt_is_repeated_at_once():
    watched = eventually(Source("up"), is_up, deadline_seconds=1000, interval_seconds=1000, in_a_row=3)

    assert (watched.good, watched.attempts) == (True, 3)


def test_a_run_that_began_before_the_deadline_may_end_after_it():
    watched = eventually(Source("up"), is_up, deadline_seconds=0, interval_seconds=60, in_a_row=3)

    assert (watched.good, watched.attempts) == (True, 3)


def test_eventually_looks_once_more_where_the_last_miss_began_before_the_deadline():
    source = Source("down", "up")

    def slow() -> str:
        value = source()
        time.sleep(0.03)
        return value

    watched = eventually(slow, is_up, deadline_seconds=0.02, interval_seconds=60, in_a_row=1)
    assert (watched.good, watched.attempts) == (True, 2)


def test_eventually_gives_up_at_the_deadline_with_the_last_miss():
    watched = eventually(Source("up", "down"), is_up, deadline_seconds=0.02, interval_seconds=0.001, in_a_row=2)

    assert (watched.good, watched.last) == (False, "down")
    assert watched.attempts > 2
    assert watched.seconds >= 0.02


def test_the_last_attempt_is_made_at_the_deadline_however_long_the_interval():
    watched = eventually(Source("down", "up"), is_up, deadline_seconds=0.01, interval_seconds=60, in_a_row=1)

    assert (watched.good, watched.attempts) == (True, 2)
