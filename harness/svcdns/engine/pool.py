"""The environments of a run: who shares one, and, on a live target, preparing them ahead of scenarios within a pod budget."""

from __future__ import annotations

import itertools
import random
import string
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from svcdns.engine.declaration import Declaration
from svcdns.engine.environment import Environment
from svcdns.engine.observer import Observer
from svcdns.engine.rehearsal import Plan
from svcdns.engine.timing import Clock
from svcdns.engine.world import World
from svcdns.errors import HarnessError, TargetError
from svcdns.targets.target import Target

#: Environments that are prepared at the same time. Nodes start so many pods a second; with more at a time all come late,
#: and with few the first comes soon.
AT_A_TIME = 3

#: What scenarios of one environment have in common: the declaration, or the id of the only one.
Key = str | Declaration


#: What environments have in common that use the same Namespace one after the other: their pods, or, where they have none, a
#: number.
Line = Declaration | int

#: How many lines there are of environments without pods.
IDLE_LINES = 4


@dataclass(eq=False)
class _Place:
    """An environment with the number of scenarios that still need it, and the one that may take over its Namespace."""

    environment: Environment
    pods: int
    users: int = 0
    begun: bool = False
    following: _Place | None = None
    future: Future[None] | None = None
    waiting: list[Callable[[], object]] = field(default_factory=list)


class WorldPool:
    """The worlds of one process, and the environments that they enter.

    Scenarios that change nothing and declare the same share an environment; every other has its own. It goes when its last
    scenario is over. On a live target its Namespace may pass on to the next that declares the same pods.
    """

    def __init__(
        self,
        target: Target,
        clock: Clock,
        name: Callable[[], str],
        *,
        budget: int | None = None,
        ahead: bool = False,
        keep: bool = False,
    ) -> None:
        """Make a pool that has no environment yet.

        Args:
            target: where they are.
            clock: is told what takes time.
            name: gives each Namespace its name.
            budget: how many pods there may be at a time, or None where that does not matter.
            ahead: whether environments are prepared ahead of their scenarios.
            keep: whether the Namespaces are left behind.
        """
        self._target = target
        self._clock = clock
        self._name = name
        self._budget = budget
        self._keep = keep
        self._places: dict[Key, _Place] = {}
        #: The place of each scenario that was planned or has entered one, by its id.
        self._of: dict[str, _Place] = {}
        #: The last place of each line.
        self._last: dict[Line, _Place] = {}
        self._lines = itertools.count()
        self._used = 0
        self._begun = 0
        self._prepared = 0
        self._stopped = False
        self._lock = threading.RLock()
        #: What is to be begun, in this order, as soon as there is room.
        self._queue: list[_Place] = []
        self._preparing = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="prepare") if ahead else None
        self._observer = Observer(target, target.vantages[0])
        self.kept: list[str] = []

    def plan(self, scenarios: Iterable[tuple[str, Plan]], ready: Callable[[str], object] = lambda _: None) -> None:
        """Learn which scenarios come, in their order, by id, and begin to prepare their environments ahead of them.

        Args:
            scenarios: the id of each with what is known of it.
            ready: is told the id of each whose environment is prepared, or cannot be, if they are prepared ahead.
        """
        with self._lock:
            for id_, plan in scenarios:
                key = id_ if plan.changes else plan.declaration
                place = self._places.get(key)
                if place is None:
                    place = self._places[key] = self._new(plan.declaration)
                    line = self._line(plan.declaration)
                    before = self._last.get(line)
                    if before is not None and before.users and self._preparing is not None and not self._keep:
                        # It begins when the one before it is over.
                        before.following = place
                        before.environment.when_used_up = partial(self._begin_soon, place)
                    else:
                        self._queue.append(place)
                    self._last[line] = place
                place.users += 1
                place.pods = max(place.pods, plan.pods)
                place.environment.need(resolver=plan.resolver, reverse_names=plan.reverse_names)
                self._of[id_] = place
                if place.future is None:
                    place.waiting.append(partial(ready, id_))
                else:
                    place.future.add_done_callback(partial(_tell, partial(ready, id_)))
            if self._preparing is not None:
                self._advance()

    def world(self, id_: str, plan: Plan) -> World:
        """A world for a scenario; its environment is entered once it is needed."""
        manifests = plan.declaration.sources
        return World(self._target, self._observer, self._clock, partial(self._enter, id_, plan), manifests=manifests)

    def _enter(self, id_: str, plan: Plan, declaration: Declaration) -> Environment:
        with self._lock:
            place = self._of.get(id_)
            if place is None or place.environment.declaration != declaration:
                place = self._places[id_] = self._of[id_] = self._new(declaration)
                place.users, place.pods = 1, max(plan.pods, declaration.pods)
                place.environment.need(resolver=plan.resolver, reverse_names=plan.reverse_names)
            if not place.begun:
                # It is needed before its turn: the scenarios do not run in the order that was planned.
                self._begin(place)
        if place.future is not None:
            with self._clock.spent("prepare"):
                place.future.result()
        return place.environment

    def leave(self, id_: str) -> None:
        """Be done with a scenario; its environment goes with the last one that needs it."""
        with self._lock:
            # pytest tears an interrupted scenario down after the end of the run, which has removed every environment.
            place = None if self._stopped else self._of.pop(id_, None)
            if place is None:
                return
            place.users -= 1
            if place.users:
                return
            self._places = {key: other for key, other in self._places.items() if other is not place}
        try:
            self._end(place)
        except TargetError:
            # The end of the run tries again, and tells what is left behind.
            self._places[id_] = place

    def progress(self) -> tuple[int, int]:
        """Return how many environments were prepared so far, and how many are prepared or being prepared."""
        with self._lock:
            return self._prepared, self._begun

    def stop(self) -> None:
        """Prepare no environment any more, and end all waiting for one and for answers."""
        with self._lock:
            self._stopped = True
            self._queue.clear()
            places = list(self._places.values())
        self._observer.over.set()
        for place in places:
            # Whoever prepares one waits for its pods, which are not needed any more.
            place.environment.abandon()

    def close(self) -> list[str]:
        """Stop preparing environments, and start removing those that are left.

        Returns:
            a line for each that could not be removed.
        """
        self.stop()
        if self._preparing is not None:
            self._preparing.shutdown(cancel_futures=True)
        problems = []
        for place in self._places.values():
            try:
                self._remove(place)
            except TargetError as error:
                problems.append(str(error))
        self._places.clear()
        return problems

    def _line(self, declaration: Declaration) -> Line:
        return declaration.workloads or next(self._lines) % IDLE_LINES

    def _begin_soon(self, place: _Place) -> None:
        """Begin an environment, within the budget, that need not wait any longer for the Namespace of the one before it."""
        with self._lock:
            if not place.begun and not self._stopped:
                self._queue.append(place)
                self._advance()

    def _end(self, place: _Place) -> None:
        """Pass the Namespace on or remove it; whoever waited for it begins now."""
        following = place.following
        if following is not None and (following.begun or not following.users):
            following = None
        try:
            if following is None or not place.environment.pass_on(following.environment):
                self._remove(place)
        finally:
            with self._lock:
                self._used -= place.pods * place.begun
                if following is not None and not following.begun:
                    self._begin(following)
                if not self._stopped:
                    self._advance()

    def _remove(self, place: _Place) -> None:
        if self._keep:
            self.kept += place.environment.namespaces
        else:
            place.environment.remove()

    def _advance(self) -> None:
        """Begin what comes next, as long as the budget has room for its pods; what has none need not wait for others."""
        full = False
        for place in list(self._queue):
            if place.begun or not place.users:
                self._queue.remove(place)
            elif not place.pods or (not full and self._has_room(place)):
                self._queue.remove(place)
                self._begin(place)
            else:
                full = True

    def _has_room(self, place: _Place) -> bool:
        return self._budget is None or self._used == 0 or self._used + place.pods <= self._budget

    def _begin(self, place: _Place) -> None:
        place.begun = True
        self._used += place.pods
        if self._preparing is not None and not self._stopped:
            self._begun += 1
            place.future = self._preparing.submit(_prepare, place.environment)
            place.future.add_done_callback(self._count)
            for tell in place.waiting:
                place.future.add_done_callback(partial(_tell, tell))

    def _count(self, _: Future[None]) -> None:
        with self._lock:
            self._prepared += 1

    def _new(self, declaration: Declaration) -> _Place:
        return _Place(Environment(self._target, self._observer, self._name(), declaration), 0)


def _tell(tell: Callable[[], object], future: Future[None]) -> None:
    if not future.cancelled():
        tell()


def _prepare(environment: Environment) -> None:
    with suppress(HarnessError):
        # The scenario that needs the environment meets it again, and reports it.
        environment.prepare()


def letters(count: int) -> str:
    """Some random letters and digits, for names."""
    return "".join(random.choices(string.ascii_lowercase + string.digits, k=count))  # noqa: S311 - names, not secrets


def namespaces_of(run: str) -> Callable[[], str]:
    """Names for the Namespaces of a run."""
    return lambda: f"svcdns-{run}-{letters(5)}"


def order(scenarios: Sequence[tuple[str, Plan]]) -> list[tuple[float, bool]]:
    """When each scenario comes on a live target, so that environments are prepared while others are asked.

    Those that declare the same pods are spread over the run, those of them that query reverse names far from each other,
    and those without pods come between them. What is left at the end has no pods, which take longer to go.

    Returns:
        for each something to sort by: the part of the run before it, from 0, and whether it has pods.
    """
    plans: dict[Key, list[Plan]] = defaultdict(list)
    members: dict[Declaration | None, dict[Key, list[Plan]]] = defaultdict(dict)
    keys = [id_ if plan.changes else plan.declaration for id_, plan in scenarios]
    for key, (_, plan) in zip(keys, scenarios, strict=True):
        plans[key].append(plan)
        members[plan.declaration.workloads][key] = plans[key]
    idle = members.get(None, {})
    parts = {key: index / len(several) for several in members.values() for index, key in enumerate(_apart(several))}
    return [(parts[key], key not in idle) for key in keys]


def _apart(plans: Mapping[Key, Sequence[Plan]]) -> list[Key]:
    """Environments in an order in which those that query reverse names have others between them, as many as there are.

    What replaces the pods comes between them first, since nobody has queried the reverse names of new ones.
    """
    asking = [key for key, several in plans.items() if any(plan.reverse_names for plan in several)]
    others = [key for key in plans if key not in asking]
    others.sort(key=lambda key: not any(plan.replaces_pods for plan in plans[key]))
    if not asking:
        return others
    return [key for index, first in enumerate(asking) for key in (first, *others[index :: len(asking)])]
