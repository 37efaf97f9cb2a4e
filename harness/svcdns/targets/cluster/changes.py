"""Changes to single objects: delete, scale, restart, expose."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from svcdns.client import eventually
from svcdns.errors import TargetError, UndeterminedError
from svcdns.manifests import exposing
from svcdns.state import Key
from svcdns.targets.cluster.apiserver import kubectl
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.apiserver.refusal import RefusedError
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.vantages import servers
from svcdns.targets.cluster.watch import workloads
from svcdns.targets.cluster.watch.picture import KINDS, Picture, Ref
from svcdns.targets.cluster.watch.watching import Watching

#: A pod of ours ends within a second or two; what it owns, and hooks of other pods, take longer, and busy nodes longest.
_GONE_SECONDS = 300.0
_PAUSE_SECONDS = 0.1

_RESTARTED = ("DaemonSet", "Deployment", "StatefulSet")


def delete(own: Ownership, watching: Watching, kind: str, name: str, namespace: str) -> None:
    """Delete an object of ours, and wait until it and what it owns is gone; another may have its name by then.

    A pod that a ``preStop`` hook holds is only waited for until it is terminating: the hook is there to keep it so.

    Raises:
        TargetError: if there is none, it is not ours, or it may not be deleted.
        UndeterminedError: if it does not go.
    """
    api = own.api
    # Else the pods of a workload would go at some later time, and until then all would look as it should.
    uid = own.delete(kind, name, namespace, foreground=kind in workloads.KINDS)
    if not uid:
        raise TargetError(f'{kind} "{name}" does not exist in the namespace "{namespace}"')
    ref = Ref(kind, Key(namespace, name))
    if kind in KINDS:
        gone = watching.wait_for(lambda picture: _is_gone(picture, ref, uid), _GONE_SECONDS)
    else:
        gone = eventually(
            lambda: api.get(kind, name, namespace),
            lambda item: item is None or item["metadata"]["uid"] != uid,
            deadline_seconds=_GONE_SECONDS,
            interval_seconds=_PAUSE_SECONDS,
            in_a_row=1,
        ).good
    if not gone:
        raise UndeterminedError(
            f'{kind} "{name}" is still there {_GONE_SECONDS:.0f} s after it was deleted{_held(api, ref)}'
        )


def scale(own: Ownership, kind: str, name: str, replicas: int, namespace: str) -> None:
    """Set the number of replicas.

    Raises:
        TargetError: if there is no such object, it is not ours, or its kind has no replicas.
    """
    own.change(kind, name, namespace, {"spec": {"replicas": replicas}}, subresource="scale")


def restart(own: Ownership, kind: str, name: str, namespace: str) -> None:
    """Replace all pods of a workload, as ``kubectl rollout restart`` does, by an annotation of its template.

    Raises:
        TargetError: if there is no such object, it is not ours, or its kind cannot be restarted.
    """
    if kind not in _RESTARTED:
        raise TargetError(f"a {kind} cannot be restarted: only a {', '.join(_RESTARTED[:-1])} or {_RESTARTED[-1]} can")
    own.change(kind, name, namespace, {"spec": {"template": {"metadata": {"annotations": _restarted_now()}}}})


def restart_dns(own: Ownership, name: str) -> str:
    """Replace all pods of the Deployment of the cluster's DNS servers.

    Returns:
        the namespace that it is in.

    Raises:
        TargetError: if there is no such Deployment, or its pods are not those behind the DNS Service.
    """
    service = servers.find(own.api)
    found = own.api.get("Deployment", name, service.namespace)
    if found is None:
        raise TargetError(f'Deployment "{name}" does not exist in the namespace "{service.namespace}"')
    labels = (found["spec"]["template"]["metadata"].get("labels") or {}).items()
    if not labels >= service.selector.items():
        raise TargetError(
            f'Deployment "{name}" in the namespace "{service.namespace}" does not run the DNS servers: the Service '
            f'"{service.name}" does not select its pods, so it is not restarted'
        )
    own.restart_dns(found, _restarted_now())
    return service.namespace


def expose(
    own: Ownership, kind: str, name: str, namespace: str, *, port: int, target_port: int | str | None, service: str
) -> dict[str, Any]:
    """Have kubectl make a Service for a workload of ours.

    Returns:
        the Service.

    Raises:
        TargetError: if a name is none, or kubectl or the API server refuses, in kubectl's words.
        UndeterminedError: if kubectl does not say what it made.
        UsageError: if there is no kubectl.
    """
    known = exposing.check(kind, name, service)
    target = [] if target_port is None else [f"--target-port={target_port}"]
    options = [f"--namespace={namespace}", f"--name={service}", f"--port={port}", "--output=json", *target]
    own.require(namespace)
    said = kubectl.run(own.api.kubectl("expose", *options, "--", known.lower(), name))
    try:
        made: dict[str, Any] = json.loads(said)
        own.record(made)
    except (ValueError, KeyError, TypeError) as error:
        raise UndeterminedError(f"kubectl expose does not say what it made: {error}") from error
    return made


def _restarted_now() -> dict[str, str]:
    """The annotation of ``kubectl rollout restart``.

    kubectl writes whole seconds; two restarts within one of them have to differ, or the second would change nothing.
    """
    return {"kubectl.kubernetes.io/restartedAt": datetime.now(UTC).isoformat()}


def _is_gone(picture: Picture, ref: Ref, uid: str) -> bool:
    known = picture.identities.get(ref)
    if known is None or known.uid != uid:
        return True
    return ref.kind == "Pod" and picture.progress[ref.key].held and picture.state.pods[ref.key].terminating


def _held(api: Api, ref: Ref) -> str:
    """The finalizers that hold an object, if it has any."""
    try:
        item = api.get(ref.kind, ref.key.name, ref.key.namespace) or {"metadata": {}}
    except RefusedError:
        return ""
    finalizers = item["metadata"].get("finalizers") or ()
    return f", held by {', '.join(finalizers)}" if finalizers else ""
