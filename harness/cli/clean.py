"""Remove what killed runs have left behind on a cluster."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option("--context", required=True, help="The kubeconfig context; never guessed.")
@click.option("--kubeconfig", type=click.Path(path_type=Path), help="Else KUBECONFIG, else ~/.kube/config.")
def clean(context: str, kubeconfig: Path | None) -> None:
    """Remove what killed runs have left behind on a cluster.

    A run renews a Lease as long as it lives; only what carries our label and belongs to a run whose Lease expired is
    removed.

    Example: svcdns clean --context kind-svcdns
    """
    from harness.targets.cluster import clean as remove  # noqa: PLC0415 - `--help` needs no Kubernetes client

    removed = remove(kubeconfig, context)
    for name in removed:
        click.echo(f"removed {name}")
    if not removed:
        click.echo("nothing was left behind")
