"""A target, opened with the faults of the settings in front of its DNS servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from svcdns import faults
from svcdns.settings import Settings
from svcdns.targets import opening
from svcdns.targets.opening import Opened
from svcdns.targets.waits import Waits


@contextmanager
def opened(
    settings: Settings,
    run: str,
    say: Callable[[str], None],
    shared: dict[str, Any] | None,
    waits: Waits | None = None,
    *,
    tries: bool = True,
) -> Iterator[Opened]:
    """As `svcdns.targets.opening.opened`, with the faults in front of the DNS servers.

    Raises:
        UsageError: if the target cannot be opened, or a fault is unknown.
    """
    # A cluster is not created for a fault that does not exist.
    wanted = tuple(map(faults.find, settings.faults))
    with opening.opened(settings, run, say, shared, waits, tries=tries) as found:
        if not wanted:
            yield found
            return
        from svcdns.faults import proxy  # noqa: PLC0415 - a run without faults does not need it

        with proxy.before(found.target, wanted) as target:
            yield replace(found, target=target)
