"""The types that inputs are built for, read from their text: `dict[str, list[int]]`."""

from __future__ import annotations

import ast
from typing import NamedTuple

SCALARS = frozenset({"int", "float", "str", "bytes", "bool", "None"})
_TEXTS = ("str", "bytes")
_ONE_PART = frozenset({"list", "set", "frozenset", "deque", "iterator"})
_MAPPINGS = frozenset({"dict", "Counter", "defaultdict", "OrderedDict"})


class Shape(NamedTuple):
    """A type by name, and the types in it.

    A tuple of one length has a part for each item; `tuple[int, ...]` is called `tuple...`.
    """

    name: str
    parts: tuple[Shape, ...] = ()

    @property
    def grows(self) -> bool:
        """Whether its values have a length."""
        return self.name not in ("int", "float", "bool", "None", "tuple")

    @property
    def depth(self) -> int:
        """How many containers with a length of their own stand in each other."""
        if self.name in _TEXTS or self.name in _MAPPINGS:
            return 1
        # Texts in a container are short: only the container grows.
        inner = max((part.depth for part in self.parts if part.name not in _TEXTS), default=0)
        return inner + self.grows


def read(text: str) -> Shape | None:
    """Return the shape that a type names, or None for one that no inputs are built for.

    Of a union the first part that can be built counts.
    """
    try:
        return _shape(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _shape(node: ast.expr) -> Shape | None:
    match node:
        case ast.Constant(value=None):
            return Shape("None")
        case ast.Name(id=name) if name in SCALARS:
            return Shape(name)
        case ast.Name(id=name) if name in _ONE_PART:
            return Shape(name, (Shape("int"),))
        case ast.Name(id="tuple"):
            return Shape("tuple...", (Shape("int"),))
        case ast.Name(id=name) if name in _MAPPINGS:
            return Shape(name, (Shape("str"), Shape("int")))
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            sides = [side for side in (_shape(left), _shape(right)) if side is not None]
            return next((s for s in sides if s.name != "None"), sides[0] if sides else None)
        case ast.Subscript(value=ast.Name(id=name), slice=inner):
            return _generic(name, inner)
    return None


def _generic(name: str, inner: ast.expr) -> Shape | None:
    written = inner.elts if isinstance(inner, ast.Tuple) else [inner]
    is_endless = len(written) == 2 and isinstance(written[1], ast.Constant)
    if name == "tuple" and is_endless and written[1].value is ...:  # type: ignore[attr-defined]
        part = _shape(written[0])
        return part and Shape("tuple...", (part,))
    parts = [_shape(part) for part in written]
    known = tuple(part for part in parts if part is not None)
    if len(known) < len(parts):
        return None
    if name == "tuple":
        return Shape("tuple", known)
    if name == "Counter" and len(known) == 1:
        return Shape(name, (*known, Shape("int")))
    if (name in _ONE_PART and len(known) == 1) or (name in _MAPPINGS and len(known) == 2):
        return Shape(name, known)
    return None
