"""Path patterns as in .gitignore, each relative to the folder it was written in."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_SPECIAL = frozenset("*?[!\\/#")


class Glob(NamedTuple):
    """A pattern and the absolute folder it is relative to."""

    root: str
    pattern: str


class Globs:
    """A set of patterns; plain names, the usual case, are matched without pathspec."""

    def __init__(self, globs: Iterable[Glob]) -> None:
        globs = tuple(globs)
        self._names = {glob.pattern for glob in globs if not _SPECIAL.intersection(glob.pattern)}
        by_root: dict[str, list[str]] = {}
        for glob in globs:
            if glob.pattern not in self._names:
                by_root.setdefault(glob.root, []).append(glob.pattern)
        self._specs = [(root, spec(patterns)) for root, patterns in by_root.items()]

    def match(self, path: str, is_folder: bool = False) -> bool:
        """Whether a pattern matches the absolute `path` itself or a folder it lies in."""
        if os.path.basename(path) in self._names:
            return True
        return any(
            (inside := relative(path, root)) is not None
            and patterns.match_file(inside + "/" if is_folder else inside)
            for root, patterns in self._specs
        )


def spec(patterns: Iterable[str]) -> GitIgnoreSpec:
    """Return compiled patterns; `ValueError` for one that cannot be read."""
    # pathspec costs as much to import as a small file costs to lint.
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(patterns)
    except re.error as error:  # as for the range in `[z-a]`
        raise ValueError(f"invalid pattern: {error.msg}") from None


def relative(path: str, root: str) -> str | None:
    """Return `path` relative to `root` with slashes, or None where it lies elsewhere."""
    prefix = root if root.endswith(os.sep) else root + os.sep
    if not path.startswith(prefix):
        return None
    inside = path[len(prefix) :]
    return inside if os.sep == "/" else inside.replace(os.sep, "/")
