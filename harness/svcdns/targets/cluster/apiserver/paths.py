"""Names → the paths of an API server. Each name is checked against the rule of its kind, so that no path leads elsewhere.

A name that is joined to a path unchecked could leave it: ``../../victim/services/prey`` is a path too.
"""

from __future__ import annotations

from urllib.parse import quote

from svcdns.errors import TargetError
from svcdns.manifests.kinds import name_rule
from svcdns.manifests.names import dns_1123_label, dns_1123_subdomain, path_segment
from svcdns.targets.cluster.apiserver.discovery import Resource

#: Kinds of Kubernetes whose names only have to fit into a path: an Event is named after any object. The names of custom
#: resources follow the rule of their definition.
_ANY = frozenset({"Event"})


def checked_name(resource: Resource, name: str) -> str:
    """Return the name of an object of a kind.

    Raises:
        TargetError: if no object of the kind can have it.
    """
    rule = path_segment if resource.kind in _ANY else name_rule(resource.api_version, resource.kind)
    problem = path_segment(name) or rule(name) if name else "must not be empty"
    if problem:
        raise TargetError(f"the name of a {resource.kind} {problem}")
    return name


def quoted(name: str) -> str:
    """Return a name as a path writes it; names of Roles may hold characters that have a meaning there."""
    return quote(name, safe="")


def checked_namespace(namespace: str) -> str:
    """Return the name of a Namespace.

    Raises:
        TargetError: if no Namespace can have it.
    """
    if problem := dns_1123_label(namespace):
        raise TargetError(f"the name of a Namespace {problem}")
    return namespace


def checked_version(api_version: str) -> str:
    """Return an ``apiVersion``, such as ``apps/v1``.

    Raises:
        TargetError: if it is not one.
    """
    group, slash, version = api_version.rpartition("/")
    problem = dns_1123_label(version) or (dns_1123_subdomain(group) if slash else None)
    if problem:
        raise TargetError(f"an apiVersion {problem}")
    return api_version


def of_kind(resource: Resource, namespace: str | None) -> str:
    """Return the path of the objects of a kind: in one namespace if the kind is namespaced, or with None in all.

    Raises:
        TargetError: if no Namespace can have that name.
    """
    version = f"/apis/{quote(resource.group, safe='')}" if resource.group else "/api"
    within = ""
    if resource.namespaced and namespace is not None:
        within = f"/namespaces/{checked_namespace(namespace)}"
    return f"{version}/{quote(resource.version, safe='')}{within}/{quote(resource.plural, safe='')}"


def of_object(resource: Resource, name: str, namespace: str) -> str:
    """Return the path of an object.

    Raises:
        TargetError: if no object can have that name.
    """
    return f"{of_kind(resource, namespace)}/{quoted(checked_name(resource, name))}"
