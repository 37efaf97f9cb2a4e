"""The rules for how a workload replaces its pods, from Kubernetes' ``pkg/apis/apps/validation/validation.go``.

A number of pods may be written as a percentage of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from svcdns.manifests.field import Field, not_negative, one_of
from svcdns.manifests.problem import Problem, quoted

_PERCENT = re.compile(r"[0-9]{1,9}%")
_ALL = 100


def deployment_strategy(strategy: Field) -> Iterator[Problem]:
    """Check ``strategy`` of a Deployment: an update needs ``maxUnavailable`` or ``maxSurge``, by default both are set."""
    yield from one_of(strategy["type"], ("RollingUpdate", "Recreate"))
    rolling = strategy["rollingUpdate"]
    missing, surplus = rolling["maxUnavailable"], rolling["maxSurge"]
    if strategy["type"].text == "Recreate":
        if rolling.value is not None:
            yield rolling.error("must not be given with the type Recreate")
        return
    yield from _amount(missing)
    yield from _at_most_all(missing)
    yield from _amount(surplus)
    if _number(missing, 1) == _number(surplus, 1) == 0:
        yield missing.error("must not be 0 where maxSurge is 0")


def daemon_set_strategy(strategy: Field) -> Iterator[Problem]:
    """Check ``updateStrategy`` of a DaemonSet: either ``maxUnavailable`` (the default) or ``maxSurge`` is set."""
    yield from one_of(strategy["type"], ("RollingUpdate", "OnDelete"))
    missing, surplus = strategy["rollingUpdate"]["maxUnavailable"], strategy["rollingUpdate"]["maxSurge"]
    if strategy["type"].text == "OnDelete":
        return
    for field in (missing, surplus):
        yield from _amount(field)
        yield from _at_most_all(field)
    if _number(missing, 1) and _number(surplus, 0):
        yield surplus.error("must not be given where maxUnavailable is not 0 (it is 1 if not given)")
    if not (_number(missing, 1) or _number(surplus, 0)):
        yield missing.error("must not be 0 where maxSurge is 0")


def stateful_set_strategy(strategy: Field) -> Iterator[Problem]:
    """Check ``updateStrategy`` of a StatefulSet."""
    yield from one_of(strategy["type"], ("RollingUpdate", "OnDelete"))
    rolling = strategy["rollingUpdate"]
    if strategy["type"].text == "OnDelete" and rolling.value is not None:
        yield rolling.error("must not be given with the type OnDelete")
    yield from not_negative(rolling["partition"])
    yield from _amount(rolling["maxUnavailable"])
    yield from _at_most_all(rolling["maxUnavailable"])
    if _number(rolling["maxUnavailable"], 1) == 0:
        yield rolling["maxUnavailable"].error("must not be 0")


def _amount(field: Field) -> Iterator[Problem]:
    yield from not_negative(field)
    if isinstance(field.value, str) and not _PERCENT.fullmatch(field.value):
        yield field.error(f"must be a number of pods or a percentage such as 25%, not {quoted(field.value)}")


def _at_most_all(field: Field) -> Iterator[Problem]:
    if _PERCENT.fullmatch(field.text) and _number(field, 0) > _ALL:
        yield field.error(f"must be at most 100%, not {field.text}")


def _number(field: Field, default: int) -> int:
    if field.number is not None:
        return field.number
    return int(field.text[:-1]) if _PERCENT.fullmatch(field.text) else default
