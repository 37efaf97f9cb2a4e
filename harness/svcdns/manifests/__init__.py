"""YAML files → validated Kubernetes objects that know their file and lines.

This package refuses what an API server would refuse from the object alone, with file, line, object and field. What
depends on other objects, or on what was stored before, is refused by whoever knows them, with `Manifest.error`.
"""

from __future__ import annotations

from svcdns.manifests.kinds import Effect, effect, is_known, is_namespaced
from svcdns.manifests.manifest import Manifest
from svcdns.manifests.names import dns_1035_label, dns_1123_label, dns_1123_subdomain
from svcdns.manifests.placing import (
    cluster_scoped,
    further_namespaces,
    refuse_cluster_scoped,
    refuse_existing,
    refuse_further_namespaces,
    refuse_reaching,
    refuse_reserved,
)
from svcdns.manifests.pod import READINESS_GATE
from svcdns.manifests.reader import read, read_text, shown
from svcdns.manifests.rules import problems
from svcdns.manifests.sizing import MOST_PODS, refuse_too_many
from svcdns.manifests.syntax import MAX_BYTES
from svcdns.manifests.warnings import ACCEPTED, warnings

__all__ = [
    "ACCEPTED",
    "MAX_BYTES",
    "MOST_PODS",
    "READINESS_GATE",
    "Effect",
    "Manifest",
    "cluster_scoped",
    "dns_1035_label",
    "dns_1123_label",
    "dns_1123_subdomain",
    "effect",
    "further_namespaces",
    "is_known",
    "is_namespaced",
    "problems",
    "read",
    "read_text",
    "refuse_cluster_scoped",
    "refuse_existing",
    "refuse_further_namespaces",
    "refuse_reaching",
    "refuse_reserved",
    "refuse_too_many",
    "shown",
    "warnings",
]
