"""Lists of records, such as edges, intervals and points: rows of one width."""

from __future__ import annotations

import operator
import random
from collections.abc import Callable, Sequence
from itertools import combinations, pairwise
from typing import Any

from effilint.measure.scaling.constraints import Constraints
from effilint.measure.scaling.draft import Draft, NoRoomError
from effilint.measure.scaling.graphs import is_acyclic, is_connected
from effilint.measure.scaling.sequences import Numbers

_MOST_NODES = 10**5
_TRIES = 4  # times as many rows as wanted, before there seem to be no more different ones
_RELATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "!=": operator.ne,
}  # fmt: skip


class Records:
    """Lists of rows like these samples, each of which has the same number of numbers or texts.

    Kept, where all samples have it: what holds in a column (see `Numbers`), a column that is
    below or not equal to another one, rows that are all different, rows in order, intervals that
    do not overlap; as edges of a graph: a tree, no edge twice, no cycle, all connected.
    """

    def __init__(self, samples: Sequence[Sequence[Sequence[Any]]], constraints: Constraints):
        self._samples = [[tuple(row) for row in sample] for sample in samples]
        rows = [row for sample in self._samples for row in sample]
        width = len(rows[0])
        self._kind: Callable[[Any], Any] = type(next(row for sample in samples for row in sample))
        columns = [[[row[c] for row in s] for s in self._samples] for c in range(width)]
        self._columns = [_column(values, constraints) for values in columns]
        numeric = [c for c, column in enumerate(self._columns) if isinstance(column, Numbers)]
        with_numbers = set(numeric)
        self._relations = {
            (a, b): sign
            for a, b in combinations(range(width), 2)
            if (sign := _relation([(row[a], row[b]) for row in rows], {a, b} <= with_numbers))
        }
        self._are_different = all(len(set(sample)) == len(sample) for sample in self._samples)
        self._is_sorted = all(map(_is_sorted, self._samples))
        self._is_sorted &= max(map(len, self._samples)) > 2
        self._is_sorted &= all(map(_are_of_one_kind, zip(*rows, strict=True)))
        self._are_apart = width == 2 and self._is_sorted and all(map(_are_apart, self._samples))
        self._is_numeric = numeric == list(range(width))
        self._is_dense = False
        self._graph = self._graph_of() if {0, 1} <= set(numeric) else ""

    def drawn(self, size: int, draft: Draft) -> list[Any]:
        """Return this many rows; `NoRoomError` if so many different ones do not exist."""
        if self._graph and (labels := self._labels(draft)):
            return self._edges(size, labels, draft)
        if self._are_apart and self._is_numeric:
            return self._apart(size, draft)
        columns = [self._drawn(c, size, draft) for c in range(len(self._columns))]
        self._keep_together(columns, size, draft)
        rows = [self._related(list(row), draft) for row in zip(*columns, strict=True)]
        if self._are_different:
            rows = self._different(rows, size, draft)
        if self._is_sorted:
            rows.sort()
        return [self._kind(row) for row in rows]

    def _keep_together(self, columns: list[list[Any]], size: int, draft: Draft) -> None:
        """Take what is no number from one row of the samples: who knows what belongs together."""
        others = [c for c, column in enumerate(self._columns) if isinstance(column, Same)]
        rows = draft.rng.choices([row for sample in self._samples for row in sample], k=size)
        for column in others:
            columns[column] = [row[column] for row in rows]

    def _drawn(self, column: int, size: int, draft: Draft) -> list[Any]:
        values = self._columns[column].drawn(size, draft.inside().inside(column))
        return values + draft.rng.choices(values, k=size - len(values)) if values else []

    def _related(self, row: list[Any], draft: Draft) -> tuple[Any, ...]:
        """The row, with numbers swapped or moved where the samples have them in order."""
        for (a, b), sign in self._relations.items():
            if _RELATIONS[sign](row[a], row[b]):
                continue
            if row[a] != row[b]:
                row[a], row[b] = row[b], row[a]
                continue
            if not isinstance(row[a], int | float):
                row[b] = self._another(b, row[a], draft)
                continue
            bounds = [draft.inside().inside(c).bounds() for c in (a, b)]
            up, down = (b, a) if sign in ("<", "!=") else (a, b)
            if row[up] + 1 <= bounds[(a, b).index(up)].high:
                row[up] += 1
            else:
                row[down] -= 1
        return tuple(row)

    def _another(self, column: int, value: Any, draft: Draft) -> Any:
        """A value of a column that is not this one, if there is any."""
        options = self._columns[column].drawn(_TRIES * _TRIES, draft.inside().inside(column))
        return next((option for option in options if option != value), value)

    def _different(
        self, rows: list[tuple[Any, ...]], size: int, draft: Draft
    ) -> list[tuple[Any, ...]]:
        found = dict.fromkeys(rows)
        for _ in range(_TRIES):
            if len(found) >= size:
                break
            columns = [self._drawn(c, size, draft.varied()) for c in range(len(self._columns))]
            found |= dict.fromkeys(
                self._related(list(r), draft) for r in zip(*columns, strict=True)
            )
        if len(found) >= size:
            return list(found)[:size]
        if draft.is_loose:
            return rows
        raise NoRoomError(f"there are only about {len(found)} different rows")

    def _apart(self, size: int, draft: Draft) -> list[Any]:
        """Intervals in order that do not overlap."""
        ends = [draft.inside().inside(c).bounds() for c in (0, 1)]
        first, last = self._columns
        assert isinstance(first, Numbers)
        assert isinstance(last, Numbers)
        low = int(max(first.low, ends[0].low))
        high = max(int(last.high * max(draft.factor, 1)), low + 4 * size)
        high = int(min(high, ends[1].high))
        if high - low + 1 < 2 * size:
            raise NoRoomError(f"there is no room for {size} intervals that do not overlap")
        points = sorted(draft.rng.sample(range(low, high + 1), 2 * size))
        return [self._kind(pair) for pair in zip(points[::2], points[1::2], strict=True)]

    def _graph_of(self) -> str:
        """What the rows are as edges: `tree`, `connected`, `acyclic`, or nothing known."""
        if not self._are_different or not all(self._samples):
            return ""
        graphs = [[(row[0], row[1]) for row in sample] for sample in self._samples]
        nodes = [{node for edge in graph for node in edge} for graph in graphs]
        if not all(type(node) is int and node >= 0 for found in nodes for node in found):
            return ""
        if any(a == b for graph in graphs for a, b in graph):
            return ""
        self._is_dense = is_dense = all(
            max(n) - min(n) + 1 == len(n) and min(n) <= 1 for n in nodes
        )
        joined = all(is_connected(graph) for graph in graphs)
        pairs = zip(graphs, nodes, strict=True)
        if is_dense and joined and all(len(g) == len(n) - 1 for g, n in pairs):
            return "tree"
        simple = all(len({frozenset(e) for e in graph}) == len(graph) for graph in graphs)
        if not simple:
            return ""
        if all(is_acyclic(graph) for graph in graphs):
            return "acyclic"
        return "connected" if is_dense and joined else "simple"

    def _labels(self, draft: Draft) -> range | None:
        """The nodes there are, where something says it."""
        bounds = [draft.inside().inside(c).bounds() for c in (0, 1)]
        low, high = max(b.low for b in bounds), min(b.high for b in bounds)
        columns = [column for column in self._columns[:2] if isinstance(column, Numbers)]
        smallest = int(min(column.low for column in columns))
        start = 0 if low <= 0 and smallest == 0 else max(1, int(max(low, 0)))
        if high < _MOST_NODES:
            return range(start, int(high) + 1)
        if self._graph == "acyclic" or not self._is_dense:
            return None
        largest = max(column.high for column in columns)
        return range(start, int(largest * max(draft.factor, 1)) + 1)

    def _edges(self, size: int, labels: range, draft: Draft) -> list[Any]:
        rng, nodes = draft.rng, list(labels)
        if self._graph == "tree":
            nodes = nodes[: size + 1]
            if len(nodes) < size + 1:
                raise NoRoomError(f"there are only {len(nodes)} nodes for a tree")
        if size > len(nodes) * (len(nodes) - 1) // 2:
            raise NoRoomError(f"there are too few nodes for {size} edges")
        is_rooted = self._relations.get((0, 1)) in ("<", "<=")
        if not is_rooted:
            rng.shuffle(nodes)
        edges: dict[tuple[int, int], None] = {}
        if self._graph in ("tree", "connected"):
            for place in range(1, min(len(nodes), size + 1)):
                edges[rng.randrange(place), place] = None
        while len(edges) < size:
            a, b = sorted((rng.randrange(len(nodes)), rng.randrange(len(nodes))))
            if a != b:
                edges[a, b] = None
        is_mixed = self._graph != "acyclic" and not self._relations_are_strict()
        found = [self._edge(nodes[a], nodes[b], rng, is_mixed) for a, b in edges]
        rng.shuffle(found)
        rest = [self._drawn(c, size, draft) for c in range(2, len(self._columns))]
        rows = [(*edge, *more) for edge, *more in zip(found, *rest, strict=True)]
        return [self._kind(row) for row in (sorted(rows) if self._is_sorted else rows)]

    def _relations_are_strict(self) -> bool:
        return self._relations.get((0, 1)) in ("<", "<=", ">", ">=")

    def _edge(self, a: int, b: int, rng: random.Random, is_mixed: bool) -> tuple[int, int]:
        if self._relations.get((0, 1)) in (">", ">="):
            return max(a, b), min(a, b)
        return (b, a) if is_mixed and rng.random() < 0.5 else (a, b)


def _column(values: list[list[Any]], constraints: Constraints) -> Numbers | Same:
    everything = [value for sample in values for value in sample]
    if all(isinstance(value, int | float) for value in everything):
        return Numbers(values, constraints)
    return Same(values)


class Same:
    """Values of any kind: some of those in the samples again."""

    def __init__(self, samples: Sequence[Sequence[Any]]) -> None:
        self._values = [value for sample in samples for value in sample]

    def drawn(self, size: int, draft: Draft) -> list[Any]:
        """Return this many of them."""
        return draft.rng.choices(self._values, k=size)


def _relation(pairs: list[tuple[Any, Any]], is_numeric: bool) -> str:
    signs = ("<", ">", "<=", ">=", "!=") if is_numeric else ("!=",)
    if len({type(value) for pair in pairs for value in pair} - {int, float}) > 1:
        return ""
    return next((s for s in signs if all(_RELATIONS[s](a, b) for a, b in pairs)), "")


def _are_of_one_kind(values: Sequence[Any]) -> bool:
    """Whether each can be compared with each other one."""
    kinds = {float if isinstance(value, int | float) else type(value) for value in values}
    return len(kinds) == 1


def _is_sorted(rows: list[tuple[Any, ...]]) -> bool:
    try:
        return rows == sorted(rows)
    except TypeError:  # None, or texts beside numbers
        return False


def _are_apart(rows: Sequence[tuple[Any, ...]]) -> bool:
    return all(a < b for a, b in rows) and all(one[1] < two[0] for one, two in pairwise(rows))
