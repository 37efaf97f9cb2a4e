"""The output of kind, the container engine and kubectl → one line for our messages."""

from __future__ import annotations

import re

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_NOT_ASCII = re.compile(r"[^\x20-\x7e]+")
_COMMAND = re.compile(r'command ".*" failed with error: (?:exit status \d+)?', re.DOTALL)
#: How lines begin that only explain the usage of a command.
_HINTS = ("Run 'docker ", "See 'docker ", "Run 'podman ", "Usage:")


def progress(line: str) -> str:
    """Return a line of kind's progress without marks and escape sequences: ``Preparing nodes``."""
    return _NOT_ASCII.sub("", _ESCAPES.sub("", line)).strip().removesuffix("...").strip()


def error_message(output: str) -> str:
    """Return the error message in the output of a command.

    kind ends with ``ERROR: …``. Where a command that it ran has failed, it adds that command and its output, which may
    be long (sigs.k8s.io/kind: cmd/kind/app/main.go).
    """
    error, _, detail = _ESCAPES.sub("", output).partition("Command Output:")
    _, mark, message = error.rpartition("ERROR:")
    if not mark:
        return _worst(error)
    message = " ".join(message.split()).removeprefix("failed to create cluster: ")
    return ": ".join(filter(None, (_COMMAND.sub("", message).strip(" :[]"), _worst(detail)))) or message


def taken_port(output: str) -> str | None:
    """Return the line about a port of the host that is in use, or None: Docker has two such messages, Podman one."""
    lines = (line.strip() for line in output.splitlines())
    return next(
        (line for line in lines if "port is already allocated" in line or "address already in use" in line), None
    )


def _worst(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith(_HINTS)]
    return next((line for line in reversed(lines) if "error" in line.lower()), lines[-1] if lines else "")
