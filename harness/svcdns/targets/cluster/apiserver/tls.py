"""The certificates of a kubeconfig as a TLS context: the authority that we trust, and our own certificate."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2

from svcdns.targets.cluster.apiserver.kubeconfig import KubeconfigContext


def tls_context(context: KubeconfigContext) -> ssl.SSLContext:
    """Return the TLS context of a kubeconfig context.

    Raises:
        OSError: if a file cannot be read, or holds no certificate or key.
        ValueError: if data is not base64 of a certificate or key.
        TypeError: if a field is not text.
    """
    tls = _trusting(context.cluster)
    _add_own_certificate(tls, context.user)
    return tls


def _trusting(cluster: Mapping[str, Any]) -> ssl.SSLContext:
    if file := cluster.get("certificate-authority"):
        return ssl.create_default_context(cafile=file)
    if data := cluster.get("certificate-authority-data"):
        return ssl.create_default_context(cadata=base64.b64decode(data).decode())
    return httpx2.create_ssl_context(verify=not cluster.get("insecure-skip-tls-verify"))


def _add_own_certificate(tls: ssl.SSLContext, user: Mapping[str, Any]) -> None:
    # ssl loads certificates from files only. The directory is readable for us alone, and removed after loading.
    with TemporaryDirectory(prefix="svcdns-") as directory:
        certificate = _file(user, "client-certificate", Path(directory))
        if certificate:
            # Without a password, ssl would prompt for the passphrase of an encrypted key.
            tls.load_cert_chain(certificate, _file(user, "client-key", Path(directory)), password=lambda: "")


def _file(user: Mapping[str, Any], field: str, directory: Path) -> str | None:
    if data := user.get(f"{field}-data"):
        file = directory / field
        file.touch(mode=0o600)
        file.write_bytes(base64.b64decode(data))
        return str(file)
    return user.get(field) or None
