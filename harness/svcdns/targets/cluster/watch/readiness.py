"""The wished readiness of pods, set on their readiness gates, also on those of pods that are created later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from http import HTTPStatus
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Any, Self

from svcdns.errors import ManifestError, TargetError, UndeterminedError
from svcdns.manifests import READINESS_GATE, Manifest
from svcdns.state import Key
from svcdns.targets.cluster.apiserver.refusal import RefusedError
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.watch import workloads
from svcdns.targets.cluster.watch.view import ClusterView, PodProgress
from svcdns.targets.cluster.watch.watching import Watching

#: How often the pods are checked even where nothing changes.
_IDLE_SECONDS = 60.0

_RETRY_SECONDS = 1.0

#: The pause after a refusal: a server that restarts, a request quota or a failing webhook recovers soon.
_PAUSE_SECONDS = 0.2

#: After so many refusals in a row, of any pods, the thread gives up.
_REFUSALS = 50


class Readiness:
    """A thread that sets the wished condition on every pod with the readiness gate, in the namespaces it was told of."""

    def __init__(self, own: Ownership, watching: Watching) -> None:
        """Prepare to set the readiness of pods that are watched."""
        self._own = own
        self._watching = watching
        self._lock = Lock()
        self._of_namespace: dict[str, bool] = {}
        self._of_pod: dict[str, bool] = {}
        self._sent: dict[str, bool] = {}
        self._refusals = 0
        self._ending = Event()
        self._thread = Thread(target=self._keep, name="svcdns-readiness", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._watching.wake()
        self._thread.join()

    def wish(self, namespace: str, *, ready: bool) -> None:
        """Set whether all pods of a namespace, present and future, are to be ready."""
        present = {
            meta.uid for key, meta in self._watching.view().metadata["Pod"].items() if key.namespace == namespace
        }
        with self._lock:
            self._of_namespace[namespace] = ready
            for uid in present:
                self._of_pod.pop(uid, None)
        self._watching.wake()

    def set_ready(self, pod: str, namespace: str, *, ready: bool) -> None:
        """Set whether one pod is to be ready, and send its condition at once.

        Raises:
            TargetError: if the pod does not exist or has no readiness gate.
            UndeterminedError: if the namespace is not ours any more.
        """
        key = Key(namespace, pod)
        view = self._watching.view()
        progress = view.progress.get(key)
        if progress is None:
            raise TargetError(f'Pod "{pod}" does not exist in the namespace "{namespace}"')
        if not progress.gated:
            raise TargetError(
                f'Pod "{pod}" of the namespace "{namespace}" '
                f"{_without_gate('its readiness cannot be set', in_template=True)}"
            )
        uid = view.uid(key)
        self._own.require(namespace)
        with self._lock:
            self._of_pod[uid] = self._sent[uid] = ready
        try:
            changed = self._set_condition(key, uid, ready=ready)
        except TargetError:
            self._unsent(uid)
            raise
        self._watching.catch_up(changed)

    def accept(self, manifests: Sequence[Manifest], namespace: str) -> None:
        """Check that pods can be kept unready where that is wished: only the readiness gate can do so.

        Raises:
            ManifestError: if pods of some objects have no gate, and no pod of the namespace is to be ready; one line
                each.
        """
        if self.is_wished(namespace):
            return
        refused = [str(error) for manifest in manifests if (error := _ungated(manifest)) is not None]
        if refused:
            raise ManifestError(*refused)

    def forget(self, namespace: str) -> None:
        """Stop setting the readiness of the pods of a namespace."""
        with self._lock:
            self._of_namespace.pop(namespace, None)

    def is_wished(self, namespace: str) -> bool:
        """Return whether the pods of a namespace are to be ready; they are unless a wish says otherwise."""
        with self._lock:
            return self._of_namespace.get(namespace, True)

    def wished(self, key: Key, uid: str) -> bool:
        """Return whether a pod is to be ready; it is unless a wish says otherwise."""
        with self._lock:
            return self._of_pod.get(uid, self._of_namespace.get(key.namespace, True))

    def _keep(self) -> None:
        try:
            while not self._ending.is_set():
                try:
                    self._watching.wait_for(lambda view: self._ending.is_set() or any(self._due(view)), _IDLE_SECONDS)
                    due = list(self._due(self._watching.view()))
                    # Checked after the pods were seen: if the Namespace is ours now, those pods are in ours.
                    ours = {namespace: self._own.holds(namespace) for namespace in {key.namespace for key, _, _ in due}}
                    for key, uid, ready in due:
                        if self._ending.is_set():
                            return
                        if ours[key.namespace]:
                            self._send(key, uid, ready=ready)
                        else:
                            self.forget(key.namespace)
                except UndeterminedError:
                    # The watches report a lost API server; it may come back.
                    self._ending.wait(_RETRY_SECONDS)
        except Exception as error:  # noqa: BLE001 - a thread must not die unnoticed
            self._watching.failed("setting readiness", error)

    def _due(self, view: ClusterView) -> Iterator[tuple[Key, str, bool]]:
        """Yield the pods whose condition differs from the wish that was last sent: key, uid and wish."""
        with self._lock:
            namespaces = set(self._of_namespace)
        for key, progress in view.progress.items():
            if key.namespace in namespaces and progress.gated and not view.state.pods[key].terminating:
                uid = view.uid(key)
                ready = self.wished(key, uid)
                if _gate(progress) is not ready and self._sent.get(uid) is not ready:
                    yield key, uid, ready

    def _send(self, key: Key, uid: str, *, ready: bool) -> None:
        """Send the condition of one pod; after a refusal, pause and let the pod be due again.

        Raises:
            TargetError: if we may not set it, or the server refused too often in a row.
            UndeterminedError: if the connection is lost; the pod is due again.
        """
        with self._lock:
            self._sent[uid] = ready
        try:
            self._set_condition(key, uid, ready=ready)
        except RefusedError as error:
            # A pod that is gone needs no condition.
            if error.code != HTTPStatus.NOT_FOUND:
                self._refused(key, uid, error)
        except UndeterminedError:
            self._unsent(uid)
            raise
        else:
            self._refusals = 0

    def _refused(self, key: Key, uid: str, error: RefusedError) -> None:
        """Let a pod be due again after a pause; with code 409 too, since a pod that is not seen yet may have its name."""
        if error.code == HTTPStatus.FORBIDDEN:
            raise error
        self._refusals += 1
        if self._refusals >= _REFUSALS:
            raise TargetError(
                f"setting readiness has stopped after {self._refusals} refusals in a row; the last one, of "
                f'Pod "{key.name}" in the namespace "{key.namespace}": {error}'
            ) from error
        self._unsent(uid)
        self._ending.wait(_PAUSE_SECONDS)

    def _unsent(self, uid: str) -> None:
        """Forget that the condition of a pod was sent."""
        with self._lock:
            self._sent.pop(uid, None)

    def _set_condition(self, key: Key, uid: str, *, ready: bool) -> dict[str, Any]:
        return self._own.set_condition(key.name, key.namespace, uid, {"type": READINESS_GATE, "status": str(ready)})


def _ungated(manifest: Manifest) -> ManifestError | None:
    """Return the error for an object whose pods have no readiness gate, and so become ready by themselves."""
    if manifest.kind == "Pod":
        field: tuple[str, ...] = ("spec",)
    elif manifest.kind in workloads.KINDS:
        field = ("spec", "template", "spec")
    else:
        return None
    spec: Any = manifest.data
    for name in field:
        spec = spec.get(name) or {}
    gates = [gate["conditionType"] for gate in spec.get("readinessGates") or ()]
    # A pod with a scheduling gate gets no node, so it is never ready.
    if READINESS_GATE in gates or spec.get("schedulingGates"):
        return None
    problem = _without_gate('"no pod is ready" cannot hold', in_template=manifest.kind != "Pod")
    return manifest.error(problem, *field)


def _without_gate(consequence: str, *, in_template: bool) -> str:
    """Return the message about pods that have no readiness gate, to follow the object's name."""
    where = "the spec of its template" if in_template else "the spec"
    return f'has no readiness gate {READINESS_GATE}, so {consequence}: add "readinessGates: [{{conditionType: {READINESS_GATE}}}]" to {where}'


def _gate(progress: PodProgress) -> bool | None:
    """Return the status of the pod's condition, or None where it has none."""
    condition = progress.conditions.get(READINESS_GATE)
    return None if condition is None else condition.status == "True"
