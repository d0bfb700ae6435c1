"""The linter engine: source files, the taxonomy, the nouns, one walk, facts on demand, fixes."""

from effilint.analyzer.context import Context
from effilint.analyzer.engine import Linter
from effilint.analyzer.model import (
    AddImport,
    Bad,
    Diagnostic,
    DropImport,
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
    "DropImport",
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
