"""The options of a run that concern a kind cluster, and how long to wait for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from svcdns.errors import UsageError
from svcdns.manifests.problem import quoted

#: sigs.k8s.io/kind: pkg/cluster/internal/create/create.go, which allows '-' and '.' as the first character too.
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
    """The options of a run that concern a kind cluster.

    Attributes:
        run: the run's id, 5 characters; the cluster is called ``svcdns-<run>``.
        image: the image of every node, or empty for kind's default.
        binary: the kind binary, by name or path.
        config: a kind configuration whose nodes, patches and networking are kept.
        nodes: the number of nodes, one of them the control plane; None for those of ``config``, else 1.
        ip_family: the families of pods and Services; None for those of ``config``, else ``ipv4``.
        cluster_name: an existing cluster, which is used and never deleted.
        keep: whether the created cluster is kept.
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
        """Check that kind and the container engine get names, and nothing that they could take for an option.

        Raises:
            UsageError: if a value is not a name; with the option.
        """
        if self.cluster_name and not _CLUSTER_NAME.fullmatch(self.cluster_name):
            raise UsageError(
                f"--cluster-name {quoted(self.cluster_name)} is not a name of a kind cluster: use lower-case letters, digits, "
                "'-' and '.', with a letter or digit first"
            )
        if self.image and (problem := image_problem(self.image)):
            raise UsageError(f"--kind-image {problem}")
        if self.binary.startswith("-"):
            raise UsageError(
                f"--kind-bin {quoted(self.binary)} begins with a dash; name the kind binary, if necessary by its path"
            )


def image_problem(image: str) -> str:
    """Return why a text is not an image's name, or empty."""
    if _IMAGE.fullmatch(image):
        return ""
    return f"{quoted(image)} is not an image: name one as [HOST[:PORT]/]NAME[:TAG][@DIGEST]"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds.

    Attributes:
        answer_seconds: for a short command of kind or of the container engine.
        pull_seconds: for the pull of a node image, which has half a gigabyte.
        create_seconds: for the whole creation of the cluster.
        ready_seconds: from the creation until nodes and DNS pods are ready.
        delete_seconds: for the deletion.
        again_seconds: before each further attempt to delete what is left: a busy container engine may fail to stop a
            container that it has just started.
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
