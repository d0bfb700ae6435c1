"""What .gitignore files leave out, nested ones included."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from effilint.globs import relative, spec

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

Rules = tuple[tuple[str, "GitIgnoreSpec"], ...]


def rules_above(folder: str) -> Rules:
    """Return the rules that hold in the absolute `folder` from the folders above it.

    Only folders up to the root of the git repository count. A folder that was named although
    it is ignored itself is read as if nothing above said so.
    """
    if os.path.exists(os.path.join(folder, ".git")):
        return ()
    above = []
    current = folder
    while (parent := os.path.dirname(current)) != current:
        above.append(parent)
        if os.path.exists(os.path.join(parent, ".git")):
            break
        current = parent
    else:
        return ()
    rules: Rules = ()
    for parent in reversed(above):
        rules = rules_in(parent, rules)
    return () if is_ignored(folder, True, rules) else rules


def rules_in(folder: str, inherited: Rules) -> Rules:
    """Return `inherited` and what the .gitignore of the absolute `folder` adds, if it has one."""
    try:
        with open(os.path.join(folder, ".gitignore"), encoding="utf-8", errors="replace") as file:
            lines = file.readlines()
    except OSError:  # none, or unreadable
        return inherited
    try:
        return (*inherited, (folder, spec(lines)))
    except ValueError:  # the lines that git does not understand either
        return (*inherited, (folder, spec(filter(_is_valid, lines))))


def _is_valid(line: str) -> bool:
    try:
        spec([line])
    except ValueError:
        return False
    return True


def is_ignored(path: str, is_folder: bool, rules: Rules) -> bool:
    """Whether the absolute `path` is ignored: the nearest .gitignore that speaks of it decides."""
    for root, patterns in reversed(rules):
        inside = relative(path, root)
        if inside is None:
            continue
        verdict = patterns.check_file(inside + "/" if is_folder else inside).include
        if verdict is not None:
            return bool(verdict)
    return False
