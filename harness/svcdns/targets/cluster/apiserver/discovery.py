"""API discovery: kind → its group, version and plural, as the API server lists them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock
from typing import Any

from svcdns.errors import TargetError
from svcdns.targets.cluster.apiserver.refusal import RefusedError

#: Group version → the kinds that are requested without naming it; all have been stable since before Kubernetes 1.25.
_KNOWN = {
    "apps/v1": ("ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"),
    "batch/v1": ("CronJob", "Job"),
    "coordination.k8s.io/v1": ("Lease",),
    "discovery.k8s.io/v1": ("EndpointSlice",),
    "rbac.authorization.k8s.io/v1": ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"),
    "v1": (
        "ConfigMap",
        "Endpoints",
        "Event",
        "Namespace",
        "Node",
        "Pod",
        "ReplicationController",
        "ResourceQuota",
        "Secret",
        "Service",
        "ServiceAccount",
    ),
}
_GROUP_VERSIONS = {kind: version for version, kinds in _KNOWN.items() for kind in kinds}


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind as a request names it; ``group`` is empty for the core group."""

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool

    @property
    def api_version(self) -> str:
        """The ``apiVersion``, such as ``apps/v1``."""
        return f"{self.group}/{self.version}" if self.group else self.version


class Discovery:
    """The resources that the API server serves, read once for each group version."""

    def __init__(self, read: Callable[[str], Mapping[str, Any]]) -> None:
        """Prepare to read paths of the API server by ``read``."""
        self._read = read
        self._served: dict[str, dict[str, Resource]] = {}
        self._lock = Lock()

    def resource(self, kind: str, api_version: str = "") -> Resource:
        """Return the resource of a kind. Without an ``apiVersion``, named or known, the first group that has the kind counts.

        Raises:
            TargetError: if the API server does not serve it.
        """
        known = api_version or _GROUP_VERSIONS.get(kind, "")
        for version in [known] if known else self._versions():
            if resource := self._kinds(version).get(kind):
                return resource
        raise TargetError(f"the API server serves no {kind}{f' of {known}' if known else ''}")

    def _versions(self) -> Iterator[str]:
        for group in self._read("/apis").get("groups") or ():
            yield group["preferredVersion"]["groupVersion"]

    def _kinds(self, api_version: str) -> Mapping[str, Resource]:
        with self._lock:
            if api_version not in self._served:
                self._served[api_version] = self._ask(api_version)
            return self._served[api_version]

    def _ask(self, api_version: str) -> dict[str, Resource]:
        group, _, version = api_version.rpartition("/")
        try:
            listed = self._read(f"/apis/{api_version}" if group else f"/api/{version}")
        except RefusedError as error:
            if error.code == HTTPStatus.NOT_FOUND:
                return {}
            raise
        return {
            item["kind"]: Resource(group, version, item["kind"], item["name"], bool(item["namespaced"]))
            for item in listed.get("resources") or ()
            if "/" not in item["name"]
        }
