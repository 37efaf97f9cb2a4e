"""How long the features take on a kind cluster, where the time goes, and how many pods they hold at a time.

Usage: python benchmarks/kind.py [--short] [--cluster-name NAME] [OPTION ...]: other options are those of `pytest features/`
on any kind cluster; what it is made from is said by the environment, SVCDNS_KIND_IMAGE and the like.

It times the four combinations in a run that creates and deletes its cluster, the same and all features on a cluster that
is ready, and ten times the worlds of a feature within the room for 20 pods. With --cluster-name it makes no cluster, uses
that one and leaves it. The short form takes the worlds of one combination.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
FEATURES = ROOT / "features"
PYTEST = [sys.executable, "-m", "pytest", "-q", "--target", "kind"]

#: The feature whose worlds are made several times over, and all of the short form.
ONE = "features/combinations/deployment_headless.feature"

#: The room for pods in the last measurement, and how often its feature is run; once in the short form.
MOST_PODS, TIMES = 20, 10


def timed(*arguments: str) -> tuple[float, str]:
    """Run features on kind, and return the seconds and what was said; what is known of the server's version may fail."""
    with tempfile.TemporaryDirectory() as directory:
        report = Path(directory) / "report.json"
        command = [*PYTEST, *arguments, "--conformance-report", str(report)]
        start = time.perf_counter()
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        seconds = time.perf_counter() - start
        broken = json.loads(report.read_text())["notConformant"] if report.exists() else []
    if done.returncode and not (broken and all("known of CoreDNS" in one["reason"] for one in broken)):
        sys.exit(f"nothing was measured, since the features failed:\n{done.stdout}{done.stderr}")
    return seconds, done.stdout


def said(output: str) -> str:
    """The line on where the time went, and the one on what passed."""
    return "\n  ".join(re.findall(r"^(?:time: .*|.*\d+ passed.*)$", output, re.MULTILINE))


def pods(name: str) -> int:
    """How many pods runs have now that are not being deleted."""
    command = ["docker", "exec", f"{name}-control-plane", "kubectl", "--kubeconfig=/etc/kubernetes/admin.conf"]
    done = subprocess.run([*command, "get", "pods", "-A", "-o", "json"], capture_output=True, check=False)
    # Without a cluster there are none.
    found = [item["metadata"] for item in json.loads(done.stdout)["items"]] if done.returncode == 0 else []
    return sum(one["namespace"].startswith("svcdns-") and "deletionTimestamp" not in one for one in found)


def several_times(name: str, options: list[str], times: int) -> tuple[float, str, int]:
    """Run a feature several times over within the room for few pods: the seconds, what was said, the most pods."""
    most = 0
    with tempfile.TemporaryDirectory() as directory, tempfile.TemporaryFile("w+") as file:
        shutil.copy(FEATURES / "pytest.toml", directory)
        for number in range(times):
            shutil.copy(ROOT / ONE, f"{directory}/{number}.feature")
        room = ["--cluster-name", name, "--max-pods", str(MOST_PODS)]
        start = time.perf_counter()
        command = [*PYTEST, directory, *options, *room]
        with subprocess.Popen(command, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT) as process:
            while process.poll() is None:
                most = max(most, pods(name))
        seconds = time.perf_counter() - start
        file.seek(0)
        output = file.read()
    if process.returncode:
        sys.exit(f"nothing was measured, since the features failed:\n{output}")
    if not most:
        sys.exit(f"nothing was measured, since no pod was seen:\n{output}")
    return seconds, output, most


def created(options: list[str], *, short: bool) -> str:
    """Time a run that makes its cluster and deletes it, and make one that is kept; its name."""
    features = ONE if short else "features/combinations"
    seconds, output = timed(features, *options)
    goal = "" if short else " (goal: at most 120)"
    print(f"{features}, with creation and deletion: {seconds:.0f} s{goal}\n  {said(output)}")
    _, output = timed("features/behaviour/service_name.feature", *options, "--keep-cluster")
    found = re.search(r"--cluster-name (\S+)", output)
    if found is None:
        sys.exit(f"the kept cluster was not named:\n{output}")
    return found[1]


def measured(name: str, options: list[str], *, short: bool) -> None:
    """Time features on a cluster that is ready, and the making of worlds."""
    ready = {} if short else {"features/combinations": " (goal: at most 60)", "features/": " (goal: at most 120)"}
    for features, goal in ready.items():
        seconds, output = timed(features, *options, "--cluster-name", name)
        print(f"{features} on a ready cluster: {seconds:.0f} s{goal}\n  {said(output)}")
    times = 1 if short else TIMES
    seconds, output, most = several_times(name, options, times)
    print(f"{times} times the worlds of {ONE}: {seconds:.0f} s, at most {most} pods of {MOST_PODS}\n  {said(output)}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--short", action="store_true", help="the worlds of one combination")
    parser.add_argument("--cluster-name", help="a kind cluster that is there, to be used and left")
    own, options = parser.parse_known_args()
    if missing := [program for program in ("kind", "docker") if shutil.which(program) is None]:
        sys.exit(f"nothing was measured: there is no {' and no '.join(missing)} on the PATH")
    if own.cluster_name:
        measured(own.cluster_name, options, short=own.short)
        return
    name = created(options, short=own.short)
    try:
        measured(name, options, short=own.short)
    finally:
        subprocess.run(["kind", "delete", "cluster", "--name", name], check=True, capture_output=True)  # noqa: S607 - the kind on the PATH


if __name__ == "__main__":
    main()
