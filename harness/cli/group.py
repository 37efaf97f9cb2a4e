"""How every command ends: 0, 1 where it found differences, and 2 on wrong usage or unusable input."""

from __future__ import annotations

import sys

import click

from harness.errors import HarnessError


class Group(click.Group):
    """A command that says what is wrong in one line, and never with a traceback."""

    def invoke(self, context: click.Context) -> object:
        """Run, and turn an error of ours into a message."""
        try:
            return super().invoke(context)
        except HarnessError as error:
            click.echo(f"svcdns: {error}", err=True)
            sys.exit(2)
