"""The linter engine: source files, the taxonomy, the nouns, one walk, facts on demand, fixes.

Names are imported from their modules when first used: a run that finds everything in the cache
needs no more than `model`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from effilint.analyzer.context import Context
    from effilint.analyzer.engine import Linter
    from effilint.analyzer.model import (
        AddImport,
        Bad,
        Diagnostic,
        Edit,
        Finding,
        Fix,
        Gain,
        Good,
        Rule,
        Safety,
        TextEdit,
        Tier,
    )
    from effilint.analyzer.rewrite import remove, replacement, statements
    from effilint.analyzer.source import Source, SourceError

__all__ = [
    "AddImport",
    "Bad",
    "Context",
    "Diagnostic",
    "Edit",
    "Finding",
    "Fix",
    "Gain",
    "Good",
    "Linter",
    "Rule",
    "Safety",
    "Source",
    "SourceError",
    "TextEdit",
    "Tier",
    "remove",
    "replacement",
    "statements",
]

_HOMES = {
    "Context": "context",
    "Linter": "engine",
    "Source": "source",
    "SourceError": "source",
    "remove": "rewrite",
    "replacement": "rewrite",
    "statements": "rewrite",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = importlib.import_module(f"{__name__}.{_HOMES.get(name, 'model')}")
    value = globals()[name] = getattr(home, name)
    return value
