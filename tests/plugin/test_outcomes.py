"""Verdicts: what passes, what fails, what says nothing."""

from __future__ import annotations

import pytest

from svcdns.message import Question, Reply
from svcdns.targets.reference import Reference
from tests.plugin.conftest import Write, small

HEADLESS = """\
Feature: Small

  @core @C01
  Scenario: Listed
    Given the manifest "combinations/deployment.yaml"
    And the manifest "combinations/headless-service.yaml"
    Then the Service "test-headless-svc" answers the addresses of its {count} ready pods, and no other
"""


def test_a_state_that_never_comes_is_not_determined_and_fails_the_run(feature: Write, pytester: pytest.Pytester):
    feature(HEADLESS.format(count=5))
    result = pytester.runpytest_inprocess(".")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(
        [
            "core: 1 not determined",
            "not determined: Listed: the Service *test-headless-svc has 3 ready pods, not 5",
        ]
    )


def test_undetermined_scenarios_can_be_allowed_beside_determined_ones(feature: Write, pytester: pytest.Pytester):
    feature(HEADLESS.format(count=5))
    assert pytester.runpytest_inprocess(".", "--allow-undetermined").ret == pytest.ExitCode.TESTS_FAILED
    feature(small("Right"), "right.feature")
    assert pytester.runpytest_inprocess(".", "--allow-undetermined").ret == pytest.ExitCode.OK


ORDINARY = """\
apiVersion: v1
kind: Service
metadata: {name: q}
spec: {clusterIP: None, selector: {app: q}, ports: [{name: http, port: 6333}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: q}
spec:
  serviceName: q
  replicas: 2
  selector: {matchLabels: {app: q}}
  template:
    metadata: {labels: {app: q}}
    spec:
      containers:
        - {name: q, image: "qdrant/qdrant:v1", readinessProbe: {httpGet: {path: /readyz, port: 6333}}}
"""


def test_no_pod_is_ready_is_so_of_pods_without_the_gate(feature: Write, pytester: pytest.Pytester):
    manifest = pytester.path / "q.yaml"
    manifest.write_text(ORDINARY)
    scenario = """
  @core
  Scenario: {name}
    Given the manifest "{manifest}"
    And no pod is ready
    Then {then}
"""
    right = scenario.format(name="Right", manifest=manifest, then='"q" does not exist')
    listed = 'the Service "q" answers the addresses of its 2 ready pods, and no other'
    wrong = scenario.format(name="Wrong", manifest=manifest, then=listed)
    feature(f"Feature: Small\n{right}{wrong}")
    result = pytester.runpytest_inprocess(".")
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["not determined: Wrong: the Service */q has 0 ready pods, not 2"])


def test_a_scenario_that_judges_no_answer_fails(feature: Write, pytester: pytest.Pytester):
    feature(small("Empty").replace("answers its virtual IP, and nothing else", "has no ready endpoint"))
    result = pytester.runpytest_inprocess(".")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*the scenario judged no answer, so it shows nothing*"])


def test_a_server_that_breaks_is_not_judged_by_its_own_servfail(
    feature: Write, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
):
    def respond(self: Reference, question: Question) -> Reply:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(Reference, "respond", respond)
    feature(small("Right"))
    result = pytester.runpytest_inprocess(".")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*broken on purpose*"])


def test_what_another_family_does_is_observed(feature: Write, pytester: pytest.Pytester):
    text = HEADLESS.format(count=3).replace("@core @C01", "@extended @coredns @C09")
    text = text.rpartition("    Then")[0] + (
        '    Then every ready pod of the Service "test-headless-svc" resolves by its dashed address\n'
    )
    feature(text)
    result = pytester.runpytest_inprocess(".", "--dns-profile", "spec")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["observed: Listed → 10-*.test-headless-svc.* A answers NXDOMAIN, not NOERROR"])


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (("--target", "moon"), {}, "--target: 'moon' is not one of reference"),
        ((), {"SVCDNS_TARGET": "moon"}, "SVCDNS_TARGET: 'moon' is not one of reference"),
        (("-o", "svcdns_dns_profile=moon"), {}, "svcdns_dns_profile: 'moon' is not one of coredns, spec"),
        (("--target=reference",), {"SVCDNS_TARGET": "moon"}, None),
        ((), {"SVCDNS_KIND_IMAGE": "kindest/node:v1.34.0", "SVCDNS_CONTEXT": "kind"}, None),
        ((), {"SVCDNS_NAMESERVER": "192.0.2.1", "SVCDNS_PROBE_IMAGE": "python"}, None),
        (("--kind-image=kindest/node:v1.34.0",), {}, "--kind-image is for --target kind, not reference; remove it"),
        (("--nameserver=192.0.2.1",), {}, "--nameserver is for --target kind or cluster, not reference; remove it"),
        (("--max-pods=3",), {}, "--max-pods is for --target kind or cluster, not reference; remove it"),
        (("--target=cluster", "--context=a", "--nodes=1"), {}, "--nodes is for --target kind, not cluster; remove it"),
        (("--target=kind", "--disruptive"), {}, "--disruptive is for --target cluster, not kind; remove it"),
        (
            ("--target=kind", "--cluster-name=dev", "--ip-family=ipv4"),
            {},
            "--ip-family is for a new kind cluster, and --cluster-name names an existing one; remove one",
        ),
    ],
)
def test_a_wrong_option_is_one_line_and_exit_code_4(
    arguments: tuple[str, ...],
    environment: dict[str, str],
    said: str | None,
    feature: Write,
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    feature(small("Right"))
    result = pytester.runpytest_inprocess(".", *arguments)
    if said is None:
        assert result.ret == pytest.ExitCode.OK
    else:
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        assert said in result.stderr.str()


def test_a_run_that_is_interrupted_in_a_scenario_ends_in_order(feature: Write, pytester: pytest.Pytester):
    feature(small("One", "Two"))
    pytester.makepyfile(
        interrupting="""
        def pytest_bdd_after_step():
            raise KeyboardInterrupt
        """
    )
    result = pytester.runpytest_subprocess(".", "-p", "interrupting")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stderr.no_fnmatch_line("*Traceback*")


def test_a_wrong_manifest_is_the_reason_in_its_own_words(feature: Write, pytester: pytest.Pytester):
    feature(small("Wrong").replace("combinations/clusterip-service.yaml", "combinations/nobody.yaml"))
    result = pytester.runpytest_inprocess(".")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["not determined: Wrong: *combinations/nobody.yaml: *"])
    result.stdout.no_fnmatch_line("not determined: *.py:*")


def test_the_reference_run_imports_no_kubernetes_client(pytester: pytest.Pytester, feature: Write):
    feature(small("Right"))
    pytester.makepyfile(
        probe="""
        import sys

        def pytest_unconfigure():
            clients = {"kubernetes", "lightkube", "kr8s", "pykube", "httpx", "hypothesis", "jinja2"}
            print("clients:", sorted(clients & sys.modules.keys()))
        """
    )
    result = pytester.runpytest_subprocess(".", "-p", "probe", "-p", "no:html")
    result.stdout.fnmatch_lines(["clients: [[][]]"])
