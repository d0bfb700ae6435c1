"""What a run found, for the output formats to show."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from effilint.outcome import Problem

if TYPE_CHECKING:
    from effilint.analyzer.model import Diagnostic
    from effilint.analyzer.source import Source

RULE_DOCS = "https://effilint.readthedocs.io/rules/"


class Report(NamedTuple):
    """The findings and problems of a run, in the order to show them.

    `unsafe_files` are those whose unsafe fixes `--fix` applies too; `source` reads a file, or
    gives None if it is gone by now; the fixes of `applied` are made.
    """

    diagnostics: tuple[Diagnostic, ...]
    problems: tuple[Problem, ...]
    source: Callable[[str], Source | None]
    unsafe_files: frozenset[str] = frozenset()
    applied: tuple[Diagnostic, ...] = ()
    coloured: bool = False

    def is_fixable(self, diagnostic: Diagnostic) -> bool:
        """Whether `--fix`, with the settings of this run, would fix it."""
        return diagnostic.is_fixable(diagnostic.filename in self.unsafe_files)

    def mark(self, diagnostic: Diagnostic) -> str:
        """Return what a listing shows after the code of a fixable finding."""
        return " [*]" if self.is_fixable(diagnostic) else ""


def url(diagnostic: Diagnostic) -> str:
    """Return where the rule is documented."""
    return RULE_DOCS + diagnostic.code


def gain(diagnostic: Diagnostic) -> str:
    """Return in a few words what following the rule brings."""
    measured = diagnostic.gain
    size = list(measured.measured)[len(measured.measured) // 2]
    before, after = measured.before, measured.after
    change = before if before == after else f"{before} -> {after}"
    return f"{change}, about {measured.ratio:.3g}x at n={size}"


def proof(diagnostic: Diagnostic) -> str:
    """Return what running the fix showed, with a line break in front; nothing if it was not."""
    return "" if diagnostic.verified is None else f"\n{diagnostic.verified}"
