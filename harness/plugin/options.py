"""The options, and where their values come from: flag, then ini file, then environment, then default."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from typing import Any

import pytest

TARGETS = ("reference",)
PROFILES = ("coredns", "spec")


@dataclass(frozen=True, slots=True)
class Settings:
    """The resolved options of a run."""

    target: str
    dns_profile: str
    allow_undetermined: bool

    def lines(self) -> list[str]:
        """The settings as a person reads them."""
        return [f"svcdns: target {self.target}, DNS profile {self.dns_profile}"]


@dataclass(frozen=True, slots=True)
class _Option:
    name: str
    default: str
    help: str
    choices: tuple[str, ...] = ()

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")

    @property
    def ini(self) -> str:
        return f"svcdns_{self.name}"

    @property
    def environment(self) -> str:
        return f"SVCDNS_{self.name.upper()}"


OPTIONS = (
    _Option("target", "reference", "where the manifests are applied: reference is embedded and needs nothing", TARGETS),
    _Option(
        "dns_profile", "coredns", "the family of DNS servers that is expected; the reference also answers so", PROFILES
    ),
    _Option("allow_undetermined", "no", "let a run pass in which core scenarios were not determined", ("no", "yes")),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register every option, its ini key and its environment variable."""
    group = parser.getgroup("svcdns", "svcdns, conformance of Kubernetes Service DNS")
    for option in OPTIONS:
        text = f"{option.help} ({'|'.join(option.choices)}; default {option.default}; also {option.environment})"
        if option.choices == ("no", "yes"):
            group.addoption(option.flag, dest=option.ini, action="store_const", const="yes", default=None, help=text)
        else:
            group.addoption(option.flag, dest=option.ini, default=None, metavar="NAME", help=text)
        parser.addini(option.ini, option.help, type="string", default=None)


def settings(config: pytest.Config) -> Settings:
    """The resolved options.

    Raises:
        pytest.UsageError: if a value is none of the choices.
    """
    values: dict[str, Any] = {}
    for option in OPTIONS:
        value, origin = _value(config, option)
        if option.choices and value not in option.choices:
            raise pytest.UsageError(f"{origin}: {value!r} is not one of {', '.join(option.choices)}")
        values[option.name] = value == "yes" if option.choices == ("no", "yes") else value
    return Settings(**{field.name: values[field.name] for field in fields(Settings)})


def _value(config: pytest.Config, option: _Option) -> tuple[str, str]:
    if given := config.getoption(option.ini):
        return given, option.flag
    if given := config.getini(option.ini):
        return str(given), option.ini
    if given := os.environ.get(option.environment):
        return given, option.environment
    return option.default, option.flag
