"""The pod that runs the relay."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from svcdns.client.resolver import POD_HOSTNAME, POD_SUBDOMAIN
from svcdns.errors import TargetError, UndeterminedError
from svcdns.state import COMPLETED_PHASES
from svcdns.targets.cluster import marks, nodes
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.namespaces import RESTRICTED, await_service_account
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.vantages.probe import relay
from svcdns.targets.cluster.vantages.probe.relaying import Relay

NAME = "svcdns-probe"
ROLE = "probe"

#: How long a pod may take to start on a busy machine, with the pull of its image, unless its status shows that it
#: cannot.
DEADLINE_SECONDS = 180.0

_PAUSE_SECONDS = 0.1

#: How long the scheduler may find no node, and how often it is checked then whether an autoscaler adds one.
UNSCHEDULED_SECONDS = 10.0
_SCALING_SECONDS = 5.0

_DIRECTORY = "/svcdns"
_COMMAND = ("python3", "-I", f"{_DIRECTORY}/relay.py")
_NOBODY = 65_534

#: The reasons of a waiting container for which waiting longer is useless (kubelet: pkg/kubelet/images,
#: pkg/kubelet/kuberuntime).
_HOPELESS = frozenset(
    {
        "CrashLoopBackOff",
        "CreateContainerConfigError",
        "CreateContainerError",
        "ErrImageNeverPull",
        "ImageInspectError",
        "ImagePullBackOff",
        "InvalidImageName",
        "RunContainerError",
    }
)


def namespace(run: str, name: str) -> dict[str, Any]:
    """Return the Namespace of the probe pod."""
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": name, "labels": marks.labels(run, ROLE) | RESTRICTED},
    }


def create(own: Ownership, namespace: str, image: str) -> None:
    """Create the pod and the ConfigMap with its program in a Namespace of the run, unless they exist.

    Raises:
        TargetError: if the API server refuses them, or objects of others have their names.
    """
    await_service_account(own.api, namespace, DEADLINE_SECONDS)
    metadata = {"name": NAME, "namespace": namespace, "labels": marks.labels(own.run, ROLE)}
    script = Path(relay.__file__).read_text(encoding="utf-8")
    own.require(namespace)
    own.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"relay.py": script}})
    own.apply({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": _spec(image)})
    own.require(namespace)


def wait(api: Api, namespace: str, image: str, *, is_first: bool = False) -> None:
    """Wait until the pod is ready.

    Args:
        api: the API of the cluster.
        namespace: where it is.
        image: its image, for errors.
        is_first: whether it is the first pod of the run, so that no other could be in its place on a node.

    Raises:
        TargetError: if it cannot run, or is not ready at the deadline; in the kubelet's words.
        NoPodStartsError: if the scheduler finds no node for the first pod; in the scheduler's words.
    """
    deadline = time.monotonic() + DEADLINE_SECONDS
    reason = ""
    ask_at = time.monotonic() + UNSCHEDULED_SECONDS
    while True:
        pod = api.get("Pod", NAME, namespace)
        if pod is None or pod["metadata"].get("deletionTimestamp"):
            raise TargetError(f"the pod {namespace}/{NAME} was deleted")
        status = pod["status"]
        if any(item["type"] == "Ready" and item["status"] == "True" for item in status.get("conditions") or ()):
            return
        if status.get("phase") in COMPLETED_PHASES:
            why = ": ".join(filter(None, [status.get("reason"), status.get("message")]))
            raise TargetError(f"the pod {namespace}/{NAME} has ended{f', {why}' if why else ''}")
        unscheduled = _unscheduled(status)
        if is_first and unscheduled and time.monotonic() > ask_at:
            ask_at = time.monotonic() + _SCALING_SECONDS
            if not nodes.node_comes(nodes.events(api, NAME, namespace)):
                raise nodes.no_pod_starts(unscheduled)
        hopeless, latest = _why_not_ready(status)
        # The kubelet names the cause of a failed pull first; later it only says that it will try again.
        reason = max(reason, latest, key=len)
        if hopeless or time.monotonic() > deadline:
            waited = "" if hopeless else f" within {DEADLINE_SECONDS:.0f} s"
            raise TargetError(
                f"the probe image {image} did not start{waited}: {reason or 'the pod was not scheduled on a node'}"
            )
        time.sleep(_PAUSE_SECONDS)


def relay_in(api: Api, namespace: str, image: str) -> Relay:
    """Return the relay in the pod of a Namespace; each start of the relay waits for the pod."""

    def command() -> list[str]:
        try:
            wait(api, namespace, image)
        except TargetError as error:
            raise UndeterminedError(f"no probe pod in the Namespace {namespace}: {error}") from error
        return api.kubectl("exec", "--stdin", f"--namespace={namespace}", NAME, "--", *_COMMAND)

    relay = Relay(command, f"the pod {namespace}/{NAME}")
    api.hurry_with(relay.hurry)
    return relay


def _spec(image: str) -> dict[str, Any]:
    return {
        "hostname": POD_HOSTNAME,
        "subdomain": POD_SUBDOMAIN,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": 1,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _NOBODY,
            "runAsGroup": _NOBODY,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [
            {
                "name": "relay",
                "image": image,
                "imagePullPolicy": "IfNotPresent",
                "command": [*_COMMAND, "wait"],
                "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}},
                "securityContext": {
                    "allowPrivilegeEscalation": False,
                    "readOnlyRootFilesystem": True,
                    "capabilities": {"drop": ["ALL"]},
                },
                "volumeMounts": [{"name": "relay", "mountPath": _DIRECTORY, "readOnly": True}],
            }
        ],
        "volumes": [{"name": "relay", "configMap": {"name": NAME}}],
    }


def _why_not_ready(status: Mapping[str, Any]) -> tuple[bool, str]:
    """Return whether waiting longer is useless, and the words of the kubelet or the scheduler."""
    reasons = list(_reasons(status))
    return any(hopeless for hopeless, _ in reasons), "; ".join(text for _, text in reasons)


def _reasons(status: Mapping[str, Any]) -> Iterator[tuple[bool, str]]:
    for container in status.get("containerStatuses") or ():
        for state in (container.get("state") or {}, container.get("lastState") or {}):
            for kind in ("waiting", "terminated"):
                if kind in state:
                    reason, message = state[kind].get("reason", ""), state[kind].get("message", "")
                    yield reason in _HOPELESS, f"{reason}: {message}" if message else reason
    if unscheduled := _unscheduled(status):
        yield False, unscheduled


def _unscheduled(status: Mapping[str, Any]) -> str:
    """Return the scheduler's words where it finds no node for a pod, else nothing."""
    unmet = (
        condition
        for condition in status.get("conditions") or ()
        if condition["type"] == "PodScheduled" and condition["status"] == "False"
    )
    return next((condition.get("message") or "it is not scheduled on a node" for condition in unmet), "")
