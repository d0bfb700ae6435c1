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
from effilint.analyzer.facts.visits import is_tiny, visiting_region
from effilint.analyzer.patterns import is_name, unbracketed, walk

_LAZY = frozenset(["map", "filter", "zip"])


class SingleUseIntermediateList(Rule):
    """A list is given a name, and all that happens to it is that the next loop goes through it.

    A generator hands the items over one by one. It makes them while the loop runs: the fix is
    unsafe where the loop changes what they are made from, or where an error in the middle must
    come before the first pass. Silent where that can be seen.
    """

    code = "MEM103"
    name = "single-use-intermediate-list"
    message = "All items of `{items}` are kept in a list only for the next loop to go through them"
    advice = "Make it a generator, `{text}`, or do the work in the loop"
    safety = Safety.UNSAFE
    gain = Gain("O(n) memory", "O(1) memory", {100: 3.8, 1_000: 40.0, 100_000: 3900.0}, Tier.MEMORY)
    examples = (
        Bad(
            """
            def total(numbers):
                squares = [number * number for number in numbers]  # MEM103
                result = 0
                for square in squares:
                    result += square % 10
                return result
            """,
            fixed="""
            def total(numbers):
                squares = (number * number for number in numbers)
                result = 0
                for square in squares:
                    result += square % 10
                return result
            """,
            workload="total(range(n))",
        ),
        Bad(
            """
            def lengths(lines):
                words = [line.strip() for line in lines if line]  # MEM103
                return {word: len(word) for word in words}
            """,
            fixed="""
            def lengths(lines):
                words = (line.strip() for line in lines if line)
                return {word: len(word) for word in words}
            """,
            workload="lengths([str(i % 7) for i in range(n)])",
        ),
        Bad(
            """
            def total(line: str, factor: int):
                result = 0
                numbers = list(map(int, line.split()))  # MEM103
                for place, number in enumerate(numbers):
                    result += place * number
                return result
            """,
            fixed="""
            def total(line: str, factor: int):
                result = 0
                numbers = map(int, line.split())
                for place, number in enumerate(numbers):
                    result += place * number
                return result
            """,
        ),
        # The loop changes what the items are made from.
        Good(
            """
            def prune(table):
                empty = [key for key in table if not table[key]]
                for key in empty:
                    del table[key]
            """
        ),
        # Used twice.
        Good(
            """
            def mean(numbers):
                squares = [number * number for number in numbers]
                total = 0
                for square in squares:
                    total += square
                return total / len(squares)
            """
        ),
        # Three items.
        Good(
            """
            def show(point):
                names = [f"{axis}!" for axis in "xyz"]
                for name in names:
                    print(point, name)
            """
        ),
        # What `close` does to the pool is not known.
        Good(
            """
            def shut(pool):
                idle = [one for one in pool.connections if one.idle]
                for one in idle:
                    pool.close(one)
            """
        ),
        # A test makes a few items, in steps that are easy to read.
        Good(
            """
            def test_names(table):
                rows = [row for row in table if row]
                names = [row.name for row in rows]
                assert names == ["a", "b"]
            """
        ),
        # Gone through for each name.
        Good(
            """
            def pairs(names, numbers):
                squares = [number * number for number in numbers]
                for name in names:
                    for square in squares:
                        yield name, square
            """
        ),
    )

    def visit_Assign(self, node: ast.Assign, context: Context) -> Iterator[Finding]:
        if len(node.targets) != 1 or not isinstance(node.targets[0], ast.Name):
            return
        text = _lazy(node.value, context)
        if text is None:
            return
        if context.function(node) is None or isinstance(context.parent(node), ast.ClassDef):
            return
        region = _only_region(node, node.targets[0], context)
        if region is None or not _is_left_alone(node.value, region, context):
            return
        edit = Edit(node.value, replacement(text))
        yield self.report(node.value, edit, items=node.targets[0].id, text=" ".join(text.split()))


def _lazy(value: ast.expr, context: Context) -> str | None:
    """The items as a generator, if they come in a list that may be long."""
    match value:
        case ast.ListComp(generators=generators):
            if all(is_tiny(context, clause) for clause in generators):
                return None
            if any(clause.is_async for clause in generators):
                return None
            if any(
                isinstance(n, ast.Await | ast.NamedExpr) or is_name(n, "next") for n in walk(value)
            ):
                return None
            return f"({unbracketed(context.segment(value))})"
        case ast.Call(func=ast.Name("list"), args=[ast.Call() as inner], keywords=[]):
            is_lazy = context.resolve(inner.func) in _LAZY and context.resolve(value.func) == "list"
            return context.segment(inner) if is_lazy else None
    return None


def _only_region(node: ast.Assign, name: ast.Name, context: Context) -> ast.AST | None:
    """The one loop or comprehension that goes through the list, soon after it is made."""
    uses = context.uses(name)
    if len(uses) != 1 or len(context.bindings(name)) != 1:
        return None
    region = _region_of(uses[0], context)
    if region is None or context.loops(region) != context.loops(node):
        return None
    home = context.statement(region)
    following = context.following(node)
    if home not in following or context.function(home) is not context.function(node):
        return None
    between = following[: following.index(home)]
    return region if all(_is_plain(statement) for statement in between) else None


def _region_of(use: ast.Name, context: Context) -> ast.AST | None:
    """The region that goes through the variable itself, or through `enumerate` of it."""
    parent = context.parent(use)
    if isinstance(parent, ast.Assign):
        return None
    return visiting_region(context, use)


def _is_plain(statement: ast.stmt) -> bool:
    """Whether the statement only sets a variable to a constant or an empty container."""
    match statement:
        case ast.Assign(targets=[ast.Name()], value=value) | ast.AnnAssign(value=value):
            return isinstance(value, ast.Constant | ast.List | ast.Dict | ast.Set)
    return False


def _is_left_alone(made: ast.expr, region: ast.AST, context: Context) -> bool:
    """Whether nothing in the region changes what the items are made from, or runs code that may."""
    if any(isinstance(part, ast.Await | ast.Yield | ast.YieldFrom) for part in walk(region)):
        return False
    if any(isinstance(part, ast.Call) and not _is_harmless(part, context) for part in walk(region)):
        return False
    sources = [
        part
        for part in walk(made)
        if isinstance(part, ast.Name | ast.Attribute) and isinstance(part.ctx, ast.Load)
    ]
    return not any(context.changes(source, region) for source in sources)


def _is_harmless(call: ast.Call, context: Context) -> bool:
    if context.purity.only_reads(call):
        return True
    match call.func:
        case ast.Attribute(value=ast.Name() as owner, attr="append" | "add" | "extend"):
            return context.type_of(owner).name in ("list", "set", "deque")
        case ast.Name("print"):
            return True
    return False
