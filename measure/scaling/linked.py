"""Linked lists and binary trees."""

from __future__ import annotations

import json
import random
from collections import deque
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from effilint.measure import wire
from effilint.measure.scaling.constraints import Constraints
from effilint.measure.scaling.draft import Draft
from effilint.measure.scaling.records import Same
from effilint.measure.scaling.sequences import Numbers

_ENOUGH = 5  # steps from a node to its child, after which an order is no chance


class Nodes:
    """Linked lists and binary trees."""

    is_grid = False

    def __init__(self, samples: Sequence[Any], kind: type, constraints: Constraints) -> None:
        self._kind = kind
        self._tag = "ln" if kind.__name__ == "ListNode" else "tn"
        levels = [_values(sample, self._tag) for sample in samples]
        values = [[v for v in level if v is not None] for level in levels]
        self._numbers = Numbers(values, constraints) if _are_numbers(values) else Same(values)
        inorder = [_inorder(sample) for sample in samples] if self._tag == "tn" else []
        big = [found for found in inorder if len(found) > 2]
        self._is_search = _are_numbers(big) and bool(big) and all(map(_is_strict, big))
        is_likely = constraints.mentions("perfect") or any(len(v) > 3 for v in values)
        self._is_perfect = (
            bool(big)
            and is_likely
            and all(None not in level and (len(level) + 1) & len(level) == 0 for level in levels)
        )
        self._heap = _heap_order([s for s, v in zip(samples, values, strict=True) if len(v) > 2])

    def lengths(self, value: Any) -> tuple[int, ...]:
        return (sum(v is not None for v in _values(value, self._tag)),)

    def drawn(self, lengths: tuple[int, ...], draft: Draft) -> Any:
        (size,) = lengths
        if self._is_perfect:
            size = (1 << max((size + 1).bit_length() - 1, 0)) - 1
        values: list[Any] = self._numbers.drawn(size, draft.inside())
        if self._tag == "tn":
            values = self._tree(values, draft.rng)
        return wire.decoded({self._tag: values}, {self._kind.__name__: self._kind})

    def _tree(self, values: list[Any], rng: random.Random) -> list[Any]:
        """The values level by level, with None for a child that is missing."""
        size = len(values)
        if self._heap:
            values = sorted(values, reverse=self._heap == "falling")
        if self._is_perfect and not self._is_search:
            return values
        if self._is_search:
            values = sorted(set(values))
            rng.shuffle(values)
        children: list[list[int | None]] = [[None, None] for _ in values]
        free = [(0, 0), (0, 1)]
        for node in range(1, len(values)):
            if self._is_search:
                parent, side = _place_in_search(values, children, node)
            else:
                place = rng.randrange(len(free))
                free[place], free[-1] = free[-1], free[place]
                parent, side = free.pop()
            children[parent][side] = node
            free += [(node, 0), (node, 1)]
        return _by_level(values, children) if size else []


def _are_numbers(lists: Sequence[Sequence[Any]]) -> bool:
    return all(isinstance(item, int | float) for items in lists for item in items)


def _values(node: Any, tag: str) -> list[Any]:
    if node is None:
        return []
    found: list[Any] = json.loads(wire.dump(node))[tag]
    return found


def _inorder(root: Any) -> list[Any]:
    found: list[Any] = []
    waiting: list[Any] = []
    node = root
    while waiting or node is not None:
        while node is not None:
            waiting.append(node)
            node = node.left
        node = waiting.pop()
        found.append(node.val)
        node = node.right
    return found


def _heap_order(roots: Sequence[Any]) -> str:
    """Whether values only fall, or only rise, from every root to the leaves; empty if neither."""
    steps = (
        [
            child.val - node.val
            for root in roots
            for node in _all_nodes(root)
            for child in (node.left, node.right)
            if child is not None and type(child.val) is type(node.val) is int
        ]
        if all(type(root).__name__ == "TreeNode" for root in roots)
        else []
    )
    if len(steps) < _ENOUGH:
        return ""
    return "falling" if max(steps) < 0 else "rising" if min(steps) > 0 else ""


def _all_nodes(root: Any) -> list[Any]:
    found = [root]
    for node in found:
        found += [child for child in (node.left, node.right) if child is not None]
    return found


def _is_strict(values: Sequence[Any]) -> bool:
    return all(a < b for a, b in pairwise(values))


def _place_in_search(
    values: Sequence[Any], children: Sequence[Sequence[int | None]], new: int
) -> tuple[int, int]:
    node, value = 0, values[new]
    while True:
        side = int(value > values[node])
        following = children[node][side]
        if following is None:
            return node, side
        node = following


def _by_level(values: Sequence[Any], children: Sequence[Sequence[int | None]]) -> list[Any]:
    found: list[Any] = []
    level: deque[int | None] = deque([0])
    while level:
        node = level.popleft()
        found.append(None if node is None else values[node])
        if node is not None:
            level += children[node]
    while found and found[-1] is None:
        found.pop()
    return found
