"""The choice of the vantage: the one that the user wants, or the best that works."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace

from svcdns.errors import NoPodStartsError, TargetError, UsageError
from svcdns.state import CLUSTER_DOMAIN
from svcdns.targets.cluster import images
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.settings import ClusterSettings
from svcdns.targets.cluster.vantages import nameservers, node_ports, pod_resolver, servers, tunnel
from svcdns.targets.cluster.vantages.answering import wait_for_answers
from svcdns.targets.cluster.vantages.joining import join
from svcdns.targets.cluster.vantages.plan import VantagePlan
from svcdns.targets.cluster.vantages.probe import probe
from svcdns.targets.target import Vantage
from svcdns.targets.waits import Waits

#: How long servers that the user named may take to answer. The cluster's own have as long as its DNS pods: a vantage
#: that is slow on a busy machine must not count as one that does not work.
_NAMED_SECONDS = 15.0

#: The vantages, the best first.
_BEST_FIRST = ("direct", "probe", "tunnel")

_ADVICE = {
    "direct": "choose --vantage probe, or name the DNS servers with --nameserver",
    "probe": "name a plain Python image that the nodes can have with --probe-image, or choose another --vantage",
    "tunnel": "choose --vantage probe, or name the DNS servers with --nameserver",
}


def pick(own: Ownership, settings: ClusterSettings, life: ExitStack, waits: Waits) -> tuple[VantagePlan, Vantage]:
    """Return a vantage whose every DNS server answers, with its plan; ``life`` removes what it needs.

    Raises:
        UsageError: if DNS pods are not ready, or no vantage works; with advice.
        NoPodStartsError: if the probe pod gets no node, as no other pod would.
    """
    if settings.nameservers:
        return _named(own, settings, life, waits)
    service = servers.find(own.api)
    try:
        with waits.on("the DNS pods to be ready"):
            replicas = servers.wait_until_ready(own.api, service)
        return _of_cluster(own, settings, VantagePlan("", service, replicas), life, waits)
    except NoPodStartsError:
        raise
    except TargetError as error:
        raise UsageError(f"the DNS pods cannot be reached: {error}; {_ADVICE['direct']}") from error


def _named(own: Ownership, settings: ClusterSettings, life: ExitStack, waits: Waits) -> tuple[VantagePlan, Vantage]:
    """Return the vantage to the servers that the user named: what was chosen, or from a pod if this host cannot reach them."""
    names = ("direct", "probe") if settings.vantage == "auto" else (settings.vantage,)
    if "tunnel" in names:
        raise UsageError("--vantage tunnel reaches DNS pods only: remove --nameserver, or choose another --vantage")
    places = tuple((server.address, server.port) for server in map(nameservers.server, settings.nameservers))
    shown = ", ".join(settings.nameservers)
    problems: dict[str, str] = {}
    for name in names:
        try:
            plan, vantage = _tried(own, settings, VantagePlan(name, servers=places), _NAMED_SECONDS, life, waits)
        except TargetError as error:
            if isinstance(error, NoPodStartsError) and not problems:
                raise
            problems[name] = str(error)
        else:
            why = "".join(f", because {other} does not work ({problem})" for other, problem in problems.items())
            by = f" ({plan.note}; pods with this image resolve names)" if plan.image else ""
            note = f"vantage {name}{by}: {shown}, as named by --nameserver{why}"
            return replace(plan, resolver_image=plan.image, note=note), vantage
    tried = "; ".join(f"{name}: {problem}" if len(problems) > 1 else problem for name, problem in problems.items())
    raise UsageError(f"--nameserver {shown}: {tried}; check that a DNS server listens there")


def _of_cluster(
    own: Ownership, settings: ClusterSettings, basis: VantagePlan, life: ExitStack, waits: Waits
) -> tuple[VantagePlan, Vantage]:
    """Return the vantage that the user chose, or the first that works."""
    names = _BEST_FIRST if settings.vantage == "auto" else (settings.vantage,)
    problems: dict[str, str] = {}
    for name in names:
        try:
            plan, vantage = _tried(own, settings, replace(basis, vantage=name), servers.DEADLINE_SECONDS, life, waits)
        except NoPodStartsError:
            raise
        except TargetError as error:
            problems[name] = str(error)
        else:
            why = "".join(f", because {other} does not work ({problem})" for other, problem in problems.items())
            image, resolving = _resolver_image(own, settings, plan, problems, waits)
            note = f"vantage {name}{why}: {plan.note}; {resolving}"
            return replace(plan, resolver_image=image, note=note), vantage
    assert basis.service is not None, "it was found"
    pods = servers.states(own.api, basis.service)
    if settings.vantage == "auto":
        shown = "; ".join(f"{name}: {problem}" for name, problem in problems.items())
        raise UsageError(f"no vantage works: {shown}; the DNS pods: {pods}; name the DNS servers with --nameserver")
    (name, problem), *_ = problems.items()
    raise UsageError(f"--vantage {name} does not work: {problem}; the DNS pods: {pods}; {_ADVICE[name]}")


def _tried(
    own: Ownership, settings: ClusterSettings, plan: VantagePlan, deadline_seconds: float, life: ExitStack, waits: Waits
) -> tuple[VantagePlan, Vantage]:
    """Return a vantage whose servers answer, with its plan; if they do not answer, remove what it needed."""
    with ExitStack() as attempt:
        with waits.on(f"the vantage {plan.vantage}"):
            plan = _made(own, settings, plan, attempt, waits)
            vantage = join(own, plan, attempt)
            if plan.vantage == "probe" and not settings.domain:
                plan = replace(plan, domain=pod_resolver.cluster_domain(own.api, plan.namespace, plan.image))
        with waits.on("answers of the DNS servers"):
            wait_for_answers(vantage, settings.domain or plan.domain or CLUSTER_DOMAIN, deadline_seconds)
        life.enter_context(attempt.pop_all())
    return plan, vantage


def _made(own: Ownership, settings: ClusterSettings, plan: VantagePlan, life: ExitStack, waits: Waits) -> VantagePlan:
    if plan.vantage == "probe":
        return probe.make(own, images.probe_image(own.api, settings.probe_image).name, plan, life, waits)
    if plan.vantage == "tunnel":
        return replace(plan, note=tunnel.NOTE)
    return node_ports.make(own, settings.mapped, plan, life, settings.host) if plan.service else plan


def _resolver_image(
    own: Ownership, settings: ClusterSettings, plan: VantagePlan, problems: Mapping[str, str], waits: Waits
) -> tuple[str, str]:
    """Return the image of pods that resolve names, or empty, and a text about it for the note.

    Raises:
        UsageError: if the user named an image that cannot run.
        NoPodStartsError: if the probe pod gets no node.
    """
    if plan.image:
        return plan.image, "pods with this image resolve names"
    if "probe" in problems:
        return "", "no pod resolves names"
    image = images.probe_image(own.api, settings.probe_image)
    try:
        own.api.kubectl("exec")
        if not image.on_nodes:
            with ExitStack() as trial:
                probe.make(own, image.name, plan, trial, waits)
    except NoPodStartsError:
        raise
    except (TargetError, UsageError) as error:
        if settings.probe_image:
            raise UsageError(f"--probe-image {image.name}: {error}; {_ADVICE['probe']}") from error
        return "", f"no pod resolves names ({error})"
    return image.name, f"pods with the image {image.name} resolve names"
