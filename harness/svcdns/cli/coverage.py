"""``svcdns coverage``: the scenarios that cover each clause and behaviour."""

from __future__ import annotations

import sys

import click

from svcdns.cli.saying import say


@click.command()
def coverage() -> None:
    """List the scenarios that cover each clause of the DNS specification, and each behaviour.

    Exits 1 if no scenario covers a clause, or a behaviour that is not left out on purpose.

    Example: svcdns coverage
    """
    from svcdns.catalogue.coverage import coverage as found  # noqa: PLC0415 - `--help` needs no features

    covered = found()
    say("\n".join(covered.lines()))
    for missing in covered.missing():
        say(f"no scenario covers {missing}", err=True)
    sys.exit(1 if covered.missing() else 0)
