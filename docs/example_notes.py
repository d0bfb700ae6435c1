"""The comments that stand above the examples in rule files and say what each is about."""

from __future__ import annotations

import ast
import inspect
import textwrap

from effilint.analyzer import Rule


def example_notes(rule: Rule) -> list[str]:
    """Return for each of a rule's examples the comment above it, or an empty text."""
    source = textwrap.dedent(inspect.getsource(type(rule)))
    lines = source.splitlines()
    notes = [_above(node.lineno - 1, lines) for node in _examples(source)]
    if len(notes) != len(rule.examples):  # not a plain tuple in the class itself
        return [""] * len(rule.examples)
    return notes


def _examples(source: str) -> list[ast.expr]:
    definition = ast.parse(source).body[0]
    assert isinstance(definition, ast.ClassDef)
    for statement in definition.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="examples")], value=ast.Tuple(elts=elts)):
                return elts
    return []


def _above(row: int, lines: list[str]) -> str:
    first = row
    while first and lines[first - 1].lstrip().startswith("#"):
        first -= 1
    return " ".join(line.strip().lstrip("# ") for line in lines[first:row])
