"""How often each token of a program runs, and what one run of it goes through.

A token belongs to the innermost node of the tree that it is part of: the brackets of a call to the
call, a `+` to the sum. A function of the file runs as often as all calls of it together, and goes
through what it does where that is most; how often it is called in all is a sum, in any order.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from itertools import accumulate
from typing import NamedTuple

from effilint.analyzer.context import Context, FunctionNode
from effilint.analyzer.facts.growth import summed
from effilint.detectors.operations import OUTSIDE, Entry, Operation, Scale, Table, opened, roots

SCALE = Scale(inputs=1000, items=30, passes=30, exponent=22)
_MOST_ENTRIES = 6  # of a function that are told apart, the costliest


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


def _of_tokens(table: Table, starts: Sequence[int]) -> Iterator[Heat]:
    heats = heats_in(table)
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


def heats_in(table: Table) -> dict[ast.AST, Heat]:
    """Return the heat of the nodes of a program that is open, as far as anything is known."""
    entries = _entries(table)
    found = {}
    for function in (table.context.tree, *table.context.circles.functions):
        known: dict[Operation, Heat] = {}
        for node, one in table.own(function):
            if one not in known:
                known[one] = _heat(one, entries[function])
            found[node] = known[one]
    return found


def _heat(one: Operation, entries: Sequence[Entry]) -> Heat:
    """The heat of an operation: how often in all, and the rest where it takes most."""
    done = [entry.of(one) for entry in entries]
    times = SCALE.bits(summed(there.times for there in done))
    heats = [
        Heat(
            SCALE.bits(there.times),
            math.log2(there.repeats),
            SCALE.bits(there.price),
            SCALE.bits(there.spared),
        )
        for there in done
    ]
    most = max(heats, key=lambda heat: (heat.times + heat.repeats + heat.price, heat))
    return most._replace(times=times)


def _entries(table: Table) -> dict[ast.AST, list[Entry]]:
    """How each function is entered: callers come before what they call."""
    context = table.context
    found: dict[ast.AST, list[Entry]] = {root: [OUTSIDE] for root in roots(context)}
    _enter_callees(table, context.tree, found)
    for group in reversed(context.circles.groups):
        entered = [function for function in group if function in found]
        if not entered:  # by a name that is passed on
            entered = group[:1]
            found[group[0]] = [OUTSIDE]
        outside = {function: found[function] for function in entered}
        for function, entries in outside.items():
            _go_round(table, function, _fewer(entries), found)
        for function in group:
            found[function] = _fewer(found[function])
            _enter_callees(table, function, found)
    return found


def _go_round(
    table: Table, first: FunctionNode, entries: list[Entry], found: dict[ast.AST, list[Entry]]
) -> None:
    """Enter the functions that a function reaches and that reach it."""
    inner: dict[ast.AST, list[Entry]] = {first: entries}
    for caller, callee, ways in table.context.circles.steps(first):
        entered = [table.entry(outer, caller, ways) for outer in inner[caller]]
        inner[callee] = [entry for entry in entered if entry is not None] or [OUTSIDE]
        found.setdefault(callee, []).extend(inner[callee])


def _enter_callees(
    table: Table, function: FunctionNode | ast.Module, found: dict[ast.AST, list[Entry]]
) -> None:
    context = table.context
    for node, one in table.own(function):
        for way in context.entries.of(node) if isinstance(node, ast.Call) else ():
            if not context.circles.is_inner(function, way.function):
                entered = (table.into(entry, one, way) for entry in found[function])
                found.setdefault(way.function, []).extend(entered)


def _fewer(entries: list[Entry]) -> list[Entry]:
    """Entries without equal ones; of many, those that cost least are joined into one."""
    if len(entries) < 2:
        return entries
    different = {_key(entry): entry for entry in entries}
    ordered = [different[key] for key in sorted(different, reverse=True)]
    if len(ordered) <= _MOST_ENTRIES:
        return ordered
    return [*ordered[: _MOST_ENTRIES - 1], reduce(Entry.joined, ordered[_MOST_ENTRIES - 1 :])]


def _key(entry: Entry) -> tuple[float, float, int, str, str, str]:
    sizes = sorted((name, str(size)) for name, size in entry.sizes.items())
    bits = sum(SCALE.bits(size) for size in entry.sizes.values())
    times = SCALE.bits(entry.times)
    return times, bits, entry.repeats, str(entry.times), str(entry.spared), str(sizes)
