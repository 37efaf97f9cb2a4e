"""Manifests → objects of the cluster, all of them or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from svcdns.client import eventually
from svcdns.errors import ManifestError, TargetError, UndeterminedError
from svcdns.manifests import Manifest, is_namespaced
from svcdns.targets.cluster import marks
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.apiserver.fields import wrong
from svcdns.targets.cluster.apiserver.refusal import RefusedError
from svcdns.targets.cluster.namespaces import RESTRICTED
from svcdns.targets.cluster.ownership import Ownership

#: The pods of the fixtures run it: it does nothing, and every node has one.
_PAUSE = "registry.k8s.io/pause:"

_ACCOUNT_SECONDS = 30.0
_FORBIDDEN = 403


def apply(
    own: Ownership, manifests: Sequence[Manifest], namespace: str, *, pause_image: str, load_balancer_class: str
) -> list[dict[str, Any]]:
    """Create or update all of the objects, or none; each in the namespace that it names, else in ``namespace``.

    Args:
        own: what the run has made, those namespaces among it.
        manifests: the objects.
        namespace: where those go that name none.
        pause_image: the image of pods that do nothing.
        load_balancer_class: what LoadBalancer Services get; empty to leave them as they are.

    Returns:
        the objects as the API server has them now.

    Raises:
        ManifestError: if the API server refuses one of them, in a dry run of all, or one of that name exists that the run
            did not make; one line a problem, each with file, line, object and field.
        TargetError: if a policy of the cluster forbids one of them.
        UndeterminedError: if a namespace is not the run's any more; what was created in it is deleted.
    """
    named = sorted({manifest.namespace or namespace for manifest in manifests} | {namespace})
    for one in named:
        own.require(one)
        if any(manifest.kind == "Pod" and (manifest.namespace or namespace) == one for manifest in manifests):
            _await_account(own.api, one)
    items = [_prepared(manifest, namespace, own.run, pause_image, load_balancer_class) for manifest in manifests]
    _check(own, manifests, items)
    made = [_applied(own, manifest, item) for manifest, item in zip(manifests, items, strict=True)]
    for one in named:
        if not own.holds(one):
            # Somebody put another in its place meanwhile, and it is there that these objects are.
            for item in made:
                own.undo_made(item)
            own.require(one)
    return made


def refuse_cluster_scoped(api: Api, manifests: Sequence[Manifest]) -> None:
    """Refuse objects of kinds that are in no namespace by what the API server says of them, such as custom ones.

    Raises:
        ManifestError: a line for each, and for each of a kind that the API server does not serve.
    """
    refused: list[str] = []
    for manifest in manifests:
        try:
            resource = api.resource(manifest.kind, manifest.api_version)
        except UndeterminedError:
            raise
        except TargetError as error:
            refused.append(str(manifest.error(str(error))))
        else:
            if not resource.namespaced and is_namespaced(manifest.api_version, manifest.kind):
                refused.append(str(manifest.error("is cluster-scoped and would affect other users: remove it")))
    if refused:
        raise ManifestError(*refused)


def _check(own: Ownership, manifests: Sequence[Manifest], items: Sequence[Mapping[str, Any]]) -> None:
    """See that all of the objects can be applied."""
    refused: list[str] = []
    for manifest, item in zip(manifests, items, strict=True):
        try:
            own.check(item)
        except RefusedError as error:
            if error.code == _FORBIDDEN:
                # Policy, such as the Pod Security Standard of our namespaces; the manifest itself is right.
                raise TargetError(str(manifest.error(str(error)))) from error
            refused += [str(manifest.error(problem.text, *problem.field)) for problem in wrong(item, error)]
        except UndeterminedError:
            raise
        except TargetError as error:
            refused.append(str(manifest.error(str(error))))
    if refused:
        raise ManifestError(*refused)


def _applied(own: Ownership, manifest: Manifest, item: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return own.apply(item)
    except UndeterminedError:
        raise
    except TargetError as error:
        # What a dry run cannot know of: a quota, or what somebody else did since.
        raise manifest.error(str(error)) from error


def _prepared(
    manifest: Manifest, namespace: str, run: str, pause_image: str, load_balancer_class: str
) -> dict[str, Any]:
    item: dict[str, Any] = _with_image(_labelled(manifest.data, run), pause_image)
    if not is_namespaced(manifest.api_version, manifest.kind):
        # A Namespace that was made for the manifest, whose pods are as restricted as all.
        labels = {**item["metadata"]["labels"], **RESTRICTED}
        return {**item, "metadata": {**item["metadata"], "labels": labels}}
    if load_balancer_class and _is_load_balancer(item):
        item = {**item, "spec": {**item["spec"], "loadBalancerClass": load_balancer_class}}
    return {**item, "metadata": {**item["metadata"], "namespace": manifest.namespace or namespace}}


def _is_load_balancer(item: Mapping[str, Any]) -> bool:
    """Whether a controller of the cluster may make a load balancer for an object, which may cost its owner money."""
    spec = item.get("spec")
    is_service = (item["apiVersion"], item["kind"]) == ("v1", "Service")
    return is_service and isinstance(spec, Mapping) and spec.get("type") == "LoadBalancer"


def _labelled(item: Mapping[str, Any], run: str) -> dict[str, Any]:
    """An object with the label of a run.

    Pod templates stay as they are: a label there would change what pods are selected by, and their revision.
    """
    metadata = item["metadata"]
    return {**item, "metadata": {**metadata, "labels": {**(metadata.get("labels") or {}), marks.RUN: run}}}


def _with_image(value: Any, image: str) -> Any:
    """A copy of a decoded value in which containers of the fixtures' pause image have another one."""
    if isinstance(value, Mapping):
        return {
            key: image if key == "image" and str(part).startswith(_PAUSE) else _with_image(part, image)
            for key, part in value.items()
        }
    return [_with_image(part, image) for part in value] if isinstance(value, list) else value


def _await_account(api: Api, namespace: str) -> None:
    """Wait for the ServiceAccount that the API server gives to bare pods, which a new namespace lacks for a moment."""
    there = eventually(
        lambda: api.get("ServiceAccount", "default", namespace),
        lambda account: account is not None,
        deadline_seconds=_ACCOUNT_SECONDS,
        interval_seconds=0.05,
        in_a_row=1,
    )
    if not there.good:
        raise UndeterminedError(
            f'the namespace "{namespace}" has no ServiceAccount "default" after {_ACCOUNT_SECONDS:.0f} s'
        )
