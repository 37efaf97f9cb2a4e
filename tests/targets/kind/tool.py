"""Stands in for kind, kubectl and a container engine: notes how it was called, and does what the test wrote for the verb.

A test writes Python into ``<verb>.py`` of the directory that ``STATE`` names; what is not written does what the real
command does at its best. Containers are files in ``containers``.
"""

import json
import os
import signal  # noqa: F401 - for what tests write
import sys
import time
from pathlib import Path

state = Path(os.environ["STATE"])
program, *arguments = Path(sys.argv[0]).name, *sys.argv[1:]
given = arguments[: arguments.index("--")] if "--" in arguments else arguments
options = dict(option.split("=", 1) for option in given if option.startswith("--") and "=" in option)
name = options.get("--name", "")
containers = state / "containers"
verb = "-".join([program, *arguments[:2]]) if program == "kind" else program


def say(*lines: str) -> None:
    sys.stderr.write("".join(f"{line}\n" for line in lines))
    sys.stderr.flush()


def answer(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def wait_for(file: str) -> None:
    while not (state / file).exists():
        time.sleep(0.01)


def create() -> None:
    (containers / f"{name}-control-plane").touch()
    kubeconfig = Path(options["--kubeconfig"])
    kubeconfig.write_text("the kubeconfig\n")
    kubeconfig.chmod(0o600)


def delete() -> None:
    for container in containers.glob(f"{name}-*"):
        container.unlink()


def clusters() -> list[str]:
    return sorted({container.name.removesuffix("-control-plane") for container in containers.iterdir()})


call = {
    "program": program,
    "arguments": arguments,
    "kubeconfig": os.environ.get("KUBECONFIG"),
    "leads_its_group": os.getpgid(0) == os.getpid(),
    "config": Path(options["--config"]).read_text() if "--config" in options else None,
}
with (state / "calls").open("a") as calls:
    calls.write(json.dumps(call) + "\n")
ACTIONS = {
    "kind-version": lambda: answer("kind v0.0.0 go1.0 linux/amd64"),
    "kind-get-clusters": lambda: answer(*clusters()),
    "kind-get-nodes": lambda: answer(*(path.name for path in containers.glob(f"{name}-*"))),
    "kind-get-kubeconfig": lambda: answer("the kubeconfig"),
    "kind-create-cluster": create,
    "kind-delete-cluster": delete,
}
written = state / f"{verb}.py"
if written.exists():
    exec(written.read_text())
else:
    ACTIONS.get(verb, lambda: None)()
