"""The worlds of a run: who shares one, and, on a live target, making them ahead of the scenarios within a pod budget."""

from __future__ import annotations

import random
import string
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from svcdns.catalogue.gherkin import Scenario
from svcdns.engine import reuse
from svcdns.engine.timing import Clock
from svcdns.engine.world import World
from svcdns.errors import HarnessError, ManifestError, TargetError
from svcdns.manifests import is_known
from svcdns.manifests.sources import PACKAGED
from svcdns.targets.target import Capability, Target

#: Worlds that are made at the same time. Nodes start so many pods a second; with more at a time all come late, and with
#: few the first comes soon.
AT_A_TIME = 3

#: Kinds that are pods or make some, as many as their replicas are.
_WORKLOADS = {"Pod", "Deployment", "ReplicaSet", "StatefulSet", "ReplicationController"}

_RESOLVER = f"needs-{Capability.POD_RESOLVER}"

Key = tuple[str, ...]
Declare = Callable[[World, Scenario], None]


@dataclass
class _Place:
    """A world with those that still need it, and the one that may have its Namespace after it."""

    world: World
    pods: int
    users: int = 0
    begun: bool = False
    heir: _Place | None = None
    future: Future[None] | None = field(default=None)


class Worlds:
    """The worlds of one process.

    Scenarios that change nothing and declare the same share one; every other has its own. A world goes when its last
    scenario is over. On a live target its Namespace may pass on to the next that declares the same pods.
    """

    def __init__(self, target: Target, run: str, clock: Clock, *, budget: int | None, keep: bool) -> None:
        self._target = target
        self._run = run
        self._clock = clock
        self._budget = budget
        self._keep = keep
        self._places: dict[Key, _Place] = {}
        #: The last of each line that was planned.
        self._last: dict[Key, _Place] = {}
        self._used = 0
        self._stopped = False
        self._turn = threading.Condition()
        self._vantage = target.vantages[0]
        self._pool = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="world") if budget else None
        ways = len(self._vantage.channels) * len(self._vantage.transports)
        self._crew = ThreadPoolExecutor(ways, thread_name_prefix="world-asks") if budget else None
        self._maker: threading.Thread | None = None
        self.kept: list[str] = []

    def plan(self, scenarios: Iterable[tuple[str, Scenario]], declare: Declare) -> None:
        """Learn which scenarios come, in their order, by id; on a live target, begin to make their worlds.

        Args:
            scenarios: the id of each with the scenario.
            declare: does what a scenario's Given steps do, ahead of it.
        """
        planned = []
        for node, scenario in scenarios:
            named = key(node, scenario)
            if named not in self._places:
                self._places[named] = place = _Place(self._new(scenario), 0)
                with suppress(ManifestError):
                    # The scenario meets it again at the sentence that names it, and says so.
                    declare(place.world, scenario)
                before = self._last.get(line(scenario))
                if before is not None and before.users and self._pool is not None and not self._keep:
                    # It begins when the one before it is over.
                    before.heir = place
                else:
                    planned.append(place)
                self._last[line(scenario)] = place
            place = self._places[named]
            place.users += 1
            place.pods = max(place.pods, pods(scenario))
            if _RESOLVER in scenario.tags:
                place.world.want_resolver()
            if reuse.asks_reverse_names(scenario):
                place.world.will_ask_reverse_names()
        if self._pool is not None and planned:
            self._maker = threading.Thread(target=self._make, args=(planned, self._maker), name="worlds", daemon=True)
            self._maker.start()

    def enter(self, node: str, scenario: Scenario) -> World:
        """The world of a scenario."""
        named = key(node, scenario)
        if named not in self._places:
            self._places[named] = _Place(self._new(scenario), pods(scenario), users=1)
        with self._turn:
            place = self._places[named]
            if not place.begun:
                # It is needed before its turn: the scenarios do not run in the order that was planned.
                self._begin(place)
        if place.future is not None:
            with self._clock.spent("prepare"):
                place.future.result()
        place.world.begin()
        return place.world

    def leave(self, node: str, scenario: Scenario) -> None:
        """Be done with a scenario; its world goes with the last one that needs it."""
        if self._stopped:
            # pytest tears an interrupted scenario down after the end of the run, which has removed every world.
            return
        place = self._places[key(node, scenario)]
        place.users -= 1
        if place.users == 0:
            self._end(place)
            del self._places[key(node, scenario)]

    def close(self) -> list[str]:
        """Stop making worlds, and start removing those that are left.

        Returns:
            a line for each that could not be removed.
        """
        with self._turn:
            self._stopped = True
            self._turn.notify_all()
        for place in self._places.values():
            # Whoever makes one waits for its pods, which are not needed any more.
            place.world.abandon()
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        if self._crew is not None:
            self._crew.shutdown(cancel_futures=True)
        if self._maker is not None:
            self._maker.join()
        problems = []
        for place in self._places.values():
            try:
                self._remove(place)
            except TargetError as error:
                problems.append(str(error))
        self._places.clear()
        return problems

    def _end(self, place: _Place) -> None:
        """Pass the Namespace on or remove it; whoever waited for it begins now."""
        heir = place.heir if place.heir and not place.heir.begun and place.heir.users else None
        try:
            if heir is None or not place.world.pass_on(heir.world):
                self._remove(place)
        finally:
            with self._turn:
                self._used -= place.pods * place.begun
                if heir is not None:
                    self._begin(heir)
                self._turn.notify_all()

    def _remove(self, place: _Place) -> None:
        if self._keep:
            self.kept += place.world.namespaces
        else:
            place.world.remove()

    def _make(self, places: Sequence[_Place], before: threading.Thread | None) -> None:
        """Begin one world after the other, each as soon as the budget has room for its pods."""
        if before is not None:
            before.join()
        for place in places:
            with self._turn:
                self._turn.wait_for(partial(self._may_go_on, place))
                if self._stopped:
                    return
                if not place.begun and place.users:
                    self._begin(place)

    def _may_go_on(self, place: _Place) -> bool:
        has_room = self._budget is None or self._used == 0 or self._used + place.pods <= self._budget
        return has_room or place.begun or self._stopped

    def _begin(self, place: _Place) -> None:
        place.begun = True
        self._used += place.pods
        if self._pool is not None and not self._stopped:
            place.future = self._pool.submit(_prepare, place.world)

    def _new(self, scenario: Scenario) -> World:
        namespace = f"svcdns-{self._run}-{letters(5)}"
        return World(self._target, self._vantage, namespace, self._clock, self._crew, manifests=scenario.sources)


def letters(count: int) -> str:
    """Some random letters and digits, for names."""
    return "".join(random.choices(string.ascii_lowercase + string.digits, k=count))  # noqa: S311 - names, not secrets


def key(node: str, scenario: Scenario) -> Key:
    """What scenarios of one world have in common: what they declare, unless one changes anything."""
    return (node,) if scenario.changes else ("shared", *_places(scenario), *scenario.declarations)


def line(scenario: Scenario) -> Key:
    """What scenarios have to declare alike to use the same Namespace one after the other: their pods, or that they have none."""
    declared = _workloads(scenario)
    return (*_places(scenario), *declared) if declared else ()


def _places(scenario: Scenario) -> Iterator[str]:
    """Where its manifests lie: what is called the same is another one elsewhere."""
    return map(str, scenario.sources.directories if scenario.sources != PACKAGED else ())


def order(scenarios: Sequence[tuple[str, Scenario]]) -> list[tuple[float, bool]]:
    """When each scenario comes on a live target, so that worlds are made while others are asked.

    Those of one line are spread over the run, those of them that ask for reverse names far from each other, and those
    without pods come between them. What is left at the end has no pods, which take longer to go.

    Returns:
        for each something to sort by: the part of the run before it, from 0, and whether it has pods.
    """
    worlds: dict[Key, list[Scenario]] = defaultdict(list)
    members: dict[Key, dict[Key, list[Scenario]]] = defaultdict(dict)
    for node, scenario in scenarios:
        named = key(node, scenario)
        worlds[named].append(scenario)
        members[line(scenario)][named] = worlds[named]
    idle = members.get((), {})
    parts = {named: index / len(several) for several in members.values() for index, named in enumerate(_apart(several))}
    return [(parts[named], named not in idle) for named in (key(*one) for one in scenarios)]


def _apart(worlds: Mapping[Key, Sequence[Scenario]]) -> list[Key]:
    """Worlds in an order in which those that ask for reverse names have others between them, as many as there are.

    What replaces the pods comes between them first, since nobody has asked for the reverse names of new ones.
    """
    asking = [named for named, those in worlds.items() if any(map(reuse.asks_reverse_names, those))]
    others = [named for named in worlds if named not in asking]
    others.sort(key=lambda named: not any(map(reuse.replaces_all_pods, worlds[named])))
    if not asking:
        return others
    return [named for index, first in enumerate(asking) for named in (first, *others[index :: len(asking)])]


def _prepare(world: World) -> None:
    try:
        world.prepare()
    except HarnessError:
        # The scenario that needs the world meets it again, and says so.
        return


def pods(scenario: Scenario) -> int:
    """How many pods a scenario has at most: those declared, one more where it may scale, one more for a resolver."""
    workloads = [item for several in _workloads(scenario).values() for item in several]
    declared = sum(int(item["spec"].get("replicas", 1)) for item in workloads)
    return declared + (scenario.changes and bool(declared)) + (_RESOLVER in scenario.tags)


def _workloads(scenario: Scenario) -> dict[str, list[Any]]:
    """The Given sentences whose manifests have pods or what makes them, each with those; the unreadable have nothing."""
    found = {}
    for text in scenario.declarations:
        with suppress(HarnessError):
            named = scenario.sources.objects(text.split('"')[1]) if text.startswith("the manifest ") else ()
            if workloads := [item.data for item in named if item.kind in _WORKLOADS and is_known(item)]:
                found[text] = workloads
    return found
