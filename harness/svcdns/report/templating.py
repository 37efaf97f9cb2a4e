"""HTML pages, made of the Jinja templates of a package: each is one file that loads nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import resources
from typing import Any


def render(package: str, template: str, filters: Mapping[str, Callable[..., Any]], **values: Any) -> str:
    """Render a template of a package; every value is escaped unless the template marks it as safe."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - only pages need it

    environment = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= filters
    return environment.get_template(template).render(**values)


def asset(package: str, name: str) -> str:
    """Return the text of a style or script beside the templates of a package."""
    return resources.files(package).joinpath("templates", name).read_text(encoding="utf-8")
