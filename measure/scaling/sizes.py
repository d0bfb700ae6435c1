"""The sizes of arguments: which ones go together, and what they are when all grow."""

from __future__ import annotations

import math
import types
from collections.abc import Mapping, Sequence
from typing import Any

from effilint.measure.scaling.constraints import Constraints
from effilint.measure.scaling.draft import Pattern
from effilint.measure.scaling.linked import Nodes
from effilint.measure.scaling.places import Sized
from effilint.measure.scaling.terms import Term

_ROUNDS = 4  # in which sizes that are bound to each other settle
_LARGEST = 1e15

Place = tuple[str, int | None]  # a parameter, and how deep the size is; None for the number itself


class Sizes:
    """The sizes in some samples.

    Sizes that are equal in all samples, or one more or less, stay so; so do numbers that are the
    size of something. Sizes that are always even stay even.
    """

    def __init__(
        self,
        samples: Sequence[Mapping[str, Any]],
        patterns: Mapping[str, Pattern | None],
        constraints: Constraints,
    ) -> None:
        self._samples, self._patterns, self._constraints = samples, patterns, constraints
        self._table: dict[Place, list[int]] = {}
        for name, pattern in patterns.items():
            lengths = [self._lengths(pattern, s[name]) for s in samples]
            for depth in range(max(map(len, lengths))):
                self._table[name, depth] = [(*found, 0, 0)[depth] for found in lengths]
        for name in samples[0]:
            if all(type(sample[name]) is int for sample in samples):
                self._table[name, None] = [sample[name] for sample in samples]
        self._groups = self._grouped()

    def has_any(self, number: int) -> bool:
        """Whether there is anything in this sample that has a size above zero."""
        return any(s[number] > 0 for (_, depth), s in self._table.items() if depth == 0)

    def longest(self, number: int) -> int:
        """Return the largest size in a sample."""
        found = [s[number] for place, s in self._table.items() if self._is_free(place)]
        return max(found, default=0)

    def total(self, values: Mapping[str, Any]) -> int:
        """Return how many items, characters and cells there are in arguments like a sample's.

        In place of an argument its `Sized` does as well.
        """
        found = 0
        for name, pattern in self._patterns.items():
            lengths = self._lengths(pattern, values[name])
            if lengths:
                found += math.prod(max(length, 1) for length in lengths) if lengths[0] else 0
        return found

    def grown(
        self, number: int, factor: float, numbers: Mapping[str, int] = types.MappingProxyType({})
    ) -> dict[str, Any]:
        """Return sizes the product of which is this many times as large, and numbers of size.

        Sizes are `Sized`. The constraints hold as far as they can be known yet; `numbers` are
        what the other numbers are going to be.
        """
        factors = [self._demand(group, factor) for group in self._groups]
        for _ in range(_ROUNDS):
            found = self._sized(number, factors)
            caps = [self._cap(group, number, {**numbers, **found}) for group in self._groups]
            factors = [min(wanted, cap) for wanted, cap in zip(factors, caps, strict=True)]
            self._share(factors, caps, factor)
        return self._clipped(self._sized(number, factors), numbers)

    def limiting(self, values: Mapping[str, Any]) -> list[str]:
        """Return the lines of the constraints that sizes in arguments have come close to."""
        found: dict[str, None] = {}
        for place in [place for group in self._groups for place in group if self._is_free(place)]:
            name, depth = place
            pattern = self._patterns.get(name)
            size = values[name]
            if depth is not None:
                size = (*self._lengths(pattern, size), 0, 0)[depth]
            high, line = self._constraints.limiting(self._term(place), values)
            if size + max(size // 10, 1) > high:
                found[line] = None
        return list(found)

    def of_length(self, number: int, longest: int) -> dict[str, Any]:
        """Return sizes in proportion, of which the largest is this one."""
        factor = longest / max(self.longest(number), 1)
        factors = [factor if any(map(self._is_free, g)) else 1.0 for g in self._groups]
        return self._clipped(self._sized(number, factors))

    @staticmethod
    def _lengths(pattern: Pattern | None, value: Any) -> tuple[int, ...]:
        if isinstance(value, Sized):
            return value.lengths
        if pattern is None or (value is None and not isinstance(pattern, Nodes)):
            return ()
        return pattern.lengths(value)

    def _grouped(self) -> list[list[Place]]:
        groups: list[list[Place]] = []
        for place in self._table:
            home = next((group for group in groups if self._go_together(group[0], place)), None)
            if home is not None:
                home.append(place)
            elif place[1] is not None:
                groups.append([place])
        return groups

    def _go_together(self, one: Place, other: Place) -> bool:
        ones, others = self._table[one], self._table[other]
        differences = {b - a for a, b in zip(ones, others, strict=True)}
        if len(differences) > 1 or abs(min(differences)) > 1:
            return False
        if differences != {0} and not (self._is_free(one) and self._is_free(other)):
            return False  # how long the longest item is says little
        if len(set(ones)) > 1:
            return True
        if differences != {0} or not (self._is_free(one) and self._is_free(other)):
            return False
        return other[1] is not None or self._is_size(other)

    def _is_size(self, place: Place) -> bool:
        """Whether a number that is equal to a size is one for sure."""
        if not self._constraints.is_given:
            return True
        bounds = self._constraints.bounds(Term("number", place[0]), self._samples[0])
        return bounds.low == bounds.high

    def _is_free(self, place: Place) -> bool:
        """Whether a size grows at first: the items of items do not."""
        name, depth = place
        pattern = self._patterns.get(name)
        return depth in (0, None) or (pattern is not None and pattern.is_grid)

    def _is_grid(self, place: Place) -> bool:
        pattern = self._patterns.get(place[0])
        return pattern is not None and pattern.is_grid

    def _demand(self, group: Sequence[Place], factor: float) -> float:
        if any(self._is_grid(place) for place in group):
            return math.sqrt(factor)
        return factor if any(map(self._is_free, group)) else 1.0

    def _sized(self, number: int, factors: Sequence[float]) -> dict[str, Any]:
        sizes: dict[Place, int] = {}
        for group, factor in zip(self._groups, factors, strict=True):
            first = self._table[group[0]]
            new = self._rounded(first[number] * min(factor, _LARGEST), first)
            for place in group:
                sizes[place] = max(new + self._table[place][number] - first[number], 0)
        found: dict[str, Any] = {}
        for (name, depth), size in sizes.items():
            if depth is None:
                found[name] = size
            else:
                before = found[name].lengths if name in found else ()
                are_nodes = isinstance(self._patterns.get(name), Nodes)
                found[name] = Sized((*before, size), are_nodes=are_nodes)
        return found

    def _rounded(self, size: float, samples: Sequence[int]) -> int:
        new = round(size)
        if len(set(samples)) > 1 and all(s % 2 == 0 for s in samples):
            return new - new % 2
        if len(set(samples)) > 2 and all(s % 2 for s in samples):
            return new - 1 + new % 2
        return new

    def _term(self, place: Place) -> Term:
        name, depth = place
        if depth is None:
            return Term("number", name)
        are_nodes = isinstance(self._patterns.get(name), Nodes)
        return Term("size", "Node" if are_nodes else name, (None,) * depth)

    def _cap(self, group: Sequence[Place], number: int, found: Mapping[str, Any]) -> float:
        """The largest factor that the constraints allow."""
        cap = math.inf
        values = {**self._samples[number], **found}
        for place in group:
            old = self._table[place][number]
            high = self._constraints.bounds(self._term(place), values).high
            if old > 0:
                cap = min(cap, max(high / old, 1.0))
        return cap

    def _share(self, factors: list[float], caps: Sequence[float], factor: float) -> None:
        """Let the other size of a parameter grow the more where one of them may not grow."""
        for name in self._patterns:
            own = [
                i for i, group in enumerate(self._groups)
                if any(n == name and depth is not None for n, depth in group)
            ]  # fmt: skip
            if len(own) != 2:
                continue
            reached = factors[own[0]] * factors[own[1]]
            if reached > factor:  # both go together with sizes of other parameters
                for i in own:
                    factors[i] = max(factors[i] * math.sqrt(factor / reached), 1.0)
                continue
            for i in own:
                if reached < factor and factors[i] < caps[i]:
                    more = min(factor / reached, caps[i] / factors[i])
                    factors[i] *= more
                    reached *= more

    def _clipped(
        self, found: dict[str, Any], numbers: Mapping[str, int] = types.MappingProxyType({})
    ) -> dict[str, Any]:
        for _ in range(2):
            known = {**numbers, **found}
            for name, value in list(found.items()):
                if isinstance(value, int):
                    found[name] = clipped(value, self._constraints, Term("number", name), known)
                    continue
                lengths = tuple(
                    clipped(length, self._constraints, self._term((name, depth)), known)
                    for depth, length in enumerate(value.lengths)
                )
                found[name] = Sized(lengths, are_nodes=value.are_nodes)
        return found


def clipped(value: int, constraints: Constraints, place: Term, values: Mapping[str, Any]) -> int:
    """Return the number nearest to this one that the constraints allow at a place."""
    low, high = constraints.bounds(place, values)
    if math.isfinite(high):
        value = min(value, math.floor(high))
    if math.isfinite(low):
        value = max(value, math.ceil(low))
    by, rest = constraints.remainder(place)
    fitting = value - (value - rest) % by
    return fitting if fitting >= low else fitting + by
