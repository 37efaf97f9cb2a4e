"""The StatefulSet controller: pods with an ordinal, a name and a hostname of their own."""

from __future__ import annotations

from svcdns.controllers import naming, pods
from svcdns.controllers.store import Json, ObjectRef, Store

_REVISION = "controller-revision-hash"
_LONGEST_LABEL_VALUE = 63


def stateful_sets(store: Store, namespace: str) -> None:
    """Take each StatefulSet of a namespace one step further (``pkg/controller/statefulset/stateful_set_control.go``)."""
    for item in store.objects("StatefulSet", namespace):
        existing = {_ordinal(item, pod): pod for pod in pods.owned(store, item)}
        spec = item["spec"]
        start = (spec.get("ordinals") or {}).get("start", 0)
        wanted = range(start, start + spec["replicas"])
        ordered = spec["podManagementPolicy"] != "Parallel"
        if _create(store, item, existing, wanted, ordered=ordered) and _scale_down(
            store, existing, wanted, ordered=ordered
        ):
            _update(store, item, existing, wanted)


def _create(store: Store, item: Json, existing: dict[int, Json], wanted: range, *, ordered: bool) -> bool:
    """Create missing pods, lowest ordinal first; return whether the next step may follow."""
    settled = True
    for ordinal in wanted:
        pod = existing.get(ordinal)
        if pod is None:
            settled = False
            _create_pod(store, item, ordinal)
        if ordered and not (pod and pods.is_available(pod)):
            return False
    return settled


def _scale_down(store: Store, existing: dict[int, Json], wanted: range, *, ordered: bool) -> bool:
    """Delete surplus pods, highest ordinal first; return whether the next step may follow."""
    surplus = sorted(set(existing) - set(wanted), reverse=True)
    unavailable = [ordinal for ordinal in reversed(surplus) if not pods.is_available(existing[ordinal])]
    for ordinal in surplus:
        pod = existing[ordinal]
        if pods.is_terminating(pod):
            if ordered:
                return False
        elif ordered and not pods.is_ready(pod) and ordinal != unavailable[0]:
            return False
        else:
            pods.delete(store, pod)
            if ordered:
                return False
    return True


def _update(store: Store, item: Json, existing: dict[int, Json], wanted: range) -> None:
    """Delete the highest pod of an old revision, once all above it are available again."""
    strategy = item["spec"]["updateStrategy"]
    if strategy.get("type", "RollingUpdate") != "RollingUpdate":
        return
    partition = (strategy.get("rollingUpdate") or {}).get("partition", 0)
    revision = _revision(item)
    for ordinal in reversed(wanted[partition:]):
        pod = existing[ordinal]
        if pod["metadata"]["labels"].get(_REVISION) != revision and not pods.is_terminating(pod):
            pods.delete(store, pod)
            return
        if not pods.is_available(pod):
            return


def _create_pod(store: Store, item: Json, ordinal: int) -> None:
    name = f"{item['metadata']['name']}-{ordinal}"
    if store.get(ObjectRef("Pod", item["metadata"]["namespace"], name)):
        return  # A pod that is not the set's own has the name; the controller waits until it is gone.
    labels = {
        "apps.kubernetes.io/pod-index": str(ordinal),
        _REVISION: _revision(item),
        "statefulset.kubernetes.io/pod-name": name,
    }
    if len(labels[_REVISION]) > _LONGEST_LABEL_VALUE:
        return  # The API server refuses each pod, so that none ever comes (kubernetes#64023).
    # Without a serviceName, a subdomain of the template is overwritten by nothing.
    identity = {"hostname": name, "subdomain": item["spec"]["serviceName"] or None}
    pods.create(store, item, name=name, labels=labels, spec=identity)


def _revision(item: Json) -> str:
    return f"{item['metadata']['name']}-{naming.template_hash(item['spec']['template'])}"


def _ordinal(item: Json, pod: Json) -> int:
    return int(pod["metadata"]["name"].removeprefix(f"{item['metadata']['name']}-"))
