from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule, Tier
from effilint.analyzer.facts.loops import TINY
from effilint.analyzer.facts.tables import (
    Steps,
    filling_loop,
    is_last,
    is_rebound,
    offset,
    sole_local,
    steps_of,
)
from effilint.analyzer.patterns import constant_int, root_name, walk

_FAR = 3  # values that are still easily kept in variables
_VALUES = (ast.Constant, ast.UnaryOp, ast.BinOp, ast.Subscript)
_FOLDS = frozenset(["max", "min", "sum"])


class HistoryForLastValues(Rule):
    """A list keeps every value of a recurrence, of which only the last few are ever read.

    Two or three variables hold what the next value is made from: `before, last = last, ...`. That
    takes no memory, and reading a variable is faster than reading an item.
    """

    code = "MEM207"
    name = "history-for-last-values"
    message = "`{history}` keeps every value, but each is made from the {reach}, and only {read}"
    advice = "Keep the {reach} in {variables}"
    gain = Gain("O(n) memory", "O(1) memory", {10: 1.7, 1_000: 1.7, 10_000: 1.7}, Tier.CONSTANT)
    examples = (
        Bad(
            """
            def tilings(length):
                ways = [0] * (length + 2)  # MEM207
                ways[0] = 1
                ways[1] = 1
                for i in range(2, length + 1):
                    ways[i] = (ways[i - 1] + ways[i - 2]) % 1_000_000_007
                return ways[length]
            """,
            fixed="""
            def tilings(length):
                before = last = 1
                for i in range(2, length + 1):
                    before, last = last, (last + before) % 1_000_000_007
                return last
            """,
            workload="tilings(n)",
        ),
        # Appended.
        Bad(
            """
            def pell(count):
                numbers = [0, 1]  # MEM207
                while len(numbers) <= count:
                    numbers.append(2 * numbers[-1] + numbers[-2])
                return numbers[-1]
            """
        ),
        # The best of all, from one before.
        Bad(
            """
            class Trades:
                def best(self, gains):
                    sums = [0] * len(gains)  # MEM207
                    sums[0] = gains[0]
                    for i in range(1, len(gains)):
                        sums[i] = max(gains[i], sums[i - 1] + gains[i])
                    return max(sums)
            """
        ),
        # From the end.
        Bad(
            """
            def most(values):
                n = len(values)
                taken = [0 for _ in range(n + 2)]  # MEM207
                for i in reversed(range(n)):
                    taken[i] = max(taken[i + 1], taken[i + 2] + values[i])
                return taken[0]
            """
        ),
        # Written ahead, through an inner loop.
        Bad(
            """
            def codes(digits, limit):
                ways = [1] * (len(digits) + 1)  # MEM207
                for i, digit in enumerate(digits):
                    ways[i + 1] = ways[i]
                    if i and int(digits[i - 1] + digit) <= limit:
                        ways[i + 1] += ways[i - 1]
                return ways[len(digits)]
            """
        ),
        # Two lists that are made from each other.
        Bad(
            """
            def profit(prices, fee):
                sold = [0] * len(prices)  # MEM207
                held = [-prices[0]] * len(prices)  # MEM207
                for i in range(1, len(prices)):
                    sold[i] = max(sold[i - 1], held[i - 1] + prices[i] - fee)
                    held[i] = max(held[i - 1], sold[i - 1] - prices[i])
                return sold[-1]
            """
        ),
        # Any value before may be read.
        Good(
            """
            def change(coins, amount):
                ways = [1] + [0] * amount
                for i in range(1, amount + 1):
                    for coin in coins:
                        if coin <= i:
                            ways[i] += ways[i - coin]
                return ways[amount]
            """
        ),
        # The values are the result.
        Good(
            """
            def totals(values):
                sums = [0] * (len(values) + 1)
                for i, value in enumerate(values):
                    sums[i + 1] = sums[i] + value
                return sums
            """
        ),
        # Read from the other end afterwards.
        Good(
            """
            def trapped(heights):
                n = len(heights)
                left = [0] * n
                for i in range(1, n):
                    left[i] = max(left[i - 1], heights[i - 1])
                total = 0
                for i in range(n):
                    total += max(0, left[i] - heights[i])
                return total
            """
        ),
        # Not the last value.
        Good(
            """
            def nth(limit, wanted):
                numbers = [1] * (limit + 1)
                for i in range(2, limit + 1):
                    numbers[i] = numbers[i - 1] * i
                return numbers[wanted]
            """
        ),
        # No value is made from those before it.
        Good(
            """
            def last(values):
                squares = [0] * len(values)
                for i in range(len(values)):
                    squares[i] = values[i] ** 2
                return squares[-1]
            """
        ),
        # Not numbers: a chain of things that stay.
        Good(
            """
            def linked(first, link):
                links = [first]
                for i in range(1000):
                    links.append(link(links[-1], i))
                return links[-1]
            """
        ),
        # Their number is the result.
        Good(
            """
            def layers(spans):
                kept = [spans[0]]
                for start, end in spans:
                    if kept[-1][1] < end:
                        kept.append((start, end))
                return len(kept)
            """
        ),
        # It is kept for the next call.
        Good(
            """
            numbers = [0, 1]

            def fibonacci(n):
                for i in range(len(numbers), n + 1):
                    numbers.append(numbers[i - 1] + numbers[i - 2])
                return numbers[n]
            """
        ),
    )

    def visit_Assign(self, node: ast.Assign, context: Context) -> Iterator[Finding]:
        match node:
            case ast.Assign(targets=[ast.Name() as history], value=value) if _is_started(value):
                pass
            case _:
                return
        uses = sole_local(history, context)
        length = context.length(value)
        if uses is None or (length is not None and TINY >= length > _FAR + 1):
            return
        found = _read(uses, node, context)
        if found is None:
            return
        reach, folds = found
        read = f"the {' and '.join(sorted(folds))} is asked for" if folds else "the last counts"
        values = "one before" if reach == 1 else f"{('two', 'three')[reach - 2]} before"
        variables = "a variable" if reach == 1 else "variables"
        if folds:
            variables += f", and the {' and '.join(sorted(folds))} in another one"
        yield self.report(node, history=history.id, reach=values, read=read, variables=variables)


def _is_started(value: ast.expr) -> bool:
    """Whether a list of some length with plain values in it is made: `[0] * n`, `[0, 1]`."""
    match value:
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return isinstance(left, ast.List) or isinstance(right, ast.List)
        case ast.ListComp(elt=ast.Constant() | ast.UnaryOp(), generators=[_]):
            return True
        case ast.List(elts=elts):
            return 0 < len(elts) <= _FAR + 1 and all(isinstance(e, _VALUES) for e in elts)
    return False


def _read(uses: list[ast.Name], start: ast.Assign, context: Context) -> tuple[int, set[str]] | None:
    """How far back a value looks, and which folds are asked for in the end; None if more is."""
    measured = {use for use in uses if _is_measured(use, context)}
    uses = [use for use in uses if use not in measured]
    loops = {use: filling_loop(use, start, context) for use in uses}
    filling = {loop for use, loop in loops.items() if loop is not None}
    if len(filling) != 1:
        return None
    (loop,) = filling
    if (trips := context.trip_count(loop)) is not None and trips <= TINY:
        return None
    steps = steps_of(loop, context)
    if steps is not None and is_rebound(steps.counter, steps.loop):
        return None
    inside = [use for use in uses if loops[use] is loop]
    if any(isinstance(node, ast.Break) for node in walk(loop)):
        return None
    found = _filled(inside, steps, context)
    if found is None:
        return None
    own, reach = found
    if own is None and any(
        use.lineno > loop.lineno for use in measured if not context.inside(use, loop)
    ):
        return None  # how many there are is the result
    folds: set[str] = set()
    is_read = False
    for use in uses:
        if use in inside or (use.lineno < loop.lineno and _is_set_up(use, context)):
            continue
        if use.lineno < loop.lineno:
            return None
        fold = _fold(use, context)
        if fold:
            folds.add(fold)
        elif not _is_last_read(use, steps, own, context):
            return None
        is_read = True
    return (reach, folds) if is_read or _makes_more(inside, start, context) else None


def _makes_more(uses: list[ast.Name], start: ast.Assign, context: Context) -> bool:
    """Whether what is read goes into something other than the list itself."""
    for use in uses:
        statement = context.statement(use)
        makes_next = isinstance(statement, ast.Assign | ast.AugAssign | ast.Expr) and any(
            root is not None and context.symbol(root) is context.symbol(start.targets[0])
            for root in map(root_name, _changed(statement))
        )
        if not makes_next:
            return True
    return False


def _changed(statement: ast.Assign | ast.AugAssign | ast.Expr) -> list[ast.expr]:
    match statement:
        case ast.Assign(targets=targets):
            return targets
        case ast.AugAssign(target=target):
            return [target]
    return [statement.value]


def _filled(
    uses: list[ast.Name], steps: Steps | None, context: Context
) -> tuple[int | None, int] | None:
    """Where a pass writes, from its counter (None: it appends), and how far back it reads."""
    written: set[int | None] = set()
    read: set[int] = set()
    for use in uses:
        parent = context.parent(use)
        match parent:
            case ast.Attribute(attr="append"):
                call = context.parent(parent)
                statement = context.parent(call) if call is not None else None
                if not isinstance(statement, ast.Expr):
                    return None
                written.add(None)
            case ast.Subscript(value=value, slice=index) if value is use:
                place = _place(index, steps)
                if place is None:
                    return None
                if isinstance(parent.ctx, ast.Load):
                    read.add(place)
                else:
                    written.add(place)
            case _:
                return None
    if len(written) != 1 or not read:
        return None
    (own,) = written
    if own is None:
        reach = -min(read) if all(place < 0 for place in read) else 0
        return (None, reach) if 0 < reach <= _FAR else None
    if steps is None:
        return None
    back = {(own - place) * steps.way for place in read}
    reach = max(back)
    return (own, reach) if min(back) >= 0 and 0 < reach <= _FAR else None


def _place(index: ast.expr, steps: Steps | None) -> int | None:
    """How far from the counter, or from the end, an index is."""
    number = constant_int(index)
    if number is not None:
        return number if number < 0 else None
    return offset(index, steps.counter) if steps is not None else None


def _is_measured(use: ast.Name, context: Context) -> bool:
    match context.parent(use):
        case ast.Call(func=ast.Name("len")):
            return True
    return False


def _is_set_up(use: ast.Name, context: Context) -> bool:
    """Whether one of the first values is set or read."""
    parent = context.parent(use)
    return isinstance(parent, ast.Subscript) and constant_int(parent.slice) is not None


def _fold(use: ast.Name, context: Context) -> str | None:
    match context.parent(use):
        case ast.Call(func=ast.Name() as function, args=[_], keywords=[]):
            name = context.resolve(function)
            return name if name in _FOLDS else None
    return None


def _is_last_read(use: ast.Name, steps: Steps | None, own: int | None, context: Context) -> bool:
    """Whether one of the last values is read once all are there."""
    parent = context.parent(use)
    if not isinstance(parent, ast.Subscript) or not isinstance(parent.ctx, ast.Load):
        return False
    number = constant_int(parent.slice)
    if number is not None and -_FAR <= number < 0:
        return own is None or number == -1
    return own is not None and steps is not None and is_last(parent.slice, steps, own, context)
