from __future__ import annotations

import json
import stat

import pytest

from svcdns.errors import TargetError, UsageError
from svcdns.targets.kind import KindCluster, KindSettings, Patience
from svcdns.targets.kind.ports import NODE_PORTS

from .conftest import Tools

SETTINGS = KindSettings(run="abcde")
NAME = "svcdns-abcde"
IMAGE = "kindest/node:v1.37.0@sha256:a1ed56cfb0e7b93589bdf97c8cd566405a265939e3620fc4f5de89adff580ae5"


def enter(settings: KindSettings = SETTINGS, said: list[str] | None = None, **patience: float) -> None:
    with KindCluster(
        settings, (said if said is not None else []).append, Patience(**{"again_seconds": (0.0, 0.0)} | patience)
    ):
        pass


def test_a_cluster_is_created_for_the_run_and_deleted_at_its_end(tools: Tools):
    with KindCluster(SETTINGS, print) as cluster:
        assert (cluster.name, cluster.context, cluster.created) == (NAME, f"kind-{NAME}", True)
        assert [path.name for path in tools.containers.iterdir()] == [f"{NAME}-control-plane"]
        assert cluster.kubeconfig.read_text() == "the kubeconfig\n"
    assert tools.left == []


def test_kind_is_given_an_argument_list_and_a_kubeconfig_of_ours(tools: Tools):
    with KindCluster(KindSettings(run="abcde", image=IMAGE), print) as cluster:
        config = str(cluster.kubeconfig.with_name("kind.yaml"))
        kubeconfig = str(cluster.kubeconfig)
    [arguments] = tools.made("create", "cluster")
    assert arguments[2:] == [
        *(f"--name={NAME}", f"--config={config}", f"--kubeconfig={kubeconfig}", f"--image={IMAGE}"),
    ]
    of_kind = [call for call in tools.calls if call["program"] == "kind"]
    assert {call["kubeconfig"] for call in of_kind} == {kubeconfig}
    assert tools.made("delete", "cluster") == [["delete", "cluster", f"--name={NAME}", f"--kubeconfig={kubeconfig}"]]


def test_every_command_leads_a_process_group_that_ctrl_c_does_not_reach(tools: Tools):
    enter()
    assert all(call["leads_its_group"] for call in tools.calls)


def test_the_kubeconfig_is_private_and_the_users_own_is_not_touched(tools: Tools):
    with KindCluster(SETTINGS, print) as cluster:
        assert stat.S_IMODE(cluster.kubeconfig.stat().st_mode) == 0o600
        assert stat.S_IMODE(cluster.kubeconfig.parent.stat().st_mode) == 0o700
    beside = {path.name for path in tools.bin.parent.iterdir()}
    assert beside == {"bin", "state", "temporary"}


@pytest.mark.parametrize(("family", "address"), [("ipv4", "127.0.0.1"), ("dual", "127.0.0.1"), ("ipv6", "::1")])
def test_node_ports_are_mapped_to_a_free_port_of_the_loopback_for_udp_and_tcp(tools: Tools, family, address):
    with KindCluster(KindSettings(run="abcde", ip_family=family), print) as cluster:
        assert tuple(node for node, _ in cluster.mapped) == NODE_PORTS
        assert cluster.address == address
        expected = [
            {"containerPort": node, "listenAddress": address, "hostPort": host, "protocol": protocol}
            for node, host in cluster.mapped
            for protocol in ("UDP", "TCP")
        ]
    assert tools.configuration["nodes"] == [{"role": "control-plane", "extraPortMappings": expected}]
    assert tools.configuration["networking"] == {"ipFamily": family}
    assert len({host for _, host in cluster.mapped}) == len(NODE_PORTS)


def test_one_node_is_the_control_plane_and_the_others_are_workers(tools: Tools):
    enter(KindSettings(run="abcde", nodes=3))
    assert [node["role"] for node in tools.configuration["nodes"]] == ["control-plane", "worker", "worker"]


def test_progress_is_shown_while_kind_still_runs(tools: Tools):
    # kind goes on only when its first line has been seen.
    tools.on("kind-create-cluster", "say(' \\x1b[32m•\\x1b[0m Preparing nodes 📦  ...'); wait_for('seen'); create()")
    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        if "Preparing nodes" in line:
            (tools.state / "seen").touch()

    with KindCluster(SETTINGS, say, Patience(create_seconds=20)):
        pass
    [line] = [line for line in said if "Preparing" in line]
    assert line.endswith(" s  Preparing nodes")
    assert all(line.isprintable() for line in said)


def test_a_long_phase_is_shown_again(tools: Tools):
    tools.on("kind-create-cluster", "say(' • Preparing nodes 📦  ...'); wait_for('seen'); create()")
    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        if "still Preparing" in line:
            (tools.state / "seen").touch()

    with KindCluster(SETTINGS, say, Patience(create_seconds=20, silence_seconds=0.1)):
        pass
    assert any(line.endswith(" s  still Preparing nodes") for line in said)


def test_a_cluster_that_is_kept_comes_with_the_commands_to_use_and_to_delete_it(tools: Tools):
    said: list[str] = []
    enter(KindSettings(run="abcde", keep=True), said)
    assert tools.left == [f"{NAME}-control-plane"]
    assert tools.made("delete", "cluster") == []
    assert said[-2].endswith(f": pytest features/ --target kind --cluster-name {NAME}")
    assert said[-1].endswith(f": kind delete cluster --name {NAME}")


def test_a_failing_run_deletes_the_cluster_too(tools: Tools):
    with pytest.raises(ZeroDivisionError), KindCluster(SETTINGS, print):
        1 / 0  # noqa: B018 - it fails
    assert tools.left == []


def test_logs_are_exported_once(tools: Tools):
    with KindCluster(SETTINGS, print) as cluster:
        cluster.export_logs(tools.state / "logs")
        cluster.export_logs(tools.state / "logs")
    assert tools.made("export", "logs") == [["export", "logs", f"--name={NAME}", "--", str(tools.state / "logs")]]


def test_logs_that_cannot_be_exported_are_mentioned(tools: Tools):
    tools.on(
        "kind-export-logs", "sys.exit('ERROR: [command \"docker exec x crictl\" failed with error: exit status 126]')"
    )
    said: list[str] = []
    with KindCluster(SETTINGS, said.append) as cluster:
        cluster.export_logs(tools.state / "logs")
    assert any("not all logs" in line and "crictl" in line for line in said)


FAILED_RUN = """
say(' • Preparing nodes 📦  ...')
(containers / f"{name}-control-plane").touch()
say('ERROR: failed to create cluster: command "docker run --name x" failed with error: exit status 125', '')
say('Command Output: 3fae', 'docker: Error response from daemon: no space left.', '', "Run 'docker run --help' for more")
sys.exit(1)
"""


def test_a_failed_creation_leaves_nothing_and_ends_with_kinds_last_words(tools: Tools):
    tools.on("kind-create-cluster", FAILED_RUN)
    with pytest.raises(TargetError) as caught:
        enter()
    assert str(caught.value) == "kind could not create the cluster: docker: Error response from daemon: no space left."
    assert tools.left == []


TAKEN = """
(state / "tries").open("a").write("x")
first = (state / "tries").stat().st_size == 1
port = call["config"].partition("hostPort: ")[2].split()[0] if "{port}" == "ours" else "{port}"
if first or port == "{port}":
    say('ERROR: failed to create cluster: command "docker run" failed with error: exit status 125')
    say('', f'Command Output: docker: Error response from daemon: Bind for 127.0.0.1:{{port}} failed: {words}.')
    sys.exit(1)
create()
"""


@pytest.mark.parametrize("words", ["port is already allocated", "bind: address already in use"])
def test_when_a_port_of_ours_was_taken_meanwhile_others_are_tried(tools: Tools, words):
    tools.on("kind-create-cluster", TAKEN.format(port="ours", words=words))
    with KindCluster(SETTINGS, print) as cluster:
        assert len(tools.made("create", "cluster")) == 2
        hosts = {mapping["hostPort"] for mapping in tools.configuration["nodes"][0]["extraPortMappings"]}
        assert hosts == {host for _, host in cluster.mapped}
    assert tools.left == []


def test_a_port_that_the_user_asked_for_and_that_is_taken_is_refused(tools: Tools, tmp_path):
    tools.on("kind-create-cluster", TAKEN.format(port="8080", words="port is already allocated"))
    file = tmp_path / "mine.yaml"
    file.write_text("kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n")
    with pytest.raises(UsageError, match=r"in use: .*127.0.0.1:8080 .*; free it, or name another in .*mine\.yaml"):
        enter(KindSettings(run="abcde", config=file))
    assert len(tools.made("create", "cluster")) == 1
    assert tools.left == []


def test_an_image_that_cannot_be_pulled_is_refused(tools: Tools):
    failed = 'failed to pull image "x": command "docker pull x" failed with error: exit status 1'
    tools.on(
        "kind-create-cluster",
        f"say('ERROR: failed to create cluster: {failed}', '', 'Command Output: no x'); sys.exit(1)",
    )
    with pytest.raises(UsageError, match=r'^failed to pull image "x": no x; check the name, or .* --kind-image$'):
        enter(KindSettings(run="abcde", image="x"))


def test_an_image_that_does_not_come_in_time_is_refused(tools: Tools):
    tools.on("kind-create-cluster", "say(' • Ensuring node image (x) 🖼  ...'); wait_for('never')")
    with pytest.raises(
        UsageError, match=r"^Ensuring node image \(x\): the image was not pulled within 0 s; pull it first"
    ):
        enter(pull_seconds=0.3)
    assert tools.left == []


def test_the_deadline_of_an_image_ends_when_it_is_there(tools: Tools):
    # The second phase outlasts it: it is said again four times.
    phases = (
        "say(' • Ensuring node image (x) 🖼', ' ✓ Ensuring node image (x) 🖼', ' • Preparing nodes'); wait_for('seen')"
    )
    tools.on("kind-create-cluster", f"{phases}; create()")
    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        if sum("still Preparing" in line for line in said) == 4:
            (tools.state / "seen").touch()

    with KindCluster(SETTINGS, say, Patience(pull_seconds=0.3, silence_seconds=0.1)):
        pass


def test_a_creation_that_does_not_end_is_given_up(tools: Tools):
    tools.on("kind-create-cluster", "say(' • Starting control-plane'); create(); wait_for('never')")
    with pytest.raises(TargetError, match="did not end within 0 s, the last phase was Starting control-plane"):
        enter(create_seconds=0.3)
    assert tools.left == []


def test_a_deletion_that_fails_fails_the_run(tools: Tools):
    tools.on("kind-delete-cluster", "sys.exit('ERROR: failed to delete cluster: the daemon is gone')")
    with pytest.raises(TargetError) as caught:
        enter()
    assert str(caught.value) == (
        f"the kind cluster {NAME} could not be deleted: failed to delete cluster: the daemon is gone;"
        f" delete it: kind delete cluster --name {NAME}"
    )
    assert tools.left == [f"{NAME}-control-plane"]


def test_a_deletion_that_fails_at_first_is_tried_again(tools: Tools):
    once = "wait = state / 'once'; first = not wait.exists(); wait.touch()"
    tools.on("kind-delete-cluster", f"{once}; sys.exit('ERROR: no exit event') if first else delete()")
    enter()
    assert tools.left == []
    assert len(tools.made("delete", "cluster")) == 2


def test_a_deletion_that_leaves_a_node_fails_the_run(tools: Tools):
    tools.on("kind-delete-cluster", "pass")
    with pytest.raises(TargetError, match=f"could not be deleted: {NAME}-control-plane; delete it"):
        enter()


def test_a_failed_deletion_after_a_failed_creation_is_shown_beside_it(tools: Tools):
    tools.on("kind-create-cluster", FAILED_RUN)
    tools.on("kind-delete-cluster", "sys.exit('ERROR: no')")
    said: list[str] = []
    with pytest.raises(TargetError, match="no space left"):
        enter(said=said)
    assert f"the kind cluster {NAME} could not be deleted: no;" in said[-1]


def test_a_cluster_of_the_same_name_is_neither_used_nor_deleted(tools: Tools):
    (tools.containers / f"{NAME}-control-plane").touch()
    with pytest.raises(UsageError, match=f'there is a kind cluster "{NAME}": use it with --cluster-name'):
        enter()
    assert tools.left == [f"{NAME}-control-plane"]


WAITING = {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling\nimage"}}
NOT_READY = {"type": "Ready", "status": "False", "reason": "KubeletNotReady", "message": "no network"}
READY = {"metadata": {"name": "fine"}, "status": {"conditions": [{"type": "Ready", "status": "True"}]}}


@pytest.mark.parametrize(
    ("failing", "status", "words"),
    [
        ("wait", {"conditions": [NOT_READY]}, "nodes are not ready: one: no network;"),
        (
            "rollout",
            {"containerStatuses": [{"state": WAITING}]},
            "DNS pods are not ready: one: Back-off pulling image;",
        ),
        (
            "rollout",
            {"conditions": [NOT_READY, {"type": "PodScheduled", "status": "False", "message": "no node"}]},
            "DNS pods are not ready: one: no node;",
        ),
        ("rollout", {"phase": "Pending"}, "DNS pods are not ready: one: unknown;"),
    ],
)
def test_nodes_and_dns_pods_that_do_not_become_ready_are_named(tools: Tools, failing, status, words):
    listed = json.dumps({"items": [READY, {"metadata": {"name": "one"}, "status": status}]})
    tools.on("kubectl", f"print({listed!r}) if 'get' in arguments else sys.exit({failing!r} in arguments)")
    with pytest.raises(UsageError) as caught:
        enter()
    assert str(caught.value) == f"{words} check the node image and the kind configuration"
    assert tools.left == []


def test_an_api_server_that_is_gone_is_named_in_kubectls_words(tools: Tools):
    tools.on("kubectl", "sys.exit('The connection to the server was refused')")
    with pytest.raises(UsageError, match=r"^nodes are not ready: The connection to the server was refused; check"):
        enter()
    assert tools.left == []


def test_clusters_that_other_runs_may_have_left_are_named(tools: Tools):
    (tools.containers / "svcdns-zyxwv-control-plane").touch()
    (tools.containers / "dev-control-plane").touch()
    said: list[str] = []
    enter(said=said)
    [line] = [line for line in said if "other runs" in line]
    assert "there are kind clusters of other runs, svcdns-zyxwv; " in line
    assert line.endswith("delete those whose run has ended: kind delete cluster --name NAME")
