"""What a pod finds, and how it is told to look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dns.rdatatype import A

from svcdns import message
from svcdns.errors import FeatureError, UndeterminedError, did_you_mean
from svcdns.judge import endpoints
from svcdns.judge.comparing import address_row, expect_no_data, expect_no_name, expect_rows
from svcdns.judge.observation import OTHER, Observation
from svcdns.judge.reading import Promise, Reading
from svcdns.message import Question
from svcdns.state import family_of

_ORDINALS = ("first", "second", "third", "fourth", "fifth")

#: What the kubelet writes into the ``resolv.conf`` of a pod (``ndots`` of its ``dnsPolicy: ClusterFirst``).
_NDOTS = 5


def found_by(short_name: str, service_name: str, nth: str) -> Promise:
    """A pod that looks up a short name finds the Service's addresses with its nth question (M02, M04).

    The names tried before have to be NXDOMAIN; anything else would end the search early.
    """
    if nth not in _ORDINALS:
        raise FeatureError(
            f'"{nth}" is not an ordinal that is known: use one of {", ".join(_ORDINALS)}{did_you_mean(nth, _ORDINALS)}'
        )

    def judge(observation: Observation) -> Iterator[Reading]:
        service = observation.service(service_name)
        addresses = endpoints.service_addresses(observation.state, service)
        lookup = observation.resolver().lookup(
            observation.looked_up(short_name), family_of(addresses[0]), observation.transport
        )
        full_name = observation.full_name(service_name)
        *before, last = lookup.asked
        yield from map(expect_no_name, before)
        reading = expect_rows(last, map(address_row, addresses))
        if not reading.kept:
            yield reading
            return
        asked = [str(answer.question.name) for answer in lookup.asked]
        problem = ""
        if len(asked) != _ORDINALS.index(nth) + 1 or last.question.name != full_name:
            problem = f"the pod asked for {', then '.join(asked)}, not for {full_name} with its {nth} query"
        elif sorted(lookup.addresses) != sorted(addresses):
            problem = f"the pod found {', '.join(lookup.addresses) or 'no address'}, not {', '.join(addresses)}"
        yield replace(reading, problem=problem, promised="property" if problem else reading.promised)

    return Promise(judge, of_resolver=True)


def not_found(name: str, denials: int) -> Promise:
    """A pod that looks up a name finds nothing, and the names below the cluster domain are all denied (M03, M04, M05)."""

    def judge(observation: Observation) -> Iterator[Reading]:
        for family in OTHER:
            lookup = observation.resolver().lookup(observation.looked_up(name), family, observation.transport)
            yield from map(expect_no_name, lookup.asked[:denials])
            domain = message.name(observation.state.domain)
            in_cluster = [answer for answer in lookup.asked if answer.question.name.is_subdomain(domain)]
            problem = _found(lookup.addresses)
            if not problem and len(in_cluster) != denials:
                problem = f"the pod asked for {len(in_cluster)} names of the cluster, not {denials}"
            yield Reading(lookup.asked[-1], ("no address",), problem=problem)

    return Promise(judge, of_resolver=True)


def found_in_one_family(short_name: str, service_name: str) -> Promise:
    """Asked for the family that a Service lacks, its name has no data; where a C library goes on, it finds nothing (M12)."""

    def judge(observation: Observation) -> Iterator[Reading]:
        family = OTHER[observation.service(service_name).families[0]]
        full_name = observation.full_name(service_name)
        lookup = observation.resolver().lookup(observation.looked_up(short_name), family, observation.transport)
        met = next((answer for answer in lookup.asked if answer.question.name == full_name), None)
        if met is None:
            yield Reading(lookup.asked[-1], ("no address",), problem=f"the pod did not ask for {full_name}")
            return
        yield expect_no_data(met)
        yield Reading(lookup.asked[-1], ("no address",), problem=_found(lookup.addresses))

    return Promise(judge, of_resolver=True)


def search_list() -> Promise:
    """The kubelet tells a pod its namespace, ``svc`` and the cluster domain to search, in this order, with ndots 5 (M01)."""

    def judge(observation: Observation) -> Iterator[Reading]:
        configuration = observation.resolver().configuration
        domain = observation.state.domain
        wanted = tuple(map(message.name, (f"{observation.namespace}.svc.{domain}", f"svc.{domain}", domain)))
        answer = observation.ask(Question(observation.full_name("kubernetes.default.svc.cluster.local"), A))
        problem = ""
        if configuration.search[: len(wanted)] != wanted:
            problem = f"the search list is {', '.join(map(str, configuration.search))}"
        elif configuration.ndots != _NDOTS:
            problem = f"ndots is {configuration.ndots}, not {_NDOTS}"
        yield Reading(answer, (*map(str, wanted), f"ndots {_NDOTS}"), problem=problem)

    return Promise(judge, of_resolver=True)


def name_servers_of_pod() -> Promise:
    """The DNS server that a pod is told answers the cluster's names (M15)."""

    def judge(observation: Observation) -> Iterator[Reading]:
        resolver = observation.resolver()
        api = observation.service_with_virtual_ip("default/kubernetes")
        full_name = f"kubernetes.default.svc.{observation.state.domain}."
        lookup = resolver.lookup(full_name, api.families[0], observation.transport)
        yield expect_rows(lookup.asked[-1], [address_row(api.cluster_ips[0])])
        problem = "" if resolver.configuration.nameservers else "the pod has no DNS server to ask"
        yield Reading(lookup.asked[-1], ("a DNS server",), problem=problem)

    return Promise(judge, of_resolver=True)


def knows_its_name() -> Promise:
    """A pod with a hostname and a subdomain has its full name and its hostname in its hosts file (D10, M10)."""

    def judge(observation: Observation) -> Iterator[Reading]:
        own = observation.resolver().identity
        if not own.hostname or not own.subdomain:
            raise UndeterminedError("the pod that asks has no hostname and subdomain")
        full_name = f"{own.hostname}.{own.subdomain}.{observation.namespace}.svc.{observation.state.domain}"
        lines = [line.partition("#")[0].split() for line in own.hosts.splitlines()]
        names = {name for line in lines if line and line[0] in own.addresses for name in line[1:]}
        missing = sorted({full_name, own.hostname} - names)
        problem = f"the hosts file has no line for {', '.join(missing)} with an address of the pod" if missing else ""
        answer = observation.ask(Question(message.name(full_name), A))
        yield Reading(answer, (full_name, own.hostname), problem=problem)

    return Promise(judge, of_resolver=True)


def _found(addresses: tuple[str, ...]) -> str:
    return f"the pod found {', '.join(addresses)}" if addresses else ""
