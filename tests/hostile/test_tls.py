"""Certificates and keys of a kubeconfig, and what is left of them."""

from __future__ import annotations

import base64
import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import yaml

from svcdns.errors import UsageError
from svcdns.targets.cluster.apiserver.api import Api
from tests.api_server import ApiServer, kubeconfig, serving

OPENSSL = shutil.which("openssl")

pytestmark = pytest.mark.skipif(OPENSSL is None, reason="NO OPENSSL: keys were not tried; install openssl")


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that is its own authority, with its key, and the key once more with a passphrase."""
    found = tmp_path_factory.mktemp("pki")
    made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    named = ["-subj", "/CN=me", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key", "-out", "crt"]
    closed = ["ec", "-in", "key", "-aes256", "-passout", "pass:the-passphrase", "-out", "closed"]
    for arguments in ([*made, *named], closed):
        subprocess.run([OPENSSL, *arguments], cwd=found, check=True, capture_output=True)
    return found


@pytest.fixture
def server(pki: Path) -> Iterator[ApiServer]:
    """An API server that wants a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki / "crt", pki / "key")
    context.load_verify_locations(pki / "crt")
    context.verify_mode = ssl.CERT_REQUIRED
    with serving(tls=context) as running:
        yield running


@pytest.fixture
def write(tmp_path: Path, server: ApiServer, pki: Path) -> Callable[..., Path]:
    def written(**user: str) -> Path:
        authority = base64.b64encode((pki / "crt").read_bytes()).decode()
        return kubeconfig(tmp_path, server.url, user=user, **{"certificate-authority-data": authority})

    return written


def data(file: Path) -> str:
    return base64.b64encode(file.read_bytes()).decode()


def test_certificates_from_files_and_data_are_used_and_no_temporary_file_is_left(
    write, pki: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    files = {"client-certificate": str(pki / "crt"), "client-key": str(pki / "key")}
    for user in (files, {f"{key}-data": data(Path(file)) for key, file in files.items()}):
        with closing(Api(write(**user), "a")) as api:
            assert api.version == "v1.34.0"
        assert list(temporary.iterdir()) == []


def test_the_passphrase_of_a_key_is_not_prompted_for(write, pki: Path):
    user = {"client-certificate-data": data(pki / "crt"), "client-key-data": data(pki / "closed")}
    with pytest.raises(UsageError, match=r'^the context "a" cannot be used: .*; fix its kubeconfig$'):
        Api(write(**user), "a")


@pytest.mark.parametrize("field", ["certificate-authority-data", "client-certificate-data", "client-key-data"])
def test_data_that_is_not_base64_is_named(field: str, write):
    file = write()
    config = yaml.safe_load(file.read_text())
    entry = config["clusters"][0]["cluster"] if field.startswith("certificate") else config["users"][0]["user"]
    entry[field] = "-----BEGIN PRIVATE KEY-----"
    file.write_text(yaml.safe_dump(config))
    with pytest.raises(UsageError) as caught:
        Api(file, "a")
    assert str(caught.value) == f'the context "a" cannot be used: its {field} is not base64; fix its kubeconfig'
