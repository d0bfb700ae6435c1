"""Imports that a fix adds or no longer needs, as changes of the text."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from effilint.analyzer.difference import Piece
from effilint.analyzer.model import AddImport
from effilint.analyzer.regions import Region, last_line, newline_of

if TYPE_CHECKING:
    from effilint.analyzer.context import Context

_Import = ast.Import | ast.ImportFrom
_SPECIAL_COMMENT = re.compile(r"#!|#.*coding[:=]|# %%")


def add(wanted: Iterable[AddImport], used_at: ast.AST, context: Context) -> list[Piece] | None:
    """Return the insertions that make the imports available; None if a name is taken.

    New imports come after the first block of imports, or after the module docstring, or on top.
    """
    pieces = []
    for item in dict.fromkeys(wanted):
        bound = item.name or item.module.partition(".")[0]
        if _is_imported(item, bound, context):
            continue
        if _is_taken(item, bound, context):
            return None
        start, before, after = _top(used_at, context)
        line = f"from {item.module} import {item.name}" if item.name else f"import {item.module}"
        pieces.append(Piece(start, start, before + line + after))
    return pieces


def drop(
    name: str, context: Context, rewritten: Mapping[Region, ast.AST], added: Sequence[Piece]
) -> list[Piece]:
    """Return what removes the import of `name` if nothing uses it any more, else nothing.

    `rewritten` maps regions to the trees that take their place, `added` are the new imports.
    """
    if os.path.basename(context.source.filename) == "__init__.py":
        return []
    found = [
        (statement, place)
        for statement in context.tree.body
        if isinstance(statement, _Import)
        for place, alias in enumerate(statement.names)
        if _binds(alias) == name
    ]
    if len(found) != 1 or _is_kept(found[0][0], found[0][1], context):
        return []
    kept = (node for node in _mentions(context.tree) if not _is_in(node.lineno, rewritten))
    if any(_names(node, name) for node in kept):
        return []
    if any(_names(node, name) for tree in rewritten.values() for node in _mentions(tree)):
        return []
    statement, place = found[0]
    if len(statement.names) > 1:
        return [_without_alias(statement.names, place, context)]
    return _without_lines(statement, context, added)


def _binds(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _is_same(node: ast.AST, alias: ast.alias, wanted: AddImport) -> bool:
    if isinstance(node, ast.Import):
        return wanted.name is None and alias.name == wanted.module and alias.asname is None
    return (
        isinstance(node, ast.ImportFrom)
        and not node.level
        and node.module == wanted.module
        and alias.name == wanted.name
        and alias.asname in (None, alias.name)
    )


def _is_imported(wanted: AddImport, bound: str, context: Context) -> bool:
    """Whether the module imports just this at its top level and nothing takes the name over."""
    return any(
        _is_same(statement, alias, wanted)
        for statement in context.tree.body
        if isinstance(statement, _Import)
        for alias in statement.names
    ) and not _is_taken(wanted, bound, context)


def _is_taken(wanted: AddImport, bound: str, context: Context) -> bool:
    """Whether anything else anywhere in the file may bind the name."""
    for alias in context.index.get(ast.alias, ()):
        assert isinstance(alias, ast.alias)
        parent = context.parent(alias)
        if alias.name == "*":
            return True
        if _binds(alias) != bound or parent is None or _is_same(parent, alias, wanted):
            continue
        # `import os` and `import os.path` bind the same module.
        if wanted.name is None and isinstance(parent, ast.Import) and alias.asname is None:
            continue
        return True
    return bound in _bound_names(context)


def _bound_names(context: Context) -> Iterator[str | None]:
    """Yield the names that anything but an import binds, in any scope."""
    for node_type, nodes in context.index.items():
        if node_type is ast.Name:
            yield from (n.id for n in nodes if not isinstance(n.ctx, ast.Load))  # type: ignore[attr-defined]
        elif node_type is ast.arg:
            yield from (n.arg for n in nodes)  # type: ignore[attr-defined]
        elif node_type is ast.MatchMapping:
            yield from (n.rest for n in nodes)  # type: ignore[attr-defined]
        elif node_type is not ast.alias and "name" in node_type._fields:
            yield from (n.name for n in nodes)  # type: ignore[attr-defined]


def _top(used_at: ast.AST, context: Context) -> tuple[int, str, str]:
    """Return where an import goes, and the line endings that go before and after it."""
    source, newline = context.source, newline_of(context)
    after = _last_of_top(used_at, context)
    if after is None:
        return _very_top(context)
    line = last_line(after, context)
    start = source.starts[line]
    if not source.lines[line - 1].endswith(("\n", "\r")):
        return start, newline, ""
    if isinstance(after, ast.Import) or (
        isinstance(after, ast.ImportFrom) and after.module != "__future__"
    ):
        return start, "", newline
    more = line < len(source.lines) and source.lines[line].strip()
    return start, newline, newline * 2 if more else newline


def _last_of_top(used_at: ast.AST, context: Context) -> ast.stmt | None:
    """The docstring, or the last of the first block of imports, if it runs before `used_at`."""
    body = context.tree.body
    last = body[0] if ast.get_docstring(context.tree, clean=False) is not None else None
    block: _Import | None = None
    for statement in body:
        if isinstance(statement, _Import):
            block = statement
        elif block is not None:
            break
    if block is not None and (block.end_lineno or 0) < getattr(used_at, "lineno", 0):
        return block
    return last


def _very_top(context: Context) -> tuple[int, str, str]:
    lines, newline = context.source.lines, newline_of(context)
    first = context.tree.body[0]
    decorators = getattr(first, "decorator_list", None) or [first]
    place = 0
    for number, line in enumerate(lines[: decorators[0].lineno - 1], 1):
        if not line.strip() or (number == place + 1 and _SPECIAL_COMMENT.match(line)):
            place = number
    defines = isinstance(first, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    return context.source.starts[place], "", newline * (3 if defines else 2)


def _is_in(line: int, regions: Iterable[Region]) -> bool:
    return any(region.holds(line) for region in regions)


def _is_kept(statement: _Import, place: int, context: Context) -> bool:
    """Whether the import says that it is there for others."""
    alias = statement.names[place]
    lines = context.source.lines[statement.lineno - 1 : statement.end_lineno]
    module = getattr(statement, "module", None)
    return module == "__future__" or alias.asname == alias.name or "noqa" in "".join(lines)


def _mentions(tree: ast.AST) -> Iterator[ast.Name | ast.Constant]:
    docstrings = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Constant) and (
            isinstance(node, ast.Name) or id(node) not in docstrings
        ):
            yield node


def _names(node: ast.Name | ast.Constant, name: str) -> bool:
    if isinstance(node, ast.Name):
        return node.id == name
    # A string may be an annotation or an item of `__all__`.
    return isinstance(node.value, str) and re.search(rf"\b{name}\b", node.value) is not None


def _without_alias(names: list[ast.alias], place: int, context: Context) -> Piece:
    source = context.source
    if place + 1 < len(names):
        return Piece(_start(names[place], context), _start(names[place + 1], context), "")
    before, alias = names[place - 1], names[place]
    start_offset = source.offset(before.end_lineno or 0, before.end_col_offset or 0)
    end_offset = source.offset(alias.end_lineno or 0, alias.end_col_offset or 0)
    return Piece(start_offset, end_offset, "")


def _start(alias: ast.alias, context: Context) -> int:
    return context.source.offset(alias.lineno, alias.col_offset)


def _without_lines(statement: _Import, context: Context, added: Sequence[Piece]) -> list[Piece]:
    source = context.source
    first, last = statement.lineno, statement.end_lineno or statement.lineno
    others = [s for s in context.tree.body if s is not statement]
    if any(s.lineno <= last and first <= (s.end_lineno or 0) for s in others):
        return []  # it shares its line
    below = _blank(source.lines[last:])
    if below and not added:
        above = _blank(source.lines[first - 2 :: -1]) if first > 1 else 0
        first, last = (first - above, last) if first > 1 else (first, last + below)
    return [Piece(source.starts[first - 1], source.starts[last], "")]


def _blank(lines: Sequence[str]) -> int:
    """Count the blank lines at the start."""
    return next((n for n, line in enumerate(lines) if line.strip()), len(lines))
