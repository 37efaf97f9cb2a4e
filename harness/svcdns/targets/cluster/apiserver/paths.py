"""Names → the paths of an API server: each a legal name of its kind, so that none leads anywhere else.

What is joined to a path unchecked could leave it: ``../../victim/services/prey`` is a path as well.
"""

from __future__ import annotations

from urllib.parse import quote

from svcdns.errors import TargetError
from svcdns.manifests.kinds import name_rule
from svcdns.manifests.names import dns_1123_label, dns_1123_subdomain, path_segment
from svcdns.targets.cluster.apiserver.discovery import Resource

#: Kinds that Kubernetes itself serves whose names follow no rule but that they fit into a path: those of Events are made
#: of any object's, and those of custom resources are as their definition has them.
_ANY = frozenset({"Event"})


def checked_name(resource: Resource, name: str) -> str:
    """A name of an object of a kind.

    Raises:
        TargetError: if no object of the kind can have it.
    """
    rule = path_segment if resource.kind in _ANY else name_rule(resource.api_version, resource.kind)
    problem = path_segment(name) or rule(name) if name else "must not be empty"
    if problem:
        raise TargetError(f"the name of a {resource.kind} {problem}")
    return name


def quoted(name: str) -> str:
    """A name as a path has it: those of Roles may hold what has a meaning there."""
    return quote(name, safe="")


def checked_namespace(namespace: str) -> str:
    """The name of a Namespace.

    Raises:
        TargetError: if no Namespace can have it.
    """
    if problem := dns_1123_label(namespace):
        raise TargetError(f"the name of a Namespace {problem}")
    return namespace


def checked_version(api_version: str) -> str:
    """An ``apiVersion``, such as ``apps/v1``.

    Raises:
        TargetError: if none can be so.
    """
    group, slash, version = api_version.rpartition("/")
    problem = dns_1123_label(version) or (dns_1123_subdomain(group) if slash else None)
    if problem:
        raise TargetError(f"an apiVersion {problem}")
    return api_version


def of_kind(resource: Resource, namespace: str | None) -> str:
    """The path of the objects of a kind, in a namespace where they have one, or with None in all.

    Raises:
        TargetError: if there can be no such namespace.
    """
    version = f"/apis/{quote(resource.group, safe='')}" if resource.group else "/api"
    within = ""
    if resource.namespaced and namespace is not None:
        within = f"/namespaces/{checked_namespace(namespace)}"
    return f"{version}/{quote(resource.version, safe='')}{within}/{quote(resource.plural, safe='')}"


def of_object(resource: Resource, name: str, namespace: str) -> str:
    """The path of an object.

    Raises:
        TargetError: if there can be no such object.
    """
    return f"{of_kind(resource, namespace)}/{quoted(checked_name(resource, name))}"
