"""Orders of numbers: what tells them, and how they are made."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

Number = int | float


def is_ascending(values: Sequence[Number]) -> bool:
    """Whether no number is below the one before."""
    return all(a <= b for a, b in pairwise(values))


def is_descending(values: Sequence[Number]) -> bool:
    """Whether no number is above the one before."""
    return all(a >= b for a, b in pairwise(values))


def is_rotated(values: Sequence[Number]) -> bool:
    """Whether it is an ascending list, of which some went from the end to the front."""
    falls = sum(a > b for a, b in pairwise(values))
    return falls <= 1 and (falls == 0 or values[-1] <= values[0]) and len(values) > 2


def is_mountain(values: Sequence[Number]) -> bool:
    """Whether the numbers rise to one in between, and fall from there."""
    top = values.index(max(values))
    rises = all(a < b for a, b in pairwise(values[: top + 1]))
    return 0 < top < len(values) - 1 and rises and all(a > b for a, b in pairwise(values[top:]))


def is_parents(values: Sequence[Number]) -> bool:
    """Whether each item is the place of another one, up to the only root, which has -1."""
    size = len(values)
    if list(values).count(-1) != 1 or not all(isinstance(v, int) and v < size for v in values):
        return False
    for start in range(size):
        place, steps = start, 0
        while values[place] != -1:
            if values[place] < 0 or steps > size:
                return False
            place, steps = int(values[place]), steps + 1
    return True


def mountain(values: list[Number], rng: random.Random) -> list[Number]:
    """Return the ascending numbers, some of them on the way up and the others on the way down."""
    top = values[-1]
    left = [value for value in values[:-1] if rng.random() < 0.5]
    rest = Counter(values[:-1])
    rest.subtract(left)
    right = sorted(rest.elements(), reverse=True)
    if not left and right:
        left.append(right.pop())
    if not right and left:
        right.append(left.pop(0))
    return [*left, top, *right]


# What tells an order, and pieces of words that do so in a description.
ORDERS: dict[str, tuple[Callable[[Sequence[Number]], bool], tuple[str, ...]]] = {
    "ascending": (is_ascending, ("sort", "order", "increas", "ascending")),
    "descending": (is_descending, ("sort", "order", "decreas", "descending")),
    "rotated": (is_rotated, ("rotat",)),
    "mountain": (is_mountain, ("mountain", "peak")),
}
