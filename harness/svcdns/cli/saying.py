"""What commands say: the only place from which they write to a terminal."""

from __future__ import annotations

import click

from svcdns.safety import printable
from svcdns.safety.redaction import redact


def say(text: str = "", *, err: bool = False) -> None:
    """Say some lines, whatever foreign text they hold.

    Args:
        text: the lines; a line of somebody else's words has been made one before (`printable.line`).
        err: whether it goes to the standard error.
    """
    click.echo(printable.block(redact(text)), err=err)
