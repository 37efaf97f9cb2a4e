"""Foreign text as it is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcdns.errors import HarnessError, ManifestError
from svcdns.results import Facts, Finding
from svcdns.safety import printable
from svcdns.targets.cluster.apiserver.refusal import RefusedError
from tests.hostile.foreign import BROKEN, FOREIGN, texts, unseen

ANY = st.text(st.characters())


@given(ANY)
def test_nothing_unseen_is_left_on_a_line_and_what_is_shown_stays_the_same(text: str):
    shown = printable.line(text)
    assert unseen(shown) == set()
    assert "\n" not in shown
    assert len(shown) <= printable.LONGEST_LINE
    assert printable.line(shown) == shown
    shown.encode()


@given(ANY)
def test_a_block_has_the_lines_that_the_text_has(text: str):
    shown = printable.block(text)
    assert unseen(shown) == set()
    assert shown.count("\n") == text.count("\n")
    assert printable.block(shown) == shown


@pytest.mark.parametrize("text", ["web-0.ns", "é ü ß", "Straße 中文 한국어 日本語 العربية हिन्दी", "a\\b", "::1", "fe80::1%x", "::ffff:1.2.3.4", "# a", "##", "x::y::z"])  # fmt: skip
def test_letters_of_every_script_and_addresses_stay_as_they_are(text: str):
    assert printable.line(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("a\r\nb", r"a\r\nb"),
        ("\x9b\x7f\x00\t", r"\x9b\x7f\x00\t"),
        ("\u202e\u2066\u200e\u061c", r"\u202e\u2066\u200e\u061c"),
        ("\u200b\ufeff\U000e0041\ufe0f\u3164", r"\u200b\ufeff\U000e0041\ufe0f\u3164"),
        ("\ud800\u2028\uffff", r"\ud800\u2028\uffff"),
        ("::error file=a::x", r"\x3a:error file=a::x"),
        ("  ::stop-commands::x", r"  \x3a:stop-commands::x"),
        ("a ##[group]b ##vso[task]", r"a \x23#[group]b \x23#vso[task]"),
    ],
)
def test_what_is_more_than_text_is_shown_as_an_escape(text: str, shown: str):
    assert printable.line(text) == shown


def test_lines_that_end_as_on_windows_end_as_elsewhere_and_a_lone_return_is_shown():
    assert printable.block("a\r\nb\rc\n::error::d") == "a\nb\\rc\n\\x3a:error::d"


def test_what_is_cut_says_so_and_is_not_cut_again():
    shown = printable.line("é" * 10_000)
    assert shown.endswith("… (cut, of 10000 characters)")
    assert printable.line(shown) == shown
    assert len(printable.line("\x00" * 4_000)) == printable.LONGEST_LINE


@given(st.lists(ANY, min_size=1, max_size=5))
def test_an_error_has_a_line_for_each_argument_and_its_words_as_they_came(parts: list[str]):
    error = ManifestError(*parts)
    assert str(error).split("\n") == [printable.line(part) for part in parts]
    assert error.args == tuple(parts)


def test_every_error_shows_foreign_words_however_it_is_made():
    def kinds(kind: type[HarnessError]) -> list[type[HarnessError]]:
        return [kind, *(each for heir in kind.__subclasses__() for each in kinds(heir))]

    for kind in kinds(HarnessError):
        error = kind.__new__(kind)
        HarnessError.__init__(error, BROKEN)
        assert unseen(str(error)) == set(), kind
    assert "\n" not in str(RefusedError(FOREIGN, code=403))
    assert str(HarnessError(*map(str, range(500)))).endswith("\n399\n… and 100 more lines")


def test_findings_and_facts_hold_text_alone():
    finding = Finding(FOREIGN, FOREIGN, FOREIGN, FOREIGN, FOREIGN, (FOREIGN,), (FOREIGN,), problem=BROKEN)
    assert all(unseen(text) == set() for text in (finding.promise, *finding.answer, *finding.expected, finding.problem))
    facts = Facts(BROKEN, FOREIGN, FOREIGN, (FOREIGN,), FOREIGN, ("IPv4",))
    assert all(unseen(text) == set() for text in (facts.kubernetes, facts.domain, *facts.corefile, *facts.lines()))


@given(
    st.recursive(ANY, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY, inner, max_size=3), max_leaves=8)
)
def test_plain_data_is_shown_in_every_place(value: object):
    assert all(unseen(text) == set() and "\n" not in text for text in texts(printable.deep(value)))


def test_facts_have_no_more_than_anybody_reads_and_answers_have_all_of_their_records():
    assert len(Facts("x" * 10**6, "", "", (), "", ()).kubernetes) == printable.LONGEST_LINE
    assert len(Finding("", "", "", "", "", ("x" * 10**5,)).answer[0]) == 10**5
