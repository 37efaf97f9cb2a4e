"""kubectl, for what is kubectl's own."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from harness.errors import TargetError, UndeterminedError, UsageError

#: kubectl answers in under a second; this bounds one that hangs.
_DEADLINE_SECONDS = 60


def command(kubeconfig: Path | None, context: str, arguments: Sequence[str]) -> list[str]:
    """The argument list that runs kubectl against one context; without a kubeconfig it reads the same files as we do.

    Raises:
        UsageError: if there is no kubectl.
    """
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        raise UsageError("there is no kubectl on the PATH: install it, https://kubernetes.io/docs/tasks/tools/")
    chosen = ["--kubeconfig", str(kubeconfig.expanduser())] if kubeconfig is not None else []
    return [kubectl, *chosen, "--context", context, *arguments]


def run(arguments: Sequence[str]) -> str:
    """Run kubectl to its end.

    Returns:
        what it wrote to its standard output.

    Raises:
        TargetError: if it refuses, in its own words: the last line that says what is wrong.
        UndeterminedError: if it does not come to an end.
    """
    try:
        done = subprocess.run(  # noqa: S603 - an argument list, never a shell
            arguments,
            capture_output=True,
            encoding="utf-8",
            errors="backslashreplace",
            timeout=_DEADLINE_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired as error:
        raise UndeterminedError(f"kubectl did not end within {_DEADLINE_SECONDS} s: {' '.join(arguments)}") from error
    if done.returncode:
        raise TargetError(refusal(done.stderr) or f"kubectl failed with exit code {done.returncode}")
    return done.stdout


def refusal(stderr: str) -> str:
    """What kubectl says is wrong, without the hints on its own usage that follow."""
    said = [line.strip() for line in stderr.splitlines() if line.strip() and not line.startswith(("See '", "Usage:"))]
    return next((line for line in reversed(said) if line.lower().startswith("error")), said[-1] if said else "")
