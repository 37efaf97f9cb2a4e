"""The wished readiness of pods, kept for those that are born later too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Any, Self

from svcdns.errors import ManifestError, TargetError, UndeterminedError
from svcdns.manifests import READINESS_GATE, Manifest
from svcdns.state import Key
from svcdns.targets.cluster.apiserver.refusal import RefusedError
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.watch import workloads
from svcdns.targets.cluster.watch.picture import Picture, Progress, Ref
from svcdns.targets.cluster.watch.watching import Watching

#: Nothing is due for as long as this; then it is looked again, though nothing changed.
_IDLE_SECONDS = 60.0

_RETRY_SECONDS = 1.0

#: After a refusal; a server that restarts, a quota of requests or a webhook that fails is over soon.
_PAUSE_SECONDS = 0.2

#: So many refusals in a row, of whichever pods, are no passing trouble.
_REFUSALS = 50

_FORBIDDEN, _NOT_FOUND = 403, 404

#: What is missing where a pod cannot be made ready or unready, and what to do.
_ADVICE = f'add "readinessGates: [{{conditionType: {READINESS_GATE}}}]" to the spec of its template'


class Readiness:
    """A thread that gives every pod with the gate, in the namespaces it was told of, the condition that is wished."""

    def __init__(self, own: Ownership, watching: Watching) -> None:
        """Make ready to keep the readiness of pods that are watched."""
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
        """Say whether all pods of a namespace are to be ready, also those born later."""
        here = {
            identity.uid
            for ref, identity in self._watching.picture().identities.items()
            if ref.kind == "Pod" and ref.key.namespace == namespace
        }
        with self._lock:
            self._of_namespace[namespace] = ready
            for uid in here:
                self._of_pod.pop(uid, None)
        self._watching.wake()

    def set_ready(self, pod: str, namespace: str, *, ready: bool) -> None:
        """Say whether one pod is to be ready, and tell the cluster at once.

        Raises:
            TargetError: if there is no such pod, or it has no gate.
            UndeterminedError: if the namespace is not ours any more.
        """
        key = Key(namespace, pod)
        picture = self._watching.picture()
        progress = picture.progress.get(key)
        if progress is None:
            raise TargetError(f'Pod "{pod}" does not exist in the namespace "{namespace}"')
        if not progress.gated:
            raise TargetError(
                f'Pod "{pod}" of the namespace "{namespace}" has no readiness gate {READINESS_GATE}, so its readiness cannot be '
                f"set: {_ADVICE}"
            )
        uid = picture.identities[Ref("Pod", key)].uid
        self._own.require(namespace)
        with self._lock:
            self._of_pod[uid] = self._sent[uid] = ready
        try:
            told = self._tell(key, uid, ready=ready)
        except TargetError:
            self._unsent(uid)
            raise
        self._watching.catch_up(told)

    def accept(self, manifests: Sequence[Manifest], namespace: str) -> None:
        """See that pods can be as ready as is wished: unready they can be kept by the gate alone.

        Raises:
            ManifestError: if some cannot, in a namespace where no pod is to be ready; one line for each object.
        """
        with self._lock:
            ready = self._of_namespace.get(namespace, True)
        refused = [] if ready else [str(error) for one in manifests if (error := _ungated(one)) is not None]
        if refused:
            raise ManifestError(*refused)

    def forget(self, namespace: str) -> None:
        """Leave the pods of a namespace alone."""
        with self._lock:
            self._of_namespace.pop(namespace, None)

    def is_wished(self, namespace: str) -> bool:
        """Whether pods of a namespace are to be ready; they are unless told otherwise."""
        with self._lock:
            return self._of_namespace.get(namespace, True)

    def wished(self, key: Key, uid: str) -> bool:
        """Whether a pod is to be ready; it is unless told otherwise."""
        with self._lock:
            return self._of_pod.get(uid, self._of_namespace.get(key.namespace, True))

    def _keep(self) -> None:
        try:
            while not self._ending.is_set():
                try:
                    self._watching.wait_for(
                        lambda picture: self._ending.is_set() or any(self._due(picture)), _IDLE_SECONDS
                    )
                    due = list(self._due(self._watching.picture()))
                    # Asked after they were seen: what was in a Namespace then is in ours, if it is ours now.
                    ours = {one: self._own.holds(one) for one in {key.namespace for key, _, _ in due}}
                    for key, uid, ready in due:
                        if self._ending.is_set():
                            return
                        if ours[key.namespace]:
                            self._send(key, uid, ready=ready)
                        else:
                            self.forget(key.namespace)
                except UndeterminedError:
                    # Whoever lost the API server has said so; it may come back.
                    self._ending.wait(_RETRY_SECONDS)
        except Exception as error:  # noqa: BLE001 - a thread must not die unheard
            broken = error if isinstance(error, TargetError) else TargetError(f"readiness is kept no longer: {error!r}")
            self._watching.failed("readiness", broken)

    def _due(self, picture: Picture) -> Iterator[tuple[Key, str, bool]]:
        """The pods that have another condition than is wished and were not told of it yet: key, uid and wish."""
        with self._lock:
            namespaces = set(self._of_namespace)
        for key, progress in picture.progress.items():
            if key.namespace in namespaces and progress.gated and not picture.state.pods[key].terminating:
                uid = picture.identities[Ref("Pod", key)].uid
                ready = self.wished(key, uid)
                if _gate(progress) is not ready and self._sent.get(uid) is not ready:
                    yield key, uid, ready

    def _send(self, key: Key, uid: str, *, ready: bool) -> None:
        """Tell the cluster of one pod; where it refuses, wait a moment, after which the pod is due again.

        Raises:
            TargetError: if we have no right to, or the cluster refused too often in a row.
            UndeterminedError: if the connection is lost; the pod is due again.
        """
        with self._lock:
            self._sent[uid] = ready
        try:
            self._tell(key, uid, ready=ready)
        except RefusedError as error:
            # A pod that is gone needs nothing.
            if error.code != _NOT_FOUND:
                self._refused(key, uid, error)
        except UndeterminedError:
            self._unsent(uid)
            raise
        else:
            self._refusals = 0

    def _refused(self, key: Key, uid: str, error: RefusedError) -> None:
        """Have a pod told again after a moment; also with 409, since its name may be taken by one that is not seen yet."""
        if error.code == _FORBIDDEN:
            raise error
        self._refusals += 1
        if self._refusals >= _REFUSALS:
            raise TargetError(
                f"readiness is kept no longer, after {self._refusals} refusals in a row; the last one, of "
                f'Pod "{key.name}" in the namespace "{key.namespace}": {error}'
            ) from error
        self._unsent(uid)
        self._ending.wait(_PAUSE_SECONDS)

    def _unsent(self, uid: str) -> None:
        """Forget that the cluster was told of a pod."""
        with self._lock:
            self._sent.pop(uid, None)

    def _tell(self, key: Key, uid: str, *, ready: bool) -> dict[str, Any]:
        return self._own.set_condition(key.name, key.namespace, uid, {"type": READINESS_GATE, "status": str(ready)})


def _ungated(manifest: Manifest) -> ManifestError | None:
    """What is wrong with an object whose pods have no gate, and so become ready by themselves."""
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
    # One that is never given a node is not ready either.
    if READINESS_GATE in gates or spec.get("schedulingGates"):
        return None
    advice = _ADVICE.removesuffix(" of its template") if manifest.kind == "Pod" else _ADVICE
    return manifest.error(
        f'has no readiness gate {READINESS_GATE}, so "no pod is ready" cannot be kept: {advice}', *field
    )


def _gate(progress: Progress) -> bool | None:
    """What the pod's condition says, or None where it has none."""
    condition = progress.conditions.get(READINESS_GATE)
    return None if condition is None else condition.status == "True"
