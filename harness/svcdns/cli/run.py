"""The packaged features, run from wherever one is."""

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
    """Run the features that come with svcdns, all or some, on the reference or on a cluster.

    Every option of pytest is passed on, and pytest's exit code comes back; `svcdns run -h` lists them all. FEATURES are
    files and directories below the packaged features, or your own. Nothing is written but what lies in reports/.

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
        # What happens to lie in the working directory has no say in what the features promise.
        "--noconftest",
        *_cache(arguments),
    ]
    sys.exit(pytest.main([*own, *arguments]))


def _keeps_a_cache(arguments: tuple[str, ...]) -> bool:
    """Whether pytest has its cache, and knows the options of it."""
    given = (*shlex.split(os.environ.get("PYTEST_ADDOPTS", "")), *arguments)
    return not any(one.removeprefix("-p").strip() == "no:cacheprovider" for one in given)


def _cache(arguments: tuple[str, ...]) -> tuple[str, ...]:
    """Where pytest keeps its cache; it has none where somebody has put a link there, which pytest would follow."""
    if not _keeps_a_cache(arguments):
        return ()
    reports = Path.cwd() / "reports"
    cache = reports / ".pytest_cache"
    if any(path.is_symlink() for path in (reports, cache, *(cache.rglob("*") if cache.is_dir() else ()))):
        return ("-p", "no:cacheprovider")
    return ("-o", f"cache_dir={cache}")
