"""The probe vantage on a live cluster."""

from __future__ import annotations

import ipaddress
import json
import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest
from dns.rcode import Rcode

from svcdns.client import ask, ask_all
from svcdns.errors import UndeterminedError, UsageError
from svcdns.message import question
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.settings import ClusterSettings
from svcdns.targets.cluster.vantages import OpenVantages, servers
from svcdns.targets.cluster.vantages.probe import probe_pod
from svcdns.targets.target import Capability

from .conftest import eventually, left_of

API_SERVER = question("kubernetes.default.svc.cluster.local", "A")
NOBODY = question("nobody.default.svc.cluster.local", "A")
PATIENCE = 10


@pytest.fixture(scope="module")
def probe(api):
    """A vantage that several tests use, and its settings."""
    settings = ClusterSettings(run=secrets.token_hex(3)[:5], context=api.context, vantage="probe")
    with OpenVantages(Ownership(api, settings.run), settings) as found:
        yield found, settings


def test_the_service_and_every_replica_answer_over_udp_and_tcp(api, probe):
    service = servers.find(api)
    (vantage,) = probe[0].vantages
    answers = {
        (channel.server, transport): ask(channel, NOBODY, transport=transport, timeout_seconds=PATIENCE).rcode
        for channel in vantage.channels
        for transport in vantage.transports
    }
    expected = [f"{ip}:53" for ip in service.cluster_ips]
    expected += [f"{replica.address}:{replica.port}" for replica in servers.replicas(api, service)]

    assert answers == {(place, kind): Rcode.NXDOMAIN for place in expected for kind in ("udp", "tcp")}
    assert vantage.name == "probe"


def test_the_pod_is_restricted_in_a_namespace_that_enforces_it(api, probe):
    name = f"svcdns-{probe[1].run}-probe"
    namespace, pod = api.get("Namespace", name), api.get("Pod", probe_pod.NAME, name)
    container = pod["spec"]["containers"][0]

    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert [volume["name"] for volume in pod["spec"]["volumes"]] == ["relay"]
    assert "serviceaccount" not in json.dumps(container["volumeMounts"]).lower()
    assert pod["spec"]["terminationGracePeriodSeconds"] == 1


def test_another_process_joins_without_making_or_removing_anything(api, probe):
    owner, settings = probe
    shared = json.loads(json.dumps(owner.share()))
    before = api.get("Pod", probe_pod.NAME, f"svcdns-{settings.run}-probe")["metadata"]["uid"]
    with OpenVantages(Ownership(api, settings.run), settings, shared) as worker:
        assert worker.note == owner.note
        assert worker.capabilities == owner.capabilities == {Capability.POD_RESOLVER}
        for channel in worker.vantages[0].channels:
            assert ask(channel, API_SERVER, timeout_seconds=PATIENCE).rcode == Rcode.NOERROR
    assert api.get("Pod", probe_pod.NAME, f"svcdns-{settings.run}-probe")["metadata"]["uid"] == before
    assert ask(owner.vantages[0].channels[0], API_SERVER, timeout_seconds=PATIENCE).rcode == Rcode.NOERROR


def test_a_broken_exec_is_begun_again_and_a_lost_pod_is_not_determined(api, opened, run):
    with opened(vantage="probe") as found:
        channel = found.vantages[0].channels[0]
        channel.relay._session._process.kill()
        assert ask(channel, API_SERVER, timeout_seconds=PATIENCE).rcode == Rcode.NOERROR

        api.delete("Pod", probe_pod.NAME, f"svcdns-{run}-probe")
        eventually(lambda: api.get("Pod", probe_pod.NAME, f"svcdns-{run}-probe") is None)
        with pytest.raises(UndeterminedError, match=f"the pod svcdns-{run}-probe/{probe_pod.NAME} was deleted"):
            ask(channel, API_SERVER, timeout_seconds=PATIENCE)


def test_several_threads_ask_at_once(probe):
    asked = [question(f"{number}.default.svc.cluster.local", "A") for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        channels = probe[0].vantages[0].channels
        jobs = [
            pool.submit(ask_all, channel, asked, transport=transport, timeout_seconds=PATIENCE)
            for channel in channels
            for transport in ("udp", "tcp")
        ]
        answers = [job.result() for job in jobs]

    assert all([one.question for one in part] == asked for part in answers)
    assert {one.rcode for part in answers for one in part} == {Rcode.NXDOMAIN}
    assert all(one.question_echoed for part in answers for one in part)


def test_an_image_that_cannot_run_is_refused_in_the_kubelets_words(api, run):
    words = {
        "registry.invalid/no/such:image": "ErrImagePull",
        "Not An Image": "InvalidImageName",
        "registry.k8s.io/pause:3.10": "python3",
    }
    runs = [f"{run}{number}" for number in range(len(words))]

    def refused(own, image) -> str:
        settings = ClusterSettings(run=own, context=api.context, vantage="probe", probe_image=image)
        with pytest.raises(UsageError) as caught:
            OpenVantages(Ownership(api, settings.run), settings).__enter__()
        return str(caught.value)

    with ThreadPoolExecutor(len(words)) as pool:
        refusals = list(pool.map(refused, runs, words))
    for image, said in zip(words, refusals, strict=True):
        assert said.startswith(f"--vantage probe does not work: the probe image {image} did not start: ")
        assert words[image] in said
        assert "--probe-image" in said
    assert [left_of(api, own) for own in runs] == [[], [], []]


def test_named_servers_are_asked_from_the_pod_and_what_is_withdrawn_is_gone_when_the_context_ends(api, opened, run):
    service = servers.find(api)
    address = ipaddress.ip_address(service.cluster_ips[0])
    place = f"[{address}]:53" if address.version == 6 else f"{address}:53"
    with opened(vantage="probe", nameservers=(place,)) as found:
        (channel,) = found.vantages[0].channels
        assert ask(channel, API_SERVER, timeout_seconds=PATIENCE).rcode == Rcode.NOERROR
        assert channel.server == place
        assert found.capabilities == frozenset()
        found.withdraw()
        assert api.get("Namespace", f"svcdns-{run}-probe")["metadata"]["deletionTimestamp"]

    assert api.get("Namespace", f"svcdns-{run}-probe") is None
