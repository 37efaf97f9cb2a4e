"""The options of a run, and the settings made from them."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from svcdns.errors import UsageError
from svcdns.safety.redaction import redact


@dataclass(frozen=True, slots=True)
class Settings:
    """The resolved options of a run; an empty text leaves the choice to the target."""

    target: Literal["reference", "kind", "cluster"]
    dns_profile: Literal["", "coredns", "spec"]
    allow_undetermined: bool
    allow_known_deviations: bool
    expect_failures: str
    context: str
    kubeconfig: str
    vantage: Literal["auto", "direct", "probe", "tunnel"]
    nameserver: str
    cluster_domain: str
    disruptive: bool
    create_namespaces: bool
    load_balancer_class: str
    probe_image: str
    pause_image: str
    max_pods: str
    keep_namespaces: bool
    kind_image: str
    kind_bin: str
    kind_config: str
    nodes: str
    ip_family: Literal["", "ipv4", "ipv6", "dual"]
    cluster_name: str
    keep_cluster: bool
    fault: str
    manifest_root: str
    reports: bool
    html_report: str
    conformance_report: str
    deadline: str
    organization: str
    project: str
    url: str
    implementation_version: str
    contact: str

    @property
    def live(self) -> bool:
        """Whether the target is a real cluster."""
        return self.target != "reference"

    @property
    def spares_dns(self) -> bool:
        """Whether scenarios that disturb the cluster's DNS for everybody are skipped, as on a cluster of the user's."""
        return self.target == "cluster" and not self.disruptive

    @property
    def nameservers(self) -> tuple[str, ...]:
        """The DNS servers to judge, each as HOST or HOST:PORT."""
        return tuple(self.nameserver.replace(",", " ").split())

    @property
    def faults(self) -> tuple[str, ...]:
        """The names of the faults in front of the DNS servers."""
        return tuple(self.fault.replace(",", " ").split())

    @property
    def transcripts(self) -> bool:
        """Whether every answer is kept, for a report that shows them."""
        return self.reports or bool(self.html_report)

    @property
    def deadline_seconds(self) -> float | None:
        """How long the run may take, in seconds; None for as long as it needs.

        Raises:
            UsageError: if the value is not a duration above 0.
        """
        if not self.deadline:
            return None
        match = _DURATION.fullmatch(self.deadline)
        seconds = sum(int(match[unit] or 0) * worth for unit, worth in _UNITS.items()) if match else 0
        if not seconds:
            raise UsageError(f"--deadline {self.deadline!r} is not a duration; write it as 90s, 10m or 1h30m")
        return seconds

    def given(self) -> dict[str, str]:
        """Return the settings that differ from the defaults, by their flags; a switch has no value."""
        own = {option: getattr(self, option.name) for option in OPTIONS[1:]}
        return {
            option.flag: "" if value is True else redact(str(value))
            for option, value in own.items()
            if value not in ("", False) and str(value) != option.default
        }

    def lines(self) -> list[str]:
        """Return the settings that differ from the defaults, as lines for people."""
        given = [f"{flag} {value}".rstrip() for flag, value in self.given().items()]
        spared = "svcdns: @disruptive scenarios are skipped; add --disruptive to run them"
        return [", ".join([f"svcdns: target {self.target}", *given]), *([spared] if self.spares_dns else [])]


#: A duration: hours, minutes and seconds, of which some may be missing. Five digits are more than a week.
_DURATION = re.compile(r"(?:(?P<h>\d{1,5})h)?(?:(?P<m>\d{1,5})m)?(?:(?P<s>\d{1,5})s)?", re.ASCII)
_UNITS = {"h": 3600, "m": 60, "s": 1}

_TARGETS = ("reference", "kind", "cluster")
_LIVE = ("kind", "cluster")


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a run.

    Attributes:
        default: its default, as a text; "no" for a switch.
        choices: its values, where not every text is allowed.
        metavar: the placeholder of its value in the help.
        several: whether it may be given more than once.
        separator: the separator of several values in one text.
        targets: the targets that it applies to.
    """

    name: str
    default: str
    help: str
    choices: tuple[str, ...] = ()
    metavar: str = "NAME"
    several: bool = False
    separator: str = ","
    targets: tuple[str, ...] = _TARGETS

    @property
    def flag(self) -> str:
        """The option on the command line."""
        return "--" + self.name.replace("_", "-")

    @property
    def ini(self) -> str:
        """Its key in pytest's ini files."""
        return f"svcdns_{self.name}"

    @property
    def environment(self) -> str:
        """Its environment variable."""
        return f"SVCDNS_{self.name.upper()}"

    @property
    def switch(self) -> bool:
        """Whether it is only on or off."""
        return self.choices == ("no", "yes")


OPTIONS = (
    Option(
        "target",
        "reference",
        "where manifests are applied: the embedded reference, a kind cluster created for the run, or an existing cluster",
        _TARGETS,
    ),
    Option(
        "dns_profile",
        "",
        "the expected family of DNS servers, which the reference implements too; without it, coredns on the reference, and"
        " the family of the DNS pods on a cluster",
        ("coredns", "spec"),
    ),
    Option("allow_undetermined", "no", "let a run pass if core scenarios are not determined", ("no", "yes")),
    Option(
        "allow_known_deviations",
        "no",
        "expect the failures of fixtures/deviations.yaml, the known deviations of the DNS server's version",
        ("no", "yes"),
    ),
    Option(
        "expect_failures",
        "",
        "a file of failures that are expected, in the format of fixtures/deviations.yaml: they stay not conformant and do not"
        " fail the run; one that passes does",
        metavar="FILE",
    ),
    Option("context", "", "the kubeconfig context of --target cluster, which needs it", targets=("cluster",)),
    Option(
        "kubeconfig",
        "",
        "the kubeconfig file; without it, KUBECONFIG or else ~/.kube/config",
        metavar="FILE",
        targets=("cluster",),
    ),
    Option("vantage", "auto", "where queries are sent from", ("auto", "direct", "probe", "tunnel"), targets=_LIVE),
    Option(
        "nameserver",
        "",
        "the DNS servers to test instead of the cluster's own",
        metavar="HOST[:PORT],...",
        targets=_LIVE,
    ),
    Option(
        "cluster_domain",
        "",
        "the cluster domain; without it, the domain read from the cluster, or else cluster.local",
        targets=_LIVE,
    ),
    Option(
        "disruptive",
        "no",
        "also run @disruptive scenarios, which disturb DNS for the whole cluster; on a kind cluster they always run",
        ("no", "yes"),
        targets=("cluster",),
    ),
    Option(
        "create_namespaces",
        "no",
        "create the Namespaces that manifests name if they do not exist, and delete them afterwards",
        ("no", "yes"),
        targets=_LIVE,
    ),
    Option(
        "load_balancer_class",
        "svcdns.dev/none",
        "the loadBalancerClass of LoadBalancer Services; no controller has the default, so no load balancer is created;"
        " 'cluster' leaves these Services unchanged",
        metavar="CLASS",
        targets=_LIVE,
    ),
    Option(
        "probe_image",
        "",
        "a plain Python image for the probe; without it, one that the nodes have",
        metavar="IMAGE",
        targets=_LIVE,
    ),
    Option(
        "pause_image", "", "the image of the pods; without it, one that the nodes have", metavar="IMAGE", targets=_LIVE
    ),
    Option(
        "max_pods",
        "",
        "run at most this many pods at a time; without it, 60 % of the nodes' free pod slots",
        metavar="N",
        targets=_LIVE,
    ),
    Option("keep_namespaces", "no", "keep the namespaces, and list them", ("no", "yes"), targets=_LIVE),
    Option("kind_image", "", "the node image of --target kind", metavar="IMAGE", targets=("kind",)),
    Option("kind_bin", "kind", "the kind binary", metavar="FILE", targets=("kind",)),
    Option("kind_config", "", "a kind configuration to merge with ours", metavar="FILE", targets=("kind",)),
    Option(
        "nodes",
        "",
        "the number of nodes of the kind cluster; without it, that of --kind-config, or else 1",
        metavar="N",
        targets=("kind",),
    ),
    Option(
        "ip_family",
        "",
        "the IP family of the kind cluster; without it, that of --kind-config, or else ipv4",
        ("ipv4", "ipv6", "dual"),
        targets=("kind",),
    ),
    Option("cluster_name", "", "an existing kind cluster to use; it is never deleted", targets=("kind",)),
    Option(
        "keep_cluster",
        "no",
        "keep the kind cluster, and say how to use and delete it",
        ("no", "yes"),
        targets=("kind",),
    ),
    Option("fault", "", "put a fault of `svcdns faults` in front of the DNS servers; may be repeated", several=True),
    Option(
        "manifest_root",
        "",
        "another directory for the manifests of your features, besides the feature's own and the working directory; may be"
        " repeated",
        metavar="DIR",
        several=True,
        separator=os.pathsep,
    ),
    Option("reports", "no", "write the run report and the conformance report to reports/<run>/", ("no", "yes")),
    Option(
        "html_report", "", "write the run report to FILE: one HTML page with every query and answer", metavar="FILE"
    ),
    Option(
        "conformance_report",
        "",
        "write the conformance report to FILE, in the format of its suffix",
        metavar="FILE.yaml|.json",
    ),
    Option(
        "deadline",
        "",
        "end the run after this time, such as 90s, 10m or 1h30m: scenarios that are left are not determined, and everything"
        " is removed",
        metavar="DURATION",
    ),
    Option("organization", "", "who makes the DNS server, for the conformance report"),
    Option(
        "project", "", "the DNS server's name, for the conformance report; without it, the name read from the target"
    ),
    Option("url", "", "the DNS server's home page, for the conformance report", metavar="URL"),
    Option(
        "implementation_version",
        "",
        "the DNS server's version, for the conformance report; without it, the version read from the target",
    ),
    Option(
        "contact",
        "",
        "whom to contact about the DNS server, for the conformance report; may be repeated",
        metavar="WHO",
        several=True,
    ),
)

#: Options about a kind cluster that is made.
_OF_CREATION = frozenset({"kind_image", "kind_config", "nodes", "ip_family", "keep_cluster"})


def check_together(settings: Settings, flags: Collection[str]) -> None:
    """Check that the options fit together.

    Args:
        settings: all settings.
        flags: the names of the options on the command line; files and variables may set options of other targets.

    Raises:
        UsageError: if they do not fit together.
    """
    for option in OPTIONS:
        if option.name in flags and settings.target not in option.targets:
            raise UsageError(
                f"{option.flag} is for --target {' or '.join(option.targets)}, not {settings.target}; remove it"
            )
        if option.name in flags and settings.cluster_name and option.name in _OF_CREATION:
            raise UsageError(
                f"{option.flag} is for a new kind cluster, and --cluster-name names an existing one; remove one"
            )
    if settings.conformance_report and Path(settings.conformance_report).suffix not in (".yaml", ".yml", ".json"):
        raise UsageError(f"--conformance-report {settings.conformance_report}: name a .yaml or .json file")
    _ = settings.deadline_seconds
    if settings.target == "cluster" and not settings.context:
        raise UsageError("--target cluster needs --context NAME; `kubectl config get-contexts` lists the names")
    if settings.nameserver and settings.vantage == "tunnel":
        raise UsageError("--nameserver does not work with --vantage tunnel; use direct or probe")
