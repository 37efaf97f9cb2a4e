"""Commands that open a target, with the same options and environment variables as a run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from functools import partial
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from svcdns.cli.saying import say
from svcdns.errors import UsageError
from svcdns.settings import OPTIONS, Settings, check_together

if TYPE_CHECKING:
    from svcdns.targets.target import Target

#: The options that say which target it is and how it is reached.
_NAMES = frozenset(
    {"target", "dns_profile", "context", "kubeconfig", "vantage", "nameserver", "cluster_domain"}
    | {"probe_image", "pause_image", "create_namespaces", "load_balancer_class"}
    | {"kind_image", "kind_bin", "kind_config", "nodes", "ip_family", "cluster_name", "keep_cluster"}
)


class TargetCommand(click.Command):
    """A command whose function gets the `Settings` of a target as ``settings``."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """The command's own options, then the target's."""
        own = super().get_params(ctx)
        target = [
            click.Option(
                [option.flag],
                is_flag=option.switch,
                default=False if option.switch else option.default or None,
                type=click.Choice(option.choices) if option.choices and not option.switch else None,
                metavar=None if option.choices else option.metavar,
                envvar=option.environment,
                show_default=bool(option.default) and not option.switch,
                help=option.help,
            )
            for option in OPTIONS
            if option.name in _NAMES
        ]
        return [*own[:-1], *target, *own[-1:]]

    def invoke(self, ctx: click.Context) -> Any:
        """Collect the options of the target into ``settings``."""
        ctx.params["settings"] = _settings({name: ctx.params.pop(name) for name in _NAMES}, ctx)
        return super().invoke(ctx)


def _settings(given: dict[str, Any], ctx: click.Context) -> Settings:
    defaults = {option.name: False if option.switch else option.default for option in OPTIONS}
    # Environment variables for other targets do not count.
    elsewhere = {option.name for option in OPTIONS if given["target"] not in option.targets}
    chosen = {
        name: value
        for name, value in given.items()
        if value is not None and (name not in elsewhere or not _is_from(ctx, name, ParameterSource.ENVIRONMENT))
    }
    values = defaults | chosen
    settings = Settings(**{field.name: values[field.name] for field in fields(Settings)})
    try:
        check_together(settings, [name for name in _NAMES if _is_from(ctx, name, ParameterSource.COMMANDLINE)])
    except UsageError as error:
        raise click.UsageError(str(error)) from error
    return settings


def _is_from(ctx: click.Context, name: str, source: ParameterSource) -> bool:
    return ctx.get_parameter_source(name) is source


@contextmanager
def opened(settings: Settings, run: str) -> Iterator[Target]:
    """Open a target for as long as the context lasts; SIGTERM removes everything and ends it, as Ctrl-C does."""
    from svcdns.faults import opening  # noqa: PLC0415 - `--help` needs none of it
    from svcdns.targets import signals  # noqa: PLC0415 - as above

    signals.end_orderly()
    tell = partial(say, err=True)
    with opening.opened(settings, run, tell, None, tries=False) as found:
        for note in found.target.notes:
            tell(note)
        yield found.target
