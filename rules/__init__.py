"""The rules: one file each in six family folders; a rule is registered by being there."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from effilint.analyzer.model import Rule


@cache
def all_rules() -> dict[str, Rule]:
    """Return every rule by its code, in the order of the codes."""
    rules: list[Rule] = []
    for family in pkgutil.iter_modules(__path__, f"{__name__}."):
        package = importlib.import_module(family.name)
        for module in pkgutil.iter_modules(package.__path__, f"{family.name}."):
            rules += _rules_in(module.name)
    return {rule.code: rule for rule in sorted(rules, key=lambda rule: rule.code)}


def _rules_in(module_name: str) -> list[Rule]:
    """Return the rules a module defines itself (it may import others)."""
    return [
        value()
        for value in vars(importlib.import_module(module_name)).values()
        if isinstance(value, type) and issubclass(value, Rule) and value.__module__ == module_name
    ]
