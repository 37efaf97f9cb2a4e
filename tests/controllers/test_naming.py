from __future__ import annotations

from random import Random

from svcdns.controllers.allocation import Allocator
from svcdns.controllers.naming import ALPHABET, generated, new_uid, template_hash, timestamp
from svcdns.controllers.store import Store


def test_a_generated_name_ends_in_five_characters_of_the_alphabet():
    name = generated("web-", Random(1))
    assert name.startswith("web-")
    assert len(name) == 9
    assert set(name[4:]) <= set(ALPHABET)
    assert not set(ALPHABET) & set("aeiou013")


def test_a_generated_name_is_never_one_that_is_taken():
    store = Store(Allocator(("IPv4",), Random(1)), Random(1))
    taken = generated("web-", Random(1))
    store.put({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": taken, "namespace": "t"}})
    # The store's source of chance would give that very name first.
    assert store.new_name("ConfigMap", "t", "web-") != taken


def test_a_template_hash_depends_on_the_content_and_not_on_the_order():
    assert template_hash({"a": 1, "b": 2}) == template_hash({"b": 2, "a": 1})
    assert template_hash({"a": 1}) != template_hash({"a": 2})
    assert all(len(template_hash({"a": number})) <= 10 for number in range(100))
    assert all(set(template_hash({"a": number})) <= set("456789bcdf") for number in range(100))


def test_identities_are_version_4_uuids_and_times_are_utc():
    assert new_uid(Random(1))[14] == "4"
    assert timestamp().endswith("Z")
