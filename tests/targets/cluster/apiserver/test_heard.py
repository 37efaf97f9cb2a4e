"""The warnings in the responses of an API server."""

from __future__ import annotations

from svcdns.targets.cluster.apiserver import heard


def test_warnings_are_collected_where_somebody_collects_them():
    heard.note(['299 - "lost"'])
    with heard.warnings() as told:
        heard.note(['299 - "spec.a: \\"x\\" is odd"', '199 host "other", 299 - "two", 299 - "three"'])
    heard.note(['299 - "late"'])
    assert told == ['spec.a: "x" is odd', "two", "three"]


def test_a_server_that_warns_without_end_is_cut_short():
    with heard.warnings() as told:
        heard.note([f'299 - "{"x" * 5_000}"'] * 500)
    assert len(told) == 100
    assert {len(text) for text in told} == {1_000}
