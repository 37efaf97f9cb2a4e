"""Server-side apply: what becomes of a stored object when other fields of it are applied.

The rules are those of sigs.k8s.io/structured-merge-diff. A field that a default, a controller or another program has set
belongs to nobody who applies, so it stays where a manifest leaves it out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from svcdns.controllers.store import Json


def merged(stored: Mapping[str, Any], was: Mapping[str, Any], now: Mapping[str, Any]) -> Json:
    """Return a stored map with other fields applied; lists are replaced.

    Args:
        stored: the map, with what others have set.
        was: what was applied before. What is not in ``now`` is removed, with all that is below it.
        now: what is applied.
    """
    kept = {key: value for key, value in stored.items() if key not in was or key in now}
    return kept | {key: _merged(kept.get(key), was.get(key), value) for key, value in now.items()}


def _merged(stored: Any, was: Any, now: Any) -> Any:
    if isinstance(stored, Mapping) and isinstance(now, Mapping):
        return merged(stored, was if isinstance(was, Mapping) else {}, now)
    return now
