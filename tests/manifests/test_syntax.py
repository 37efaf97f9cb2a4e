"""YAML as Kubernetes reads it, and what is refused before anything is made of it."""

from __future__ import annotations

import tracemalloc

import pytest
import yaml

from svcdns.manifests import syntax
from svcdns.manifests.scalars import resolve
from svcdns.manifests.syntax import MAX_BYTES, MAX_DEPTH, MAX_SIZE, UnreadableError, documents


@pytest.fixture(params=["CSafeLoader", "SafeLoader"], autouse=True)
def loader(request, monkeypatch):
    """Both of PyYAML's parsers: the one with libyaml and the one without."""
    monkeypatch.setattr(syntax, "_LOADER", getattr(yaml, request.param))


def only(text: str):
    [document] = documents(text.encode())
    return document


def problem_of(text: str | bytes) -> tuple[int, str]:
    """The line and the words of what keeps a text from being read."""
    with pytest.raises(UnreadableError) as error:
        list(documents(text if isinstance(text, bytes) else text.encode()))
    return error.value.line, error.value.text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", True), ("On", True), ("y", True), ("TRUE", True), ("no", False), ("OFF", False), ("n", False),
        ("yEs", "yEs"), ("", None), ("~", None), ("Null", None), ("nULL", "nULL"),
        ("80", 80), ("+80", 80), ("-1", -1), ("1_000", 1000), ("0o17", 15), ("017", 15), ("0x1F", 31), ("0b101", 5),
        ("08", 8), ("0", 0), ("-0", 0), ("80.0", 80), ("1.5", 1.5), (".5", 0.5), ("1e3", 1000), ("1.", 1), ("-.5", -0.5),
        ("18446744073709551615", 2**64 - 1), ("-9223372036854775808", -(2**63)),
        ("12:30:45", "12:30:45"), ("2024-01-01", "2024-01-01"), ("2001-12-14t21:59:43.10-05:00", "2001-12-14t21:59:43.10-05:00"),
        ("1.2.3", "1.2.3"), ("10.0.0.1", "10.0.0.1"), ("1e999", "1e999"), ("_1", "_1"), ("0x", "0x"), (".", "."), ("-", "-"),
        ("<<", "<<"), ("=", "="), ("\u0661", "\u0661"), ("9" * 5000, "9" * 5000),
    ],
)  # fmt: skip
def test_an_unquoted_scalar_means_what_go_yaml_makes_of_it(text, value):
    found = resolve(text)
    assert (found, type(found)) == (value, type(value))


def test_a_quoted_or_tagged_scalar_is_text():
    text = "- '80'\n- \"yes\"\n- !!str 80\n- ! 80\n- |-\n  80\n"
    assert only(text).value == ["80", "yes", "80", "80", "80"]


def test_a_tag_that_fits_is_obeyed():
    assert only("[!!int '80', !!float 1, !!bool yes, !!null '', !!map {}, !!seq []]").value == [
        80,
        1,
        True,
        None,
        {},
        [],
    ]


@pytest.mark.parametrize("text", ["!!int x", "!Ref x", "!!binary aGk=", "!!set {a}", "!Ref [a]", "!!bool 1"])
def test_a_tag_that_means_nothing_to_kubernetes_is_a_problem(text):
    [problem] = only(f"a:\n  b: {text}").problems
    assert problem.field == ("a", "b")
    assert problem.line == 2
    assert "has the tag" in problem.text


@pytest.mark.parametrize("text", [".inf", "-.Inf", ".nan"])
def test_a_number_that_json_does_not_have_is_a_problem(text):
    [problem] = only(f"a: {text}").problems
    assert problem.text == f"is {text}; JSON has no such number"


def test_keys_become_text():
    assert only("1: a\nyes: b\n1.5: c\n0x10: d\n").value == {"1": "a", "true": "b", "1.5": "c", "16": "d"}


@pytest.mark.parametrize("key", ["~", "[a]", "{a: b}"])
def test_a_key_that_cannot_be_text_is_a_problem(key):
    document = only(f"a:\n  ? {key}\n  : 1\n  b: 2\n")
    assert document.value == {"a": {"b": 2}}
    assert [(problem.field, problem.text, problem.line) for problem in document.problems] == [
        (("a",), "has a key that is not text", 2)
    ]


@pytest.mark.parametrize("second", ["port", '"port"', "!!str port"])
def test_a_key_given_twice_is_a_problem_that_names_both_lines(second):
    [problem] = only(f"a:\n- port: 80\n  # again\n  {second}: 81\n").problems
    assert problem.field == ("a", 0, "port")
    assert (problem.text, problem.line) == ("is given twice, the first time in line 2", 4)


def test_keys_that_become_the_same_text_are_given_twice():
    assert only("1: a\n'1': b\n").problems


def test_aliases_and_merge_keys_are_resolved_and_explicit_keys_win():
    document = only(
        "base: &base {a: 1, b: 2}\nother: &other {b: 3, c: 4}\nuse:\n  a: 0\n  <<: [*base, *other]\nagain: *base\n"
    )
    assert document.value["use"] == {"a": 0, "b": 2, "c": 4}
    assert document.value["again"] == {"a": 1, "b": 2}
    assert document.lines["use", "a"] == 4
    assert document.lines["use", "c"] == 2
    assert not document.problems


@pytest.mark.parametrize("value", ["1", "[1]", "[]", "[{a: b}, 1]"])
def test_a_merge_key_needs_mappings(value):
    [problem] = only(f"a:\n  <<: {value}\n").problems
    assert problem.text.startswith("has a merge key (<<) without a mapping")


def test_a_quoted_merge_key_is_a_key():
    assert only("'<<': 1").value == {"<<": 1}


@pytest.mark.parametrize(
    ("text", "line", "fragment"),
    [
        ("a: 1\nb: 'x\n", 3, "quoted scalar"),
        ("a:\n  b: 1\n c: 2\n", 3, "is not YAML: "),
        ("a:\n\tb: 1\n", 2, "cannot start any token"),
        ("a: 1\nb: *x\n", 2, "an alias has no anchor before it"),
        ("a: &x 1\n---\nb: *x\n", 3, "an alias has no anchor before it"),
        ("a:\n  b: &x [*x]\n", 2, "an alias is inside its own anchor"),
        ("a: 1\nb: \x07\n", 2, "a character that YAML forbids"),
        ("a: \ufffe", 1, "a character that YAML forbids"),
        (b"a: 1\nb: \xff\xfe\n", 2, "is not UTF-8 from byte 8 on"),
        (b"\xef\xbb\xbfa: \xe9t\xe9\n", 1, "is not UTF-8 from byte 6 on"),
        ("a: 1\n".encode("utf-16"), 1, "is not UTF-8 from byte 0 on"),
        ("a: \ud800".encode("utf-8", "surrogatepass"), 1, "is not UTF-8 from byte 3 on"),
        ("%YAML 2.0\n---\na: 1\n", 1, "is not YAML: "),
        (b"x" * (MAX_BYTES + 1), 1, "is larger than 4 MiB"),
    ],
)
def test_what_is_not_yaml_is_refused_with_its_line(text, line, fragment):
    found = problem_of(text)
    assert found[0] == line
    assert fragment in found[1]


def test_a_syntax_error_reaches_the_user_with_file_and_line(problems):
    assert problems("apiVersion: v1\nkind: 'x")[0].startswith("2: is not YAML: ")


@pytest.mark.parametrize("nested", ["[" * 50_000, "{a: " * 50_000, "- " * 50_000, "? " * 50_000, "a:\n- " + "[" * 200])
def test_deep_nesting_is_refused_where_it_crosses_the_limit(nested):
    assert "is nested more than 100 levels deep" in problem_of(nested)[1]


def test_nesting_up_to_the_limit_is_read():
    assert only("[" * MAX_DEPTH + "]" * MAX_DEPTH).value
    assert "is nested" in problem_of("[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2))[1]


def test_nesting_that_aliases_add_up_counts_too():
    steps = "".join(f"a{step + 1}: &a{step + 1} {'[' * 40}*a{step}{']' * 40}\n" for step in range(3))
    line, text = problem_of(f"a0: &a0 [x]\n{steps}")
    assert (line, text) == (4, "is nested more than 100 levels deep, with aliases written out")


def aliases(levels: int, leaf: str) -> str:
    steps = "".join(f"a{step + 1}: &a{step + 1} [{', '.join([f'*a{step}'] * 10)}]\n" for step in range(levels))
    return f"a0: &a0 {leaf}\n{steps}"


@pytest.mark.parametrize(
    "bomb",
    [
        aliases(30, "lol"),
        aliases(2, "x" * 1000),
        "a: &a {b: c}\nd:\n" + f"- <<: [{'*a, ' * 100}]\n" * 20,
        "- a\n" * 2000,
    ],
    ids=["a billion nodes", "a billion characters", "merges", "no alias at all"],
)
def test_what_takes_too_much_with_its_aliases_written_out_is_refused(monkeypatch, bomb):
    monkeypatch.setattr(syntax, "MAX_SIZE", 2**16)
    assert "with its aliases written out" in problem_of(bomb)[1]


def test_a_bomb_is_refused_before_it_takes_memory():
    bomb = aliases(30, "lol")
    tracemalloc.start()
    try:
        assert f"more than {MAX_SIZE // 2**20} MiB" in problem_of(bomb)[1]
        assert tracemalloc.get_traced_memory()[1] < MAX_SIZE
    finally:
        tracemalloc.stop()


def test_aliases_in_moderation_are_read():
    assert len(only(aliases(3, "x")).value["a3"]) == 10
