"""What a run reads and writes lies where it says, also in a directory that somebody else has prepared."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from svcdns.cli import main
from tests.plugin.conftest import Write, small

PATHS = """\
Feature: Paths

  @core @B01
  Scenario Outline: reads <path>
    Given the manifest "<path>"
    Then the Service "web" answers its virtual IP, and nothing else

    Examples:
      | path                  |
      | ../../outside-secret  |
      | /etc/hostname         |
      | /etc/passwd           |
      | /dev/zero             |
      | ../../../outside.yaml |
      | linked                |
      | beside                |
"""
SECRET = "root:x:0:0:TOPSECRET:/root:/bin/sh\n"
OWN = "apiVersion: v1\nkind: Service\nmetadata: {name: own-svc}\nspec: {ports: [{port: 80}]}\n"
OWN_FEATURE = small("Own").replace("combinations/clusterip-service.yaml", "own.yaml").replace("test-svc", "own-svc")


@pytest.fixture
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("outside")
    (found / "precious").write_text("precious")
    return found


def untouched(outside: Path) -> bool:
    return {path.name: path.read_text() for path in outside.rglob("*")} == {"precious": "precious"}


def test_no_file_that_a_feature_names_is_shown_anywhere(feature: Write, pytester: pytest.Pytester, outside: Path):
    feature(PATHS)
    (outside / "secret").write_text(SECRET)
    (pytester.path / "linked").symlink_to(outside / "secret")
    (pytester.path / "beside").write_text(SECRET)
    written = ("--junitxml=junit.xml", "--html-report=page.html", "--conformance-report=c.yaml")
    result = pytester.runpytest_inprocess(".", "-rA", "-v", "--color=no", *written)
    result.assert_outcomes(failed=7)
    everything = [result.stdout.str(), *((pytester.path / one.partition("=")[2]).read_text() for one in written)]
    for text in everything:
        assert "TOPSECRET" not in text
        assert "root:x:0" not in text
    result.stdout.fnmatch_lines(["small.feature:5: reads /etc/passwd", '  ✗ Given the manifest "/etc/passwd"'])
    result.stdout.fnmatch_lines(["Not determined: /dev/zero: is outside of *and is not read: *"])


@pytest.mark.parametrize(
    "content", [SECRET, "# language: TOPSECRET\n", "Feature: x\n TOPSECRET\n Scenario: y\n  TOPSECRET\n"]
)
def test_no_file_that_is_called_a_feature_is_shown(
    content: str, feature: Write, pytester: pytest.Pytester, outside: Path
):
    feature(small("Right"))
    (outside / "secret").write_text(content)
    (pytester.path / "linked.feature").symlink_to(outside / "secret")
    result = pytester.runpytest_inprocess(".", "-v", "--color=no")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stdout.fnmatch_lines(["*linked.feature:[0-9]: *"])
    assert "TOPSECRET" not in result.stdout.str()


def test_a_missing_manifest_fails_at_its_given_with_the_places_that_were_looked_at(
    feature: Write, pytester: pytest.Pytester
):
    feature(small("Missing").replace("combinations/clusterip-service.yaml", "gone.yaml"))
    result = pytester.runpytest_inprocess(".", "--color=no")
    result.stdout.fnmatch_lines(
        [
            "small.feature:5: Missing",
            '  ✗ Given the manifest "gone.yaml"',
            "Not determined: gone.yaml: does not exist in *",
        ]
    )


@pytest.mark.parametrize("how", ["pytest", "xdist", "svcdns run", "environment"])
def test_manifests_lie_where_the_user_says(
    how: str, feature: Write, pytester: pytest.Pytester, outside: Path, monkeypatch: pytest.MonkeyPatch
):
    feature(OWN_FEATURE)
    (outside / "own.yaml").write_text(OWN)
    roots = ["--manifest-root", str(outside)]
    if how == "environment":
        monkeypatch.setenv("SVCDNS_MANIFEST_ROOT", f"{pytester.path}{os.pathsep}{outside}")
        roots = []
    if how == "svcdns run":
        run = pytester.run(sys.executable, "-m", "svcdns", "run", "small.feature", "--manifest-root", ".", *roots)
    elif how == "xdist":
        run = pytester.runpytest_subprocess(".", "-n1", *roots)
    else:
        run = pytester.runpytest_inprocess(".", *roots)
    run.assert_outcomes(passed=1)


def test_a_root_that_is_no_directory_is_wrong_usage(feature: Write, pytester: pytest.Pytester):
    feature(OWN_FEATURE)
    result = pytester.runpytest_inprocess(".", "--manifest-root", "gone")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --manifest-root: *gone is not a directory; name one that exists"])


def test_features_of_two_directories_have_each_their_own_manifest_of_one_name(
    feature: Write, pytester: pytest.Pytester
):
    for name in ("one", "two"):
        (pytester.path / name).mkdir()
        (pytester.path / name / "own.yaml").write_text(OWN.replace("own-svc", f"{name}-svc"))
        feature(OWN_FEATURE.replace("own-svc", f"{name}-svc"), f"{name}/{name}.feature")
    pytester.runpytest_inprocess(".").assert_outcomes(passed=2)


def test_features_that_come_along_have_their_own_fixtures(pytester: pytest.Pytester):
    (pytester.path / "combinations").mkdir()
    (pytester.path / "combinations" / "clusterip-service.yaml").write_text(OWN)
    result = pytester.run(sys.executable, "-m", "svcdns", "run", "combinations/deployment_clusterip.feature", "-q")
    assert result.ret == pytest.ExitCode.OK


def test_reports_that_are_a_link_are_refused_before_the_run(feature: Write, pytester: pytest.Pytester, outside: Path):
    feature(small("Right"))
    (pytester.path / "reports").symlink_to(outside)
    result = pytester.runpytest_inprocess(".", "--reports")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: *reports is a link, and reports are not written through links; remove it"])
    assert untouched(outside)


@pytest.mark.parametrize("name", ["README.md", "latest", "latest.txt", ".pytest_cache"])
def test_what_somebody_has_put_among_the_reports_is_not_written_through(
    name: str, pytester: pytest.Pytester, outside: Path
):
    reports = pytester.path / "reports"
    reports.mkdir()
    (reports / name).symlink_to(outside if name == ".pytest_cache" else outside / "precious")
    arguments = ("combinations/deployment_clusterip.feature", "-q", "--reports")
    assert pytester.run(sys.executable, "-m", "svcdns", "run", *arguments).ret == pytest.ExitCode.OK
    assert untouched(outside)
    (run,) = (path for path in reports.iterdir() if len(path.name) == 5 and not path.is_symlink())
    assert {path.name for path in run.iterdir()} == {"report.html", "conformance.yaml"}


def test_a_run_id_that_was_guessed_is_not_written_through(
    feature: Write, pytester: pytest.Pytester, outside: Path, monkeypatch: pytest.MonkeyPatch
):
    feature(small("Right"))
    monkeypatch.setattr("svcdns.plugin.session.letters", lambda _: "guess")
    (pytester.path / "reports").mkdir()
    (pytester.path / "reports" / "guess").symlink_to(outside)
    result = pytester.runpytest_inprocess(".", "--reports")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        ["*reports/guess: is a link or not a directory, so nothing is written into it; remove it"]
    )
    assert untouched(outside)


def test_a_report_that_the_user_named_is_written_where_its_link_leads(
    feature: Write, pytester: pytest.Pytester, outside: Path
):
    feature(small("Right"))
    (pytester.path / "page.html").symlink_to(outside / "precious")
    pytester.runpytest_inprocess(".", "--html-report=page.html").assert_outcomes(passed=1)
    assert "Conformance of Kubernetes" in (outside / "precious").read_text()


@pytest.mark.parametrize("option", ["--html-report", "--conformance-report"])
def test_a_report_is_written_to_no_fifo(option: str, feature: Write, pytester: pytest.Pytester):
    feature(small("Right"))
    os.mkfifo(pytester.path / "fifo.yaml")
    result = pytester.runpytest_inprocess(".", f"{option}=fifo.yaml")
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_commands_write_through_no_link_below_reports(pytester: pytest.Pytester, outside: Path):
    (pytester.path / "reports").symlink_to(outside)
    done = CliRunner().invoke(main, ["docs"])
    assert done.exit_code == 2
    assert "reports: is a link or not a directory" in done.output
    assert untouched(outside)


def test_a_recording_is_written_through_no_link(pytester: pytest.Pytester, outside: Path):
    made = pytester.path / "made"
    made.mkdir()
    for name in ("state.json", "answers.jsonl", "meta.json"):
        (made / name).symlink_to(outside / "precious")
    done = CliRunner().invoke(main, ["record", str(made), "--namespace", "default"])
    assert done.exit_code == 0, done.output
    assert untouched(outside)
    assert not any(path.is_symlink() for path in made.iterdir())
