"""Types as text that says how a value of them is built: `dict[str, list[int]]`."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from effilint.analyzer.context import Context
    from effilint.analyzer.facts.lattice import Type

_PLAIN = frozenset({"int", "float", "str", "bytes", "bool", "None"})
_BUILT = {  # what stands for a type that can be asked for: any value of it will do
    "list": "list", "List": "list", "Sequence": "list", "MutableSequence": "list",
    "Iterable": "list", "Collection": "list", "Reversible": "list", "Container": "list",
    "Sized": "list",
    "set": "set", "Set": "set", "AbstractSet": "set", "MutableSet": "set",
    "frozenset": "frozenset", "FrozenSet": "frozenset",
    "deque": "deque", "Deque": "deque",
    "dict": "dict", "Dict": "dict", "Mapping": "dict", "MutableMapping": "dict",
    "Counter": "Counter", "defaultdict": "defaultdict", "DefaultDict": "defaultdict",
    "OrderedDict": "OrderedDict",
    "tuple": "tuple", "Tuple": "tuple",
    "Iterator": "iterator", "Generator": "iterator",
}  # fmt: skip
_LATTICE = {"generator": "iterator", "range": "list"}
_WRAPPERS = frozenset({"Final", "Annotated", "Required", "NotRequired"})
_MODULES = ("typing.", "collections.abc.", "collections.")
_DEEPEST = 8


def annotation_text(node: ast.expr, context: Context, depth: int = 0) -> str | None:
    """Return the text of an annotated type; None if no value can be built from it.

    An alias of this module is looked through; a type variable counts as a whole number.
    """
    if depth > _DEEPEST:
        return None
    match node:
        case ast.Constant(value=None):
            return "None"
        case ast.Constant(value=str(text)):
            try:
                parsed = ast.parse(text, mode="eval").body
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                return None
            return _named(parsed.id) if isinstance(parsed, ast.Name) else None
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _union([left, right], context, depth)
        case ast.Subscript(value=generic, slice=inner):
            return _generic(_bare(generic, context), inner, context, depth)
        case ast.Name() | ast.Attribute():
            return _named(_bare(node, context)) or _alias(node, context, depth)
    return None


def _bare(node: ast.expr, context: Context) -> str:
    name = context.resolve(node) or ""
    for module in _MODULES:
        if name.startswith(module):
            return name.removeprefix(module)
    return name


def _named(name: str) -> str | None:
    if name in _PLAIN:
        return name
    return _BUILT.get(name)


def _alias(node: ast.expr, context: Context, depth: int) -> str | None:
    value = context.sole_value(node)
    if isinstance(value, ast.Call) and _bare(value.func, context) == "TypeVar":
        return "int"
    if isinstance(value, ast.Call) and _bare(value.func, context) == "NewType":
        return annotation_text(value.args[-1], context, depth + 1)
    return annotation_text(value, context, depth + 1) if value is not None else None


def _union(parts: list[ast.expr], context: Context, depth: int) -> str | None:
    texts = [annotation_text(part, context, depth + 1) for part in parts]
    known = [text for text in texts if text is not None]
    return " | ".join(known) or None


def _generic(name: str, inner: ast.expr, context: Context, depth: int) -> str | None:
    parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
    if name == "Optional" or name in _WRAPPERS:
        return annotation_text(parts[0], context, depth + 1)
    if name == "Union":
        return _union(parts, context, depth)
    built = _BUILT.get(name)
    if built is None:
        return None
    if built == "iterator":
        parts = parts[:1]
    texts = [
        "..." if isinstance(part, ast.Constant) and part.value is ...
        else annotation_text(part, context, depth + 1)
        for part in parts
    ]  # fmt: skip
    if any(text is None for text in texts):
        return None
    return f"{built}[{', '.join(text for text in texts if text)}]"


def type_text(found: Type) -> str | None:
    """Return the text of an inferred type; None if it is unknown or has unknown parts."""
    if found.name in _PLAIN:
        return found.name
    built = _BUILT.get(_LATTICE.get(found.name, found.name))
    if built is None or not found.is_known:
        return None
    if found.items is not None:
        inside = [type_text(item) for item in found.items]
    elif found.name == "range":
        inside = ["int"]
    elif found.is_mapping:
        inside = [type_text(part) if part else None for part in (found.element, found.value)]
    else:
        inside = [type_text(found.element) if found.element else None]
        inside += ["..."] if built == "tuple" else []
    if any(text is None for text in inside):
        return None
    return f"{built}[{', '.join(text for text in inside if text)}]"


def value_text(value: object) -> str | None:
    """Return the text of the type of plain data; None if its items are of several types."""
    name = type(value).__name__
    if value is None or name in _PLAIN:
        return "None" if value is None else name
    if isinstance(value, dict):
        inside = [_only(value_text(part) for part in parts) for parts in (value, value.values())]
    elif isinstance(value, tuple):
        inside = [value_text(item) for item in value]
    elif isinstance(value, list | set):
        inside = [_only(value_text(item) for item in value)]
    else:
        return None
    if not inside or any(text is None for text in inside):
        return None
    return f"{name}[{', '.join(text for text in inside if text)}]"


def _only(texts: Iterable[str | None]) -> str | None:
    different = set(texts)
    return different.pop() if len(different) == 1 else None
