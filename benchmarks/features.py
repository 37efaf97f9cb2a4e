"""How much the harness costs beyond what it is made of; ratios within one run, since machines differ and are noisy.

Usage: python benchmarks/features.py [--short] [--runs COUNT]

It times, alternately, `pytest features/` on the reference; the same features with steps that do nothing; and as many bare
dnspython exchanges as the first makes. The harness's own cost is the first over the sum of the others. The short form takes
one combination, once.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
ALL, FEW = "features/", "features/combinations/deployment_headless.feature"
RUNS = 5
IDLE = ["-p", "benchmarks.plugins.idle"]
IMPORT = [
    sys.executable,
    "-c",
    "import svcdns.plugin.session, svcdns.plugin.outcome; from svcdns.engine import sentences; sentences.modules()",
]
IMPORT_ALONE = [sys.executable, "-c", "import pytest, pytest_bdd, dns.message, dns.query, dns.rdtypes.IN.SRV, yaml"]


def timed(command: list[str], **environment: str) -> tuple[float, str]:
    """Run a command from the checkout; the seconds it took and its output. Where it fails, so does the benchmark."""
    start = time.perf_counter()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"nothing was measured: {' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return seconds, done.stdout


def counted(features: list[str]) -> dict[str, int]:
    """How many scenarios a run has, and how many exchanges over each transport it makes."""
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "counts.json"
        timed([*features, "-p", "benchmarks.plugins.counting"], SVCDNS_COUNTS=str(file))
        counts: dict[str, int] = json.loads(file.read_text(encoding="utf-8"))
    return {"udp": 0, "tcp": 0, "scenarios": 0, **counts}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--short", action="store_true", help="one combination, once: that it works, and a rough ratio")
    parser.add_argument("--runs", type=int, help=f"how often each is timed; {RUNS} by default")
    options = parser.parse_args()
    runs = options.runs or (1 if options.short else RUNS)
    command = [*PYTEST, FEW if options.short else ALL]
    counts = counted(command)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    idly = counted([*command, *IDLE])
    if not counts["udp"] or not counts["tcp"] or idly != {**counts, "udp": 0, "tcp": 0}:
        sys.exit(f"nothing was measured: a run counts {counts}, and one of steps that do nothing {idly}")
    bare_command = [sys.executable, "benchmarks/bare.py", "--seconds"]
    bare_command += ["--udp", str(counts["udp"]), "--tcp", str(counts["tcp"])]
    features, idle, bare, imports, alone = [], [], [], [], []
    for _ in range(runs):
        features.append(timed(command)[0])
        idle.append(timed([*command, *IDLE])[0])
        bare.append(float(timed(bare_command)[1]))
        imports.append(timed(IMPORT)[0])
        alone.append(timed(IMPORT_ALONE)[0])
    ratios = [one / (two + three) for one, two, three in zip(features, idle, bare, strict=True)]
    importing = statistics.median(a / b for a, b in zip(imports, alone, strict=True))
    total = statistics.median(features)
    print(
        f"{counts['scenarios']} scenarios, {counts['udp']} exchanges over UDP and {counts['tcp']} over TCP, {runs} runs"
    )
    print(f"pytest {command[-1]:32} {total:.2f} s, {counts['scenarios'] / total:.0f} scenarios a second")
    print(f"the same with steps that do nothing     {statistics.median(idle):.2f} s")
    print(f"the same exchanges, bare dnspython      {statistics.median(bare):.2f} s")
    print(f"ratio of the first to the sum           {statistics.median(ratios):.2f}{_goal(options.short)}")
    print(f"peak memory                             {memory:.0f} MiB")
    print(f"imports of the reference path           {statistics.median(imports):.2f} s, ratio {importing:.2f}")
    print("                                        to pytest, pytest-bdd, dnspython and PyYAML alone")


def _goal(short: bool) -> str:  # noqa: FBT001 - what the option says
    """What is aimed at over all features; the start of a run weighs more over few of them."""
    return "" if short else " (goal: at most 1.5)"


if __name__ == "__main__":
    main()
