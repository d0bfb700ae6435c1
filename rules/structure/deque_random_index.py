from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.patterns import constant_int, method_call, same, walk


class DequeRandomIndex(Rule):
    """A loop goes through a deque by index.

    A deque has no direct way to its middle: each `d[i]` walks there from the nearer end in
    blocks of 64 items. Iterating over it, or over a list of it, does not.
    """

    code = "DST108"
    name = "deque-random-index"
    message = "`{item}` walks through the deque to reach the item in each pass"
    advice = "Iterate over `{queue}` itself, or use a list where items are reached by index"
    gain = Gain("O(n^2)", "O(n)", {10: 1.3, 1_000: 1.5, 100_000: 20.0})
    calls = frozenset({"len"})
    examples = (
        Bad(
            """
            from collections import deque

            def total(numbers):
                window = deque(numbers)
                result = 0
                for i in range(len(window)):
                    result += window[i]  # DST108
                return result
            """,
            fixed="""
            from collections import deque

            def total(numbers):
                window = deque(numbers)
                result = 0
                for number in window:
                    result += number
                return result
            """,
            workload="total(range(n))",
        ),
        Bad(
            """
            from collections import deque

            class History:
                def __init__(self):
                    self.events = deque(maxlen=100_000)

                def position(self, event):
                    i = 0
                    while i < len(self.events):
                        if self.events[i] == event:  # DST108
                            return i
                        i += 1
                    return None
            """
        ),
        Bad(
            """
            from collections import deque

            def steps(values: deque[int]) -> list[int]:
                return [values[i + 1] - values[i] for i in range(len(values) - 1)]  # DST108
            """
        ),
        # The ends are reached at once.
        Good(
            """
            from collections import deque

            def drain(numbers):
                window = deque(numbers)
                total = 0
                for _ in range(len(window)):
                    total += window[0] - window[-1]
                    window.popleft()
                return total
            """
        ),
        # A list.
        Good(
            """
            def total(numbers):
                window = list(numbers)
                result = 0
                for i in range(len(window)):
                    result += window[i]
                return result
            """
        ),
        # A few items.
        Good(
            """
            from collections import deque

            def shown():
                recent = deque(maxlen=5)
                for i in range(len(recent)):
                    print(recent[i])
            """
        ),
        # The index follows the end, which is as near as the start.
        Good(
            """
            from collections import deque

            def carried(digits, base):
                result = deque(digits)
                for i in reversed(range(1, len(result))):
                    if result[i] < base:
                        break
                    result.pop()
                return result
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        if len(node.args) != 1 or not isinstance(node.args[0], ast.Name | ast.Attribute):
            return
        queue, loop = node.args[0], _counted(context, node)
        if loop is None or context.type_of(queue).name != "deque" or _is_short(context, queue):
            return
        taken = (method_call(inner, "pop", "popleft") for inner in walk(loop))
        if any(owner is not None and same(owner, queue) for owner in taken):
            return  # it stays at an end
        for inner in walk(loop):
            if isinstance(inner, ast.Subscript) and same(inner.value, queue):
                if not isinstance(inner.slice, ast.Slice) and constant_int(inner.slice) is None:
                    item = context.segment(inner)
                    yield self.report(inner, item=item, queue=context.segment(queue))
                    return


def _counted(context: Context, call: ast.Call) -> ast.AST | None:
    """The loop (or comprehension) that counts up to the length which the call asks for."""
    child: ast.AST = call
    for outer in context.ancestors(call):
        match outer:
            case ast.For():
                return outer if child is outer.iter else None
            case ast.While():
                return outer if child is outer.test else None
            case ast.comprehension():
                return context.parent(outer) if child is outer.iter else None
            case ast.stmt() | ast.Subscript():
                return None
        child = outer
    return None


def _is_short(context: Context, queue: ast.expr) -> bool:
    """Whether the deque is made with a small `maxlen`."""
    match context.sole_value(queue):
        case ast.Call(keywords=[ast.keyword(arg="maxlen", value=limit)]):
            return (constant_int(limit) or 1_000) < 1_000
    return False
