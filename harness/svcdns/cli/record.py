"""``svcdns record``: the answers of a DNS server, recorded."""

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
    help="apply this manifest first, in a new namespace that is removed afterwards; repeatable; cluster-scoped objects are "
    "refused; other namespaces that it names are created with --create-namespaces only",
)
@click.option(
    "--namespace",
    metavar="NAME",
    help="ask only for names of this namespace; with -f, the name of the new namespace",
)
def record(directory: Path, files: tuple[Path, ...], namespace: str | None, settings: Settings) -> None:
    """Record the answers of a DNS server and the state of the cluster, for `svcdns replay`.

    DIR gets a state.json (Namespaces, Services, EndpointSlices and Pods, reduced to what DNS depends on), an answers.jsonl
    (one query and its answer per line) and a meta.json (the server's version, its Corefile, the profile). With --namespace
    or -f, state.json contains that namespace, and only what its answers need of the others. Queries that the server would
    forward out of the cluster are left out. Answers are recorded as they were before a cache counted their TTLs down.

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
            say(
                f"svcdns: the vantage {target.vantages[0].name} has no UDP; only answers over TCP are recorded",
                err=True,
            )
        if files:
            with _applied(target, objects, name) as made:
                for remark in target.remarks:
                    say(f"svcdns: {remark}", err=True)
                found = recorder.record(target, made, settings.dns_profile)
        else:
            found = recorder.record(
                target, None if namespace is None else [_existing(target, namespace)], settings.dns_profile
            )
        recording.write(found, directory)
    say(f"recorded {len(found.answers)} answers in {directory}")


def _read(files: tuple[Path, ...], namespace: str, settings: Settings) -> list[Manifest]:
    """Read the objects of some manifests.

    Raises:
        ManifestError: if they cannot be read, or may not be applied to a cluster.
    """
    from svcdns import manifests  # noqa: PLC0415 - as above

    objects = [manifest for file in files for manifest in manifests.read(file)]
    if settings.live:
        # The target refuses them too, but only after something was written.
        manifests.refuse_cluster_scoped(objects)
        if not settings.create_namespaces:
            manifests.refuse_further_namespaces(objects, namespace, ())
    return objects


@contextmanager
def _applied(target: Target, objects: list[Manifest], namespace: str) -> Iterator[list[str]]:
    """Apply manifests in a new Namespace for as long as the context lasts; yield it and the other Namespaces that they name."""
    from svcdns import manifests  # noqa: PLC0415 - as above
    from svcdns.targets.target import SECONDS_TO_DELETE  # noqa: PLC0415 - as above

    if namespace in target.state().namespaces:
        raise UsageError(
            f'the namespace "{namespace}" exists already and would be removed; set --namespace to another name'
        )
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
        raise UsageError(f'there is no namespace "{namespace}"; set --namespace to an existing one')
    return namespace
