"""What stands behind an answer: the state as lines of text, and files beside the transcript."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping

import pytest

from svcdns.errors import UsageError
from svcdns.plugin.session import Run
from svcdns.results import Finding
from svcdns.safety import printable
from svcdns.safety.redaction import redact
from svcdns.system import filing
from svcdns.system.filing import Directory

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
        yield from (f"  {line}" for line in finding.answer)
        yield f"  {finding.problem or 'as promised'}: {finding.promise}"
        yield ""
