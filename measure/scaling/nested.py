"""Sequences of things that have sizes of their own, such as words, lists and linked lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from effilint.measure.scaling.draft import Draft, NoRoomError, Pattern

_IN_VAIN = 1000  # draws in a row, or as many as there are items, that bring nothing new
_TRIES = 8  # times as many as wanted, before there seem to be no more different ones


class Nested:
    """Sequences like these samples; `inner` is the pattern of their items, if those can grow.

    Kept, where all samples have it: items that are all different, all as long, one longer than
    the one before, shuffled from the same letters, in order. Words among numbers are taken as
    they are.
    """

    is_grid = False

    def __init__(self, samples: Sequence[Any], kind: type, inner: Pattern | None) -> None:
        self._kind, self._inner = kind, inner
        self._items = [item for sample in samples for item in sample]
        sizes = [[inner.lengths(v) for v in s if v is not None] for s in samples] if inner else []
        self._sizes = [size for found in sizes for size in found]
        self._are_different = all(_count(sample) == len(sample) for sample in samples)
        self._are_as_long = any(len(s) > 1 for s in sizes) and all(len(set(s)) <= 1 for s in sizes)
        self._is_triangle = max(map(len, samples)) > 2 and all(
            found == [(place,) for place in range(1, len(found) + 1)] for found in sizes
        )
        is_text = all(isinstance(item, str) for item in self._items)
        kinds = {item.lstrip("-").isdigit() for item in self._items if is_text and item}
        self._are_tokens = len(kinds) > 1 and not self._are_different
        letters = [{"".join(sorted(word)) for word in s} for s in samples if is_text and s]
        self._are_shuffled = (
            self._are_as_long
            and is_text
            and all(len(found) == 1 and len(set(min(found))) > 1 for found in letters)
        )
        long = [list(sample) for sample in samples if len(sample) > 2]
        self._is_sorted = is_text and bool(long) and all(s == sorted(s) for s in long)

    def lengths(self, value: Any) -> tuple[int, ...]:
        """Return how many items there are, and the size of the largest."""
        if self._inner is None or not value:
            return (len(value),)
        inside = [sum(self._inner.lengths(item)) for item in value if item is not None]
        return len(value), max(inside, default=0)

    def drawn(self, lengths: tuple[int, ...], draft: Draft) -> Any:
        """Return so many items; `NoRoomError` if there are not so many different ones."""
        size = lengths[0]
        draft = draft.strict() if self._kind in (set, frozenset) else draft
        if self._inner is None or not self._sizes or self._are_tokens:
            return self._kind(draft.rng.choices(self._items, k=size))
        found = self._drawn(size, self._stretch(lengths), self._inner, draft)
        if self._is_sorted:
            found.sort()
        return self._kind(found)

    def _stretch(self, lengths: tuple[int, ...]) -> float:
        """How many times as large the items are to be as those of the samples."""
        longest = max(sum(sizes) for sizes in self._sizes) or 1
        return max(lengths[1] / longest, 1.0) if len(lengths) > 1 else 1.0

    def _drawn(self, size: int, stretch: float, inner: Pattern, draft: Draft) -> list[Any]:
        same = draft.rng.choice(self._sizes)
        found: list[Any] = []
        seen: set[str] = set()
        attempt = in_vain = 0
        while attempt < _TRIES * size and len(found) < size:
            if in_vain > max(_IN_VAIN, len(found)):
                # All of this form are there, as it seems: on to the next.
                attempt, in_vain = (attempt // size + 1) * size, 0
                continue
            sizes = same if self._are_as_long else draft.rng.choice(self._sizes)
            # After a while nothing short is new any more.
            longer = 0 if self._are_as_long else attempt // size
            sizes = tuple(round(part * stretch) + longer for part in sizes)
            if self._is_triangle:
                sizes = (len(found) + 1,)
            item = self._item(found, sizes, inner, draft, is_varied=attempt >= 2 * size)
            key = repr(item) if self._are_different and not draft.is_loose else None
            attempt, in_vain = attempt + 1, in_vain + 1
            if key is None or key not in seen:
                found.append(item)
                seen.add(key or "")
                in_vain = 0
        if len(found) < size:
            raise NoRoomError(f"there are only about {len(found)} different items")
        return found

    def _item(
        self,
        found: Sequence[Any],
        sizes: tuple[int, ...],
        inner: Pattern,
        draft: Draft,
        *,
        is_varied: bool,
    ) -> Any:
        if self._are_shuffled and found:
            return "".join(draft.rng.sample(found[0], len(found[0])))
        inside = draft.inside()
        return inner.drawn(sizes, inside.varied() if is_varied else inside)


def _count(values: Sequence[Any]) -> int:
    return len({repr(value) for value in values})
