"""The types that annotations and `isinstance` checks name."""

from __future__ import annotations

import ast
from collections.abc import Callable

from effilint.analyzer.facts.lattice import NOTHING, UNKNOWN, Type, join_all

Resolve = Callable[[ast.expr], str | None]

_NAMES = {
    "list": "list", "typing.List": "list", "collections.abc.MutableSequence": "list",
    "set": "set", "typing.Set": "set", "frozenset": "frozenset", "typing.FrozenSet": "frozenset",
    "dict": "dict", "typing.Dict": "dict",
    "tuple": "tuple", "typing.Tuple": "tuple",
    "str": "str", "typing.Text": "str", "typing.AnyStr": "unknown",
    "bytes": "bytes", "bytearray": "bytearray",
    "int": "int", "float": "float", "bool": "bool", "complex": "complex",
    "collections.deque": "deque", "typing.Deque": "deque",
    "collections.Counter": "Counter", "typing.Counter": "Counter",
    "collections.defaultdict": "defaultdict", "typing.DefaultDict": "defaultdict",
    "collections.OrderedDict": "OrderedDict", "typing.OrderedDict": "OrderedDict",
    "range": "range",
    "typing.Iterator": "iterator", "collections.abc.Iterator": "iterator",
    "typing.Generator": "generator", "collections.abc.Generator": "generator",
    "typing.TextIO": "file", "typing.BinaryIO": "file", "typing.IO": "file",
    "io.TextIOWrapper": "file",
    "numpy.ndarray": "ndarray", "numpy.typing.NDArray": "ndarray",
}  # fmt: skip
_WRAPPERS = {
    "typing.Final", "typing.ClassVar", "typing.Annotated", "typing.Required", "typing.NotRequired",
}  # fmt: skip
# Somebody's own class may well be called `Text` or `Counter`, but not one of these.
_GENERICS = frozenset("List Dict Set FrozenSet Tuple DefaultDict Optional Union".split())


def annotated(node: ast.expr, resolve: Resolve) -> Type:
    """The type an annotation (or a class in `isinstance`) names; UNKNOWN for any other."""
    match node:
        case ast.Constant(value=None):
            return NOTHING
        case ast.Constant(value=str(text)):
            return _quoted(text)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return join_all((annotated(left, resolve), annotated(right, resolve)))
        case ast.Subscript(value=generic, slice=inner):
            return _generic(resolve(generic), inner, resolve)
        case ast.Name() | ast.Attribute():
            name = _NAMES.get(resolve(node) or "", "unknown")
            return UNKNOWN if name == "unknown" else Type(name)
    return UNKNOWN


def _generic(name: str | None, inner: ast.expr, resolve: Resolve) -> Type:
    arguments = inner.elts if isinstance(inner, ast.Tuple) else [inner]
    if name == "typing.Optional" or name in _WRAPPERS:
        return annotated(arguments[0], resolve)
    if name == "typing.Union":
        return join_all(annotated(argument, resolve) for argument in arguments)
    kind = _NAMES.get(name or "", "unknown")
    if kind == "unknown":
        return UNKNOWN
    if kind == "tuple":
        return _tuple(arguments, resolve)
    inside = [annotated(argument, resolve) for argument in arguments]
    if kind == "Counter":
        return Type(kind, inside[0], Type("int"))
    return Type(kind, inside[0], inside[1] if len(inside) > 1 else None)


def _tuple(arguments: list[ast.expr], resolve: Resolve) -> Type:
    if len(arguments) == 2 and isinstance(arguments[1], ast.Constant):
        return Type("tuple", annotated(arguments[0], resolve))
    items = tuple(annotated(argument, resolve) for argument in arguments)
    return Type("tuple", join_all(items), items=items)


def _quoted(text: str) -> Type:
    """A quoted annotation: quoted names cannot be looked up, so only those hardly used again."""
    try:
        parsed = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return UNKNOWN
    return annotated(parsed, _builtin_or_typing)


def _builtin_or_typing(node: ast.expr) -> str | None:
    name = ast.unparse(node) if isinstance(node, ast.Name | ast.Attribute) else ""
    if name in _NAMES:
        return name
    return f"typing.{name}" if name in _GENERICS else None
