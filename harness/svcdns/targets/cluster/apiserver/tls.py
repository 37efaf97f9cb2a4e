"""How the API server is recognised, and how we are: the certificates of a kubeconfig as a TLS context."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2

from svcdns.targets.cluster.apiserver.connection import Connection


def context(connection: Connection) -> ssl.SSLContext:
    """The TLS context of a connection.

    Raises:
        OSError: if a file cannot be read, or holds no certificate or key.
        ValueError: if data is not base64 of such.
        TypeError: if a field is no text.
    """
    found = _of_server(connection.cluster)
    _add_ours(found, connection.user)
    return found


def _of_server(cluster: Mapping[str, Any]) -> ssl.SSLContext:
    if file := cluster.get("certificate-authority"):
        return ssl.create_default_context(cafile=file)
    if data := cluster.get("certificate-authority-data"):
        return ssl.create_default_context(cadata=base64.b64decode(data).decode())
    return httpx2.create_ssl_context(verify=not cluster.get("insecure-skip-tls-verify"))


def _add_ours(found: ssl.SSLContext, user: Mapping[str, Any]) -> None:
    # Only files can be loaded; the directory is for nobody else, and is gone once they are.
    with TemporaryDirectory(prefix="svcdns-") as directory:
        certificate = _file(user, "client-certificate", Path(directory))
        if certificate:
            # Without an answer of ours, somebody would be asked for the passphrase of an encrypted key.
            found.load_cert_chain(certificate, _file(user, "client-key", Path(directory)), password=lambda: "")


def _file(user: Mapping[str, Any], field: str, directory: Path) -> str | None:
    if data := user.get(f"{field}-data"):
        file = directory / field
        file.touch(mode=0o600)
        file.write_bytes(base64.b64decode(data))
        return str(file)
    return user.get(field) or None
