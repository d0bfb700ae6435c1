"""How often each token of a program runs, and what one run of it goes through.

A token belongs to the innermost node of the tree that it is part of: the brackets of a call to the
call, a `+` to the sum. A function of the file runs as often as the call of it that runs most.
"""

from __future__ import annotations

import ast
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from effilint.analyzer.context import Context, FunctionNode
from effilint.analyzer.facts.growth import ONE, Growth
from effilint.detectors.operations import Operation, Scale, Table, opened, roots

SCALE = Scale(inputs=1000, items=30, passes=30, exponent=22)
_MOST_ENTRIES = 4  # of a function, from places that run more and more


class Heat(NamedTuple):
    """Logarithms to base 2, at `SCALE`.

    `times`: how often a token runs; `repeats`: of that in loops of constant length; `price`: items
    that one run goes through; `spared`: passes that an early exit may spare.
    """

    times: float
    repeats: float
    price: float
    spared: float


COLD = Heat(0.0, 0.0, 0.0, 0.0)


def heat_of(text: str, starts: Sequence[int]) -> list[Heat] | None:
    """Return the heat of the tokens that start at these bytes of the text, in rising order.

    None if the text cannot be parsed, or is nested too deep.
    """
    with opened(text) as table:
        return None if table is None else heat_in(table, starts)


def heat_in(table: Table, starts: Sequence[int]) -> list[Heat] | None:
    """Return the heat of tokens of a program that is open."""
    try:
        return list(_of_tokens(table, starts))
    except RecursionError:
        return None


class _Entry(NamedTuple):
    """How a function is entered: how often, and with what in the place of its parameters."""

    times: Growth
    repeats: int
    spared: Growth
    sizes: dict[str, Growth]

    def times_of(self, one: Operation) -> Growth:
        return self.times * one.times.replace(self.sizes)


_FROM_OUTSIDE = _Entry(ONE, 1, ONE, {})


def _of_tokens(table: Table, starts: Sequence[int]) -> Iterator[Heat]:
    heats = _heats(table)
    nodes = sorted(_spans(table.context, heats), key=lambda span: (span[0], -span[1]))
    around: list[tuple[int, Heat]] = []  # ends of the nodes around a token, innermost last
    place = 0
    for start in starts:
        while place < len(nodes) and nodes[place][0] <= start:
            first, end, heat = nodes[place]
            while around and around[-1][0] <= first:
                around.pop()
            around.append((end, heat))
            place += 1
        while around and around[-1][0] <= start:
            around.pop()
        yield around[-1][1] if around else COLD


def _spans(context: Context, heats: Mapping[ast.AST, Heat]) -> Iterator[tuple[int, int, Heat]]:
    """The bytes of each node that something is known of."""
    lines = [0, *accumulate(len(line.encode()) for line in context.source.lines)]
    for node, heat in heats.items():
        if isinstance(node, ast.expr | ast.stmt):
            end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or 0
            first = lines[node.lineno - 1] + node.col_offset
            yield first, lines[end_line - 1] + end_column, heat


def _heats(table: Table) -> dict[ast.AST, Heat]:
    entries = _entries(table)
    functions: list[FunctionNode | ast.Module] = [table.context.tree]
    for kind in (ast.FunctionDef, ast.AsyncFunctionDef):
        for node in table.context.index.get(kind, ()):
            assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            functions.append(node)
    found = {}
    for function in functions:
        entry = entries.get(function, _FROM_OUTSIDE)
        known: dict[Operation, Heat] = {}
        for node, one in table.own(function):
            if one not in known:
                known[one] = _heat(one, entry)
            found[node] = known[one]
    return found


def _heat(one: Operation, entry: _Entry) -> Heat:
    return Heat(
        SCALE.bits(entry.times_of(one)),
        math.log2(entry.repeats * one.repeats),
        SCALE.bits(one.price.replace(entry.sizes)),
        SCALE.bits(entry.spared * one.spared.replace(entry.sizes)),
    )


def _entries(table: Table) -> dict[ast.AST, _Entry]:
    """How each function is entered where it is most often."""
    context = table.context
    found: dict[ast.AST, _Entry] = {}
    entered: Counter[ast.AST] = Counter()
    left: list[tuple[FunctionNode | ast.Module, _Entry]] = [
        (root, _FROM_OUTSIDE) for root in roots(context)
    ]
    while left:
        function, entry = left.pop()
        known = found.get(function)
        is_more = known is None or SCALE.bits(entry.times) > SCALE.bits(known.times)
        if not is_more or entered[function] == _MOST_ENTRIES:
            continue
        found[function] = entry
        entered[function] += 1
        for node, one in table.own(function):
            callee = context.callee(node) if isinstance(node, ast.Call) else None
            if callee is None or callee is function:
                continue
            assert isinstance(node, ast.Call)
            passed = context.costs.passed(node, callee)
            sizes = {name: size.replace(entry.sizes) for name, size in passed.items()}
            spared = entry.spared * one.spared.replace(entry.sizes)
            repeats = entry.repeats * one.repeats
            left.append((callee, _Entry(entry.times_of(one), repeats, spared, sizes)))
    return found
