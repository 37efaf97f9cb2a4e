"""``svcdns run``: the packaged features, run from any directory."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import click

from svcdns import resources


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[PYTEST OPTION]... [FEATURES]...")
def run(arguments: tuple[str, ...]) -> None:
    """Run the features that come with svcdns, all or some of them, on the reference or on a cluster.

    All options of pytest work (`svcdns run -h` lists them), and the exit code is pytest's. FEATURES are files and directories
    below the packaged features, or your own. The run writes to reports/ only.

    Examples:
      svcdns run
      svcdns run combinations/statefulset_headless.feature -k pod_name
      svcdns run -m core --target cluster --context kind-dev
      svcdns run -n 2 --junitxml reports/junit.xml
    """
    import pytest  # noqa: PLC0415 - `--help` needs no pytest

    own = [
        *("-c", str(resources.features() / "pytest.toml")),
        *("-p", "svcdns.plugin.packaged"),
        # A conftest.py in the working directory must not change the packaged features.
        "--noconftest",
        *_cache(arguments),
    ]
    sys.exit(pytest.main([*own, *arguments]))


def _keeps_a_cache(arguments: tuple[str, ...]) -> bool:
    """Whether pytest uses its cache, and so accepts the options of the cache."""
    given = (*shlex.split(os.environ.get("PYTEST_ADDOPTS", "")), *arguments)
    return not any(argument.removeprefix("-p").strip() == "no:cacheprovider" for argument in given)


def _cache(arguments: tuple[str, ...]) -> tuple[str, ...]:
    """Put pytest's cache below reports/; use none if a link is there, which pytest would follow."""
    if not _keeps_a_cache(arguments):
        return ()
    reports = Path.cwd() / "reports"
    cache = reports / ".pytest_cache"
    if any(path.is_symlink() for path in (reports, cache, *(cache.rglob("*") if cache.is_dir() else ()))):
        return ("-p", "no:cacheprovider")
    return ("-o", f"cache_dir={cache}")
