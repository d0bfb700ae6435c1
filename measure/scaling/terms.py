"""The terms of formulas about inputs: `nums.length`, `edges[i][0]`, `n - 1`, and their values."""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from effilint.measure.scaling.places import UnknownError, is_linked, items_of, size_of

_SIZES = ("length", "size")
_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Mod: operator.mod,
    ast.Div: operator.truediv, ast.FloorDiv: operator.floordiv, ast.Pow: operator.pow,
}  # fmt: skip
_TOGETHER: dict[str, Callable[[Any], Any]] = {"sum": sum, "min": min, "max": max}
_LARGEST_POWER = 100
_FACTOR = re.compile(r"\b(\d+)(?!e\d)(?=[a-zA-Z(])")  # 2n, 2(n - 1), but not 1e5
_NODE = "Node"  # stands for all linked lists and trees among the parameters


class Term(NamedTuple):
    """What a term stands for.

    `kind`: `size` or `item` of parameter `name` (with the indexes to it, None for any), `number`
    for a parameter that is one, or `formula` for what has to be worked out from `node`.
    """

    kind: str
    name: str
    indexes: tuple[int | None, ...] = ()
    node: ast.expr | None = None


class Terms:
    """Reads terms about the parameters with these names, and knows what they come to.

    `fields` are the names of the parts of records: `a` is `("edges", 0)`.
    """

    def __init__(self, names: Sequence[str], fields: Mapping[str, tuple[str, int]]) -> None:
        self._names = frozenset(names)
        self._fields = fields
        self._aliases: dict[str, Term] = {}

    def has_fields(self, name: str) -> bool:
        """Whether the parts of a parameter's rows have names."""
        return any(parameter == name for parameter, _ in self._fields.values())

    def read(self, text: str) -> tuple[Term, ...]:
        """Return the terms that stand in a text, parted by commas; `SyntaxError` if none do."""
        text = re.sub(_FACTOR, r"\1*", text.replace("^", "**").strip())
        node = ast.parse(text, mode="eval").body
        nodes = node.elts if isinstance(node, ast.Tuple) else [node]
        return tuple(self._term(part) for part in nodes)

    def define(self, chains: Iterable[Any]) -> None:
        """Learn names from chains such as `n == nums.length`."""
        for chain in chains:
            for left, sign, right in zip(chain.groups, chain.signs, chain.groups[1:], strict=False):
                if sign not in ("==", "=") or len(left) != 1 or len(right) != 1:
                    continue
                for one, other in ((left[0], right[0]), (right[0], left[0])):
                    if self._is_free(one) and not self._is_free(other):
                        self._aliases.setdefault(one.name, other)

    def matches(self, term: Term, place: Term) -> bool:
        """Whether what is said of the term holds for the place."""
        term = self._aliases.get(term.name, term) if self._is_free(term) else term
        if (term.kind, term.name) != (place.kind, place.name):
            return False
        if len(term.indexes) != len(place.indexes):
            return False
        pairs = zip(term.indexes, place.indexes, strict=True)
        return all(mine is None or mine == its for mine, its in pairs)

    def names_of(self, term: Term) -> set[str]:
        """Return the parameters that are numbers in a term."""
        if term.kind == "number":
            return {term.name} & self._names
        if term.node is None:
            return set()
        found = {node.id for node in ast.walk(term.node) if isinstance(node, ast.Name)}
        return found & self._names

    def multiplies(self, term: Term, name: str) -> bool:
        """Whether a term multiplies this number with another parameter that is one."""
        for node in ast.walk(term.node) if term.node is not None else ():
            match node:
                case ast.BinOp(left=ast.Name(id=one), op=ast.Mult(), right=ast.Name(id=other)):
                    if name in (one, other) and one != other and {one, other} <= self._names:
                        return True
        return False

    def remainder(self, term: Term) -> tuple[Term, int] | None:
        """Return what is divided in a term such as `n % 2`, and by what; None for others."""
        match term.node:
            case ast.BinOp(left=inner, op=ast.Mod(), right=ast.Constant(value=int() as by)) if (
                by > 1
            ):
                try:
                    return self._term(inner), by
                except UnknownError:  # of a parameter with another name
                    return None
        return None

    def number(self, term: Term, values: Mapping[str, Any]) -> float | None:
        """Return the value of a term that is one number, or None."""
        try:
            value = self.value(term, values)
        except (UnknownError, TypeError, ArithmeticError, ValueError):
            return None
        return value if isinstance(value, int | float) and math.isfinite(value) else None

    def value(self, term: Term, values: Mapping[str, Any]) -> Any:
        """Return a number, or a list of one for each place; `UnknownError` if nobody knows."""
        match term.kind:
            case "size":
                return size_of(self._argument(term.name, values), term.indexes)
            case "item":
                return items_of(self._argument(term.name, values), term.indexes)
            case "number":
                return self._number(term.name, values)
        assert term.node is not None
        return self._worked_out(term.node, values)

    def _is_free(self, term: Term) -> bool:
        return term.kind == "number" and term.name not in self._names

    def _term(self, node: ast.expr) -> Term:
        match node:
            case ast.Name(id=name) if name in self._fields:
                parameter, place = self._fields[name]
                return Term("item", parameter, (None, place))
            case ast.Name(id=name):
                return Term("number", name)
            case ast.Attribute(value=ast.Name(id="Node"), attr="val"):
                return Term("item", _NODE, (None,))
            case ast.Attribute(value=inner, attr=attribute) if attribute in _SIZES:
                name, indexes = self._path(inner)
                return Term("size", name, indexes)
            case ast.Call(func=ast.Name(id="len"), args=[inner]):
                name, indexes = self._path(inner)
                return Term("size", name, indexes)
            case ast.Subscript():
                name, indexes = self._path(node)
                return Term("item", name, indexes)
        return Term("formula", "", (), node)

    def _path(self, node: ast.expr) -> tuple[str, tuple[int | None, ...]]:
        if isinstance(node, ast.Name):
            if node.id not in self._names and node.id != _NODE:
                raise UnknownError(node.id)
            return node.id, ()
        if not isinstance(node, ast.Subscript):
            raise UnknownError
        name, indexes = self._path(node.value)
        is_fixed = isinstance(node.slice, ast.Constant) and type(node.slice.value) is int
        is_any = isinstance(node.slice, ast.Name)
        if not is_fixed and not is_any:
            raise UnknownError
        return name, (*indexes, node.slice.value if is_fixed else None)  # type: ignore[attr-defined]

    def _argument(self, name: str, values: Mapping[str, Any]) -> Any:
        if name in values:
            return values[name]
        if name != _NODE:
            raise UnknownError(name)
        linked = [v for v in values.values() if is_linked(v)]
        if not linked:
            raise UnknownError(name)
        return linked[0]

    def _number(self, name: str, values: Mapping[str, Any]) -> Any:
        if name in values and isinstance(values[name], int | float):
            return values[name]
        if name in self._aliases and name not in values:
            return self.value(self._aliases[name], values)
        raise UnknownError(name)

    def _worked_out(self, node: ast.expr, values: Mapping[str, Any]) -> Any:
        match node:
            case ast.Constant(value=int() | float() as value):
                return value
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return _each(operator.neg, self._worked_out(inner, values))
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _ARITHMETIC:
                a, b = self._worked_out(left, values), self._worked_out(right, values)
                if isinstance(sign, ast.Pow) and not (_is_small(a) and _is_small(b)):
                    raise UnknownError
                return _both(_ARITHMETIC[type(sign)], a, b)
            case ast.Call(func=ast.Name(id="sum" | "min" | "max" as name), args=arguments):
                parts = [self._worked_out(part, values) for part in arguments]
                flat = [item for part in parts for item in (part if _is_list(part) else [part])]
                return _TOGETHER[name](flat)
            case ast.Call(func=ast.Name(id="floor"), args=[inner]):
                return _each(math.floor, self._worked_out(inner, values))
        term = self._term(node)
        if term.kind == "formula":
            raise UnknownError
        return self.value(term, values)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_small(value: Any) -> bool:
    return isinstance(value, int | float) and abs(value) <= _LARGEST_POWER


def _each(function: Callable[[Any], Any], value: Any) -> Any:
    return [function(item) for item in value] if _is_list(value) else function(value)


def _both(function: Callable[[Any, Any], Any], one: Any, other: Any) -> Any:
    if _is_list(one) and _is_list(other):
        if len(one) != len(other):
            raise UnknownError
        return list(map(function, one, other))
    if _is_list(one):
        return [function(item, other) for item in one]
    if _is_list(other):
        return [function(one, item) for item in other]
    return function(one, other)
