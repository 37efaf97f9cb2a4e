"""A pod that runs the relay."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from svcdns.client.resolver import POD_HOSTNAME, POD_SUBDOMAIN
from svcdns.errors import TargetError, UndeterminedError
from svcdns.targets.cluster import marks
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.vantages.probe import relay
from svcdns.targets.cluster.vantages.probe.relaying import Relay

NAME = "svcdns-probe"
ROLE = "probe"

#: How long an image may take to be pulled and a pod to start on a busy machine, as long as nothing says that it cannot.
DEADLINE_SECONDS = 180.0

_PAUSE_SECONDS = 0.1

#: Phases of a pod that never runs again: it was evicted, say.
_OVER = frozenset({"Failed", "Succeeded"})
_DIRECTORY = "/svcdns"
_COMMAND = ("python3", "-I", f"{_DIRECTORY}/relay.py")
_NOBODY = 65_534

#: What a container waits for that waiting longer does not give (kubelet: pkg/kubelet/images, pkg/kubelet/kuberuntime).
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
    """A Namespace for probes alone, which enforces the strictest of the Pod Security Standards."""
    level = {"pod-security.kubernetes.io/enforce": "restricted"}
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": name, "labels": marks.labels(run, ROLE) | level},
    }


def create(own: Ownership, namespace: str, image: str) -> None:
    """Create the pod and its script in a Namespace of the run, or leave ours as they are.

    Raises:
        TargetError: if the API server refuses them, or others have their names.
    """
    deadline = time.monotonic() + DEADLINE_SECONDS
    # No pod is admitted before the Namespace's ServiceAccount is there, which a controller creates.
    while own.api.get("ServiceAccount", "default", namespace) is None and time.monotonic() < deadline:
        time.sleep(_PAUSE_SECONDS)
    metadata = {"name": NAME, "namespace": namespace, "labels": marks.labels(own.run, ROLE)}
    script = Path(relay.__file__).read_text(encoding="utf-8")
    own.require(namespace)
    own.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"relay.py": script}})
    own.apply({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": _spec(image)})
    own.require(namespace)


def wait(api: Api, namespace: str, image: str) -> None:
    """Wait until the pod runs.

    Raises:
        TargetError: if it cannot run, or does not at the deadline; with the kubelet's words.
    """
    deadline = time.monotonic() + DEADLINE_SECONDS
    words = ""
    while True:
        pod = api.get("Pod", NAME, namespace)
        if pod is None or pod["metadata"].get("deletionTimestamp"):
            raise TargetError(f"the pod {namespace}/{NAME} was deleted")
        status = pod["status"]
        if any(one["type"] == "Ready" and one["status"] == "True" for one in status.get("conditions") or ()):
            return
        if status.get("phase") in _OVER:
            said = ": ".join(filter(None, [status.get("reason"), status.get("message")]))
            raise TargetError(f"the pod {namespace}/{NAME} is over{f', {said}' if said else ''}")
        hopeless, said = _trouble(status)
        # The kubelet says why a pull failed before it says that it will try again later.
        words = max(words, said, key=len)
        if hopeless or time.monotonic() > deadline:
            waited = "" if hopeless else f" within {DEADLINE_SECONDS:.0f} s"
            raise TargetError(f"the probe image {image} did not start{waited}: {words or 'no node has taken the pod'}")
        time.sleep(_PAUSE_SECONDS)


def relay_in(api: Api, namespace: str, image: str) -> Relay:
    """The relay in the pod of a Namespace, which is waited for whenever the relay has to be started."""

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


def _trouble(status: Mapping[str, Any]) -> tuple[bool, str]:
    """Whether waiting longer is in vain, and what the kubelet or the scheduler says."""
    found = list(_troubles(status))
    return any(hopeless for hopeless, _ in found), "; ".join(words for _, words in found)


def _troubles(status: Mapping[str, Any]) -> Iterator[tuple[bool, str]]:
    for container in status.get("containerStatuses") or ():
        for state in (container.get("state") or {}, container.get("lastState") or {}):
            for kind in ("waiting", "terminated"):
                if kind in state:
                    reason, said = state[kind].get("reason", ""), state[kind].get("message", "")
                    yield reason in _HOPELESS, f"{reason}: {said}" if said else reason
    for condition in status.get("conditions") or ():
        if condition["type"] == "PodScheduled" and condition["status"] == "False":
            yield False, condition.get("message", "")
