"""Opens a target, its DNS servers behind the faults that the settings name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from svcdns import faults
from svcdns.settings import Settings
from svcdns.targets import opening
from svcdns.targets.opening import Opened


@contextmanager
def opened(settings: Settings, run: str, say: Callable[[str], None], shared: dict[str, Any] | None) -> Iterator[Opened]:
    """As `svcdns.targets.opening.opened`, with every question led through the faults.

    Raises:
        UsageError: if the target cannot be had, or no fault has such a name.
    """
    with opening.opened(settings, run, say, shared) as found:
        if not settings.faults:
            yield found
            return
        from svcdns.faults import proxy  # noqa: PLC0415 - what asks a right server pays for none of it

        with proxy.before(found.target, tuple(map(faults.find, settings.faults))) as target:
            yield replace(found, target=target)
