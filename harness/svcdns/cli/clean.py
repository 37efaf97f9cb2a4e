"""``svcdns clean``: remove what killed runs left on a cluster."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from svcdns.cli.saying import say

if TYPE_CHECKING:
    from svcdns.targets.cluster.leftovers import Holder, Leftovers


@click.command()
@click.option("--context", required=True, help="The kubeconfig context; required, and never guessed.")
@click.option(
    "--kubeconfig",
    type=click.Path(path_type=Path),
    help="The kubeconfig file; by default KUBECONFIG, else ~/.kube/config.",
)
@click.option("--yes", is_flag=True, help="Remove without a question; without a terminal there is none.")
@click.option("--wait", is_flag=True, help="Wait until it is certain whether runs whose Lease is valid were killed.")
def clean(context: str, kubeconfig: Path | None, yes: bool, wait: bool) -> None:  # noqa: FBT001 - as click hands it over
    """Remove what killed runs left on a cluster.

    The command removes objects that a run created and whose run no longer renews its Lease. Such an object has the label
    svcdns.dev/run, and its own uid in the annotation svcdns.dev/uid. The command lists all of them first, with the reason,
    removes them, waits until they are gone, and names what is left and why. It also names objects that have the label only,
    and leaves them: no run created them.

    A Lease is valid for a minute. Until then a killed run cannot be told from a live one: the command names its objects and
    that time, and leaves them. With --wait it waits until the run renews its Lease, and so is alive, or does not, and then
    removes its objects.

    Exit code: 0 if nothing is left; 1 if something is left, also of a live run, or cannot be listed; 2 if the cluster cannot
    be reached.

    Example: svcdns clean --context kind-svcdns
    """
    from svcdns.targets.cluster import clean as remove  # noqa: PLC0415 - `--help` needs no Kubernetes client

    def confirm(server: str, leftovers: Leftovers) -> bool:
        say(f"killed runs left these objects on {server}; they will be removed:", err=True)
        for leftover in leftovers.present:
            say(f"  {leftover}: {leftover.why}", err=True)
        return yes or not sys.stdin.isatty() or click.confirm("Remove all of them?", err=True)

    def waiting(holder: Holder) -> None:
        say(f"{holder}; waiting", err=True)

    done = remove(kubeconfig, context, confirm, wait=wait, waiting=waiting)
    for name in done.removed:
        say(f"removed {name}")
    left = [*(f"left {line}" for line in done.left), *done.in_use, *done.unknown]
    for line in (*left, *(f"not created by a run: {line}" for line in done.foreign)):
        say(line, err=True)
    if left:
        raise click.exceptions.Exit(1)
    if not done.removed:
        say("no run left anything")
