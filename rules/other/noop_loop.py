from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety, remove
from effilint.analyzer.facts.unread import grows_in_place, is_idle, is_trial, is_tried
from effilint.analyzer.patterns import looks_at_locals, walk

_SIZED = ("list", "tuple", "set", "frozenset", "dict", "str", "bytes", "range", "deque", "Counter")
_WAITING = ("wait", "delay", "sleep", "spin", "busy", "burn", "work", "heat")
_WRAPPERS = ("enumerate", "zip", "reversed", "range")


class NoopLoop(Rule):
    """A whole loop leaves nothing behind.

    Its passes do nothing, or set only variables that nobody reads after it. The fix removes the
    loop, and assumes that reading items and doing sums raises nothing.
    """

    code = "OTH408"
    name = "noop-loop"
    message = "The loop has no effect: {why}"
    advice = "Remove it"
    confidence = 0.85  # too few findings on real code to know
    gain = Gain("O(n)", "O(1)", {10: 3.8, 1_000: 40.0, 100_000: 45.0})
    safety = Safety.UNSAFE
    examples = (
        Bad(
            """
            def last_price(prices: list[int]):
                total = 0
                for price in prices:  # OTH408
                    if price > 0:
                        total += price
                return prices[-1]
            """,
            fixed="""
            def last_price(prices: list[int]):
                total = 0
                return prices[-1]
            """,
            workload="[last_price(x) for x in [list(range(n))] for _ in range(20)]",
        ),
        Bad(
            """
            def check(names: list[str]):
                for name in names:  # OTH408
                    pass
                return len(names) > 0
            """,
            fixed="""
            def check(names: list[str]):
                return len(names) > 0
            """,
        ),
        # Loops in a loop; what they set is set anew after them.
        Bad(
            """
            def widest(rows: list[list[int]]):
                width = 0
                for i in range(len(rows)):  # OTH408
                    for cell in rows[i]:
                        size = cell * 2
                width = max(len(row) for row in rows)
                return width
            """,
            fixed="""
            def widest(rows: list[list[int]]):
                width = 0
                width = max(len(row) for row in rows)
                return width
            """,
        ),
        # The generator is used up on purpose.
        Good(
            """
            def run(steps):
                for _ in steps:
                    pass
            """
        ),
        # The last item is what is wanted.
        Good(
            """
            def last(names: list[str]):
                name = None
                for name in names:
                    pass
                return name
            """
        ),
        # It takes time, and that is the point.
        Good(
            """
            def busy_wait(count):
                for _ in range(count):
                    pass
            """
        ),
        # The sum is wanted, though not the list that is made on the way.
        Good(
            """
            def area(rows: list[list[int]]):
                result = 0
                for row in rows:
                    doubled = [cell * 2 for cell in row]
                    result += sum(doubled)
                return result
            """
        ),
        # `_` says that only reading it matters.
        Good(
            """
            def touch(cache, keys: list[str]):
                for key in keys:
                    _ = cache[key]
            """
        ),
        # A request is sent.
        Good(
            """
            def visit(client, addresses: list[str]):
                for address in addresses:
                    answer = client.get(address)
            """
        ),
        # An attribute stays.
        Good(
            """
            class Tally:
                def count(self, names: list[str]):
                    for name in names:
                        self.total += 1
            """
        ),
        # `|=` changes the object itself.
        Good(
            """
            class Marks:
                def add_all(self, groups: list[int], rows: list[list[int]]):
                    for group in groups:
                        self |= group
                    for row in rows:
                        row += groups
            """
        ),
        # It stands for a check that raises.
        Good(
            """
            def all_numbers(rows: list[str]):
                try:
                    for row in rows:
                        number = int(row)
                except ValueError:
                    return False
                return True
            """
        ),
    )

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        if node.orelse or not _is_idle(node.body):
            return
        function = context.function(node)
        if function is None or is_trial(node, context) or is_tried(node, context):
            return
        if function.name.lower().strip("_").startswith(_WAITING) or looks_at_locals(function):
            return
        if context.trip_count(node) is not None or not _is_sized(node.iter, context):
            return
        if isinstance(context.parent(node), ast.For):
            outer = context.parent(node)
            if isinstance(outer, ast.For) and not outer.orelse and _is_idle(outer.body):
                return  # that one is reported
        if _is_without_effect(node, context):
            edits = [Edit(node, remove())] if len(context.block(node)) > 1 else []
            sets = any(isinstance(inner, ast.Assign | ast.AugAssign) for inner in walk(node))
            why = "nothing reads what it sets" if sets else "its passes do nothing"
            yield self.report(node, *edits, why=why)


def _is_idle(block: list[ast.stmt]) -> bool:
    """Whether the statements, as far as their shape shows, only set local variables."""
    for statement in block:
        match statement:
            case ast.Pass() | ast.Continue():
                pass
            case ast.Assign(targets=[ast.Name()]) | ast.AugAssign(target=ast.Name()):
                pass
            case ast.If(body=body, orelse=orelse) | ast.For(body=body, orelse=orelse):
                if not _is_idle([*body, *orelse]):
                    return False
            case _:
                return False
    return True


def _is_without_effect(loop: ast.For, context: Context) -> bool:
    for node in walk(loop):
        if isinstance(node, ast.Assign | ast.AugAssign) and not is_idle(node.value, context):
            return False
        if isinstance(node, ast.If) and not is_idle(node.test, context):
            return False
        if isinstance(node, ast.For) and not _is_sized(node.iter, context):
            return False
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            return False
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            symbol = context.symbol(node)
            if symbol is not None and context.inside(symbol.scope.node, loop):
                continue  # of a comprehension
            if symbol is None or symbol.scope.node is not context.function(loop):
                return False
            is_target = any(
                context.inside(node, f.target) for f in walk(loop) if isinstance(f, ast.For)
            )
            if grows_in_place(node, context) or (node.id.startswith("_") and not is_target):
                return False
            if any(not context.inside(use, loop) for use in context.uses(node)):
                if not _is_set_anew(node, loop, context):
                    return False
    return True


def _is_set_anew(name: ast.Name, loop: ast.For, context: Context) -> bool:
    """Whether the next statement that names the variable gives it another value."""
    if context.loops(loop):
        return False
    for later in context.following(loop):
        if not any(isinstance(n, ast.Name) and n.id == name.id for n in walk(later)):
            if not isinstance(later, ast.Assign | ast.AugAssign | ast.Expr):
                return False
            continue
        match later:
            case ast.Assign(targets=[ast.Name(id=bound)], value=value) if bound == name.id:
                return not any(isinstance(n, ast.Name) and n.id == name.id for n in walk(value))
        return False
    return False


def _is_sized(node: ast.expr, context: Context) -> bool:
    """Whether going through it uses nothing up, and working it out changes nothing."""
    if isinstance(node, ast.Call) and context.resolve(node.func) in _WRAPPERS:
        is_range = context.resolve(node.func) == "range"
        return all(is_range or _is_sized(arg, context) for arg in node.args) and context.is_pure(
            node
        )
    return context.type_of(node).name in _SIZED and context.is_pure(node)
