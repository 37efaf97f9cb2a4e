"""How long the features take on a kind cluster, where the time goes, and how many pods they hold at a time.

Usage: python benchmarks/kind.py [--vantage NAME] ...: the options are those of `pytest features/` on any kind cluster;
what it is made from is said by the environment, SVCDNS_KIND_IMAGE and the like.

It times the four combinations in a run that creates and deletes its cluster, the same and all features on a cluster that
is ready, and ten times the worlds of a feature within the room for 20 pods.
"""

from __future__ import annotations

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
#: Scenarios wait for pods more than they work, so four processes are right for two cores.
PYTEST = [sys.executable, "-m", "pytest", "-q", "-n", "4", "--target", "kind"]

#: The room for pods in the last measurement, and how often its feature is run.
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
        sys.exit(f"the features failed:\n{done.stdout}{done.stderr}")
    return seconds, done.stdout


def said(output: str) -> str:
    """The line on where the time went, and the one on what passed."""
    return "\n  ".join(re.findall(r"^(?:time: .*|.*\d+ passed.*)$", output, re.MULTILINE))


def pods(name: str) -> int:
    """How many pods runs have now that are not being deleted."""
    command = ["docker", "exec", f"{name}-control-plane", "kubectl", "--kubeconfig=/etc/kubernetes/admin.conf"]
    output = subprocess.check_output([*command, "get", "pods", "-A", "-o", "json"])
    found = [item["metadata"] for item in json.loads(output)["items"]]
    return sum(one["namespace"].startswith("svcdns-") and "deletionTimestamp" not in one for one in found)


def ten_times(name: str, options: list[str]) -> tuple[float, str, int]:
    """Run a feature ten times over within the room for few pods: the seconds, what was said, the most pods."""
    most = 0
    with tempfile.TemporaryDirectory() as directory, tempfile.TemporaryFile("w+") as file:
        shutil.copy(FEATURES / "pytest.toml", directory)
        for number in range(TIMES):
            shutil.copy(FEATURES / "combinations" / "deployment_headless.feature", f"{directory}/{number}.feature")
        room = ["--cluster-name", name, "--max-pods", str(MOST_PODS)]
        start = time.perf_counter()
        with subprocess.Popen([*PYTEST, directory, *options, *room], cwd=ROOT, stdout=file) as process:
            while process.poll() is None:
                most = max(most, pods(name))
        file.seek(0)
        return time.perf_counter() - start, file.read(), most


def main() -> None:
    """Measure and print."""
    options = sys.argv[1:]
    seconds, output = timed("features/combinations", *options)
    print(f"the combinations, with creation and deletion: {seconds:.0f} s (goal: at most 120)\n  {said(output)}")
    seconds, output = timed("features/behaviour/service_name.feature", *options, "--keep-cluster")
    found = re.search(r"--cluster-name (\S+)", output)
    if found is None:
        sys.exit(f"the kept cluster was not named:\n{output}")
    try:
        for features, goal in (("features/combinations", 60), ("features/", 120)):
            seconds, output = timed(features, *options, "--cluster-name", found[1])
            print(f"{features} on a ready cluster: {seconds:.0f} s (goal: at most {goal})\n  {said(output)}")
        seconds, output, most = ten_times(found[1], options)
        print(f"ten times the worlds: {seconds:.0f} s, at most {most} pods of {MOST_PODS}\n  {said(output)}")
    finally:
        subprocess.run(["kind", "delete", "cluster", "--name", found[1]], check=True, capture_output=True)  # noqa: S607 - the kind on the PATH


if __name__ == "__main__":
    main()
