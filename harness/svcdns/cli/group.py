"""How every command ends: 0; 1 if it found a difference; 2 on wrong usage or unusable input, or when it is interrupted."""

from __future__ import annotations

import inspect
import sys

import click

from svcdns.cli.saying import say
from svcdns.errors import HarnessError


class CommandGroup(click.Group):
    """A command group that reports an error in one line, never as a traceback."""

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Add a command, and keep the line breaks of the examples in its help."""
        # click fills every paragraph, except those that begin with a backspace.
        cmd.help = inspect.cleandoc(cmd.help or "").replace("\n\nExamples:\n", "\n\n\b\nExamples:\n")
        super().add_command(cmd, name)

    def invoke(self, context: click.Context) -> object:
        """Run the command, and turn an error of ours or an interruption into a message."""
        try:
            return super().invoke(context)
        except HarnessError as error:
            say(f"svcdns: {error}", err=True)
            sys.exit(2)
        except (KeyboardInterrupt, click.Abort):
            say("svcdns: interrupted", err=True)
            sys.exit(2)
