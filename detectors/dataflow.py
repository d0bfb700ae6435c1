"""How values flow between the variables of a program, as GraphCodeBERT reads it.

Variables are leaves that are no keyword and no punctuation: names, numbers, texts. Where a variable
gets its value from (Guo et al., "GraphCodeBERT: Pre-training Code Representations with Data Flow",
2021, section 3): a name that is read comes from where it was bound last, what is assigned is
computed from the variables on the right. Branches are merged; loops are gone through twice, so that
what one round leaves is known in the next. Code that cannot be parsed has leaves and flow all the
same. Other than in 2021 loops that have an `else` have both, `:=` assigns, and expressions in
f-strings count.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tree_sitter import Node

from effilint.detectors.syntax import LOOPS, Leaf, Syntax, is_leaf

_ASSIGNMENTS = ("assignment", "augmented_assignment", "named_expression")
_BRANCHES = ("elif_clause", "else_clause")
_DEEPEST = 150  # nodes below each other; what is deeper is a sequence of leaves
_MOST_SOURCES = 64  # of a name after branches, the last ones
_MOST_NESTED = 4  # loops of which each is gone through twice: below them once

_States = dict[str, tuple[int, ...]]


class Flow(NamedTuple):
    """A variable that values flow to or from: the leaf, and the leaves its value is from.

    `is_computed`: an assignment computes it from them; else it is the same value.
    """

    leaf: int
    sources: tuple[int, ...]
    is_computed: bool


def flow_of(
    syntax: Syntax, leaves: Sequence[Leaf], wanted: Sequence[int] | None = None
) -> list[Flow]:
    """Return where the variables among the leaves have their values from, in order.

    `leaves` are those of `syntax`, maybe with other texts. `wanted`: the numbers, in order, of the
    leaves to look at; all by default.
    """
    graph = _Graph(leaves, range(len(leaves)) if wanted is None else wanted)
    graph.go(syntax.tree.root_node, {}, 0, 0)
    return graph.flow()


@dataclass
class _Graph:
    leaves: Sequence[Leaf]
    wanted: Sequence[int]
    _found: dict[int, tuple[set[int], bool]] = field(default_factory=dict)
    _numbers: list[int] = field(init=False)
    _starts: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self._numbers = [n for n in self.wanted if self.leaves[n].is_variable]
        self._starts = [self.leaves[n].start for n in self._numbers]

    def flow(self) -> list[Flow]:
        """Return the variables with a source, or that are one, in order."""
        used = {source for sources, _ in self._found.values() for source in sources}
        return [
            Flow(leaf, tuple(sorted(sources)), is_computed)
            for leaf, (sources, is_computed) in sorted(self._found.items())
            if sources or leaf in used
        ]

    def go(self, node: Node, states: _States, depth: int, loops: int) -> None:
        """Follow the values through a node; `states` say where each name was bound last."""
        variables = self._variables(node)
        if not variables:
            return
        kind, children = node.type, node.children
        if depth > _DEEPEST or is_leaf(kind, children):
            for leaf in variables:
                self._read(leaf, states)
        elif kind == "default_parameter":
            self._default(node, states, depth, loops)
        elif kind in _ASSIGNMENTS:
            right = node.child_by_field_name("right") or node.child_by_field_name("value")
            left = node.child_by_field_name("left") or node.child_by_field_name("name")
            if left is not None and right is not None:
                self._assign(left, right, states, depth, loops)
        elif kind == "for_in_clause":
            left = node.child_by_field_name("left")
            if left is not None:
                self._bind([(left, children[-1])], states, depth, loops)
        elif kind == "if_statement":
            self._branch(children, states, depth, loops)
        elif kind in LOOPS:
            self._loop(node, states, depth, loops)
        else:
            clauses = [child for child in children if child.type == "for_in_clause"]
            rest = [child for child in children if child.type != "for_in_clause"]
            for child in (*clauses, *rest):  # a comprehension binds before it reads
                self.go(child, states, depth + 1, loops)

    def _variables(self, node: Node) -> list[int]:
        """The wanted leaves of a node that are variables."""
        first = bisect_left(self._starts, node.start_byte)
        return self._numbers[first : bisect_left(self._starts, node.end_byte)]

    def _add(self, leaf: int, sources: Sequence[int], *, is_computed: bool = False) -> None:
        known, _ = self._found.setdefault(leaf, (set(), is_computed))
        known.update(sources)

    def _read(self, leaf: int, states: _States) -> None:
        name = self.leaves[leaf].text
        if name in states:
            self._add(leaf, states[name])
            return
        if self.leaves[leaf].kind == "identifier":
            states[name] = (leaf,)
        self._add(leaf, ())

    def _default(self, node: Node, states: _States, depth: int, loops: int) -> None:
        """A parameter comes from its default value."""
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is None:
            return
        sources: list[int] = []
        if value is not None:
            self.go(value, states, depth + 1, loops)
            sources = self._variables(value)
        for leaf in self._variables(name):
            self._add(leaf, sources)
            states[self.leaves[leaf].text] = (leaf,)

    def _assign(self, left: Node, right: Node, states: _States, depth: int, loops: int) -> None:
        """Pair what stands on both sides, one by one where they are as many."""
        self._bind(_pairs(left, right), states, depth, loops)

    def _bind(
        self, pairs: Sequence[tuple[Node, Node]], states: _States, depth: int, loops: int
    ) -> None:
        for _, right in pairs:
            self.go(right, states, depth + 1, loops)
        for left, right in pairs:
            sources = self._variables(right)
            for leaf in self._variables(left):
                self._add(leaf, sources, is_computed=True)
                states[self.leaves[leaf].text] = (leaf,)

    def _branch(self, children: Sequence[Node], states: _States, depth: int, loops: int) -> None:
        """After branches a name comes from wherever one of them bound it."""
        before = dict(states)
        ends = []
        for child in children:
            if child.type in _BRANCHES:
                end = dict(before)
                self.go(child, end, depth + 1, loops)
                ends.append(end)
            else:
                self.go(child, states, depth + 1, loops)
        if not any(child.type == "else_clause" for child in children):
            ends.append(before)
        for end in ends:
            for name, leaves in end.items():
                if leaves is not states.get(name):
                    merged = sorted({*states.get(name, ()), *leaves})
                    states[name] = tuple(merged[-_MOST_SOURCES:])

    def _loop(self, node: Node, states: _States, depth: int, loops: int) -> None:
        """Go through a loop twice: a name may come from the round before."""
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        body = node.child_by_field_name("body")
        for _ in range(2 if loops < _MOST_NESTED else 1):
            if left is not None and right is not None:
                self._assign(left, right, states, depth, loops)
            condition = node.child_by_field_name("condition")
            for part in (condition, body):
                if part is not None:
                    self.go(part, states, depth + 1, loops + 1)
        if (otherwise := node.child_by_field_name("alternative")) is not None:
            self.go(otherwise, states, depth + 1, loops)


def _pairs(left: Node, right: Node) -> list[tuple[Node, Node]]:
    """The parts of two sides, if they are as many; else the sides as they are."""
    lefts = [child for child in left.children if child.type != ","]
    rights = [child for child in right.children if child.type != ","]
    if lefts and len(lefts) == len(rights):
        return list(zip(lefts, rights, strict=True))
    return [(left, right)]
