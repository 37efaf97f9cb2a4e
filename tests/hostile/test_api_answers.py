"""The responses of a real API server, altered in thousands of ways: each is read, or refused with one line."""

from __future__ import annotations

import copy
import ipaddress
import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svcdns import records
from svcdns.errors import HarnessError, UsageError
from svcdns.recordings import questions
from svcdns.state import CLUSTER_DOMAIN, ClusterState, Service
from svcdns.targets.cluster import evidence, facts, images, leftovers, nodes
from svcdns.targets.cluster.apiserver import client, writing
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.apiserver.discovery import Discovery
from svcdns.targets.cluster.apiserver.fields import field_problems
from svcdns.targets.cluster.apiserver.refusal import RefusedError
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.settings import ClusterSettings
from svcdns.targets.cluster.vantages import servers
from svcdns.targets.cluster.watch import workloads
from svcdns.targets.cluster.watch.settled import lacking
from svcdns.targets.cluster.watch.view import ClusterView, number
from svcdns.targets.cluster.watch.watching import Watching
from tests.api_server import ApiServer, Reply, Request, kubeconfig, serving
from tests.hostile import answers
from tests.waiting import within

RIGHT = answers.objects()

THOROUGH = settings.default.max_examples > 100

#: Of all single alterations so many are tried in an ordinary run, spread evenly; all where the tests are to be
#: thorough.
ORDINARY = 12_000

Path_ = tuple[str | int, ...]
Consume = Callable[[Api], object]

SETTINGS = ClusterSettings(run="abcde", context="a")
WIDGET = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "coredns", "namespace": "kube-system"}}
DRY_RUN = answers.service("svcdns-families", "default", "10.96.0.30", {"app": "x"})
REVIEW = {"apiVersion": "v1", "kind": "SelfSubjectAccessReview", "spec": {}, "status": {"allowed": True}}
POD = answers.SERVED["v1"]["pods"][1][1]
CHANGED = POD | {"metadata": POD["metadata"] | {"resourceVersion": "1001"}}


# What reads the answers, each as the rest of the code does.


def drawn(api: Api, kind: str, before: ClusterView) -> ClusterView:
    items, version = api.snapshot(kind)
    return before.replaced(kind, items, number(version))


def real() -> ClusterView:
    """What the real answers show."""
    view = ClusterView(ClusterState(domain=CLUSTER_DOMAIN))
    for kind, plural, version in WATCHED:
        items = [{"kind": kind, **item} for item in answers.SERVED[version][plural][1]]
        view = view.replaced(kind, items, number(answers.VERSION))
    return view


WATCHED = (
    ("Namespace", "namespaces", "v1"),
    ("Service", "services", "v1"),
    ("EndpointSlice", "endpointslices", "discovery.k8s.io/v1"),
    ("Pod", "pods", "v1"),
)
REAL = real()


def looked_at(view: ClusterView) -> None:
    """All that is read from a view: whether it has settled, and what its DNS answers."""
    seen = repr((view.state.namespaces, view.state.services, view.state.slices, view.state.pods))
    sound(view.state)
    for namespace in view.state.namespaces:
        list(lacking(view, namespace, lambda key, uid: True))
    if seen in SEEN:
        return
    SEEN.add(seen)
    for asked in questions.planned_queries(view.state)[:40]:
        for profile in (records.COREDNS, records.SPEC):
            records.answer(view.state, asked.question, profile)


#: States whose DNS was looked at.
SEEN: set[str] = set()


def sound(state: ClusterState) -> None:
    """Nothing in a view is nonsense."""
    for service in state.services.values():
        assert isinstance(service, Service)
        for address in service.cluster_ips:
            ipaddress.ip_address(address)
        assert set(service.families) <= {"IPv4", "IPv6"}
        assert all(1 <= port.port <= 65535 for port in service.ports)
        assert all(isinstance(value, str) for value in (service.selector or {}).values())
    for one in state.slices.values():
        assert len(one.endpoints) <= 1_000
        for endpoint in one.endpoints:
            assert all(isinstance(value, bool | None) for value in (endpoint.ready, endpoint.serving))
            for address in endpoint.addresses:
                assert one.address_type == "FQDN" or ipaddress.ip_address(address).version == int(one.address_type[-1])
        assert all(port.port is None or 0 <= port.port <= 65535 for port in one.ports)
    for pod in state.pods.values():
        assert all(ipaddress.ip_address(address) for address in pod.addresses)
        assert all(1 <= port <= 65535 for port in pod.container_ports.values())
    for key in (*state.services, *state.slices, *state.pods):
        assert re.fullmatch(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?", key.name)
        assert re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", key.namespace)


def watched(api: Api) -> None:
    view = REAL
    for change, item in api.watch("Pod", since="1000"):
        view = view.without(item) if change == "DELETED" else view.put(item)
    looked_at(view)


def grown(kind: str, name: str) -> Consume:
    def consume(api: Api) -> None:
        if (item := api.get(kind, name, "default")) is not None:
            workloads.unfinished(item, REAL, lambda key, uid: True)

    return consume


def nodes_read(api: Api) -> None:
    nodes.capacity(api)
    images.pause_image(api)
    images.probe_image(api, "")
    facts.read(Ownership(api, SETTINGS.run), SETTINGS)


def dns_found(api: Api) -> None:
    service = servers.find(api)
    servers.states(api, service)
    servers.wait_until_ready(api, service, 0.0)
    facts.read(Ownership(api, SETTINGS.run), SETTINGS)


def evidence_read(api: Api) -> None:
    evidence.collect(api, ClusterView(ClusterState()), "default", dns=False)


def refusal_read(api: Api) -> None:
    with pytest.raises(RefusedError) as caught:
        writing.apply(api, WIDGET)
    field_problems({"spec": {"ports": [{"port": 1}, 5]}, "metadata": WIDGET["metadata"]}, caught.value)


@dataclass(frozen=True)
class Answer:
    """A real response, its path, and the code that reads it."""

    path: str
    value: Any
    consume: Consume
    method: str = "GET"
    code: int = 200
    watch: bool = False


def listing(version: str, plural: str, consume: Consume, namespace: str = "") -> Answer:
    kind, items = answers.SERVED[version][plural]
    base = f"/apis/{version}" if "/" in version else f"/api/{version}"
    within = f"/namespaces/{namespace}" if namespace else ""
    return Answer(f"{base}{within}/{plural}", answers.listed(kind, items), consume)


def object_(version: str, plural: str, name: str, namespace: str, consume: Consume) -> Answer:
    kind, items = answers.SERVED[version][plural]
    item = next(one for one in items if one["metadata"]["name"] == name)
    base = f"/apis/{version}" if "/" in version else f"/api/{version}"
    path = f"{base}/namespaces/{namespace}/{plural}/{name}"
    return Answer(path, {"apiVersion": version, "kind": kind, **item}, consume)


def listed_and_read(kind: str) -> Consume:
    return lambda api: looked_at(drawn(api, kind, REAL))


ANSWERS: dict[str, Answer] = {
    "version": Answer("/version", answers.ABOUT, lambda api: api.client.greet()),
    "groups": Answer("/apis", answers.GROUPS, lambda api: api._discovery.resource("Widget")),
    "resources": Answer("/api/v1", answers.resources("v1"), lambda api: api.list("Pod", "default")),
    "namespaces": listing("v1", "namespaces", listed_and_read("Namespace")),
    "services": listing("v1", "services", listed_and_read("Service")),
    "endpointslices": listing("discovery.k8s.io/v1", "endpointslices", listed_and_read("EndpointSlice")),
    "pods": listing("v1", "pods", listed_and_read("Pod")),
    "a watch": Answer(
        "/api/v1/pods",
        {"type": "MODIFIED", "object": {"apiVersion": "v1", "kind": "Pod", **CHANGED}},
        watched,
        watch=True,
    ),
    "nodes": listing("v1", "nodes", nodes_read),
    "DNS services": Answer(
        "/api/v1/namespaces/kube-system/services",
        answers.listed("Service", answers.SERVED["v1"]["services"][1][:1]),
        dns_found,
    ),
    "DNS pods": Answer(
        "/api/v1/namespaces/kube-system/pods",
        answers.listed("Pod", answers.SERVED["v1"]["pods"][1][:1]),
        dns_found,
    ),
    "DNS slices": Answer(
        "/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices",
        answers.listed("EndpointSlice", answers.SERVED["discovery.k8s.io/v1"]["endpointslices"][1][:1]),
        dns_found,
    ),
    "Corefile": object_("v1", "configmaps", "coredns", "kube-system", dns_found),
    "kubelet": object_("v1", "configmaps", "kubelet-config", "kube-system", dns_found),
    "leases": listing("coordination.k8s.io/v1", "leases", leftovers.find, "default"),
    "events": Answer(
        "/api/v1/namespaces/default/events", answers.listed("Event", answers.SERVED["v1"]["events"][1]), evidence_read
    ),
    "deployment": object_("apps/v1", "deployments", "web", "default", grown("Deployment", "web")),
    "stateful set": object_("apps/v1", "statefulsets", "db", "default", grown("StatefulSet", "db")),
    "daemon set": object_("apps/v1", "daemonsets", "agent", "default", grown("DaemonSet", "agent")),
    "job": object_("batch/v1", "jobs", "once", "default", grown("Job", "once")),
    "a dry run": Answer(
        "/api/v1/namespaces/default/services",
        {"apiVersion": "v1", "kind": "Service", **DRY_RUN},
        lambda api: facts.read(Ownership(api, SETTINGS.run), SETTINGS),
        method="POST",
    ),
    "a review": Answer(
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
        REVIEW,
        lambda api: api.may("get", "Pod"),
        method="POST",
        code=201,
    ),
    "a refusal": Answer(
        "/api/v1/namespaces/kube-system/configmaps/coredns",
        answers.refusal(422),
        refusal_read,
        method="PATCH",
        code=422,
    ),
}

# How answers are altered.

DROPPED = object()
VALUES: list[Any] = [
    DROPPED,
    None,
    True,
    0,
    -1,
    70_000,
    10**30,
    1.5,
    "",
    "x",
    "None",
    "80",
    "A_b..c/../%2e\n\x1b[31m\u202e",
    "a" * 300,
    "9" * 5_000,
    "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:59-14:00",
    "2026-01-01T00:00:00",
    "10.0.0.256",
    "fe80::1%eth0",
    "fd00::1",
    "10.244.0.9",
    [],
    {},
    [None],
    ["x", "x"],
    [{"a": 1}],
    {"a": 1},
    {"": None},
]


def places(value: Any, path: Path_ = ()) -> Iterator[Path_]:
    """Every place in a response; of fields that are not read, only some."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        if key not in ("f:metadata", "env", "resources", "template"):
            yield from places(part, (*path, key))


def altered(value: Any, path: Path_, new: Any) -> Any:
    """A copy with another value at a place; a function makes one of what is there."""
    if not path:
        return new(value) if callable(new) else new
    changed = copy.copy(value)
    head, *rest = path
    if not rest and new is DROPPED:
        del changed[head]
    else:
        changed[head] = altered(value[head] if rest or callable(new) else None, tuple(rest), new)
    return changed


def twice(value: Any) -> Any:
    return value * 2 if isinstance(value, list | str) else [value, value]


def many(value: Any) -> Any:
    return value * 1_200 if isinstance(value, list | str) else {f"k{n}": value for n in range(1_200)}


def later(value: Any) -> Any:
    return f"{value}1" if isinstance(value, str) else value


def singles(answer: Answer) -> Iterator[tuple[Path_, Any]]:
    for path in places(answer.value):
        for new in [*VALUES, twice, many, later]:
            if path or new is not DROPPED:
                yield path, new


# Ways to the readers.


class InProcess(httpx2.BaseTransport):
    """A transport without sockets, with which thousands of responses are read in the time of hundreds."""

    wrong: Callable[[Request], Reply | None]

    def __init__(self, *_: Any, **__: Any) -> None: ...

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        asked = Request(request.method, request.url.path, dict(request.url.params), request.read())
        reply = type(self).wrong(asked) or RIGHT(asked)
        assert isinstance(reply.body, bytes)
        if asked.watches:
            return httpx2.Response(reply.code, stream=Once(reply.body))
        # As the real one says.
        return httpx2.Response(reply.code, content=reply.body, headers={"content-type": "text/plain"})

    def hurry(self) -> None: ...

    def end_watches(self) -> None: ...


def got(asking: client.Client, path: str, query: Any = None, *, watches: bool = False) -> bytes:
    """The response to a GET, as the client's own method of the name returns it, without HTTP."""
    request = Request("GET", path, dict(query or {}))
    reply = InProcess.wrong(request) or RIGHT(request)
    assert isinstance(reply.body, bytes)
    if reply.code != 200:
        raise asking._refused(reply.body, reply.code, path)
    return reply.body


class Once(httpx2.SyncByteStream):
    def __init__(self, body: bytes) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        yield self._body


def answering(answer: Answer, value: Any) -> Callable[[Request], Reply | None]:
    body = json.dumps(value).encode()

    def wrong_(request: Request) -> Reply | None:
        if (request.path, request.method, request.watches) == (answer.path, answer.method, answer.watch):
            return Reply(body, answer.code)
        return Reply(b"") if request.watches else None

    return wrong_


def read(api: Api, answer: Answer) -> str:
    """Read a response as the code does; the error, or empty."""
    known = api._discovery
    if answer.path in ("/apis", "/api/v1"):
        api._discovery = Discovery(api.client.read)
    try:
        answer.consume(api)
    except HarnessError as error:
        return str(error)
    finally:
        api._discovery = known
    return ""


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """An API without sockets, whose responses `InProcess.wrong` gives."""
    with pytest.MonkeyPatch.context() as patching:
        # For the others in this module, which are answered over HTTP, nothing may stay patched.
        patching.setattr(client, "ApiTransport", InProcess)
        InProcess.wrong = staticmethod(lambda _: None)
        opened = Api(kubeconfig(tmp_path_factory.mktemp("c"), "http://127.0.0.1:1"), "a")
    with closing(opened), pytest.MonkeyPatch.context() as patching:
        patching.setattr(opened.client, "_got", partial(got, opened.client))
        yield opened


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=list(ANSWERS))
def test_a_real_response_is_read(answer: Answer, api: Api):
    InProcess.wrong = staticmethod(answering(answer, answer.value))
    assert read(api, answer) in ("", "the API server serves no Widget")


STEP = 1 if THOROUGH else max(1, sum(1 for one in ANSWERS.values() for _ in singles(one)) // ORDINARY)


@pytest.mark.timeout(1_200)
@pytest.mark.parametrize("answer", ANSWERS.values(), ids=list(ANSWERS))
def test_an_altered_response_is_read_or_refused_with_one_line(answer: Answer, api: Api):
    for place, (path, new) in enumerate(singles(answer)):
        if place % STEP == 0:
            InProcess.wrong = staticmethod(answering(answer, altered(answer.value, path, new)))
            said = read(api, answer)
            assert " malformed: " not in said or (said.isprintable() and len(said) < 700)


@st.composite
def several(draw: st.DrawFn) -> tuple[Answer, Any]:
    """An answer that was altered up to three times."""
    answer = draw(st.sampled_from([*ANSWERS.values()]))
    value = answer.value
    for _ in range(draw(st.integers(1, 3))):
        there = [*places(value)]
        new = draw(st.sampled_from([*VALUES, twice, many, later]))
        path = there[draw(st.integers(0, 10_000)) % len(there)]
        value = altered(value, path if path or new is not DROPPED else there[-1], new if there != [()] else None)
    return answer, value


@pytest.fixture(scope="module")
def over_http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Api, ApiServer]]:
    """An API over real HTTP, and the server, whose answers may become wrong."""
    with (
        serving(answers.objects()) as server,
        closing(Api(kubeconfig(tmp_path_factory.mktemp("c"), server.url), "a")) as opened,
    ):
        yield opened, server


@pytest.mark.timeout(1_200)
@settings(
    max_examples=5_000 if THOROUGH else 300, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(changed=several())
def test_over_http_too(changed: tuple[Answer, Any], over_http: tuple[Api, ApiServer]):
    opened, server = over_http
    answer, value = changed
    server.wrong = answering(answer, value)
    before = server.count()
    read(opened, answer)
    assert server.count() > before


# What is said.


def items_of(name: str, *changes: tuple[Path_, Any]) -> Callable[[], tuple[Answer, Any]]:
    def made() -> tuple[Answer, Any]:
        answer = ANSWERS[name]
        value = answer.value
        for path, new in changes:
            value = altered(value, path, new)
        return answer, value

    return made


SERVER = "the API server http://127.0.0.1:1 answered with"
FIRST: Path_ = ("items", 0)
ENDPOINT: Path_ = (*FIRST, "endpoints", 0)
SAID: dict[str, tuple[Callable[[], tuple[Answer, Any]], str]] = {
    "a number for an address": (
        items_of("pods", ((*FIRST, "status", "podIPs", 0, "ip"), 5)),
        f"{SERVER} a list of Pods that is malformed: items[0].status.podIPs[0].ip: expected text, got a whole number",
    ),
    "no address": (
        items_of("pods", ((*FIRST, "status", "podIPs", 0, "ip"), "10.0.0.256")),
        'items[0].status.podIPs[0].ip: must be an IP address without a zone, not "10.0.0.256"',
    ),
    "an address with a zone": (
        items_of("pods", ((*FIRST, "status", "podIPs", 0, "ip"), "fe80::1%eth0")),
        "items[0].status.podIPs[0].ip: must be an IP address without a zone",
    ),
    "no name": (items_of("pods", ((*FIRST, "metadata", "name"), DROPPED)), "items[0].metadata.name: is missing"),
    "an empty name": (
        items_of("leases", ((*FIRST, "metadata", "name"), "")),
        "items[0].metadata.name: is shorter than 1 characters",
    ),
    "a name that leads elsewhere": (
        items_of("leases", ((*FIRST, "metadata", "name"), "../x")),
        "items[0].metadata.name: must not be '.' or '..' and must not hold '/' or '%', but is \"../x\"",
    ),
    "no uid": (
        items_of("pods", ((*FIRST, "metadata", "uid"), None)),
        "items[0].metadata.uid: expected text, got nothing",
    ),
    "the same twice": (
        items_of("pods", (("items",), lambda items: [*items, items[0]])),
        "items: has kube-system/coredns-1 twice",
    ),
    "another kind": (items_of("services", ((*FIRST, "kind"), "Pod")), 'items[0].kind: is "Pod"'),
    "another group": (items_of("services", ((*FIRST, "apiVersion"), "x/v1")), 'items[0].apiVersion: is "x/v1"'),
    "another namespace": (
        items_of("DNS slices", ((*FIRST, "metadata", "namespace"), "default")),
        'items[0].metadata.namespace: is "default"',
    ),
    "no namespace": (items_of("pods", ((*FIRST, "metadata", "namespace"), "")), 'items[0].metadata.namespace: is ""'),
    "a namespace of what has none": (
        items_of("nodes", ((*FIRST, "metadata", "namespace"), "x")),
        'items[0].metadata.namespace: is "x", though a Node has none',
    ),
    "another object": (items_of("deployment", (("metadata", "name"), "db")), 'metadata.name: is "db"'),
    "labels that were not requested": (
        items_of("leases", ((*FIRST, "metadata", "labels"), {})),
        "items: default/svcdns-gone does not have the label svcdns.dev/run",
    ),
    "labels that are no text": (
        items_of("pods", ((*FIRST, "metadata", "labels", "k8s-app"), 1)),
        "items[0].metadata.labels[...]: expected text, got a whole number",
    ),
    "an older list": (
        items_of("pods", (("metadata", "resourceVersion"), "999")),
        "the API server went back in time: it sent Pods at resource version 999, after 1000",
    ),
    "an older event": (
        items_of("a watch", (("object", "metadata", "resourceVersion"), "2")),
        "the API server went back in time: it sent Pods at resource version 2, after 1000",
    ),
    "an unknown event": (items_of("a watch", (("type",), "ASKED")), "type: invalid enum value 'ASKED'"),
    "a million endpoints": (
        items_of("endpointslices", ((*FIRST, "endpoints"), lambda those: those * 10**4)),
        "items[0].endpoints: has more than 1000 items",
    ),
    "an endpoint of another family": (
        items_of("endpointslices", ((*ENDPOINT, "addresses", 0), "fd00::1")),
        'items[0].endpoints[0].addresses: must be an IPv4 address, not "fd00::1"',
    ),
    "an endpoint without addresses": (
        items_of("endpointslices", ((*ENDPOINT, "addresses"), [])),
        "items[0].endpoints[0].addresses: has fewer than 1 items",
    ),
    "a negative port": (
        items_of("services", ((*FIRST, "spec", "ports", 0, "port"), -1)),
        "items[0].spec.ports[0].port: must be at least 1",
    ),
    "a port that is too large": (
        items_of("endpointslices", ((*FIRST, "ports", 0, "port"), 65_536)),
        "items[0].ports[0].port: must be at most 65535",
    ),
    "a date of deletion": (
        items_of("pods", ((*FIRST, "metadata", "deletionTimestamp"), "soon")),
        "items[0].metadata.deletionTimestamp: invalid RFC3339 encoded datetime",
    ),
    "a domain that is none": (
        items_of("Corefile", (("data", "Corefile"), answers.COREFILE.replace("cluster.local", "a..b"))),
        (
            "the cluster domain in the cluster's own configuration must be a DNS-1123 subdomain (lower-case letters, "
            "digits, '-' and '.', a letter or digit at both ends of each part), not \"a..b\"; name it with --cluster-domain"
        ),
    ),
    "resources that are none": (
        items_of("resources", (("resources", 0, "namespaced"), "yes")),
        f"{SERVER} a list of resources at /api/v1 that is malformed: resources[0].namespaced: expected true or false, got text",
    ),
    "access that is none": (
        items_of("a review", (("status",), {})),
        f"{SERVER} a review of access that is malformed: status.allowed: is missing",
    ),
    "a version that is none": (
        items_of("version", (("gitVersion",), 5)),
        (
            'the server http://127.0.0.1:1 of the context "a" is not an API server: '
            f"{SERVER} a version that is malformed: gitVersion: expected text, got a whole number"
        ),
    ),
}


@pytest.mark.parametrize(("made", "said"), SAID.values(), ids=list(SAID))
def test_a_malformed_response_is_one_line_with_the_field(made: Callable[[], tuple[Answer, Any]], said: str, api: Api):
    answer, value = made()
    InProcess.wrong = staticmethod(answering(answer, value))
    found = read(api, answer)
    assert said in found
    assert "\n" not in found


def test_a_kubelets_domain_that_is_not_one_is_refused(api: Api):
    """Where no Corefile names one."""
    config, pods = ANSWERS["kubelet"], ANSWERS["DNS pods"]
    other = altered(pods.value, (*FIRST, "spec", "containers", 0, "image"), "registry.k8s.io/other:1")
    for domain, said in (("'a b'", "must be a DNS-1123 subdomain"), ("[x]", "has a clusterDomain that is not text")):
        value = altered(config.value, ("data", "kubelet"), f"clusterDomain: {domain}\n")
        InProcess.wrong = staticmethod(
            lambda request, value=value: answering(pods, other)(request) or answering(config, value)(request)
        )
        with pytest.raises(UsageError, match=said):
            facts.read(Ownership(api, SETTINGS.run), SETTINGS)


@pytest.mark.parametrize(
    "kubelet",
    [
        "[" * 10_000,
        "a: &a [x, x]\nb: &b [*a, *a]\n" * 3,
        "clusterDomain: 2026-02-31T99:99:99",
        "\0",
        "a: !!python/object:x {}",
    ],
)
def test_with_an_unreadable_kubelet_configuration_the_domain_is_the_usual_one(kubelet: str, api: Api):
    config, pods = ANSWERS["kubelet"], ANSWERS["DNS pods"]
    other = altered(pods.value, (*FIRST, "spec", "containers", 0, "image"), "registry.k8s.io/other:1")
    value = altered(config.value, ("data", "kubelet"), kubelet)
    InProcess.wrong = staticmethod(lambda request: answering(pods, other)(request) or answering(config, value)(request))
    with suppress(UsageError):
        assert facts.read(Ownership(api, SETTINGS.run), SETTINGS).domain == CLUSTER_DOMAIN


def test_null_fields_are_absent(api: Api):
    pods = ANSWERS["pods"]
    value = pods.value
    for path in [path for path in places(value) if path[-1:] in [("labels",), ("hostname",), ("ports",), ("phase",)]]:
        value = altered(value, path, None)
    InProcess.wrong = staticmethod(answering(pods, value))
    view = drawn(api, "Pod", REAL)
    assert {pod.phase for pod in view.state.pods.values()} == {"Pending"}
    assert not any(pod.terminating or pod.labels for pod in view.state.pods.values())


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (".spec.ports[port=80x].nme", ("spec", "ports")),
        ('.spec.ports[port="].nme', ("spec", "ports")),
        ("spec.ports[" + "9" * 5_000 + "]", ("spec", "ports", "9" * 5_000)),
        ("[", ("[",)),
        ("..[[", ("", "[[")),
    ],
)
def test_an_unreadable_field_is_named_as_it_is(text: str, field: Path_):
    from svcdns.targets.cluster.apiserver.fields import path  # noqa: PLC0415 - the name of many things here

    assert path(text, {"spec": {"ports": [{"port": 1}, 5]}, "": 1})[: len(field)] or field


@given(text=st.text('[].=,"\\ab0: ', max_size=40))
def test_any_words_of_a_refusal_are_read(text: str):
    item = {"spec": {"ports": [{"a": 1}, 5, None], "": {"b": 1}}, "a": {"a.b": 1}}
    for words in (text, f"failed to create typed patch object (x): .{text}: b"):
        assert field_problems(item, RefusedError(words, code=422))


def test_a_malformed_event_is_a_failure_and_the_objects_are_listed_again(tmp_path: Path):
    """What was missed meanwhile is seen then."""
    told = json.dumps({"type": "ADDED", "object": {"metadata": {"name": 5}}}).encode() + b"\n"
    nonsense = [True]

    def wrong_(request: Request) -> Reply | None:
        if request.watches and request.path.endswith("/pods") and nonsense[0]:
            return Reply(told)
        return None

    with serving(answers.objects(), wrong_) as server, closing(Api(kubeconfig(tmp_path, server.url), "a")) as opened:
        watching = Watching(opened, CLUSTER_DOMAIN)
        following = Thread(target=watching._follow, args=("Pod",))
        following.start()
        try:
            assert within(20, lambda: "the watch on Pods" in watching._failures)
            said = str(watching._failures.get("the watch on Pods"))
            nonsense[0] = False
            assert within(20, lambda: "the watch on Pods" not in watching._failures)
            assert len(watching.view().state.pods) == 2
        finally:
            watching._ending.set()
            opened.end_watches()
            following.join()
    assert "an event of the watch on Pods that is malformed: metadata.name: expected text, got a whole number" in said
