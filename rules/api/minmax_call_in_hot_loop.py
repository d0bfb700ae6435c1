from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Tier, statements
from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.patterns import same, walk

_CHEAP = ("min", "max", "abs", "len", "range", "enumerate", "zip", "reversed")
_LIGHT = 40  # nodes; a body with more to do does not feel the call
_SIMPLE = ("int", "str", "bytes", "bool")


class MinmaxCallInHotLoop(Rule):
    """A loop keeps a running minimum or maximum by calling `min` or `max` for every item.

    The call costs several times what a comparison does. This is the opposite of what linters for
    readability advise; it pays only in loops that run often and do little else.
    """

    code = "API109"
    name = "minmax-call-in-hot-loop"
    message = "The loop calls `{function}` for every item, where a comparison does"
    advice = (
        "Use `if {item} {sign} {best}: {best} = {item}`, or call `{function}` once for all items"
    )
    gain = Gain(
        "O(n) calls", "O(n) comparisons", {10: 4.1, 1_000: 6.6, 100_000: 6.7}, Tier.CONSTANT
    )
    confidence = 0.6  # many prefer the call, and other linters ask for it
    calls = frozenset({"min", "max"})
    examples = (
        Bad(
            """
            def lowest(prices):
                best = prices[0]
                for price in prices:
                    best = min(best, price)  # API109
                return best
            """,
            fixed="""
            def lowest(prices):
                best = prices[0]
                for price in prices:
                    if price < best:
                        best = price
                return best
            """,
            workload=(
                "[lowest(xs) for xs in [[(i * 7919) % 10007 for i in range(n)]] for _ in range(20)]"
            ),
        ),
        # Among other light work, and the other way round.
        Bad(
            """
            def longest_run(flags):
                run: int = 0
                longest: int = 0
                for flag in flags:
                    run = run + 1 if flag else 0
                    longest = max(run, longest)  # API109
                return longest
            """,
            fixed="""
            def longest_run(flags):
                run: int = 0
                longest: int = 0
                for flag in flags:
                    run = run + 1 if flag else 0
                    if run > longest:
                        longest = run
                return longest
            """,
            workload="longest_run([i % 7 > 0 for i in range(n)])",
        ),
        # In a table, in a nested while loop; the candidate would be computed twice.
        Bad(
            """
            class Change:
                def fill(self, coins, amount):
                    for coin in coins:
                        rest = coin
                        while rest <= amount:
                            self.best[rest] = min(self.best[rest], self.best[rest - 1])  # API109
                            rest += 1
            """
        ),
        # Two runs only.
        Good(
            """
            def widest(a, b):
                best = 0
                for line in (a, b):
                    best = max(best, line)
                return best
            """
        ),
        # Next to this work the call is nothing.
        Good(
            """
            def widest(rows):
                best = 0
                for row in rows:
                    best = max(best, len(render(row)))
                return best
            """
        ),
        # The variable is the loop's own: nothing is carried along.
        Good(
            """
            def merged(counts, others):
                for key, count in others:
                    count = max(count, counts[key])
                    counts[key] = count
            """
        ),
        # It only keeps the number in bounds.
        Good(
            """
            def drain(levels):
                for place in range(len(levels)):
                    levels[place] -= 1
                    levels[place] = max(levels[place], 0)
            """
        ),
        # It keeps the places within a frame.
        Good(
            """
            def clamp(shapes, low, high):
                for places in shapes:
                    for i in range(len(places)):
                        places[i] = max(places[i], low[i])
                        places[i] = min(places[i], high[i])
            """
        ),
        # The largest of three is no running maximum.
        Good(
            """
            def peaks(rows):
                for a, b, c in rows:
                    top = max(a, b, c)
                    print(top)
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        statement = context.parent(node)
        if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            return
        if not isinstance(node.func, ast.Name) or len(node.args) != 2 or node.keywords:
            return
        target, (first, second) = statement.targets[0], node.args
        if same(target, first) and not isinstance(second, ast.Starred):
            item, is_ordered = second, True
        elif same(target, second) and not isinstance(first, ast.Starred):
            item, is_ordered = first, False
        else:
            return
        if isinstance(item, ast.Constant):
            return
        function = node.func.id
        loops = context.hot_loops(node)
        if not loops or context.resolve(node.func) != function:
            return
        if not _is_light(loops[0], context) or _is_own(target, loops[0], context):
            return
        if _is_clamped(target, function, context.block(statement)):
            return
        sign = "<" if function == "min" else ">"
        best, text = context.segment(target), context.segment(item)
        edits = []
        if isinstance(item, ast.Name) and isinstance(target, ast.Name):
            if is_ordered or _are_simple(item, target, context):
                new = f"if {text} {sign} {best}:\n    {best} = {text}"
                edits = [Edit(statement, statements(new))]
        yield self.report(node, *edits, function=function, item=text, sign=sign, best=best)


def _is_light(loop: Loop, context: Context) -> bool:
    """Whether the loop does little else: no other loop, and no call that costs more."""
    if isinstance(loop, ast.comprehension):
        return False
    nodes = [node for statement in loop.body for node in walk(statement)]
    if isinstance(loop, ast.For):
        nodes += walk(loop.iter)
    if len(nodes) > _LIGHT:
        return False
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    return all(
        context.resolve(call.func) in _CHEAP
        or (isinstance(call.func, ast.Attribute) and call.func.attr in ("items", "values"))
        for call in calls
    )


def _is_own(target: ast.expr, loop: Loop, context: Context) -> bool:
    """Whether each pass sets the variable anew."""
    if not isinstance(target, ast.Name):
        return False
    places = [binding.node for binding in context.bindings(target) if binding.node is not target]
    return any(context.inside(place, loop) for place in places)


def _is_clamped(target: ast.expr, function: str, block: list[ast.stmt]) -> bool:
    """Whether the same variable is given a bound from the other side, too."""
    for statement in block:
        match statement:
            case ast.Assign(
                targets=[other], value=ast.Call(func=ast.Name(id="min" | "max" as name))
            ):
                if name != function and same(other, target):
                    return True
    return False


def _are_simple(item: ast.expr, target: ast.Name, context: Context) -> bool:
    """Whether it does not matter which of two equal ones is kept."""
    kinds = context.type_of(item).name, context.type_of(target).name
    return kinds[0] in _SIMPLE and kinds[0] == kinds[1]
