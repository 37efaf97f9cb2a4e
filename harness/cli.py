"""The ``svcdns`` command. It exits 0, 1 where it found differences, and 2 on wrong usage or unusable input."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from harness.errors import HarnessError


class Group(click.Group):
    """A command that says what is wrong in one line, and never with a traceback."""

    def invoke(self, context: click.Context) -> object:
        """Run, and turn an error of ours into a message."""
        try:
            return super().invoke(context)
        except HarnessError as error:
            click.echo(f"svcdns: {error}", err=True)
            sys.exit(2)


@click.group(cls=Group)
@click.version_option(package_name="svcdns")
def main() -> None:
    """Does this cluster's DNS do what Kubernetes promises?"""


@main.command()
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


@main.command()
@click.argument("directories", nargs=-1, required=True, metavar="DIR...", type=click.Path(path_type=Path))
def replay(directories: tuple[Path, ...]) -> None:
    """Serve recorded states through the reference server, and compare its answers with the recorded ones.

    DIR is a recording, or a directory that holds some: a state.json beside an answers.jsonl.

    Example: svcdns replay fixtures/recorded
    """
    from harness import compare, recording, records  # noqa: PLC0415 - `--help` needs none of them
    from harness.client import Direct  # noqa: PLC0415 - as above
    from harness.server import Server  # noqa: PLC0415 - as above

    found = [recording.read(directory) for directory in recording.find(directories)]
    differences = []
    for one in found:
        with Server(compare.server_of(one.state, records.COREDNS)) as server:
            channel = Direct(server.addresses[0], server.port)
            own = list(compare.replay(one.answers, one.state, records.COREDNS, channel))
        differences += own
        click.echo(f"{len(one.answers) - len(own)} of {len(one.answers)} equal: {one.directory}")
    total = sum(len(one.answers) for one in found)
    click.echo(f"{total - len(differences)} of {total} equal in all")
    for difference in differences:
        click.echo()
        click.echo("\n".join(difference.lines()))
    sys.exit(1 if differences else 0)


@main.command()
def coverage() -> None:
    """Show which scenarios show each clause of the DNS specification, and each behaviour.

    Exits 1 if a clause or a behaviour has none and is not left out on purpose.

    Example: svcdns coverage
    """
    from harness.coverage import coverage as found  # noqa: PLC0415 - `--help` needs no features

    covered = found()
    click.echo("\n".join(covered.lines()))
    for one in covered.missing():
        click.echo(f"no scenario shows {one}", err=True)
    sys.exit(1 if covered.missing() else 0)
