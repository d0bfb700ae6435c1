"""Inverses of the rules: they make an inefficient twin of an efficient program.

A file for each family; an inverse is there by being defined in one of them.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from effilint.dataset.twins.applying import Applied, OverlapError, applied
from effilint.dataset.twins.inverse import Change, Example, Inverse, Site, Span
from effilint.dataset.twins.original import Original

__all__ = [
    "Applied",
    "Change",
    "Example",
    "Inverse",
    "Original",
    "OverlapError",
    "Site",
    "Span",
    "all_inverses",
    "applied",
]


@cache
def all_inverses() -> dict[str, Inverse]:
    """Return every inverse by its name, in the order of the names."""
    found: dict[str, Inverse] = {}
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and issubclass(value, Inverse) and hasattr(value, "name"):
                if value.__module__ == module.name:
                    found[value.name] = value()
    return dict(sorted(found.items()))
