"""Changes of single objects: delete, scale, restart, expose."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from svcdns.client import eventually
from svcdns.errors import TargetError, UndeterminedError
from svcdns.manifests import exposing
from svcdns.state import Key, matches
from svcdns.targets.cluster.apiserver import kubectl
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.apiserver.refusal import LostError, RefusedError
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.vantages import servers
from svcdns.targets.cluster.watch import workloads
from svcdns.targets.cluster.watch.view import KINDS, ClusterView
from svcdns.targets.cluster.watch.watching import Watching

#: A pod of ours ends within a second or two; dependents, hooks and busy nodes take longer.
_GONE_SECONDS = 300.0
_PAUSE_SECONDS = 0.1

#: How often kubectl is run for one change.
_ATTEMPTS = 3

_RESTARTED = ("DaemonSet", "Deployment", "StatefulSet")


def delete(own: Ownership, watching: Watching, kind: str, name: str, namespace: str) -> None:
    """Delete an object of ours, and wait until it and its dependents are gone; another may have its name by then.

    The wait for a pod with a ``preStop`` hook ends when the pod is terminating, which the hook is there to prolong.

    Raises:
        TargetError: if it does not exist, is not ours, or may not be deleted.
        UndeterminedError: if it is not gone at the deadline.
    """
    api = own.api
    # Otherwise the pods of a workload would go later, while the cluster already looked as expected.
    uid = own.delete(kind, name, namespace, foreground=kind in workloads.KINDS)
    if not uid:
        raise TargetError(f'{kind} "{name}" does not exist in the namespace "{namespace}"')
    if kind in KINDS:
        gone = watching.wait_for(lambda view: _is_gone(view, kind, Key(namespace, name), uid), _GONE_SECONDS)
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
            f'{kind} "{name}" still exists {_GONE_SECONDS:.0f} s after it was deleted{_held(api, kind, name, namespace)}'
        )


def scale(own: Ownership, kind: str, name: str, replicas: int, namespace: str) -> None:
    """Set the number of replicas.

    Raises:
        TargetError: if the object does not exist, is not ours, or its kind has no replicas.
    """
    own.change(kind, name, namespace, {"spec": {"replicas": replicas}}, subresource="scale")


def restart(own: Ownership, kind: str, name: str, namespace: str) -> None:
    """Replace all pods of a workload by an annotation of its template, as ``kubectl rollout restart`` does.

    Raises:
        TargetError: if the object does not exist, is not ours, or its kind cannot be restarted.
    """
    if kind not in _RESTARTED:
        raise TargetError(f"a {kind} cannot be restarted: only a {', '.join(_RESTARTED[:-1])} or {_RESTARTED[-1]} can")
    own.change(kind, name, namespace, {"spec": {"template": {"metadata": {"annotations": _restarted_now()}}}})


def restart_dns(own: Ownership, name: str) -> str:
    """Replace all pods of the Deployment of the cluster's DNS servers.

    Returns:
        its namespace.

    Raises:
        TargetError: if the Deployment does not exist, or the DNS Service does not select its pods.
    """
    service = servers.find(own.api)
    deployment = own.api.get("Deployment", name, service.namespace)
    if deployment is None:
        raise TargetError(f'Deployment "{name}" does not exist in the namespace "{service.namespace}"')
    if not matches(service.selector, deployment["spec"]["template"]["metadata"].get("labels") or {}):
        raise TargetError(
            f'Deployment "{name}" in the namespace "{service.namespace}" does not run the DNS servers: the Service '
            f'"{service.name}" does not select its pods, so it is not restarted'
        )
    own.restart_dns(deployment, _restarted_now())
    return service.namespace


def expose(
    own: Ownership, kind: str, name: str, namespace: str, *, port: int, target_port: int | str | None, service: str
) -> dict[str, Any]:
    """Create a Service for a workload of ours with ``kubectl expose``.

    Returns:
        the Service.

    Raises:
        TargetError: if a name is not legal, or kubectl or the API server refuses; in kubectl's words.
        UndeterminedError: if kubectl does not print the Service.
        UsageError: if kubectl is not on the PATH.
    """
    known = exposing.check(kind, name, service)
    target = [] if target_port is None else [f"--target-port={target_port}"]
    options = [f"--namespace={namespace}", f"--name={service}", f"--port={port}", "--output=json", *target]
    own.require(namespace)
    command = own.api.kubectl("expose", *options, "--", known.lower(), name)
    try:
        made = _exposed(own.api, command, service, namespace)
        own.record(made)
    except (ValueError, KeyError, TypeError) as error:
        raise UndeterminedError(f"the output of kubectl expose is not an object: {error}") from error
    return made


def _exposed(api: Api, command: list[str], service: str, namespace: str) -> dict[str, Any]:
    """Return the Service that kubectl creates; where the API server is lost meanwhile, wait for it and run kubectl again."""
    existed = api.get("Service", service, namespace) is not None
    for _ in range(_ATTEMPTS):
        try:
            made: dict[str, Any] = json.loads(kubectl.run(command))
        except LostError:
            api.outages.note()
            # This request waits. One that exists by now was created by kubectl, whose response was lost.
            there = api.get("Service", service, namespace)
            if there is not None and not existed:
                return there
        else:
            return made
    raise UndeterminedError(f"the API server was lost {_ATTEMPTS} times while kubectl exposed {service}")


def _restarted_now() -> dict[str, str]:
    """Return the annotation of ``kubectl rollout restart``.

    kubectl writes whole seconds. We write more digits, since a second restart within the same second would change
    nothing.
    """
    return {"kubectl.kubernetes.io/restartedAt": datetime.now(UTC).isoformat()}


def _is_gone(view: ClusterView, kind: str, key: Key, uid: str) -> bool:
    known = view.metadata[kind].get(key)
    if known is None or known.uid != uid:
        return True
    return kind == "Pod" and view.progress[key].held and view.state.pods[key].terminating


def _held(api: Api, kind: str, name: str, namespace: str) -> str:
    """Return the finalizers that hold an object, if it has any."""
    try:
        item = api.get(kind, name, namespace) or {"metadata": {}}
    except RefusedError:
        return ""
    finalizers = item["metadata"].get("finalizers") or ()
    return f", held by {', '.join(finalizers)}" if finalizers else ""
