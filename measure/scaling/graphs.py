"""What edges make of a graph."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence


def is_connected(edges: Sequence[tuple[int, int]]) -> bool:
    """Whether there is a way from each node in these edges to each other one."""
    neighbours: defaultdict[int, list[int]] = defaultdict(list)
    for a, b in edges:
        neighbours[a].append(b)
        neighbours[b].append(a)
    seen: set[int] = set()
    waiting = list(neighbours)[:1]
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting += neighbours[node]
    return len(seen) == len(neighbours)


def is_acyclic(edges: Sequence[tuple[int, int]]) -> bool:
    """Whether no way along the edges leads back."""
    targets: defaultdict[int, list[int]] = defaultdict(list)
    above: defaultdict[int, int] = defaultdict(int)
    for a, b in edges:
        targets[a].append(b)
        above[b] += 1
    free = [node for node in targets if not above[node]]
    reached = 0
    while free:
        for node in targets[free.pop()]:
            above[node] -= 1
            reached += 1
            if not above[node]:
                free.append(node)
    return reached == len(edges)
