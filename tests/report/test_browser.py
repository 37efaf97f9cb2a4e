"""The run report in a real browser: links open what they lead to, the filter filters, and nothing complains."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from svcdns.report import page
from svcdns.results import Verdict
from tests.report.results import FINDING, run, scenario

RUN = run(
    scenario("First", Verdict.CONFORMANT, findings=(FINDING,)),
    scenario("Second", Verdict.NOT_DETERMINED, reason="pods never came"),
    scenario("Third", Verdict.NOT_CONFORMANT, findings=(FINDING,), reason="wrong"),
)


def _opened(browser: str, directory: Path, address: str) -> str:
    """The page's markup, after its script ran at an address; a complaint on the console is a failure."""
    file = directory / "report.html"
    file.write_text(page.render(RUN), encoding="utf-8")
    done = subprocess.run(
        [
            browser,
            *("--headless=new", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--dump-dom"),
            f"--user-data-dir={directory / 'profile'}",
            f"{file.as_uri()}{address}",
        ],
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    assert not re.findall(r".*CONSOLE.*", done.stderr)
    return done.stdout


def _shown(markup: str) -> list[str]:
    """The names of the scenarios that the filter leaves."""
    items = re.findall(
        r'<li data-verdict="[^"]*" data-level="[^"]*"( hidden="")?>(.*?)</li>\s*(?=<li data|</ul>)', markup, re.DOTALL
    )
    return [re.search(r"First|Second|Third", text)[0] for hidden, text in items if not hidden]


def test_a_link_opens_what_it_leads_to_whatever_is_filtered_for(browser: str, tmp_path: Path):
    markup = _opened(browser, tmp_path, "?verdict=not-determined#own-small--first")
    assert re.search(r'<details open="">\s*<summary class="row">(?:(?!</summary>).)*First', markup, re.DOTALL)
    assert not re.search(r'<details open="">\s*<summary class="row">(?:(?!</summary>).)*Second', markup, re.DOTALL)
    assert _shown(markup) == ["First", "Second", "Third"], "what is linked to is worth more than the filter"


def test_the_filter_is_taken_from_the_address_and_searches_the_evidence(browser: str, tmp_path: Path):
    markup = _opened(browser, tmp_path, "?text=10.244.0.9%20small")
    assert _shown(markup) == ["First", "Third"]
    assert '<form id="filter" role="search">' in markup, "without its script the page shows no filter"
