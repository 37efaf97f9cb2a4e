"""The lists of faults: what each entry has to say of itself."""

from __future__ import annotations

import re

import pytest

from svcdns import faults
from svcdns.catalogue import tags
from svcdns.errors import UsageError

EVERY = (*faults.FAULTS.values(), *faults.VARIATIONS.values(), *faults.NETWORK.values())


@pytest.mark.parametrize("fault", EVERY, ids=lambda fault: fault.name)
def test_a_fault_is_named_in_words_and_explained_in_a_sentence(fault: faults.Fault):
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", fault.name)
    assert fault.sentence[0].isupper()
    assert fault.sentence.endswith(".")
    assert fault.bound


@pytest.mark.parametrize("fault", faults.FAULTS.values(), ids=lambda fault: fault.name)
def test_a_fault_names_behaviours_that_are_known(fault: faults.Fault):
    assert fault.behaviours
    assert set(fault.behaviours) <= dict(tags.meanings()).keys()


def test_no_two_entries_of_all_lists_have_the_same_name():
    assert len({fault.name for fault in EVERY}) == len(EVERY)


def test_a_name_that_is_nearly_right_is_answered_with_the_right_one():
    with pytest.raises(UsageError, match="did you mean wrong-id"):
        faults.find("wrong-idd")
