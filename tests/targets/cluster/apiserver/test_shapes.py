"""The first answers of an API server, which come to several threads at a time."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

#: A watch for each kind is begun at once. A crash is a matter of luck, so threads take turns as often as they can.
FIRST_ANSWERS = """
import sys, threading
from svcdns.targets.cluster.apiserver import shapes
from svcdns.targets.cluster.apiserver.discovery import Resource
from svcdns.targets.cluster.apiserver.limits import ApiLimits
from svcdns.targets.cluster.apiserver.reading import Reader

sys.setswitchinterval(1e-6)
reader = Reader("https://here", ApiLimits())
kinds = [Resource(group, "v1", kind, kind.lower(), namespaced=False) for group, kind in (*shapes.OF_KIND, ("x", "Own"))]
together = threading.Barrier(len(kinds))

def watch(kind):
    together.wait()
    reader.page(b'{"metadata": {"resourceVersion": "1"}, "items": []}', kind, None)
    try:
        reader.change(b'{"type": "ADDED", "object": {"metadata": {"resourceVersion": "2"}}}', kind, None)
    except Exception as error:
        assert "metadata.name: is missing" in str(error) or "addressType: is missing" in str(error), error
    else:
        raise AssertionError(kind)

threads = [threading.Thread(target=watch, args=[kind]) for kind in kinds]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


def test_several_threads_may_read_their_first_responses_at_once():
    def crashes(_: int) -> bool:
        return subprocess.run([sys.executable, "-c", FIRST_ANSWERS], check=False, capture_output=True).returncode != 0

    with ThreadPoolExecutor(2) as pool:
        assert not any(pool.map(crashes, range(12)))
