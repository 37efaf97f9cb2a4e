"""The ``svcdns`` command: one module per subcommand."""

from __future__ import annotations

import click

from svcdns.cli.clean import clean
from svcdns.cli.completion import completion
from svcdns.cli.coverage import coverage
from svcdns.cli.docs import docs
from svcdns.cli.faults import faults
from svcdns.cli.group import CommandGroup
from svcdns.cli.record import record
from svcdns.cli.replay import replay
from svcdns.cli.report import report
from svcdns.cli.run import run
from svcdns.cli.selftest import selftest


@click.group(
    cls=CommandGroup,
    context_settings={"max_content_width": 100},
    epilog="Start with `svcdns run`. `svcdns COMMAND --help` shows examples.",
)
@click.version_option(package_name="svcdns")
def main() -> None:
    """Test whether the DNS of a cluster conforms to the Kubernetes DNS specification."""


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
