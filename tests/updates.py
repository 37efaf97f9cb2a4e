"""Objects that are applied one after another, and whether an API server accepts the last of them.

An apply leaves what defaults have set, so an object that is legal alone may be refused as a change. Each row was given to an
API server of version 1.34; `tests/live/cluster/test_updates.py` gives them to one again.
"""

from __future__ import annotations

from typing import Any, NamedTuple

Json = dict[str, Any]


class Update(NamedTuple):
    """Some states of one object, and the field for which the last one is refused; empty if it is accepted."""

    title: str
    objects: tuple[Json, ...]
    refused: str = ""


def _pod(**spec: Any) -> Json:
    restricted = {
        "runAsNonRoot": True,
        "runAsUser": 65534,
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    return {"containers": [{"name": "c", "image": "registry.k8s.io/pause:3.10", "securityContext": restricted}], **spec}


def _of(kind: str, version: str, spec: Json) -> Json:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": "u"}, "spec": spec}


def _workload(kind: str, app: str = "a", **spec: Any) -> Json:
    template = {"metadata": {"labels": {"app": app}}, "spec": _pod()}
    return _of(kind, "apps/v1", {"selector": {"matchLabels": {"app": app}}, "template": template, **spec})


def deployment(**spec: Any) -> Json:
    return _workload("Deployment", **{"replicas": 0, **spec})


def stateful_set(**spec: Any) -> Json:
    return _workload("StatefulSet", **{"replicas": 0, "serviceName": "x", **spec})


def daemon_set(**spec: Any) -> Json:
    return _workload("DaemonSet", **spec)


def job(pod: Json | None = None, **spec: Any) -> Json:
    template = {"spec": _pod(**{"restartPolicy": "Never", **(pod or {})})}
    return _of("Job", "batch/v1", {"template": template, "suspend": True, **spec})


def service(**spec: Any) -> Json:
    return _of("Service", "v1", {"ports": [{"port": 80}], **spec})


def pod(**spec: Any) -> Json:
    return _of("Pod", "v1", _pod(**spec))


def rolling(**fields: Any) -> Json:
    return {"type": "RollingUpdate", "rollingUpdate": fields}


RECREATE, ON_DELETE, INDEXED = {"type": "Recreate"}, {"type": "OnDelete"}, {"completionMode": "Indexed"}
NAMED = {"type": "ExternalName", "externalName": "a.example"}
TOLERATION = {"key": "a", "operator": "Exists"}

UPDATES = [
    Update(
        "a default rolling update stays", (deployment(), deployment(strategy=RECREATE)), "spec.strategy.rollingUpdate"
    ),
    Update(
        "a declared one goes, with its defaults",
        (deployment(strategy=rolling(maxSurge=1)), deployment(strategy=RECREATE)),
    ),
    Update(
        "to and fro",
        (deployment(strategy=RECREATE), deployment(strategy={"type": "RollingUpdate"}), deployment(strategy=RECREATE)),
        "spec.strategy.rollingUpdate",
    ),
    Update(
        "one of its numbers goes, and has its default again",
        (deployment(strategy=rolling(maxSurge=0)), deployment(strategy=rolling(maxUnavailable=0))),
    ),
    Update(
        "a deadline that was declared goes",
        (deployment(progressDeadlineSeconds=10), deployment(minReadySeconds=20)),
    ),
    Update(
        "a deadline by default stays",
        (deployment(), deployment(minReadySeconds=600)),
        "spec.progressDeadlineSeconds",
    ),
    Update("a Deployment's selector", (deployment(), deployment(app="b")), "spec.selector"),
    Update(
        "a default partition stays",
        (stateful_set(), stateful_set(updateStrategy=ON_DELETE)),
        "spec.updateStrategy.rollingUpdate",
    ),
    Update(
        "a declared partition goes",
        (stateful_set(updateStrategy=rolling(partition=2)), stateful_set(updateStrategy=ON_DELETE)),
    ),
    Update("ordinals", (stateful_set(ordinals={"start": 1}), stateful_set())),
    Update("a governing Service", (stateful_set(), stateful_set(serviceName="y")), "spec"),
    Update("a governing Service goes", (stateful_set(), stateful_set(serviceName=None)), "spec"),
    Update("a DaemonSet keeps its numbers", (daemon_set(), daemon_set(updateStrategy=ON_DELETE))),
    Update(
        "a DaemonSet's surge beside its default",
        (daemon_set(), daemon_set(updateStrategy=rolling(maxSurge=1))),
        "spec.updateStrategy.rollingUpdate.maxSurge",
    ),
    Update("default completions stay", (job(), job(parallelism=3))),
    Update("no completions become the default", (job(parallelism=2), job()), "spec.completions"),
    Update("completions", (job(completions=2), job(completions=3)), "spec.completions"),
    Update(
        "an Indexed Job is scaled by both counts",
        (job(completions=2, **INDEXED), job(completions=3, parallelism=3, **INDEXED)),
    ),
    Update("a Job's mode", (job(completions=1), job(completions=1, **INDEXED)), "spec.completionMode"),
    Update("where a suspended Job's pods run", (job(), job({"nodeSelector": {"a": "b"}}))),
    Update("what a suspended Job's pods are", (job(), job({"hostname": "h"})), "spec.template"),
    Update("what a Job's pods are", (job(suspend=False), job({"nodeSelector": {"a": "b"}})), "spec.template"),
    Update("a Service becomes headless", (service(), service(clusterIP="None")), "spec.clusterIP"),
    Update("a headless Service stays headless", (service(clusterIP="None"), service())),
    Update("an ExternalName Service becomes headless", (_of("Service", "v1", NAMED), service(clusterIP="None"))),
    Update("a Service becomes an ExternalName", (service(), _of("Service", "v1", NAMED), service())),
    Update("a NodePort Service becomes plain", (service(type="NodePort"), service())),
    Update("a session affinity goes", (service(sessionAffinity="ClientIP"), service())),
    Update("a pod's deadline becomes shorter", (pod(activeDeadlineSeconds=5), pod(activeDeadlineSeconds=3))),
    Update(
        "a pod's deadline becomes longer",
        (pod(activeDeadlineSeconds=5), pod(activeDeadlineSeconds=9)),
        "spec.activeDeadlineSeconds",
    ),
    Update("a pod's deadline goes", (pod(activeDeadlineSeconds=5), pod()), "spec.activeDeadlineSeconds"),
    Update("a pod tolerates more", (pod(), pod(tolerations=[TOLERATION]))),
    Update("a pod tolerates less", (pod(tolerations=[TOLERATION]), pod()), "spec"),
    Update("a pod's grace", (pod(), pod(terminationGracePeriodSeconds=1)), "spec"),
    Update("a pod's hostname", (pod(), pod(hostname="h")), "spec"),
]
