"""The options as pytest takes them, and where their values come from: flag, then ini file, then environment, then default."""

from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path

import pytest

from svcdns.errors import UsageError
from svcdns.report import writable
from svcdns.settings import OPTIONS, Option, Settings, check_together

#: Options of pytest and of pytest-html that name a file to be written.
_FILES_OF_OTHERS = ("log_file", "htmlpath")

#: Options that name a file of this host, relative to where the run was started.
_FILES = ("kubeconfig", "kind_config", "html_report", "conformance_report")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register every option, its ini key and its environment variable."""
    group = parser.getgroup("svcdns", "svcdns, conformance of Kubernetes Service DNS")
    for option in OPTIONS:
        choices = f"{'|'.join(option.choices)}; " if option.choices and not option.switch else ""
        default = f"default {option.default}; " if option.default and not option.switch else ""
        text = f"{option.help} ({choices}{default}also {option.environment})".replace("%", "%%")
        if option.switch:
            group.addoption(option.flag, dest=option.ini, action="store_const", const="yes", default=None, help=text)
        else:
            action = "append" if option.several else "store"
            group.addoption(
                option.flag, dest=option.ini, action=action, default=None, metavar=option.metavar, help=text
            )
        parser.addini(option.ini, option.help, type="string", default=None)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """See that files can be written which other plugins open at once, and where they cannot end in a traceback.

    Raises:
        pytest.UsageError: if not.
    """
    for option in _FILES_OF_OTHERS:
        if path := config.getoption(option, None):
            try:
                writable.check(config.invocation_params.dir / Path(os.path.expandvars(path)).expanduser())
            except UsageError as error:
                raise pytest.UsageError(str(error)) from error


def settings(config: pytest.Config) -> Settings:
    """The resolved options.

    Raises:
        pytest.UsageError: if a value is none of the choices, or options do not fit together.
    """
    values: dict[str, object] = {}
    flags = []
    for option in OPTIONS:
        value, origin = _value(config, option, str(values.get("target", "reference")))
        if option.choices and value and value not in option.choices:
            raise pytest.UsageError(f"{origin}: {value!r} is not one of {', '.join(option.choices)}")
        if option.metavar == "N" and value and (not value.isdecimal() or int(value) == 0):
            raise pytest.UsageError(f"{origin}: {value!r} is not a number above 0")
        if option.name in _FILES and value:
            value = str(config.invocation_params.dir / Path(value).expanduser())
        if option.name == "manifest_root" and (
            missing := next((one for one in _roots(config, value) if not one.is_dir()), None)
        ):
            raise pytest.UsageError(f"{origin}: {missing} is not a directory; name one that exists")
        values[option.name] = value == "yes" if option.switch else value
        flags += [option.name] if config.getoption(option.ini) else []
    resolved = Settings(**{field.name: values[field.name] for field in fields(Settings)})  # type: ignore[arg-type]  # checked above
    try:
        check_together(resolved, flags)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from error
    return resolved


def manifest_roots(config: pytest.Config) -> tuple[Path, ...]:
    """The directories in which manifests may lie beside those that a feature has anyhow."""
    option = next(one for one in OPTIONS if one.name == "manifest_root")
    return _roots(config, _value(config, option, option.targets[0])[0])


def _roots(config: pytest.Config, value: str) -> tuple[Path, ...]:
    return tuple(config.invocation_params.dir / Path(one).expanduser() for one in value.split(os.pathsep) if one)


def _value(config: pytest.Config, option: Option, target: str) -> tuple[str, str]:
    """An option's value, and where it comes from; what files and the environment say of other targets is not for this run."""
    if given := config.getoption(option.ini):
        return (option.separator.join(given) if option.several else given), option.flag
    if target in option.targets:
        if given := config.getini(option.ini):
            return str(given), option.ini
        if given := os.environ.get(option.environment):
            return given, option.environment
    return option.default, option.flag
