"""Which settings hold where: the nearest configuration file upwards, then the command line."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from effilint.globs import Glob, Globs
from effilint.outcome import EMBEDDED, Selection
from effilint.settings import Settings, SettingsError, read_settings


class ConfigurationError(SettingsError):
    """A configuration file cannot be used; `filename` says which."""

    def __init__(self, filename: str, message: str) -> None:
        super().__init__(message)
        self.filename = filename


class Configuration:
    """The settings of every folder, each looked up once.

    `overrides` holds the fields of `Settings` given on the command line; `isolated` ignores
    configuration files.
    """

    def __init__(self, overrides: Mapping[str, Any], isolated: bool = False) -> None:
        self._overrides = overrides
        self._known: dict[str, Settings | ConfigurationError] = {}
        self._default = override(Settings(), overrides)
        self._isolated = isolated

    def settings(self, folder: str) -> Settings:
        """Return the settings in the absolute `folder`; `ConfigurationError` if they are wrong."""
        if self._isolated:
            return self._default
        unknown = []
        while (found := self._known.get(folder) or self._own(folder)) is None:
            unknown.append(folder)
            folder = os.path.dirname(folder)
        self._known |= dict.fromkeys((*unknown, folder), found)
        if isinstance(found, ConfigurationError):
            raise found
        return found

    def _own(self, folder: str) -> Settings | ConfigurationError | None:
        try:
            own = _settings_in(folder)
        except ConfigurationError as error:
            return error
        if own is not None:
            return override(own, self._overrides)
        return self._default if os.path.dirname(folder) == folder else None


def override(settings: Settings, given: Mapping[str, Any]) -> Settings:
    """Return `settings` with what was given on the command line in their place.

    A selection given there replaces the configured one with its exceptions and additions;
    `extend_select` and `extend_exclude` add to what is configured.
    """
    if not given:
        return settings
    if "select" in given:
        settings = replace(settings, ignore=(), extend_select=())
    added = {
        name: getattr(settings, name) + given[name]
        for name in ("extend_select", "extend_exclude")
        if name in given
    }
    return replace(settings, **{**given, **added})


def selection(settings: Settings, path: str) -> Selection:
    """Return which rules run on the file at the absolute `path`."""
    ignored: tuple[str, ...] = ()
    for glob, codes in settings.per_file_ignores:
        if _compiled(glob).match(path):
            ignored += codes
    return Selection(
        settings.select,
        settings.ignore,
        settings.extend_select,
        ignored,
        settings.min_gain,
        (os.environ.get("EFFILINT_MODEL") or EMBEDDED) if settings.learned else "",
    )


@cache
def _compiled(glob: Glob) -> Globs:
    return Globs([glob])


def _settings_in(folder: str) -> Settings | None:
    """Return the settings written in this very folder; effilint.toml goes before pyproject.toml."""
    path = os.path.join(folder, "effilint.toml")
    table = _read_toml(path)
    if table is None:
        path = os.path.join(folder, "pyproject.toml")
        project = _read_toml(path)
        tool = project.get("tool") if project else None
        table = tool.get("effilint") if isinstance(tool, dict) else None
    if table is None:
        return None
    try:
        if not isinstance(table, dict):
            raise SettingsError("`tool.effilint` must be a table")
        return read_settings(table, folder)
    except SettingsError as error:
        raise ConfigurationError(_shown(path), str(error)) from None


def _read_toml(path: str) -> dict[str, Any] | None:
    """Return the content of the file, or None where there is none or it is not about us."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if not os.access(os.path.dirname(path), os.X_OK):
            return None  # nothing in this folder can be read, which is reported where it matters
        raise ConfigurationError(_shown(path), f"cannot read: {error.strerror}") from None
    if os.path.basename(path) == "pyproject.toml" and b"effilint" not in data:
        return None
    import tomllib

    try:
        return tomllib.loads(data.decode())
    except ValueError as error:  # not text, not TOML, or a number of too many digits
        raise ConfigurationError(_shown(path), f"not valid TOML: {error}") from None
    except RecursionError:
        raise ConfigurationError(_shown(path), "nested too deep") from None


def _shown(path: str) -> str:
    """Return `path` as a user in the current folder would write it."""
    here = os.getcwd() + os.sep
    return path.removeprefix(here)
