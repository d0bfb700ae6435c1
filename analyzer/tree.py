"""The syntax tree in one walk: children, parents, and every node by its type."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator

# Fields of these types hold no node that a rule could ask for.
_PLAIN = {
    "identifier", "string", "int", "constant", "expr_context",
    "boolop", "operator", "unaryop", "cmpop", "type_ignore",
}  # fmt: skip


def _child_fields(node_type: type[ast.AST]) -> tuple[str, ...]:
    """Read the fields that hold nodes from the grammar in the type's docstring."""
    signature = (node_type.__doc__ or "").partition("(")[2].partition(")")[0]
    pairs = [part.split() for part in signature.split(",") if part]
    return tuple(name for kind, name in pairs if kind.rstrip("*?") not in _PLAIN)


CHILD_FIELDS: dict[type[ast.AST] | None, tuple[str, ...]] = {
    node_type: _child_fields(node_type)
    for node_type in vars(ast).values()
    if isinstance(node_type, type) and issubclass(node_type, ast.AST)
}

_FIELDS_BACKWARDS = {node_type: fields[::-1] for node_type, fields in CHILD_FIELDS.items()}

Index = dict[type[ast.AST], list[ast.AST]]
Parents = dict[ast.AST, ast.AST]


def index(tree: ast.AST) -> tuple[Index, Parents]:
    """Return the nodes below `tree` by type, and the parent of each, in one pass."""
    by_type: Index = defaultdict(list)
    parents: Parents = {}
    queue = [tree]
    fields = CHILD_FIELDS
    for node in queue:
        by_type[node.__class__].append(node)
        for field in fields[node.__class__]:
            value = getattr(node, field)
            if value.__class__ is list:
                for child in value:
                    if child is not None:  # the key of `**mapping` in a dict display
                        parents[child] = node
                        queue.append(child)
            elif value is not None:
                parents[value] = node
                queue.append(value)
    return by_type, parents


def children(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the direct child nodes, in source order of their fields."""
    for field in CHILD_FIELDS[node.__class__]:
        value = getattr(node, field)
        if value.__class__ is list:
            for child in value:
                if child is not None:
                    yield child
        elif value is not None:
            yield value


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """Yield `node` and everything below it, parents before children."""
    stack = [node]
    while stack:
        top = stack.pop()
        yield top
        push_children(top, stack)


def push_children(node: ast.AST, stack: list[ast.AST]) -> None:
    """Put the direct child nodes on a stack, the first of them on top."""
    for field in _FIELDS_BACKWARDS[node.__class__]:
        value = getattr(node, field)
        if value.__class__ is list:
            stack += value[::-1] if None not in value else [c for c in value[::-1] if c is not None]
        elif value is not None:
            stack.append(value)


def same(left: ast.AST, right: ast.AST) -> bool:
    """Whether two trees are equal in shape and content, wherever they stand."""
    pairs: list[tuple[object, object]] = [(left, right)]
    while pairs:
        one, other = pairs.pop()
        if one.__class__ is not other.__class__:
            return False
        if isinstance(one, list) and isinstance(other, list):
            if len(one) != len(other):
                return False
            pairs.extend(zip(one, other, strict=True))
        elif isinstance(one, ast.AST):
            for field in one._fields:
                if field not in ("ctx", "kind", "type_comment"):
                    pairs.append((getattr(one, field, None), getattr(other, field, None)))
        elif one != other:
            return False
    return True
