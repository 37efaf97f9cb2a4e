"""Opens the target that the settings name. No other module imports a target by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from svcdns.settings import Settings
from svcdns.targets.target import Target
from svcdns.targets.waits import Waits

if TYPE_CHECKING:
    from svcdns.targets.kind import KindCluster

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Opened:
    """An open target.

    Attributes:
        target: the target.
        share: returns what another process needs to open the same target without owning it.
        export_logs: writes the logs of the nodes to a directory, if the run owns the nodes.
        hurry: allows each request to the target only a moment from now on, since the run was interrupted.
        give_up: stops using the target at once, and leaves behind what the run has made there.
        left: returns what the run made and has not removed, by kind and name.
        disposable: whether closing the target deletes the whole cluster, so that its objects need not be awaited.
    """

    target: Target
    share: Callable[[], dict[str, Any]]
    export_logs: Callable[[Path], None] | None = None
    hurry: Callable[[], None] | None = None
    give_up: Callable[[], None] | None = None
    left: Callable[[], list[str]] | None = None
    disposable: bool = False


@contextmanager
def opened(
    settings: Settings,
    run: str,
    say: Say,
    shared: dict[str, Any] | None,
    waits: Waits | None = None,
    *,
    tries: bool = True,
) -> Iterator[Opened]:
    """Open a target, as long as the context lasts.

    Args:
        settings: the options of the run.
        run: the run's id.
        say: shows a line of progress.
        shared: what the process that owns the target has shared, or None in that process itself.
        waits: is told what is waited for.
        tries: whether a dry run on a live target shows first that it takes what scenarios make.

    Raises:
        UsageError: if the target cannot be opened; one line with advice.
    """
    # Each target needs libraries of its own; a run imports those of one.
    if settings.target == "reference":
        from svcdns.records import COREDNS, PROFILES  # noqa: PLC0415 - as above
        from svcdns.targets.reference import Reference  # noqa: PLC0415 - as above

        with Reference(PROFILES.get(settings.dns_profile, COREDNS)) as reference:
            yield Opened(reference, dict)
        return
    from svcdns.targets.cluster import ClusterSettings, LiveCluster  # noqa: PLC0415 - as above

    with ExitStack() as life:
        kind = (
            life.enter_context(_kind(settings, run, say, waits)) if settings.target == "kind" and not shared else None
        )
        location = shared or _location(settings, kind)
        kubeconfig = location["kubeconfig"]
        cluster = life.enter_context(
            LiveCluster(
                ClusterSettings(
                    run=run,
                    context=location["context"],
                    kubeconfig=Path(kubeconfig) if kubeconfig else None,
                    vantage=settings.vantage,
                    nameservers=settings.nameservers,
                    probe_image=settings.probe_image,
                    pause_image=settings.pause_image,
                    mapped=tuple((node, port) for node, port in location["mapped"]),
                    host=location["host"],
                    domain=settings.cluster_domain.rstrip("."),
                    disruptive=not settings.spares_dns,
                    create_namespaces=settings.create_namespaces,
                    load_balancer_class=""
                    if settings.load_balancer_class == "cluster"
                    else settings.load_balancer_class,
                    tries=tries,
                ),
                shared and shared["cluster"],
                waits,
            )
        )
        yield Opened(
            target=cluster,
            share=lambda: location | {"cluster": cluster.share()},
            export_logs=kind.export_logs if kind else None,
            hurry=cluster.hurry,
            give_up=cluster.give_up,
            left=cluster.left,
            disposable=kind is not None and kind.created and not settings.keep_cluster,
        )


def _location(settings: Settings, kind: KindCluster | None) -> dict[str, Any]:
    if kind is None:
        return {"kubeconfig": settings.kubeconfig, "context": settings.context, "mapped": [], "host": ""}
    return {
        "kubeconfig": str(kind.kubeconfig),
        "context": kind.context,
        "mapped": list(kind.mapped),
        "host": kind.address,
    }


def _kind(settings: Settings, run: str, say: Say, waits: Waits | None) -> KindCluster:
    from svcdns.targets.kind import KindCluster, KindSettings  # noqa: PLC0415 - as above

    return KindCluster(
        KindSettings(
            run=run,
            image=settings.kind_image,
            binary=settings.kind_bin,
            config=Path(settings.kind_config) if settings.kind_config else None,
            nodes=int(settings.nodes) if settings.nodes else None,
            ip_family=settings.ip_family or None,
            cluster_name=settings.cluster_name,
            keep=settings.keep_cluster,
        ),
        say,
        waits=waits,
    )
