"""What a cluster, its DNS, kubectl, plugins and files say is text in whatever a run writes, and letters stay letters."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace

import dns.name
import dns.rcode
import pytest
import yaml
from click.testing import CliRunner
from dns.rdatatype import CNAME, TXT, A
from dns.rdtypes.ANY.CNAME import CNAME as CnameRdata
from dns.rdtypes.ANY.TXT import TXT as TxtRdata

from svcdns import message
from svcdns.cli import main
from svcdns.message import Question, Record, Reply
from svcdns.records.rules import IN
from svcdns.server import Server
from svcdns.targets.cluster import LiveCluster
from tests.api_server import Item, Objects, RefusalError, kubeconfig, serving
from tests.hostile.foreign import BROKEN, FOREIGN, LETTERS, ONE_LINE, forged, read, unseen
from tests.plugin.conftest import Write, small

CONTROL = f"{LETTERS}\x1b[2J\u202e"

FEATURE = f"""\
Feature: Small {ONE_LINE}

  @core @B01
  Scenario: Wrong {ONE_LINE}
    Given the manifest "web.yaml"
    Then the Service "web" answers its virtual IP, and nothing else

  @core @B01
  Scenario: Refused {ONE_LINE}
    Given the manifest "refused.yaml"
    Then the Service "refused" answers its virtual IP, and nothing else

  @core @B01
  Scenario: Bad {ONE_LINE}
    Given the manifest "bad.yaml"
    Then the Service "web" answers its virtual IP, and nothing else

  @core @B01
  Scenario: Missing {ONE_LINE}
    Given the manifest "{ONE_LINE}.yaml"
    Then the Service "web" answers its virtual IP, and nothing else

  @core @B01
  Scenario: Exposed {ONE_LINE}
    Given the manifest "web.yaml"
    When kubectl is told to expose the Deployment "web" as the Service "exposed", from port 80 to port 80
    Then kubectl refuses with "nothing"
    Then the Service "web" answers its virtual IP, and nothing else
"""

SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: %s}\nspec: {ports: [{port: 80}]}\n"

KUBECTL = """\
#!/bin/sh
words=$(cat "$0.words")
case "$*" in
*port-forward*)
  printf '%%s\\n' "$words"
  echo "Forwarding from 127.0.0.1:%d -> 53"
  exec sleep 600
  ;;
esac
printf 'error: %%s \\377\\376\\n' "$words" >&2
exit 1
"""


def dns_answer(question: Question) -> Reply:
    """Names and texts that hold everything, and an address that nobody has."""
    name = dns.name.Name((FOREIGN.encode()[:63], b"forged", b""))
    found = [
        Record(question.name, 5, TxtRdata(IN, TXT, [FOREIGN.encode()])),
        Record(question.name, 5, CnameRdata(IN, CNAME, name)),
        Record(question.name, 5, message.rdata(A, "192.0.2.66")),
    ]
    return Reply(dns.rcode.NOERROR, tuple(found))


def condition(type_: str) -> Item:
    return {"type": type_, "status": "True", "reason": FOREIGN, "message": FOREIGN}


def pod(labels: dict[str, str], phase: str) -> Item:
    return {
        "metadata": {"labels": labels, "annotations": {FOREIGN: FOREIGN}},
        "spec": {
            "nodeName": "node",
            "containers": [{"name": "c", "image": f"x/coredns:v1.2.3{FOREIGN}"}],
            "volumes": [{"configMap": {"name": "coredns"}}],
        },
        "status": {"phase": phase, "podIPs": [{"ip": "10.244.0.2"}], "conditions": [condition("Ready")]},
    }


@pytest.fixture
def cluster() -> Objects:
    """A cluster with foreign text in every field that may hold it."""
    held = Objects()
    held.version = {"gitVersion": f"v1.34.0{FOREIGN}"}
    held.logs = f"[INFO] one\n{FOREIGN}\n[INFO] three\n".encode() + b"\xff\n"
    for name in ("default", "kube-system"):
        held.put("Namespace", name)
    held.put("Namespace", "left", metadata={"labels": {"svcdns.dev/run": f"dead-{CONTROL}"}})
    selector = {"k8s-app": "kube-dns"}
    ports = [{"name": "dns", "port": 53, "protocol": "UDP"}]
    spec = {"selector": selector, "ports": ports, "clusterIP": "10.96.0.10", "ipFamilies": ["IPv4"]}
    held.put("Service", "kube-dns", "kube-system", metadata={"labels": selector}, spec=spec)
    held.put("Pod", "dns-1", "kube-system", **pod(selector, "Running"))
    held.put(
        "EndpointSlice",
        "kube-dns",
        "kube-system",
        metadata={"labels": {"kubernetes.io/service-name": "kube-dns"}},
        addressType="IPv4",
        ports=ports,
        endpoints=[{"addresses": ["10.244.0.2"], "targetRef": {"kind": "Pod", "name": "dns-1"}}],
    )
    corefile = f".:53 {{\n kubernetes cluster.local {{\n  pods insecure {CONTROL}\n }}\n loadbalance {CONTROL}\n}}\n"
    held.put("ConfigMap", "coredns", "kube-system", data={"Corefile": corefile})
    images = [{"names": [f"docker.io/library/python:3{FOREIGN}"]}]
    status = {"images": images, "allocatable": {"pods": "100"}}
    held.put("Node", "node", spec={"podCIDRs": ["10.244.0.0/16"]}, status=status)
    held.after = lambda item: beside(held, item)
    held.before = Refusing()
    return held


def beside(cluster: Objects, item: Item) -> None:
    """What others put into the Namespace of a scenario."""
    if (item["kind"], item["metadata"]["name"]) != ("Service", "web"):
        return
    namespace = item["metadata"]["namespace"]
    cluster.put("Pod", "done", namespace, **pod({FOREIGN: FOREIGN}, "Succeeded"))
    cluster.put(
        "EndpointSlice",
        "other",
        namespace,
        metadata={"labels": {"kubernetes.io/service-name": "x"}},
        addressType="FQDN",
        ports=[{"name": "http", "port": 1, "protocol": "TCP"}],
        endpoints=[{"addresses": ["a.example"], "nodeName": FOREIGN, "zone": FOREIGN}],
    )
    cluster.put(
        "Event",
        "e",
        namespace,
        involvedObject={"kind": FOREIGN, "name": FOREIGN},
        reason=FOREIGN,
        message=FOREIGN,
        type="Warning",
    )


class Refusing:
    """Refuses one Service, and the first deletion of a Namespace."""

    def __init__(self) -> None:
        self.deleted = False

    def __call__(self, method: str, kind: str, _namespace: str, name: str) -> None:
        if name == "refused" and method != "GET":
            raise RefusalError(422, FOREIGN, FOREIGN, [FOREIGN, f"spec.{FOREIGN}"])
        if method == "DELETE" and kind == "Namespace" and not self.deleted:
            self.deleted = True
            raise RefusalError(403, FOREIGN, f"it cannot {FOREIGN}", [FOREIGN])


@pytest.fixture
def place(
    cluster: Objects, pytester: pytest.Pytester, feature: Write, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[str]]:
    """The options of a run on that cluster, from a directory of features of their own."""
    feature(FEATURE)
    (pytester.path / "web.yaml").write_text(SERVICE % "web")
    (pytester.path / "refused.yaml").write_text(SERVICE % "refused")
    bad = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": ONE_LINE, "labels": {"a": 1}, ONE_LINE: ONE_LINE},
    }
    (pytester.path / "bad.yaml").write_text(json.dumps(bad, ensure_ascii=False))
    short = replace(LiveCluster.deadlines, becomes_seconds=1.0, insists_seconds=1.0)
    monkeypatch.setattr(LiveCluster, "deadlines", short)
    with Server(dns_answer) as server, serving(cluster) as running:
        tools = pytester.path / "tools"
        tools.mkdir()
        (tools / "kubectl").write_text(KUBECTL % server.port)
        (tools / "kubectl").chmod(0o755)
        (tools / "kubectl.words").write_text(FOREIGN, newline="")
        monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
        kubeconfig(pytester.path, running.url, context=CONTROL)
        yield ["--target=cluster", f"--context={CONTROL}", "--kubeconfig=config", "--vantage=tunnel"]


def test_a_run_shows_what_everybody_says_as_text(place: list[str], pytester: pytest.Pytester):
    before = set(pytester.path.rglob("*"))
    written = ["--reports", "--junitxml=junit.xml", "--html-report=page.html", "--conformance-report=c.json"]
    result = pytester.runpytest_inprocess(".", "-rA", "-v", "--color=no", *place, *written)
    terminal = result.stdout.str() + result.stderr.str()
    result.stdout.fnmatch_lines(["*unexpected records *A 192.0.2.66 at *"])
    assert unseen(terminal) == set()
    assert forged(terminal) == []
    made = [path for path in pytester.path.rglob("*") if path.is_file() and path not in before]
    reports = pytester.path / "reports"
    named = {pytester.path / name for name in ("junit.xml", "page.html", "c.json")}
    assert {
        path for path in made if not path.is_relative_to(reports) and "__pycache__" not in str(path)
    } - named <= set((pytester.path / ".pytest_cache").rglob("*"))
    evidence = [path for path in made if path.is_relative_to(reports) and path.name != "README.md"]
    kinds = {path.name for path in evidence}
    assert {
        "transcript.txt",
        "events.txt",
        "pods.yaml",
        "endpointslices.yaml",
        "report.html",
        "conformance.yaml",
    } <= kinds
    assert "dns-1.log" in kinds
    for path in {*evidence, *named}:
        for text in read(path):
            assert unseen(text) == set(), path
    told = {path.name: path.read_text(encoding="utf-8") for path in evidence if "test_wrong" in str(path.parent)}
    for name in ("events.txt", "pods.yaml", "endpointslices.yaml", "dns-1.log"):
        assert LETTERS in told[name], f"{name}: letters are not to be taken for anything else"
    for words in (r"\x1b]0;owned\x07", r"\u202e", r"\U000e0041", r"\r\n"):
        assert words in terminal, "what is taken away is shown"


def test_a_recording_keeps_what_everybody_says_and_its_replay_shows_it_as_text(
    place: list[str], pytester: pytest.Pytester
):
    made = pytester.path / "made"
    done = CliRunner().invoke(main, ["record", str(made), "--namespace", "default", *place])
    assert done.exit_code == 0, done.output
    assert unseen(done.output) == set()
    for path in made.iterdir():
        assert unseen(path.read_text(encoding="ascii")) == set()
    replayed = CliRunner().invoke(main, ["replay", str(made)])
    assert replayed.exit_code == 1
    assert unseen(replayed.output) == set()
    assert "192.0.2.66" in replayed.output


@pytest.mark.parametrize(
    "user",
    [
        {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "./plugin"}},
        {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "./gone", "installHint": FOREIGN}},
        {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": f"./{CONTROL}"}},
        {"tokenFile": CONTROL},
    ],
)
def test_an_error_of_who_logs_in_is_one_line_of_text(user: Item, place: list[str], pytester: pytest.Pytester):
    plugin = pytester.path / "plugin"
    plugin.write_text(f"#!/bin/sh\nprintf '%s' '{FOREIGN}' >&2\nexit 3\n", newline="")
    plugin.chmod(0o755)
    config = yaml.safe_load((pytester.path / "config").read_text())
    config["users"] = [{"name": CONTROL, "user": user}]
    (pytester.path / "config").write_text(yaml.safe_dump(config, allow_unicode=True))
    for context in (f"--context={CONTROL}", "--context=none"):
        done = CliRunner().invoke(main, ["record", "made", *[one for one in place if "context" not in one], context])
        assert done.exit_code == 2
        assert unseen(done.output) == set()
        assert LETTERS in done.output
        assert len([line for line in done.output.splitlines() if line.startswith("svcdns: ")]) == 1
        assert forged(done.output) == []


def test_a_server_whose_every_word_is_broken_is_refused_in_one_line(
    cluster: Objects, place: list[str], pytester: pytest.Pytester
):
    cluster.put("Service", BROKEN, BROKEN, spec={"x": BROKEN})
    done = CliRunner().invoke(main, ["record", "made", *place])
    assert done.exit_code == 2
    assert unseen(done.output) == set()


def test_files_whose_names_are_foreign_are_named_as_text(feature: Write, pytester: pytest.Pytester):
    for name in (f"{CONTROL}.feature", "\udcff\n::error::x.feature"):
        feature(
            small(f"Right {ONE_LINE}", f"Wrong {ONE_LINE}").replace(
                "answers its virtual IP, and nothing else", "has 3 ports", 1
            ),
            name,
        )
    result = pytester.runpytest_inprocess(
        ".", "-v", "-rA", "--color=no", "--junitxml=junit.xml", "--html-report=page.html"
    )
    result.assert_outcomes(passed=2, skipped=2)
    assert unseen(result.stdout.str()) == set()
    assert forged(result.stdout.str()) == []
    for path in ("junit.xml", "page.html"):
        assert all(unseen(text) == set() for text in read(pytester.path / path))
    feature("Feature: x\n  Scenario: y\n    Given \x1b[2J\u202e\n", f"{CONTROL}.feature")
    refused = pytester.runpytest_inprocess(".", "--color=no")
    assert unseen(refused.stdout.str()) == set()


def huge_answer(question: Question) -> Reply:
    """As many records as a message has room for, of characters that XML writes longest."""
    texts = [f"{number:05}{'<&' * 60}".encode() for number in range(400)]
    return Reply(dns.rcode.NOERROR, tuple(Record(question.name, 5, TxtRdata(IN, TXT, [one])) for one in texts))


def crowded(cluster: Objects, item: Item) -> None:
    """Thousands of endpoints beside a scenario's Service."""
    namespace, name = item["metadata"].get("namespace", ""), item["metadata"]["name"]
    if (item["kind"], name) == ("Service", "web"):
        for number in range(20):
            labels = {"kubernetes.io/service-name": f"x{number}"}
            cluster.put(
                "EndpointSlice",
                f"x{number}",
                namespace,
                metadata={"labels": labels},
                addressType="FQDN",
                endpoints=[{"addresses": [f"{'y' * 60}.{'z' * 60}"]} for _ in range(100)],
            )


LONG = """\
Feature: Long

  @core @B01
  Scenario: Wrong
{}
    Then the Service "web" answers its virtual IP, and nothing else

  @core @B01
  Scenario: Refused
    Given the manifest "refused.yaml"
    Then the Service "refused" answers its virtual IP, and nothing else

  @core @B01
  Scenario: Many problems
    Given the manifest "bad.yaml"
    Then the Service "web" answers its virtual IP, and nothing else

  @core @B01
  Scenario: A long name of a manifest
    Given the manifest "{}"
    Then the Service "web" answers its virtual IP, and nothing else
"""
MOST = 64 * 1024


@pytest.mark.parametrize("name", ["wrong", "refused", "many_problems", "a_long_name_of_a_manifest"])
def test_a_failing_scenario_writes_64_kib_at_most_and_says_where_the_whole_is(
    name: str, cluster: Objects, place: list[str], pytester: pytest.Pytester
):
    given = '    Given the manifest "web.yaml"\n' * 1000
    (pytester.path / "small.feature").write_text(LONG.format(given, "<&" * 100_000))
    bad = [
        f"apiVersion: v1\nkind: Service\nmetadata: {{name: x{number}}}\nspec: {{{'a' * 50}: 1}}\n"
        for number in range(900)
    ]
    (pytester.path / "bad.yaml").write_text("---\n".join(bad))
    cluster.after = lambda item: crowded(cluster, item)
    causes = [f"spec.{'&' * 900}{number}" for number in range(900)]

    def refuse(method: str, _kind: str, _namespace: str, name: str) -> None:
        if name == "refused" and method != "GET":
            raise RefusalError(422, "Invalid", "<&" * 500_000, causes)

    cluster.before = refuse
    with Server(huge_answer) as server:
        kubectl = pytester.path / "tools" / "kubectl"
        kubectl.write_text(KUBECTL % server.port)
        result = pytester.runpytest_inprocess(
            ".", "-rA", "-v", "--color=no", "--junitxml=junit.xml", "-k", f"test_{name}", *place
        )
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    terminal = result.stdout.str()
    assert len(terminal.encode()) < MOST
    assert (pytester.path / "junit.xml").stat().st_size < MOST
    (line,) = [line for line in terminal.splitlines() if line.startswith("Cut; the complete failure is in ")] or [""]
    if name == "wrong":
        whole = (pytester.path / line.rpartition(" ")[2]).read_text(encoding="utf-8")
        assert "00000<&<&" in whole
        assert "00399<&<&" in whole
        assert whole.count("Given the manifest") == 1000


def test_names_that_would_fill_a_terminal_are_refused_with_their_line(feature: Write, pytester: pytest.Pytester):
    feature(small("x" * 301))
    outline = small("Named <n>").replace("Scenario:", "Scenario Outline:")
    feature(f"{outline}\n    Examples:\n      | n |\n      | {'y' * 501} |\n", "other.feature")
    result = pytester.runpytest_inprocess(".", "--color=no")
    result.stdout.fnmatch_lines_random(
        [
            "small.feature:4: has a name of 301 characters; shorten it to 300 or less",
            'other.feature:8: "Named <n>": has an example of more than 500 characters; shorten it',
        ]
    )
    assert len(result.stdout.str()) < MOST
