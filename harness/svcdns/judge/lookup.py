"""What a pod finds, and how it is told to look."""

from __future__ import annotations

from collections.abc import Iterator

from dns.rdatatype import A

from svcdns.errors import UndeterminedError
from svcdns.judge import observation as looking
from svcdns.judge.observation import OTHER, Look, Promise, Reading
from svcdns.message import Question, name

ORDINALS = ("no", "first", "second", "third", "fourth", "fifth")


def found_by(short: str, service: str, nth: str) -> Promise:
    """A pod that looks up a short name finds the Service's addresses with its nth question (M02, M04).

    The names tried before have to be NXDOMAIN; anything else would end the search early.
    """
    number = ORDINALS.index(nth)

    def judge(look: Look) -> Iterator[Reading]:
        found = look.service(service)
        family = looking.families(look, found)[0]
        expected = found.cluster_ips[:1] or looking.addresses(looking.backends(look, found), family)
        if not expected:
            raise UndeterminedError(f"the Service {found.key} has no address to be found")
        lookup = look.resolver().lookup(short, family, look.transport)
        full = look.name(service)
        *before, last = lookup.asked
        yield from (looking.expect_no_name(answer) for answer in before)
        finding = looking.expect_rows(last, map(looking.address_row, expected))
        asked = [str(answer.question.name) for answer in lookup.asked]
        if finding.kept and (len(asked) != number or last.question.name != full):
            problem = f"the pod asked for {', then '.join(asked)}, and was to find {full} with its {nth} question"
            finding = looking.reading(last, finding.expected, problem=problem)
        if finding.kept and sorted(lookup.addresses) != sorted(expected):
            problem = f"the pod found {', '.join(lookup.addresses) or 'no address'}"
            finding = looking.reading(last, finding.expected, problem=problem)
        yield finding

    return Promise(judge, of_resolver=True)


def not_found(short: str, denials: int) -> Promise:
    """A pod that looks up a name finds nothing, and the names below the cluster domain are all denied (M03, M04, M05)."""

    def judge(look: Look) -> Iterator[Reading]:
        for family in OTHER:
            lookup = look.resolver().lookup(short, family, look.transport)
            for answer in lookup.asked[:denials]:
                yield looking.expect_no_name(answer)
            found = f"the pod found {', '.join(lookup.addresses)}" if lookup.addresses else ""
            below = [one for one in lookup.asked if one.question.name.is_subdomain(name(look.state.domain))]
            counted = "" if len(below) == denials else f"the pod asked {len(below)} names of the cluster, not {denials}"
            yield looking.reading(lookup.asked[-1], ("no address",), problem=found or counted)

    return Promise(judge, of_resolver=True)


def found_in_one_family(short: str, service: str) -> Promise:
    """Asked for the family that a Service lacks, its name has no data; where a C library goes on, it finds nothing (M12)."""

    def judge(look: Look) -> Iterator[Reading]:
        found = look.service(service)
        lookup = look.resolver().lookup(short, OTHER[found.families[0]], look.transport)
        met = next((answer for answer in lookup.asked if answer.question.name == look.name(service)), None)
        if met is not None:
            yield looking.expect_no_data(met)
        problem = "" if met else f"the pod did not ask for {look.name(service)}"
        found_others = f"the pod found {', '.join(lookup.addresses)}" if lookup.addresses else ""
        yield looking.reading(lookup.asked[-1], ("no address",), problem=problem or found_others)

    return Promise(judge, of_resolver=True)


def search_list() -> Promise:
    """The kubelet tells a pod its namespace, ``svc`` and the cluster domain to search, in this order, with ndots 5 (M01)."""

    def judge(look: Look) -> Iterator[Reading]:
        told = look.resolver().configuration
        domain = look.state.domain
        wanted = tuple(map(name, (f"{look.namespace}.svc.{domain}", f"svc.{domain}", domain)))
        answer = look.ask(Question(look.name("kubernetes.default.svc.cluster.local"), A))
        problem = "" if told.search[:3] == wanted else f"the search list is {', '.join(map(str, told.search))}"
        problem = problem or ("" if told.ndots == 5 else f"ndots is {told.ndots}")  # noqa: PLR2004 - the kubelet's number
        yield looking.reading(answer, (*map(str, wanted), "ndots 5"), problem=problem)

    return Promise(judge, of_resolver=True)


def name_servers_of_pod() -> Promise:
    """The DNS server that a pod is told answers the cluster's names (M15)."""

    def judge(look: Look) -> Iterator[Reading]:
        resolver = look.resolver()
        api = look.service("default/kubernetes")
        lookup = resolver.lookup(f"kubernetes.default.svc.{look.state.domain}.", api.families[0], look.transport)
        yield looking.expect_rows(lookup.asked[-1], [looking.address_row(api.cluster_ips[0])])
        told = resolver.configuration.nameservers
        yield looking.reading(lookup.asked[-1], ("a DNS server",), problem="" if told else "the pod is told none")

    return Promise(judge, of_resolver=True)


def knows_its_name() -> Promise:
    """A pod with a hostname and a subdomain knows its full name, which its hosts file leads to its address (D10, M10)."""

    def judge(look: Look) -> Iterator[Reading]:
        own = look.resolver().identity
        if not own.hostname or not own.subdomain:
            raise UndeterminedError("the pod that asks has no hostname and subdomain")
        full = f"{own.hostname}.{own.subdomain}.{look.namespace}.svc.{look.state.domain}"
        lines = [line.partition("#")[0].split() for line in own.hosts.splitlines()]
        names = {each for line in lines if line and line[0] in own.addresses for each in line[1:]}
        missing = sorted({full, own.hostname} - names)
        problem = f"the hosts file does not lead {', '.join(missing)} to the pod" if missing else ""
        answer = look.ask(Question(name(full), A))
        yield looking.reading(answer, (full, own.hostname), problem=problem)

    return Promise(judge, of_resolver=True)
