"""What the documentation tells to type exists, and what it links to is there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import click
import pytest
import yaml

from svcdns import resources as data
from svcdns.catalogue import gherkin, tags
from svcdns.cli import main
from svcdns.settings import OPTIONS

ROOT = data.root()
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    ROOT / "CHANGELOG.md",
    ROOT / "reports" / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
DOORS = sorted((ROOT / "docs").glob("*.md"))
LONG = re.compile(r"--[a-z][a-z-]+")


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def commands(page: Path) -> Iterator[list[str]]:
    """The commands of the ``sh`` blocks of a page, in words; what follows a comment sign is no command."""
    for block in re.findall(r"^ *```sh\n(.*?)^ *```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
        for line in block.splitlines():
            for command in line.split(" && "):
                yield shlex.split(command, comments=True)


COMMANDS = [
    pytest.param(words, id=f"{name(page)}: {number}: {' '.join(words)}")
    for page in PAGES
    for number, words in enumerate(commands(page), 1)
]


@pytest.fixture(scope="module")
def pytest_options(pytestconfig: pytest.Config) -> set[str]:
    """Every option that `svcdns run -h` would list, and the short ones that the pages use."""
    groups = [pytestconfig._parser._anonymous, *pytestconfig._parser._groups]
    known = {name for group in groups for option in group.options for name in option.names()}
    return known | {option.flag for option in OPTIONS}


def options_of(command: click.Command) -> set[str]:
    params = command.get_params(click.Context(command))
    return {flag for option in params if isinstance(option, click.Option) for flag in option.opts}


def found(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command of ours that words name, and the words after it."""
    command: click.Command = main
    while isinstance(command, click.Group):
        assert words, f"{command.name} needs a command"
        assert words[0] in command.commands, f"svcdns has no command {words[0]}"
        command, words = command.commands[words[0]], words[1:]
    return command, words


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_of_the_pages_exists_with_its_options(words: list[str], pytest_options: set[str]) -> None:
    program = Path(words[0]).name
    if program == "svcdns":
        command, rest = found(words[1:])
        known = pytest_options if command.name == "run" else options_of(command)
    elif program == "pytest":
        command, rest, known = main.commands["run"], words[1:], pytest_options
    else:
        assert program in ("python3", "pip"), f"{program} is no program that the pages explain"
        return
    assert {word for word in rest if word.startswith("-")} <= known
    if command.name == "run":
        for word, following in pairwise([*rest, ""]):
            if word == "-m":
                assert set(re.findall(r"[\w.-]+", following)) - {"and", "or", "not"} <= dict(tags.meanings()).keys()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_option_that_is_mentioned_is_one(page: Path, pytest_options: set[str]) -> None:
    ours = {name for command in main.commands.values() for name in options_of(command)}
    spans = re.findall(r"`([^`\n]+)`", page.read_text(encoding="utf-8"))
    # Of the benchmarks.
    ours |= {"--short"}
    assert {option for span in spans for option in LONG.findall(span)} <= ours | pytest_options


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_that_is_mentioned_is_one(page: Path) -> None:
    named = set(re.findall(r"`svcdns ([a-z]+)", page.read_text(encoding="utf-8")))
    assert named <= main.commands.keys()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_to_something(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        path, _, anchor = link.partition("#")
        if not path.startswith("https://"):
            target = page.parent / path if path else page
            assert target.exists(), link
            assert not anchor or anchor in headings(target), link


def headings(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    found = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in found}


@pytest.mark.parametrize("page", DOORS, ids=name)
def test_every_door_is_reached_from_the_readme(page: Path) -> None:
    assert f"](docs/{page.name})" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_numbers_that_the_readme_shows_are_those_of_the_features() -> None:
    shown = (ROOT / "README.md").read_text(encoding="utf-8").partition("$ svcdns run combinations -q")[2]
    read = [gherkin.read(path) for path in sorted((data.features() / "combinations").glob("*.feature"))]
    scenarios = [each for one in read for scenario in one.scenarios for each in scenario.rendered()]
    for level in tags.LEVELS:
        assert f"\n{level}: {sum(level in one.tags for one in scenarios)} conformant\n" in shown
    assert f"\n{len(scenarios)} passed in " in shown


def test_the_readme_fits_two_screens() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 100


def test_every_test_that_shows_what_is_not_trusted_is_there() -> None:
    named = re.findall(r"`(tests/[^`:]+)`", (ROOT / "SECURITY.md").read_text(encoding="utf-8"))
    assert len(named) > 20
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_what_a_run_writes_is_said_in_full() -> None:
    page = (ROOT / "docs" / "validating-a-cluster.md").read_text(encoding="utf-8")
    shown = page.partition("<!-- writes: from fixtures/writes.yaml -->\n")[2].partition("<!-- end of writes -->")[0]
    assert shown == "\n".join([*_writes(), ""])


def _writes() -> Iterator[str]:
    """The table of what a run writes, as Markdown."""
    yield "| what | resources and verbs | where | why |"
    yield "|---|---|---|---|"
    for row in yaml.safe_load((data.fixtures() / "writes.yaml").read_text(encoding="utf-8"))["writes"]:
        resources = ", ".join(f"`{one}`" for one in row["resources"]).replace("`*`", "any")
        where = {"own": "namespaces of the run", "": "-", "dns": "the namespace of the DNS Service"}
        place = where.get(row["where"], f"`{row['where']}`")
        named = f", `{row['name']}…`" if row["name"] else ""
        yield f"| {row['what']} | {resources}: {', '.join(row['verbs'])} | {place}{named} | {row['why']} |"
