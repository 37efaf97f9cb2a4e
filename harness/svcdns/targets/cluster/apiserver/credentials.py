"""The credentials of a user: the ``Authorization`` header of every request to an API server.

Each credential is registered with `svcdns.safety.redaction` before its first use. It is sent to the API server's own
origin only, and no error of this module quotes it.
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
from collections.abc import Callable, Mapping
from http import HTTPStatus
from ipaddress import ip_address
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import unquote

import httpx2

from svcdns.safety.redaction import learn
from svcdns.system import command
from svcdns.system.command import CommandError, LateError
from svcdns.targets.cluster.apiserver.kubeconfig import KubeconfigContext

#: The longest run of a credential plugin, which may log in over a network.
_PLUGIN_SECONDS = 120.0

#: The characters of a token that a header may carry (RFC 9110, 5.5).
_TOKEN = re.compile(r"[\x21-\x7e]+")

#: Octets that are read of a token file; a token has at most a few thousand.
_LONGEST_FILE = 2**20

#: The versions of ExecCredential; all return a token in the same way (client-go: pkg/apis/clientauthentication).
_VERSIONS = tuple(f"client.authentication.k8s.io/{version}" for version in ("v1", "v1beta1", "v1alpha1"))

_PORTS = {"http": 80, "https": 443}


class CredentialError(Exception):
    """There is no credential; the message says why and what to do."""


class Authorized(httpx2.BaseTransport):
    """A transport that adds a context's credentials to requests. Where the API server refuses them, it tries once more with new ones."""

    def __init__(self, transport: httpx2.BaseTransport, context: KubeconfigContext) -> None:
        """Prepare to send through a transport.

        Raises:
            CredentialError: if the kubeconfig's credentials cannot be used.
        """
        self._transport = transport
        url = httpx2.URL(context.server)
        self._origin = _origin(url)
        # Like kubectl, we send no credential over a network in clear text (client-go: clientcmd/client_config.go).
        self._make = _maker(context) if url.scheme == "https" or _is_loopback(url.host) else None
        self._lock = Lock()
        self._made = ""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request.

        Raises:
            CredentialError: if there are no credentials.
        """
        # A redirect may lead to another host.
        if self._make is None or _origin(request.url) != self._origin:
            return self._transport.handle_request(request)
        sent = request.headers["Authorization"] = self._header("")
        response = self._transport.handle_request(request)
        if response.status_code != HTTPStatus.UNAUTHORIZED:
            return response
        # Tokens from files and plugins expire.
        renewed = self._header(sent)
        if renewed == sent:
            return response
        response.close()
        request.headers["Authorization"] = renewed
        return self._transport.handle_request(request)

    def close(self) -> None:
        """Close the transport."""
        self._transport.close()

    def _header(self, refused: str) -> str:
        """Return the header; a new one where there is none yet, or where the server refused that one."""
        assert self._make is not None, "there are credentials to send"
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


def _maker(context: KubeconfigContext) -> Callable[[], str] | None:
    """Return a function that makes the header from the first kind of credential that the user has; None without any."""
    user = context.user
    if file := _text(user, "tokenFile"):
        return lambda: _bearer(_read(file), f"its tokenFile {file}")
    if token := _text(user, "token"):
        header = _bearer(token, "its token")
        return lambda: header
    if plugin := user.get("exec"):
        return _Plugin(plugin).header
    name, password = _text(user, "username"), _text(user, "password")
    if not (name and password):
        name, _, password = (unquote(part) for part in context.userinfo.partition(":"))
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
        raise CredentialError(f"its {field} is not text; put it in quotes in its kubeconfig")
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
    """Return the header of a token, without surrounding white space: files end in a line break (client-go: transport/token_source.go)."""
    token = token.strip()
    learn(token)
    if not _TOKEN.fullmatch(token):
        raise CredentialError(
            f"{what} is empty or has a character that no token has, such as a line break; log in again"
        )
    return f"Bearer {token}"


def _basic(name: str, password: str) -> str:
    encoded = base64.b64encode(f"{name}:{password}".encode(errors="surrogateescape")).decode()
    learn(password, encoded)
    return f"Basic {encoded}"


class _Plugin:
    """A credential plugin (client-go: plugin/pkg/client/auth/exec).

    Its output is never quoted, since any part of it may be secret.
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
        if not _are(variables, Mapping) or not all(
            _text(variable, "name") and "value" in variable for variable in variables
        ):
            raise CredentialError(f"the env of {self._name} is not a list of names and values; fix its kubeconfig")
        self._arguments = list(arguments)
        self._environment = {_text(variable, "name"): _text(variable, "value") for variable in variables}
        if self._version not in _VERSIONS:
            raise CredentialError(
                f"{self._name} has an apiVersion that is not supported; set one of {', '.join(_VERSIONS[:2])}"
            )

    def header(self) -> str:
        """Run the plugin.

        Raises:
            CredentialError: if it gives no token.
        """
        request = {"apiVersion": self._version, "kind": "ExecCredential", "spec": {"interactive": False}}
        # Some plugins do not start without it.
        environment = os.environ | self._environment | {"KUBERNETES_EXEC_INFO": json.dumps(request)}
        program = shutil.which(self._command, path=environment.get("PATH"))
        if program is None:
            raise CredentialError(f"{self._name} cannot be found; {self._hint}")
        try:
            done = command.run([program, *self._arguments], environment, _PLUGIN_SECONDS)
        except LateError:
            raise CredentialError(f"{self._name} did not end within {_PLUGIN_SECONDS:.0f} s; log in again") from None
        except CommandError as error:
            raise CredentialError(f"{self._name} cannot be used: {error}; fix its kubeconfig") from None
        if done.code:
            raise CredentialError(
                f"{self._name} failed with exit code {done.code}; run it by itself to see why, or log in again"
            )
        return _bearer(self._token(done.stdout), f"the token of {self._name}")

    def _token(self, output: str) -> str:
        try:
            status = json.loads(output)["status"]
            token = status.get("token")
        except json.JSONDecodeError as error:
            # This error quotes nothing of the output.
            raise CredentialError(f"{self._name} prints no ExecCredential: {error}; log in again") from None
        except (KeyError, TypeError, AttributeError, RecursionError):
            raise CredentialError(f"{self._name} prints no ExecCredential; log in again") from None
        if not isinstance(token, str) or not token:
            raise CredentialError(
                f"{self._name} returns no token, and certificates from plugins are not supported; choose another context"
            )
        return token


def _are(values: object, kind: type) -> bool:
    return isinstance(values, list) and all(isinstance(value, kind) for value in values)
