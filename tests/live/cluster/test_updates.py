"""Changes of an object by an apply, on a real cluster: accepted and refused as by the reference."""

from __future__ import annotations

import json

import pytest
from tests.updates import UPDATES

from svcdns.errors import ManifestError
from svcdns.manifests import read_text
from svcdns.targets.cluster import LiveCluster


@pytest.mark.timeout(120)
def test_an_apply_is_accepted_or_refused(cluster: LiveCluster, namespace: str):
    wrong = []
    for update in UPDATES:
        *earlier, last = update.objects
        for item in earlier:
            cluster.apply(read_text(json.dumps(item)), namespace)
        try:
            cluster.apply(read_text(json.dumps(last)), namespace)
            refusal = ""
        except ManifestError as error:
            refusal = str(error)
        if bool(refusal) != bool(update.refused) or update.refused not in refusal:
            wrong.append(f"{update.title}: {refusal or 'accepted'}")
        cluster.delete(last["kind"], "u", namespace)
    assert wrong == []
