"""Waiting until a cluster can be used: first its nodes are ready, then its DNS pods."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from svcdns.errors import UsageError
from svcdns.system.command import CommandError
from svcdns.targets.cluster.apiserver import kubectl
from svcdns.targets.kind.command import run

#: How much longer than its own deadline kubectl may take to end.
_GRACE_SECONDS = 15
_DNS = ("--namespace=kube-system", "--selector=k8s-app=kube-dns")
_STAGES = (
    ("nodes", ("wait", "nodes", "--all", "--for=condition=Ready"), ("get", "nodes")),
    ("DNS pods", ("rollout", "status", "deployment", *_DNS), ("get", "pods", *_DNS)),
)


def await_ready(kubeconfig: Path, context: str, seconds: float) -> None:
    """Wait until all nodes and all DNS pods are ready.

    Raises:
        UsageError: if some are not ready in time; with their names and the reasons.
    """
    deadline = time.monotonic() + seconds
    for what, waiting, listing in _STAGES:
        left = max(round(deadline - time.monotonic()), 1)
        try:
            _ask(kubeconfig, context, [*waiting, f"--timeout={left}s"], left)
        except CommandError as error:
            reasons = "; ".join(_reasons(kubeconfig, context, listing)) or str(error)
            advice = "check the node image and the kind configuration"
            raise UsageError(f"{what} are not ready: {reasons}; {advice}") from error


def _reasons(kubeconfig: Path, context: str, listing: Sequence[str]) -> list[str]:
    try:
        output = _ask(kubeconfig, context, [*listing, "--output=json"], _GRACE_SECONDS)
    except CommandError as error:
        return [str(error)]
    return [
        f"{item['metadata']['name']}: {' '.join(reason.split())}"
        for item in json.loads(output)["items"]
        if (reason := _reason(item))
    ]


def _reason(item: dict[str, Any]) -> str:
    """Return why a node or a pod is not ready, or empty if it is: why a container waits, else the message of a condition."""
    conditions = {condition["type"]: condition for condition in item["status"].get("conditions", ())}
    if conditions.get("Ready", {}).get("status") == "True":
        return ""
    details = [*_waiting(item), *(conditions[key] for key in ("PodScheduled", "Ready") if key in conditions)]
    unmet = [detail for detail in details if detail.get("status") != "True"]
    return next(filter(None, (detail.get("message") or detail.get("reason") for detail in unmet)), "unknown")


def _waiting(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for container in item["status"].get("containerStatuses", ()):
        if waiting := container.get("state", {}).get("waiting"):
            yield waiting


def _ask(kubeconfig: Path, context: str, arguments: Sequence[str], seconds: float) -> str:
    return run(kubectl.command(kubeconfig, context, arguments), kubectl.environment(), seconds + _GRACE_SECONDS)
