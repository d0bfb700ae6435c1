"""Example arguments, made larger: more of what is in them."""

from __future__ import annotations

import random
from typing import Any

_SHORT = 12  # words may get this long, and stay words


def grown(example: dict[str, Any], n: int) -> dict[str, Any]:
    """Return arguments like these with containers and texts of n items.

    Items are drawn from the range of those that are there. Numbers beside containers stay; where
    there is no container, whole numbers are the size.
    """
    rng = random.Random(f"example {n}")
    if not any(_has_length(value) for value in example.values()):
        return {name: n if type(value) is int else value for name, value in example.items()}
    return {name: _grown(value, n, rng) for name, value in example.items()}


def _has_length(value: Any) -> bool:
    return isinstance(value, list | tuple | set | frozenset | dict | str | bytes) and len(value) > 0


def _grown(value: Any, n: int, rng: random.Random) -> Any:
    if not _has_length(value):
        return value
    if isinstance(value, str):
        return "".join(rng.choices(value, k=n))
    if isinstance(value, bytes):
        return bytes(rng.choices(value, k=n))
    if isinstance(value, dict):
        keys = [_like(list(value), place, rng, n) for place in range(n)]
        return {key: rng.choice(list(value.values())) for key in keys}
    if isinstance(value, tuple) and len({type(item) for item in value}) > 1:
        return value  # a record, not a sequence
    is_set = isinstance(value, set | frozenset)
    items = list(value)
    return type(value)(_like(items, place, rng, n if is_set else 0) for place in range(n))


def _like(items: list[Any], place: int, rng: random.Random, distinct: int) -> Any:
    """An item like these; `distinct` of them have to differ, if it is not 0."""
    if all(type(item) is int for item in items):
        low, high = min(items), max(items)
        return low + place if distinct else rng.randint(low, high)
    if all(type(item) is float for item in items):
        return rng.uniform(min(items), max(items))
    if distinct and all(type(item) is str for item in items):
        return f"{rng.choice(items)[:_SHORT]}{place}"
    return rng.choice(items)
