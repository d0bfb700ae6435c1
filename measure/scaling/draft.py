"""What a pattern has to know when it makes a value: chance, growth, and the limits in force."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from effilint.measure.scaling.constraints import Bounds


class NoRoomError(Exception):
    """There are not enough different values for so many items; `str` says of what."""


@dataclass(frozen=True)
class Draft:
    """The circumstances of one value.

    `factor`: how many times as large the value is to be. `limits` gives the bounds of items by
    their indexes (None for any place); `indexes` lead to where the draft stands.
    `is_varied`: few values that come back would be too few. `is_loose`: values that are all
    different in the samples may come back.
    """

    rng: random.Random
    factor: float
    limits: Callable[[tuple[int | None, ...]], Bounds]
    indexes: tuple[int | None, ...] = ()
    is_varied: bool = False
    is_loose: bool = False

    def inside(self, index: int | None = None) -> Draft:
        """Return the draft for the items of the value, or for those at one index."""
        return replace(self, indexes=(*self.indexes, index))

    def varied(self) -> Draft:
        """Return the draft for more different values than the samples have."""
        return replace(self, is_varied=True)

    def strict(self) -> Draft:
        """Return the draft for values that must be different where those of the samples are."""
        return replace(self, is_loose=False)

    def bounds(self) -> Bounds:
        """Return the bounds of what stands here."""
        return self.limits(self.indexes)


class Pattern(Protocol):
    """What samples of one value have in common."""

    is_grid: bool  # whether the size is a product of two lengths

    def lengths(self, value: Any) -> tuple[int, ...]:
        """Return the sizes of a value that can grow, the outermost first; none if it cannot."""
        ...

    def drawn(self, lengths: tuple[int, ...], draft: Draft) -> Any:
        """Return a value of these sizes; `NoRoomError` if there is none."""
