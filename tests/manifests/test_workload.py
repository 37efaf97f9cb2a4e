"""The rules for Deployments, ReplicaSets, StatefulSets, DaemonSets, ReplicationControllers and Jobs."""

from __future__ import annotations

import pytest

VERSIONS = {
    "Deployment": "apps/v1",
    "ReplicaSet": "apps/v1",
    "StatefulSet": "apps/v1",
    "DaemonSet": "apps/v1",
    "ReplicationController": "v1",
    "Job": "batch/v1",
}
SELECTED = ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet")


def workload(
    kind: str, spec: str = "", *, pod: str = "", labels: str = "{app: web}", selector: str | None = None
) -> str:
    """A workload; ``spec`` stands in line 6, the pod template's labels in line 9, ``pod`` in line 11, the selector after it."""
    default = {"ReplicationController": "{app: web}", "Job": ""}.get(kind, "{matchLabels: {app: web}}")
    chosen = default if selector is None else selector
    return f"""\
apiVersion: {VERSIONS[kind]}
kind: {kind}
metadata:
  name: web
spec:
  {spec}
  template:
    metadata:
      labels: {labels}
    spec:
      {pod or ("restartPolicy: Never" if kind == "Job" else "")}
      containers: [{{name: c, image: i}}]
  {f"selector: {chosen}" if chosen else ""}
"""


def one(found: list[str], kind: str, expected: str) -> bool:
    return len(found) == 1 and found[0].startswith(expected.replace("~", f'{kind} "web": spec.'))


@pytest.mark.parametrize("kind", VERSIONS)
def test_a_plain_workload_is_accepted(problems, kind):
    assert problems(workload(kind)) == []


@pytest.mark.parametrize("kind", SELECTED)
@pytest.mark.parametrize(
    "selector",
    [
        "{matchExpressions: [{key: app, operator: In, values: [db, web]}]}",
        "{matchExpressions: [{key: app, operator: Exists}, {key: tier, operator: DoesNotExist}]}",
        "{matchLabels: {app: web}, matchExpressions: [{key: tier, operator: NotIn, values: [x]}]}",
    ],
)
def test_a_selector_may_be_made_of_expressions(problems, kind, selector):
    assert problems(workload(kind, selector=selector)) == []


@pytest.mark.parametrize("kind", SELECTED)
@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("", "5: ~selector: is required"),
        ("{}", "13: ~selector: must not be empty"),
        ("{matchLabels: {}}", "13: ~selector: must not be empty"),
        ("{matchLabels: {app: db}}", "9: ~template.metadata.labels: must be labels that spec.selector selects"),
        ("{matchLabels: {app: web, tier: x}}", "9: ~template.metadata.labels: must be labels"),
        ("{matchExpressions: [{key: app, operator: In, values: [db]}]}", "9: ~template.metadata.labels: must be labels"),
        ("{matchExpressions: [{key: app, operator: NotIn, values: [web]}]}", "9: ~template.metadata.labels: must be labels"),
        ("{matchExpressions: [{key: app, operator: DoesNotExist}]}", "9: ~template.metadata.labels: must be labels"),
        ("{matchExpressions: [{key: tier, operator: Exists}]}", "9: ~template.metadata.labels: must be labels"),
        ("{matchExpressions: [{key: app, operator: Exists, values: [a]}]}", "13: ~selector.matchExpressions[0].values: must not be given"),
        ("{matchExpressions: [{key: x, operator: NotIn}]}", "13: ~selector.matchExpressions[0].values: is required with the operator NotIn"),
    ],
)  # fmt: skip
def test_a_selector_must_be_there_and_select_the_template(problems, kind, selector, expected):
    assert one(problems(workload(kind, selector=selector)), kind, expected)


def test_an_operator_has_one_spelling(problems):
    found = problems(workload("Deployment", selector="{matchExpressions: [{key: app, operator: exists}]}"))
    assert 'operator: must be In, NotIn, Exists or DoesNotExist, not "exists"' in found[1]


@pytest.mark.parametrize("kind", [*SELECTED, "ReplicationController"])
@pytest.mark.parametrize("policy", ["Never", "OnFailure"])
def test_what_keeps_pods_running_restarts_them_always(problems, kind, policy):
    found = problems(workload(kind, pod=f"restartPolicy: {policy}"))
    assert one(found, kind, f"11: ~template.spec.restartPolicy: must be Always in a {kind}, not {policy}")


@pytest.mark.parametrize("pod", ["dnsPolicy: Default", "restartPolicy: Always"])
def test_a_job_says_that_its_pods_end(problems, pod):
    [found] = problems(workload("Job", pod=pod))
    assert "template.spec.restartPolicy: must be OnFailure or Never in a Job" in found


@pytest.mark.parametrize("kind", VERSIONS)
def test_the_pod_template_follows_the_rules_of_pods(problems, kind):
    found = problems(workload(kind).replace("name: c,", "name: C,"))
    assert one(found, kind, "12: ~template.spec.containers[0].name: must be a DNS-1123 label")


@pytest.mark.parametrize("kind", [*SELECTED, "ReplicationController"])
def test_what_keeps_pods_running_gives_them_no_deadline(problems, kind):
    found = problems(workload(kind, pod="activeDeadlineSeconds: 5"))
    assert one(found, kind, f"11: ~template.spec.activeDeadlineSeconds: must not be given in a {kind}")


@pytest.mark.parametrize("kind", VERSIONS)
def test_a_template_has_no_ephemeral_containers(problems, kind):
    text = workload(kind).replace("containers:", "ephemeralContainers: [{name: d, image: i}]\n      containers:")
    assert one(problems(text), kind, "12: ~template.spec.ephemeralContainers: must not be given in a pod template")


@pytest.mark.parametrize("kind", VERSIONS)
def test_only_a_stateful_set_replaces_its_templates_hostname(problems, kind):
    text = workload(kind).replace("containers:", "hostname: A\n      containers:")
    assert len(problems(text)) == (kind != "StatefulSet")


@pytest.mark.parametrize(
    ("kind", "spec", "expected"),
    [
        ("Deployment", "replicas: -1", "6: ~replicas: must be 0 or more, not -1"),
        ("ReplicaSet", "replicas: -1", "6: ~replicas: must be 0 or more, not -1"),
        ("StatefulSet", "replicas: -1", "6: ~replicas: must be 0 or more, not -1"),
        ("ReplicationController", "replicas: -1", "6: ~replicas: must be 0 or more, not -1"),
        ("DaemonSet", "minReadySeconds: -1", "6: ~minReadySeconds: must be 0 or more, not -1"),
        ("Deployment", "revisionHistoryLimit: -1", "6: ~revisionHistoryLimit: must be 0 or more"),
        ("Deployment", "minReadySeconds: 600", "5: ~progressDeadlineSeconds: must be greater than minReadySeconds, which is 600"),
        ("Deployment", "strategy: {type: recreate}", '6: ~strategy.type: must be RollingUpdate or Recreate, not "recreate"'),
        ("Deployment", "strategy: {type: Recreate, rollingUpdate: {}}", "6: ~strategy.rollingUpdate: must not be given"),
        ("Deployment", "strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0%}}", "6: ~strategy.rollingUpdate.maxUnavailable: must not be 0"),
        ("Deployment", "strategy: {rollingUpdate: {maxUnavailable: 101%}}", "6: ~strategy.rollingUpdate.maxUnavailable: must be at most 100%"),
        ("Deployment", "strategy: {rollingUpdate: {maxSurge: some}}", "6: ~strategy.rollingUpdate.maxSurge: must be a number of pods or"),
        ("Deployment", "strategy: {rollingUpdate: {maxSurge: -1}}", "6: ~strategy.rollingUpdate.maxSurge: must be 0 or more"),
        ("DaemonSet", "updateStrategy: {type: Recreate}", "6: ~updateStrategy.type: must be RollingUpdate or OnDelete"),
        ("DaemonSet", "updateStrategy: {rollingUpdate: {maxSurge: 1}}", "6: ~updateStrategy.rollingUpdate.maxSurge: must not be given where"),
        ("DaemonSet", "updateStrategy: {rollingUpdate: {maxUnavailable: 0}}", "6: ~updateStrategy.rollingUpdate.maxUnavailable: must not be 0"),
        ("StatefulSet", "serviceName: a.b", "6: ~serviceName: must be a DNS-1123 label"),
        ("StatefulSet", "podManagementPolicy: parallel", '6: ~podManagementPolicy: must be OrderedReady or Parallel, not "parallel"'),
        ("StatefulSet", "ordinals: {start: -1}", "6: ~ordinals.start: must be 0 or more, not -1"),
        ("StatefulSet", "updateStrategy: {type: Recreate}", "6: ~updateStrategy.type: must be RollingUpdate or OnDelete"),
        ("StatefulSet", "updateStrategy: {type: OnDelete, rollingUpdate: {}}", "6: ~updateStrategy.rollingUpdate: must not be given"),
        ("StatefulSet", "updateStrategy: {rollingUpdate: {partition: -1}}", "6: ~updateStrategy.rollingUpdate.partition: must be 0 or more"),
        ("StatefulSet", "updateStrategy: {rollingUpdate: {maxUnavailable: 0%}}", "6: ~updateStrategy.rollingUpdate.maxUnavailable: must not be 0"),
        (
            "StatefulSet",
            "persistentVolumeClaimRetentionPolicy: {whenScaled: Keep}",
            "6: ~persistentVolumeClaimRetentionPolicy.whenScaled: must be Retain or Delete",
        ),
        ("Job", "completionMode: Indexed\n  completions: 9\n  parallelism: 100001", "8: ~parallelism: must be at most 100000"),
        ("Job", "completions: -1", "6: ~completions: must be 0 or more, not -1"),
        ("Job", "completionMode: Indexed\n  parallelism: 1", "5: ~completions: is required with completionMode Indexed"),
        ("Job", "completionMode: indexed", "6: ~completionMode: must be NonIndexed or Indexed"),
        ("Job", "selector: {matchLabels: {app: web}}", "6: ~selector: must not be given without manualSelector: true"),
    ],
)  # fmt: skip
def test_a_workload_that_kubernetes_refuses_is_refused_for_its_one_reason(problems, kind, spec, expected):
    assert one(problems(workload(kind, spec)), kind, expected)


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("Deployment", "strategy: {type: Recreate}"),
        ("Deployment", "strategy: {rollingUpdate: {maxSurge: 0}}"),
        ("DaemonSet", "updateStrategy: {rollingUpdate: {maxSurge: 10%, maxUnavailable: 0}}"),
        ("DaemonSet", "updateStrategy: {type: OnDelete}"),
        ("StatefulSet", "updateStrategy: {rollingUpdate: {partition: 2, maxUnavailable: 25%}}"),
        ("Job", "{completionMode: Indexed, completions: 3}".strip("{}").replace(", ", "\n  ")),
        ("Job", "manualSelector: true\n  selector: {matchLabels: {app: web}}"),
        ("Job", "manualSelector: true\n  selector: {}"),
        ("Job", "completionMode: Indexed"),
    ],
)
def test_a_workload_that_kubernetes_accepts_is_accepted(problems, kind, spec):
    assert problems(workload(kind, spec)) == []


def test_a_job_with_its_own_selector_must_select_its_template(problems):
    found = problems(workload("Job", "manualSelector: true\n  selector: {matchLabels: {app: db}}"))
    assert one(found, "Job", "10: ~template.metadata.labels: must be labels that spec.selector selects")


def test_an_indexed_job_must_make_hostnames_of_its_name(problems):
    text = workload("Job", "completions: 11\n  completionMode: Indexed").replace("name: web", f"name: {'a' * 61}")
    [found] = problems(text)
    assert found.startswith("4: ")
    assert found.endswith("the last pod's hostname, which must be at most 63 characters long, not 64")


def test_the_pods_of_a_stateful_set_may_mount_its_claims(problems):
    claims = "volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]"
    text = workload("StatefulSet", claims).replace(
        "image: i", "image: i, volumeMounts: [{name: data, mountPath: /data}]"
    )
    assert problems(text) == []


@pytest.mark.parametrize(
    ("labels", "selector", "expected"),
    [
        ("{app: web}", "{app: db}", "9: ~template.metadata.labels: must be labels that spec.selector selects"),
        (
            "{app: web}",
            "{app: web, tier: ''}",
            "9: ~template.metadata.labels: must be labels that spec.selector selects",
        ),
        ("{}", "", "9: ~template.metadata.labels: is required where there is no selector"),
    ],
)
def test_a_replication_controller_must_select_its_template(problems, labels, selector, expected):
    found = problems(workload("ReplicationController", labels=labels, selector=selector))
    assert one(found, "ReplicationController", expected)


def test_a_replication_controller_selects_its_templates_labels_by_default(problems):
    assert problems(workload("ReplicationController", selector="")) == []
