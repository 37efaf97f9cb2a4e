"""The parts of a Corefile that decide which names exist, and how long answers are cached."""

from __future__ import annotations

import pytest

from svcdns.targets.cluster.corefile import domain, options
from tests import corefiles


def test_the_lines_that_decide_answers_are_listed():
    assert options(corefiles.KUBEADM) == corefiles.KUBEADM_OPTIONS


@pytest.mark.parametrize(
    ("corefile", "found"),
    [
        (corefiles.KUBEADM, "cluster.local"),
        (".:53 {\n  kubernetes in-addr.arpa Corp.Example. {\n  }\n}\n", "corp.example"),
        ("dns://corp.example.:53 {\n  kubernetes\n}\n", "corp.example"),
        (".:53 {\n  forward . 1.1.1.1\n}\ncorp.example {\n  kubernetes\n}\n", "corp.example"),
        (".:53 {\n  forward . 1.1.1.1\n}\n", None),
        ("", None),
    ],
)
def test_the_domain_is_the_first_zone_of_names(corefile: str, found: str | None):
    assert domain(corefile) == found


@pytest.mark.parametrize("corefile", ["}", "a {\n}\n}\n", "{\n{\n}", "kubernetes", "a {\n{\n"])
def test_a_text_that_is_not_a_corefile_has_no_options(corefile: str):
    assert options(corefile) == ()
