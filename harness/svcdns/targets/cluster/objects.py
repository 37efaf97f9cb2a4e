"""Manifests → objects of the cluster, all or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from svcdns.errors import ManifestError, TargetError, UndeterminedError
from svcdns.manifests import ACCEPTED, Manifest, is_namespaced
from svcdns.targets.cluster import marks
from svcdns.targets.cluster.apiserver import heard
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.apiserver.fields import field_problems
from svcdns.targets.cluster.apiserver.refusal import RefusedError
from svcdns.targets.cluster.namespaces import RESTRICTED, await_service_account
from svcdns.targets.cluster.ownership import Ownership

#: The image of the fixtures' pods, whatever its tag: its containers do nothing, and every node has one.
_PAUSE = "registry.k8s.io/pause:"

_ACCOUNT_SECONDS = 30.0


def apply(
    own: Ownership,
    manifests: Sequence[Manifest],
    namespace: str,
    *,
    pause_image: str,
    load_balancer_class: str,
    remarks: list[str],
) -> list[dict[str, Any]]:
    """Create or update all objects or none, each in the namespace that it names, or else in ``namespace``.

    Args:
        own: the objects of the run, these namespaces among them.
        manifests: the objects.
        namespace: the namespace of objects that name none.
        pause_image: the image in place of the fixtures' pause image.
        load_balancer_class: the class of LoadBalancer Services; empty to leave them as they are.
        remarks: receives a line for each warning of the API server.

    Returns:
        the objects as the API server now has them.

    Raises:
        ManifestError: if the dry run of all objects refuses one, or an object of its name exists that the run did not
            make; one line per problem, with file, line, object and field.
        TargetError: if a policy of the cluster forbids one.
        UndeterminedError: if a namespace is not the run's any more; the objects that were created in it are deleted.
    """
    named = sorted({manifest.namespace or namespace for manifest in manifests} | {namespace})
    for name in named:
        own.require(name)
        if any(manifest.kind == "Pod" and (manifest.namespace or namespace) == name for manifest in manifests):
            await_service_account(own.api, name, _ACCOUNT_SECONDS)
    items = [prepared(manifest, namespace, own.run, pause_image, load_balancer_class) for manifest in manifests]
    _check(own, manifests, items)
    made = []
    for manifest, item in zip(manifests, items, strict=True):
        with heard.warnings() as told:
            made.append(_applied(own, manifest, item))
        remarks.extend(f"{manifest.label} {ACCEPTED}{text}" for text in dict.fromkeys(told))
    for name in named:
        if not own.holds(name):
            # Somebody has replaced the namespace meanwhile, and the objects are in the new one.
            for item in made:
                own.undo_made(item)
            own.require(name)
    return made


def refuse_cluster_scoped(api: Api, manifests: Sequence[Manifest]) -> None:
    """Refuse objects of kinds that the API server lists as cluster-scoped, such as custom ones.

    Raises:
        ManifestError: with a line for each, and for each object of a kind that the API server does not serve.
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
    """Check that all objects can be applied."""
    refused: list[str] = []
    for manifest, item in zip(manifests, items, strict=True):
        try:
            own.check(item)
        except RefusedError as error:
            if error.code == HTTPStatus.FORBIDDEN:
                # A policy, such as the Pod Security Standard of our namespaces; the manifest itself is legal.
                raise TargetError(str(manifest.error(str(error)))) from error
            refused += [str(manifest.error(problem.text, *problem.field)) for problem in field_problems(item, error)]
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
        # A dry run does not know what others have changed since, such as a new quota.
        raise manifest.error(str(error)) from error


def prepared(
    manifest: Manifest, namespace: str, run: str, pause_image: str, load_balancer_class: str
) -> dict[str, Any]:
    """Return an object as `apply` sends it."""
    item: dict[str, Any] = _with_image(_labelled(manifest.data, run), pause_image)
    if not is_namespaced(manifest.api_version, manifest.kind):
        # A Namespace that was made for the manifest; its pods are as restricted as all others.
        labels = {**item["metadata"]["labels"], **RESTRICTED}
        return {**item, "metadata": {**item["metadata"], "labels": labels}}
    if load_balancer_class and _is_load_balancer(item):
        item = {**item, "spec": {**item["spec"], "loadBalancerClass": load_balancer_class}}
    return {**item, "metadata": {**item["metadata"], "namespace": manifest.namespace or namespace}}


def _is_load_balancer(item: Mapping[str, Any]) -> bool:
    """Return whether a controller may make a load balancer for an object, which the cluster's owner may have to pay for."""
    spec = item.get("spec")
    is_service = (item["apiVersion"], item["kind"]) == ("v1", "Service")
    return is_service and isinstance(spec, Mapping) and spec.get("type") == "LoadBalancer"


def _labelled(item: Mapping[str, Any], run: str) -> dict[str, Any]:
    """Return an object with the label of a run.

    Pod templates stay as they are: a label there would change the pods' revision, and which selectors match them.
    """
    metadata = item["metadata"]
    return {**item, "metadata": {**metadata, "labels": {**(metadata.get("labels") or {}), marks.RUN: run}}}


def _with_image(value: Any, image: str) -> Any:
    """Return a decoded value with another image in place of the fixtures' pause image."""
    if isinstance(value, Mapping):
        return {
            key: image if key == "image" and str(part).startswith(_PAUSE) else _with_image(part, image)
            for key, part in value.items()
        }
    return [_with_image(part, image) for part in value] if isinstance(value, list) else value
