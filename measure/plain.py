"""What of a value is plain data: linked nodes, numbers of libraries, heirs of built-in types."""

from __future__ import annotations

import sys
from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import Any

_DIGITS = sys.int_info.default_max_str_digits
_LONG: int = 10**_DIGITS
_LONG_AT_LEAST: int = 10**sys.int_info.str_digits_check_threshold
_BIGGEST_PART = 100_000  # bits of a part of a fraction, or digits of a decimal number
_LARGEST_EXPONENT = 10_000
_ALIKE = 2000  # keys with one hash that a dictionary may have; each is compared with all others
_HEIRS: tuple[tuple[type, Callable[[Any], Any]], ...] = (  # past what a class makes of itself
    (tuple, lambda value: (*tuple.__iter__(value),)),
    (list, lambda value: [*list.__iter__(value)]),
    (dict, lambda value: dict(dict.items(value))),
    (set, lambda value: {*set.__iter__(value)}),
    (frozenset, lambda value: frozenset(frozenset.__iter__(value))),
    (deque, lambda value: deque(deque.__iter__(value))),
    (str, str.__str__),
    (int, int.__int__),
    (float, float.__float__),
    (complex, complex.__complex__),
    (bytes, bytes.__bytes__),
)


class NotPlainError(ValueError):
    """A value holds something that cannot be compared from outside; `str` names its type."""


def heritage(value: Any, kind: type) -> Any:
    """Return the plain data that an object equals if its class is one of a known base.

    Numbers and arrays of numpy are what `item` and `tolist` give; an heir of `list` is a list,
    whatever its methods say. `NotPlainError` for any other object.
    """
    bases: dict[str, Any] = {f"{base.__module__}.{base.__name__}": base for base in kind.__mro__}
    if "numpy.ndarray" in bases:
        return value.tolist()
    if "numpy.generic" in bases:
        return value.item()
    if whole := bases.get("fractions.Fraction"):
        return whole(value.numerator, value.denominator)
    if exact := bases.get("decimal.Decimal"):
        return exact(value)
    for base, plain in _HEIRS:
        if issubclass(kind, base):
            return plain(value)
    raise NotPlainError(kind.__name__)


def is_long(number: int) -> bool:
    """Whether Python refuses to write, or to read, a number in decimal."""
    limit = sys.get_int_max_str_digits()
    return abs(number) >= (_LONG if not 0 < limit < _DIGITS else _LONG_AT_LEAST)


def fraction(parts: Sequence[Any]) -> Any:
    """Return the `Fraction` with these parts; `NotPlainError` for one that takes long to make."""
    from fractions import Fraction

    above, below = parts
    if type(above) is not int or type(below) is not int:
        raise TypeError("parts of a fraction are whole")
    if max(above.bit_length(), below.bit_length()) > _BIGGEST_PART:
        raise NotPlainError("a fraction of very long numbers")
    return Fraction(above, below)


def decimal(text: str) -> Any:
    """Return a `Decimal`; `NotPlainError` for one that is not to be written out."""
    from decimal import Decimal

    if len(text) > _BIGGEST_PART:
        raise NotPlainError("a decimal number of very many digits")
    found = Decimal(text)
    if found.is_finite() and abs(found.adjusted()) > _LARGEST_EXPONENT:
        raise NotPlainError("a decimal number with a very long exponent")
    return found


def require_spread(keys: Sequence[Any]) -> None:
    """Raise `NotPlainError` for keys that are made to collide, so that no dictionary is made."""
    if len(keys) <= _ALIKE or len(keys) - len(set(map(hash, keys))) <= _ALIKE:
        return
    if max(Counter(map(hash, keys)).values()) > _ALIKE:
        raise NotPlainError("something that takes too long to compare")


def nodes_of_list(head: Any) -> list[object]:
    """Return the values of a linked list; `NotPlainError` for a ring."""
    values, seen = [], set()
    while head is not None:
        if id(head) in seen:
            raise NotPlainError("a ring of ListNode")
        seen.add(id(head))
        values.append(head.val)
        head = head.next
    return values


def nodes_of_tree(root: Any) -> list[object]:
    """Return the values of a binary tree level by level, None where a child is missing."""
    values: list[object] = []
    level, seen = deque([root]), set()
    while level:
        node = level.popleft()
        if node is None:
            values.append(None)
            continue
        if id(node) in seen:
            raise NotPlainError("a TreeNode that is in two places")
        seen.add(id(node))
        values.append(node.val)
        level += (node.left, node.right)
    while values and values[-1] is None:
        values.pop()
    return values


class ListNode:
    """An item of a linked list, for programs that bring no class of this name."""

    def __init__(self, val: Any = 0, next: Any = None) -> None:  # noqa: A002 - its known name
        self.val, self.next = val, next


class TreeNode:
    """A node of a binary tree, for programs that bring no class of this name."""

    def __init__(self, val: Any = 0, left: Any = None, right: Any = None) -> None:
        self.val, self.left, self.right = val, left, right


def list_of_nodes(values: list[Any], make: Any) -> Any:
    """Return a linked list with these values."""
    head = None
    for value in reversed(values):
        node = make(value)
        node.next = head
        head = node
    return head


def tree_of_nodes(values: list[Any], make: Any) -> Any:
    """Return the binary tree that has these values level by level."""
    nodes = [None if value is None else make(value) for value in values]
    children = iter(nodes[1:])
    for node in nodes:
        if node is not None:
            node.left, node.right = next(children, None), next(children, None)
    return nodes[0] if nodes else None
