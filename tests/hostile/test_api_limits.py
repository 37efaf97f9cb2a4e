"""The limits of what an API server may cost, however much it sends, however slowly, and however often it ends a request."""

from __future__ import annotations

import gzip
import itertools
import json
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import httpcore2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from svcdns.errors import TargetError, UndeterminedError, UsageError
from svcdns.targets.cluster.apiserver import limits, writing
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.apiserver.discovery import Resource
from svcdns.targets.cluster.apiserver.limits import ApiLimits, LimitError
from svcdns.targets.cluster.apiserver.network import RequestTimes
from svcdns.targets.cluster.apiserver.writing import ApiObjectRef
from svcdns.targets.cluster.watch.watching import Watching
from tests.api_server import ApiServer, Objects, Reply, Request, Wrong, as_json, kubeconfig, serving, talking
from tests.hostile import answers
from tests.waiting import within

THOROUGH = settings.default.max_examples > 100
MIB = 2**20
PODS = "/api/v1/pods"
POD = ApiObjectRef(Resource("", "v1", "Pod", "pods", namespaced=True), "b", "a")


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes limits smaller, so that they are met sooner."""

    def lower(**smaller: Any) -> None:
        monkeypatch.setattr(limits, "LIMITS", replace(limits.LIMITS, **smaller))

    return lower


@contextmanager
def asking(directory: Path, wrong: Wrong, held: Objects | None = None) -> Iterator[tuple[Api, ApiServer]]:
    with (
        serving(held or answers.objects(), wrong) as server,
        closing(Api(kubeconfig(directory, server.url), "a")) as api,
    ):
        yield api, server


def at(path: str, reply: Callable[[], Reply]) -> Wrong:
    return lambda request: reply() if request.path == path and not request.watches else None


def refused(directory: Path, wrong: Wrong, ask: Callable[[Api], object] = lambda api: api.list("Pod")) -> str:
    """The error of a request that ends undetermined: one line."""
    with asking(directory, wrong) as (api, _), pytest.raises(UndeterminedError) as caught:
        ask(api)
    assert "\n" not in str(caught.value)
    return str(caught.value).replace(api.server, "URL")


def dripped(piece: bytes = b" ") -> Iterator[bytes]:
    while True:
        time.sleep(0.02)
        yield piece


def test_a_response_that_drips_ends_at_its_deadline(tmp_path: Path, limited):
    limited(request_seconds=0.5)
    said = refused(tmp_path, at(PODS, lambda: Reply(dripped())))
    assert said == f"the API server URL cannot be reached any more: its response to {PODS} did not end within 0 s"


@pytest.mark.parametrize("piece", [b"X-More: x\r\n", b"HTTP/1.1 103 Early Hints\r\n\r\n"], ids=["headers", "hints"])
def test_headers_that_drip_end_at_the_deadline(piece: bytes, tmp_path: Path, limited):
    limited(request_seconds=0.5)

    def talk(connection) -> None:
        if piece.startswith(b"X"):
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
        for one in dripped(piece):
            connection.sendall(one)

    with talking(talk) as url, pytest.raises(UsageError, match="its response to /version did not end within 0 s"):
        Api(kubeconfig(tmp_path, url), "a")


def test_a_slow_but_steady_response_is_read(tmp_path: Path, limited):
    limited(request_seconds=20)
    whole = json.dumps(answers.listed("Pod", answers.SERVED["v1"]["pods"][1])).encode()

    def slowly() -> Iterator[bytes]:
        for start in range(0, len(whole), 200):
            time.sleep(0.02)
            yield whole[start : start + 200]

    with asking(tmp_path, at(PODS, lambda: Reply(slowly()))) as (api, _):
        assert len(api.list("Pod")) == 2


#: The process has an eighth of what it took before there were limits.
ASKING = """
import resource, sys
from contextlib import closing, suppress
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (1_500 * 2**20,) * 2)
from svcdns.errors import UndeterminedError
from svcdns.targets.cluster.apiserver.api import Api
with closing(Api(Path(sys.argv[1]), "a")) as api:
    try:
        if sys.argv[2] == "watch":
            for _ in api.watch("Pod", since="1"):
                pass
        else:
            api.list("Pod")
    except UndeterminedError as error:
        print(error)
"""


def endless(piece: bytes) -> Iterator[bytes]:
    while True:
        yield piece


def bomb() -> bytes:
    """Three gigabytes of zeros in three megabytes."""
    squeezing = zlib.compressobj(9, wbits=31)
    first, again = (squeezing.compress(bytes(16 * MIB)) + squeezing.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + 190 * again


PAGES = itertools.count()
FULL = answers.SERVED["v1"]["pods"][1] * 250


def renamed(item: dict[str, Any]) -> dict[str, Any]:
    return {**item, "metadata": {**item["metadata"], "name": f"p{next(PAGES)}"}}


COSTLY: dict[str, tuple[str, Callable[[], Reply], str]] = {
    "endless": ("list", lambda: Reply(endless(b" " * 2**16)), "sent more than 64 MiB"),
    "gzip": ("list", lambda: Reply(bomb(), headers={"Content-Encoding": "gzip"}), "sent more than 64 MiB"),
    "a line": ("watch", lambda: Reply(endless(b"x" * 2**16)), "sent one event of more than 16 MiB"),
    "brackets": ("list", lambda: Reply(b"[" * 30 * MIB), "sent JSON of more than 4,000,000 values"),
    "empty lists": ("list", lambda: Reply(b'{"a":[' + b"[]," * 10 * MIB), "sent JSON of more than 4,000,000 values"),
    "levels": ("list", lambda: Reply(b"[" * 3 * MIB), "sent JSON of more than 200 nested levels"),
    "pages": (
        "list",
        lambda: as_json(answers.listed("Pod", [renamed(item) for item in FULL], str(next(PAGES)))),
        "lists Pods of more than 256 MiB" if THOROUGH else "",
    ),
}


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("what", "reply", "said"), COSTLY.values(), ids=list(COSTLY))
def test_no_response_takes_more_memory_than_its_limits(
    what: str, reply: Callable[[], Reply], said: str, tmp_path: Path
):
    if not said:
        pytest.skip("takes a minute: HYPOTHESIS_PROFILE=thorough")

    def wrong(request: Request) -> Reply | None:
        return reply() if request.path == PODS else None

    with serving(answers.objects(), wrong) as server:
        file = kubeconfig(tmp_path, server.url)
        done = subprocess.run(
            [sys.executable, "-c", ASKING, str(file), what], capture_output=True, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (0, "")
    assert said in done.stdout


@pytest.mark.parametrize(
    ("encoding", "body", "said"),
    [
        ("br", b"x", "its response is encoded as br, which was not requested"),
        (
            "gzip, gzip",
            gzip.compress(gzip.compress(b"{}", mtime=0), mtime=0),
            "its response is encoded as gzip, gzip, which was not requested",
        ),
        ("gzip", b"{}", "its response is not gzip: Error -3 while decompressing data: incorrect header check"),
        ("gzip", gzip.compress(b"{}" * 99, mtime=0)[:-9], "its response is gzip data that is cut short"),
        ("gzip", gzip.compress(b"{}", mtime=0) * 2, "its response continues after the end of the gzip data"),
    ],
)
def test_another_compression_than_requested_is_refused(encoding: str, body: bytes, said: str, tmp_path: Path):
    assert said in refused(tmp_path, at(PODS, lambda: Reply(body, headers={"Content-Encoding": encoding})))


@given(
    octets=st.binary(max_size=2_000), repeated=st.integers(1, 2_000), cuts=st.sets(st.integers(1, 5_000), max_size=4)
)
def test_gzip_is_decompressed_however_its_octets_are_cut(octets: bytes, repeated: int, cuts: set[int]):
    from svcdns.targets.cluster.apiserver.transport import _decompressed  # noqa: PLC0415 - as heavy as a live target

    squeezed = gzip.compress(octets * repeated, mtime=0)
    edges = [0, *sorted(cut for cut in cuts if cut < len(squeezed)), len(squeezed)]
    pieces = (squeezed[start:end] for start, end in itertools.pairwise(edges))
    assert b"".join(_decompressed(pieces, "gzip")) == octets * repeated


@given(lines=st.lists(st.binary(max_size=9).filter(lambda line: b"\n" not in line)), cut=st.integers(1, 12))
def test_lines_are_the_same_however_they_are_cut(lines: list[bytes], cut: int):
    stream = b"".join(line + b"\n" for line in lines)
    pieces = [stream[start : start + cut] for start in range(0, len(stream), cut)]
    assert list(limits.lines(pieces, 9)) == lines
    if any(len(line) > 3 for line in lines):
        with pytest.raises(LimitError):
            list(limits.lines(pieces, 3))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('[]{},\\"x', max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=30,
)


@given(value=JSON)
def test_levels_are_counted_as_they_are_and_values_never_too_few(value: Any):
    def levels(one: Any) -> int:
        inner = one.values() if isinstance(one, dict) else one if isinstance(one, list) else None
        return 0 if inner is None else 1 + max(map(levels, inner), default=0)

    def count(one: Any) -> int:
        inner = one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        return 1 + sum(map(count, inner))

    octets = json.dumps(value).encode()
    assert limits._levels(octets) == levels(value)
    assert limits.values(octets) >= count(value)


def page(token: str, version: str = "1000") -> Reply:
    listed = answers.listed("Pod", [renamed(FULL[0])], token)
    return as_json(listed | {"metadata": listed["metadata"] | {"resourceVersion": version}})


def test_a_list_of_endless_pages_ends(tmp_path: Path, limited):
    limited(pages=20)
    said = refused(tmp_path, at(PODS, lambda: page(str(next(PAGES)))))
    assert said == "the API server URL lists Pods on more than 20 pages"


def test_an_endless_list_ends_at_its_deadline(tmp_path: Path, limited):
    limited(list_seconds=0.0)
    assert "did not list all Pods within 0 s" in refused(tmp_path, at(PODS, lambda: page(str(next(PAGES)))))


def test_the_kept_fields_of_a_list_have_a_limit(tmp_path: Path, limited):
    limited(kept_octets=2_000)
    assert "lists Pods of more than 2000 octets" in refused(tmp_path, at(PODS, lambda: page(str(next(PAGES)))))


def test_pages_that_lead_to_themselves_or_to_another_list_are_refused(tmp_path: Path):
    assert "metadata.continue: leads to the same page again" in refused(tmp_path, at(PODS, lambda: page("x")))
    said = refused(tmp_path, at(PODS, lambda: page(str(number := next(PAGES)), str(number))))
    assert "metadata.resourceVersion: differs from page to page" in said


def test_an_endless_watch_ends_at_its_limit(tmp_path: Path, limited):
    limited(watch_octets=100_000)
    pod = answers.SERVED["v1"]["pods"][1][0]
    line = json.dumps({"type": "ADDED", "object": {"kind": "Pod", **pod}}).encode() + b"\n"

    def ask(api: Api) -> None:
        for _ in api.watch("Pod", since="1"):
            pass

    said = refused(tmp_path, lambda request: Reply(endless(line)) if request.watches else None, ask)
    assert said == "the API server URL sent more than 100000 octets in one watch on Pods; they are listed again"


def slices(count: int) -> list[dict[str, Any]]:
    """EndpointSlices as large as those of a cluster are."""
    (one, *_) = answers.SERVED["discovery.k8s.io/v1"]["endpointslices"][1]
    return [{**one, "metadata": {**one["metadata"], "name": f"web-{number}"}} for number in range(count)]


@pytest.mark.timeout(600)
def test_a_large_cluster_is_listed_whole(tmp_path: Path):
    """In pages of 500; 100,000 EndpointSlices where the tests are to be thorough."""
    whole = slices(100_000 if THOROUGH else 10_000)

    def paged(request: Request) -> Reply | None:
        if not request.path.endswith("/endpointslices"):
            return None
        start, size = int(request.query.get("continue", 0)), int(request.query["limit"])
        end = start + size
        body = json.dumps(answers.listed("EndpointSlice", whole[start:end], str(end) if end < len(whole) else ""))
        return Reply(gzip.compress(body.encode(), 1, mtime=0), headers={"Content-Encoding": "gzip"})

    with asking(tmp_path, paged) as (api, server):
        found, version = api.snapshot("EndpointSlice")
        assert server.count(lambda request: request.path.endswith("/endpointslices")) == len(whole) / 500
    assert (len(found), version) == (len(whole), answers.VERSION)
    assert "managedFields" not in found[-1]["metadata"]


def test_the_limits_allow_what_kubernetes_supports():
    """A page of EndpointSlices as full as controllers make them by default, and of pods with much in them."""
    endpoint = answers.SERVED["discovery.k8s.io/v1"]["endpointslices"][1][0]["endpoints"][0]
    full = [{**one, "endpoints": [endpoint] * 100} for one in slices(500)]
    octets = json.dumps(answers.listed("EndpointSlice", full)).encode()
    assert len(octets) < ApiLimits().octets / 2
    limits.check_json(octets, ApiLimits())


@pytest.mark.parametrize("watch", [Reply(b""), as_json({}, 500), Reply(b"nonsense\n"), as_json({}, 302)])
def test_watches_that_end_at_once_are_begun_again_at_longer_and_longer_intervals(watch: Reply, tmp_path: Path):
    begun = time.monotonic()
    with asking(tmp_path, lambda request: watch if request.watches else None) as (api, server):
        watching = Watching(api, "cluster.local")
        # The first lists are there before the first watches are refused, or not.
        with suppress(UndeterminedError), watching:
            assert within(20, lambda: server.count(lambda request: request.watches) >= 8)
            time.sleep(3)
        before = server.count()
    # Four kinds, each with a list and a watch at a time, after 0.1, 0.2, 0.4, 0.8 and 1.6 s at the soonest. Where the
    # lists came after the refusals, a minute is waited for better ones.
    assert before < 100 + 4 * (time.monotonic() - begun)


def test_lists_that_fail_at_once_are_made_again_at_longer_and_longer_intervals(tmp_path: Path):
    broken = at(PODS, lambda: Reply(b"nonsense"))
    with asking(tmp_path, broken) as (api, server):
        watching = Watching(api, "cluster.local")
        thread = Thread(target=watching._follow, args=("Pod",))
        thread.start()
        time.sleep(3)
        watching._ending.set()
        api.end_watches()
        thread.join()
        assert 2 < server.count(lambda request: request.path == PODS) < 15


def test_redirects_are_not_followed(tmp_path: Path):
    with serving() as other:

        def wrong(request: Request) -> Reply | None:
            if request.path in ("/version", "/api/v1"):
                return None
            return Reply(b"", 307, {"Location": f"{other.url}{request.path}"})

        for ask in (
            lambda api: api.list("Pod"),
            lambda api: api.get("Pod", "a", "b"),
            lambda api: list(api.watch("Pod", since="1")),
            lambda api: writing.delete(api, POD, "uid"),
            lambda api: writing.patch(api, POD, {}),
            lambda api: api.list("Lease"),
            lambda api: api.logs("a", "b"),
        ):
            with asking(tmp_path, wrong) as (api, _), pytest.raises(TargetError, match="HTTP status 307"):
                ask(api)
        with serving(wrong=lambda request: Reply(b"", 301, {"Location": f"{other.url}/version"})) as first:  # noqa: SIM117
            with pytest.raises(UsageError, match="is not an API server"):
                Api(kubeconfig(tmp_path, first.url), "a")
        assert other.count() == 0


def test_a_log_is_not_read_as_json_and_has_its_own_limit(tmp_path: Path):
    """Brackets in it are nothing to count."""

    def wrong(request: Request) -> Reply | None:
        return Reply(b"[[[," * 2**20, headers={"Content-Type": "text/plain"}) if request.path.endswith("/log") else None

    with asking(tmp_path, wrong) as (api, server):
        assert len(api.logs("a", "b")) == 4 * MIB
        assert [request.query for request in server.requests][-1] == {"tailLines": "200", "limitBytes": str(4 * MIB)}


def test_the_response_to_a_write_is_read_within_limits_whatever_its_content_type(tmp_path: Path):
    def wrong(request: Request) -> Reply | None:
        return Reply(b"[" * 900, headers={"Content-Type": "text/plain"}) if request.method == "PATCH" else None

    item = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "b"}}
    assert "JSON of more than 200 nested levels" in refused(tmp_path, wrong, lambda api: writing.apply(api, item))


def test_a_proxy_is_asked_within_the_same_limits(tmp_path: Path):
    with serving(answers.objects(), at(PODS, lambda: Reply(endless(b" " * 2**16)))) as server:
        file = kubeconfig(tmp_path, "http://cluster.example", **{"proxy-url": server.url})
        with closing(Api(file, "a")) as api:
            assert len(api.list("Node")) == 1
            with pytest.raises(UndeterminedError, match=r"http://cluster\.example sent more than 64 MiB"):
                api.list("Pod")


def test_a_watch_that_was_ended_before_it_began_does_not_begin():
    times = RequestTimes()
    request = times.start(60, is_watch=True)
    times.end_watches()
    times.lift(request)
    assert request.remaining() <= 0
    with pytest.raises(httpcore2.ConnectError):
        times.start(60, is_watch=True)
    assert times.start(60, is_watch=False).remaining() > 0


def test_after_an_interruption_a_server_that_does_not_answer_is_not_asked_again():
    times = RequestTimes()
    times.hurry(0.0)
    request = times.start(60, is_watch=False)
    with pytest.raises(httpcore2.ReadTimeout), times.charged_to(request):
        times.seconds(None)
    with pytest.raises(httpcore2.ConnectError):
        times.start(60, is_watch=False)


def test_after_an_interruption_only_the_lease_is_renewed_by_other_threads(tmp_path: Path):
    lease = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "a", "namespace": "b"}}
    held = answers.objects()
    held.put("Pod", "a", "b", metadata={"uid": "uid"})
    with asking(tmp_path, lambda _: None, held) as (api, server), ThreadPoolExecutor(1) as other:
        other.submit(api.list, "Pod").result()
        api.hurry()
        assert other.submit(writing.apply, api, lease).result()["kind"] == "Lease"
        assert other.submit(writing.delete, api, POD, "uid").result()
        assert api.get("Node", "n1") is not None
        before = server.count()
        for ask in (lambda: api.get("Node", "n1"), lambda: writing.patch(api, POD, {})):
            with pytest.raises(UndeterminedError, match="the run was interrupted and needs no "):
                other.submit(ask).result()
        assert server.count() == before
