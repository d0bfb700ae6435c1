from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.facts.short_loops import is_short
from effilint.analyzer.facts.waiting import waits
from effilint.analyzer.hoist import runs_on_every_pass
from effilint.analyzer.patterns import root_name, same, walk

_GROWING = frozenset("append extend appendleft insert".split())
_SHRINKING = frozenset("pop popleft".split())


class TotalOfGrowingList(Rule):
    """A loop adds to a list on every pass, and each pass goes through all of it for its sum.

    The same goes for the minimum, the maximum, and the length of the set of its items. Carry the
    sum along: one step for each new item.
    """

    code = "ALG709"
    name = "total-of-growing-list"
    message = "`{call}` goes through all of `{items}` on every pass, of which this loop adds a few"
    advice = "Carry the running result along, and bring it up to date where `{items}` changes"
    gain = Gain("O(n^2)", "O(n)", {10: 1.5, 1_000: 42.0, 10_000: 340.0})
    calls = frozenset("sum min max len".split())
    examples = (
        Bad(
            """
            def days_to(goal, steps):
                walked = []
                for count in steps:
                    walked.append(count)
                    if sum(walked) >= goal:  # ALG709
                        break
                return len(walked)
            """,
            fixed="""
            def days_to(goal, steps):
                walked = []
                total = 0
                for count in steps:
                    walked.append(count)
                    total += count
                    if total >= goal:
                        break
                return len(walked)
            """,
            workload="days_to(n * n, [i % 11 for i in range(n)])",
        ),
        Bad(
            """
            class Meter:
                def read(self, values):
                    for value in values:
                        self.seen.append(value)
                        yield sum(self.seen) / len(self.seen)  # ALG709
            """,
        ),
        Bad(
            """
            def smooth(values, width):
                window, means = [], []
                for value in values:
                    window.append(value)
                    if len(window) > width:
                        window.pop(0)
                    means.append(sum(window) / len(window))  # ALG709
                return means
            """,
        ),
        Bad(
            """
            def longest_run(text):
                best = start = 0
                held = []
                for letter in text:
                    held += [letter]
                    if len(set(held)) == len(held):  # ALG709
                        best = max(best, len(held))
                return best
            """,
        ),
        # The maximum is not known when the largest item goes.
        Good(
            """
            def peaks(values, width):
                window = []
                for value in values:
                    window.append(value)
                    if len(window) > width:
                        window.pop(0)
                    yield max(window)
            """
        ),
        # A list of its own for each row.
        Good(
            """
            from collections import deque

            def is_settled(losses, width):
                window = deque(maxlen=width)
                for loss in losses:
                    window.append(loss)
                    if max(window) - min(window) < 0.1:
                        return True
                return False
            """
        ),
        Good(
            """
            def totals(rows):
                for row in rows:
                    sizes = []
                    for item in row:
                        sizes.append(item.size)
                    yield sum(sizes)
            """
        ),
        # It changes in other ways.
        Good(
            """
            def settle(values):
                heights = [0]
                for value in values:
                    heights.append(value)
                    heights[0] += 1
                    yield sum(heights)
            """
        ),
        # Now and then.
        Good(
            """
            def train(batches, step):
                losses = []
                for number, batch in enumerate(batches):
                    losses.append(step(batch))
                    if number % 100 == 0:
                        print(sum(losses))
            """
        ),
        # Until all differ: hardly ever a second pass.
        Good(
            """
            from random import random

            def throws(n):
                found = [random() for _ in range(n)]
                while len(set(found)) != n:
                    found.append(random())
                return found
            """
        ),
        # The last pass only.
        Good(
            """
            def collect(rows):
                sizes = []
                for row in rows:
                    sizes.append(row.size)
                    if row.is_last:
                        return sum(sizes)
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        items = _items(node)
        if items is None or not runs_on_every_pass(node, context):
            return
        loops = context.hot_loops(node)
        if not loops or context.resolve(node.func) not in self.calls or waits(context, node):
            return
        loop = loops[0]
        if isinstance(loop, ast.comprehension) or _is_of_few(loop, items, context):
            return
        if isinstance(loop, ast.While) and context.inside(node, loop.test):
            if not isinstance(node.args[0], ast.Name | ast.Attribute):
                return  # until all differ: hardly ever more than a pass
        taken = _growth(items, loop, context)
        if taken is None or (taken and context.resolve(node.func) != "sum"):
            return
        text = context.segment(items)
        yield self.report(node, call=context.segment(node), items=text)


def _items(node: ast.Call) -> ast.expr | None:
    match node:
        case ast.Call(
            func=ast.Name("len"), args=[ast.Call(func=ast.Name("set"), args=[items])], keywords=[]
        ):
            pass
        case ast.Call(func=ast.Name("sum" | "min" | "max"), args=[items], keywords=[]):
            pass
        case _:
            return None
    return items if isinstance(items, ast.Name | ast.Attribute) else None


def _is_of_few(loop: Loop, items: ast.expr, context: Context) -> bool:
    return is_short(context, loop, items, loop) if isinstance(loop, ast.stmt) else True


def _growth(items: ast.expr, loop: Loop, context: Context) -> bool | None:
    """Whether items are taken out besides; None unless all that the loop does is add and take."""
    adds = takes = 0
    known: set[ast.AST] = set()
    for node in walk(loop):
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr=attr)) if same(owner, items):
                if attr in _GROWING and _is_direct(node, loop, context):
                    adds += 1
                    known |= {owner, node}
                elif attr in _SHRINKING:
                    takes += 1
                    known |= {owner, node}
            case ast.AugAssign(target=target, op=ast.Add()) if same(target, items):
                adds += _is_direct(node, loop, context)
                known.add(target)
    if not adds:
        return None
    root = root_name(items)
    if _is_window(items, context):
        return None
    if root is None or any(c not in known for c in context.changes(items, loop)):
        return None
    if len(context.aliases(root)) > 1 or not context.type_of(items).is_sequence:
        if isinstance(items, ast.Name):
            return None
    return takes > 0


def _is_window(items: ast.expr, context: Context) -> bool:
    """Whether the items are a deque of limited length, which drops old ones unseen."""
    return any(
        isinstance(binding.value, ast.Call)
        and context.resolve(binding.value.func) == "collections.deque"
        and (len(binding.value.args) > 1 or binding.value.keywords)
        for binding in context.bindings(items)
    )


def _is_direct(node: ast.AST, loop: Loop, context: Context) -> bool:
    """Whether the loop itself, and no loop in it, adds to the list."""
    loops = context.loops(node)
    return bool(loops) and loops[0] is loop
