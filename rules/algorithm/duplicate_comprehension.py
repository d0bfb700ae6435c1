from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import (
    Bad,
    Context,
    Edit,
    Finding,
    Gain,
    Good,
    Rule,
    Safety,
    Tier,
    replacement,
)
from effilint.analyzer.facts.repeats import earlier_twin
from effilint.analyzer.facts.scopes import COMPREHENSIONS
from effilint.analyzer.hoist import fresh_name
from effilint.analyzer.patterns import is_constant
from effilint.analyzer.rewrite import around

_READERS = frozenset("len sum min max any all sorted".split())
_FOLDS = frozenset("len sum min max any all sorted set tuple list dict".split())
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


class DuplicateComprehension(Rule):
    """The same comprehension goes through the same items twice in one function.

    Keep the first result. The fix binds it to a name; it is not right where an item changes in
    between in a way that this file does not show.
    """

    code = "ALG604"
    name = "duplicate-comprehension"
    message = "`{comp}` was worked out in line {line} already"
    advice = "Keep the first result in a variable"
    gain = Gain("O(n) twice", "O(n) once", {10: 1.6, 1_000: 2.0, 100_000: 2.0}, Tier.CONSTANT)
    safety = Safety.UNSAFE
    confidence = 0.9  # what is built twice is a handful of things, in most that was read
    examples = (
        Bad(
            """
            def share(prices, least):
                total = sum(price for price in prices if price > least)
                if total > 100:
                    total = total * 0.9
                return total / sum(price for price in prices if price > least)  # ALG604
            """,
            fixed="""
            def share(prices, least):
                prices_sum = sum(price for price in prices if price > least)
                total = prices_sum
                if total > 100:
                    total = total * 0.9
                return total / prices_sum
            """,
            workload="share(range(n), 0)",
        ),
        Bad(
            """
            class Team:
                def best(self, year):
                    if len([p for p in self.players if p.year == year]) > 0:
                        return [p for p in self.players if p.year == year][-1]  # ALG604
            """,
            fixed="""
            class Team:
                def best(self, year):
                    players_list = [p for p in self.players if p.year == year]
                    if len(players_list) > 0:
                        return players_list[-1]
            """,
        ),
        Bad(
            """
            def spread(rows, column):
                low = min(row[column] for row in rows)
                return [low, 2 * min(row[column] for row in rows)]  # ALG604
            """,
            fixed="""
            def spread(rows, column):
                rows_min = min(row[column] for row in rows)
                low = rows_min
                return [low, 2 * rows_min]
            """,
        ),
        # The list has grown by then.
        Good(
            """
            def grown(rows, row):
                before = sum(r.size for r in rows)
                rows.append(row)
                return sum(r.size for r in rows) - before
            """
        ),
        # Two lists that go separate ways.
        Good(
            """
            def boards(size):
                mine = [[0] * size for _ in range(size)]
                yours = [[0] * size for _ in range(size)]
                mine[0][0] = 1
                return mine, yours
            """
        ),
        # Only one of them runs.
        Good(
            """
            def either(rows, flag):
                if flag:
                    return sum(r.size for r in rows)
                return -sum(r.size for r in rows)
            """
        ),
        # The items are taken from an iterator.
        Good(
            """
            def pairs(lines):
                numbers = map(int, lines)
                first = [next(numbers) for _ in lines]
                second = [next(numbers) for _ in lines]
                return first, second
            """
        ),
    )

    def visit_ListComp(self, node: ast.ListComp, context: Context) -> Iterator[Finding]:
        return self._check(node, context)

    def visit_SetComp(self, node: ast.SetComp, context: Context) -> Iterator[Finding]:
        return self._check(node, context)

    def visit_DictComp(self, node: ast.DictComp, context: Context) -> Iterator[Finding]:
        return self._check(node, context)

    def visit_GeneratorExp(self, node: ast.GeneratorExp, context: Context) -> Iterator[Finding]:
        return self._check(node, context)

    def _check(self, node: _Comprehension, context: Context) -> Iterator[Finding]:
        function = context.function(node)
        if function is None or len(context.index.get(type(node), ())) < 2:
            return
        if context.length(node.generators[0].iter) is not None:
            return
        others = context.index[type(node)]
        whole = _whole(node, context)
        first = earlier_twin(whole, (_whole(other, context) for other in others), context)
        if first is None:
            whole, first = node, earlier_twin(node, others, context)
        if first is None or isinstance(whole, ast.GeneratorExp):
            return
        if not (_is_read(whole, context) and _is_read(first, context)):
            return
        edits = _bound(first, whole, node, context)
        text = context.segment(whole)
        yield self.report(whole, *edits, comp=text, line=first.lineno)


def _whole(node: ast.AST, context: Context) -> ast.expr:
    """The call that reads the comprehension as its only argument, or the comprehension itself."""
    assert isinstance(node, COMPREHENSIONS)
    parent = context.parent(node)
    if isinstance(parent, ast.Call) and parent.args == [node] and not parent.keywords:
        is_join = isinstance(parent.func, ast.Attribute) and parent.func.attr == "join"
        if is_join and is_constant(getattr(parent.func, "value", None), "", " ", ",", ", "):
            return parent
        if isinstance(parent.func, ast.Name) and context.resolve(parent.func) in _FOLDS:
            return parent
    return node


def _is_read(node: ast.expr, context: Context) -> bool:
    """Whether the result is a plain value, or a collection that nobody can change or keep."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return True
    if isinstance(node, ast.Call) and context.resolve(node.func) in (
        "len", "sum", "min", "max", "any", "all",
    ):  # fmt: skip
        return True
    match context.parent(node):
        case ast.Subscript(ctx=ast.Load()) | ast.Compare() | ast.comprehension():
            return True
        case ast.For(iter=source) | ast.If(test=source) | ast.While(test=source):
            return source is node
        case ast.UnaryOp(op=ast.Not()):
            return True
        case ast.Call(func=ast.Name(id=name)):
            return name in _READERS
        case ast.Call(func=ast.Attribute(attr="join")):
            return True
    return False


def _bound(
    first: ast.expr, second: ast.expr, comp: _Comprehension, context: Context
) -> tuple[Edit, ...]:
    place = context.statement(first)
    if not isinstance(place, ast.Assign | ast.AnnAssign | ast.Return | ast.If | ast.Expr):
        return ()
    outer = context.parent(place)
    if isinstance(outer, ast.If) and place in outer.orelse and outer.orelse[0] is place:
        return ()  # it may be an `elif`
    source = comp.generators[0].iter
    last = source.attr if isinstance(source, ast.Attribute) else getattr(source, "id", "items")
    ending = getattr(getattr(first, "func", None), "id", "list")
    name = fresh_name(f"{last}_{ending}", context)
    return (
        Edit(place, around(f"{name} = {context.segment(first)}\n", "")),
        Edit(first, replacement(name)),
        Edit(second, replacement(name)),
    )
