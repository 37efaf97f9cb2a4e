"""The API server, the controllers and the kubelet of the embedded reference target: manifests in, a state out."""

from __future__ import annotations

from svcdns.controllers.admission import Note
from svcdns.controllers.cluster import Cluster

__all__ = ["Cluster", "Note"]
