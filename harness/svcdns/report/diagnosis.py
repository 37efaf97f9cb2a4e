"""What is likely wrong with a server, read from all answers of a run: a rule speaks only where all of them agree, or is silent.

A rule reads which kinds of names, record types, servers and transports were answered as promised, and which were not.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from svcdns.results import AnswerCount, Finding, OtherAnswer
from svcdns.state.naming import NameKind

#: Answers that a statement about all of them needs at least.
FEWEST = 3

#: What comes where a server does not have what it should have.
_EMPTY = frozenset({"NXDOMAIN", "NODATA", "SERVFAIL", "REFUSED"})

_KINDS = frozenset(NameKind)
_CLUSTER_IP = frozenset({NameKind.CLUSTER_IP})
_HOSTNAMES = frozenset({NameKind.HOSTNAME})
_UNNAMED = frozenset({NameKind.UNNAMED_ENDPOINT})
_BELOW_SERVICES = frozenset({NameKind.HOSTNAME, NameKind.UNNAMED_ENDPOINT, NameKind.ENDPOINT})
_OF_ENDPOINTS = frozenset({NameKind.HEADLESS, NameKind.HEADLESS_PORT, *_BELOW_SERVICES})
_ADDRESSES = frozenset({NameKind.VIRTUAL_IP_ADDRESS, NameKind.ENDPOINT_ADDRESS})
_IN_CLUSTER = frozenset({NameKind.CLUSTER_IP, NameKind.EXTERNAL_NAME, NameKind.PORT, *_OF_ENDPOINTS})


@dataclass(frozen=True, slots=True)
class Answers:
    """Judged answers, counted: of a whole run, or some of them."""

    counts: tuple[AnswerCount, ...]

    def where(self, chosen: Callable[[AnswerCount], object]) -> Answers:
        """Return some of the answers."""
        return Answers(tuple(count for count in self.counts if chosen(count)))

    def of(self, kinds: Collection[str]) -> Answers:
        """Return the answers for some kinds of names that were promised to have records, not to have none."""
        return self.where(
            lambda count: (
                count.name_kind in kinds and count.promised == "records" and (count.came == "records" or not count.kept)
            )
        )

    def split(self, type_: str) -> tuple[Answers, Answers]:
        """Return the answers for a record type, and the others."""
        return self.where(lambda count: count.type == type_), self.where(lambda count: count.type != type_)

    @property
    def kept(self) -> int:
        """How many are as promised."""
        return sum(count.number for count in self.counts if count.kept)

    @property
    def broken(self) -> int:
        """How many are not."""
        return sum(count.number for count in self.counts if not count.kept)

    @property
    def number(self) -> int:
        """How many there are."""
        return self.kept + self.broken

    @property
    def came(self) -> str:
        """What all of them are, such as an rcode; nothing if they differ."""
        came = {count.came for count in self.counts}
        return came.pop() if len(came) == 1 else ""

    @property
    def all_are_empty(self) -> bool:
        """Whether enough of them were judged, and each is broken and has no records."""
        return self.broken >= FEWEST and not self.kept and {count.came for count in self.counts} <= _EMPTY


def of_cause(findings: Sequence[Finding], kinds: Collection[str], answers: Answers, domain: str) -> Iterator[str]:
    """Return what is likely wrong where answers break promises in the same way; the first rule says most.

    Args:
        findings: the answers that break a promise, one for each scenario.
        kinds: the kinds of names that were queried.
        answers: all answers of the run.
        domain: the cluster domain.
    """
    if any(finding.intermittent for finding in findings):
        return
    if any(finding.came == "" for finding in findings):
        yield from _on_places(findings)
        return
    if whole := next(_on_whole_zone(answers, domain), None):
        yield whole
        return
    types = {finding.type for finding in findings}
    rules = (
        _on_endpoint_slices(kinds, {finding.came for finding in findings}, answers),
        _on_reverse_zones(types, answers),
        _on_names_below_services(kinds, answers),
        _on_type(types, answers),
        _on_letters(findings),
    )
    yield from next(filter(None, map(tuple, rules)), ())
    yield from _on_places(findings)


def _on_whole_zone(answers: Answers, domain: str) -> Iterator[str]:
    promised = answers.of(_IN_CLUSTER)
    if promised.all_are_empty and promised.came and {count.name_kind for count in promised.counts} & _CLUSTER_IP:
        yield (
            f"no name below {domain} has records: all {promised.number} answers are {promised.came}. Check that this is the"
            f" DNS server of the cluster, and that {domain} is its cluster domain (--cluster-domain)"
        )


def _on_reverse_zones(types: Collection[str], answers: Answers) -> Iterator[str]:
    if types != {"PTR"}:
        return
    every, virtual, of_endpoints = (
        answers.of(kinds) for kinds in (_ADDRESSES, {NameKind.VIRTUAL_IP_ADDRESS}, {NameKind.ENDPOINT_ADDRESS})
    )
    if every.all_are_empty:
        yield (
            f"no address has a PTR record ({every.number} of {every.number} answers): the server lacks the reverse zones; in"
            " a Corefile, add in-addr.arpa and ip6.arpa to the zones of the kubernetes plugin"
        )
    elif virtual.all_are_empty and of_endpoints.kept:
        yield "no virtual IP has a PTR record, while endpoints have theirs"
    elif of_endpoints.all_are_empty and virtual.kept:
        yield "no endpoint has a PTR record, while virtual IPs have theirs"


def _on_endpoint_slices(kinds: Collection[str], came: Collection[str], answers: Answers) -> Iterator[str]:
    """Say that EndpointSlices cannot be read; without them, CoreDNS answers SERVFAIL for names that do not exist, too."""
    of_endpoints, virtual = answers.of(_OF_ENDPOINTS), answers.of(_CLUSTER_IP)
    concerned = set(kinds) <= _OF_ENDPOINTS | {NameKind.ENDPOINT_ADDRESS}
    unsynced = set(came) == {"SERVFAIL"} and of_endpoints.came == "SERVFAIL"
    if (concerned or unsynced) and of_endpoints.all_are_empty and virtual.kept >= FEWEST:
        yield (
            f"every name that needs EndpointSlices fails ({of_endpoints.number} of {of_endpoints.number} answers), while"
            " virtual IPs are answered: the server cannot read EndpointSlices; check its log, and that its ClusterRole may"
            " list and watch endpointslices of discovery.k8s.io"
        )


def _on_names_below_services(kinds: Collection[str], answers: Answers) -> Iterator[str]:
    if not set(kinds) <= _BELOW_SERVICES:
        return
    with_hostname, without = answers.of(_HOSTNAMES), answers.of(_UNNAMED)
    services = answers.of({NameKind.HEADLESS})
    if with_hostname.all_are_empty and without.all_are_empty and services.kept >= FEWEST:
        number = with_hostname.number + without.number
        yield (
            f"no endpoint has a name below its headless Service ({number} of {number} answers), while the Services are"
            " answered: the server has no names for endpoints"
        )
    elif with_hostname.all_are_empty and services.kept >= FEWEST:
        yield (
            f"names with a hostname alone fail ({with_hostname.number} of {with_hostname.number} answers), while headless"
            " Services are answered: the server does not use the hostnames in EndpointSlices"
        )
    elif without.all_are_empty and with_hostname.kept and services.kept:
        yield (
            "names of endpoints without a hostname alone fail: the server makes other names than their addresses with dashes,"
            " as CoreDNS does with endpoint_pod_names"
        )


def _on_type(types: Collection[str], answers: Answers) -> Iterator[str]:
    """Say what all queries for a record type get, where that is so of each type of a cause."""
    told = [_of_type(type_, answers) for type_ in sorted(types)]
    if all(told):
        yield from told


def _of_type(type_: str, answers: Answers) -> str:
    own, others = answers.split(type_)
    own = own.where(lambda count: count.promised != "choice")
    others, promised = others.of(_KINDS), own.of(_KINDS)
    if others.kept < FEWEST:
        return ""
    if own.came not in ("", "records") and own.broken >= FEWEST:
        every = f"every {type_} query is answered {own.came}, whatever its name ({own.number} of {own.number} answers)"
        if own.came in ("NXDOMAIN", "NODATA"):
            return f"{every}: the server has no {type_} records, or CoreDNS's template plugin answers in their place"
        return f"{every}: look for what answers this type in place of the records, such as CoreDNS's template or acl plugin"
    if promised.all_are_empty and promised.came:
        return f"no {type_} query is answered with records: {promised.number} of {promised.number} are {promised.came}"
    return ""


def _on_letters(findings: Sequence[Finding]) -> Iterator[str]:
    if len(findings) > 1 and all(finding.owner != finding.owner.lower() for finding in findings):
        yield "all these names have upper-case letters: the server does not compare names without regard to case"


def _on_places(findings: Sequence[Finding]) -> Iterator[str]:
    """Compare the answers that break a promise with what other servers and transports answer to the same queries."""
    if not findings or not all(finding.elsewhere for finding in findings):
        return
    wrong = {(finding.server, finding.transport) for finding in findings}
    wrong |= {(each.server, each.transport) for each in _others(findings) if not each.kept}
    right = {(each.server, each.transport) for each in _others(findings) if each.kept}
    servers, right_servers = ({server for server, _ in ways} for ways in (wrong, right))
    transports, right_transports = ({transport for _, transport in ways} for ways in (wrong, right))
    if right_servers and servers.isdisjoint(right_servers):
        verb = "answers" if len(servers) == 1 else "answer"
        also = "answers" if len(right_servers) == 1 else "answer"
        yield f"only {_listed(servers)} {verb} so; {_listed(right_servers)} {also} the same queries as expected"
    elif right_transports and transports.isdisjoint(right_transports):
        over, other = _listed(transports).upper(), _listed(right_transports).upper()
        yield f"only answers over {over} are wrong; the same queries over {other} are answered as expected"
    elif right and wrong.isdisjoint(right):
        ways = _listed(f"{server} over {transport.upper()}" for server, transport in wrong)
        yield f"only {ways} answers so; the same queries are answered as expected elsewhere"


def _others(findings: Iterable[Finding]) -> Iterator[OtherAnswer]:
    for finding in findings:
        yield from finding.elsewhere


def _listed(texts: Iterable[str]) -> str:
    return " and ".join(sorted(texts))
