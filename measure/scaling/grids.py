"""Grids: rows that are all as long."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from typing import Any

from effilint.measure.scaling.constraints import Constraints
from effilint.measure.scaling.draft import Draft
from effilint.measure.scaling.records import Same
from effilint.measure.scaling.sequences import Numbers

_LARGE = 10  # cells, and different values that are no alphabet


class Grid:
    """Rows that are all as long: symmetric, in order by row or column, or neither."""

    is_grid = True

    def __init__(self, samples: Sequence[Any], kind: type, constraints: Constraints) -> None:
        self._kind = kind
        self._row = type(next(row for sample in samples for row in sample))
        flat = [[item for row in sample for item in row] for sample in samples]
        is_numeric = all(isinstance(item, int | float) for cells in flat for item in cells)
        self._cells = Numbers(flat, constraints) if is_numeric else Same(flat)
        self._single = _single(flat)
        big = [sample for sample in samples if len(sample) > 1]
        self._is_symmetric = bool(big) and all(map(_is_symmetric, big))
        self._diagonal = (
            {row[place] for sample in big for place, row in enumerate(sample)}
            if self._is_symmetric
            else set()
        )
        self._corners = _corners(samples)
        self._has_sorted_rows = (
            is_numeric
            and bool(big)
            and all(list(row) == sorted(row) for sample in big for row in sample)
        )
        self._has_sorted_columns = (
            is_numeric
            and bool(big)
            and all(
                list(column) == sorted(column)
                for sample in big
                for column in zip(*sample, strict=True)
            )
        )

    def lengths(self, value: Any) -> tuple[int, ...]:
        return (len(value), len(value[0]) if value else 0)

    def drawn(self, lengths: tuple[int, ...], draft: Draft) -> Any:
        height, width = lengths
        cells = self._cells.drawn(height * width, draft.inside().inside())
        rows = [cells[start : start + width] for start in range(0, height * width, width or 1)]
        if self._has_sorted_columns:
            columns = [sorted(column) for column in zip(*rows, strict=True)]
            rows = [list(row) for row in zip(*columns, strict=True)]
        if self._has_sorted_rows:
            rows = [sorted(row) for row in rows]
        if self._is_symmetric and height == width:
            self._mirror(rows)
        if height and width:
            self._place(rows, draft.rng)
        return self._kind(self._row(row) for row in rows)

    def _place(self, rows: list[list[Any]], rng: random.Random) -> None:
        """Put what is in the corners there, and what there is one of at one place."""
        corners = {(y % len(rows), x % len(rows[0])): v for (y, x), v in self._corners.items()}
        cells = [(y, x) for y in range(len(rows)) for x in range(len(rows[0]))]
        others = [rows[y][x] for y, x in cells if rows[y][x] not in self._single]
        if self._single and others:
            for y, x in cells:
                if rows[y][x] in self._single:
                    rows[y][x] = rng.choice(others)
        for (y, x), value in corners.items():
            rows[y][x] = value
        missing = sorted(self._single - set(corners.values()))
        free = [cell for cell in cells if cell not in corners]
        for (y, x), value in zip(
            rng.sample(free, min(len(missing), len(free))), missing, strict=False
        ):
            rows[y][x] = value

    def _mirror(self, rows: list[list[Any]]) -> None:
        for y, row in enumerate(rows):
            if len(self._diagonal) == 1:
                row[y] = next(iter(self._diagonal))
            for x in range(y):
                row[x] = rows[x][y]


def _single(flat: Sequence[Sequence[Any]]) -> set[Any]:
    """What is there exactly once in every grid, where most other things come back."""
    counts = [Counter(cells) for cells in flat]
    if len(set().union(*counts)) > _LARGE or max(map(len, flat)) < _LARGE:
        return set()
    once = [{value for value, times in count.items() if times == 1} for count in counts]
    return set.intersection(*once) if len(flat) > 1 else set()


def _is_symmetric(rows: Sequence[Sequence[Any]]) -> bool:
    return len(rows) == len(rows[0]) and all(
        rows[y][x] == rows[x][y] for y in range(len(rows)) for x in range(y)
    )


def _corners(samples: Sequence[Any]) -> dict[tuple[int, int], Any]:
    found = {}
    big = [sample for sample in samples if len(sample) > 1]
    for y, x in ((0, 0), (-1, -1)):
        values = {sample[y][x] for sample in big}
        if len(values) == 1 and len(big) > 1:
            found[y, x] = values.pop()
    return found
