"""When a result counts as the expected one: compared as plain data."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Set
from dataclasses import dataclass
from numbers import Number
from typing import Any

from effilint.measure import wire
from effilint.measure.wire import BrokenFrameError

HOSTILE = (
    BrokenFrameError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    MemoryError,
)
VIEWS: dict[str, Callable[[Any], Any]] = {
    "sorted": sorted,
    "set": set,
    "frozenset": frozenset,
    "list": list,
    "tuple": tuple,
    "Counter": Counter,
    "bool": bool,
    "int": int,
    "float": float,
    "str": str,
    "len": len,
    "abs": abs,
    "sum": sum,
    "max": max,
    "min": min,
}
_AT_A_GLANCE = {"item", "len", "bool", "str"}  # views of a range that do not go through it
_MOST_RELATIVE = 0.01  # a larger tolerance is no fraction of a number, but a distance


@dataclass(frozen=True)
class Rule:
    """When a result counts as the expected one; equality as Python has it if nothing is said.

    `tolerance`: how far numbers may be off, absolutely or, up to 0.01, in relation to the larger
    one; if `relative` is given, that holds for the relation in its place (0.0: only absolutely).
    `unordered`: the outermost list may be in any order. `any_of`: what is expected is a list of
    results, each of which is right. `exact`: the types are the same too, so that 1 is not True.
    `views`: what is done to a result, in this order, before it is compared: a name in `VIEWS`,
    `round 2`, `item 0` (a place or key, as JSON), `each` and another view for every item.
    `target`: the argument at this place, as the call leaves it, is the result.
    Output of scripts is compared word by word; `tolerance` and `unordered` hold for its words.
    """

    tolerance: float | None = None
    unordered: bool = False
    any_of: bool = False
    relative: float | None = None
    exact: bool = False
    views: tuple[str, ...] = ()
    target: int | None = None

    def is_plain(self) -> bool:
        """Whether the bytes of the expected result are right without a closer look."""
        return not (self.views or self.any_of or self.target is not None)


def is_plainly_right(content: bytes, expected: str, rule: Rule) -> bool:
    """Whether these are the very bytes of the expected value, and that is enough."""
    return rule.is_plain() and content == b'["returned",[],%b,[]]' % expected.encode()


def is_right(content: bytes, expected: str, rule: Rule) -> bool:
    """Whether `content`, as the runner gives it, holds the expected value (`wire.dump`).

    Raises `wire.NotPlainError` for objects of classes that only the program knows.
    """
    try:
        kind, _, result, arguments = json.loads(content)
        if kind != "returned":
            return False
        if rule.target is not None:
            result = arguments[rule.target]
        if rule.exact and not rule.views:
            return bool(_text(result) == expected)
        found = wire.decoded(result)
        value = wire.load(expected.encode())
        for view in rule.views:
            found = viewed(found, view)
        if rule.exact:
            return wire.dump(found).decode() == expected
        options = value if rule.any_of and isinstance(value, list | tuple) else [value]
        return any(_is_same(found, option, rule) for option in options)
    except wire.NotPlainError:
        raise
    except HOSTILE:
        return False


def expected_from(content: bytes, rule: Rule) -> Any:
    """Return what a call gave, as the expected value of others under this rule.

    Raises `ValueError` where it gave nothing, or nothing that is plain data.
    """
    try:
        kind, _, result, arguments = json.loads(content)
        if kind != "returned":
            raise ValueError("it did not return")
        value = wire.decoded(result if rule.target is None else arguments[rule.target])
        for view in rule.views:
            value = viewed(value, view)
        wire.dump(value)
    except HOSTILE as error:
        raise ValueError("what it returned is no data") from error
    return [value] if rule.any_of else value


def _text(data: Any) -> str:
    return json.dumps(data, separators=(",", ":"))


def viewed(value: Any, view: str) -> Any:
    """Return what one of a rule's views makes of plain data; `LookupError` for an unknown one."""
    name, _, detail = view.partition(" ")
    if name not in _AT_A_GLANCE and _is_endless(value):
        raise wire.NotPlainError("a range without end")
    if name == "each":
        return iter([viewed(item, detail) for item in value])
    if name == "round":
        return round(value, json.loads(detail or "null"))
    if name == "item":
        return value[json.loads(detail)]
    return VIEWS[name](value)


def _is_endless(value: object) -> bool:
    return isinstance(value, range) and bool(value[wire.LONGEST :])


def _is_same(found: Any, wanted: Any, rule: Rule) -> bool:
    if rule.unordered and isinstance(found, list | tuple) and isinstance(wanted, list | tuple):
        return _is_same_in_any_order(list(found), list(wanted), rule)
    return _is_equal(found, wanted, rule)


def _is_same_in_any_order(found: list[Any], wanted: list[Any], rule: Rule) -> bool:
    if len(found) != len(wanted):
        return False
    if rule.tolerance is None:
        return Counter(map(_key, found)) == Counter(map(_key, wanted))
    left = list(wanted)
    for item in found:
        place = next((i for i, other in enumerate(left) if _is_equal(item, other, rule)), None)
        if place is None:
            return False
        left.pop(place)
    return True


def _key(value: Any) -> Any:
    """A key that is equal for equal values, whatever is in them."""
    if isinstance(value, list | tuple):
        return type(value), *map(_key, value)
    if isinstance(value, dict):
        return dict, frozenset((k, _key(v)) for k, v in value.items())
    if isinstance(value, Set):
        return set, frozenset(value)
    if isinstance(value, wire.ListNode | wire.TreeNode):
        return type(value), *map(_key, _nodes(value))
    return value


def _is_equal(found: Any, wanted: Any, rule: Rule) -> bool:
    """Equality as Python has it, but for numbers that are close and for linked nodes."""
    if isinstance(wanted, wire.ListNode | wire.TreeNode):
        return type(found) is type(wanted) and _is_equal(_nodes(found), _nodes(wanted), rule)
    if _is_number(wanted) and _is_number(found):
        return _is_equal_number(found, wanted, rule)
    if isinstance(wanted, list | tuple):
        return (
            type(found) is type(wanted)
            and len(found) == len(wanted)
            and all(_is_equal(a, b, rule) for a, b in zip(found, wanted, strict=True))
        )
    if isinstance(wanted, dict) and not isinstance(wanted, Counter):
        return (
            isinstance(found, dict)
            and found.keys() == wanted.keys()
            and all(_is_equal(found[key], value, rule) for key, value in wanted.items())
        )
    return bool(found == wanted)


def _nodes(value: wire.ListNode | wire.TreeNode) -> list[Any]:
    """The values of a linked list, or of a tree level by level with its gaps."""
    ((_, values),) = json.loads(wire.dump(value)).items()
    return list(wire.decoded(values))


def _is_number(value: Any) -> bool:
    if isinstance(value, int | float):
        return True
    return isinstance(value, Number) and not isinstance(value, complex)  # fractions, decimals


def _is_equal_number(found: float, wanted: float, rule: Rule) -> bool:
    if found == wanted or rule.tolerance is None:
        return found == wanted or (math.isnan(wanted) and math.isnan(found))
    return _is_close(found, wanted, rule)


def _is_close(found: float, wanted: float, rule: Rule) -> bool:
    absolute = rule.tolerance or 0.0
    relative = rule.relative
    if relative is None:
        relative = absolute if absolute <= _MOST_RELATIVE else 0.0
    return math.isclose(found, wanted, rel_tol=relative, abs_tol=absolute)


def is_same_output(found: bytes, wanted: str, rule: Rule) -> bool:
    """Whether a script printed what is expected: the same words, numbers within the tolerance."""
    one, other = found.decode("utf-8", "replace").split(), wanted.split()
    if one == other:
        return True
    if rule.unordered:
        one, other = sorted(one), sorted(other)
    return len(one) == len(other) and all(
        a == b or (rule.tolerance is not None and _is_close_word(a, b, rule))
        for a, b in zip(one, other, strict=True)
    )


def _is_close_word(found: str, wanted: str, rule: Rule) -> bool:
    try:
        return _is_close(float(found), float(wanted), rule)
    except ValueError:
        return False
