"""Recorded states served again, and every answer compared."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from svcdns.cli.saying import say
from svcdns.errors import ManifestError


@click.command()
@click.argument("directories", nargs=-1, metavar="[DIR]...", type=click.Path(path_type=Path))
def replay(directories: tuple[Path, ...]) -> None:
    """Serve recorded states through the reference server, and compare its answers with the recorded ones.

    DIR is a recording, or a directory that holds some: a state.json beside an answers.jsonl. By default it is what comes
    with svcdns. A meta.json says which
    version and Corefile answered; without one, a CoreDNS 1.14 with kubeadm's options and no cache.

    Examples:
      svcdns replay
      svcdns replay my-cluster/recorded
    """
    from svcdns import resources  # noqa: PLC0415 - `--help` needs none of them
    from svcdns.client import Direct  # noqa: PLC0415 - as above
    from svcdns.recordings import files, replay  # noqa: PLC0415 - `--help` needs none of them
    from svcdns.server import Server  # noqa: PLC0415 - as above

    found = {
        directory: files.read(directory)
        for directory in files.find(directories or (resources.fixtures() / "recorded",))
    }
    differences = []
    for directory, one in found.items():
        respond = replay.server_of(one.state, one.meta)
        with Server(respond) as server:
            own = list(replay.replay(one.answers, respond, Direct(server.addresses[0], server.port)))
        if server.failure:
            raise ManifestError(f"{directory / files.STATE}: cannot be served: {server.failure!r}")
        differences += own
        say(f"{len(one.answers) - len(own)} of {len(one.answers)} equal: {directory}")
    total = sum(len(one.answers) for one in found.values())
    say(f"{total - len(differences)} of {total} equal in all")
    for difference in differences:
        say()
        say("\n".join(difference.lines()))
    sys.exit(1 if differences else 0)
