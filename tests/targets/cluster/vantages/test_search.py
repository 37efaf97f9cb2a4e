from __future__ import annotations

import dns.message
import dns.name
import pytest
from dns.rcode import Rcode

from svcdns.client import Answer
from svcdns.message import question
from svcdns.targets.cluster.vantages.search import configuration, search

RESOLV_CONF = """\
search t.svc.cluster.local svc.cluster.local cluster.local
nameserver 10.96.0.10
options ndots:5
"""

SEARCHED = ["{}.t.svc.cluster.local.", "{}.svc.cluster.local.", "{}.cluster.local."]


def answer(name: dns.name.Name, said: str) -> Answer:
    """A server's answer: an rcode, NODATA, FOUND, or SILENCE."""
    asked = question(str(name), "A")
    message = dns.message.make_response(dns.message.make_query(asked.name, "A"))
    if said == "FOUND":
        message.answer = [dns.rrset.from_text(asked.name, 30, "IN", "A", "10.96.0.1")]
    elif said not in {"NODATA", "SILENCE"}:
        message.set_rcode(Rcode[said])
    silent = said == "SILENCE"
    return Answer(asked, "udp", "10.96.0.10:53", None, None if silent else message, None, 0.0, (), None)


def asked(name: str, libc: str, *said: str) -> list[str]:
    """The names that are queried, where the server gives these answers in turn, and then NXDOMAIN."""
    answers = iter(said)
    found = search(name, configuration(RESOLV_CONF), libc, lambda one: answer(one, next(answers, "NXDOMAIN")))
    return [str(one.question.name) for one in found]


def names(short: str, *patterns: str) -> list[str]:
    return [pattern.format(short) for pattern in patterns]


@pytest.mark.parametrize("libc", ["glibc", "musl"])
def test_a_short_name_goes_through_the_search_list_and_then_as_it_is(libc):
    assert asked("web", libc) == names("web", *SEARCHED, "{}.")


@pytest.mark.parametrize("libc", ["glibc", "musl"])
def test_a_search_ends_with_the_first_records(libc):
    assert asked("web.t", libc, "NXDOMAIN", "FOUND") == names("web.t", *SEARCHED[:2])


@pytest.mark.parametrize("libc", ["glibc", "musl"])
def test_a_name_with_a_final_dot_is_asked_for_alone(libc):
    assert asked("web.t.svc.cluster.local.", libc) == ["web.t.svc.cluster.local."]


def test_glibc_tries_a_name_of_many_dots_first_as_it_is_and_musl_not_otherwise():
    assert asked("a.b.c.d.e.f", "glibc") == names("a.b.c.d.e.f", "{}.", *SEARCHED)
    assert asked("a.b.c.d.e.f", "musl") == ["a.b.c.d.e.f."]


@pytest.mark.parametrize(
    ("said", "glibc", "musl"),
    [
        ("NXDOMAIN", [*SEARCHED, "{}."], [*SEARCHED, "{}."]),
        ("NODATA", [*SEARCHED, "{}."], SEARCHED[:1]),
        ("SERVFAIL", [*SEARCHED, "{}."], SEARCHED[:1]),
        ("REFUSED", [SEARCHED[0], "{}."], SEARCHED[:1]),
        ("NOTIMP", [SEARCHED[0], "{}."], SEARCHED[:1]),
        ("FORMERR", [SEARCHED[0], "{}."], SEARCHED[:1]),
        ("SILENCE", [SEARCHED[0], "{}."], SEARCHED[:1]),
    ],
)
def test_what_ends_a_search_early_depends_on_the_c_library(said, glibc, musl):
    assert asked("web", "glibc", said) == names("web", *glibc)
    assert asked("web", "musl", said) == names("web", *musl)


def test_a_refusal_of_the_name_as_it_is_does_not_keep_glibc_from_the_search_list():
    assert asked("a.b.c.d.e.f", "glibc", "REFUSED") == names("a.b.c.d.e.f", "{}.", *SEARCHED)


def test_the_configuration_is_that_of_the_file():
    found = configuration(RESOLV_CONF)

    assert found.nameservers == ("10.96.0.10",)
    assert [str(suffix) for suffix in found.search] == ["t.svc.cluster.local.", "svc.cluster.local.", "cluster.local."]
    assert found.ndots == 5


@pytest.mark.parametrize(
    ("text", "ndots"),
    [
        ("", 1),
        ("options ndots:2 timeout:1\n", 2),
        ("options ndots:2\noptions rotate ndots:3\n", 3),
        ("options ndots:99\n", 15),
        ("options ndots:many\n", 1),
        ("# options ndots:4\n", 1),
    ],
)
def test_ndots_is_1_unless_an_option_sets_it(text, ndots):
    assert configuration(text).ndots == ndots


def test_of_several_search_lists_the_last_counts_and_nameservers_add_up():
    found = configuration("nameserver ::1\nsearch a b\nnameserver 10.0.0.1 # second\ndomain c.d\nsearch .\nnonsense\n")

    assert found.nameservers == ("::1", "10.0.0.1")
    assert found.search == (dns.name.root,)
