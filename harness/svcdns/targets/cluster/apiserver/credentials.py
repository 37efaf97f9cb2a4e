"""Who asks: what every request to an API server carries as its ``Authorization``.

A credential is made known to `svcdns.safety.redaction` before it is used, goes to the API server's own origin alone, and its
value is in no error of this module.
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import unquote

import httpx2

from svcdns.safety.redaction import learn
from svcdns.system import command
from svcdns.system.command import CommandError, LateError
from svcdns.targets.cluster.apiserver.connection import Connection

#: How long a credential plugin may take: it may log in over a network.
_PLUGIN_SECONDS = 120.0

#: What a token consists of; a header can carry nothing else of what may stand in one (RFC 9110, 5.5).
_TOKEN = re.compile(r"[\x21-\x7e]+")

#: A token has at most a few thousand characters.
_LONGEST_FILE = 2**20

#: The versions of ExecCredential that give a token in the same way (client-go: pkg/apis/clientauthentication).
_VERSIONS = tuple(f"client.authentication.k8s.io/{version}" for version in ("v1", "v1beta1", "v1alpha1"))

_UNAUTHORIZED = 401
_PORTS = {"http": 80, "https": 443}


class CredentialError(Exception):
    """There is no credential; says why and what to do, in words of ours."""


class Authorized(httpx2.BaseTransport):
    """Sends requests with a connection's credentials; once more with new ones where the API server refuses them."""

    def __init__(self, transport: httpx2.BaseTransport, connection: Connection) -> None:
        """Sends through a transport.

        Raises:
            CredentialError: if what the kubeconfig says of credentials cannot be used.
        """
        self._transport = transport
        url = httpx2.URL(connection.server)
        self._origin = _origin(url)
        # As for kubectl, no credential goes in clear text over a network (client-go: clientcmd/client_config.go).
        self._make = _maker(connection) if url.scheme == "https" or _is_loopback(url.host) else None
        self._lock = Lock()
        self._made = ""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request.

        Raises:
            CredentialError: if there are no credentials.
        """
        # A redirection could lead anywhere.
        if self._make is None or _origin(request.url) != self._origin:
            return self._transport.handle_request(request)
        used = request.headers["Authorization"] = self._header("")
        response = self._transport.handle_request(request)
        if response.status_code != _UNAUTHORIZED:
            return response
        # Tokens expire, in files and from plugins.
        renewed = self._header(used)
        if renewed == used:
            return response
        response.close()
        request.headers["Authorization"] = renewed
        return self._transport.handle_request(request)

    def close(self) -> None:
        """Close the transport."""
        self._transport.close()

    def _header(self, refused: str) -> str:
        """The header, made anew where there is none or that one was refused."""
        assert self._make is not None, "nobody asks for a header of who has none"
        with self._lock:
            if self._made in ("", refused):
                self._made = self._make()
            return self._made


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or _PORTS.get(url.scheme)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _maker(connection: Connection) -> Callable[[], str] | None:
    """What makes the header, by the first of a user's credentials that there is; None where there is none."""
    user = connection.user
    if file := _text(user, "tokenFile"):
        return lambda: _bearer(_read(file), f"its tokenFile {file}")
    if token := _text(user, "token"):
        header = _bearer(token, "its token")
        return lambda: header
    if plugin := user.get("exec"):
        known = _Plugin(plugin)
        return known.header
    name, password = _text(user, "username"), _text(user, "password")
    if not (name and password):
        name, _, password = (unquote(part) for part in connection.userinfo.partition(":"))
    if name or password:
        basic = _basic(name, password)
        return lambda: basic
    if user.get("auth-provider"):
        raise CredentialError(
            "its auth-provider is not supported, nor by Kubernetes since 1.26; use a credential plugin (exec)"
        )
    return None


def _text(entry: Mapping[str, Any], field: str) -> str:
    value = entry.get(field)
    if value is not None and not isinstance(value, str):
        raise CredentialError(f"its {field} is no text; put it in quotes in its kubeconfig")
    return value or ""


def _read(file: str) -> str:
    try:
        with Path(file).open("rb") as stream:
            return stream.read(_LONGEST_FILE).decode()
    except OSError as error:
        raise CredentialError(f"its tokenFile {file} cannot be read: {error.strerror}; log in again") from error
    except UnicodeDecodeError:
        raise CredentialError(f"its tokenFile {file} holds no token; log in again") from None


def _bearer(token: str, what: str) -> str:
    """A header with a token, without the white space around it: files end in a line break (client-go: transport/token_source.go)."""
    token = token.strip()
    learn(token)
    if not _TOKEN.fullmatch(token):
        raise CredentialError(f"{what} is empty or holds what no token can, such as a line break; log in again")
    return f"Bearer {token}"


def _basic(name: str, password: str) -> str:
    encoded = base64.b64encode(f"{name}:{password}".encode(errors="surrogateescape")).decode()
    learn(password, encoded)
    return f"Basic {encoded}"


class _Plugin:
    """A credential plugin (client-go: plugin/pkg/client/auth/exec).

    What it says is never quoted, since nobody knows what of that is a secret.
    """

    def __init__(self, entry: object) -> None:
        if not isinstance(entry, Mapping):
            raise CredentialError("its exec is not a mapping; fix its kubeconfig")
        self._version = _text(entry, "apiVersion")
        self._command = _text(entry, "command")
        self._hint = " ".join(_text(entry, "installHint").split()) or "install it, or choose another context"
        self._name = f"its credential plugin {self._command}"
        arguments, variables = entry.get("args") or [], entry.get("env") or []
        if not _are(arguments, str):
            raise CredentialError(f"the args of {self._name} are not a list of texts; fix its kubeconfig")
        if not _are(variables, Mapping) or not all(_text(one, "name") and "value" in one for one in variables):
            raise CredentialError(f"the env of {self._name} is not a list of names and values; fix its kubeconfig")
        self._arguments = list(arguments)
        self._environment = {_text(one, "name"): _text(one, "value") for one in variables}
        if self._version not in _VERSIONS:
            raise CredentialError(
                f"{self._name} is of an apiVersion that is not supported; set one of {', '.join(_VERSIONS[:2])}"
            )

    def header(self) -> str:
        """Run the plugin.

        Raises:
            CredentialError: if it gives no token.
        """
        asked = {"apiVersion": self._version, "kind": "ExecCredential", "spec": {"interactive": False}}
        # Without it, some plugins do not start.
        environment = os.environ | self._environment | {"KUBERNETES_EXEC_INFO": json.dumps(asked)}
        found = shutil.which(self._command, path=environment.get("PATH"))
        if found is None:
            raise CredentialError(f"{self._name} cannot be found; {self._hint}")
        try:
            done = command.run([found, *self._arguments], environment, _PLUGIN_SECONDS)
        except LateError:
            raise CredentialError(f"{self._name} did not end within {_PLUGIN_SECONDS:.0f} s; log in again") from None
        except CommandError as error:
            raise CredentialError(f"{self._name} cannot be used: {error}; fix its kubeconfig") from None
        if done.code:
            raise CredentialError(
                f"{self._name} failed with exit code {done.code}; run it by itself to see why, or log in again"
            )
        return _bearer(self._token(done.stdout), f"the token of {self._name}")

    def _token(self, said: str) -> str:
        try:
            status = json.loads(said)["status"]
            token = status.get("token")
        except json.JSONDecodeError as error:
            # Its own words quote nothing.
            raise CredentialError(f"{self._name} prints no ExecCredential: {error}; log in again") from None
        except (KeyError, TypeError, AttributeError, RecursionError):
            raise CredentialError(f"{self._name} prints no ExecCredential; log in again") from None
        if not isinstance(token, str) or not token:
            raise CredentialError(
                f"{self._name} gives no token, and certificates of plugins are not supported; choose another context"
            )
        return token


def _are(values: object, kind: type) -> bool:
    return isinstance(values, list) and all(isinstance(value, kind) for value in values)
