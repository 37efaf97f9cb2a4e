"""Whether a cluster takes what a run makes: a dry run before the run begins, and a plain pod where none of its pods starts."""

from __future__ import annotations

import random
import string
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from svcdns import resources
from svcdns.errors import TargetError, UndeterminedError, UsageError
from svcdns.manifests import read
from svcdns.state import Key
from svcdns.targets.cluster import nodes, objects, scenario_namespaces
from svcdns.targets.cluster.apiserver.refusal import RefusedError
from svcdns.targets.cluster.namespaces import await_service_account
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.scenario_namespaces import ScenarioNamespaces
from svcdns.targets.cluster.watch.starting import has_started, obstacles
from svcdns.targets.cluster.watch.watching import Watching

#: What nearly all scenarios declare, relative to the fixtures; the pod is that of the first.
_TYPICAL = (
    "combinations/deployment.yaml",
    "combinations/statefulset-of-headless-service.yaml",
    "combinations/headless-service.yaml",
    "combinations/clusterip-service.yaml",
)

_POD = "svcdns-trial"
_ACCOUNT_SECONDS = 10.0
_GONE_SECONDS = 30.0

#: How long a plain pod may take to start or to show why it does not, and how long a complaint about it has to last.
_POD_SECONDS = 12.0
_COMPLAINT_SECONDS = 3.0
_PAUSE_SECONDS = 0.5


class Preflight:
    """Tries what the scenarios of a run make, in a Namespace of its own, which goes with those of the scenarios."""

    def __init__(
        self, own: Ownership, namespaces: ScenarioNamespaces, watching: Watching, *, pause_image: str, balancer: str
    ) -> None:
        """Prepare to try.

        Args:
            own: the objects of the run.
            namespaces: creates the Namespace, once it is needed.
            watching: shows the pod.
            pause_image: the image of the fixtures' pods.
            balancer: the class of LoadBalancer Services, as for `objects.apply`.
        """
        self._own = own
        self._namespaces = namespaces
        self._watching = watching
        self._pause_image = pause_image
        self._balancer = balancer
        self._namespace = ""
        self._has_pod = False

    def check(self) -> None:
        """Check by a dry run that the API server takes pods and workloads as the fixtures have them.

        Raises:
            UsageError: if it refuses some; in its words, a line for each cause.
        """
        try:
            namespace = self._made_namespace()
            refused = _refusals(self._own, [*self._items(namespace), self._pod(namespace)])
        except RefusedError as error:
            refused = [_line(error)]
        if refused:
            self.remove()
            raise UsageError(*refused)

    def causes(self) -> Sequence[str]:
        """Start a plain pod; return why it does not start, nothing where it starts or may still do so."""
        namespace = self._made_namespace()
        if not self._has_pod:
            try:
                self._own.create(self._pod(namespace))
            except RefusedError as error:
                return [_line(error)] if error.code == HTTPStatus.FORBIDDEN else []
            self._has_pod = True
        return [line for why in self._why_not(Key(namespace, _POD)) if why for line in nodes.no_pod_starts(why).args]

    def remove(self, *, wait: bool = True) -> None:
        """Delete the Namespace, and wait until it is gone, unless nobody has the time."""
        if self._namespace:
            self._namespaces.delete(self._namespace)
            if wait:
                self._namespaces.await_gone(self._namespace, _GONE_SECONDS)

    def _made_namespace(self) -> str:
        """Return the Namespace, with the ServiceAccount that pods need: by then the controllers have seen it."""
        if not self._namespace:
            self._namespace = f"svcdns-{self._own.run}-trial-{_letters(3)}"
            self._namespaces.create(self._namespace)
            with suppress(UndeterminedError):
                # Without one, the API server says so where pods need one.
                await_service_account(self._own.api, self._namespace, _ACCOUNT_SECONDS)
        return self._namespace

    def _items(self, namespace: str) -> Iterator[dict[str, Any]]:
        for name in _TYPICAL:
            for manifest in read(resources.fixtures() / name):
                yield objects.prepared(manifest, namespace, self._own.run, self._pause_image, self._balancer)

    def _pod(self, namespace: str) -> dict[str, Any]:
        """Return a pod as the controller of the first workload makes it."""
        return pod_of(next(self._items(namespace)), name=_POD)

    def _why_not(self, pod: Key) -> Iterator[str]:
        """Yield why the pod does not start, once that has lasted for a while."""
        end = time.monotonic() + _POD_SECONDS
        complained: float | None = None
        why = ""
        while (now := time.monotonic()) < end:
            view = self._watching.view()
            there = view.state.pods.get(pod)
            if there is not None and has_started(there):
                return
            latest = obstacles(view, pod)
            complained = (complained or now) if latest else None
            # The kubelet names the cause of a failed pull first; later it only says that it will try again.
            why = max(why, latest, key=len)
            if complained is not None and now - complained >= _COMPLAINT_SECONDS:
                break
            time.sleep(_PAUSE_SECONDS)
        events = nodes.events(self._own.api, pod.name, pod.namespace)
        if not nodes.node_comes(events):
            warnings = [f"{event.get('reason')}: {event.get('message')}" for event in events if _warns(event)]
            yield why or "".join(warnings[-1:])


def check_namespace(own: Ownership) -> None:
    """Check by a dry run that the API server takes the Namespace of a scenario.

    Raises:
        UsageError: if it refuses it; in its words.
    """
    if refused := _refusals(own, [scenario_namespaces.manifest(own.run, f"svcdns-{own.run}-trial")]):
        raise UsageError(*refused)


def refusal(own: Ownership, workload: Mapping[str, Any]) -> str:
    """Return why the API server refuses a workload's pods, by a dry run; empty where it takes them.

    Nothing is said about pods whose ServiceAccount does not exist yet: a controller may still create it.
    """
    pod = pod_of(workload, generate=True)
    namespace = workload["metadata"]["namespace"]
    account = pod["spec"].get("serviceAccountName") or "default"
    try:
        if own.api.get("ServiceAccount", account, namespace) is not None:
            own.trial(pod)
    except RefusedError as error:
        # With any other code it may be this dry run that is wrong, such as a volume that the controller adds.
        return str(error) if error.code == HTTPStatus.FORBIDDEN else ""
    return ""


def pod_of(workload: Mapping[str, Any], *, name: str = "", generate: bool = False) -> dict[str, Any]:
    """Return a pod as the controller of a workload makes it; with ``generate`` the API server names it."""
    template = workload["spec"]["template"]
    metadata = {
        key: template["metadata"][key] for key in ("labels", "annotations") if template.get("metadata", {}).get(key)
    }
    named = {"generateName": f"{workload['metadata']['name']}-"} if generate else {"name": name}
    place = {"namespace": workload["metadata"]["namespace"]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {**metadata, **named, **place}, "spec": template["spec"]}


def _refusals(own: Ownership, items: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a line for each cause for which the API server refuses objects, in its words."""
    lines: dict[str, str] = {}
    for item in items:
        try:
            own.trial(item)
        except RefusedError as error:
            # Several objects are refused for one cause: `deployments.apps "tomcat" is forbidden: CAUSE`.
            lines.setdefault(str(error).partition(" is forbidden: ")[2] or str(error), _line(error))
    return list(lines.values())


def _line(error: TargetError) -> str:
    return f"the API server refuses what a run creates: {error}; change that policy, or use another cluster"


def _warns(event: Mapping[str, Any]) -> bool:
    return event.get("type") == "Warning"


def _letters(count: int) -> str:
    return "".join(random.choices(string.ascii_lowercase, k=count))  # noqa: S311 - a name, no secret
