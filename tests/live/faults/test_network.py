"""Bad networks: before a real cluster no condition changes a verdict, and silence ends as the rules of it say."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.live.faults.verdicts import broken, judged

from svcdns import faults
from svcdns.faults import Fault, QueryContext, proxy
from svcdns.message import Reply
from svcdns.results import Verdict
from svcdns.targets.cluster import LiveCluster

CHOSEN = (
    "behaviour/changes.feature: A renamed Service resolves only by its new name",
    "protocol/sizes.feature: Without EDNS, the response fits in 512 octets or is truncated; over TCP it is complete",
    "protocol/messages.feature: UDP and TCP give the same records",
    "protocol/messages.feature: All queries on one TCP connection are answered, also when sent at once",
    'specification/headless.feature: "peers" resolves to each of its ready endpoints once',
    # The virtual IP is new; what the addresses of hand-written endpoints led back to, kind's CoreDNS keeps for 30 s.
    'specification/ptr.feature: The virtual IP of "web" has one PTR record, to the Service name',
    "specification/schema_version.feature: The schema version is one TXT record with a semantic version",
)
VERSION = CHOSEN[-1]


@pytest.mark.parametrize("name", faults.NETWORK)
def test_a_bad_network_changes_no_verdict(name: str, cluster: LiveCluster):
    with proxy.before(cluster, [faults.find(name)]) as target:
        found = judged(target, CHOSEN)
    assert broken(found) == {}


def test_a_wrong_server_behind_a_bad_network_is_as_wrong(cluster: LiveCluster):
    every = [faults.find("last-ready-endpoint-dropped"), *faults.NETWORK.values()]
    with proxy.before(cluster, every) as target:
        found = judged(target, [CHOSEN[4], VERSION])
    assert broken(found).keys() == {CHOSEN[4]}


@pytest.mark.parametrize(
    ("to", "verdict", "reason"),
    [
        ("every question", Verdict.NOT_DETERMINED, "no DNS server answers at"),
        ("dns-version", Verdict.NOT_CONFORMANT, "is not answered"),
    ],
)
def test_silence_ends_as_the_rules_of_it_say(to: str, verdict: Verdict, reason: str, cluster: LiveCluster):
    def change(context: QueryContext, reply: Reply) -> Reply | None:
        return None if to in ("every question", str(context.question.name.labels[0], "ascii")) else reply

    own = cluster.deadlines
    cluster.deadlines = replace(own, question_seconds=1.0, again_after_seconds=(0.2, 0.4), becomes_seconds=3.0)
    try:
        with proxy.before(cluster, [Fault("silent", "Some questions are not answered.", change=change)]) as target:
            (found,) = judged(target, [VERSION]).values()
    finally:
        cluster.deadlines = own
    assert found.verdict is verdict, found
    assert reason in found.reason
