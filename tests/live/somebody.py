"""The cluster as another user, whose requests the audit log distinguishes from those of a run."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from typing import Any

from svcdns.targets.cluster.apiserver.api import Api

#: Who writes, in the API server's audit log: nothing that a run does is done by them.
SOMEBODY = "somebody-else"

Item = dict[str, Any]


class SomebodysApi(Api):
    """The API for reads, and kubectl for writes as another user."""

    def apply(self, item: Mapping[str, Any]) -> Item:
        """Create an object, or give it these fields."""
        return dict(json.loads(self._done("apply", "--server-side", "--force-conflicts", "-f", "-", given=item)))

    def replace(self, item: Mapping[str, Any]) -> Item:
        """Replace an object."""
        return dict(json.loads(self._done("replace", "-f", "-", given=item)))

    def patch(
        self, kind: str, name: str, namespace: str, change: Mapping[str, Any], *, strategic: bool = False
    ) -> Item:
        """Change an object."""
        how = "strategic" if strategic else "merge"
        return dict(
            json.loads(
                self._done("patch", kind, name, *_in(namespace), f"--type={how}", f"--patch={json.dumps(change)}")
            )
        )

    def delete(self, kind: str, name: str, namespace: str = "", *, grace_seconds: int | None = None) -> None:
        """Start deleting an object, if it is there."""
        grace = [] if grace_seconds is None else [f"--grace-period={grace_seconds}", "--force"]
        self._done("delete", kind, name, *_in(namespace), "--wait=false", "--ignore-not-found", *grace, output="name")

    def _done(self, *arguments: str, given: Mapping[str, Any] | None = None, output: str = "json") -> str:
        command = self.kubectl(*arguments, f"--as={SOMEBODY}", "--as-group=system:masters", f"--output={output}")
        text = None if given is None else json.dumps(given)
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout


def _in(namespace: str) -> list[str]:
    return [f"--namespace={namespace}"] if namespace else []
