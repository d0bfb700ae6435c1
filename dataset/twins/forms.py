"""Shapes of code that several inverses look for."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer.facts.scopes import Kind, Symbol
from effilint.dataset.twins.original import Original


def assigned_once(original: Original) -> Iterator[tuple[Symbol, ast.expr]]:
    """Yield the variables that one plain `name = value` binds, and nothing else, with the value."""
    for statement in original.nodes(ast.Assign, ast.AnnAssign):
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        value = statement.value
        if not isinstance(target, ast.Name) or value is None:
            continue
        if isinstance(statement, ast.Assign) and len(statement.targets) > 1:
            continue
        symbol = original.local(target)
        if symbol is not None and len(symbol.bindings) == 1:
            if symbol.bindings[0].kind is Kind.ASSIGN:
                yield symbol, value


def whole_value(original: Original) -> Iterator[tuple[ast.stmt, ast.expr]]:
    """Yield statements `return value` and `name = value` on lines of their own, with the value."""
    for statement in original.nodes(ast.Return, ast.Assign, ast.AugAssign):
        if statement.value is None or not original.is_alone(statement):
            continue
        is_name = isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name)
        is_plain = isinstance(statement, ast.Assign) and len(statement.targets) == 1
        if is_name or is_plain or isinstance(statement, ast.Return):
            yield statement, statement.value


def plain_loops(original: Original) -> Iterator[ast.For]:
    """Yield `for` loops without `else` whose body stands on lines of its own."""
    for loop in original.nodes(ast.For):
        if not loop.orelse and original.is_alone(loop) and original.has_body(loop):
            yield loop


def target_names(target: ast.expr) -> list[str]:
    """The names that a target binds, in order; nothing for one that is no name."""
    return [node.id for node in ast.walk(target) if isinstance(node, ast.Name)]


def assigned_in(node: ast.AST) -> set[str]:
    """The names that are bound anywhere below a node."""
    return {
        inner.id
        for inner in ast.walk(node)
        if isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load)
    }


def read_in(node: ast.AST) -> set[str]:
    """The names that are read anywhere below a node."""
    return {
        inner.id
        for inner in ast.walk(node)
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load)
    }


def clause_lines(original: Original, comprehension: ast.expr) -> list[str] | None:
    """The `for` and `if` heads of a comprehension as lines, each a level deeper than the last."""
    generators = getattr(comprehension, "generators", [])
    lines: list[str] = []
    for clause in generators:
        if clause.is_async:
            return None
        target, items = original.text(clause.target), original.text(clause.iter)
        lines.append("\t" * len(lines) + f"for {target} in {items}:")
        for test in clause.ifs:
            lines.append("\t" * len(lines) + f"if {original.text(test)}:")
    return None if any("\n" in line for line in lines) else lines


def leaks(original: Original, comprehension: ast.expr, statement: ast.stmt) -> bool:
    """Whether the names a comprehension binds mean something else around it."""
    bound = {
        name for c in getattr(comprehension, "generators", []) for name in target_names(c.target)
    }
    home = original.context.function(statement) or original.context.tree
    inside = {id(node) for node in ast.walk(comprehension)}
    return any(
        (isinstance(node, ast.Name) and node.id in bound and id(node) not in inside)
        or (isinstance(node, ast.arg) and node.arg in bound)
        for node in ast.walk(home)
    )


def renamed(original: Original, node: ast.expr, name: str, new: str) -> str:
    """The text of an expression with another name in the place of one that it reads."""
    start, end = original.span(node)
    parts, done = [], start
    uses = [n for n in ast.walk(node) if isinstance(n, ast.Name) and n.id == name]
    for use in sorted(uses, key=original.span):
        first, last = original.span(use)
        parts += [original.program[done:first], new]
        done = last
    return "".join(parts) + original.program[done:end]
