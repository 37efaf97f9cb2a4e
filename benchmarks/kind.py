"""How long the features take on a kind cluster, and where the time goes.

Usage: python benchmarks/kind.py [--kind-image IMAGE] [--vantage NAME] ...: the options are those of `pytest features/`.

It times one run that creates and deletes its cluster, and one on a cluster that is ready.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
PYTEST = [sys.executable, "-m", "pytest", "features/", "-q", "--target", "kind"]


def timed(*arguments: str) -> tuple[float, str]:
    """Run the features on kind, and return the seconds and what was said."""
    start = time.perf_counter()
    done = subprocess.run([*PYTEST, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"the features failed:\n{done.stdout}{done.stderr}")
    return seconds, done.stdout


def said(output: str) -> str:
    """The line on where the time went, and the one on what passed."""
    return "\n  ".join(re.findall(r"^(?:time: .*|\d+ passed.*)$", output, re.MULTILINE))


def main() -> None:
    """Measure and print."""
    options = sys.argv[1:]
    seconds, output = timed(*options)
    print(f"with creation and deletion: {seconds:.0f} s (goal: at most 120)\n  {said(output)}")
    seconds, output = timed(*options, "--keep-cluster")
    found = re.search(r"--cluster-name (\S+)", output)
    if found is None:
        sys.exit(f"the kept cluster was not named:\n{output}")
    try:
        seconds, output = timed(*options, "--cluster-name", found[1])
        print(f"on a ready cluster: {seconds:.0f} s (goal: at most 60)\n  {said(output)}")
    finally:
        subprocess.run(["kind", "delete", "cluster", "--name", found[1]], check=True, capture_output=True)  # noqa: S607 - the kind on the PATH


if __name__ == "__main__":
    main()
