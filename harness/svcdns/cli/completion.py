"""``svcdns completion``: the completion script of a shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

_SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the completion script for a shell.

    Examples:
      svcdns completion bash >> ~/.bashrc
      svcdns completion zsh >> ~/.zshrc
      svcdns completion fish > ~/.config/fish/completions/svcdns.fish
    """
    complete = get_completion_class(shell)
    assert complete is not None, "click has a script for every shell in _SHELLS"
    click.echo(complete(context.find_root().command, {}, "svcdns", "_SVCDNS_COMPLETE").source())
