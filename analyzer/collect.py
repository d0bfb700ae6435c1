"""The fix for what is built by repeated `+=`: collect the pieces, put them together once."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from effilint.analyzer.facts.accumulators import reads
from effilint.analyzer.facts.errors import is_interrupted
from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.facts.rebinding import rebinding
from effilint.analyzer.facts.scopes import FUNCTIONS
from effilint.analyzer.model import Edit
from effilint.analyzer.rewrite import around, statements
from effilint.analyzer.tree import same, walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context


def collected(
    context: Context, target: ast.expr, loop: Loop, name: str, empty: str, whole: str
) -> list[Edit]:
    """Return edits that append to a list `name` in `loop` and use `whole` of it afterwards.

    `whole` is a template such as `"".join({parts})`; `empty` is how the empty object is written.
    No edits if the loop reads `target`, suspends or returns, or an exception in it is caught:
    then the pieces would be missing.
    """
    if not isinstance(loop, ast.For | ast.While) or not _can_wait(loop):
        return []
    if is_interrupted(loop, context):
        return []
    pieces: dict[ast.stmt, ast.expr] = {}
    for node in walk(loop):
        parts = rebinding(node)
        if parts is not None and same(parts[0], target):
            if not isinstance(node, ast.AugAssign) or not _can_append(node.value, empty):
                return []
            pieces[node] = node.value
    if reads(target, loop) or _may_be_read_elsewhere(context, target, loop):
        return []
    # Named after the target: a loop inside may collect something else.
    own = [node.id for node in walk(target) if isinstance(node, ast.Name) and node.id != "self"]
    own += [node.attr for node in walk(target) if isinstance(node, ast.Attribute)]
    parts_name = _fresh(context, "_".join([*own, name]))
    edits = [
        Edit(statement, statements(f"{parts_name}.append({_piece(context, piece, empty)})"))
        for statement, piece in pieces.items()
    ]
    place, made = context.segment(target), whole.format(parts=parts_name)
    before = context.previous(loop)
    start = rebinding(before) if isinstance(before, ast.Assign) else None
    if start and same(start[0], target) and context.segment(start[1]) in (empty, "''", "b''"):
        assert before is not None
        first = Edit(before, statements(f"{parts_name} = []"))
        return [first, *edits, Edit(loop, around("", f"{place} = {made}"))]
    return [*edits, Edit(loop, around(f"{parts_name} = []", f"{place} += {made}"))]


def _can_append(piece: ast.expr, empty: str) -> bool:
    if empty != "()":
        return True
    is_single = isinstance(piece, ast.Tuple) and len(piece.elts) == 1
    return is_single and not isinstance(piece.elts[0], ast.Starred)  # type: ignore[attr-defined]


def _piece(context: Context, piece: ast.expr, empty: str) -> str:
    if empty == "()":
        assert isinstance(piece, ast.Tuple)
        return context.segment(piece.elts[0])
    text = context.segment(piece)
    return f"({text})" if isinstance(piece, ast.GeneratorExp | ast.NamedExpr) else text


def _can_wait(loop: ast.For | ast.While) -> bool:
    leaving = (ast.Return, ast.Yield, ast.YieldFrom, ast.Await, ast.Delete)
    return not any(isinstance(node, leaving) for node in walk(loop))


def _may_be_read_elsewhere(context: Context, target: ast.expr, loop: Loop) -> bool:
    """Whether a call in the loop may reach code that reads the attribute or global."""
    root = target
    while isinstance(root, ast.Attribute | ast.Subscript):
        root = root.value
    if not isinstance(root, ast.Name):
        return True
    if isinstance(target, ast.Name):
        home = context.function(loop)
        nested = [use for use in context.uses(target) if context.function(use) is not home]
        return bool(nested) and any(isinstance(node, ast.Call) for node in walk(loop))
    own = set()
    for node in walk(loop):
        parts = rebinding(node)
        if parts is not None:
            own |= {id(inner) for inner in walk(parts[0])}
    for node in walk(loop):
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            return True
        if isinstance(node, ast.Name) and node.id == root.id and id(node) not in own:
            parent = context.parent(node)
            is_plain = isinstance(parent, ast.Attribute) and not isinstance(
                context.parent(parent), ast.Call
            )
            if not is_plain:
                return True
    return False


def _fresh(context: Context, name: str) -> str:
    taken = {node.id for node in context.index.get(ast.Name, ()) if isinstance(node, ast.Name)}
    taken |= {node.arg for node in context.index.get(ast.arg, ()) if isinstance(node, ast.arg)}
    while name in taken:
        name += "_"
    return name
