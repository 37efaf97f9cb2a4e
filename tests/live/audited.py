"""A kind cluster whose API server writes down every change that is asked of it, and by whom.

Usage: python -m tests.live.audited DIRECTORY
DIRECTORY gets the audit policy and a kind configuration, whose path is printed; the log will be DIRECTORY/audit.log.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

Event = dict[str, Any]

#: Writes of kubeconfigs' user: a run's, and those that tests make as somebody else.
WRITES = ["create", "update", "patch", "delete", "deletecollection"]
USER = "kubernetes-admin"

_WITHIN = "/var/log/svcdns-audit"
LOG, POLICY, CONFIGURATION = "audit.log", "policy.yaml", "kind.yaml"


def prepare(directory: Path) -> Path:
    """Write the audit policy and the kind configuration; the path of the latter."""
    rules = [
        {"level": "RequestResponse", "users": [USER], "verbs": WRITES, "omitStages": ["RequestReceived"]},
        {"level": "None"},
    ]
    policy = {"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": rules}
    (directory / POLICY).write_text(yaml.safe_dump(policy))
    arguments = {
        "audit-policy-file": f"{_WITHIN}/{POLICY}",
        "audit-log-path": f"{_WITHIN}/{LOG}",
        "audit-log-mode": "blocking-strict",
    }
    volume = {
        "name": "audit",
        "hostPath": _WITHIN,
        "mountPath": _WITHIN,
        "readOnly": False,
        "pathType": "DirectoryOrCreate",
    }
    patch = {"kind": "ClusterConfiguration", "apiServer": {"extraArgs": arguments, "extraVolumes": [volume]}}
    node = {
        "role": "control-plane",
        "extraMounts": [{"hostPath": str(directory), "containerPath": _WITHIN}],
        "kubeadmConfigPatches": [yaml.safe_dump(patch)],
    }
    whole = {"kind": "Cluster", "apiVersion": "kind.x-k8s.io/v1alpha4", "nodes": [node]}
    (directory / CONFIGURATION).write_text(yaml.safe_dump(whole))
    return directory / CONFIGURATION


def written(log: Path, since: int) -> Iterator[Event]:
    """The changes that runs have made, in their order, without refused ones, dry runs, and those of other users.

    Args:
        log: the audit log.
        since: the octets of it that tell how the cluster was made.
    """
    with log.open("rb") as lines:
        lines.seek(since)
        for line in lines:
            event = json.loads(line)
            code = event.get("responseStatus", {}).get("code", 0)
            tried = "dryRun=" in event["requestURI"]
            if event["user"]["username"] == USER and "impersonatedUser" not in event and code < 400 and not tried:
                yield event


if __name__ == "__main__":
    sys.stdout.write(f"{prepare(Path(sys.argv[1]))}\n")
