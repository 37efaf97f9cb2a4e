"""What holds for every Namespace of a run: what its pods may do, that it needs a ServiceAccount, and takes time to go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from svcdns.client import eventually
from svcdns.errors import UndeterminedError
from svcdns.targets.cluster.apiserver.api import Api

#: The label by which the API server enforces the strictest of the Pod Security Standards.
RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted"}

#: The label for pods in the network of their node, which the other two standards refuse.
PRIVILEGED = {"pod-security.kubernetes.io/enforce": "privileged"}

_PAUSE_SECONDS = 0.05


def await_service_account(api: Api, namespace: str, deadline_seconds: float) -> None:
    """Wait for the default ServiceAccount: a controller creates it, and before that no pod is admitted.

    Raises:
        UndeterminedError: if it does not exist at the deadline.
    """
    account = eventually(
        lambda: api.get("ServiceAccount", "default", namespace),
        lambda item: item is not None,
        deadline_seconds=deadline_seconds,
        interval_seconds=_PAUSE_SECONDS,
        in_a_row=1,
    )
    if not account.good:
        raise UndeterminedError(
            f'the namespace "{namespace}" has no ServiceAccount "default" after {deadline_seconds:.0f} s'
        )


def what_holds(item: Mapping[str, Any]) -> str:
    """Return why a deleted object still exists: the words of a Namespace's controller, and the object's finalizers."""
    conditions = (item.get("status") or {}).get("conditions") or ()
    reasons = [
        condition["message"] for condition in conditions if condition["status"] == "True" and condition.get("message")
    ]
    finalizers = item["metadata"].get("finalizers") or ()
    reasons += [f"its own finalizers {', '.join(finalizers)}"] if finalizers else []
    return "; ".join(reasons) or "its controller has not said why"
