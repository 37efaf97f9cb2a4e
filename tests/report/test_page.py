"""The run report: well-formed, self-contained, readable by everybody, and true to the run."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from svcdns.report import page
from svcdns.results import OtherAnswer, RunResult, StepResult, Verdict
from tests.report.results import FINDING, run, scenario

HOSTILE = "<script>alert(1)</script> & \"so\" 'on'"
KEPT = type(FINDING)(
    "its virtual IP", "web. A", "dig web. A", "10.0.0.1:53", "udp", ("NOERROR", "answer: web A 10.0.0.9")
)

RUN = run(
    scenario("Right", Verdict.CONFORMANT, findings=(KEPT, KEPT), observed=("the order varies",)),
    scenario(
        HOSTILE, Verdict.CONFORMANT, clauses=(), steps=(StepResult("Given", HOSTILE, 3, "passed", 0.1, ((HOSTILE,),)),)
    ),
    scenario(
        "Wrong",
        Verdict.NOT_CONFORMANT,
        reason="it answers an address that nothing promises",
        findings=(KEPT, FINDING),
        state=("Service peers: headless", f"Pod {HOSTILE}"),
        advice=("unexpected 10.244.0.9 belongs to no pod",),
        looks=(3, 1.5),
        evidence="reports/4k2zf/test_wrong",
        steps=(
            StepResult("Given", "a manifest", 8, "passed", 0.1),
            StepResult("Then", "it answers", 9, "failed", 0.1),
            StepResult("And", "more", 10),
        ),
    ),
    scenario("Unknown", Verdict.NOT_DETERMINED, reason="pods never came", level="extended"),
    scenario("Elsewhere", Verdict.NOT_APPLICABLE, reason="the target has no ipv6"),
    scenario("Left out", Verdict.NOT_RUN, feature="combinations/deployment_clusterip.feature"),
)


def parsed(result: RunResult = RUN) -> ET.Element:
    """The page as a strict parser reads it; style and script, which are no markup, left out."""
    return ET.fromstring(re.sub(r"<(style|script)>.*?</\1>", "", page.render(result), flags=re.DOTALL))


def words(element: ET.Element) -> str:
    """What an element says."""
    return " ".join(" ".join(element.itertext()).split())


PAGE = parsed()


def test_the_page_is_well_formed_and_its_links_lead_somewhere_on_it():
    ids = Counter(element.get("id") for element in PAGE.iter() if element.get("id"))
    assert not [one for one, times in ids.items() if times > 1]
    links = [element.get("href") for element in PAGE.iter("a")]
    assert len(links) > 10
    assert not [link for link in links if link[:1] != "#" or link[1:] not in ids]
    for element in PAGE.iter():
        assert not {"src", "srcset", "style", "onclick", "action"}.intersection(element.keys())
        assert element.get("aria-labelledby", next(iter(ids))) in ids


def test_the_page_needs_nothing_and_runs_nothing_but_its_own_script():
    text = page.render(RUN)
    assert not re.search(r"url\(|@import|https?://", text)
    (policy,) = [one.get("content") for one in PAGE.iter("meta") if one.get("http-equiv")]
    assert re.fullmatch(r"default-src 'none'; style-src 'sha256-\S+'; script-src 'sha256-\S+'", policy)
    assert text.count("<script") == 1, "a scenario's name is text"


def test_the_page_has_landmarks_and_headings_in_order():
    body = PAGE.find("body")
    assert [child.tag for child in body] == ["a", "header", "nav", "main", "footer", "script"][: len(body)]
    assert PAGE.get("lang") == "en"
    levels = [int(element.tag[1]) for element in PAGE.iter() if re.fullmatch(r"h[1-6]", element.tag)]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    for field in (*PAGE.iter("input"), *PAGE.iter("select")):
        assert any(field in label.iter() for label in PAGE.iter("label"))


def test_a_failure_is_shown_with_its_question_its_answer_and_the_state():
    (failure,) = [one for one in PAGE.iter("details") if one.get("class") == "fold"]
    text = words(failure)
    for part in (
        "own/small.feature:7",
        "not conformant",
        RUN.scenarios[2].reason,
        "✗ Then it answers failed after 100 ms",
        "· And more not reached",
        FINDING.command,
        "UDP 10.244.0.2:53; asked 3 times, 1.5 s",
        "A 10.244.0.8 \u2212 missing",
        "A 10.244.0.9 + unexpected",
        "Service peers: headless",
        "belongs to no pod",
        "reports/4k2zf/test_wrong",
        "All 2 queries of this scenario",
    ):
        assert part in text


def test_a_pass_is_folded_with_its_transcript_and_what_is_alike_is_told_once():
    (right,) = [one for one in PAGE.iter("li") if one.get("data-verdict") == "conformant" and "Right" in words(one)]
    details = right.find("details")
    assert details.get("open") is None
    assert words(details).count("dig web. A") == 1
    assert "UDP 10.0.0.1:53, 2 times" in words(details)
    assert "Observed: the order varies" in words(details)


def test_what_was_not_run_is_counted_and_not_listed():
    text = words(PAGE)
    assert "5 run, 1 not run" in text
    assert not [one for one in PAGE.iter("li") if one.get("data-verdict") == "not-run"]


def test_a_long_answer_is_cut_and_the_rest_is_counted():
    long = type(FINDING)("many", "q", "dig q", "s", "tcp", tuple(f"answer: {number}" for number in range(500)))
    text = words(parsed(run(scenario("Long", Verdict.CONFORMANT, findings=(long,)))))
    assert "answer: 11" in text
    assert "answer: 12" not in text
    assert "and 488 more lines" in text


def test_a_failure_of_a_thousand_records_stays_readable():
    rows = tuple(f"A 10.1.{number // 250}.{number % 250}" for number in range(1000))
    broken = replace(FINDING, missing=rows, expected=rows, unexpected=(), problem=f"lacks {', '.join(rows)}")
    one = replace(RUN.scenarios[2], reason=broken.problem, findings=(broken,), state=rows, advice=rows)
    text = page.render(run(one))
    assert "and 988 more like these" in text
    assert text.count("10.1.0.100") == 2, "a row of the comparison and a line of the state"
    assert "10.1.2.0" not in text


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        ([Verdict.CONFORMANT] * 2, "All 2 scenarios are conformant"),
        ([Verdict.CONFORMANT, Verdict.NOT_APPLICABLE], "The scenario is conformant"),
        ([Verdict.CONFORMANT, Verdict.NOT_RUN], "1 scenario is conformant, 1 not run"),
        (
            [Verdict.CONFORMANT, Verdict.NOT_RUN, Verdict.NOT_DETERMINED],
            "1 scenario is conformant, 1 not determined and 1 not run",
        ),
        ([Verdict.CONFORMANT, Verdict.NOT_CONFORMANT], "1 of 2 scenarios is not conformant"),
        ([Verdict.NOT_DETERMINED], "No result: no scenario was judged"),
        ([], "No result: no scenario was judged"),
    ],
)
def test_the_headline_never_says_more_than_was_seen(verdicts: list[Verdict], said: str):
    result = run(*(scenario(f"{index}", one) for index, one in enumerate(verdicts)))
    assert page.headline(result) == said
    assert words(parsed(result).find("body/header/h1")) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.0, "1 ms"), (0.25, "250 ms"), (1.0, "1.0 s"), (59.94, "59.9 s"), (125.4, "2 min 5 s")]
)
def test_a_time_reads_as_people_say_it(seconds: float, said: str):
    assert page.duration(seconds) == said


def _palettes() -> dict[str, dict[str, str]]:
    """The colours of the page, light, dark and printed."""
    style = re.search(r"<style>(.*?)</style>", page.render(run()), re.DOTALL)[1]
    blocks = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    colours = [dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", block)) for block in blocks]
    return dict(zip(("light", "dark", "print"), colours, strict=True))


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * one for one in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_every_text_stands_out_from_what_is_behind_it(scheme: str):
    # WCAG 2.2, 1.4.3: at least 4.5 to 1.
    colours = _palettes()[scheme]
    pairs = [(text, paper) for text in ("ink", "soft", "link") for paper in ("paper", "card", "shade")]
    pairs += [
        (text, paper) for text in ("good", "bad", "unsure", "other") for paper in ("paper", "card", f"{text}-tint")
    ]
    pairs += [("ink", "bad-tint"), ("ink", "unsure-tint"), ("soft", "bad-tint")]
    for text, paper in pairs:
        light, dark = sorted((_luminance(colours[text]), _luminance(colours[paper])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, f"{text} on {paper}"


def failures_of(count: int) -> RunResult:
    alike = replace(FINDING, type="A", rcode="NXDOMAIN", promised="records")
    return run(*(scenario(f"Wrong {number}", Verdict.NOT_CONFORMANT, findings=(alike,)) for number in range(count)))


def test_failures_are_grouped_by_their_causes_and_folded():
    other = scenario(
        "Silent", Verdict.NOT_CONFORMANT, findings=(replace(FINDING, type="A", rcode=""),), level="extended"
    )
    failures = failures_of(47)
    tree = parsed(replace(failures, scenarios=(*failures.scenarios, other)))
    first, second = [one for one in tree.iter("article") if one.get("class") == "cause"]
    assert words(first.find("h3")) == "A of Service names: NXDOMAIN instead of records (47 scenarios: 47 core)"
    example, others = first.findall("details")
    assert "Wrong 0" in words(example.find("summary"))
    assert words(others.find("summary")) == "46 more scenarios"
    assert [words(one.find("summary/span[@class='name']")) for one in others.iterfind("div/details")] == [
        f"Wrong {number}" for number in range(1, 47)
    ]
    assert words(second.find("h3")) == "A of Service names: no response (1 scenario: 1 extended)"
    assert not [one for one in (*first.iter("details"), *second.iter("details")) if one.get("open") is not None]


def test_a_single_failure_is_open():
    (cause,) = [one for one in parsed(failures_of(1)).iter("article") if one.get("class") == "cause"]
    assert cause.find("details").get("open") == ""


def test_what_the_answers_of_a_whole_run_say_stands_at_their_cause():
    finding = replace(
        FINDING,
        type="A",
        rcode="NXDOMAIN",
        promised="records",
        elsewhere=(OtherAnswer("10.244.0.3:53", "udp", "records", kept=True),),
    )
    tree = parsed(run(scenario("Wrong", Verdict.NOT_CONFORMANT, findings=(finding,))))
    (cause,) = [one for one in tree.iter("article") if one.get("class") == "cause"]
    (advice,) = [one for one in cause.findall("div") if one.get("class") == "advice"]
    assert words(advice) == (
        "What is likely wrong only 10.244.0.2:53 answers so; 10.244.0.3:53 answers the same queries as expected"
    )
    assert "records, as expected: UDP 10.244.0.3:53" in words(cause)
