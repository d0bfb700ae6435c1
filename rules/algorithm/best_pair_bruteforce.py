from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.best_pairs import keeps_best, may_be_text, way_to_best
from effilint.analyzer.facts.triangles import Triangle, held, triangle
from effilint.analyzer.patterns import is_name, same


class BestPairBruteforce(Rule):
    """All pairs are tried for the best sum or difference of two items.

    What one item adds does not depend on the other: the best partner of an item is the best of
    those before it, which one variable holds. For the area between two items the lower one can
    go, and for the smallest distance neighbours in order are enough.
    """

    code = "ALG110"
    name = "best-pair-bruteforce"
    message = "All pairs are tried for the {best} `{value}`"
    advice = "{how}"
    gain = Gain("O(n^2)", "O(n)", {10: 2.3, 300: 73.0, 3_000: 740.0})
    examples = (
        Bad(
            """
            def best_profit(prices):
                best = 0
                for i in range(len(prices)):
                    for j in range(i + 1, len(prices)):
                        profit = prices[j] - prices[i]
                        best = max(best, profit)  # ALG110
                return best
            """,
            fixed="""
            def best_profit(prices):
                best = 0
                lowest = float("inf")
                for price in prices:
                    best = max(best, price - lowest)
                    lowest = min(lowest, price)
                return best
            """,
            workload="best_profit([(i * 7919) % 1013 for i in range(n)])",
        ),
        # A comparison in place of `max`, and slices.
        Bad(
            """
            def widest(heights):
                gap = 0
                for i, low in enumerate(heights):
                    for high in heights[i + 1 :]:
                        if high - low > gap:  # ALG110
                            gap = high - low
                return gap
            """
        ),
        # In one expression, over two collections.
        Bad(
            """
            def priciest(self):
                return max(s.price - b.price for s in self.sold for b in self.bought)  # ALG110
            """
        ),
        # Places count too.
        Bad(
            """
            def best_view(values):
                best = 0
                for i in range(len(values)):
                    for j in range(i):
                        best = max(best, values[i] + values[j] + j - i)  # ALG110
                return best
            """
        ),
        # The smallest distance, whichever comes first.
        Bad(
            """
            def closest(times):
                return min(
                    abs(times[i] - times[j])  # ALG110
                    for i in range(len(times))
                    for j in range(i + 1, len(times))
                )
            """
        ),
        # The area between two walls.
        Bad(
            """
            def largest_pool(walls):
                best = 0
                i = 0
                while i < len(walls):
                    j = i + 1
                    while j < len(walls):
                        area = (j - i) * min(walls[i], walls[j])
                        if area > best:  # ALG110
                            best = area
                        j += 1
                    i += 1
                return best
            """
        ),
        # Losses are left out first.
        Bad(
            """
            def best_rise(values):
                best = -1
                for i in range(len(values)):
                    for j in range(len(values)):
                        if i < j:
                            if values[i] < values[j]:
                                best = max(best, values[j] - values[i])  # ALG110
                return best
            """
        ),
        # Only some pairs count.
        Good(
            """
            def best_near(values, reach):
                best = 0
                for i in range(len(values)):
                    for j in range(i + 1, len(values)):
                        if j - i <= reach:
                            best = max(best, values[j] - values[i])
                return best
            """
        ),
        # What a pair is worth is known of the pair only.
        Good(
            """
            def farthest(places, distance):
                best = 0
                for one in places:
                    for other in places:
                        best = max(best, distance(one, other))
                return best
            """
        ),
        # The best partner of each.
        Good(
            """
            def drops(prices):
                found = []
                for i in range(len(prices)):
                    best = 0
                    for j in range(i + 1, len(prices)):
                        best = max(best, prices[i] - prices[j])
                    found.append(best)
                return found
            """
        ),
        # A table that grows while it is read.
        Good(
            """
            def lengths(values, best):
                for i in range(len(values)):
                    for j in range(i):
                        best[i] = max(best[i], best[j] + values[i])
                return best
            """
        ),
        # Texts have no best half.
        Good(
            """
            def last_name(first, last):
                return max(one + other for one in first for other in last)
            """
        ),
        # A few fields of each record.
        Good(
            """
            def spread(records):
                best = 0
                for record in records:
                    for field in record.fields:
                        best = max(best, record.total - field.value)
                return best
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        if context.resolve(node.func) not in ("max", "min"):
            return
        assert isinstance(node.func, ast.Name)
        match context.parent(node), node.args:
            case ast.Assign(targets=[ast.Name() as best]) as statement, [one, other]:
                value = other if same(one, best) else one
                if is_name(other if value is one else one, best.id) and not node.keywords:
                    yield from self._loop(statement, best, value, node.func.id, context)
            case _, [ast.GeneratorExp() | ast.ListComp() as comp]:
                if any(clause.ifs for clause in comp.generators) or len(comp.generators) != 2:
                    return
                if not any(keyword.arg == "key" for keyword in node.keywords):
                    pair = triangle(comp.elt, context)
                    if pair is not None and not may_be_text(comp.elt, context):
                        yield from self._judge(comp.elt, comp.elt, node.func.id, pair, context)

    calls = frozenset({"max", "min"})

    def visit_If(self, node: ast.If, context: Context) -> Iterator[Finding]:
        match node:
            case ast.If(
                test=ast.Compare(left=left, ops=[op], comparators=[right]), body=body, orelse=[]
            ) if isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE):
                pass
            case _:
                return
        for value, best in ((left, right), (right, left)):
            if not isinstance(best, ast.Name) or not all(_is_plain(s) for s in body):
                continue
            if any(_sets(statement, best, value) for statement in body):
                is_more = isinstance(op, ast.Gt | ast.GtE) == (value is left)
                yield from self._loop(node, best, value, "max" if is_more else "min", context)
                return

    def _loop(
        self,
        statement: ast.If | ast.Assign,
        best: ast.Name,
        value: ast.expr,
        which: str,
        context: Context,
    ) -> Iterator[Finding]:
        pair = triangle(statement, context)
        if pair is None or not _is_all(statement, held(value, context), pair, context):
            return
        for binding in context.bindings(best):
            if context.inside(binding.node, pair.outer) and not context.inside(
                binding.node, statement
            ):
                return  # the best of each pass
        place = statement.test if isinstance(statement, ast.If) else statement
        yield from self._judge(place, held(value, context), which, pair, context)

    def _judge(
        self,
        place: ast.expr | ast.stmt,
        value: ast.expr,
        which: str,
        pair: Triangle,
        context: Context,
    ) -> Iterator[Finding]:
        how = way_to_best(value, which, pair, context)
        if how:
            best = "largest" if which == "max" else "smallest"
            yield self.report(place, best=best, value=context.segment(value), how=how)


def _is_plain(statement: ast.stmt) -> bool:
    """Whether it only keeps things in variables."""
    return isinstance(statement, ast.Assign) and not any(
        isinstance(node, ast.Call) for node in ast.walk(statement)
    )


def _sets(statement: ast.stmt, best: ast.Name, value: ast.expr) -> bool:
    match statement:
        case ast.Assign(targets=[target], value=given):
            return same(target, best) and same(given, value)
    return False


def _is_all(statement: ast.stmt, value: ast.expr, pair: Triangle, context: Context) -> bool:
    """Whether the inner loop does nothing else, and the outer one nothing but the inner one."""
    if not isinstance(pair.inner, ast.For | ast.While):
        return False
    if isinstance(pair.outer, ast.comprehension) or pair.inner.orelse or pair.outer.orelse:
        return False
    top, parent = statement, context.parent(statement)
    while isinstance(parent, ast.If):
        if (
            parent.body != [top]
            or parent.orelse
            or not keeps_best(parent.test, value, pair, context)
        ):
            return False
        top, parent = parent, context.parent(parent)
    for loop, core in ((pair.inner, top), (pair.outer, pair.inner)):
        assert isinstance(loop, ast.For | ast.AsyncFor | ast.While)
        if core not in loop.body or not all(s is core or _only_names(s) for s in loop.body):
            return False
    return True


def _only_names(statement: ast.stmt) -> bool:
    match statement:
        case ast.Assign(targets=[ast.Name()]):
            return True
        case ast.AugAssign(target=ast.Name(), value=ast.Constant()):
            return True
    return False
