"""What stands behind an answer: the state as lines of text, and files beside the transcript."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping

import pytest

from harness import filing, printable
from harness.errors import UsageError
from harness.filing import Directory
from harness.plugin.session import Run
from harness.redaction import redact
from harness.results import Finding
from harness.state import ClusterState, Endpoint, EndpointSlice, Pod, Service

#: The name of the directory of a scenario's evidence.
OWN = pytest.StashKey[str]()


def keep(run: Run, item: pytest.Item, findings: Iterable[Finding], files: Mapping[str, str]) -> str:
    """Keep the evidence of a scenario in its own directory; where that is, or why there is none."""
    try:
        with run.made_directory() as reports:
            # Scenarios of several features have the same name, and features of several directories.
            named = filing.safe_name(f"{item.path.stem}.{item.name}")
            with reports.below(item.stash[OWN]) if OWN in item.stash else reports.fresh(named) as own:
                item.stash[OWN] = own.path.name
                write(own, findings, files)
    except UsageError as error:
        return f"nowhere: {error}"
    return os.path.relpath(run.directory / item.stash[OWN], item.config.invocation_params.dir)


def write(directory: Directory, findings: Iterable[Finding], files: Mapping[str, str]) -> None:
    """Write the transcript of a scenario, and what there is to show beside it, to a directory.

    Names and texts may be anybody's: they come with a cluster's objects.

    Raises:
        UsageError: if a file cannot be written.
    """
    for name, text in ({**files, "transcript.txt": "\n".join([*_transcript(findings), ""])}).items():
        directory.write(filing.safe_name(name), printable.block(redact(text)))


def _transcript(findings: Iterable[Finding]) -> Iterator[str]:
    for finding in findings:
        yield finding.command
        yield from (f"  {line}" for line in finding.said)
        yield f"  {finding.problem or 'as promised'}: {finding.promise}"
        yield ""


def state_lines(state: ClusterState, namespace: str) -> Iterator[str]:
    """Services, EndpointSlices and pods of a Namespace: the fields that answers are made of, one object a line."""
    own = state.only(namespace)
    yield from (_service(service) for _, service in sorted(own.services.items()))
    for _, endpoint_slice in sorted(own.slices.items()):
        yield _slice(endpoint_slice)
        yield from (f"  {_endpoint(endpoint)}" for endpoint in endpoint_slice.endpoints)
    yield from (_pod(pod) for _, pod in sorted(own.pods.items()))


def _service(service: Service) -> str:
    address = service.external_name or ", ".join(service.cluster_ips) or "headless"
    ports = ", ".join(f"{port.name or 'unnamed'} {port.port}/{port.protocol}" for port in service.ports)
    return f"Service {service.key.name}: {address}; ports {ports or 'none'}"


def _slice(endpoint_slice: EndpointSlice) -> str:
    ports = ", ".join(f"{port.name or 'unnamed'} {port.port}/{port.protocol}" for port in endpoint_slice.ports)
    return f"EndpointSlice {endpoint_slice.key.name} of {endpoint_slice.service}: ports {ports or 'none'}"


def _endpoint(endpoint: Endpoint) -> str:
    conditions = {"ready": endpoint.ready, "serving": endpoint.serving, "terminating": endpoint.terminating}
    held = [name for name, value in conditions.items() if value]
    named = f", hostname {endpoint.hostname}" if endpoint.hostname else ""
    return f"{', '.join(endpoint.addresses)}: {', '.join(held) or 'not ready'}{named}{_of(endpoint.pod)}"


def _of(pod: str) -> str:
    return f", pod {pod}" if pod else ""


def _pod(pod: Pod) -> str:
    conditions = "terminating" if pod.terminating else "ready" if pod.ready else "not ready"
    named = f", hostname {pod.hostname}, subdomain {pod.subdomain}" if pod.hostname or pod.subdomain else ""
    return f"Pod {pod.key.name}: {', '.join(pod.addresses) or 'no address'}; {pod.phase}, {conditions}{named}"
