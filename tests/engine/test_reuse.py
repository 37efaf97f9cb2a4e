"""What has to go from a Namespace before others use it."""

from __future__ import annotations

from svcdns.engine import reuse
from svcdns.state import ClusterState, EndpointSlice, Key, Namespace, Service

CONTROLLED = EndpointSlice(Key("n", "web-x7c2k"), "web", "IPv4", owner="Service/web")
MIRRORED = EndpointSlice(Key("n", "db-1"), "db", "IPv4", owner="Endpoints/db")
WRITTEN = EndpointSlice(Key("n", "by-hand"), "other", "IPv4")


def test_endpoint_slices_of_a_controller_are_never_deleted_even_where_they_outlive_their_service():
    state = ClusterState().changed(put=[Namespace("n"), CONTROLLED, MIRRORED, WRITTEN, Service(Key("n", "other"))])
    assert reuse.made_anew(state, "n") == [("EndpointSlice", "by-hand"), ("Service", "other")]
