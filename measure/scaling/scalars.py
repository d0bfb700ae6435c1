"""Numbers beside containers: sizes, places, targets; and how they follow when those grow."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from effilint.measure.scaling.constraints import Constraints
from effilint.measure.scaling.draft import Pattern
from effilint.measure.scaling.places import Sized, nodes
from effilint.measure.scaling.sequences import FEW
from effilint.measure.scaling.sizes import clipped
from effilint.measure.scaling.terms import Term

_LARGEST = 10**18


class Scalars:
    """The numbers among the parameters of some samples."""

    def __init__(self, samples: Sequence[Mapping[str, Any]], constraints: Constraints) -> None:
        self._samples, self._constraints = samples, constraints
        self._names = [n for n in samples[0] if all(type(s[n]) is int for s in samples)]
        self._floats = [n for n in samples[0] if all(type(s[n]) is float for s in samples)]
        self._lists = [n for n in samples[0] if all(_numbers(s[n]) is not None for s in samples)]

    def with_sizes(self, number: int, sizes: Mapping[str, Any], factor: float) -> dict[str, int]:
        """Return the numbers that follow from sizes, or that are sizes themselves.

        A number with a limit of its own grows as the inputs do, up to that limit; one of which
        nothing is known stays as it is, unless there is nothing else that could grow.
        """
        sample = self._samples[number]
        found: dict[str, int] = {}
        is_alone = not any(isinstance(value, Sized) for value in sizes.values())
        for name in self._names:
            if name in sizes:
                continue
            values = {**sample, **sizes, **found}
            bounds = self._constraints.bounds(Term("number", name), values)
            before = sample[name]
            wanted = before
            growth = math.sqrt(factor) if self._constraints.multiplies(name) else factor
            if is_alone or math.isfinite(bounds.high) or self._constraints.binds(name):
                if abs(before) < _LARGEST:
                    wanted = round(min(max(before * growth, -_LARGEST), _LARGEST))
                old = self._constraints.bounds(Term("number", name), sample)
                if math.isfinite(bounds.high) and bounds.high != old.high and old.high > 0:
                    wanted = round(before * bounds.high / old.high)
            found[name] = clipped(wanted, self._constraints, Term("number", name), values)
        return found

    def with_items(self, number: int, values: dict[str, Any], fixed: set[str]) -> dict[str, Any]:
        """Return arguments whose numbers stand to the items as those of the samples do."""
        sample = self._samples[number]
        for name in self._names:
            if name in fixed or self._constraints.binds(name):
                continue
            is_moving = self._has_moving_limit(name, sample, values)
            for other in self._lists:
                old, new = _numbers(sample[other]), _numbers(values[other])
                kind = self._stands(name, other) if old and new else ""
                if not old or not new or not kind or (is_moving and kind != "in"):
                    continue
                place = Term("number", name)
                if is_moving:
                    low, high = self._constraints.bounds(place, values)
                    options = [item for item in new if low <= item <= high]
                    wanted = min(options, key=lambda v: abs(v - values[name]), default=values[name])
                else:
                    wanted = _placed(kind, sample[name], old, new)
                values[name] = clipped(wanted, self._constraints, place, values)
                break
        return values

    def _has_moving_limit(
        self, name: str, sample: Mapping[str, Any], values: Mapping[str, Any]
    ) -> bool:
        place = Term("number", name)
        one, other = (self._constraints.bounds(place, v) for v in (sample, values))
        return one != other

    def _stands(self, name: str, other: str) -> str:
        """How a number stands to a list: `in` it, `between` its items, or within its `sum`."""
        pairs = [(s[name], _numbers(s[other])) for s in self._samples]
        full = [(value, items) for value, items in pairs if items]
        if not full:
            return ""
        if all(value in items for value, items in full):
            return "in"
        if all(min(items) <= value <= max(items) for value, items in full):
            return "between"
        if all(min(items) >= 0 and 0 < value <= sum(items) for value, items in full):
            return "sum"
        return ""


def ties(
    samples: Sequence[Mapping[str, Any]],
    patterns: Mapping[str, Pattern | None],
    constraints: Constraints,
) -> list[str]:
    """Return formulas that hold for all samples, for places of which nothing is said.

    Items that are below a number or a size beside them are taken for places; numbers not above a
    size for a count.
    """
    found: list[str] = []
    sizes = [name for name, pattern in patterns.items() if pattern is not None]
    counts = [n for n in samples[0] if all(type(s[n]) is int for s in samples)]
    for name in counts:
        if constraints.bounds(Term("number", name), samples[0]).high == math.inf:
            found += [f"0 <= {name} <= {size}.length" for size in sizes][:1]
    for name in sizes:
        deep = _depth([sample[name] for sample in samples])
        place = name + "[i][j]"[: 3 * deep]
        term = Term("item", name, (None,) * deep)
        if not deep or constraints.bounds(term, samples[0]).high < math.inf:
            continue
        items = [_flat(sample[name] or ()) for sample in samples]
        if any(constraints.bounds(Term("item", name, (None, c)), samples[0]).high < math.inf
               for c in range(4)):  # fmt: skip
            continue
        line = _tie(name, place, items, samples, counts, sizes)
        found += [line] if line else []
    return found


def _tie(
    name: str,
    place: str,
    items: Sequence[Sequence[int]],
    samples: Sequence[Mapping[str, Any]],
    counts: Sequence[str],
    sizes: Sequence[str],
) -> str:
    if not any(items) or not all(type(item) is int for found in items for item in found):
        return ""
    everything = [item for found in items for item in found]
    if len(set(everything)) <= FEW and len(everything) > 2 * len(set(everything)):
        return ""  # an alphabet
    most = [max(found, default=0) for found in items]
    least = min(min(found, default=0) for found in items)
    if least < -1 or max(most) <= 1:
        return ""
    for other in counts:
        limits = [sample[other] for sample in samples]
        if line := _below(place, other, least, most, limits):
            return line
    for other in (n for n in sizes if n != name):
        limits = [len(s[other]) if hasattr(s[other], "__len__") else 0 for s in samples]
        if len(set(limits)) > 1 and (line := _below(place, f"{other}.length", least, most, limits)):
            return line
    limits = [len(s[name]) if hasattr(s[name], "__len__") else 0 for s in samples]
    if len(set(limits)) > 1 and (line := _below(place, f"{name}.length", least, most, limits)):
        return line
    if place.endswith("[i][j]") and all(len(set(map(len, s[name] or ()))) == 1 for s in samples):
        limits = [len(s[name]) * len(s[name][0]) for s in samples]
        return _below(place, f"{name}.length * len({name}[0])", least, most, limits)
    return ""


def _below(place: str, other: str, least: int, most: Sequence[int], limits: Sequence[int]) -> str:
    if least <= 0 and all(m < limit for m, limit in zip(most, limits, strict=True)):
        return f"{least} <= {place} < {other}"
    if all(m <= limit for m, limit in zip(most, limits, strict=True)):
        return f"{min(least, 1)} <= {place} <= {other}"
    return ""


def _depth(values: Sequence[Any]) -> int:
    """How deep the numbers in lists are: 1 or 2, or 0 for anything else."""
    items = [item for value in values if isinstance(value, list | tuple) for item in value]
    if items and all(type(item) is int for item in items):
        return 1
    inner = [v for item in items if isinstance(item, list | tuple) for v in item]
    is_deep = inner and all(isinstance(item, list | tuple) for item in items)
    return 2 if is_deep and all(type(v) is int for v in inner) else 0


def _flat(value: Any) -> list[int]:
    return [v for item in value for v in (item if isinstance(item, list | tuple) else [item])]


def _numbers(value: Any) -> list[Any] | None:
    """The numbers in a value, or None if there is anything else in it."""
    if type(value).__name__ in ("ListNode", "TreeNode"):
        found = list(nodes(value))
    elif isinstance(value, list | tuple):
        found = list(_leaves(value))
    else:
        return None
    return found if all(isinstance(item, int | float) for item in found) else None


def _leaves(value: Any) -> Iterator[Any]:
    for item in value:
        if isinstance(item, list | tuple):
            yield from _leaves(item)
        else:
            yield item


def _placed(kind: str, value: int, old: list[Any], new: list[Any]) -> int:
    if kind == "in":
        rank = sorted(old).index(value)
        return int(sorted(new)[rank * len(new) // len(old)])
    if kind == "sum":
        return max(1, int(value * sum(new) / sum(old)))
    low, high = min(old), max(old)
    share = (value - low) / (high - low) if high > low else 0.0
    return int(min(new) + share * (max(new) - min(new)))
