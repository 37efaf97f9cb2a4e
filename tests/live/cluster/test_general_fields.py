"""Objects with legal and illegal values in their fields, given to a real API server and to the reference: accepted and refused alike.

`differences.yaml` lists where the two differ on purpose, each with the reason.
"""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest
import yaml
from tests.live.cluster.generated import general
from tests.live.cluster.test_admission import server

from svcdns.controllers import Cluster
from svcdns.errors import ManifestError
from svcdns.manifests import read_text

__all__ = ["server"]

OBJECTS = 500
DIFFERENCES = yaml.safe_load((Path(__file__).parent / "differences.yaml").read_text())["differences"]


def _listed(difference: str) -> bool:
    return any(re.search(row["pattern"], difference) for row in DIFFERENCES)


@pytest.mark.timeout(600)
def test_fields_are_accepted_and_refused_as_by_the_api_server(server):
    draw = random.Random(2)
    drawn = [general(number, draw) for number in range(OBJECTS)]
    # The path of a request has the name, so one that is no path segment is never judged.
    objects = [item for item in drawn if re.fullmatch(r"x[0-9]+", item["metadata"].get("name") or "")]
    accepted = server(objects)
    differences = []
    for item in objects:
        cluster = Cluster(seed=1)
        cluster.create_namespace("t")
        try:
            cluster.apply(read_text(json.dumps(item)), "t")
        except ManifestError as error:
            if item["metadata"]["name"] in accepted:
                differences.append(f"refused here: {error}\n{item}")
        else:
            if item["metadata"]["name"] not in accepted:
                differences.append(f"accepted here: {item}")
    assert [difference for difference in differences if not _listed(difference)] == []
    assert 0.2 * len(objects) < len(accepted) < len(objects)
