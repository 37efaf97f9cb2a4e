"""Real misconfigurations of CoreDNS fail in the scenarios that name them; legal configurations pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from tests.live.environment import KUBECONFIG
from tests.live.faults.conftest import BECOMES_SECONDS, Open
from tests.live.faults.corefile import Corefile, replaced
from tests.live.faults.verdicts import broken, judged
from tests.live.somebody import SomebodysApi

from svcdns.targets.target import LIVE_DEADLINES

VIRTUAL_IP = "specification/clusterip.feature: A Service with several ports resolves to its virtual IP only"
FAMILY = 'specification/clusterip.feature: The address family that "web" lacks is NODATA'
HEADLESS = 'specification/headless.feature: "peers" resolves to each of its ready endpoints once'
HOSTNAME = "specification/headless.feature: The hostname a-0 resolves to its endpoint only"
PORT = 'specification/srv.feature: The port "http" of "web" has an SRV record with port 80 over TCP'
ADDRESS = 'specification/ptr.feature: The virtual IP of "web" has one PTR record, to the Service name'
RENAMED = "behaviour/changes.feature: A renamed Service resolves only by its new name"
SERVICE_NAME = (
    "combinations/deployment_headless.feature: "
    "The Service name resolves to each pod's address once, over UDP and over TCP"
)

#: What every right server does, with and without pods.
CORE = (
    VIRTUAL_IP,
    FAMILY,
    HEADLESS,
    HOSTNAME,
    PORT,
    ADDRESS,
    RENAMED,
    "behaviour/changes.feature: A name that was NXDOMAIN resolves once its Service is created",
    SERVICE_NAME,
    "combinations/statefulset_headless.feature: The pod name of web-0 resolves to that pod's address only",
    "protocol/negative.feature: A name that does not exist is NXDOMAIN for the type A",
    "protocol/sizes.feature: Without EDNS, the response fits in 512 octets or is truncated; over TCP it is complete",
    'specification/headless.feature: "anonymous" resolves to each of its ready endpoints once',
    "specification/headless.feature: An unready endpoint has no address, name or PTR record",
    "specification/headless.feature: Each endpoint without a hostname has a server-assigned identifier of its own",
    'specification/ptr.feature: The addresses of "peers" have PTR records to the hostnames',
    "specification/external_name.feature: A query for CNAME gets the CNAME record",
    "specification/schema_version.feature: The schema version is one TXT record with a semantic version",
    'specification/srv.feature: The port "metrics" of "peers" has an SRV record for every ready endpoint',
)

#: What CoreDNS does beyond that, and need not do where its Corefile tells it otherwise.
POD_RECORD = "extensions/coredns.feature: Any address resolves below an existing namespace"
BEYOND = (
    POD_RECORD,
    "extensions/coredns.feature: The other address family of a pod record is NODATA",
    "extensions/coredns.feature: A namespace below pod is NODATA",
    "extensions/coredns.feature: No address resolves below a missing namespace",
    "extensions/coredns.feature: Whether there are pod records is the server's choice",
    "extensions/coredns.feature: An endpoint of a headless Service resolves by its dashed address",
)

NO_CACHE = (r"cache 30( \{[^}]*\})?", "")


@pytest.fixture(scope="module")
def corefile(kind_cluster: str) -> Iterator[Corefile]:
    """kind's Corefile, as it was before whatever happens."""
    api = SomebodysApi(Path(KUBECONFIG), f"kind-{kind_cluster}")
    try:
        found = Corefile(api)
        try:
            yield found
        finally:
            found.restore()
    finally:
        api.close()


@pytest.mark.parametrize(
    ("changes", "becomes_seconds", "named", "others"),
    [
        pytest.param(
            [(r" in-addr\.arpa ip6\.arpa \{", " {"), (r"fallthrough .*", "")],
            BECOMES_SECONDS,
            [ADDRESS],
            [VIRTUAL_IP, PORT, HEADLESS],
            id="no-reverse-zones",
        ),
        pytest.param(
            [("ttl 30", "noendpoints")], BECOMES_SECONDS, [HEADLESS, HOSTNAME], [VIRTUAL_IP, PORT], id="noendpoints"
        ),
        pytest.param(
            [(r"( +)kubernetes ", r"\1template IN AAAA cluster.local {\n\1   rcode NXDOMAIN\n\1}\n\1kubernetes ")],
            BECOMES_SECONDS,
            [FAMILY],
            [VIRTUAL_IP, PORT, HEADLESS],
            id="aaaa-nxdomain",
        ),
        pytest.param(
            [("ttl 30", "ttl 3600"), (NO_CACHE[0], "cache 3600")],
            LIVE_DEADLINES.becomes_seconds,
            [RENAMED],
            [VIRTUAL_IP, PORT, HEADLESS],
            id="long-cache",
        ),
    ],
)
def test_a_misconfiguration_fails_in_the_scenarios_that_name_it(
    changes: Sequence[tuple[str, str]],
    becomes_seconds: float,
    named: Sequence[str],
    others: Sequence[str],
    corefile: Corefile,
    opened: Open,
):
    corefile.use(replaced(corefile.original, *changes))
    with opened(becomes_seconds) as cluster:
        found = broken(judged(cluster, [*named, *others]))
    assert found.keys() == set(named), found


@pytest.mark.parametrize(
    ("changes", "undone"),
    [
        pytest.param(
            [("pods insecure", "pods disabled"), ("ttl 30", "ttl 0"), (r"( +)loadbalance", r"\1minimal")],
            "pods disabled",
            id="pods-disabled-ttl-0-minimal",
        ),
        pytest.param(
            [("pods insecure", "pods verified"), ("ttl 30", "endpoint_pod_names"), NO_CACHE],
            "pods verified",
            id="pods-verified-endpoint-pod-names-no-cache",
        ),
    ],
)
def test_what_a_corefile_may_say_is_conformant(
    changes: Sequence[tuple[str, str]], undone: str, corefile: Corefile, opened: Open
):
    corefile.use(replaced(corefile.original, *changes))
    with opened() as cluster:
        found = judged(cluster, [*CORE, *BEYOND])
    assert broken(found) == {}
    assert undone in found[POD_RECORD].observed


def test_the_original_corefile_gives_pods_their_records(corefile: Corefile, opened: Open):
    corefile.restore()
    with opened() as cluster:
        found = judged(cluster, [*CORE, *BEYOND])
    assert broken(found) == {}
    assert (found[POD_RECORD].reason, found[POD_RECORD].observed) == ("", "")
