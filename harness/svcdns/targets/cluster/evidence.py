"""What is kept of a world in which something failed: what the rules read, conditions, events, and DNS logs.

Nothing else: no environment variables, no annotations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import yaml

from svcdns.errors import TargetError, UsageError
from svcdns.safety import printable
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.vantages import servers
from svcdns.targets.cluster.watch.picture import Picture

_LOG_LINES = 200


def collect(api: Api, picture: Picture, namespace: str, *, dns: bool) -> dict[str, str]:
    """The evidence of a namespace as file name → text; with ``dns`` also the DNS pods' logs.

    What cannot be had says so in its file: evidence is collected where something has gone wrong already.
    """
    state = picture.state.only(namespace)
    pods = [{**_plain(pod), "conditions": _plain(picture.progress[key].conditions)} for key, pod in state.pods.items()]
    files = {
        "services.yaml": _yaml([_plain(service) for service in state.services.values()]),
        "endpointslices.yaml": _yaml([_plain(one) for one in state.slices.values()]),
        "pods.yaml": _yaml(pods),
        "events.txt": _events(api, namespace),
    }
    return files | (_logs(api) if dns else {})


def _plain(value: Any) -> Any:
    """A value in what YAML can say."""
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {_key(key): _plain(part) for key, part in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return str(value)
    return [_plain(part) for part in value] if isinstance(value, tuple) else value


def _key(key: Any) -> str:
    return "/".join(key) if isinstance(key, tuple) else str(key)


def _yaml(items: list[Any]) -> str:
    return yaml.safe_dump_all(printable.deep(items), sort_keys=False, allow_unicode=True)


def _events(api: Api, namespace: str) -> str:
    try:
        events = api.list("Event", namespace)
    except TargetError as error:
        return f"{error}\n"
    events.sort(key=lambda event: event.get("lastTimestamp") or event.get("eventTime") or "")
    return "".join(f"{line}\n" for line in map(printable.line, map(_event, events)))


def _event(event: Mapping[str, Any]) -> str:
    about = event["involvedObject"]
    count = event.get("count") or (event.get("series") or {}).get("count") or 1
    times = f" ({count} times)" if count > 1 else ""
    return f"{about.get('kind')} {about.get('name')}: {event.get('reason')}: {event.get('message')}{times}"


def _logs(api: Api) -> dict[str, str]:
    try:
        service = servers.find(api)
        pods = api.list("Pod", service.namespace, labels=service.selector)
    except (TargetError, UsageError) as error:
        return {"dns.log": f"{error}\n"}
    return dict(_log(api, pod["metadata"]["name"], service.namespace) for pod in pods)


def _log(api: Api, pod: str, namespace: str) -> tuple[str, str]:
    try:
        return f"{pod}.log", api.logs(pod, namespace, lines=_LOG_LINES)
    except TargetError as error:
        return f"{pod}.log", f"{error}\n"
