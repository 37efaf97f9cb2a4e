"""What the API server, the controllers and the kubelet make of manifests, for the embedded reference target alone."""

from __future__ import annotations

from svcdns.controllers.admission import Note
from svcdns.controllers.cluster import Cluster

__all__ = ["Cluster", "Note"]
