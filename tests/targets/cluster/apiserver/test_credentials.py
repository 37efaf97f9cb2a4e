"""Credential plugins that fail."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from svcdns.errors import UndeterminedError
from svcdns.targets.cluster.apiserver.api import Api
from tests.api_server import Reply
from tests.targets.cluster.apiserver.connecting import refused

Write = Callable[..., Path]


@pytest.fixture
def plugin(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """A user with a credential plugin that is a shell script."""

    def made(script: str | None, **more: Any) -> dict[str, Any]:
        command = tmp_path / "plugin"
        if script is not None:
            command.write_text(f"#!/bin/sh\n{script}\n")
            command.chmod(0o755)
        return {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": str(command), **more}}

    return made


NO_TOKEN = "returns no token, and certificates from plugins are not supported"
CERTIFICATE = json.dumps({"status": {"clientCertificateData": "c", "clientKeyData": "k"}})


@pytest.mark.parametrize(
    ("script", "more", "said"),
    [
        (
            "echo SECRET-1 >&2; echo SECRET-2; exit 3",
            {},
            "its credential plugin {} failed with exit code 3; run it by itself to see why, or log in again",
        ),
        (
            f"echo '{CERTIFICATE}'",
            {},
            f"its credential plugin {{}} {NO_TOKEN}; choose another context",
        ),
        (
            "echo no JSON",
            {},
            "its credential plugin {} prints no ExecCredential: Expecting value: line 1 column 1 (char 0); log in again",
        ),
        (None, {}, "its credential plugin {} cannot be found; install it, or choose another context"),
        (
            None,
            {"installHint": "Install it\n\n  from https://here\n"},
            "its credential plugin {} cannot be found; Install it from https://here",
        ),
    ],
)
def test_a_failed_credential_plugin_is_an_error_of_one_line(
    script: str | None, more: dict[str, str], said: str, write: Write, plugin, tmp_path: Path, served
):
    path = write({"server": served({})}, plugin(script, **more))
    assert refused(path) == f'no credentials for the context "a": {said.format(tmp_path / "plugin")}'


@pytest.mark.parametrize("output", ["no JSON", "{}", "[]", '{"status": null}'])
def test_a_credential_plugin_that_fails_during_the_run_leaves_answers_undetermined(
    output: str, write: Write, plugin, tmp_path: Path, served
):
    first = f"echo >> {tmp_path}/count; test $(wc -l < {tmp_path}/count) = 1"
    credential = json.dumps({"status": {"token": "t"}})
    user = plugin(f"{first} && echo '{credential}' || echo '{output}'")
    expired = Reply(b"{}", 401)
    path = write({"server": served({"/api/v1/pods": expired})}, user)
    with closing(Api(path, "a")) as api, pytest.raises(UndeterminedError) as caught:
        api.list("Pod")
    assert str(caught.value).startswith('the credentials of the context "a" are lost: its credential plugin ')
