"""Every wrong server is caught, no right server is."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from svcdns.cli.saying import say
from svcdns.errors import UsageError


@click.command()
@click.option(
    "--fault",
    "names",
    multiple=True,
    metavar="NAME",
    help="Only this fault or variation; may be repeated. No report is written then.",
)
@click.option(
    "--feature",
    default="",
    metavar="FILE",
    help="Only the scenarios of this file below features/. No report is written then.",
)
@click.option(
    "--directory",
    type=click.Path(path_type=Path),
    default=Path("reports/selftest"),
    show_default=True,
    help="Where the report of a whole selftest is written.",
)
@click.option("--processes", type=click.IntRange(min=1), help="How many to use; else two for each processor.")
def selftest(names: tuple[str, ...], *, feature: str, directory: Path, processes: int | None) -> None:
    """Put every fault before the reference's DNS server, and see that a scenario that names it catches it.

    Legal variations are put there too, and no core scenario may find fault with them. Exits 1 if a fault is not caught, a
    variation raises an alarm, or a scenario that could catch a fault catches none. `svcdns faults` lists them.

    Example: svcdns selftest --fault stale-for-ever
    """
    from svcdns.faults import FAULTS, VARIATIONS, find  # noqa: PLC0415 - `--help` needs none of it
    from svcdns.selftest import matrix, report, running  # noqa: PLC0415 - as above
    from svcdns.selftest.playing import scenarios  # noqa: PLC0415 - as above

    if feature and not any(one.id.startswith(f"{feature}:") for one in scenarios()):
        raise UsageError(f"{feature} is no file below features/: say it as in specification/srv.feature")
    chosen = [find(name).name for name in names] or [*FAULTS, *VARIATIONS]
    if whole := not (names or feature):
        report.check(directory)
    caught: list[matrix.Caught] = []
    passed: list[matrix.Passed] = []
    for row in running.run(chosen, feature=feature, processes=processes):
        if isinstance(row, matrix.Caught):
            caught.append(row)
            say(f"{row.fault}: {f'caught by {len(row.by)}' if row.by else 'NOT CAUGHT'}, beside {len(row.beside)}")
        else:
            passed.append(row)
            say(f"{row.variation}: {f'{len(row.alarms)} FALSE ALARMS' if row.alarms else 'no alarm'}")
    found = matrix.matrix(caught, passed, scenarios() if whole else ())
    say()
    say("\n".join(report.summary(found)))
    if whole:
        page, _ = report.write(found, directory)
        say(f"written: {page}")
    sys.exit(1 if found.uncaught or found.alarming or found.useless else 0)
