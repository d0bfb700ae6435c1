from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import combinations

from effilint.analyzer import AddImport, Bad, Context, Edit, Finding, Gain, Good, Rule, Safety
from effilint.analyzer.context import FunctionNode
from effilint.analyzer.facts.memo import may_be_remembered, takes_hashable
from effilint.analyzer.facts.recursion import Step, on_one_path, passed, step
from effilint.analyzer.patterns import same
from effilint.analyzer.rewrite import decorated


class HalvingWithoutMemo(Rule):
    """A recursive function of a number meets the same quotients again and again.

    `n // 2 // 3` is `n // 3 // 2`: there are few different numbers, which a cache remembers. The
    fix assumes that a later call may have the result of an earlier one.
    """

    code = "ALG209"
    name = "halving-without-memo"
    message = "`{name}` works out the same quotients of `{number}` again and again"
    advice = "Remember the results: `@functools.cache`"
    safety = Safety.UNSAFE
    gain = Gain("O(n^c)", "O(log^2 n)", {100: 8.0, 10_000: 800.0, 1_000_000: 140000.0})
    examples = (
        Bad(
            """
            def exchange(coin):
                if coin < 12:
                    return coin
                return exchange(coin // 2) + exchange(coin // 3) + exchange(coin // 4)  # ALG209
            """,
            fixed="""
            import functools


            @functools.cache
            def exchange(coin):
                if coin < 12:
                    return coin
                return exchange(coin // 2) + exchange(coin // 3) + exchange(coin // 4)
            """,
            workload="exchange(n)",
        ),
        # A method, and different ways to halve.
        Bad(
            """
            class Splitter:
                def __init__(self, price):
                    self.price = price

                def cost(self, size):
                    if size < 2:
                        return self.price
                    small = size // 2
                    return 1 + self.cost(small) + self.cost(size // 4)  # ALG209
            """
        ),
        # One call only.
        Good(
            """
            def bits(n):
                if n == 0:
                    return 0
                return n % 2 + bits(n // 2)
            """
        ),
        # One or the other.
        Good(
            """
            def steps(n):
                if n == 1:
                    return 0
                return 1 + (steps(n // 2) if n % 2 == 0 else steps(3 * n + 1))
            """
        ),
        # It remembers.
        Good(
            """
            def exchange(coin, known={}):
                if coin < 12:
                    return coin
                if coin not in known:
                    known[coin] = exchange(coin // 2) + exchange(coin // 3) + exchange(coin // 4)
                return known[coin]
            """
        ),
        # It does something on the way.
        Good(
            """
            def show(n):
                if n < 2:
                    return 1
                print(n)
                return show(n // 2) + show(n // 3)
            """
        ),
    )

    def visit_Module(self, _: ast.Module, context: Context) -> Iterator[Finding]:
        for function, calls in context.calls.recursive.items():
            parameters = context.calls.parameters(function)
            if len(parameters) != 1 or len(calls) < 2:
                continue
            (number,) = parameters
            place = _meets_again(function, calls, number, context)
            if place is None or not may_be_remembered(function, context):
                continue
            edits: list[Edit | AddImport] = []
            if takes_hashable(function, context, numbers=(number,)):
                edits = [Edit(function, decorated("functools.cache")), AddImport("functools")]
            yield self.report(place, *edits, name=function.name, number=number)


def _meets_again(
    function: FunctionNode, calls: list[ast.Call], number: str, context: Context
) -> ast.Call | None:
    """The call that goes a second way down besides another one."""
    for call in calls:
        argument = passed(call, function, number, context)
        how = step(argument, number, context) if argument is not None else Step.OTHER
        if how is not Step.PART or isinstance(context.parent(call), ast.Expr):
            return None
    found = [
        other
        for one, other in combinations(calls, 2)
        if on_one_path(one, other, context) and not same(one, other)
    ]
    return max(found, key=lambda call: (call.lineno, call.col_offset), default=None)
