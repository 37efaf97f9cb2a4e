"""All packaged scenarios, run or not."""

from __future__ import annotations

from dataclasses import replace

from svcdns.report import everything
from svcdns.results import Verdict
from tests.report.results import scenario


def test_what_was_not_run_is_told_and_stands_where_it_belongs():
    first, *others = everything.complete(())
    assert {one.verdict for one in (first, *others)} == {Verdict.NOT_RUN}
    ran = replace(others[5], verdict=Verdict.CONFORMANT)
    own = scenario("Own", Verdict.CONFORMANT)
    found = everything.complete([own, ran])
    assert found == (first, *others[:5], ran, *others[6:], own)
