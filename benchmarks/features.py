"""How much the harness costs beyond what it is made of; ratios within one run, since machines differ and are noisy.

Usage: python benchmarks/features.py [RUNS]

It times, alternately, `pytest features/` on the reference; the same features with steps that do nothing; and as many bare
dnspython exchanges as the first makes. The harness's own cost is the first over the sum of the others.
"""

from __future__ import annotations

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
PYTEST = [sys.executable, "-m", "pytest", "features/", "-q", "-p", "no:cacheprovider"]
IMPORT = [
    sys.executable,
    "-c",
    "import harness.plugin.session, harness.plugin.outcome, steps.then, steps.when, steps.given",
]
IMPORT_ALONE = [sys.executable, "-c", "import pytest, pytest_bdd, dns.message, dns.query, dns.rdtypes.IN.SRV, yaml"]


def timed(command: list[str], **environment: str) -> float:
    """Run a command from the checkout and return the seconds it took."""
    start = time.perf_counter()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    timed.output = done.stdout
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as directory:
        counts_file = Path(directory) / "counts.json"
        timed([*PYTEST, "-p", "benchmarks.counting"], SVCDNS_COUNTS=str(counts_file))
        counts = json.loads(counts_file.read_text(encoding="utf-8"))
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    features, idle, bare, imports, alone = [], [], [], [], []
    for _ in range(runs):
        features.append(timed(PYTEST))
        idle.append(timed([*PYTEST, "-p", "benchmarks.idle"]))
        timed([sys.executable, "benchmarks/bare.py", str(counts["udp"]), str(counts["tcp"])])
        bare.append(float(timed.output))
        imports.append(timed(IMPORT))
        alone.append(timed(IMPORT_ALONE))
    ratios = [one / (two + three) for one, two, three in zip(features, idle, bare, strict=True)]
    total = statistics.median(features)
    print(
        f"{counts['scenarios']} scenarios, {counts['udp']} exchanges over UDP and {counts['tcp']} over TCP, {runs} runs"
    )
    print(
        f"pytest features/                        {total:.2f} s, {counts['scenarios'] / total:.0f} scenarios a second"
    )
    print(f"the same with steps that do nothing     {statistics.median(idle):.2f} s")
    print(f"the same exchanges, bare dnspython      {statistics.median(bare):.2f} s")
    print(f"ratio of the first to the sum           {statistics.median(ratios):.2f} (goal: at most 1.5)")
    print(f"peak memory                             {memory:.0f} MiB")
    print(
        f"imports of the reference path           {statistics.median(imports):.2f} s, "
        f"{statistics.median(a / b for a, b in zip(imports, alone, strict=True)):.2f} times pytest, pytest-bdd, dnspython and PyYAML alone"
    )


if __name__ == "__main__":
    main()
