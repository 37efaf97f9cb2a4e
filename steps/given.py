"""What scenarios declare."""

from __future__ import annotations

from pytest_bdd import given, parsers

from svcdns.engine.world import World
from svcdns.judge.parameters import ManifestName, Name, NeighboursManifest


@given(parsers.re(r'the manifest "(?P<manifest>[^"]+)"'))
def _manifest(world: World, manifest: ManifestName) -> None:
    world.declare(manifest)


@given(parsers.parse('the manifest "{manifest}" in the neighbouring namespace'))
def _manifest_next_door(world: World, manifest: NeighboursManifest) -> None:
    world.declare(manifest, neighbour=True)


@given("pods may use the network of their node")
def _host_network(world: World) -> None:
    world.allow_host_network()


@given(parsers.parse('a client has asked for "{name}"'))
def _client_has_asked(world: World, name: Name) -> None:
    world.declare_asked(name)


@given("no pod is ready")
def _no_pod_is_ready(world: World) -> None:
    world.wish_unready()
