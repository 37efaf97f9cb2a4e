"""What a user decides about a kind cluster, and how long its life may take."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from svcdns.errors import UsageError
from svcdns.manifests.problem import quoted

#: sigs.k8s.io/kind: pkg/cluster/internal/create/create.go, which also lets a name begin with '-' or '.'.
_CLUSTER_NAME = re.compile(r"[a-z0-9][a-z0-9.-]*")

#: github.com/distribution/reference: a registry, the parts of a path, a tag and a digest.
_IMAGE = re.compile(
    r"((\[[0-9a-fA-F:]+\]|[A-Za-z0-9][A-Za-z0-9.-]*)(:[0-9]+)?/)?"
    r"[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*"
    r"(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@[A-Za-z][A-Za-z0-9]*([-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?"
)

IPFamily = Literal["ipv4", "ipv6", "dual"]


@dataclass(frozen=True, slots=True)
class KindSettings:
    """What a user decides about a kind cluster.

    Attributes:
        run: the run's id, 5 characters; the cluster is called ``svcdns-<run>``.
        image: the image of every node, or empty for kind's own choice.
        binary: the kind binary, by name or path.
        config: a kind configuration whose nodes, patches and networking are kept.
        nodes: one control plane and so many workers less one; None for what ``config`` says, else 1.
        ip_family: the families of pods and Services; None for what ``config`` says, else ``ipv4``.
        cluster_name: a cluster that exists, to be used and never deleted.
        keep: leave the created cluster behind.
    """

    run: str
    image: str = ""
    binary: str = "kind"
    config: Path | None = None
    nodes: int | None = None
    ip_family: IPFamily | None = None
    cluster_name: str = ""
    keep: bool = False

    def check(self) -> None:
        """See that what kind and the container engine are told is a name, and nothing that they could take for an option.

        Raises:
            UsageError: if not; with the option.
        """
        if self.cluster_name and not _CLUSTER_NAME.fullmatch(self.cluster_name):
            raise UsageError(
                f"--cluster-name {quoted(self.cluster_name)} is no name of a kind cluster: name one with lower-case "
                "letters, digits, '-' and '.', a letter or digit first"
            )
        if self.image and (problem := image_problem(self.image)):
            raise UsageError(f"--kind-image {problem}")
        if self.binary.startswith("-"):
            raise UsageError(
                f"--kind-bin {quoted(self.binary)} begins with a dash; name the kind binary, by its path if need be"
            )


def image_problem(image: str) -> str:
    """What keeps a text from being an image's name, or nothing."""
    if _IMAGE.fullmatch(image):
        return ""
    return f"{quoted(image)} is no image: name one as [HOST[:PORT]/]NAME[:TAG][@DIGEST]"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds.

    Attributes:
        answer_seconds: for a question to kind or to the container engine.
        pull_seconds: for one node image; it has half a gigabyte.
        create_seconds: for the whole creation.
        ready_seconds: from the creation until nodes and DNS pods are ready.
        delete_seconds: for the deletion.
        again_seconds: before each further attempt to delete, where something is left: a busy container engine may fail to
            end a container that it has just started.
        linger_seconds: for the containers that an interrupted kind is starting.
        silence_seconds: between two lines of progress.
    """

    answer_seconds: float = 60
    pull_seconds: float = 300
    create_seconds: float = 900
    ready_seconds: float = 180
    delete_seconds: float = 120
    again_seconds: tuple[float, ...] = (2.0, 10.0)
    linger_seconds: float = 30
    silence_seconds: float = 20
