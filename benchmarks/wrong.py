"""How much longer all features take on a server that is wrong than on the same server when it is right.

Usage: python benchmarks/wrong.py [--short] [--fault NAME ...] OPTION ...: the options are those of `svcdns run` on a live
target, such as `--target cluster --context NAME` or `--target kind --cluster-name NAME`.

The right server and the wrong ones are timed in turn; each wrong one is the same server behind a fault. A wrong server may
take 1.5 times as long as the right one, and one deadline more. The short form takes one combination and one fault.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from svcdns.targets.target import LIVE_DEADLINES

RUN = [sys.executable, "-m", "svcdns", "run", "-q"]

#: Each of them breaks more than eighty scenarios: always, for one kind of answer, or one response in seven.
FAULTS = ("addresses-without-data", "pod-names-denied", "servfail-one-in-7")

#: All of the short form.
ONE = "combinations/deployment_headless.feature"

#: The exit codes of a run that says something: all is right, something is wrong.
JUDGED = (0, 1)


class Measured(NamedTuple):
    """What a run took: seconds, seconds of CPU time, MiB at its peak; and how many scenarios were wrong, of how many."""

    seconds: float
    cpu_seconds: float
    mebibytes: float
    wrong: int
    scenarios: int

    def __str__(self) -> str:
        return (
            f"{self.seconds:.0f} s, {self.cpu_seconds:.0f} s of CPU time, at most {self.mebibytes:.0f} MiB; "
            f"{self.wrong} of {self.scenarios} scenarios not conformant"
        )


def measured(*arguments: str) -> Measured:
    """Measure one run."""
    with tempfile.TemporaryDirectory() as directory:
        report = Path(directory) / "report.json"
        start = time.perf_counter()
        with subprocess.Popen([*RUN, *arguments, "--conformance-report", str(report)], cwd=directory) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - start
        if process.returncode not in JUDGED or not report.exists():
            sys.exit(f"nothing was measured: the run ended with exit code {process.returncode}")
        found = json.loads(report.read_text())
    judged = sum(one["verdict"] in ("conformant", "not conformant") for one in found["scenarios"])
    cpu = usage.ru_utime + usage.ru_stime
    return Measured(seconds, cpu, usage.ru_maxrss / 1024, len(found["notConformant"]), judged)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--short", action="store_true", help="one combination and one fault")
    parser.add_argument("--fault", action="append", help="a fault in front of the server, instead of the usual ones")
    own, options = parser.parse_known_args()
    faults = own.fault or (FAULTS[:1] if own.short else FAULTS)
    if own.short:
        options = [ONE, *options]
    right = measured(*options)
    print(f"right: {right}")
    most = 1.5 * right.seconds + LIVE_DEADLINES.becomes_seconds
    for fault in faults:
        wrong = measured(*options, "--fault", fault)
        ratio = (wrong.seconds - LIVE_DEADLINES.becomes_seconds) / right.seconds
        print(
            f"{fault}: {wrong}\n  {ratio:.2f} times the right server's time, and one deadline; goal: at most 1.5, "
            f"which is {most:.0f} s"
        )


if __name__ == "__main__":
    main()
