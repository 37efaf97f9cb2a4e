"""The admission of a manifest by the API server: the object that it stores, or a refusal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from svcdns.controllers import defaults, kinds
from svcdns.controllers.applying import merged
from svcdns.controllers.service_admission import service_spec
from svcdns.controllers.store import Json, ObjectRef, Store, ref_of
from svcdns.errors import ManifestError
from svcdns.manifests import ACCEPTED, Effect, Manifest, effect, is_namespaced, problems, warnings

#: The annotation of a pod template that ``kubectl rollout restart`` sets.
RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"

#: The fields that may change while the object exists; the API server refuses any other change (``validation.go`` of
#: each group).
_CHANGEABLE_POD = ("activeDeadlineSeconds", "tolerations")
_CHANGEABLE_SUSPENDED = ("affinity", "nodeSelector", "schedulingGates", "tolerations")
_CHANGEABLE_STATEFUL_SET = (
    "minReadySeconds",
    "ordinals",
    "persistentVolumeClaimRetentionPolicy",
    "replicas",
    "revisionHistoryLimit",
    "template",
    "updateStrategy",
)
_IMMUTABLE = {
    "Deployment": ("selector",),
    "ReplicaSet": ("selector",),
    "DaemonSet": ("selector",),
    "Job": ("backoffLimitPerIndex", "completionMode", "managedBy", "podFailurePolicy", "selector", "successPolicy"),
}


@dataclass(frozen=True, slots=True)
class Note:
    """A remark for the user on an object that was applied."""

    kind: str
    name: str
    text: str


def reference(store: Store, manifest: Manifest, namespace: str) -> ObjectRef:
    """Return the reference of the object of a manifest that is applied to a namespace.

    Raises:
        ManifestError: if the namespace that it names, or is applied to, does not exist.
    """
    kind = kinds.key(manifest.api_version, manifest.kind)
    if not is_namespaced(manifest.api_version, manifest.kind):
        return ObjectRef(kind, "", manifest.name)
    named = manifest.namespace or namespace
    if store.get(ObjectRef("Namespace", "", named)) is None:
        raise manifest.error(f'the namespace "{named}" does not exist; create it first', "metadata", "namespace")
    return ObjectRef(kind, named, manifest.name)


def admit(store: Store, manifest: Manifest, ref: ObjectRef) -> tuple[Note, ...]:
    """Store the object of a manifest, created or updated, under its `reference`; return remarks on it.

    Raises:
        ManifestError: if the API server would refuse it.
    """
    declared = _copied(manifest.data)
    before = store.get(ref)
    item: Json = {**declared, "metadata": _metadata(store, ref, declared["metadata"], before)}
    if ref.kind in kinds.KINDS:
        item.pop("status", None)
        stored = _ADMISSIONS[ref.kind](store, manifest, item, before)
        store.put(stored)
        store.applied[ref] = item.get("spec") or {}
        return tuple(Note(manifest.kind, manifest.name, f"{ACCEPTED}{text}") for text in warnings(stored))
    store.put(item)
    if effect(manifest) is Effect.NONE:
        return (Note(manifest.kind, manifest.name, "has no effect on DNS"),)
    return (Note(manifest.kind, manifest.name, f"is a custom resource of {manifest.api_version}: effect unknown"),)


def _metadata(store: Store, ref: ObjectRef, declared: Json, before: Json | None) -> Json:
    given = {name: declared[name] for name in ("labels", "annotations", "ownerReferences") if declared.get(name)}
    if before is None:
        return {**store.new_metadata(ref.name, ref.namespace), **given}
    kept = {name: value for name, value in before["metadata"].items() if name not in ("labels", "annotations")}
    return {**kept, **given}


def _admit_namespace(_store: Store, manifest: Manifest, item: Json, _before: Json | None) -> Json:
    labels = {**item["metadata"].get("labels", {}), "kubernetes.io/metadata.name": manifest.name}
    return {
        **item,
        "metadata": {**item["metadata"], "labels": labels},
        "spec": {"finalizers": ["kubernetes"]},
        "status": {"phase": "Active"},
    }


def _admit_service(store: Store, manifest: Manifest, item: Json, before: Json | None) -> Json:
    ref = ObjectRef("Service", item["metadata"]["namespace"], manifest.name)
    spec = service_spec(store, manifest, ref, item["spec"], before["spec"] if before else None)
    return {**item, "spec": spec, "status": {"loadBalancer": {}}}


def _admit_endpoints(_store: Store, _manifest: Manifest, item: Json, _before: Json | None) -> Json:
    return defaults.endpoints(item)


def _admit_endpoint_slice(_store: Store, manifest: Manifest, item: Json, before: Json | None) -> Json:
    if before:
        _require_same(manifest, before["addressType"], item["addressType"], "addressType")
    return defaults.endpoint_slice(item)


def _admit_pod(store: Store, manifest: Manifest, item: Json, before: Json | None) -> Json:
    if before is None:
        return {**item, "spec": {"enableServiceLinks": True, **defaults.pod_spec(item["spec"])}, "status": {}}
    spec = defaults.pod_spec(_applied(store, item, before))
    old, new = _without_images(before["spec"]), _without_images(spec)
    for field in sorted((old.keys() | new.keys()) - set(_CHANGEABLE_POD)):
        _require_same(manifest, old.get(field), new.get(field), "spec", field)
    until = old.get("activeDeadlineSeconds")
    if until is not None and not 0 < new.get("activeDeadlineSeconds", 0) <= until:
        raise manifest.error(f"may only become shorter, and is {until}", "spec", "activeDeadlineSeconds")
    if any(toleration not in (new.get("tolerations") or ()) for toleration in old.get("tolerations") or ()):
        raise manifest.error("may only get more items while the Pod exists", "spec", "tolerations")
    return {**item, "spec": spec, "status": before["status"]}


def _applied(store: Store, item: Json, before: Json) -> Json:
    """Return the spec of a stored object after an apply, without the defaults of fields that the apply removes."""
    return merged(before["spec"], store.applied.get(ref_of(before), {}), item["spec"])


def _admit_workload(store: Store, manifest: Manifest, item: Json, before: Json | None) -> Json:
    kind = manifest.kind
    spec = defaults.workload_spec(kind, _applied(store, item, before) if before else item["spec"])
    if kind == "ReplicationController":
        spec["selector"] = spec.get("selector") or spec["template"]["metadata"].get("labels", {})
    if kind == "Job":
        spec = _job_spec(item, spec)
    if before:
        old = before["spec"]
        for field in _immutable(kind, old, spec):
            _require_same(manifest, old.get(field), spec.get(field), "spec", field)
        _validate(manifest, {**item, "spec": spec})
    return {**item, "spec": spec}


def _validate(manifest: Manifest, item: Json) -> None:
    """Check an object again after an apply: what stays from before may contradict what the manifest declares.

    Raises:
        ManifestError: with one line for each problem.
    """
    if manifest.kind == "Job" and not item["spec"].get("manualSelector"):
        # The API server has made it.
        item = {**item, "spec": {**item["spec"], "selector": None}}
    lines: list[str] = []
    for problem in problems(item):
        declared: Any = manifest.data
        for part in problem.field:
            declared = declared.get(part) if isinstance(declared, Mapping) else None
        stays = (
            f" (it stays from before, because no manifest declared it: delete the {manifest.kind} and create it again)"
        )
        lines.append(str(manifest.error(f"{problem.text}{stays if declared is None else ''}", *problem.field)))
    if lines:
        raise ManifestError(*lines)


def _immutable(kind: str, old: Json, new: Json) -> list[str]:
    if kind == "StatefulSet":
        return sorted((old.keys() | new.keys()) - set(_CHANGEABLE_STATEFUL_SET))
    fields = [*_IMMUTABLE.get(kind, ())]
    if kind == "Job":
        # ``ValidateJobSpecUpdate`` in pkg/apis/batch/validation: an Indexed Job may be scaled by both counts together.
        scaled = new["completionMode"] == "Indexed" and new.get("completions") == new.get("parallelism")
        fields += [] if scaled else ["completions"]
        fields += [] if old.get("suspend") and _placed_alike(old["template"], new["template"]) else ["template"]
    return fields


def _placed_alike(old: Json, new: Json) -> bool:
    """Return whether two pod templates differ at most in what may change while a Job is suspended: where its pods run."""
    specs = [
        {name: value for name, value in template["spec"].items() if name not in _CHANGEABLE_SUSPENDED}
        for template in (old, new)
    ]
    return specs[0] == specs[1]


def _job_spec(item: Json, spec: Json) -> Json:
    """Return a Job's spec with the selector and labels that the API server generates (``pkg/registry/batch/job``)."""
    metadata = spec["template"]["metadata"]
    identity = {"batch.kubernetes.io/controller-uid": item["metadata"]["uid"]}
    names = {
        **identity,
        "batch.kubernetes.io/job-name": item["metadata"]["name"],
        "controller-uid": item["metadata"]["uid"],
        "job-name": item["metadata"]["name"],
    }
    template = {**spec["template"], "metadata": {**metadata, "labels": {**metadata.get("labels", {}), **names}}}
    selector = spec.get("selector") if spec.get("manualSelector") else {"matchLabels": identity}
    return {**spec, "selector": selector, "template": template}


def _without_images(spec: Json) -> Json:
    images = {
        field: [{**container, "image": ""} for container in spec[field]]
        for field in ("initContainers", "containers")
        if spec.get(field)
    }
    return {**spec, **images}


def _require_same(manifest: Manifest, old: Any, new: Any, *field: str) -> None:
    if old != new:
        raise manifest.error(
            f"cannot change while the {manifest.kind} exists: delete the {manifest.kind} and create it again", *field
        )


def _copied(value: Any) -> Any:
    """Return a deep copy of decoded YAML as plain dictionaries and lists."""
    if isinstance(value, Mapping):
        return {name: _copied(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_copied(item) for item in value]
    return value


_ADMISSIONS: dict[str, Callable[[Store, Manifest, Json, Json | None], Json]] = {
    "Namespace": _admit_namespace,
    "Service": _admit_service,
    "Endpoints": _admit_endpoints,
    "EndpointSlice": _admit_endpoint_slice,
    "Pod": _admit_pod,
    **dict.fromkeys(defaults.WORKLOADS, _admit_workload),
}
