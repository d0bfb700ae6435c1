"""Sequences of numbers: what samples have in common, and more that have it too."""

from __future__ import annotations

import math
import random
import sys
from collections import Counter
from collections.abc import Callable, Sequence

from effilint.measure.scaling.constraints import Constraints
from effilint.measure.scaling.draft import Draft, NoRoomError
from effilint.measure.scaling.orders import ORDERS, Number, is_parents, mountain
from effilint.measure.scaling.primes import is_prime, primes

_ENOUGH_FOR_PAIRS = 8  # items after which nobody takes it for chance that all come twice
_ENOUGH = 12  # items after which nobody takes an order for chance
FEW = 3  # different values that are an alphabet, if they come back
_WORDS_FOR_UNIQUE = (
    "unique", "distinct", "duplicate", "permutation", "different", "once", "no two", "missing",
    "same", "set", "increas", "decreas",
)  # fmt: skip


class Numbers:
    """Lists of numbers like these samples.

    Kept, where all samples have it: order (ascending, descending, rotated, mountain), no number
    twice, a permutation of 0 or 1 up to the length, palindromes, few values that come back, one
    that stands alone, a majority, whole numbers, the sign, parents of a tree. The range of the
    values grows with the length, up to what the constraints say.
    """

    def __init__(self, samples: Sequence[Sequence[Number]], constraints: Constraints) -> None:
        self._samples = [list(sample) for sample in samples]
        self._longer = [sample for sample in self._samples if len(sample) > 1]
        everything = [item for sample in self._samples for item in sample]
        self.low: Number = min(everything, default=0)
        self.high: Number = max(everything, default=0)
        self._is_float = any(isinstance(item, float) for item in everything)
        self._is_bool = bool(everything) and all(isinstance(item, bool) for item in everything)
        self._parity = {item % 2 for item in everything if isinstance(item, int)}
        self._counts = Counter(everything)
        is_sure = len(everything) >= _ENOUGH
        self._order = next(
            (
                name
                for name, (test, words) in ORDERS.items()
                if self._all(test) and (is_sure or self._is_likely(name, constraints, words))
            ),
            "",
        )
        is_told = is_sure or constraints.allows(*_WORDS_FOR_UNIQUE)
        self.is_unique = is_told and self._all(lambda s: len(set(s)) == len(s))
        self._base = self._permutation() if self.is_unique else None
        has_lone = constraints.allows("twice", "three times", "except", "single")
        has_lone = has_lone and len(everything) >= _ENOUGH_FOR_PAIRS
        self._times = self._found_times() if has_lone else 0
        self._are_prime = constraints.mentions("prime") and all(map(is_prime, everything))
        self._is_palindrome = self._all(_is_palindrome) and not self._order
        self._first = self._fixed_end(0)
        self._is_parents = not self.is_unique and self._all(is_parents)

    def is_like(self, values: Sequence[Number]) -> bool:
        """Whether values have the order and the uniqueness of the samples."""
        has_order = not self._order or ORDERS[self._order][0](values)
        return has_order and (not self.is_unique or len(set(values)) == len(values))

    def drawn(self, size: int, draft: Draft) -> list[Number]:
        """Return this many numbers; `NoRoomError` if so many different ones do not exist."""
        rng = draft.rng
        if size == 0:
            return []
        if self._is_parents:
            return self._parents(size, rng)
        if self._base is not None:
            return self._ordered([self._base + place for place in range(size)], rng)
        if self._is_palindrome:
            half = self._plain((size + 1) // 2, draft)
            return half + half[: size // 2][::-1]
        values = self._special(size, draft) or self._plain(size, draft)
        values = self._ordered(values, rng)
        is_least = self._order == "ascending" and self.low >= 0
        if self._first is not None and (is_least or not self._order):
            if self._first in values:
                values.remove(self._first)
            else:
                values.pop(0)
            values.insert(0, self._first)
        return values

    def _plain(self, size: int, draft: Draft) -> list[Number]:
        rng = draft.rng
        if alphabet := self._alphabet(draft):
            return rng.choices(list(alphabet), weights=list(alphabet.values()), k=size)
        low, high = self._range(size, draft)
        if self._is_float:
            places = max((_decimals(item) for item in self._counts), default=2)
            return [round(rng.uniform(low, high), places) for _ in range(size)]
        step = 2 if len(self._parity) == 1 and len(self._counts) >= 2 * FEW else 1
        start = math.ceil(low)
        if step == 2 and start % 2 not in self._parity:
            start += 1
        return self._whole(range(start, math.floor(high) + 1, step), size, draft)

    def _whole(self, options: range, size: int, draft: Draft) -> list[Number]:
        """So many of these numbers; they may be more than a sequence can have."""
        rng, is_unique = draft.rng, self.is_unique and not draft.is_loose
        start, stop, step = options.start, options.stop, options.step
        if self._are_prime and start < stop:
            found = primes(start, stop - 1, size, rng, is_unique=is_unique)
            if len(found) == size:
                return list(found)
            if is_unique:
                raise NoRoomError(f"there are only about {len(found)} different primes")
        count = max(-((start - stop) // step), 0)
        if not is_unique:
            return [rng.randrange(start, stop, step) if count else start for _ in range(size)]
        if count < size:
            raise NoRoomError(f"there are only {count} different values")
        return [start + step * place for place in _sample(rng, count, size)]

    def _range(self, size: int, draft: Draft) -> tuple[Number, Number]:
        bounds, factor = draft.bounds(), max(draft.factor, 1.0)
        low: Number = _times(self.low, factor) if self.low < 0 else self.low
        high: Number = _times(self.high, factor) if self.high > 0 else self.high
        if self.is_unique and high - low + 1 < 2 * size:
            high = low + 2 * size * (math.ceil(math.log(size + 2)) if self._are_prime else 1)
        low, high = max(low, min(bounds.low, self.low)), min(high, max(bounds.high, self.high))
        if math.isfinite(bounds.high) and bounds.high < self.high:
            high = bounds.high
        if math.isfinite(bounds.low):
            low = max(low, bounds.low)
        if self.is_unique and high - low + 1 < size and math.isfinite(bounds.low):
            low = bounds.low
        return low, high

    def _alphabet(self, draft: Draft) -> Counter[Number] | None:
        """The values with their counts, if they are few that come back."""
        bounds, total = draft.bounds(), self._counts.total()
        inside = Counter({v: n for v, n in self._counts.items() if bounds.low <= v <= bounds.high})
        if draft.is_varied and not self._is_bool:
            return None
        if self._is_bool or (set(self._counts) <= {0, 1} and bounds.high <= 1):
            return inside
        width = bounds.high - bounds.low + 1
        if self.is_unique or (math.isfinite(width) and width > FEW):
            return None
        if len(self._counts) <= FEW and total > 2 * len(self._counts):
            return inside
        return inside if set(self._counts) <= {0, 1} and total > 1 else None

    def _special(self, size: int, draft: Draft) -> list[Number]:
        """Numbers of which one stands alone, or makes the majority; nothing elsewhere."""
        rng = draft.rng
        if draft.is_varied or set(self._counts) <= {0, 1}:
            return []
        if times := self._times:
            values = Numbers([sorted(self._counts)], _NOTHING)._plain(
                (size - 1) // times + 1, draft
            )
            found = [value for value in values[1:] for _ in range(times)] + values[:1]
            rng.shuffle(found)
            return found
        if self._all(_has_majority) and len(self._counts) > 1:
            most = size // 2 + 1
            values = self._plain(size - most + 1, draft)
            found = values[:1] * most + values[1:]
            rng.shuffle(found)
            return found
        return []

    def _found_times(self) -> int:
        """How often all items but one are there, if that is the same more than once."""
        found = set()
        for sample in self._samples:
            counts = sorted(Counter(sample).values())
            if len(counts) == 2 and len(self._longer) == 1:
                return 0
            if len(sample) > 1 and (counts[0] != 1 or len(set(counts[1:])) != 1):
                return 0
            found |= set(counts[1:])
        return found.pop() if len(found) == 1 and min(found) > 1 else 0

    def _ordered(self, values: list[Number], rng: random.Random) -> list[Number]:
        if not self._order:
            if self._base is not None:
                rng.shuffle(values)
            return values
        values.sort(reverse=self._order == "descending")
        place = rng.randrange(1, len(values)) if len(values) > 1 else 0
        if self._order == "rotated":
            return values[place:] + values[:place]
        if self._order == "mountain":
            return mountain(values, rng)
        return values

    def _parents(self, size: int, rng: random.Random) -> list[Number]:
        root = round(self._samples[0].index(-1) * size / max(len(self._samples[0]), 1))
        labels = [place for place in range(size) if place != root]
        if root != 0:
            rng.shuffle(labels)
        labels.insert(0, root)
        parents: list[Number] = [-1] * size
        for place, label in enumerate(labels[1:], 1):
            parents[label] = labels[rng.randrange(place)]
        return parents

    def _permutation(self) -> int | None:
        longest = max(map(len, self._samples), default=0)
        for base in (0, 1):
            if longest > 2 and all(
                sorted(sample) == list(range(base, base + len(sample))) for sample in self._samples
            ):
                return base
        return None

    def _fixed_end(self, place: int) -> Number | None:
        ends = {sample[place] for sample in self._longer}
        is_shown = len({tuple(sample) for sample in self._longer}) > 1
        return ends.pop() if len(ends) == 1 and is_shown else None

    def _is_likely(self, order: str, constraints: Constraints, words: Sequence[str]) -> bool:
        if constraints.is_given:
            return constraints.mentions(*words)
        return order in ("ascending", "descending")

    def _all(self, test: Callable[[Sequence[Number]], bool]) -> bool:
        return bool(self._longer) and all(map(test, self._longer))


_NOTHING = Constraints(None, ())


def _sample(rng: random.Random, count: int, size: int) -> Sequence[int]:
    """So many different numbers below a count that may be very large."""
    if count <= sys.maxsize:
        return rng.sample(range(count), size)
    found: dict[int, None] = {}
    while len(found) < size:
        found[rng.randrange(count)] = None
    return list(found)


def _times(value: Number, factor: float) -> Number:
    try:
        return value * factor
    except OverflowError:  # a whole number beyond all floats
        return value


def _is_palindrome(values: Sequence[Number]) -> bool:
    return list(values) == list(values)[::-1] and len(set(values)) > 1


def _has_majority(values: Sequence[Number]) -> bool:
    return 2 * max(Counter(values).values()) > len(values)


def _decimals(value: Number) -> int:
    return len(f"{value!r}".partition(".")[2])
