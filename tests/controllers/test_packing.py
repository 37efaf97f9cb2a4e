from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from svcdns.controllers.packing import pack


def _endpoints(numbers):
    return [{"addresses": [f"10.0.0.{number}"], "targetRef": {"name": f"p{number}"}} for number in numbers]


def _numbers(endpoints):
    return [int(endpoint["targetRef"]["name"][1:]) for endpoint in endpoints]


def _packed(slices, desired, most=3):
    filled, created = pack({name: _endpoints(numbers) for name, numbers in slices.items()}, _endpoints(desired), most)
    return {name: _numbers(endpoints) for name, endpoints in filled.items()}, [_numbers(item) for item in created]


def test_new_endpoints_fill_new_slices():
    assert _packed({}, range(7)) == ({}, [[0, 1, 2], [3, 4, 5], [6]])


def test_endpoints_stay_where_they_are():
    assert _packed({"a": [1, 2], "b": [3]}, [3, 2, 1]) == ({"a": [1, 2], "b": [3]}, [])


def test_slices_that_change_anyway_are_filled_first_and_the_fullest_before_others():
    slices = {"a": [1, 9], "b": [2, 3, 9], "c": [4]}
    assert _packed(slices, [1, 2, 3, 4, 5, 6]) == ({"a": [1, 6], "b": [2, 3, 5], "c": [4]}, [])


def test_what_is_left_goes_to_the_fullest_unchanged_slice_in_which_all_fits():
    assert _packed({"a": [1], "b": [2, 3]}, [1, 2, 3, 4]) == ({"a": [1], "b": [2, 3, 4]}, [])
    assert _packed({"a": [1], "b": [2, 3]}, [1, 2, 3, 4, 5]) == ({"a": [1, 4, 5], "b": [2, 3]}, [])
    assert _packed({"a": [1, 6], "b": [2, 3]}, [1, 6, 2, 3, 4, 5]) == ({"a": [1, 6], "b": [2, 3]}, [[4, 5]])


def test_a_slice_that_loses_all_its_endpoints_is_given_up():
    assert _packed({"a": [1], "b": [2]}, [2]) == ({"b": [2]}, [])
    assert _packed({"a": [1]}, [2]) == ({}, [[2]])


def test_a_placeholder_is_filled():
    assert _packed({"a": []}, [1, 2]) == ({"a": [1, 2]}, [])


@given(
    slices=st.lists(st.integers(0, 30), unique=True, max_size=20),
    cuts=st.integers(1, 5),
    desired=st.sets(st.integers(0, 30)),
)
def test_every_endpoint_stands_in_exactly_one_slice_and_no_slice_is_too_long(slices, cuts, desired):
    before = {str(index): slices[index : index + cuts] for index in range(0, len(slices), cuts)}
    filled, created = _packed(before, sorted(desired), most=5)
    lists = [*filled.values(), *created]
    assert sorted(number for numbers in lists for number in numbers) == sorted(desired)
    assert all(0 < len(numbers) <= 5 for numbers in lists)
