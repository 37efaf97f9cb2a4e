"""What a shell needs to complete the command."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

_SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print what completes svcdns in a shell.

    Examples:
      svcdns completion bash >> ~/.bashrc
      svcdns completion zsh >> ~/.zshrc
      svcdns completion fish > ~/.config/fish/completions/svcdns.fish
    """
    complete = get_completion_class(shell)
    assert complete is not None, "click completes every shell that is offered"
    click.echo(complete(context.find_root().command, {}, "svcdns", "_SVCDNS_COMPLETE").source())
