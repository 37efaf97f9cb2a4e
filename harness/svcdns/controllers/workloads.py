"""The controllers that keep a number of equal pods: ReplicaSet, ReplicationController, DaemonSet and Job.

Each function takes one namespace a step towards what its objects declare, and changes nothing once it is there.
"""

from __future__ import annotations

from itertools import count, islice

from svcdns.controllers import naming, pods
from svcdns.controllers.store import Json, Store

_COMPLETION_INDEX = "batch.kubernetes.io/job-completion-index"


def replica_sets(store: Store, namespace: str) -> None:
    """Keep the pods of ReplicaSets and ReplicationControllers (``pkg/controller/replicaset``)."""
    for kind in ("ReplicaSet", "ReplicationController"):
        for owner in store.objects(kind, namespace):
            _keep(store, owner, owner["spec"]["replicas"])


def jobs(store: Store, namespace: str) -> None:
    """Keep the pods of Jobs (``pkg/controller/job``); a pod of a Job runs until it is deleted."""
    for job in store.objects("Job", namespace):
        spec = job["spec"]
        wanted = 0 if spec["suspend"] else min(spec["parallelism"], spec.get("completions", spec["parallelism"]))
        if spec["completionMode"] == "Indexed":
            _keep_indexed(store, job, wanted)
        else:
            _keep(store, job, wanted)


def daemon_sets(store: Store, namespace: str) -> None:
    """Keep one pod of each DaemonSet on the one node (``pkg/controller/daemon``)."""
    for owner in store.objects("DaemonSet", namespace):
        revision = naming.template_hash(owner["spec"]["template"])
        existing = pods.owned(store, owner)
        if not existing:
            labels = {"controller-revision-hash": revision, "pod-template-generation": "1"}
            pods.create(store, owner, labels=labels)
        elif owner["spec"]["updateStrategy"].get("type", "RollingUpdate") == "RollingUpdate":
            for pod in pods.active(existing):
                if pod["metadata"]["labels"]["controller-revision-hash"] != revision:
                    pods.delete(store, pod)


def _keep(store: Store, owner: Json, wanted: int) -> None:
    existing = pods.active(pods.owned(store, owner))
    for _ in range(wanted - len(existing)):
        pods.create(store, owner)
    # Pods that are not ready are deleted first, then the newest (``pkg/controller/controller_utils.go``).
    newest_first = existing[::-1]
    for pod in sorted(newest_first, key=pods.is_ready)[: max(0, len(existing) - wanted)]:
        pods.delete(store, pod)


def _keep_indexed(store: Store, job: Json, wanted: int) -> None:
    name = job["metadata"]["name"]
    existing = pods.active(pods.owned(store, job))
    for pod in existing[wanted:]:
        pods.delete(store, pod)
    taken = {pod["metadata"]["annotations"][_COMPLETION_INDEX] for pod in existing}
    free = (str(index) for index in count() if str(index) not in taken)
    for index in islice(free, max(0, wanted - len(existing))):
        mark = {_COMPLETION_INDEX: index}
        identity = {"hostname": f"{name}-{index}"}
        pods.create(store, job, base=f"{name}-{index}-", labels=mark, annotations=mark, spec=identity)
