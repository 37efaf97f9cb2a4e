"""Wrong servers: a fault in front of a real cluster gives the verdicts that it gives on the reference."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from tests.live.faults.verdicts import broken, judged, scenario

from svcdns import faults, resources
from svcdns.faults import proxy
from svcdns.selftest.faulty import faulty_reference
from svcdns.targets.cluster import LiveCluster

HEADLESS = 'specification/headless.feature: "peers" resolves to each of its ready endpoints once'
UNREADY = "specification/headless.feature: An unready endpoint has no address, name or PTR record"
FAMILY = 'specification/clusterip.feature: The address family that "web" lacks is NODATA'
VIRTUAL_IP = "specification/clusterip.feature: A Service with several ports resolves to its virtual IP only"
PORT = 'specification/srv.feature: The port "http" of "web" has an SRV record with port 80 over TCP'
ADDRESS = 'specification/ptr.feature: The virtual IP of "web" has one PTR record, to the Service name'
ALIAS = "specification/external_name.feature: A query for CNAME gets the CNAME record"
UNKNOWN = "protocol/negative.feature: A name that does not exist is NXDOMAIN for the type A"
CREATED = "behaviour/changes.feature: A name that was NXDOMAIN resolves once its Service is created"
CUT = "protocol/sizes.feature: Without EDNS, the response fits in 512 octets or is truncated; over TCP it is complete"
EDNS = "protocol/messages.feature: A query with EDNS gets a response with EDNS: web"
AUTHORITY = "protocol/messages.feature: A response for a name of the cluster is authoritative"
POD_NAME = "combinations/statefulset_headless.feature: The pod name of web-0 resolves to that pod's address only"

#: Each fault with the scenario that catches it, and with others that it leaves alone.
CAUGHT = {
    "last-ready-endpoint-dropped": (HEADLESS, [VIRTUAL_IP]),
    "unready-endpoints-included": (UNREADY, [VIRTUAL_IP, PORT]),
    "pod-names-mixed-up": (POD_NAME, [VIRTUAL_IP]),
    "aaaa-denied": (FAMILY, [VIRTUAL_IP, UNKNOWN]),
    "denied-is-no-data": (UNKNOWN, [VIRTUAL_IP]),
    "srv-wrong-port": (PORT, [VIRTUAL_IP, ADDRESS]),
    "ptr-of-virtual-ip-missing": (ADDRESS, [VIRTUAL_IP, PORT]),
    "cname-wrong-target": (ALIAS, [VIRTUAL_IP]),
    "stale-on-one-replica": (CREATED, [VIRTUAL_IP]),
    "tc-never-set": (CUT, [VIRTUAL_IP]),
    "edns-refused": (EDNS, [VIRTUAL_IP]),
    "aa-missing": (AUTHORITY, [VIRTUAL_IP]),
}


@pytest.mark.parametrize("name", CAUGHT)
def test_a_fault_gives_the_verdicts_of_the_reference(name: str, cluster: LiveCluster):
    fault = faults.find(name)
    catching, others = CAUGHT[name]
    assert scenario(catching).level == fault.level
    assert not set(fault.behaviours).isdisjoint(scenario(catching).script.scenario.tags)
    with faulty_reference(fault) as reference:
        assert broken(judged(reference, [catching, *others])).keys() == {catching}
    with proxy.before(cluster, [fault]):
        found = judged(cluster, [catching, *others])
    assert broken(found).keys() == {catching}


def test_without_a_fault_every_one_of_these_scenarios_holds(cluster: LiveCluster):
    every = {title: None for catching, others in CAUGHT.values() for title in (catching, *others)}
    assert broken(judged(cluster, every)) == {}


def test_a_run_with_the_option_fails_in_the_scenario_that_names_the_fault(kind_cluster: str, tmp_path: Path):
    report = tmp_path / "report.yaml"
    feature = resources.features() / "specification/clusterip.feature"
    chosen = [str(feature), "-k", "api_server or (family_that and web)"]
    options = ["--fault", "aaaa-denied", "--conformance-report", str(report)]
    command = [sys.executable, "-m", "pytest", *chosen, "--target", "kind", "--cluster-name", kind_cluster, *options]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert "--fault aaaa-denied" in done.stdout
    found = yaml.safe_load(report.read_text())
    assert found["settings"]["--fault"] == "aaaa-denied"
    assert [one["scenario"] for one in found["notConformant"]] == ['The address family that "web" lacks is NODATA'], (
        said
    )
    assert "1 passed" in done.stdout, said
