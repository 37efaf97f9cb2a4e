"""``kubectl expose``: a Service made from a workload, with kubectl's own refusals."""

from __future__ import annotations

import json

from svcdns.controllers import kinds
from svcdns.controllers.store import Json, ObjectRef, Store
from svcdns.errors import TargetError
from svcdns.manifests import Manifest, exposing, read_text

_EXPOSED = {"Pod", "Service", "ReplicationController", "Deployment", "ReplicaSet"}
_INTROSPECTION = "error: couldn't retrieve selectors via --selector flag or introspection:"


def service_for(store: Store, ref: ObjectRef, *, port: int, target_port: int | str | None, service: str) -> Manifest:
    """Return the Service that ``kubectl expose`` creates (``kubectl/pkg/cmd/expose``).

    Raises:
        TargetError: if a name is invalid, the object does not exist, its kind cannot be exposed, it has no plain selector,
            or the Service already exists.
        ManifestError: if the API server would refuse the Service.
    """
    exposing.check(ref.kind, ref.name, service)
    item = store.get(ref)
    if item is None:
        raise TargetError(f'Error from server (NotFound): {kinds.resource(ref.kind)} "{ref.name}" not found')
    if ref.kind not in _EXPOSED:
        raise TargetError(f"error: cannot expose a {kinds.qualified(ref.kind)}")
    selector = _selector(ref.kind, item)
    if store.get(ObjectRef("Service", ref.namespace, service)):
        raise TargetError(f'Error from server (AlreadyExists): services "{service}" already exists')
    labels = item["metadata"].get("labels")
    data = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": service, **({"labels": labels} if labels else {})},
        "spec": {
            "selector": selector,
            "ports": [{"port": port, "protocol": _protocol(item, port), "targetPort": target_port or port}],
        },
    }
    (manifest,) = read_text(json.dumps(data, indent=2), path="kubectl expose")
    return manifest


def _selector(kind: str, item: Json) -> dict[str, str]:
    """Return the labels that the Service selects by (``polymorphichelpers/mapbasedselectorforobject.go``)."""
    selector: Json = item["metadata"].get("labels", {}) if kind == "Pod" else item["spec"].get("selector") or {}
    if not selector:
        missing = {
            "Pod": "the pod has no labels and cannot be exposed",
            "Service": "the service has no pod selector set",
        }
        raise TargetError(f"{_INTROSPECTION} {missing[kind]}")
    if kind in {"Deployment", "ReplicaSet"}:
        if not selector.get("matchLabels"):
            raise TargetError(f"{_INTROSPECTION} invalid {kind.lower()}: no selectors, therefore cannot be exposed")
        if expressions := selector.get("matchExpressions"):
            raise TargetError(
                f'{_INTROSPECTION} couldn\'t convert expressions - "{json.dumps(expressions)}" to map-based selector format'
            )
        selector = selector["matchLabels"]
    return dict(selector)


def _protocol(item: Json, port: int) -> str:
    """Return the protocol of the container port, or Service port, with the same number; else TCP."""
    spec = item["spec"]
    pod_spec = spec.get("template", {}).get("spec", spec)
    ports = [known for container in pod_spec.get("containers") or () for known in container.get("ports") or ()]
    ports += spec.get("ports") or ()
    matching = (known["protocol"] for known in ports if known.get("containerPort", known.get("port")) == port)
    return str(next(matching, "TCP"))
