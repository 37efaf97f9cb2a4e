from __future__ import annotations

from ipaddress import IPv4Address, ip_address, ip_network
from random import Random
from threading import Thread

import pytest

from svcdns.controllers.allocation import Allocator, Pool
from svcdns.errors import TargetError


def test_a_pool_goes_on_from_where_it_stopped_and_returns_at_the_end():
    pool = Pool([range(1, 4)], "numbers")
    used = set()
    taken = []
    for _ in range(7):
        number = pool.take(used.__contains__)
        taken.append(number)
        used = {number}
    assert taken == [1, 2, 3, 1, 2, 3, 1]


def test_a_pool_begins_the_next_block_when_the_first_is_full():
    pool = Pool([range(1, 3), range(10, 12)], "numbers", first=2)
    used: set[int] = set()
    for _ in range(4):
        used.add(pool.take(used.__contains__))
    assert used == {1, 2, 10, 11}
    with pytest.raises(TargetError, match="numbers is used up"):
        pool.take(used.__contains__)
    used.remove(1)
    assert pool.take(used.__contains__) == 1


def test_a_node_has_253_addresses_before_the_next_block_begins():
    allocator = Allocator(("IPv4",), Random(1))
    used: set[int] = set()
    taken = []
    for _ in range(254):
        (address,) = allocator.pod_addresses(used.__contains__)
        used.add(int(ip_address(address)))
        taken.append(address)
    assert taken[0] == "10.244.0.2"
    assert taken[252:] == ["10.244.0.254", "10.244.1.2"]


def test_service_addresses_come_from_the_part_that_users_do_not_choose_from():
    allocator = Allocator(("IPv4", "IPv6"), Random(1))
    assert int(ip_address(allocator.service_address("IPv4", lambda _: False))) >= int(ip_address("10.96.1.0"))
    assert ip_address(allocator.service_address("IPv6", lambda _: False)) in ip_network("fd00:10:96::/112")
    beyond = ip_network("10.96.0.0/24")
    assert allocator.service_address("IPv4", lambda number: IPv4Address(number) not in beyond) == "10.96.0.1"


def test_node_ports_come_from_the_part_that_users_do_not_choose_from():
    allocator = Allocator(("IPv4",), Random(1))
    assert 30086 <= allocator.node_port(lambda _: False) <= 32767
    assert allocator.node_port(lambda port: port > 30085) == 30000


def test_addresses_of_pods_are_not_used_again_at_once(world, workload):
    world.apply(workload("StatefulSet"))
    seen = set()
    for _ in range(100):
        seen.add(world.pod("web-0").addresses)
        world.cluster.delete("Pod", "web-0", "t")
    assert len(seen) == 100


def test_calls_from_many_threads_lose_nothing(world, service):
    def create(thread: int) -> None:
        for number in range(10):
            world.apply(service(f"s{thread}-{number}"))

    threads = [Thread(target=create, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    addresses = [item.cluster_ips for item in world.cluster.state.only("t").services.values()]
    assert len(addresses) == len(set(addresses)) == 40
