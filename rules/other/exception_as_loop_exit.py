from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety, Tier
from effilint.analyzer.facts.scopes import Kind
from effilint.analyzer.facts.visits import is_read_outside
from effilint.analyzer.patterns import (
    constant_int,
    is_assertion,
    is_constant,
    same,
    sole_statement,
    walk,
)
from effilint.analyzer.rewrite import as_for


class ExceptionAsLoopExit(Rule):
    """A `while` loop fetches one item after the other until an exception ends it.

    `for` fetches items without a call or an index, and sees the end by itself. The fix for
    `next(it)` assumes that `it` can be looped over, as every iterator can.
    """

    code = "OTH302"
    name = "exception-as-loop-exit"
    message = "The loop fetches items of `{items}` by hand until `{error}` ends it"
    advice = "Use `for {target} in {items}`"
    gain = Gain("O(n)", "O(n)", {10: 1.8, 1_000: 1.3, 100_000: 1.3}, Tier.CONSTANT)
    safety = Safety.UNSAFE
    examples = (
        Bad(
            """
            def total(numbers):
                result = 0
                numbers = iter(numbers)
                while True:
                    try:  # OTH302
                        number = next(numbers)
                    except StopIteration:
                        break
                    result += number
                return result
            """,
            fixed="""
            def total(numbers):
                result = 0
                numbers = iter(numbers)
                for number in numbers:
                    result += number
                return result
            """,
            workload="total(range(n))",
        ),
        # By index, with an early `continue`.
        Bad(
            """
            def longest(words):
                place, best = 0, ""
                while True:
                    try:  # OTH302
                        word = words[place]
                    except IndexError:
                        break
                    place += 1
                    if len(word) < len(best):
                        continue
                    best = word
                return best
            """
        ),
        # The function ends with the items; a tuple target; an attribute.
        Bad(
            """
            class Rows:
                def show(self):
                    while 1:
                        try:  # OTH302
                            key, value = next(self.pairs)
                        except StopIteration:
                            return
                        print(key, value)
            """,
            fixed="""
            class Rows:
                def show(self):
                    for key, value in self.pairs:
                        print(key, value)
            """,
        ),
        # The `try` is around the loop.
        Bad(
            """
            def squares(numbers):
                found = []
                source = iter(numbers)
                try:  # OTH302
                    while True:
                        number = next(source)
                        found.append(number * number)
                except StopIteration:
                    pass
                return found
            """
        ),
        # Two iterators in step.
        Good(
            """
            def merged(left, right):
                left, right = iter(left), iter(right)
                while True:
                    try:
                        yield next(left)
                        yield next(right)
                    except StopIteration:
                        break
            """
        ),
        # It has no `__iter__`.
        Good(
            """
            class Ticks:
                def __next__(self):
                    return 1

            def show():
                ticks = Ticks()
                while True:
                    try:
                        tick = next(ticks)
                    except StopIteration:
                        break
                    print(tick)
            """
        ),
        # `next` itself is under test.
        Good(
            """
            class Checks:
                def check(self, items, expected):
                    found = []
                    while True:
                        try:
                            item = next(items)
                        except StopIteration:
                            break
                        found.append(item)
                    self.assertEqual(found, expected)
            """
        ),
        # The iterator is replaced on the way.
        Good(
            """
            def flat(items):
                stack = []
                current = iter(items)
                while True:
                    try:
                        item = next(current)
                    except StopIteration:
                        break
                    if isinstance(item, list):
                        stack.append(current)
                        current = iter(item)
                    print(item)
            """
        ),
        # It starts anywhere, and how far it comes is the result.
        Good(
            """
            class State:
                def skip(self, place: int) -> int:
                    while True:
                        try:
                            char = self.source[place]
                        except IndexError:
                            break
                        if char != " ":
                            break
                        place += 1
                    return place
            """
        ),
        # An object of another class may run in another way, and the index jumps.
        Good(
            """
            def steps(program):
                place = 0
                while True:
                    try:
                        jump = program[place]
                    except IndexError:
                        break
                    place += jump
                return place
            """
        ),
    )

    def visit_While(self, node: ast.While, context: Context) -> Iterator[Finding]:
        if not is_constant(node.test, True, 1) or node.orelse or _is_tested(node, context):
            return
        if isinstance(node.body[0], ast.Try):
            yield from self._inside(node, node.body[0], context)
        elif isinstance(node.body[0], ast.Assign):
            yield from self._outside(node, node.body[0], context)

    def _inside(self, loop: ast.While, fetch: ast.Try, context: Context) -> Iterator[Finding]:
        handler = _sole_handler(fetch)
        step = sole_statement(fetch.body)
        if handler is None or not isinstance(step, ast.Assign) or len(loop.body) < 2:
            return
        leaving = sole_statement(handler.body)
        if not _is_leaving(leaving):
            return
        items, error = _fetched(step, loop, context)
        if items is None or not _catches(handler, error):
            return
        target = context.segment(step.targets[0]).strip("()")
        edits = []
        if error == "StopIteration" and _ends_alike(leaving, loop, context):
            edits = [Edit(loop, as_for(target, context.segment(items), 1))]
        yield self.report(fetch, *edits, items=context.segment(items), error=error, target=target)

    def _outside(self, loop: ast.While, step: ast.Assign, context: Context) -> Iterator[Finding]:
        fetch = context.parent(loop)
        if not isinstance(fetch, ast.Try) or sole_statement(fetch.body) is not loop:
            return
        handler = _sole_handler(fetch)
        if handler is None or len(loop.body) < 2 or _has_other_calls(loop, step, context):
            return
        items, error = _fetched(step, loop, context)
        if items is None or error != "StopIteration" or not _catches(handler, error):
            return
        target = context.segment(step.targets[0]).strip("()")
        yield self.report(fetch, items=context.segment(items), error=error, target=target)


def _is_tested(loop: ast.While, context: Context) -> bool:
    """Whether the function checks what it got, as a test of the iterator does."""
    function = context.function(loop)
    return function is not None and any(is_assertion(node) for node in walk(function))


def _sole_handler(fetch: ast.Try) -> ast.ExceptHandler | None:
    if len(fetch.handlers) != 1 or fetch.orelse or fetch.finalbody:
        return None
    return fetch.handlers[0]


def _catches(handler: ast.ExceptHandler, error: str) -> bool:
    return isinstance(handler.type, ast.Name) and handler.type.id == error


def _is_leaving(statement: ast.stmt | None) -> bool:
    return isinstance(statement, ast.Break | ast.Return)


def _fetched(step: ast.Assign, loop: ast.While, context: Context) -> tuple[ast.expr | None, str]:
    """The iterator or sequence that the loop goes through, and what ends it."""
    if len(step.targets) != 1 or not isinstance(step.targets[0], ast.Name | ast.Tuple):
        return None, ""
    match step.value:
        case ast.Call(func=func, args=[items], keywords=[]) if context.resolve(func) == "next":
            if _stays(items, loop, context) and not _is_fetched_again(items, step, loop):
                return (None, "") if _has_no_iter(items, context) else (items, "StopIteration")
        case ast.Subscript(value=items, slice=ast.Name() as place):
            if context.type_of(items).is_sequence or _stays(items, loop, context):
                if _counts_up(place, loop, context) and not _changes(items, loop, context):
                    return items, "IndexError"
    return None, ""


def _stays(items: ast.expr, loop: ast.While, context: Context) -> bool:
    """Whether the name or attribute stands for the same object all through the loop."""
    if isinstance(items, ast.Attribute) and isinstance(items.value, ast.Name):
        return not any(
            isinstance(node, ast.Attribute)
            and node.attr == items.attr
            and isinstance(node.ctx, ast.Store)
            for node in walk(loop)
        )
    if not isinstance(items, ast.Name):
        return False
    return not any(context.inside(b.node, loop) for b in context.bindings(items))


def _has_no_iter(items: ast.expr, context: Context) -> bool:
    """Whether it is of a class of this file that has `__next__` alone."""
    made = context.sole_value(items) if isinstance(items, ast.Name) else None
    if not isinstance(made, ast.Call) or not isinstance(made.func, ast.Name):
        return False
    for node in context.index.get(ast.ClassDef, ()):
        if isinstance(node, ast.ClassDef) and node.name == made.func.id and not node.bases:
            names = {inner.name for inner in node.body if isinstance(inner, ast.FunctionDef)}
            return "__iter__" not in names
    return False


def _is_fetched_again(items: ast.expr, step: ast.Assign, loop: ast.While) -> bool:
    """Whether the loop uses the iterator in another place too."""
    own = {id(node) for node in walk(step)}
    return any(
        id(node) not in own and isinstance(node, ast.expr) and same(node, items)
        for node in walk(loop)
    )


def _changes(items: ast.expr, loop: ast.While, context: Context) -> bool:
    return bool(context.mutations(items, loop))


def _counts_up(place: ast.Name, loop: ast.While, context: Context) -> bool:
    """Whether every pass adds one to the index, and nothing else changes it."""
    inside = [b.node for b in context.bindings(place) if context.inside(b.node, loop)]
    if len(inside) != 1:
        return False
    step = context.parent(inside[0])
    if any(b.kind is Kind.ARGUMENT for b in context.bindings(place)):
        return False  # it starts somewhere
    if is_read_outside(context, place, loop):
        return False
    is_step = isinstance(step, ast.AugAssign) and isinstance(step.op, ast.Add)
    return is_step and constant_int(step.value) == 1 and step in loop.body  # type: ignore[union-attr]


def _has_other_calls(loop: ast.While, step: ast.Assign, context: Context) -> bool:
    """Whether the exception might come from elsewhere in the loop."""
    return any(
        isinstance(node, ast.Yield | ast.YieldFrom | ast.Await)
        or (
            isinstance(node, ast.Call)
            and node is not step.value
            and context.resolve(node.func) == "next"
        )
        for node in walk(loop)
    )


def _ends_alike(leaving: ast.stmt | None, loop: ast.While, context: Context) -> bool:
    """Whether what follows the loop is what the handler does."""
    if isinstance(leaving, ast.Break):
        return True
    function = context.function(loop)
    is_last = function is not None and function.body[-1] is loop
    return is_last and isinstance(leaving, ast.Return) and leaving.value is None
