"""What kind, the container engine and kubectl write for people → one line of ours."""

from __future__ import annotations

import re

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_NOT_ASCII = re.compile(r"[^\x20-\x7e]+")
_COMMAND = re.compile(r'command ".*" failed with error: (?:exit status \d+)?', re.DOTALL)
#: Lines that only say how a command is used.
_HINTS = ("Run 'docker ", "See 'docker ", "Run 'podman ", "Usage:")


def progress(line: str) -> str:
    """A line of kind's progress without marks and escape sequences: ``Preparing nodes``."""
    return _NOT_ASCII.sub("", _ESCAPES.sub("", line)).strip().removesuffix("...").strip()


def last_words(output: str) -> str:
    """What is wrong, of all that a command wrote.

    kind ends with ``ERROR: …`` and, where a command of its own failed, with that command and its output, which may be
    long (sigs.k8s.io/kind: cmd/kind/app/main.go).
    """
    error, _, detail = _ESCAPES.sub("", output).partition("Command Output:")
    _, found, message = error.rpartition("ERROR:")
    if not found:
        return _worst(error)
    message = " ".join(message.split()).removeprefix("failed to create cluster: ")
    return ": ".join(filter(None, (_COMMAND.sub("", message).strip(" :[]"), _worst(detail)))) or message


def taken_port(output: str) -> str | None:
    """The line that says that a port of the host is in use, or None: Docker has two ways to say so, Podman one."""
    said = (line.strip() for line in output.splitlines())
    return next(
        (line for line in said if "port is already allocated" in line or "address already in use" in line), None
    )


def _worst(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith(_HINTS)]
    return next((line for line in reversed(lines) if "error" in line.lower()), lines[-1] if lines else "")
