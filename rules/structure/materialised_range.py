from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, replacement
from effilint.analyzer.facts.loops import TINY
from effilint.analyzer.facts.scopes import Kind, Symbol
from effilint.analyzer.patterns import constant_int, is_name, looks_at_locals, range_bounds

_PICKED = frozenset(["len", "random.choice", "random.choices", "random.sample"])
_WHOLE = frozenset(["enumerate", "zip", "sum", "set", "frozenset", "sorted", "list", "reversed"])


class MaterialisedRange(Rule):
    """A range is put into a list that is only searched, measured, or read at some places.

    The range itself can be read so, and computes the answer: no number is written down, and none
    compared. Silent where all that happens to the list is that it is gone through: that takes as
    long as to make it.
    """

    code = "DST509"
    name = "materialised-range"
    message = "`{list}` writes all numbers of a range into a list that is only read"
    advice = "Write `{range}`"
    gain = Gain("O(n)", "O(1)", {100: 3.9, 10_000: 380.0, 1_000_000: 63000.0})
    calls = frozenset({"list", "tuple"})
    examples = (
        Bad(
            """
            def wanted(size, numbers: list[int]):
                known = list(range(size))  # DST509
                return [number for number in numbers if number in known]
            """,
            fixed="""
            def wanted(size, numbers: list[int]):
                known = range(size)
                return [number for number in numbers if number in known]
            """,
            workload="wanted(n, [n - 1, n // 2])",
        ),
        Bad(
            """
            def is_weekday(day: int):
                return day in [i for i in range(1, 600)]  # DST509
            """,
            fixed="""
            def is_weekday(day: int):
                return day in range(1, 600)
            """,
            workload="is_weekday(n)",
        ),
        Bad(
            """
            import random

            def draws(size, count):
                tickets = [*range(1, size + 1)]  # DST509
                if count > len(tickets):
                    return tickets[0], tickets[-1]
                return random.sample(tickets, count)
            """,
            fixed="""
            import random

            def draws(size, count):
                tickets = range(1, size + 1)
                if count > len(tickets):
                    return tickets[0], tickets[-1]
                return random.sample(tickets, count)
            """,
        ),
        Bad(
            """
            class Board:
                def moves(self, size):
                    places = tuple(range(size))  # DST509
                    for row in places:
                        for step in (-1, 1):
                            if row + step in places:
                                yield row, row + step
            """,
            fixed="""
            class Board:
                def moves(self, size):
                    places = range(size)
                    for row in places:
                        for step in (-1, 1):
                            if row + step in places:
                                yield row, row + step
            """,
        ),
        # Only gone through.
        Good(
            """
            def total(size):
                numbers = list(range(size))
                return sum(numbers)
            """
        ),
        # Shuffled.
        Good(
            """
            import random

            def order(size):
                places = list(range(size))
                random.shuffle(places)
                return places
            """
        ),
        # Kept and changed.
        Good(
            """
            def groups(size):
                parents = list(range(size))

                def find(item):
                    while parents[item] != item:
                        parents[item] = parents[parents[item]]
                        item = parents[item]
                    return item

                return find
            """
        ),
        # Compared with a list: a range is equal to no list.
        Good(
            """
            def is_sorted(numbers):
                wanted = list(range(len(numbers)))
                return numbers == wanted
            """
        ),
        # Added to another one.
        Good(
            """
            def twice(size):
                return list(range(size)) + list(range(size))
            """
        ),
        # Ten numbers.
        Good(
            """
            def digits():
                known = list(range(10))
                return [digit for digit in (4, 5) if digit in known]
            """
        ),
        # A loop over it is MEM105's.
        Good(
            """
            def show(size):
                for number in list(range(size)):
                    print(number)
            """
        ),
        # Its first number is MEM104's.
        Good(
            """
            def first_free(size):
                return list(range(size, size * 2))[0]
            """
        ),
        # Not numbers: a range is searched item by item for others.
        Good(
            """
            def is_known(size, word):
                return word in list(range(size))
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        match node:
            case ast.Call(func=ast.Name(id=kind), args=[ast.Call() as numbers], keywords=[]):
                if range_bounds(numbers) and context.resolve(node.func) == kind:
                    yield from self._read_only(node, numbers, context)

    def visit_List(self, node: ast.List, context: Context) -> Iterator[Finding]:
        match node.elts:
            case [ast.Starred(value=ast.Call() as numbers)] if range_bounds(numbers):
                yield from self._read_only(node, numbers, context)

    def visit_ListComp(self, node: ast.ListComp, context: Context) -> Iterator[Finding]:
        match node:
            case ast.ListComp(
                elt=ast.Name(id=name),
                generators=[ast.comprehension(target=target, iter=numbers, ifs=[], is_async=0)],
            ) if is_name(target, name) and range_bounds(numbers):
                yield from self._read_only(node, numbers, context)

    def _read_only(self, node: ast.expr, numbers: ast.expr, context: Context) -> Iterator[Finding]:
        length = context.length(numbers)
        if context.resolve(numbers.func) != "range":  # type: ignore[attr-defined]
            return
        if length is not None and length <= TINY:
            return
        parent = context.parent(node)
        if isinstance(parent, ast.Assign | ast.AnnAssign):
            if not _is_kept_for_reading(parent, context):
                return
        elif not _is_read(node, context) or isinstance(parent, ast.For | ast.comprehension):
            return
        text = context.segment(numbers)
        edits = [Edit(node, replacement(text))]
        if isinstance(parent, ast.Subscript) and context.type_of(parent.slice).name != "int":
            edits = []  # a slice object may make a list of it
        yield self.report(node, *edits, list=context.segment(node), range=text)


def _is_kept_for_reading(statement: ast.Assign | ast.AnnAssign, context: Context) -> bool:
    """Whether the variable is a function's own and no read of it needs a list."""
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return False
    symbol = context.symbol(statement.targets[0])
    if symbol is None or not symbol.scope.is_function or not symbol.loads:
        return False
    if looks_at_locals(symbol.scope.node):
        return False
    if any(binding.kind is not Kind.ASSIGN for binding in symbol.bindings):
        return False
    return len(symbol.bindings) == 1 and _are_reads(symbol, context)


def _are_reads(symbol: Symbol, context: Context) -> bool:
    uses = context.scopes.loads(symbol)
    if any(_is_searched(use, context) for use in uses):
        return all(_is_read(use, context) or _is_gone_through(use, context) for use in uses)
    return all(_is_read(use, context) for use in uses)


def _is_gone_through(use: ast.expr, context: Context) -> bool:
    match context.parent(use):
        case ast.For(iter=items) | ast.comprehension(iter=items):
            return items is use
        case ast.Call(func=function, args=args) if use in args:
            return context.resolve(function) in _WHOLE
    return False


def _is_searched(use: ast.expr, context: Context) -> bool:
    """Whether an int is looked for, which a range finds by computing."""
    match context.parent(use):
        case ast.Compare(left=item, ops=[ast.In() | ast.NotIn()], comparators=[container]):
            return container is use and context.type_of(item).name == "int"
    return False


def _is_read(use: ast.expr, context: Context) -> bool:
    """Whether a part is read, which a range computes, with the same result."""
    match context.parent(use):
        case ast.Subscript(value=value, slice=index, ctx=ast.Load()) if value is use:
            if isinstance(use, ast.Name):
                return context.type_of(index).name == "int"
            return not isinstance(index, ast.Slice) and constant_int(index) not in (0, -1)
        case ast.Call(func=function, args=[first, *_]) if first is use:
            return context.resolve(function) in _PICKED
    return _is_searched(use, context)
