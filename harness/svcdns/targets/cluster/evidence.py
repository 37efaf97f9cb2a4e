"""The evidence of a failed scenario: the state that DNS reads, pod conditions, events and the DNS servers' logs.

It holds nothing else: no environment variables, no annotations.
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
from svcdns.targets.cluster.watch.view import ClusterView

_LOG_LINES = 200


def collect(api: Api, view: ClusterView, namespace: str, *, dns: bool) -> dict[str, str]:
    """Return the evidence of a namespace as file name → text; with ``dns`` also the DNS pods' logs.

    Where evidence cannot be read, its file says so: the scenario has failed already, and this must not fail too.
    """
    state = view.state.only(namespace)
    pods = [{**_plain(pod), "conditions": _plain(view.progress[key].conditions)} for key, pod in state.pods.items()]
    files = {
        "services.yaml": _yaml([_plain(service) for service in state.services.values()]),
        "endpointslices.yaml": _yaml([_plain(endpoint_slice) for endpoint_slice in state.slices.values()]),
        "pods.yaml": _yaml(pods),
        "events.txt": _events(api, namespace),
    }
    return files | (_logs(api) if dns else {})


def _plain(value: Any) -> Any:
    """Return a value as plain data for YAML."""
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
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
        events = api.events(namespace)
    except TargetError as error:
        return f"{error}\n"
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
