"""Remove what killed runs have left behind on a cluster."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli.saying import say


@click.command()
@click.option("--context", required=True, help="The kubeconfig context; never guessed.")
@click.option("--kubeconfig", type=click.Path(path_type=Path), help="Else KUBECONFIG, else ~/.kube/config.")
def clean(context: str, kubeconfig: Path | None) -> None:
    """Remove what killed runs have left behind on a cluster.

    A run renews a Lease as long as it lives; only what carries our label and belongs to a run whose Lease expired is
    removed. It waits until all of that is gone, names what is left and why, and exits with 1 if anything is.

    Example: svcdns clean --context kind-svcdns
    """
    from harness.targets.cluster import clean as remove  # noqa: PLC0415 - `--help` needs no Kubernetes client

    done = remove(kubeconfig, context)
    for name in done.removed:
        say(f"removed {name}")
    for line in done.left:
        say(f"left {line}", err=True)
    for line in done.unknown:
        say(line, err=True)
    if done.left or done.unknown:
        raise click.exceptions.Exit(1)
    if not done.removed:
        say("nothing was left behind")
