"""The ``svcdns`` command, a module a subcommand."""

from __future__ import annotations

import click

from harness.cli.clean import clean
from harness.cli.completion import completion
from harness.cli.coverage import coverage
from harness.cli.docs import docs
from harness.cli.faults import faults
from harness.cli.group import Group
from harness.cli.record import record
from harness.cli.replay import replay
from harness.cli.report import report
from harness.cli.run import run
from harness.cli.selftest import selftest


@click.group(
    cls=Group,
    context_settings={"max_content_width": 100},
    epilog="Begin with `svcdns run`; `svcdns COMMAND --help` has examples.",
)
@click.version_option(package_name="svcdns")
def main() -> None:
    """Does this cluster's DNS do what Kubernetes promises?"""


main.add_command(clean)
main.add_command(completion)
main.add_command(coverage)
main.add_command(docs)
main.add_command(faults)
main.add_command(record)
main.add_command(replay)
main.add_command(report)
main.add_command(run)
main.add_command(selftest)
