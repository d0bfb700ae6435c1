"""What several parameters have in common: the same items, one in the other, one below the other."""

from __future__ import annotations

import operator
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import permutations
from typing import Any, NamedTuple

_FEWEST = 3  # items in all, below which a relation is chance
_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "below": operator.lt, "not above": operator.le, "unlike": operator.ne,
}  # fmt: skip


class Relation(NamedTuple):
    """How parameter `second` follows from parameter `first`."""

    kind: str
    first: str
    second: str


def relations(samples: Sequence[Mapping[str, Any]]) -> list[Relation]:
    """Return the relations between lists and texts that hold for all samples."""
    found: list[Relation] = []
    taken: set[str] = set()
    for one, other in permutations(samples[0], 2):
        pairs = [(sample[one], sample[other]) for sample in samples]
        kind = _kind(pairs)
        if kind and other not in taken and not any(r.second == one for r in found):
            found.append(Relation(kind, one, other))
            taken.add(other)
    return found


def _kind(pairs: Sequence[tuple[Any, Any]]) -> str:
    if not all(_is_flat(a) and _is_flat(b) for a, b in pairs):
        return ""
    if sum(len(b) for _, b in pairs) < _FEWEST:
        return ""
    return next((kind for kind, test in _TESTS.items() if all(test(a, b) for a, b in pairs)), "")


def _is_flat(value: Any) -> bool:
    if isinstance(value, str):
        return True
    return isinstance(value, list) and all(isinstance(v, int | float | str) for v in value)


def _is_within(one: Any, other: Any) -> bool:
    """Whether the other is one's items in order, with some left out."""
    items = iter(one)
    return type(one) is type(other) and all(item in items for item in other)


def _compared(name: str) -> Callable[[Any, Any], bool]:
    def test(one: Any, other: Any) -> bool:
        if not isinstance(one, list) or not isinstance(other, list) or len(one) != len(other):
            return False
        if any(isinstance(item, str) for item in (*one, *other)):
            return False
        return all(map(_COMPARED[name], one, other))

    return test


_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "equal": lambda a, b: a == b,
    "same items": lambda a, b: type(a) is type(b) and Counter(a) == Counter(b),
    "piece": lambda a, b: isinstance(a, str) and isinstance(b, str) and b in a,
    "part": _is_within,
    "one of": lambda a, b: isinstance(a, list) and isinstance(b, str) and b in a,
    "some": lambda a, b: isinstance(a, list) and isinstance(b, list) and set(b) <= set(a),
    "below": _compared("below"),
    "not above": _compared("not above"),
}


def related(
    values: dict[str, Any], known: Sequence[Relation], rng: random.Random
) -> dict[str, Any]:
    """Return arguments in which the relations hold, by changing the second of each pair."""
    for relation in known:
        one, other = values[relation.first], values[relation.second]
        values[relation.second] = _made(relation.kind, one, other, rng)
        if relation.kind in ("below", "not above"):
            pairs = [sorted(pair) for pair in zip(one, other, strict=False)]
            strict = int(relation.kind == "below")
            values[relation.first] = [a for a, _ in pairs]
            values[relation.second] = [b + strict * (a == b) for a, b in pairs]
    return values


def _made(kind: str, one: Any, other: Any, rng: random.Random) -> Any:
    size = min(len(other), len(one))
    if kind == "equal":
        return type(one)(one)
    if kind == "one of":
        return rng.choice(one) if one else other
    if kind == "piece":
        start = rng.randrange(len(one) - size + 1)
        return one[start : start + size]
    if kind in ("same items", "part"):
        places = sorted(rng.sample(range(len(one)), size))
        if kind == "same items":
            places = rng.sample(range(len(one)), len(one))
        items = [one[place] for place in places]
        return "".join(items) if isinstance(one, str) else items
    if kind == "some":
        return _some(one, other, rng)
    return other


def _some(one: list[Any], other: list[Any], rng: random.Random) -> list[Any]:
    """Items of one in place of those of the other, as different as those are, as much in order."""
    if len(set(other)) == len(other):
        options = list(dict.fromkeys(one))
        found = rng.sample(options, min(len(other), len(options)))
    else:
        found = rng.choices(one, k=len(other)) if one else other
    return sorted(found) if other == sorted(other) else found
