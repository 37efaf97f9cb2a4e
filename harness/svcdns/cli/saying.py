"""The output of commands: the only module that writes to a terminal."""

from __future__ import annotations

import click

from svcdns.safety import printable
from svcdns.safety.redaction import redact


def say(text: str = "", *, err: bool = False) -> None:
    """Print lines, with foreign text made printable and credentials removed.

    Args:
        text: the lines; foreign text in them must be one line already (`printable.line`).
        err: whether to print to standard error.
    """
    click.echo(printable.block(redact(text)), err=err)
