"""What a pod finds by a short name, through the search list that the kubelet writes."""

from __future__ import annotations

from collections.abc import Iterator

import dns.name
import dns.rdatatype

from harness.errors import UndeterminedError
from harness.judge import look as looking
from harness.judge.look import TYPE_OF, Look, Promise, Reading

ORDINALS = ("no", "first", "second", "third", "fourth", "fifth")


def found_by(short: str, service: str, nth: str) -> Promise:
    """A pod that looks up a short name finds the Service's addresses with its nth question (M02, M04).

    The names tried before have to be NXDOMAIN; anything else would end the search early.
    """
    words = f'a pod finds the Service "{service}" by the name "{short}", with its {nth} question'
    number = ORDINALS.index(nth)

    def judge(look: Look) -> Iterator[Reading]:
        found = look.service(service)
        family = found.families[0]
        pods = () if found.cluster_ips else looking.ready_pods(look, found)
        expected = found.cluster_ips[:1] or looking.addresses(pods, family)
        if not expected:
            raise UndeterminedError(f"the Service {found.key} has no address to be found")
        lookup = look.lookup(short, family)
        namespace, own = found.key
        full = dns.name.from_text(f"{own}.{namespace}.svc.{look.state.domain}")
        *before, last = lookup.asked
        yield from (looking.expect_no_name(answer, words) for answer in before)
        rows = [f"{dns.rdatatype.to_text(TYPE_OF[family])} {address}" for address in expected]
        finding = looking.expect_rows(last, words, rows)
        asked = [str(answer.question.name) for answer in lookup.asked]
        if finding.kept and (len(asked) != number or last.question.name != full):
            problem = f"the pod asked for {', then '.join(asked)}, and was to find {full} with its {nth} question"
            finding = looking.reading(last, words, finding.expected, problem=problem)
        if finding.kept and sorted(lookup.addresses) != sorted(expected):
            problem = f"the pod found {', '.join(lookup.addresses) or 'no address'}"
            finding = looking.reading(last, words, finding.expected, problem=problem)
        yield finding

    return Promise(words, judge, of_resolver=True)
