"""What a scenario declares, and the environment that holds it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from svcdns.engine.declaration import Declaration
from svcdns.engine.effects import DECLARED
from svcdns.engine.environment import Environment
from svcdns.engine.observer import Observer
from svcdns.engine.timing import Clock
from svcdns.errors import TargetError, UndeterminedError
from svcdns.judge import Reading
from svcdns.manifests.sources import PACKAGED, Sources
from svcdns.results import Convergence
from svcdns.state import ClusterState, Pod
from svcdns.targets.target import Target

#: Gives a scenario the environment that holds what it declares.
Enter = Callable[[Declaration], Environment]


class Declaring:
    """A scenario on a target, up to where its environment is prepared.

    Attributes:
        sentence: the step that is played.
        asks_once: whether nobody waits for a broken promise to be kept: that it is broken is known, or only observed.
        declaration: what was declared so far.
        readings: every response that was judged, in order.
        refusal: what the target said when it last refused a change that the scenario expected it to refuse.
        looks: how often the last promise was looked at, and for how many seconds.
        convergence: how long each change took to show, the declared objects first.
    """

    def __init__(
        self, target: Target, observer: Observer, clock: Clock, enter: Enter, *, manifests: Sources = PACKAGED
    ) -> None:
        self.sentence = ""
        self.asks_once = False
        self.declaration = Declaration(manifests)
        self.readings: list[Reading] = []
        self.refusal: str | None = None
        self.looks = (0, 0.0)
        self.convergence = [Convergence(DECLARED, 0.0)]
        self._target = target
        self._observer = observer
        self._clock = clock
        self._enter = enter
        self._environment: Environment | None = None
        #: What was last applied of each object, by kind, namespace and name.
        self._applied: dict[tuple[str, str, str], Any] | None = None
        self._refusal_is_expected = False
        self._changed = False

    @property
    def target(self) -> Target:
        """Where it is played."""
        return self._target

    def declare(self, manifest: str, *, neighbour: bool = False) -> None:
        """Have the objects of a manifest, by the name that the feature gives it, here or in the neighbouring Namespace.

        Raises:
            ManifestError: if it cannot be read.
        """
        self.declaration.sources.objects(manifest)
        self._declare(self.declaration.with_manifest(manifest, neighbour=neighbour))

    def wish_unready(self) -> None:
        """Have every pod fail its readiness probe until a scenario says otherwise."""
        self._declare(replace(self.declaration, ready=False))

    def allow_host_network(self) -> None:
        """Have Namespaces whose pods may use the network of their node."""
        self._declare(replace(self.declaration, host_network=True))

    def declare_asked(self, name: str) -> None:
        """Have a client query a name before anything changes, so that a cache may remember what it was."""
        self._declare(self.declaration.with_query(name))

    @property
    def environment(self) -> Environment:
        """The environment that holds what was declared; from the first use on, nothing more can be declared."""
        if self._environment is None:
            self._environment = self._enter(self.declaration)
        return self._environment

    @property
    def namespace(self) -> str:
        """The name of the scenario's Namespace."""
        return self.environment.namespace

    @property
    def neighbour(self) -> str:
        """The name of the neighbouring Namespace."""
        return self.environment.neighbour

    @property
    def is_entered(self) -> bool:
        """Whether there is an environment to be asked about."""
        return self._environment is not None

    def prepare(self) -> None:
        """Enter the environment, and wait until it holds what was declared.

        Raises:
            HarnessError: if it cannot be had.
        """
        with self._clock.spent("prepare"):
            self.environment.be_queried()
        if self._applied is None:
            wanted = self.environment.wanted()
            self._applied = {(item.kind, item.namespace, item.name): item.data for item in wanted}

    def remove(self) -> None:
        """Start deleting the environment of a world that is alone in it."""
        if self._environment is not None:
            self._environment.remove()

    def state(self) -> ClusterState:
        """What the cluster holds now."""
        return self._target.state()

    def pods(self) -> list[Pod]:
        """The pods of the Namespace that belong to the scenario and are not being deleted, in the order of their names."""
        return self.environment.pods()

    def _declare(self, declaration: Declaration) -> None:
        if self._environment is not None and declaration != self.declaration:
            raise TargetError(
                f"{self.sentence or 'the Given'}: nothing can be declared once something was queried or changed"
            )
        self.declaration = declaration

    def _ready_to_use(self) -> None:
        self.prepare()
        if self.refusal is not None and not self._refusal_is_expected:
            raise UndeterminedError(
                f'the change was refused: {self.refusal}; fix it, or expect it: Then it refuses with "…"'
            )

    def _keep(self, readings: Sequence[Reading]) -> None:
        self.readings += (replace(reading, promise=self.sentence) for reading in readings)
        self.environment.remember(readings)
