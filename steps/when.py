"""What scenarios change."""

from __future__ import annotations

from pytest_bdd import parsers, when

from svcdns.engine import effects
from svcdns.engine.world import World
from svcdns.judge.parameters import Count, Kind, ManifestName, Name, NewServiceName, ObjectName, PodName, PortNumber


@when(parsers.parse('the manifest "{manifest}" is applied'))
def _manifest_is_applied(world: World, manifest: ManifestName) -> None:
    world.apply(manifest)


@when(parsers.parse('the {kind:w} "{name}" is deleted'))
def _is_deleted(world: World, kind: Kind, name: ObjectName) -> None:
    world.change(lambda scope: scope.delete(kind, name), effects.deleted(kind, name))


@when(
    parsers.re(r'the (?P<kind>\w+) "(?P<name>[^"]+)" is scaled to (?P<replicas>\d+) replicas?'),
    converters={"replicas": int},
)
def _is_scaled(world: World, kind: Kind, name: ObjectName, replicas: Count) -> None:
    world.change(lambda scope: scope.scale(kind, name, replicas), effects.scaled(kind, name, replicas))


@when(parsers.parse('the {kind:w} "{name}" is restarted'))
def _is_restarted(world: World, kind: Kind, name: ObjectName) -> None:
    world.change(lambda scope: scope.restart(kind, name), effects.restarted(kind, name))


@when(parsers.parse('the pod "{pod}" is deleted and replaced'))
def _pod_is_replaced(world: World, pod: PodName) -> None:
    world.change(lambda scope: scope.delete("Pod", pod), effects.replaced(pod))


@when(parsers.parse('the pod "{pod}" begins to terminate'))
def _pod_begins_to_terminate(world: World, pod: PodName) -> None:
    world.change(lambda scope: scope.delete("Pod", pod), effects.terminates(pod))


@when("the neighbouring namespace is deleted")
def _neighbour_is_deleted(world: World) -> None:
    world.delete_neighbour()


@when(parsers.parse('the Deployment "{name}" of the DNS servers is restarted while a client asks for "{asked}"'))
def _dns_is_restarted(world: World, name: str, asked: Name) -> None:
    world.restart_dns_while_asking(name, asked)


@when("1 pod is deleted and replaced")
def _any_pod_is_replaced(world: World) -> None:
    world.replace_a_pod()


@when(parsers.parse('the pod "{pod}" becomes unready'))
def _pod_becomes_unready(world: World, pod: PodName) -> None:
    world.change(lambda scope: scope.set_ready(pod, ready=False), effects.becomes(pod, ready=False))


@when("1 pod becomes unready")
def _any_pod_becomes_unready(world: World) -> None:
    world.set_ready(1, ready=False)


@when("1 pod becomes ready")
def _any_pod_becomes_ready(world: World) -> None:
    world.set_ready(1, ready=True)


@when(
    parsers.parse(
        'kubectl is told to expose the {kind:w} "{name}" as the Service "{service}",'
        " from port {port:d} to port {target_port:d}"
    )
)
def _is_exposed(
    world: World, kind: Kind, name: str, service: NewServiceName, port: PortNumber, target_port: PortNumber
) -> None:
    world.attempt(
        lambda scope: scope.expose(kind, name, port=port, target_port=target_port, service=service),
        effects.exposed(service),
    )
