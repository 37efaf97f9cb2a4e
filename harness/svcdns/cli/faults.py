"""``svcdns faults``: what ``--fault NAME`` can put in front of DNS servers."""

from __future__ import annotations

import click

from svcdns.cli.saying import say


@click.command()
@click.option(
    "--legal", "which", flag_value="legal", help="List the legal variations: what right servers may do differently."
)
@click.option("--network", "which", flag_value="network", help="List the conditions of a bad network.")
def faults(which: str | None) -> None:
    """List the faults of DNS servers that the features must catch.

    Each line has the fault's name, what it does, the level of the scenarios that catch it, the behaviours that it breaks, and
    when it happens. `svcdns run --fault NAME` puts it in front of the DNS server.

    Example: svcdns faults --legal
    """
    from svcdns import faults as known  # noqa: PLC0415 - `--help` needs none of them

    chosen = {"legal": known.VARIATIONS, "network": known.NETWORK}.get(which or "", known.FAULTS)
    for fault in chosen.values():
        broken = f"{fault.level} {' '.join(fault.behaviours)}, " if fault.behaviours else ""
        say(f"{fault.name}: {fault.sentence} ({broken}{fault.bound})")
