"""Files that no honest user would write are refused in words that name them, in bounded time and memory."""

from __future__ import annotations

import json
import shutil
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from svcdns import resources
from svcdns.catalogue import gherkin
from svcdns.cli import main
from svcdns.errors import FeatureError, ManifestError
from svcdns.manifests import read, read_text
from svcdns.manifests.syntax import MAX_BYTES

LONG = "x" * (MAX_BYTES - 200)
OBJECT = "apiVersion: v1\nkind: Service\n"
RECORDED = resources.fixtures() / "recorded" / "external-name" / "ready"


def service(spec: str) -> str:
    return f'{{"apiVersion": "v1", "kind": "Service", "metadata": {{"name": "a"}}, "spec": {spec}}}'


def aliases(levels: int) -> str:
    steps = "".join(f"a{step + 1}: &a{step + 1} [{', '.join([f'*a{step}'] * 10)}]\n" for step in range(levels))
    return f"a0: &a0 lol\n{steps}"


MANIFESTS = {
    "a billion aliases": (aliases(30), "too large"),
    "merges of merges": ("a: &a {b: c}\nd:\n" + "  <<: *a\n" * 60_000, "too large"),
    "an alias of itself": ("a: &a [*a]", "is inside its own anchor"),
    "aliases of one another": ("a: &a {b: &b [*a]}", "is inside its own anchor"),
    "an alias without an end": (f"a: *{LONG}", "has no anchor before it"),
    "brackets": ("[" * 1_000_000, "nested more than 100 levels deep"),
    "dashes": ("- " * 1_000_000, "nested more than 100 levels deep"),
    "question marks": ("? " * 1_000_000, "nested more than 100 levels deep"),
    "a tag that runs code": (f"{OBJECT}a: !!python/object/apply:os.system [a]", "means nothing in a manifest"),
    "a tag without an end": (f"{OBJECT}a: !{LONG} a", "does not fit"),
    "a kind without an end": (f"{{apiVersion: v1, kind: {LONG}}}", "is unknown in this apiVersion"),
    "a name without an end": (f"{{apiVersion: v1, kind: Service, metadata: {{name: {LONG}}}}}", "must be at most 63"),
    "an address without an end": (service(f'{{"clusterIP": "{LONG}"}}'), "must be an IP address"),
    "a key without an end": (f"? {LONG}\n: 1", "is required"),
    "a number without an end": (f"a: {'1' * 1_000_000}", "is required"),
    "the same key again and again": (OBJECT + "a: 1\n" * 10_000, "is given twice"),
    "documents that are nothing": ("a\n---\n" * 10_000, "must be an object"),
    "objects with the same problem": (service("{}") + "".join(f"\n---\n{service('{}')}" for _ in range(2_000)), "there are more"),
    "a NUL": ("a: 1\nb: \0", "a character that YAML forbids"),
    "an escape sequence": ("a: \x1b[2J", "a character that YAML forbids"),
    "half a surrogate pair": (json.dumps({"a": "\ud800"}), "not"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "said"), MANIFESTS.values(), ids=list(MANIFESTS))
def test_a_hostile_manifest_is_refused_with_its_line_in_few_words(text: str, said: str):
    with pytest.raises(ManifestError) as caught:
        read_text(text, "hostile.yaml")
    message = str(caught.value)
    assert said in message
    assert len(message) < 100_000
    assert all(line.startswith("hostile.yaml:") and len(line) < 1_000 for line in message.splitlines())


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "latin-1"])
def test_another_encoding_is_named_with_its_line(encoding: str, tmp_path: Path):
    path = tmp_path / "hostile.yaml"
    path.write_bytes("a: é\n".encode(encoding))
    with pytest.raises(ManifestError, match=r"hostile\.yaml:1: is not UTF-8"):
        read(path)


def test_of_a_huge_file_no_more_is_read_than_is_allowed(tmp_path: Path):
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(100 * 2**20)
    tracemalloc.start()
    try:
        with pytest.raises(ManifestError, match=r"huge\.yaml:1: is larger than 4 MiB; split the file"):
            read(path)
        assert tracemalloc.get_traced_memory()[1] < 4 * MAX_BYTES
    finally:
        tracemalloc.stop()


FEATURES = {
    "nothing": b"",
    "octets that are not UTF-8": b"Feature: \xff\xfe",
    "UTF-16": "Feature: a".encode("utf-16"),
    "a NUL": b"\0",
    "an unknown language": b"# language: xx\nFeature: a",
    "a table whose rows differ": b"Feature: a\n  Scenario: b\n    Given c\n      | d |\n      | e | f |",
    "a text without an end": b'Feature: a\n  Scenario: b\n    Given c\n      """\n      d',
    "a rule in a rule": b"Feature: a\n  Rule: b\n    Rule: c\n      Background:\n        Given d\n      Background:",
    "tags of nothing": b"@a @b\n",
    "a tag with a space": b"@core #\n@a b\nFeature: a",
    "another format": b"kind: Service\napiVersion: v1\n",
}


@pytest.mark.parametrize("content", FEATURES.values(), ids=list(FEATURES))
def test_a_hostile_feature_file_is_refused_with_its_name(content: bytes, tmp_path: Path):
    path = tmp_path / "hostile.feature"
    path.write_bytes(content)
    with pytest.raises(FeatureError, match=r"hostile\.feature:"):
        gherkin.read(path)


PIECES = ["Feature: a", "Rule: b", "Background:", "Scenario: c", "Scenario Outline: <d>", "Examples:", "Given e", "Then f", "And g", "* h", "| d |", "| d | e |", '"""', "@core", "# language: fr", "But", "\t", "\x0c"]  # fmt: skip


@given(pieces=st.lists(st.sampled_from(PIECES), max_size=12))
def test_any_heap_of_gherkin_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, pieces: list[str]):
    path = tmp_path_factory.getbasetemp() / "heap.feature"
    path.write_text("\n".join(["Feature: a", *pieces]), encoding="utf-8")
    with suppress(FeatureError):
        for scenario in gherkin.read(path).scenarios:
            assert list(scenario.rendered()) or scenario.outline


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    for name in ("state.json", "answers.jsonl"):
        shutil.copy(RECORDED / name, tmp_path)
    lines = (tmp_path / "answers.jsonl").read_text(encoding="utf-8").splitlines()
    (tmp_path / "answers.jsonl").write_text(lines[0], encoding="utf-8")
    return tmp_path


def replayed(directory: Path) -> tuple[int, list[str]]:
    result = CliRunner().invoke(main, ["replay", str(directory)])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.output.splitlines()


HOSTILE_JSON = ["", "\0", "nonsense", "[" * 100_000, '{"a": ' * 100_000, "NaN", "1e999", "[]", '"x"', "{}", '{"items": 1}', '{"items": [1]}', '{"items": [{"kind": "Service"}]}', "1" * 100_000]  # fmt: skip


@pytest.mark.parametrize("content", HOSTILE_JSON, ids=[text[:12] for text in HOSTILE_JSON])
@pytest.mark.parametrize("name", ["state.json", "answers.jsonl"])
def test_a_directory_that_is_not_a_recording_is_an_error_of_one_line(name: str, content: str, recording: Path):
    (recording / name).write_text(content, encoding="utf-8")
    code, output = replayed(recording)
    if (name, content) == ("answers.jsonl", ""):
        assert (code, output[-1]) == (0, "0 of 0 equal in all")
        return
    assert code == 2
    assert len(output) == 1
    assert output[0].startswith(f"svcdns: {recording / name}:")


JUNK = [None, True, -1, 2**70, 1.5, "", "x", "a..b", "x" * 300, "\0", "::1", "\ud800", [], [None], {}, {"x": {"x": []}}]


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every key or index in a nest of dicts and lists, with what holds it."""
    for key, part in list(value.items() if isinstance(value, dict) else enumerate(value)):
        yield value, key
        if isinstance(part, dict | list):
            yield from places(part)


@pytest.mark.parametrize("field", ["name", "type", "transport", "edns", "rcode", "flags", "answer"])
def test_a_recorded_answer_with_anything_in_a_field_is_compared_or_refused(field: str, recording: Path):
    path = recording / "answers.jsonl"
    item = json.loads(path.read_text(encoding="utf-8"))
    for junk in JUNK:
        path.write_text(json.dumps(item | {field: junk}), encoding="utf-8")
        code, output = replayed(recording)
        assert code in {0, 1} or (code == 2 and len(output) == 1)


@pytest.mark.parametrize("field", ["profile", "version", "corefile", "domain", "addresses", "nonsense"])
def test_a_recorded_server_with_anything_in_a_field_is_replayed_or_refused(field: str, recording: Path):
    for junk in [*JUNK, ["cache x"], ["kubernetes {"]]:
        (recording / "meta.json").write_text(json.dumps({field: junk}), encoding="utf-8")
        code, output = replayed(recording)
        assert code in {0, 1} or (code == 2 and len(output) == 1)


@given(chosen=st.data())
def test_a_recorded_state_with_anything_in_any_place_is_served_or_refused(
    tmp_path_factory: pytest.TempPathFactory, chosen: st.DataObject
):
    content = json.loads((RECORDED / "state.json").read_text(encoding="utf-8"))
    holder, key = chosen.draw(st.sampled_from(list(places(content))))
    holder[key] = chosen.draw(st.sampled_from(JUNK))
    first = (RECORDED / "answers.jsonl").read_text(encoding="utf-8").splitlines()[::100]
    directory = tmp_path_factory.getbasetemp() / "recorded"
    directory.mkdir(exist_ok=True)
    (directory / "state.json").write_text(json.dumps(content), encoding="utf-8")
    (directory / "answers.jsonl").write_text("\n".join(first), encoding="utf-8")
    code, output = replayed(directory)
    assert code in {0, 1} or (code == 2 and len(output) == 1)
