"""Manifests → objects of the cluster, all of them or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.client import eventually
from harness.errors import ManifestError, TargetError, UndeterminedError
from harness.manifests import Manifest, is_namespaced
from harness.targets.cluster.api import Api
from harness.targets.cluster.fields import wrong
from harness.targets.cluster.refusal import RefusedError
from harness.targets.cluster.vantages import marks

#: The pods of the fixtures run it: it does nothing, and every node has one.
_PAUSE = "registry.k8s.io/pause:"

_ACCOUNT_SECONDS = 30.0
_FORBIDDEN = 403


def apply(
    api: Api, manifests: Sequence[Manifest], namespace: str, *, run: str, pause_image: str
) -> list[dict[str, Any]]:
    """Create or update all of the objects, or none.

    Returns:
        the objects as the API server has them now.

    Raises:
        ManifestError: if the API server refuses one of them, in a dry run of all; one line a problem, each with file,
            line, object and field.
        TargetError: if a policy of the cluster forbids one of them.
    """
    if any(manifest.kind == "Pod" for manifest in manifests):
        _await_account(api, namespace)
    items = [_prepared(manifest, namespace, run, pause_image) for manifest in manifests]
    refused: list[str] = []
    for manifest, item in zip(manifests, items, strict=True):
        try:
            api.apply(item, dry_run=True)
        except RefusedError as error:
            if error.code == _FORBIDDEN:
                # Policy, such as the Pod Security Standard of our namespaces; the manifest itself is right.
                raise TargetError(str(manifest.error(str(error)))) from error
            refused += [str(manifest.error(problem.text, *problem.field)) for problem in wrong(item, error)]
    if refused:
        raise ManifestError(*refused)
    return [_applied(api, manifest, item) for manifest, item in zip(manifests, items, strict=True)]


def _applied(api: Api, manifest: Manifest, item: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return api.apply(item)
    except RefusedError as error:
        # What a dry run cannot know of: a quota, or what somebody else did since.
        raise manifest.error(str(error)) from error


def _prepared(manifest: Manifest, namespace: str, run: str, pause_image: str) -> dict[str, Any]:
    item: dict[str, Any] = _with_image(_labelled(manifest.data, run), pause_image)
    if not is_namespaced(manifest.api_version, manifest.kind):
        return item
    if manifest.namespace not in ("", namespace):
        raise manifest.error(
            f'"{manifest.namespace}" is not the namespace "{namespace}" that this is applied to: '
            "take the field away, or apply to that namespace",
            "metadata",
            "namespace",
        )
    return {**item, "metadata": {**item["metadata"], "namespace": namespace}}


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
