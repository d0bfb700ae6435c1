from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import (
    AddImport,
    Bad,
    Context,
    Edit,
    Finding,
    Gain,
    Good,
    Rule,
    Safety,
    replacement,
)
from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.hoist import region_of
from effilint.analyzer.patterns import (
    is_constant,
    is_name,
    range_bounds,
    same,
    targets_of,
    walk_block,
)

_AGGREGATES = frozenset(
    "sum max min len set sorted math.prod collections.Counter statistics.mean".split()
)


class PrefixRecompute(Rule):
    """Every pass adds up (or searches) all items up to here, or from here on, again.

    A running total, maximum or set takes one step for each item instead of a slice. The fix uses
    `itertools.accumulate`; float sums may differ in the last digit.
    """

    code = "ALG705"
    name = "prefix-recompute"
    message = "`{call}` goes through the part of `{items}` again on every pass"
    advice = "Carry the running result along (`itertools.accumulate`)"
    gain = Gain("O(n^2)", "O(n)", {10: 2.4, 1_000: 65.0, 5_000: 340.0})
    safety = Safety.UNSAFE
    calls = frozenset("sum max min set sorted prod Counter mean".split())
    examples = (
        Bad(
            """
            def running_totals(amounts):
                return [sum(amounts[: i + 1]) for i in range(len(amounts))]  # ALG705
            """,
            fixed="""
            from itertools import accumulate


            def running_totals(amounts):
                return list(accumulate(amounts))
            """,
            workload="running_totals([i % 101 for i in range(n)])",
        ),
        Bad(
            """
            class Pivot:
                def find(self):
                    for i in range(len(self.values)):
                        before = sum(self.values[:i])  # ALG705
                        if before == sum(self.values[i + 1 :]):  # ALG705
                            return i
                    return -1
            """,
        ),
        Bad(
            """
            def trapped(heights):
                water, i = 0, 0
                while i < len(heights):
                    left = max(heights[: i + 1])  # ALG705
                    right = max(heights[i:])  # ALG705
                    water += min(left, right) - heights[i]
                    i += 1
                return water
            """,
        ),
        Bad(
            """
            def distinct_so_far(items):
                for place, _ in enumerate(items):
                    yield len(set(items[:place]))  # ALG705
            """,
        ),
        Bad(
            """
            def running(amounts):
                totals = []
                for i in range(len(amounts)):
                    total = 0
                    for j in range(i + 1):  # ALG705
                        total += amounts[j]
                    totals.append(total)
                return totals
            """,
        ),
        # The slices are of one length.
        Good(
            """
            def windows(values, width):
                return [sum(values[i : i + width]) for i in range(len(values) - width + 1)]
            """
        ),
        # The end does not depend on the pass.
        Good(
            """
            def heads(lists, k):
                return [sum(items[:k]) for items in lists]
            """
        ),
        # The list changes while it is summed.
        Good(
            """
            def smooth(values):
                for i in range(1, len(values)):
                    values[i] = sum(values[:i]) / i
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        part = _part(node)
        if part is None or not isinstance(part.slice, ast.Slice):
            return
        loop = _moving_loop(part.slice, node, context)
        if loop is None or context.resolve(node.func) not in _AGGREGATES:
            return
        if not isinstance(part.value, ast.Name | ast.Attribute):
            return
        if context.length(part.value) is not None:
            return
        if context.changes(part.value, region_of(loop, context)):
            return
        call = " ".join(context.segment(node).split())
        edits = _accumulated(node, part, loop, context)
        yield self.report(node, *edits, call=call, items=context.segment(part.value))

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        items = _added_up(node)
        bounds = range_bounds(node.iter)
        if items is None or bounds is None or not is_constant(bounds[0], 0):
            return
        loop = _moving_loop(ast.Slice(upper=bounds[1]), node, context)
        if loop is None or context.changes(items, region_of(loop, context)):
            return
        if context.length(items) is None and _starts_anew(node, context):
            call = context.segment(node.body[0])
            yield self.report(node, call=call, items=context.segment(items))


def _added_up(node: ast.For) -> ast.expr | None:
    """The list, if all that the loop does is to add up `items[j]`."""
    match node.target, node.body:
        case (
            ast.Name(id=counter),
            [
                ast.AugAssign(
                    target=ast.Name(), value=ast.Subscript(value=items, slice=ast.Name(id=place))
                )
            ],
        ) if counter == place and isinstance(items, ast.Name | ast.Attribute):
            return items
    return None


def _starts_anew(node: ast.For, context: Context) -> bool:
    """Whether the total is set to a constant right before the loop."""
    total = getattr(node.body[0], "target", None)
    match context.previous(node):
        case ast.Assign(targets=[target], value=ast.Constant()):
            return total is not None and same(target, total)
    return False


def _part(node: ast.Call) -> ast.Subscript | None:
    """The slice that the call goes through."""
    match node.args:
        case [ast.Subscript(slice=ast.Slice()) as part, *_]:
            return part
        case [ast.GeneratorExp(generators=[clause])] | [ast.ListComp(generators=[clause])]:
            return clause.iter if isinstance(clause.iter, ast.Subscript) else None
    return None


def _moving_loop(part: ast.Slice, node: ast.AST, context: Context) -> Loop | None:
    """The loop whose counter is the one open end of the slice."""
    if part.step is not None or (part.lower is None) == (part.upper is None):
        return None
    match part.lower or part.upper:
        case ast.Name(id=counter):
            pass
        case ast.BinOp(left=ast.Name(id=counter), op=ast.Add(), right=ast.Constant(value=1)):
            pass
        case _:
            return None
    for loop in context.hot_loops(node):
        if isinstance(loop, ast.While):
            if any(_is_step(statement, counter) for statement in walk_block(loop.body)):
                return loop
        elif counter in targets_of(loop):
            return loop if _counts(loop, counter, context) else None
    return None


def _is_step(node: ast.AST, counter: str) -> bool:
    match node:
        case ast.AugAssign(target=target, value=ast.Constant(value=1)):
            return is_name(target, counter)
    return False


def _counts(loop: ast.For | ast.AsyncFor | ast.comprehension, counter: str, c: Context) -> bool:
    if not isinstance(loop.iter, ast.Call):
        return False
    match c.resolve(loop.iter.func), loop.target:
        case "range", ast.Name():
            return True
        case "enumerate", ast.Tuple(elts=[ast.Name(id=name), _]):
            return name == counter
    return False


def _accumulated(
    node: ast.Call, part: ast.Subscript, loop: Loop, context: Context
) -> tuple[Edit | AddImport, ...]:
    """`[sum(xs[:i + 1]) for i in range(len(xs))]` is `list(accumulate(xs))`."""
    comp = context.parent(node)
    if not isinstance(loop, ast.comprehension) or not isinstance(comp, ast.ListComp):
        return ()
    bounds = range_bounds(loop.iter)
    if comp.elt is not node or loop.ifs or len(comp.generators) > 1 or bounds is None:
        return ()
    stop = bounds[1]
    is_whole = is_constant(bounds[0], 0) and is_constant(bounds[2], 1)
    match stop, part.slice:
        case (
            ast.Call(func=ast.Name("len"), args=[whole]),
            ast.Slice(lower=None, upper=ast.BinOp(right=ast.Constant(value=1))),
        ) if is_whole and same(whole, part.value) and len(node.args) == 1 and not node.keywords:
            items = context.segment(part.value)
        case _:
            return ()
    function = context.resolve(node.func)
    if function not in ("sum", "max", "min") or node.args[0] is not part:
        return ()
    arguments = items if function == "sum" else f"{items}, {function}"
    text = f"list(accumulate({arguments}))"
    return Edit(comp, replacement(text)), AddImport("itertools", "accumulate")
