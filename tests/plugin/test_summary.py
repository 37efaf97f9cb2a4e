"""The lines of the summary."""

from __future__ import annotations

from svcdns.plugin.summary import remark_lines


def test_objects_that_are_accepted_with_the_same_warning_share_a_line():
    warned = [f'Endpoints "{name}" is accepted with the warning: is deprecated' for name in ("a", "b", "c")]
    other = 'Service "a" is accepted with the warning: is odd'
    assert list(remark_lines([*warned, other, warned[0]])) == [f"{warned[0]}; so are 2 other objects", other]


def test_other_remarks_are_shown_once_each():
    assert list(remark_lines(["one", "two", "one"])) == ["one", "two"]
