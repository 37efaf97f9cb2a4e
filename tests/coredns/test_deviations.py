"""The table of what versions of CoreDNS do otherwise."""

from __future__ import annotations

import pytest

from harness import catalogue, coredns


def ids(version: str) -> set[str]:
    return {deviation.id for deviation in coredns.of(version)}


@pytest.mark.parametrize(
    ("version", "known"),
    [
        ("v1.14.7", set()),
        ("v1.12.1", {"label-ends-in-a-dash", "no-zonal-names"}),
        ("1.12.0-eksbuild.1", {"pointers-need-a-hostname", "label-ends-in-a-dash", "no-zonal-names"}),
        ("v1.10.0", {"txt-of-missing-names", "label-ends-in-a-dash", "no-zonal-names"}),
        ("latest", set()),
        ("", set()),
    ],
)
def test_a_version_has_the_deviations_of_its_time(version: str, known: set[str]):
    assert ids(version) == known


def test_every_deviation_names_behaviours_that_there_are():
    for deviation in coredns.deviations():
        assert deviation.behaviours
        assert set(deviation.behaviours) <= set(catalogue.behaviours())


def test_a_deviation_that_is_known_says_since_when_and_until_when():
    (found,) = [one for one in coredns.of("1.12.0") if one.id == "pointers-need-a-hostname"]
    assert found.known("1.12.0") == (
        "known of CoreDNS 1.12.0 (since 1.11.4 until 1.12.1; coredns#6898, coredns#7177, coredns#7194): "
        "the address of an endpoint without a hostname leads back to nothing"
    )
