"""Facts about kinds: whether DNS depends on them, whether they are namespaced, how their objects may be named."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from svcdns.manifests import schema
from svcdns.manifests.manifest import Manifest
from svcdns.manifests.names import dns_1035_label, dns_1123_label, dns_1123_subdomain, path_segment


class Effect(StrEnum):
    """The effect of an object on DNS."""

    SHAPES_DNS = "shapes DNS"
    NONE = "no effect on DNS"
    UNKNOWN = "effect unknown"


#: The kinds that DNS answers depend on, directly or through controllers, with the rule for their names.
DNS_KINDS: dict[tuple[str, str], Callable[[str], str | None]] = {
    ("v1", "Namespace"): dns_1123_label,
    # With the feature gate RelaxedServiceNameValidation it would be a DNS-1123 label; it is off by default.
    ("v1", "Service"): dns_1035_label,
    ("v1", "Endpoints"): dns_1123_subdomain,
    ("v1", "Pod"): dns_1123_subdomain,
    ("v1", "ReplicationController"): dns_1123_subdomain,
    ("discovery.k8s.io/v1", "EndpointSlice"): dns_1123_subdomain,
    ("apps/v1", "Deployment"): dns_1123_subdomain,
    ("apps/v1", "ReplicaSet"): dns_1123_subdomain,
    # Its pods' names are their hostnames, and a hostname is a label.
    ("apps/v1", "StatefulSet"): dns_1123_label,
    ("apps/v1", "DaemonSet"): dns_1123_subdomain,
    ("batch/v1", "Job"): dns_1123_subdomain,
}

_PATH_SEGMENT_NAMES = {
    "apiregistration.k8s.io": {"APIService"},
    "certificates.k8s.io": {"ClusterTrustBundle"},
    "networking.k8s.io": {"IPAddress"},
    "rbac.authorization.k8s.io": {"ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"},
}

# Group → kinds, over all versions; `kubectl api-resources --namespaced=false`.
_CLUSTER_SCOPED = {
    "": {"ComponentStatus", "Namespace", "Node", "PersistentVolume"},
    "admissionregistration.k8s.io": {
        "MutatingAdmissionPolicy",
        "MutatingAdmissionPolicyBinding",
        "MutatingWebhookConfiguration",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
    },
    "apiextensions.k8s.io": {"CustomResourceDefinition"},
    "apiregistration.k8s.io": {"APIService"},
    "authentication.k8s.io": {"SelfSubjectReview", "TokenReview"},
    "authorization.k8s.io": {"SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview"},
    "certificates.k8s.io": {"CertificateSigningRequest", "ClusterTrustBundle"},
    "flowcontrol.apiserver.k8s.io": {"FlowSchema", "PriorityLevelConfiguration"},
    "internal.apiserver.k8s.io": {"StorageVersion"},
    "networking.k8s.io": {"IPAddress", "IngressClass", "ServiceCIDR"},
    "node.k8s.io": {"RuntimeClass"},
    "rbac.authorization.k8s.io": {"ClusterRole", "ClusterRoleBinding"},
    "resource.k8s.io": {"DeviceClass", "DeviceTaintRule", "ResourcePoolStatusRequest", "ResourceSlice"},
    "scheduling.k8s.io": {"PriorityClass"},
    "storage.k8s.io": {"CSIDriver", "CSINode", "StorageClass", "VolumeAttachment", "VolumeAttributesClass"},
    "storagemigration.k8s.io": {"StorageVersionMigration"},
}


def effect(manifest: Manifest) -> Effect:
    """Return the effect of an object: unknown for custom resources, none for built-in kinds outside `DNS_KINDS`."""
    if (manifest.api_version, manifest.kind) in DNS_KINDS:
        return Effect.SHAPES_DNS
    return Effect.NONE if schema.is_built_in(manifest.api_version) else Effect.UNKNOWN


def is_known(manifest: Manifest) -> bool:
    """Return whether an object is of one of `DNS_KINDS`, and not of a custom kind with the same name."""
    return (manifest.api_version, manifest.kind) in DNS_KINDS


def is_namespaced(api_version: str, kind: str) -> bool:
    """Return whether objects of a kind live in a namespace; custom resources count as namespaced."""
    return kind not in _CLUSTER_SCOPED.get(schema.group(api_version), ())


def is_cluster_scoped_name(word: str) -> bool:
    """Return whether a word names a cluster-scoped kind of Kubernetes, in any case, singular or plural, as kubectl takes it."""
    kind = word.partition(".")[0].lower()
    names = {name.lower() for kinds in _CLUSTER_SCOPED.values() for name in kinds}
    return bool({kind, kind.removesuffix("s"), kind.removesuffix("es"), f"{kind.removesuffix('ies')}y"} & names)


def name_rule(api_version: str, kind: str) -> Callable[[str], str | None]:
    """Return the rule for the names of a kind: for most a DNS-1123 subdomain, for a few a path segment of a URL."""
    if kind in _PATH_SEGMENT_NAMES.get(schema.group(api_version), ()):
        return path_segment
    return DNS_KINDS.get((api_version, kind), dns_1123_subdomain)
