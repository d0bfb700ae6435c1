"""What a user can set, and how `[tool.effilint]` or effilint.toml says it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from effilint.globs import Glob, Globs

DEFAULT_EXCLUDE = (
    ".bzr", ".direnv", ".eggs", ".git", ".hg", ".ipynb_checkpoints", ".mypy_cache", ".nox",
    ".pants.d", ".pytest_cache", ".ruff_cache", ".effilint_cache", ".svn", ".tox", ".venv",
    "__pycache__", "__pypackages__", "_build", "buck-out", "build", "dist", "node_modules",
    "site-packages", "venv",
)  # fmt: skip


class SettingsError(Exception):
    """A configuration cannot be used; `str` is one line that names the key."""


@dataclass(frozen=True)
class Settings:
    """The settings that hold for a file; `README.md` explains each under its key.

    The keys are the names of the fields with dashes. `min_gain` is a ratio of times.
    """

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    min_gain: float = 0.0
    exclude: tuple[Glob, ...] = tuple(Glob("", name) for name in DEFAULT_EXCLUDE)
    extend_exclude: tuple[Glob, ...] = ()
    per_file_ignores: tuple[tuple[Glob, tuple[str, ...]], ...] = ()
    unsafe_fixes: bool = False
    learned: bool = False
    respect_gitignore: bool = True
    force_exclude: bool = False


def read_settings(table: Mapping[str, Any], root: str) -> Settings:
    """Return the settings of a configuration table; patterns are relative to `root`.

    Raises `SettingsError` for a key that is unknown or a value of the wrong type.
    """
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in _READERS:
            raise SettingsError(f"unknown key `{key}`{closest(key, _READERS)}")
        expected, read = _READERS[key]
        try:
            values[key.replace("-", "_")] = read(value, root)
        except TypeError:
            raise SettingsError(f"`{key}` must be {expected}, not {_kind(value)}") from None
        except (ValueError, OverflowError) as error:
            raise SettingsError(f"`{key}`: {error}") from None
    return Settings(**values)


def closest(name: str, valid: Iterable[str]) -> str:
    """Return ", did you mean `x`?" for the valid name nearest to `name`, or nothing."""
    import difflib

    found = difflib.get_close_matches(name.replace("_", "-"), valid, n=1, cutoff=0.5)
    return f", did you mean `{found[0]}`?" if found else ""


def _codes(value: object, root: str = "") -> tuple[str, ...]:  # noqa: ARG001
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TypeError
    return tuple(value)


def _globs(value: object, root: str) -> tuple[Glob, ...]:
    return tuple(_glob(pattern, root) for pattern in _codes(value))


def _glob(pattern: str, root: str) -> Glob:
    glob = Glob(root, pattern)
    Globs([glob])  # a pattern that cannot be read is reported here, with its key
    return glob


def _codes_by_glob(value: object, root: str) -> tuple[tuple[Glob, tuple[str, ...]], ...]:
    if not isinstance(value, dict):
        raise TypeError
    return tuple((_glob(pattern, root), _codes(codes)) for pattern, codes in value.items())


def _number(value: object, root: str) -> float:  # noqa: ARG001
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    if not math.isfinite(number := float(value)):
        raise ValueError("must be finite")
    return number


def _boolean(value: object, root: str) -> bool:  # noqa: ARG001
    if not isinstance(value, bool):
        raise TypeError
    return value


_LIST = "a list of strings"
_READERS: dict[str, tuple[str, Callable[[object, str], object]]] = {
    "select": (_LIST, _codes),
    "ignore": (_LIST, _codes),
    "extend-select": (_LIST, _codes),
    "min-gain": ("a number", _number),
    "exclude": (_LIST, _globs),
    "extend-exclude": (_LIST, _globs),
    "per-file-ignores": ("a table of lists of strings", _codes_by_glob),
    "unsafe-fixes": ("true or false", _boolean),
    "learned": ("true or false", _boolean),
    "force-exclude": ("true or false", _boolean),
    "respect-gitignore": ("true or false", _boolean),
}


def _kind(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return "a string"
        case list():
            return "this list"
        case dict():
            return "a table"
        case _:
            return str(value)
