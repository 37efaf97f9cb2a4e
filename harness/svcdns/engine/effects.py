"""What a sentence says has happened, proven from what the cluster held before and after.

A Given or a When whose sentence did not come true leaves the scenario *not determined*: whatever is answered then says
nothing about the sentences that follow. Every change names its effect, a function that says what did not happen and what to
do, or nothing where it did.

Seen are Namespaces, Services, EndpointSlices and Pods. Not seen, and taken on the target's word, which refuses to delete what
is not there and waits until it is gone: the deletion of other objects, beyond the pods that they own; and what applying
changes in objects of other kinds, or in fields that DNS does not depend on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from svcdns.errors import UndeterminedError
from svcdns.manifests.kinds import DNS_KINDS
from svcdns.state import ClusterState, Key, Pod
from svcdns.targets.target import PROBE_LABEL

#: Kinds whose objects show in a state, by themselves, by their pods or by their EndpointSlices.
SEEN = frozenset(kind for _, kind in DNS_KINDS)


#: The change that a scenario begins with.
DECLARED = "objects declared"


@dataclass(frozen=True, slots=True)
class Change:
    """What a cluster held before and after something changed in a Namespace and had settled."""

    before: ClusterState
    after: ClusterState
    namespace: str


@dataclass(frozen=True, slots=True)
class ExpectedEffect:
    """What a sentence says that a change does.

    Attributes:
        problem: says what did not happen and what to do about it; nothing where all that was said has happened.
        change: the kind of change, as reports name it.
        pods: how many pods the changed object has then, where the sentence says so.
        replaces_pods: whether none of the pods is left that were there.
    """

    problem: Callable[[Change], str]
    change: str
    pods: int | None = None
    replaces_pods: bool = False


def prove(effect: ExpectedEffect, change: Change) -> None:
    """See that a change had its effect.

    Raises:
        UndeterminedError: if it had not.
    """
    if problem := effect.problem(change):
        raise UndeterminedError(problem)


def applied(manifest: str, *, anew: bool) -> ExpectedEffect:
    """Something in the Namespace is other than before, or the manifest says something ``anew`` where that is not seen."""

    def problem(change: Change) -> str:
        if anew or _contents(change.before, change.namespace) != _contents(change.after, change.namespace):
            return ""
        return (
            f'the manifest "{manifest}" was applied and changed nothing, because all of it was there already: apply '
            "another one, or remove the step"
        )

    return ExpectedEffect(problem, "objects applied")


def deleted(kind: str, name: str) -> ExpectedEffect:
    """The object is gone and stays away, and so are the pods that it owned."""

    def problem(change: Change) -> str:
        if is_kind(kind, "Pod"):
            return _undeleted_pod(change, name)
        key = Key(change.namespace, name)
        there = (
            (is_kind(kind, "Service") and key in change.after.services)
            or (is_kind(kind, "EndpointSlice") and key in change.after.slices)
            or (is_kind(kind, "Namespace") and name in change.after.namespaces)
        )
        if there:
            return f'the {kind} "{name}" was deleted and exists again: find out what recreates it'
        if left := _active(change.after, change.namespace, kind, name):
            return f'the {kind} "{name}" was deleted, but its pod "{next(iter(left.values())).key.name}" is still there'
        return ""

    return ExpectedEffect(problem, "object deleted")


def scaled(kind: str, name: str, replicas: int) -> ExpectedEffect:
    """The object has as many pods as were asked for, and had another number before."""

    def problem(change: Change) -> str:
        before = len(_active(change.before, change.namespace, kind, name))
        after = len(_active(change.after, change.namespace, kind, name))
        if after != replicas:
            why = (
                "an ordered StatefulSet waits until a pod is ready before it creates or removes the next"
                if is_kind(kind, "StatefulSet")
                else "its pods were rejected, or something else sets its replicas"
            )
            return f'the {kind} "{name}" was scaled to {replicas} and has {_pods(after)}: {why}'
        if before == after:
            return (
                f'the {kind} "{name}" had {_pods(after)} before it was scaled to {replicas}, so nothing changed: scale it '
                "to another number"
            )
        return ""

    return ExpectedEffect(problem, "scaled", pods=replicas, replaces_pods=replicas == 0)


def restarted(kind: str, name: str, namespace: str = "") -> ExpectedEffect:
    """All pods of the object are new ones.

    Args:
        kind: its kind.
        name: its name.
        namespace: where it is, if not in the scenario's Namespace.
    """

    def problem(change: Change) -> str:
        where = namespace or change.namespace
        before = _active(change.before, where, kind, name)
        after = _active(change.after, where, kind, name)
        if not before:
            return f'the {kind} "{name}" had no pod when it was restarted, so nothing changed: scale it up first'
        if kept := [before[uid].key.name for uid in before.keys() & after.keys()]:
            return (
                f'the {kind} "{name}" was restarted and its pod "{min(kept)}" is still the old one: its update strategy '
                "is OnDelete or has a partition, its rollout is paused, or its new pods do not become ready"
            )
        if len(after) < len(before):
            return f'the {kind} "{name}" was restarted and has only {len(after)} of {_pods(len(before))} again'
        return ""

    return ExpectedEffect(problem, "restarted", replaces_pods=True)


def replaced(pod: str) -> ExpectedEffect:
    """The pod is gone, and its owner has made another."""

    def problem(change: Change) -> str:
        was = change.before.pods.get(Key(change.namespace, pod))
        if was is None:
            return f'there was no pod "{pod}" to replace: name one that exists'
        if not was.owner:
            return (
                f'the pod "{pod}" was deleted and not replaced, because no controller owns it: declare a Deployment or '
                'a StatefulSet, or use "is deleted"'
            )
        if same := _same(change, was):
            return f'the pod "{pod}" was deleted and is still there{_held(same)}'
        known = {one.uid for one in change.before.pods.values()}
        if not any(one.owner == was.owner and one.uid not in known for one in _own(change.after, change.namespace)):
            return f'the pod "{pod}" was deleted and not replaced: {was.owner} created no other pod'
        return ""

    return ExpectedEffect(problem, "pod replaced")


def terminates(pod: str) -> ExpectedEffect:
    """The pod is still there, and is being deleted, which it was not before."""

    def problem(change: Change) -> str:
        was = change.before.pods.get(Key(change.namespace, pod))
        if was is None:
            return f'there was no pod "{pod}" to delete: name one that exists'
        if was.terminating:
            return f'the pod "{pod}" was already terminating'
        same = _same(change, was)
        if same is None:
            return (
                f'the pod "{pod}" was gone at once and is not terminating: give one of its containers a preStop hook '
                'that sleeps, or use "is deleted"'
            )
        return "" if same.terminating else f'the pod "{pod}" was deleted and is not terminating'

    return ExpectedEffect(problem, "pod terminating")


def becomes(pod: str, *, ready: bool) -> ExpectedEffect:
    """The pod is ready, or unready, and was not so before."""
    word = "ready" if ready else "unready"

    def problem(change: Change) -> str:
        was = change.before.pods.get(Key(change.namespace, pod))
        if was is None:
            return f'there is no pod "{pod}" to become {word}: name one that exists'
        if was.ready is ready:
            return f'the pod "{pod}" was already {word}, so nothing changed'
        same = _same(change, was)
        if same is None:
            return f'the pod "{pod}" was gone before it became {word}'
        if same.ready is ready:
            return ""
        return (
            f'the pod "{pod}" did not become {word}: {_hindrance(same)}'
            if ready
            else f'the pod "{pod}" did not become {word}'
        )

    return ExpectedEffect(problem, f"pod {word}")


def exposed(service: str) -> ExpectedEffect:
    """The Service is there, and was not before."""

    def problem(change: Change) -> str:
        key = Key(change.namespace, service)
        if key in change.before.services:
            return f'the Service "{service}" already existed'
        return "" if key in change.after.services else f'kubectl reported no error, but there is no Service "{service}"'

    return ExpectedEffect(problem, "Service exposed")


def _born_ready(change: Change) -> str:
    """Where no pod is to be ready, none is that was not there before."""
    known = {one.uid for one in change.before.pods.values()}
    ready = [one for one in _own(change.after, change.namespace) if one.ready and one.uid not in known]
    if not ready:
        return ""
    made_by = f" of {ready[0].owner}" if ready[0].owner else ""
    return (
        f'"no pod is ready" does not hold: the pod "{ready[0].key.name}"{made_by} is ready: give its pods the '
        "readiness gate svcdns.dev/ready"
    )


#: Where no pod is to be ready, none is that was not there before.
NONE_IS_BORN_READY = ExpectedEffect(_born_ready, DECLARED)


def has_unready_pod(state: ClusterState, namespace: str) -> bool:
    """Whether a Namespace has a pod that is not ready."""
    return any(not one.ready for one in _own(state, namespace))


def _contents(state: ClusterState, namespace: str) -> tuple[object, ...]:
    """What a Namespace holds, with the identity of its pods."""
    own = state.only(namespace)
    return own.services, own.slices, own.pods, {one.uid for one in own.pods.values()}


def _undeleted_pod(change: Change, name: str) -> str:
    now = change.after.pods.get(Key(change.namespace, name))
    if now is None:
        return ""
    was = change.before.pods.get(now.key)
    if was is None or was.uid != now.uid:
        return (
            f'the Pod "{name}" was deleted and exists again, recreated by {now.owner or "somebody"}: use "the pod '
            f'"{name}" is deleted and replaced", or scale its owner'
        )
    return f'the Pod "{name}" was deleted and is still there{_held(now)}'


def _held(pod: Pod) -> str:
    return ', still terminating: use "begins to terminate"' if pod.terminating else ""


def _hindrance(pod: Pod) -> str:
    if pod.phase != "Running":
        return f"it is {pod.phase}, so its containers do not run"
    return "its containers fail a readiness probe, or nothing sets one of its readiness gates"


def _same(change: Change, was: Pod) -> Pod | None:
    """The same pod after a change, not another of its name."""
    now = change.after.pods.get(was.key)
    return now if now is not None and now.uid == was.uid else None


def _own(state: ClusterState, namespace: str) -> Iterator[Pod]:
    """The pods of a Namespace that are there to stay, without those that only ask."""
    for key, pod in sorted(state.pods.items()):
        if key.namespace == namespace and not pod.terminating and PROBE_LABEL not in pod.labels:
            yield pod


def _active(state: ClusterState, namespace: str, kind: str, name: str) -> Mapping[str, Pod]:
    """The pods of an object that are there to stay and not over, by uid; a Deployment's belong to its ReplicaSets."""
    return {one.uid: one for one in _own(state, namespace) if not one.completed and _belongs(one, kind, name)}


def _belongs(pod: Pod, kind: str, name: str) -> bool:
    owner, _, named = pod.owner.partition("/")
    if is_kind(kind, "Deployment"):
        template = pod.labels.get("pod-template-hash")
        return owner == "ReplicaSet" and named == f"{name}-{template}"
    return is_kind(kind, owner) and named == name


def is_kind(written: str, kind: str) -> bool:
    """Whether a kind is meant that may be written as kubectl takes it: ``StatefulSet``, ``statefulset``, ``statefulsets``."""
    return written.lower() in {kind.lower(), f"{kind.lower()}s"}


def _pods(count: int) -> str:
    return f"{count} pod" if count == 1 else f"{count} pods"
