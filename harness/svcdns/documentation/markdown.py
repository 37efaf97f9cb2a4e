"""The documentation as Markdown, for reading where the repository is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from svcdns.documentation.book import Book, Chapter, Scene, Shown, Story
from svcdns.documentation.comparison import Cell, Comparison
from svcdns.documentation.drawing import outline
from svcdns.documentation.rows import NO_DATA, NO_NAME, Row

_DENIALS = {NO_NAME: f"no such name (`{NO_NAME}`)", NO_DATA: f"no record of this type (`{NO_DATA}`)"}
_LEFT_OPEN = " *(CoreDNS)*"


def markdown(book: Book) -> str:
    """The book as Markdown."""
    return "\n".join(_lines(book)) + "\n"


def _lines(book: Book) -> Iterator[str]:
    yield "# What each name answers"
    yield ""
    yield "Deployment or StatefulSet, behind a ClusterIP or a headless Service: what does each DNS name give? These are the"
    yield "answers of svcdns's reference target, asked over UDP and TCP and judged by its features."
    yield ""
    yield from _comparison(book.comparison)
    yield ""
    yield "Names are written as a client in the same namespace writes them: `web-0.test-headless-svc` stands for"
    yield "`web-0.test-headless-svc.my-namespace.svc.cluster.local`. What differs from cluster to cluster is a symbol, such as"
    yield "`<address of web-0>`. An SRV answer is priority, weight, port and target. *(CoreDNS)* marks what the specification"
    yield "leaves open and CoreDNS does."
    yield ""
    yield "The same as one page with pictures: [expected-results.html](expected-results.html), to be opened in a browser."
    for one in book.combinations:
        yield ""
        yield f"## {one.title[:1].upper()}{one.title[1:]}"
        yield ""
        yield from one.chapter.feature.description.split("\n\n")[0].splitlines()
        yield from _chapter(one.chapter, along=False)
    yield ""
    yield "## The specification, clause by clause"
    for clause in book.clauses:
        yield from _clause(clause)
    yield ""
    yield "---"
    yield ""
    yield "Made by `svcdns docs` from the features and a run on the reference target. Do not edit: change a feature, and make it again."


def _comparison(comparison: Comparison) -> Iterator[str]:
    heads = (
        title.removeprefix("a ").replace(" behind a ", " + ").removesuffix(" Service")
        for title, _ in comparison.columns
    )
    yield _row(["", *heads])
    yield _row(["---"] * (1 + len(comparison.columns)))
    for question, cells in comparison.questions:
        yield _row([f"**{question}**", *map(_cell, cells)])


def _cell(cell: Cell) -> str:
    row = cell.row
    more = f" and {len(row.answers) - 1} more" if len(row.answers) > 1 else ""
    type_ = "A" if "A" in row.types else row.types[0]
    mark = _LEFT_OPEN if row.left_open and not row.denial else ""
    return f"{cell.words}{mark}<br>{_code(row.name)} {type_}<br>→ {_code(row.answers[0] if row.answers else row.denial)}{more}"


def _clause(shown: Shown) -> Iterator[str]:
    yield ""
    yield f"### {shown.clause.id}"
    yield ""
    yield f"**{shown.clause.sentence}** ({shown.clause.level})"
    for chapter in shown.chapters:
        yield ""
        yield f"From [{chapter.path}](../{chapter.path}):"
        yield from _chapter(chapter, along=True)
    if shown.combinations:
        yield ""
        links = (f"[{one.title}](#{one.title.lower().replace(' ', '-')})" for one in shown.combinations)
        yield f"Also shown by {', '.join(links)}."


def _chapter(chapter: Chapter, *, along: bool) -> Iterator[str]:
    for scene in chapter.scenes:
        yield from _scene(scene, along=along)
    yield ""
    yield from _folded("In sentences, with what was answered", "gherkin", _stories(chapter))


def _scene(scene: Scene, *, along: bool) -> Iterator[str]:
    if scene.given:
        yield ""
        yield f"While {', and '.join(scene.given)}:"
    if drawn := list(outline(scene.picture)):
        yield ""
        yield from _fenced("text", drawn)
    yield ""
    yield _row(["Name", "Type", "Answer"])
    yield _row(["---", "---", "---"])
    for row in scene.rows:
        mark = _LEFT_OPEN if row.left_open else ""
        yield _row([f"{_code(row.name)}{mark}", ", ".join(row.types), _answer(row, along=along)])
    for excerpt in scene.manifests:
        yield ""
        yield from _folded(f"Manifest <code>{excerpt.manifest}</code>", "yaml", excerpt.text.splitlines())


def _answer(row: Row, *, along: bool) -> str:
    if row.denial:
        return _DENIALS.get(row.denial, row.denial)
    extra = [f"along with it {_code(record)}" for record in row.along] if along else []
    return "<br>".join([*map(_code, row.answers), *extra])


def _stories(chapter: Chapter) -> Iterator[str]:
    for rule, stories in chapter.rules:
        if rule:
            yield f"Rule: {rule}"
            yield ""
        for story in stories:
            yield from _story(story)
            yield ""


def _story(story: Story) -> Iterator[str]:
    yield f"  @{story.level.lower()}"
    yield f"  Scenario: {story.name}"
    for line in story.lines:
        yield f"    {line.step.keyword} {line.step.text}"
        yield from (f"      | {' | '.join(cells)} |" for cells in line.step.table)
        yield from (f"      # {row.name} {', '.join(row.types)} → {row.said}" for row in line.rows)


def _folded(summary: str, language: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"<details><summary>{summary}</summary>"
    yield ""
    yield from _fenced(language, lines)
    yield ""
    yield "</details>"


def _fenced(language: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"```{language}"
    yield from "\n".join(lines).rstrip().splitlines()
    yield "```"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _code(text: str) -> str:
    return f"`{text}`"
