"""Kubeconfig files and the name of a context → the API server and the user's credentials."""

from __future__ import annotations

import base64
import os
import re
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from svcdns.errors import UsageError
from svcdns.safety.redaction import learn, learn_url

_DEFAULT = Path("~/.kube/config")

#: Fields of a kubeconfig that name files, relative to its own directory.
_FILES = ("certificate-authority", "client-certificate", "client-key", "tokenFile")

#: Fields of a user's entry that ask for impersonation, which the client does not support (client-go: clientcmd/api
#: AuthInfo).
_IMPERSONATION = ("as", "as-uid", "as-groups", "as-user-extra")

#: Fields of a user's entry, at any depth, that are not secret; every other text may be.
_NO_SECRETS = frozenset(
    {"apiVersion", "client-certificate", "client-certificate-data", "client-key", "command", "installHint"}
    | {"interactiveMode", "name", "tokenFile", "username", *_IMPERSONATION}
)

#: The fewest characters of a secret among the arguments and variables of a credential plugin: shorter ones are ordinary
#: words.
_SHORTEST_ARGUMENT = 8


@dataclass(frozen=True, slots=True)
class KubeconfigContext:
    """A context of a kubeconfig, with the entries that it names.

    The entries hold credentials, so ``repr`` does not show them.

    Attributes:
        name: its name.
        cluster: the ``cluster`` entry, with absolute file names.
        user: the ``user`` entry, with absolute file names; empty where the context names none.
        namespace: the context's default namespace.
    """

    name: str
    cluster: Mapping[str, Any] = field(repr=False)
    user: Mapping[str, Any] = field(repr=False)
    namespace: str

    @property
    def server(self) -> str:
        """The URL of the API server without user information, query and fragment, as in client-go (rest/client.go)."""
        scheme, mark, rest = self._server.partition("://")
        return scheme + mark + re.split(r"[?#]", rest.rpartition("@")[2], maxsplit=1)[0]

    @property
    def userinfo(self) -> str:
        """The user information in the URL of the API server, still encoded."""
        return self._server.partition("://")[2].rpartition("@")[0]

    @property
    def _server(self) -> str:
        return str(self.cluster.get("server") or "http://localhost:8080")

    @property
    def server_name(self) -> str:
        """The name that the API server's certificate must have, or empty for the host of the URL."""
        return str(self.cluster.get("tls-server-name") or "")


def resolve(kubeconfig: Path | None, context: str) -> KubeconfigContext:
    """Return the context of a name, from the files that kubectl would read.

    Of several entries with one name the first counts, and missing files of ``KUBECONFIG`` are ignored
    (client-go: tools/clientcmd/loader.go).

    Raises:
        UsageError: if no context is named, a file cannot be read, no file has the context, or its user impersonates
            another.
    """
    files = _files(kubeconfig)
    shown = ", ".join(map(str, files))
    contexts: dict[str, Any] = {}
    clusters: dict[str, Any] = {}
    users: dict[str, Any] = {}
    for file in files:
        content = _read(file)
        for table, entry in ((contexts, "context"), (clusters, "cluster"), (users, "user")):
            for name, value in _entries(content, entry, file):
                table.setdefault(name, value)
    available = f"{shown} has {_listed(contexts)}"
    if not context:
        raise UsageError(f"no context is given: name one with --context; {available}")
    if context not in contexts:
        raise UsageError(f'there is no context "{context}": {available}')
    chosen = contexts[context]
    cluster = clusters.get(chosen.get("cluster"))
    if cluster is None:
        raise UsageError(
            f'{shown}: the context "{context}" names the cluster "{chosen.get("cluster")}", which does not exist'
        )
    user = users.get(chosen.get("user"), {} if not chosen.get("user") else None)
    _learn(cluster, user or {}, shown=(context, str(chosen)))
    if user is None:
        raise UsageError(f'{shown}: the context "{context}" names the user "{chosen["user"]}", which does not exist')
    for key in _IMPERSONATION:
        if user.get(key):
            # Without impersonation the run would have the user's own rights, which may be wider.
            raise UsageError(
                f'{shown}: the user of the context "{context}" impersonates another user with the field "{key}", which is not '
                "supported; name a context whose user has the rights that a run needs"
            )
    return KubeconfigContext(context, cluster, user, str(chosen.get("namespace") or "default"))


def _learn(cluster: Mapping[str, Any], user: Mapping[str, Any], *, shown: Iterable[str]) -> None:
    """Register the credentials of a context's entries, and the passwords of the environment's proxies, for redaction.

    Arguments and variables of credential plugins count as credentials, unless they are part of names that are shown
    anyway.
    """
    for url in (cluster.get("server"), cluster.get("proxy-url"), *urllib.request.getproxies().values()):
        learn_url(str(url or ""))
    plugin = user.get("exec")
    learn(*_texts({key: value for key, value in user.items() if key != "exec"}))
    known = KubeconfigContext("", cluster, {}, "").server + " ".join(shown)
    for text in _texts(plugin):
        value = text.partition("=")[2] if text.startswith("-") else text
        if len(value) >= _SHORTEST_ARGUMENT and value not in known:
            learn(value)


def _texts(value: object) -> Iterator[str]:
    """Yield every text of an entry that may be a secret."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            if key not in _NO_SECRETS:
                yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def check_files(context: KubeconfigContext) -> None:
    """Check that the certificates and keys that a context names can be read: later errors would not name the file.

    Raises:
        UsageError: if one cannot be read; with its name.
    """
    unusable = f'the context "{context.name}" cannot be used'
    for entry in (context.cluster, context.user):
        for key in _FILES:
            if data := entry.get(f"{key}-data"):
                try:
                    base64.b64decode(data, validate=True)
                except (TypeError, ValueError):
                    raise UsageError(f"{unusable}: its {key}-data is not base64; fix its kubeconfig") from None
        for key in _FILES:
            if file := entry.get(key):
                try:
                    Path(file).open("rb").close()
                except OSError as error:
                    raise UsageError(
                        f"{unusable}: its {key} {file} cannot be read: {error.strerror}; fix its kubeconfig"
                    ) from error


def _files(kubeconfig: Path | None) -> list[Path]:
    if kubeconfig is not None:
        if not kubeconfig.expanduser().is_file():
            raise UsageError(f"{kubeconfig}: there is no such kubeconfig; name another with --kubeconfig")
        return [kubeconfig.expanduser()]
    named = [Path(part).expanduser() for part in os.environ.get("KUBECONFIG", "").split(os.pathsep) if part]
    files = [file for file in named or [_DEFAULT.expanduser()] if file.is_file()]
    if not files:
        shown = ", ".join(map(str, named)) or str(_DEFAULT)
        raise UsageError(f"{shown}: there is no kubeconfig; name one with --kubeconfig or KUBECONFIG")
    return files


def _read(file: Path) -> Mapping[str, Any]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{file}: the kubeconfig cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, ValueError) as error:
        # A YAML error quotes the text, which may be a key.
        line = f":{mark.line + 1}" if (mark := getattr(error, "problem_mark", None)) else ""
        raise UsageError(
            f"{file}{line}: the kubeconfig is not YAML; fix it, or name another with --kubeconfig"
        ) from None
    if content is None:
        return {}
    if not isinstance(content, Mapping):
        raise UsageError(f"{file} is not a kubeconfig; name another with --kubeconfig")
    return content


def _entries(content: Mapping[str, Any], entry: str, file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the entries of a kind with their names; file names are made absolute."""
    for item in content.get(f"{entry}s") or ():
        if not isinstance(item, Mapping) or not isinstance(item.get(entry), Mapping) or not item.get("name"):
            raise UsageError(f"{file}: one of the kubeconfig's {entry}s has no name or no {entry}; fix it")
        value = dict(item[entry])
        for key in _FILES:
            if value.get(f"{key}-data"):
                # kubectl prefers the data, lightkube the file.
                value.pop(key, None)
            elif value.get(key):
                value[key] = str(file.absolute().parent / value[key])
        if isinstance(value.get("exec"), Mapping):
            value["exec"] = _plugin(value["exec"], file)
        yield str(item["name"]), value


def _plugin(plugin: Mapping[str, Any], file: Path) -> dict[str, Any]:
    """Return a credential plugin's entry; a command that is a path is relative to the kubeconfig (client-go: exec.go)."""
    command = str(plugin.get("command"))
    return {**plugin, "command": str(file.absolute().parent / command) if os.sep in command else command}


def _listed(contexts: Mapping[str, Any]) -> str:
    return f"the contexts {', '.join(sorted(contexts))}" if contexts else "no contexts"
