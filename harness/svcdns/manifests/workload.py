"""The rules for workloads, which create Pods.

Kubernetes' ``pkg/apis/apps/validation/validation.go``, ``pkg/apis/batch/validation/validation.go``, and for
ReplicationControllers ``pkg/apis/core/validation/validation.go``.
"""

from __future__ import annotations

from collections.abc import Iterator

from svcdns.manifests.field import Field, named, not_negative, one_of, required
from svcdns.manifests.metadata import label_selector, labels, selects
from svcdns.manifests.names import dns_1123_label
from svcdns.manifests.pod import hostnames, template
from svcdns.manifests.problem import Problem, quoted
from svcdns.manifests.strategy import daemon_set_strategy, deployment_strategy, stateful_set_strategy

_DEFAULT_DEADLINE = 600
_MOST_INDEXED_AT_ONCE = 100_000


def deployment(root: Field) -> Iterator[Problem]:
    """Check a Deployment."""
    spec = root["spec"]
    yield from _lasting(spec, "Deployment")
    yield from hostnames(spec["template"]["spec"])
    yield from not_negative(spec["revisionHistoryLimit"], spec["progressDeadlineSeconds"])
    deadline, ready = spec["progressDeadlineSeconds"], spec["minReadySeconds"].number or 0
    if (_DEFAULT_DEADLINE if deadline.number is None else deadline.number) <= ready:
        yield deadline.error(
            f"must be greater than minReadySeconds, which is {ready} (it is {_DEFAULT_DEADLINE} if not given)"
        )
    yield from deployment_strategy(spec["strategy"])


def replica_set(root: Field) -> Iterator[Problem]:
    """Check a ReplicaSet."""
    yield from _lasting(root["spec"], "ReplicaSet")
    yield from hostnames(root["spec"]["template"]["spec"])


def daemon_set(root: Field) -> Iterator[Problem]:
    """Check a DaemonSet."""
    spec = root["spec"]
    yield from _lasting(spec, "DaemonSet")
    yield from hostnames(spec["template"]["spec"])
    yield from not_negative(spec["revisionHistoryLimit"])
    yield from daemon_set_strategy(spec["updateStrategy"])


def stateful_set(root: Field) -> Iterator[Problem]:
    """Check a StatefulSet.

    Its template's hostname and subdomain are not checked: the controller replaces them by the pod's name and
    ``serviceName``, which may be left out since 1.34.
    """
    spec = root["spec"]
    yield from _lasting(spec, "StatefulSet")
    yield from named(spec["serviceName"], dns_1123_label)
    yield from one_of(spec["podManagementPolicy"], ("OrderedReady", "Parallel"))
    yield from not_negative(spec["ordinals"]["start"])
    yield from stateful_set_strategy(spec["updateStrategy"])
    for moment in ("whenDeleted", "whenScaled"):
        yield from one_of(spec["persistentVolumeClaimRetentionPolicy"][moment], ("Retain", "Delete"))


def replication_controller(root: Field) -> Iterator[Problem]:
    """Check a ReplicationController, whose selector is a plain mapping of labels, by default those of its template."""
    spec = root["spec"]
    yield from required(spec["template"])
    if spec["template"].given and not spec["selector"].given:
        yield from required(_labels(spec), " where there is no selector")
    yield from labels(spec["selector"])
    if any(_labels(spec)[key].value != value.value for key, value in spec["selector"].entries().items()):
        yield _mismatch(spec)
    yield from _running(spec, "ReplicationController")
    yield from hostnames(spec["template"]["spec"])


def job(root: Field) -> Iterator[Problem]:
    """Check a Job."""
    spec = root["spec"]
    counts = ("parallelism", "completions", "backoffLimit", "activeDeadlineSeconds", "ttlSecondsAfterFinished")
    yield from not_negative(*(spec[name] for name in counts))
    yield from template(spec["template"])
    yield from hostnames(spec["template"]["spec"])
    policy = spec["template"]["spec"]["restartPolicy"]
    if policy.text in {"", "Always"}:
        yield policy.error("must be OnFailure or Never in a Job; Always, the default, is not allowed")
    if spec["manualSelector"].value is True:
        yield from _selector(spec, may_be_empty=True)
    elif spec["selector"]["matchLabels"].given or spec["selector"]["matchExpressions"].given:
        yield spec["selector"].error("must not be given without manualSelector: true, because a Job makes its own")
    yield from one_of(spec["completionMode"], ("NonIndexed", "Indexed"))
    yield from not_negative(spec["backoffLimitPerIndex"])
    if spec["completionMode"].text == "Indexed":
        yield from _indexed(root)
    elif spec["backoffLimitPerIndex"].value is not None:
        yield spec["backoffLimitPerIndex"].error("is only for a Job with completionMode Indexed")


def _indexed(root: Field) -> Iterator[Problem]:
    spec = root["spec"]
    completions = spec["completions"].number
    if completions is None and spec["parallelism"].number is None:
        # The API server sets both to 1 (``pkg/apis/batch/v1/defaults.go``).
        completions = 1
    if completions is None:
        yield spec["completions"].error("is required with completionMode Indexed and a parallelism")
    elif completions > 0 and root["metadata"]["name"].given:
        last = f"{root['metadata']['name'].text}-{completions - 1}"
        if problem := dns_1123_label(last):
            yield root["metadata"]["name"].error(f"makes {quoted(last)} the last pod's hostname, which {problem}")
    if (spec["parallelism"].number or 0) > _MOST_INDEXED_AT_ONCE:
        yield spec["parallelism"].error(f"must be at most {_MOST_INDEXED_AT_ONCE} with completionMode Indexed")


def _lasting(spec: Field, kind: str) -> Iterator[Problem]:
    """Check a workload that keeps pods running and selects them by a label selector."""
    yield from _selector(spec)
    yield from _running(spec, kind)


def _selector(spec: Field, *, may_be_empty: bool = False) -> Iterator[Problem]:
    selector = spec["selector"]
    if selector.value is None:
        yield selector.error("is required")
    elif not may_be_empty and not (selector["matchLabels"].given or selector["matchExpressions"].given):
        yield selector.error("must not be empty")
    elif not selects(selector, {key: value.text for key, value in _labels(spec).entries().items()}):
        yield _mismatch(spec)
    yield from label_selector(selector)


def _running(spec: Field, kind: str) -> Iterator[Problem]:
    pods = spec["template"]["spec"]
    yield from not_negative(spec["replicas"], spec["minReadySeconds"])
    claims = [claim["metadata"]["name"].text for claim in spec["volumeClaimTemplates"].items()]
    yield from template(spec["template"], claims)
    if pods["restartPolicy"].text in {"OnFailure", "Never"}:
        yield pods["restartPolicy"].error(f"must be Always in a {kind}, not {pods['restartPolicy'].text}")
    if pods["activeDeadlineSeconds"].given:
        yield pods["activeDeadlineSeconds"].error(f"must not be given in a {kind}")


def _labels(spec: Field) -> Field:
    return spec["template"]["metadata"]["labels"]


def _mismatch(spec: Field) -> Problem:
    return _labels(spec).error("must be labels that spec.selector selects")
