"""effilint finds inefficient Python, proves it, fixes it, and scores it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from effilint.analyzer.model import Diagnostic
    from effilint.analyzer.source import SourceError
    from effilint.detectors.static import UnknownCodeError
    from effilint.scorer.score import Score
    from effilint.scorer.scorer import Scorer

__version__ = "0.1.0"
__all__ = [
    "Diagnostic",
    "Score",
    "Scorer",
    "SourceError",
    "UnknownCodeError",
    "__version__",
    "check",
    "fix",
]

# Importing effilint costs nothing; these names are looked up when asked for.
_LATER = {
    "Diagnostic": "effilint.analyzer.model",
    "Score": "effilint.scorer.score",
    "Scorer": "effilint.scorer.scorer",
    "SourceError": "effilint.analyzer.source",
    "UnknownCodeError": "effilint.detectors.static",
}


def check(
    source: str, *, select: Iterable[str] | str | None = None, filename: str = "<string>"
) -> list[Diagnostic]:
    """Return what is inefficient in `source`, in source order.

    `select` holds rule codes, behaviours or families (`DST101`, `DST1`, `DST`, `ALL`); without it
    the rules that are on by default run. Raises `SourceError` where `source` does not parse and
    `UnknownCodeError` for a code that names no rule.
    """
    from effilint.analyzer.source import Source
    from effilint.detectors.static import linter, select_codes

    return linter(select_codes(_codes(select))).check(Source(source, filename))


def fix(
    source: str,
    *,
    select: Iterable[str] | str | None = None,
    unsafe: bool = False,
    filename: str = "<string>",
) -> str:
    """Return `source` with the fixes of the selected rules applied until nothing changes.

    `unsafe` also applies fixes that keep the meaning only of the programs their rule describes.
    Raises like `check`.
    """
    from effilint.analyzer import fixer
    from effilint.analyzer.source import Source
    from effilint.detectors.static import linter, select_codes

    selected = linter(select_codes(_codes(select)))
    return fixer.fix(Source(source, filename), selected, unsafe=unsafe).text


def _codes(select: Iterable[str] | str | None) -> tuple[str, ...] | None:
    if select is None:
        return None
    return tuple(select.split(",")) if isinstance(select, str) else tuple(select)


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_LATER[name]), name)
