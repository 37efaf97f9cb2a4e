"""``svcdns selftest``: every fault is caught, and no legal variation causes a false alarm."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from svcdns.cli.saying import say
from svcdns.errors import UsageError

if TYPE_CHECKING:
    from svcdns.selftest.matrix import FaultResult


@click.command()
@click.option(
    "--fault",
    "names",
    multiple=True,
    metavar="NAME",
    help="Only this fault or variation; repeatable. No report is written.",
)
@click.option(
    "--feature",
    default="",
    metavar="FILE",
    help="Only the scenarios of this file below features/. No report is written.",
)
@click.option(
    "--directory",
    type=click.Path(path_type=Path),
    default=Path("reports/selftest"),
    show_default=True,
    help="The directory for the report of a complete selftest.",
)
@click.option(
    "--processes", type=click.IntRange(min=1), help="The number of processes; by default two for each processor."
)
def selftest(names: tuple[str, ...], *, feature: str, directory: Path, processes: int | None) -> None:
    """Check that the scenarios catch every fault of `svcdns faults`, and accept every legal variation.

    The selftest puts each of them in front of the reference's DNS server and plays the scenarios. A fault is caught when a
    scenario of its level, tagged with a behaviour it breaks, fails. Legal variations may make no core scenario fail. Exits 1
    if a fault is not caught, a variation causes a false alarm, or a scenario that could catch a fault catches none.

    Example: svcdns selftest --fault stale-for-ever
    """
    from svcdns.faults import FAULTS, VARIATIONS, find  # noqa: PLC0415 - `--help` needs none of it
    from svcdns.selftest import matrix, report, running  # noqa: PLC0415 - as above
    from svcdns.selftest.playing import scenarios  # noqa: PLC0415 - as above

    if feature and not any(playable.id.startswith(f"{feature}:") for playable in scenarios()):
        raise UsageError(f"--feature {feature}: no such file below features/; give it as in specification/srv.feature")
    chosen = [find(name).name for name in names] or [*FAULTS, *VARIATIONS]
    if whole := not (names or feature):
        report.check(directory)
    faults: list[matrix.FaultResult] = []
    variations: list[matrix.VariationResult] = []
    for result in running.run(chosen, feature=feature, processes=processes):
        if isinstance(result, matrix.FaultResult):
            faults.append(result)
            say(f"{result.fault}: {_outcome(result)}")
        else:
            variations.append(result)
            say(f"{result.variation}: {f'FALSE ALARMS: {len(result.alarms)}' if result.alarms else 'no false alarm'}")
    found = matrix.detection_matrix(faults, variations, scenarios() if whole else ())
    say()
    say("\n".join(report.summary(found)))
    if whole:
        page, _ = report.write(found, directory)
        say(f"written: {page}")
    sys.exit(1 if found.uncaught or found.alarming or found.untested else 0)


def _outcome(result: FaultResult) -> str:
    """What the scenarios make of a fault, in one line."""
    caught = len(result.caught_by)
    named = (
        f"caught by {caught} scenario{'s' * (caught != 1)} that name{'s' * (caught == 1)} it"
        if caught
        else "NOT CAUGHT"
    )
    others = f"; {result.others} other{'s' * (result.others != 1)} failed too" if result.others else ""
    return f"{named}{others}"
