"""``svcdns replay``: recorded states served again, and every answer compared."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from svcdns.cli.saying import say
from svcdns.errors import ManifestError


@click.command()
@click.argument("directories", nargs=-1, metavar="[DIR]...", type=click.Path(path_type=Path))
def replay(directories: tuple[Path, ...]) -> None:
    """Serve recorded states with the reference server, and compare its answers with the recorded ones.

    DIR is a recording, which is a state.json and an answers.jsonl, or a directory that contains some; by default, the
    recordings that come with svcdns. A meta.json says which server answered; without it, a CoreDNS 1.14 with kubeadm's
    options and no cache. Exits 1 if an answer differs.

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
    for directory, recording in found.items():
        respond = replay.server_of(recording.state, recording.meta)
        with Server(respond) as server:
            different = list(replay.replay(recording.answers, respond, Direct(server.addresses[0], server.port)))
        if server.failure:
            raise ManifestError(f"{directory / files.STATE}: cannot be served: {server.failure!r}")
        differences += different
        say(f"{len(recording.answers) - len(different)} of {len(recording.answers)} equal: {directory}")
    total = sum(len(recording.answers) for recording in found.values())
    say(f"{total - len(differences)} of {total} equal in all")
    for difference in differences:
        say()
        say("\n".join(difference.lines()))
    sys.exit(1 if differences else 0)
