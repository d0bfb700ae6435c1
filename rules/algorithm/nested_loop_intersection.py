from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.joins import Join, join_of_comprehension, join_of_loop
from effilint.analyzer.facts.match_questions import asked_for_one
from effilint.analyzer.facts.scopes import COMPREHENSIONS


class NestedLoopIntersection(Rule):
    """Two nested loops find the items that two collections have in common.

    Every item is compared with every other one. A set of one collection answers with one look-up
    for each item of the other.
    """

    code = "ALG502"
    name = "nested-loop-intersection"
    message = "Every `{outer}` is compared with every `{inner}` to find those in both"
    advice = "Make a set of `{items}` before the loops and test `{outer} in` it"
    gain = Gain("O(n * m)", "O(n + m)", {10: 1.5, 1_000: 120.0, 3_000: 370.0})
    examples = (
        Bad(
            """
            def shared(mine, yours):
                common = []
                for a in mine:
                    for b in yours:  # ALG502
                        if a == b:
                            common.append(a)
                            break
                return common
            """,
            fixed="""
            def shared(mine, yours):
                theirs = set(yours)
                return [a for a in mine if a in theirs]
            """,
            workload="shared([i * 2 for i in range(n)], list(range(n)))",
        ),
        Bad(
            """
            def overlap(mine, yours):
                return len({a for a in mine for b in yours if a == b})  # ALG502
            """,
        ),
        Bad(
            """
            class Roster:
                def has_any(self, wanted):
                    for name in wanted:
                        for member in self.members:  # ALG502
                            if member != name:
                                continue
                            return True
                    return False
            """,
        ),
        # The pairs are compared for order.
        Good(
            """
            def inversions(left, right):
                count = 0
                for a in left:
                    for b in right:
                        if a > b:
                            count += 1
                return count
            """
        ),
        # The second collection changes while it is searched.
        Good(
            """
            def cancel(mine, yours):
                for a in mine:
                    for b in yours:
                        if a == b:
                            yours.remove(b)
                            break
            """
        ),
        # Every row has other cells.
        Good(
            """
            def cells(rows, marks):
                for row in rows:
                    for cell in row:
                        if cell == row:
                            yield cell
            """
        ),
        # All equal items are kept or counted; a set tells only whether there are any.
        Good(
            """
            def occurrences(words, text):
                for word in words:
                    yield word, len([other for other in text if other == word])
                    yield [other for other in text if other == word]
                total = 0
                for word in words:
                    for other in text:
                        if other == word:
                            total += 1
                return total
            """
        ),
        # Nodes of a small grid.
        Good(
            """
            def diagonal(grid):
                for i in range(8):
                    for j in range(8):
                        if i == j:
                            yield grid[i][j]
            """
        ),
    )

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        if isinstance(node.body[0], ast.If):
            yield from self._findings(node, join_of_loop(node, context), context)

    def visit_comprehension(self, node: ast.comprehension, context: Context) -> Iterator[Finding]:
        if node.ifs or isinstance(context.parent(node), ast.GeneratorExp):
            yield from self._findings(node.iter, join_of_comprehension(node, context), context)

    def _findings(
        self, node: ast.For | ast.expr, join: Join | None, context: Context
    ) -> Iterator[Finding]:
        if join is None or not join.is_of_items or _is_any(join, context):
            return
        if _needs_number(join, context):
            return
        yield self.report(
            node,
            outer=context.segment(join.outer_key),
            inner=context.segment(join.inner_key),
            items=context.segment(join.inner.iter),
        )


def _is_any(join: Join, context: Context) -> bool:
    """Whether it is `any(a == b for b in items)`: API103 says that this is `a in items`."""
    if not isinstance(join.inner, ast.comprehension) or join.inner.ifs:
        return False
    return isinstance(context.parent(join.inner), ast.GeneratorExp)


def _needs_number(join: Join, context: Context) -> bool:
    """Whether it matters how many equal items there are."""
    if isinstance(join.inner, ast.comprehension):
        comp = context.parents[join.inner]
        assert isinstance(comp, COMPREHENSIONS)
        if join.outer in comp.generators or isinstance(comp, ast.DictComp | ast.SetComp):
            return False
        return asked_for_one(comp, context) is None
    nodes = list(ast.walk(join.inner))
    if any(isinstance(node, ast.Break | ast.Return) for node in nodes):
        return False
    return any(isinstance(node, ast.AugAssign) for node in nodes)
