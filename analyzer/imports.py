"""Imports that a fix adds, as changes of the text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from effilint.analyzer.difference import Piece
from effilint.analyzer.model import AddImport
from effilint.analyzer.patterns import always_leaves
from effilint.analyzer.regions import last_line, newline_of

if TYPE_CHECKING:
    from effilint.analyzer.context import Context

_Import = ast.Import | ast.ImportFrom
_Used = ast.expr | ast.stmt
_SPECIAL_COMMENT = re.compile(r"#!|#.*coding[:=]|# %%")


def add(
    wanted: Iterable[AddImport], used_at: Sequence[_Used], context: Context
) -> list[Piece] | None:
    """Return the insertions that make the imports available at nodes; None if a name is taken.

    New imports come after the first block of imports, or after the module docstring, or on top.
    """
    pieces = []
    for item in dict.fromkeys(wanted):
        bound = item.name or item.module.partition(".")[0]
        if _is_taken(item, bound, context):
            return None
        homes = [(node, _home(bound, node, context)) for node in used_at]
        lacking = {home for node, home in homes if not _is_imported(item, node, home, context)}
        if not lacking:
            continue
        if lacking != {context.tree}:
            return None  # one at the top would not reach a function that imports the name later
        start, before, after = _top(used_at, context)
        line = f"from {item.module} import {item.name}" if item.name else f"import {item.module}"
        pieces.append(Piece(start, start, before + line + after))
    return pieces


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


def _is_imported(wanted: AddImport, node: ast.AST, home: ast.AST, context: Context) -> bool:
    """Whether an import of just this in the scope `home` is certain to run before `node` does."""
    statement = context.statement(node)
    while True:
        parent = context.parents[statement]
        block = context.block(statement)
        before = [] if isinstance(parent, ast.ClassDef) else block[: block.index(statement)]
        if any(_imports(wanted, each) for each in before):
            return True
        if parent is home:
            return False
        statement = context.statement(parent)


def _home(name: str, node: ast.AST, context: Context) -> ast.AST:
    """The innermost function around `node` that imports the name, else the module."""
    aliases = (a for a in context.index.get(ast.alias, ()) if isinstance(a, ast.alias))
    importing = {context.function(alias) for alias in aliases if _binds(alias) == name}
    return next((outer for outer in context.ancestors(node) if outer in importing), context.tree)


def _imports(wanted: AddImport, statement: ast.stmt) -> bool:
    """Whether the import has run whenever the statement is over."""
    match statement:
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return any(_is_same(statement, alias, wanted) for alias in names)
        case ast.If(body=body, orelse=orelse):
            return _imports_or_leaves(wanted, body) and _imports_or_leaves(wanted, orelse)
        case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=final):
            # Where the first statement in a `try` fails, a new import would fail, too.
            if any(_imports(wanted, each) for each in (body[0], *final)):
                return True
            blocks = [[*body, *orelse], *(handler.body for handler in handlers)]
            return all(_imports_or_leaves(wanted, block) for block in blocks)
    return False


def _imports_or_leaves(wanted: AddImport, block: list[ast.stmt]) -> bool:
    return always_leaves(block) or any(_imports(wanted, each) for each in block)


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


def _top(used_at: Sequence[_Used], context: Context) -> tuple[int, str, str]:
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


def _last_of_top(used_at: Sequence[_Used], context: Context) -> ast.stmt | None:
    """The docstring, or the last of the first block of imports, if it runs before `used_at`."""
    body = context.tree.body
    last = body[0] if ast.get_docstring(context.tree, clean=False) is not None else None
    block: _Import | None = None
    for statement in body:
        if isinstance(statement, _Import):
            block = statement
        elif block is not None:
            break
    if block is not None and (block.end_lineno or 0) < min(n.lineno for n in used_at):
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
