"""What a DNS server answers now, kept for later."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from svcdns.cli.opening import TargetCommand, opened
from svcdns.cli.saying import say
from svcdns.errors import TargetError, UsageError

if TYPE_CHECKING:
    from svcdns.manifests import Manifest
    from svcdns.settings import Settings
    from svcdns.targets.target import Target


@click.command(cls=TargetCommand)
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "-f",
    "files",
    multiple=True,
    metavar="MANIFEST",
    type=click.Path(path_type=Path, exists=True),
    help="apply this first, in a namespace of its own that is removed afterwards; may be given several times; "
    "what is in no namespace is refused, and other namespaces that it names are created with --create-namespaces alone",
)
@click.option(
    "--namespace",
    metavar="NAME",
    help="ask only about names of this namespace; with -f, the name of the one that is made",
)
def record(directory: Path, files: tuple[Path, ...], namespace: str | None, settings: Settings) -> None:
    """Record what a DNS server answers, with the state it answers from, in a form that `svcdns replay` reads.

    DIR gets a state.json (Namespaces, Services, EndpointSlices and Pods, reduced to what DNS looks at), an
    answers.jsonl (one question and its answer a line) and a meta.json (the server's version, its Corefile, the profile).
    With --namespace or -f, state.json holds that namespace, and of all others only what its answers need.
    What would be asked outside the cluster is left out; what a cache has counted down or kept from before is undone.

    Examples:
      svcdns record recorded/today --target cluster --context kind-dev
      svcdns record recorded/web --target kind -f web.yaml --namespace web
    """
    from svcdns.engine.pool import letters  # noqa: PLC0415 - as above
    from svcdns.manifests.names import dns_1123_label  # noqa: PLC0415 - as above
    from svcdns.recordings import files as recording  # noqa: PLC0415 - as above
    from svcdns.recordings import recorder  # noqa: PLC0415 - `--help` needs none of it

    if namespace is not None and (problem := dns_1123_label(namespace)):
        raise UsageError(f"--namespace {problem}")
    run = letters(5)
    name = namespace or f"svcdns-{run}-{letters(5)}"
    objects = _read(files, name, settings)
    with opened(settings, run) as target:
        if "udp" not in target.vantages[0].transports:
            say(f"svcdns: the vantage {target.vantages[0].name} carries no UDP: only TCP is recorded", err=True)
        if files:
            with _applied(target, objects, name) as made:
                for remark in target.remarks:
                    say(f"svcdns: {remark}", err=True)
                found = recorder.record(target, made)
        else:
            found = recorder.record(target, None if namespace is None else [_existing(target, namespace)])
        recording.write(found, directory)
    say(f"{len(found.answers)} answers recorded: {directory}")


def _read(files: tuple[Path, ...], namespace: str, settings: Settings) -> list[Manifest]:
    """The objects of some manifests.

    Raises:
        ManifestError: if they cannot be read, or a cluster is not to have them.
    """
    from svcdns import manifests  # noqa: PLC0415 - as above

    objects = [manifest for file in files for manifest in manifests.read(file)]
    if settings.live:
        # Before anything is written; the target itself sees to it as well.
        manifests.refuse_cluster_scoped(objects)
        if not settings.create_namespaces:
            manifests.refuse_further_namespaces(objects, namespace, ())
    return objects


@contextmanager
def _applied(target: Target, objects: list[Manifest], namespace: str) -> Iterator[list[str]]:
    """A Namespace of our own with some manifests in it, settled, and the Namespaces that they name beside it."""
    from svcdns import manifests  # noqa: PLC0415 - as above
    from svcdns.targets.target import SECONDS_TO_DELETE  # noqa: PLC0415 - as above

    if namespace in target.state().namespaces:
        raise UsageError(f'the namespace "{namespace}" exists already, and would be removed: name another one')
    try:
        target.create_namespace(namespace)
        target.apply(objects, namespace)
        target.settle(namespace)
        yield [namespace, *manifests.further_namespaces(objects, namespace)]
    finally:
        target.delete_namespace(namespace)
        if left := target.await_deleted(SECONDS_TO_DELETE):
            raise TargetError("; ".join(left))


def _existing(target: Target, namespace: str) -> str:
    if namespace not in target.state().namespaces:
        raise UsageError(f'there is no namespace "{namespace}"')
    return namespace
