"""kubectl as a subprocess, for the few things that kubectl alone does."""

from __future__ import annotations

import os
import re
import shutil
import subprocess  # kubectl is a command  # nosec B404
from collections.abc import Sequence
from pathlib import Path

from svcdns.errors import TargetError, UndeterminedError, UsageError
from svcdns.system import command as commands
from svcdns.system.command import LateError
from svcdns.targets.cluster.apiserver.refusal import LostError

#: kubectl ends in under a second; this ends one that hangs.
_DEADLINE_SECONDS = 60

#: Since 1.33 kubectl reads options from its user's preferences (kuberc); those could change what our commands do.
_WITHOUT_PREFERENCES = {"KUBERC": "off", "KUBECTL_KUBERC": "false"}

#: How kubectl's error messages begin (kubectl: pkg/cmd/util/helpers.go). Credential plugins write to the same stream.
_ERROR = re.compile(
    r"error: |Error from server|Unable to connect to the server: |The connection to the server |You must be logged in "
    r"|The .+ is invalid|command terminated with exit code ",
    re.IGNORECASE,
)


#: What the messages have in common after which the same command may succeed (client-go, net/http).
_LOST = re.compile(
    r"^The connection to the server |^Unable to connect to the server: |connection refused|connection reset by peer"
    r"|client connection lost|TLS handshake timeout|EOF$|currently unable to handle the request"
    r"|not yet ready to handle request",
    re.IGNORECASE,
)


def command(kubeconfig: Path | None, context: str, arguments: Sequence[str]) -> list[str]:
    """Return the argument list that runs kubectl against one context; without a kubeconfig, kubectl reads the files that we read.

    Args:
        kubeconfig: a file, or None.
        context: the name of the context, which may begin with a dash.
        arguments: the command, its options as ``--option=value``, and after ``--`` everything else.

    Raises:
        UsageError: if kubectl is not on the PATH.
    """
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        raise UsageError("there is no kubectl on the PATH: install it, https://kubernetes.io/docs/tasks/tools/")
    chosen = [f"--kubeconfig={kubeconfig.expanduser()}"] if kubeconfig is not None else []
    return [kubectl, *chosen, f"--context={context}", *arguments]


def environment() -> dict[str, str]:
    """Return the environment of kubectl: ours, without its user's preferences."""
    return os.environ | _WITHOUT_PREFERENCES


def run(arguments: Sequence[str]) -> str:
    """Run kubectl to its end.

    Returns:
        its standard output.

    Raises:
        LostError: if the API server was lost.
        TargetError: if it cannot be run or fails; with its last error message.
        UndeterminedError: if it does not end in time.
    """
    try:
        done = commands.run(arguments, environment(), _DEADLINE_SECONDS)
    except LateError as error:
        raise UndeterminedError(f"kubectl did not end within {_DEADLINE_SECONDS} s: {' '.join(arguments)}") from error
    if done.code:
        message = refusal(done.stderr)
        if _LOST.search(message):
            raise LostError(message, sent=True)
        raise TargetError(message or f"kubectl failed with exit code {done.code}")
    return done.stdout


def start(arguments: Sequence[str], *, stdin: int, stderr: int) -> subprocess.Popen[bytes]:
    """Start kubectl with its standard output as a pipe; ``stdin`` and ``stderr`` are as `subprocess.Popen` takes them."""
    return subprocess.Popen(  # noqa: S603 - an argument list, never a shell  # nosec B603
        arguments, env=environment(), stdin=stdin, stdout=subprocess.PIPE, stderr=stderr
    )


def refusal(stderr: str) -> str:
    """Return the last error message of kubectl, without usage hints and without the output of credential plugins."""
    lines = [line.strip() for line in stderr.splitlines()]
    return next((line for line in reversed(lines) if _ERROR.match(line)), "")
