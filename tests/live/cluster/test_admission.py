"""Generated objects, given to a real API server and read by us: accepted or refused alike, with the same values.

The objects are those with null values in maps, and Jobs with and without counts. The seed is fixed, so that a difference is
seen again.
"""

from __future__ import annotations

import json
import random
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from svcdns.controllers import Cluster
from svcdns.errors import ManifestError
from svcdns.manifests import read_text

Json = dict[str, Any]

OBJECTS = 2_000
NAMESPACE = "svcdns-test-admission"
#: How an API server refuses an object; 500 where server-side apply cannot tell the items of a list apart.
REFUSED = {400, 422, 500}


def texts(draw: random.Random) -> Json:
    """A map of texts, some of them null."""
    return {key: draw.choice([None, "", "x"]) for key in draw.sample(["a", "b", "c"], draw.randint(1, 3))}


def quantities(draw: random.Random) -> Json:
    """Resources of a container, some of them null."""
    keys = ("limits",) if draw.random() < 0.5 else ("requests",)
    return {
        key: {name: draw.choice([None, "1", 1, "0"]) for name in draw.sample(["cpu", "memory"], draw.randint(1, 2))}
        for key in keys
    }


def pod_spec(draw: random.Random, **spec: object) -> Json:
    return {
        "containers": [{"name": "c", "image": "x", "resources": quantities(draw)}],
        "nodeSelector": texts(draw),
        **spec,
    }


def workload(draw: random.Random) -> Json:
    labels = texts(draw)
    return {
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels, "annotations": texts(draw)}, "spec": pod_spec(draw)},
    }


def job(draw: random.Random) -> Json:
    counts = {name: draw.choice([None, 0, 1, 3]) for name in ("completions", "parallelism")}
    kept = {name: count for name, count in counts.items() if draw.random() < 0.6}
    mode = draw.choice([{}, {"completionMode": "Indexed"}, {"completionMode": "NonIndexed"}])
    return {**kept, **mode, "template": {"spec": pod_spec(draw, restartPolicy="Never")}}


MADE: dict[tuple[str, str], Callable[[random.Random], Json]] = {
    ("v1", "Service"): lambda draw: {"spec": {"ports": [{"port": 80}], "selector": texts(draw)}},
    ("v1", "Pod"): lambda draw: {"spec": pod_spec(draw)},
    ("v1", "ConfigMap"): lambda draw: {"data": texts(draw), "binaryData": {"z": draw.choice([None, "", "eA=="])}},
    ("v1", "Secret"): lambda draw: {"data": {"z": draw.choice([None, "", "eA=="])}},
    ("discovery.k8s.io/v1", "EndpointSlice"): lambda draw: {
        "addressType": "IPv4",
        "endpoints": [{"addresses": ["192.0.2.1"], "deprecatedTopology": texts(draw)}],
    },
    ("apps/v1", "Deployment"): lambda draw: {"spec": workload(draw)},
    ("apps/v1", "ReplicaSet"): lambda draw: {"spec": workload(draw)},
    ("apps/v1", "DaemonSet"): lambda draw: {"spec": workload(draw)},
    ("apps/v1", "StatefulSet"): lambda draw: {"spec": workload(draw)},
    ("batch/v1", "Job"): lambda draw: {"spec": job(draw)},
}


def generated(number: int, draw: random.Random) -> Json:
    version, kind = draw.choice(sorted(MADE))
    metadata = {"name": f"x{number}", "labels": texts(draw), "annotations": texts(draw)}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **MADE[version, kind](draw)}


def maps(value: object, path: tuple[str | int, ...] = ()) -> dict[tuple[str | int, ...], object]:
    """The maps of an object whose values are the user's, and the counts of a Job, by their paths."""
    found: dict[tuple[str | int, ...], object] = {}
    for key, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        if key in {
            "labels",
            "annotations",
            "selector",
            "matchLabels",
            "nodeSelector",
            "data",
            "binaryData",
            "completions",
            "parallelism",
        }:
            found[*path, key] = part
        else:
            found |= maps(part, (*path, key))
    return found


def _of(value: object, declared: object) -> object:
    """What became of what was declared: controllers add labels and annotations of their own, and empty is absent."""
    if isinstance(value, dict) and isinstance(declared, dict):
        return {key: value.get(key) for key in declared}
    return value or None


@pytest.fixture
def server(kubeconfig: Path, context: str):
    """Gives objects to the API server, which keeps none: what it makes of each that it accepts, by name."""
    kubectl = ["kubectl", "--kubeconfig", str(kubeconfig), "--context", context]
    subprocess.run([*kubectl, "create", "namespace", NAMESPACE], check=True, capture_output=True)
    proxy = subprocess.Popen([*kubectl, "proxy", "--port", "0"], stdout=subprocess.PIPE, text=True)
    assert proxy.stdout is not None
    address = proxy.stdout.readline().split()[-1]

    def apply(item: Json) -> Json | None:
        version, plural = item["apiVersion"], f"{item['kind'].lower()}s".replace("endpointss", "endpoints")
        root = "api" if version == "v1" else "apis"
        url = (
            f"http://{address}/{root}/{version}/namespaces/{NAMESPACE}/{plural}/{item['metadata']['name']}"
            "?fieldManager=svcdns-test&dryRun=All&fieldValidation=Strict"
        )
        headers = {"Content-Type": "application/apply-patch+yaml"}
        asked = urllib.request.Request(url, json.dumps(item).encode(), headers, method="PATCH")
        try:
            with urllib.request.urlopen(asked, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code not in REFUSED:
                raise
            return None

    def apply_all(objects: list[Json]) -> dict[str, Json]:
        with ThreadPoolExecutor(4) as pool:
            return {item["metadata"]["name"]: item for item in pool.map(apply, objects) if item is not None}

    yield apply_all
    proxy.terminate()
    proxy.communicate()
    subprocess.run([*kubectl, "delete", "namespace", NAMESPACE, "--wait=false"], check=True, capture_output=True)


@pytest.mark.timeout(600)
def test_null_values_and_counts_are_what_the_api_server_makes_of_them(server):
    draw = random.Random(1)
    objects = [generated(number, draw) for number in range(OBJECTS)]
    accepted = server(objects)
    differences = []
    for item in objects:
        name = item["metadata"]["name"]
        cluster = Cluster(seed=1)
        cluster.create_namespace("t")
        try:
            cluster.apply(read_text(json.dumps(item)), "t")
        except ManifestError as error:
            if name in accepted:
                differences.append(f"refused here: {error}\n{item}")
            continue
        if name not in accepted:
            differences.append(f"accepted here: {item}")
            continue
        [stored] = [
            each for each in cluster.objects("t") if (each["kind"], each["metadata"]["name"]) == (item["kind"], name)
        ]
        theirs, ours = maps(accepted[name]), maps(stored)
        differences += [
            f"{item['kind']} {path}: {ours.get(path)} here, {theirs.get(path)} there\n{item}"
            for path, declared in maps(item).items()
            if _of(theirs.get(path), declared) != _of(ours.get(path), declared)
        ]
    assert differences == []
    assert 0.5 * OBJECTS < len(accepted) < OBJECTS
