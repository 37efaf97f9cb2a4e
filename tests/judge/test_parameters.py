"""What sentences and their tables may say."""

from __future__ import annotations

import pytest

from svcdns import judge
from svcdns.errors import FeatureError


@pytest.mark.parametrize("text", ["", "0", "65536", "-1", "x", "8O", "²"])
def test_what_is_no_port_number_is_refused(text: str):
    with pytest.raises(FeatureError, match=rf'^"{text}" is not a port number: use a number from 1 to 65535$'):
        judge.numbers([["number", "meaning"], ["80", "right"], [text, "wrong"]])


def test_port_numbers_have_their_meanings():
    assert judge.numbers([["number", "meaning"], ["1", "first"], ["65535", "last"]]) == {1: "first", 65_535: "last"}


@pytest.mark.parametrize("text", ["", "NOERROR", "nodata", "NONSENSE", "A and", "A or AAAA", "A and OPT"])
def test_what_no_answer_is_is_refused(text: str):
    with pytest.raises(FeatureError, match=rf'^"{text}" is not an answer: name an rcode other than NOERROR'):
        judge.choices([["answer", "meaning"], ["A", "right"], [text, "wrong"]])


def test_an_answer_is_an_rcode_types_of_records_or_a_word():
    choices = dict.fromkeys(["NODATA", "nothing", "NXDOMAIN", "REFUSED", "A", "CNAME and A"], "right")
    assert judge.choices([["answer", "meaning"], *map(list, choices.items())]) == choices


@pytest.mark.parametrize("type_", ["OPT", "TSIG", "TKEY", "IXFR", "AXFR", "TYPE0"])
def test_a_type_that_no_ordinary_query_asks_for_is_refused(type_: str):
    with pytest.raises(FeatureError, match=rf'^"{type_}" is not a record type that a query asks for'):
        judge.no_data("web", type_)
