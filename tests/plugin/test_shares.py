"""Which worker does what on a live target."""

from __future__ import annotations

from collections import Counter, OrderedDict
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from svcdns.plugin.scheduler import ByWorlds
from svcdns.plugin.shares import shares

ROOT = Path(__file__).parent.parent.parent
COMBINATIONS = "features/combinations/deployment_headless.feature"
SPECIFICATION = "features/specification"


def nodes(path: str, *names: str) -> list[str]:
    return [f"{path}::test_{name}" for name in names]


#: Three that use one Namespace after the other, and two that share a world which is declared in two files.
LINE = nodes(
    COMBINATIONS,
    "pods_are_listed_one_by_one_as_they_become_ready",
    "scaled_up_or_down_the_service_name_resolves_to_as_many_addresses_as_there_are_pods",
    "the_service_name_resolves_to_each_pods_address_once_over_udp_and_over_tcp",
)
SHARED = [
    *nodes(
        f"{SPECIFICATION}/srv.feature",
        "the_port_port_of_service_has_an_srv_record_with_port_number_over_protocol[web-http-TCP-80]",
    ),
    *nodes(f"{SPECIFICATION}/schema_version.feature", "the_schema_version_is_one_txt_record_with_a_semantic_version"),
]


#: What takes as long as three workers take for the others.
OTHERS = [f"tests/test_{number}.py::test_something" for number in range(300)]


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize("together", [LINE, SHARED])
def test_what_may_share_a_namespace_stays_with_one_worker(workers: int, together: list[str]):
    found = shares(ROOT, [*LINE, *SHARED, *OTHERS], workers)
    assert len({found[node] for node in together}) == 1


def test_what_is_too_much_for_one_worker_is_shared_out_all_the_same_by_worlds():
    found = shares(ROOT, [*LINE, *SHARED], 2)
    assert len({found[node] for node in LINE}) == 2
    assert len({found[node] for node in SHARED}) == 1


def test_the_work_is_shared_out_in_equal_parts():
    found = shares(ROOT, [*LINE, *SHARED, *OTHERS], 2)
    changing = found[LINE[0]]
    by_worker = Counter(found[node] for node in OTHERS)
    assert by_worker[1 - changing] - by_worker[changing] == pytest.approx(143, abs=5)


def test_what_only_asks_about_services_is_kept_back_in_shares_of_its_own():
    found = shares(ROOT, [*LINE, *SHARED, *OTHERS], 2)
    assert {found[node] for node in (*LINE, *OTHERS)} == {0, 1}
    assert {found[node] for node in SHARED} == {2}


@dataclass(eq=False)
class Worker:
    """What the scheduler knows of a worker."""

    gateway: SimpleNamespace

    def send_runtest_some(self, indices: list[int]) -> None:
        """It would run them."""


def test_a_worker_begins_with_what_was_kept_back_and_goes_on_with_its_own_share():
    scheduler = ByWorlds.__new__(ByWorlds)
    scheduler.numnodes = 2
    scheduler.workqueue = OrderedDict((share, {}) for share in "01234")
    scheduler.assigned_work = {}
    workers = [Worker(SimpleNamespace(id=f"gw{number}")) for number in (1, 0)]
    scheduler.registered_collections = {worker: [] for worker in workers}
    for worker in (*workers, *workers, workers[0]):
        scheduler._assign_work_unit(worker)
    first, second = (list(scheduler.assigned_work[worker]) for worker in workers)
    assert (first, second) == (["2", "1", "4"], ["3", "0"])


def test_where_nothing_is_kept_back_a_worker_begins_with_its_own_share():
    scheduler = ByWorlds.__new__(ByWorlds)
    scheduler.numnodes = 2
    scheduler.workqueue = OrderedDict((share, {}) for share in "01")
    scheduler.assigned_work = {}
    worker = Worker(SimpleNamespace(id="gw1"))
    scheduler.registered_collections = {worker: []}
    scheduler._assign_work_unit(worker)
    assert list(scheduler.assigned_work[worker]) == ["1"]


def test_the_tests_of_other_files_stay_together_by_file():
    others = [f"tests/test_{file}.py::test_{name}" for file in "abcd" for name in "xyz"]
    found = shares(ROOT, others, 2)
    assert all(len({found[node] for node in others if file in node}) == 1 for file in ("_a.", "_b.", "_c.", "_d."))
    assert Counter(found.values()) == {0: 6, 1: 6}
