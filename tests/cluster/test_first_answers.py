"""The first answers of an API server, which come to several threads at a time."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

#: A watch for each kind is begun at once. A crash is a matter of luck, so threads take turns as often as they can.
FIRST_ANSWERS = """
import sys, threading
from harness.targets.cluster.client import _model
from harness.targets.cluster.discovery import Resource
from lightkube.core.decoders import decode_list, decode_object, decode_watch_event

sys.setswitchinterval(1e-6)
kinds = [_model(Resource("", "v1", f"Kind{number}", f"kind{number}s", namespaced=True)) for number in range(8)]
together = threading.Barrier(len(kinds))

def watch(kind):
    together.wait()
    decode_list(b'{"metadata": {"resourceVersion": "1"}, "items": []}', kind)
    event = decode_watch_event(b'{"type": "ADDED", "object": {"metadata": {"resourceVersion": "2"}}}')
    assert decode_object(event.object, kind).metadata.resourceVersion == "2"

threads = [threading.Thread(target=watch, args=[kind]) for kind in kinds]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


def test_several_threads_may_have_their_first_answers_at_the_same_time():
    def crashes(_: int) -> bool:
        return subprocess.run([sys.executable, "-c", FIRST_ANSWERS], check=False, capture_output=True).returncode != 0

    with ThreadPoolExecutor(2) as pool:
        assert not any(pool.map(crashes, range(12)))
