"""Whatever is done to a cluster, some things are always true."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from svcdns.controllers import Cluster, reconcile
from svcdns.controllers.store import ref_of
from svcdns.errors import TargetError
from svcdns.manifests import read_text
from svcdns.state import family_of

KINDS = ("Deployment", "StatefulSet", "ReplicaSet", "DaemonSet")
HOLD = {"lifecycle": {"preStop": {"sleep": {"seconds": 5}}}}


def _workload(kind, name, number):
    labels = {"app": name}
    template = {
        "metadata": {"labels": labels},
        "spec": {
            "containers": [{"name": "c", "image": "pause", **(HOLD if number % 3 == 0 else {})}],
            "readinessGates": [{"conditionType": "svcdns.dev/ready"}],
            "terminationGracePeriodSeconds": 10 + number,
        },
    }
    scaled = {} if kind == "DaemonSet" else {"replicas": number}
    spec = {"selector": {"matchLabels": labels}, "template": template, **scaled}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}


def _service(name, number):
    choices = [{}, {"clusterIP": "None"}, {"ipFamilyPolicy": "RequireDualStack"}, {"publishNotReadyAddresses": True}]
    spec = {"selector": {"app": name}, "ports": [{"port": 80}], **choices[number % 4]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": f"{name}-{number % 4}"}, "spec": spec}


def _apply(cluster, item):
    cluster.apply(read_text(json.dumps(item)), "t")


OPERATIONS = {
    "apply": lambda cluster, kind, name, number: _apply(cluster, _workload(kind, name, number)),
    "serve": lambda cluster, _kind, name, number: _apply(cluster, _service(name, number)),
    "delete": lambda cluster, kind, name, _number: cluster.delete(kind, name, "t"),
    "scale": lambda cluster, kind, name, number: cluster.scale(kind, name, number, "t"),
    "restart": lambda cluster, kind, name, _number: cluster.restart(kind, name, "t"),
    "wish": lambda cluster, _kind, _name, number: cluster.wish_ready("t", ready=number % 2 == 0),
    "ready": lambda cluster, _kind, _name, number: cluster.set_ready(_pod(cluster, number), "t", ready=number % 2 == 0),
    "kill": lambda cluster, _kind, _name, number: cluster.delete("Pod", _pod(cluster, number), "t"),
    "finish": lambda cluster, _kind, _name, _number: cluster.finish_terminating("t"),
    "forget": lambda cluster, _kind, name, number: cluster.delete("Service", f"{name}-{number % 4}", "t"),
}
STEPS = st.lists(
    st.tuples(st.sampled_from(sorted(OPERATIONS)), st.sampled_from(KINDS), st.sampled_from("ab"), st.integers(0, 5)),
    max_size=25,
)


def _pod(cluster, number):
    names = sorted(key.name for key in cluster.state.only("t").pods)
    return names[number % len(names)] if names else "none"


@given(STEPS)
@settings(max_examples=60, deadline=None)
def test_the_state_always_fits_together(steps):
    cluster = Cluster(seed=1)
    cluster.create_namespace("t")
    for operation, kind, name, number in steps:
        try:
            OPERATIONS[operation](cluster, kind, name, number)
        except TargetError:
            continue
    state = cluster.state.only("t")
    addresses = [address for pod in state.pods.values() for address in pod.addresses]
    addresses += [address for service in state.services.values() for address in service.cluster_ips]
    assert len(addresses) == len(set(addresses))
    for key, service in state.services.items():
        for family in service.families:
            listed = [
                (endpoint.addresses[0], endpoint.ready, endpoint.serving, endpoint.terminating)
                for item in cluster.state.slices_by_service[key]
                if item.address_type == family
                for endpoint in item.endpoints
            ]
            assert sorted(listed) == sorted(
                (
                    next(address for address in pod.addresses if family_of(address) == family),
                    service.publish_not_ready or (pod.ready and not pod.terminating),
                    pod.ready,
                    pod.terminating,
                )
                for pod in state.pods.values()
                if pod.labels["app"] == service.selector["app"]
            )
    with cluster._changing() as store:
        store.changed.update(dict.fromkeys(ref_of(item) for item in store.all("t")))
        version = store.version
        reconcile.settle(store)
        assert store.version == version, "the controllers had something left to do"
