"""Remove what killed runs have left behind on a cluster."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from svcdns.cli.saying import say

if TYPE_CHECKING:
    from svcdns.targets.cluster.leftovers import Leftovers


@click.command()
@click.option("--context", required=True, help="The kubeconfig context; never guessed.")
@click.option("--kubeconfig", type=click.Path(path_type=Path), help="Else KUBECONFIG, else ~/.kube/config.")
@click.option("--yes", is_flag=True, help="Do not ask before anything is removed; without a terminal nothing is asked.")
def clean(context: str, kubeconfig: Path | None, yes: bool) -> None:  # noqa: FBT001 - as click hands it over
    """Remove what killed runs have left behind on a cluster.

    A run renews a Lease as long as it lives. Only what a run has made is removed, once it has no Lease that is renewed: it
    has the label svcdns.dev/run, and its own uid in the annotation svcdns.dev/uid, which nothing else has. All of it is
    listed first, with the reason. The command then waits until it is gone, names what is left and why, and exits with 1 if
    anything is. What carries the label alone is somebody else's: it is named, and left.

    Example: svcdns clean --context kind-svcdns
    """
    from svcdns.targets.cluster import clean as remove  # noqa: PLC0415 - `--help` needs no Kubernetes client

    def confirm(server: str, leftovers: Leftovers) -> bool:
        say(f"left behind by killed runs on {server}, and to be removed:", err=True)
        for leftover in leftovers.present:
            say(f"  {leftover}: {leftover.why}", err=True)
        return yes or not sys.stdin.isatty() or click.confirm("Remove all of it?", err=True)

    done = remove(kubeconfig, context, confirm)
    for name in done.removed:
        say(f"removed {name}")
    for line in done.left:
        say(f"left {line}", err=True)
    for line in done.foreign:
        say(f"not ours: {line}", err=True)
    for line in done.unknown:
        say(line, err=True)
    if done.left or done.unknown:
        raise click.exceptions.Exit(1)
    if not done.removed:
        say("nothing was left behind")
