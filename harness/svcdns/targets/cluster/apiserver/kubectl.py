"""kubectl, for what is kubectl's own."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from svcdns.errors import TargetError, UndeterminedError, UsageError
from svcdns.system import command as commands
from svcdns.system.command import LateError

#: kubectl answers in under a second; this bounds one that hangs.
_DEADLINE_SECONDS = 60

#: kubectl reads options from its user's preferences (kuberc) since 1.33, which could change what it is asked to do.
_WITHOUT_PREFERENCES = {"KUBERC": "off", "KUBECTL_KUBERC": "false"}

#: How kubectl begins what is wrong (kubectl: pkg/cmd/util/helpers.go). A credential plugin writes to the same stream before.
_OWN_WORDS = re.compile(
    r"error: |Error from server|Unable to connect to the server: |The connection to the server |You must be logged in "
    r"|The .+ is invalid|command terminated with exit code ",
    re.IGNORECASE,
)


def command(kubeconfig: Path | None, context: str, arguments: Sequence[str]) -> list[str]:
    """The argument list that runs kubectl against one context; without a kubeconfig it reads the same files as we do.

    Args:
        kubeconfig: a file, or None.
        context: the name of the context, which may begin with a dash.
        arguments: the command, its options as ``--option=value``, and after ``--`` what is no option.

    Raises:
        UsageError: if there is no kubectl.
    """
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        raise UsageError("there is no kubectl on the PATH: install it, https://kubernetes.io/docs/tasks/tools/")
    chosen = [f"--kubeconfig={kubeconfig.expanduser()}"] if kubeconfig is not None else []
    return [kubectl, *chosen, f"--context={context}", *arguments]


def environment() -> dict[str, str]:
    """The environment in which kubectl runs: ours, without its user's preferences."""
    return os.environ | _WITHOUT_PREFERENCES


def run(arguments: Sequence[str]) -> str:
    """Run kubectl to its end.

    Returns:
        what it wrote to its standard output.

    Raises:
        TargetError: if it cannot be run or refuses, in its own words: the last line that says what is wrong.
        UndeterminedError: if it does not come to an end.
    """
    try:
        done = commands.run(arguments, environment(), _DEADLINE_SECONDS)
    except LateError as error:
        raise UndeterminedError(f"kubectl did not end within {_DEADLINE_SECONDS} s: {' '.join(arguments)}") from error
    if done.code:
        raise TargetError(refusal(done.stderr) or f"kubectl failed with exit code {done.code}")
    return done.stdout


def refusal(stderr: str) -> str:
    """What kubectl says is wrong, without hints on its own usage and without the words of credential plugins."""
    said = [line.strip() for line in stderr.splitlines()]
    return next((line for line in reversed(said) if _OWN_WORDS.match(line)), "")
