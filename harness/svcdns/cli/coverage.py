"""Which scenarios show what."""

from __future__ import annotations

import sys

import click

from svcdns.cli.saying import say


@click.command()
def coverage() -> None:
    """Show which scenarios show each clause of the DNS specification, and each behaviour.

    Exits 1 if a clause or a behaviour has none and is not left out on purpose.

    Example: svcdns coverage
    """
    from svcdns.catalogue.coverage import coverage as found  # noqa: PLC0415 - `--help` needs no features

    covered = found()
    say("\n".join(covered.lines()))
    for one in covered.missing():
        say(f"no scenario shows {one}", err=True)
    sys.exit(1 if covered.missing() else 0)
