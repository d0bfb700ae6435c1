"""The types the analysis tells apart, and how evidence is joined."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_MUTABLE = frozenset(
    "list set dict deque bytearray Counter defaultdict OrderedDict ndarray array file iterator "
    "generator".split()
)
_SEQUENCES = frozenset("list tuple str bytes bytearray deque range array".split())
_MAPPINGS = frozenset("dict Counter defaultdict OrderedDict".split())
_SETS = frozenset("set frozenset".split())
_LAZY = frozenset("generator iterator file".split())


@dataclass(frozen=True, slots=True)
class Type:
    """A type by name, with what is in it where that is evident.

    `element` is the type of the items (of the keys, for a mapping), `value` of a mapping's
    values, `items` of each item of a tuple of known length.
    """

    name: str
    element: Type | None = None
    value: Type | None = None
    items: tuple[Type, ...] | None = None

    @property
    def is_known(self) -> bool:
        """Whether there is evidence."""
        return self.name not in ("unknown", "nothing")

    @property
    def is_mutable(self) -> bool:
        """Whether objects of this type can change."""
        return self.name in _MUTABLE

    @property
    def is_sequence(self) -> bool:
        """Whether items are reached by position."""
        return self.name in _SEQUENCES

    @property
    def is_mapping(self) -> bool:
        """Whether it is a dict or a subclass of it."""
        return self.name in _MAPPINGS

    @property
    def is_set(self) -> bool:
        """Whether it is a set or frozenset."""
        return self.name in _SETS

    @property
    def is_hashed(self) -> bool:
        """Whether `in` finds an item without a search."""
        return self.is_set or self.is_mapping or self.name == "range"

    @property
    def is_lazy(self) -> bool:
        """Whether going through it uses it up."""
        return self.name in _LAZY

    @property
    def is_number(self) -> bool:
        """Whether it is int, float, bool or complex."""
        return self.name in ("int", "float", "bool", "complex")

    @property
    def is_hashable(self) -> bool:
        """Whether it surely is: a number, text, None, or a tuple of such."""
        if self.name == "tuple":
            items = self.items if self.items is not None else (self.element or UNKNOWN,)
            return all(item.is_hashable for item in items)
        return self.is_number or self.name in ("str", "bytes", "frozenset", "range")


UNKNOWN = Type("unknown")
NOTHING = Type("nothing")  # no evidence yet, or None: joins with anything


def join(one: Type, other: Type, *, prefer_known: bool = False) -> Type:
    """What a value is that may be either; with `prefer_known` an unknown side does not count."""
    if one is NOTHING or one == other:
        return other
    if other is NOTHING:
        return one
    if not one.is_known or not other.is_known:
        if not prefer_known:
            return UNKNOWN
        return one if one.is_known else other
    if one.is_number and other.is_number:
        order = ("bool", "int", "float", "complex")
        return max(one, other, key=lambda t: order.index(t.name))
    if one.name != other.name:
        return UNKNOWN
    items = None
    if one.items is not None and other.items is not None and len(one.items) == len(other.items):
        items = tuple(join(a, b) for a, b in zip(one.items, other.items, strict=True))
    return Type(one.name, _part(one.element, other.element), _part(one.value, other.value), items)


def _part(one: Type | None, other: Type | None) -> Type | None:
    # An empty display says nothing about its items.
    return join(one or NOTHING, other or NOTHING)


def join_all(types: Iterable[Type]) -> Type:
    """Join several; `NOTHING` for none."""
    found = NOTHING
    for one in types:
        found = join(found, one)
        if found is UNKNOWN:
            break
    return found


def item_type(container: Type) -> Type:
    """What iterating over a container yields."""
    if container.name == "str":
        return Type("str")
    if container.name in ("bytes", "bytearray", "range"):
        return Type("int")
    if container.element is None or container.element is NOTHING:
        return UNKNOWN
    return container.element


def shallow(whole: Type, depth: int = 4) -> Type:
    """A type without what is in it further down: `x = [x]` would go on for ever."""
    if whole.element is None and whole.value is None and not whole.items:
        return whole
    if depth == 0:
        return Type(whole.name)
    items = whole.items
    return Type(
        whole.name,
        whole.element and shallow(whole.element, depth - 1),
        whole.value and shallow(whole.value, depth - 1),
        items and tuple(shallow(item, depth - 1) for item in items),
    )
