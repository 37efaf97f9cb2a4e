"""Waiting until a cluster can be used: its nodes are Ready, and then its DNS pods available."""

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

#: kubectl ends by itself at its own deadline; this is for one that does not.
_GRACE_SECONDS = 15
_DNS = ("--namespace=kube-system", "--selector=k8s-app=kube-dns")
_STAGES = (
    ("nodes", ("wait", "nodes", "--all", "--for=condition=Ready"), ("get", "nodes")),
    ("DNS pods", ("rollout", "status", "deployment", *_DNS), ("get", "pods", *_DNS)),
)


def await_ready(kubeconfig: Path, context: str, seconds: float) -> None:
    """Wait until all nodes and all DNS pods are ready.

    Raises:
        UsageError: if they are not in time, with those that are not and why.
    """
    deadline = time.monotonic() + seconds
    for what, waiting, listing in _STAGES:
        left = max(round(deadline - time.monotonic()), 1)
        try:
            _ask(kubeconfig, context, [*waiting, f"--timeout={left}s"], left)
        except CommandError as error:
            reasons = "; ".join(_reasons(kubeconfig, context, listing)) or str(error)
            advice = "check the node image and the kind configuration"
            raise UsageError(f"{what} not ready: {reasons}; {advice}") from error


def _reasons(kubeconfig: Path, context: str, listing: Sequence[str]) -> list[str]:
    try:
        output = _ask(kubeconfig, context, [*listing, "--output=json"], _GRACE_SECONDS)
    except CommandError as error:
        return [str(error)]
    return [
        f"{item['metadata']['name']}: {' '.join(why.split())}"
        for item in json.loads(output)["items"]
        if (why := _why(item))
    ]


def _why(item: dict[str, Any]) -> str:
    """Why a node or a pod is not ready, or nothing if it is: what a container waits for, else what a condition says."""
    conditions = {one["type"]: one for one in item["status"].get("conditions", ())}
    if conditions.get("Ready", {}).get("status") == "True":
        return ""
    said = [*_waiting(item), *(conditions[key] for key in ("PodScheduled", "Ready") if key in conditions)]
    unmet = [one for one in said if one.get("status") != "True"]
    return next(
        (one.get("message") or one["reason"] for one in unmet if one.get("message") or one.get("reason")), "unknown"
    )


def _waiting(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for container in item["status"].get("containerStatuses", ()):
        if found := container.get("state", {}).get("waiting"):
            yield found


def _ask(kubeconfig: Path, context: str, arguments: Sequence[str], seconds: float) -> str:
    return run(kubectl.command(kubeconfig, context, arguments), kubectl.environment(), seconds + _GRACE_SECONDS)
