"""``svcdns clean``: remove what killed runs left on a cluster."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from svcdns.cli.saying import say

if TYPE_CHECKING:
    from svcdns.targets.cluster.leftovers import Leftovers


@click.command()
@click.option("--context", required=True, help="The kubeconfig context; required, and never guessed.")
@click.option(
    "--kubeconfig",
    type=click.Path(path_type=Path),
    help="The kubeconfig file; by default KUBECONFIG, else ~/.kube/config.",
)
@click.option("--yes", is_flag=True, help="Remove without a question; without a terminal there is none.")
def clean(context: str, kubeconfig: Path | None, yes: bool) -> None:  # noqa: FBT001 - as click hands it over
    """Remove what killed runs left on a cluster.

    The command removes objects that a run created and whose run no longer renews its Lease. Such an object has the label
    svcdns.dev/run, and its own uid in the annotation svcdns.dev/uid. The command lists all of them first, with the reason,
    removes them, waits until they are gone, and names what is left and why. It exits 1 if anything is left. It also names
    objects that have the label only, and leaves them: no run created them.

    Example: svcdns clean --context kind-svcdns
    """
    from svcdns.targets.cluster import clean as remove  # noqa: PLC0415 - `--help` needs no Kubernetes client

    def confirm(server: str, leftovers: Leftovers) -> bool:
        say(f"killed runs left these objects on {server}; they will be removed:", err=True)
        for leftover in leftovers.present:
            say(f"  {leftover}: {leftover.why}", err=True)
        return yes or not sys.stdin.isatty() or click.confirm("Remove all of them?", err=True)

    done = remove(kubeconfig, context, confirm)
    for name in done.removed:
        say(f"removed {name}")
    for line in done.left:
        say(f"left {line}", err=True)
    for line in done.foreign:
        say(f"not created by a run: {line}", err=True)
    for line in done.unknown:
        say(line, err=True)
    if done.left or done.unknown:
        raise click.exceptions.Exit(1)
    if not done.removed:
        say("no run left anything")
