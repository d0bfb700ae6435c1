from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.loops import TINY, Loop, Loops
from effilint.analyzer.facts.rebinding import sum_operands
from effilint.analyzer.patterns import constant_int, same, sole_statement


class StepwiseRotation(Rule):
    """A sequence is rotated by one place (or a few) in every pass, copied whole each time.

    A rotation by `k` places is one expression, `items[k:] + items[:k]`; and where each pass needs
    the next rotation, a `deque` turns in place: `items.rotate(-1)`.
    """

    code = "DST408"
    name = "stepwise-rotation"
    message = "All of `{items}` is copied in every pass to rotate it by {places}"
    advice = "{advice}"
    gain = Gain("O(n*k)", "O(n)", {100: 17.0, 1_000: 99.0, 10_000: 880.0})
    examples = (
        Bad(
            """
            def rotated(items, places):
                for _ in range(places % len(items)):
                    items = items[1:] + items[:1]  # DST408
                return items
            """,
            fixed="""
            def rotated(items, places):
                places %= len(items)
                return items[places:] + items[:places]
            """,
            workload="rotated(list(range(n)), n // 2)",
        ),
        Bad(
            """
            def survivors(people, step):
                while len(people) > 1:
                    for _ in range(step):
                        people = people[1:] + [people[0]]  # DST408
                    people.pop()
                return people
            """
        ),
        Bad(
            """
            class Ring:
                def turn(self, times):
                    for _ in range(times):
                        self.text = self.text[-1] + self.text[:-1]  # DST408
                        self.show()
            """
        ),
        Bad(
            """
            def right(items, times):
                while times:
                    items[:] = [items[-1]] + items[:-1]  # DST408
                    times -= 1
                return items
            """
        ),
        Bad(
            """
            def is_turned(one: str, other: str):
                for _ in range(len(one)):
                    if one == other:
                        return True
                    one = one[1:] + one[0]  # DST408
                return False
            """
        ),
        # By any number of places, once.
        Good(
            """
            def rotated(items, places):
                return items[places:] + items[:places]
            """
        ),
        # Each pass has its own sequence.
        Good(
            """
            def turned(words):
                found = []
                for word in words:
                    word = word[1:] + word[:1]
                    found.append(word)
                return found
            """
        ),
        # Another text each time.
        Good(
            """
            def turned(words):
                for i in range(len(words)):
                    words[i] = words[i][1:] + words[i][0]
                return words
            """
        ),
        # An item is left out.
        Good(
            """
            def shift(items, new):
                for value in new:
                    items = items[1:] + [value]
                return items
            """
        ),
        # A few items, turned in each pass of another loop.
        Good(
            """
            def shades(parts):
                marks = ["pp", "p", "f", "ff"]
                for part in parts:
                    part.mark = marks[0]
                    marks = marks[1:] + marks[:1]
            """
        ),
        # Three times.
        Good(
            """
            def turned(items):
                for _ in range(3):
                    items = items[1:] + items[:1]
                return items
            """
        ),
    )

    def visit_Assign(self, node: ast.Assign, context: Context) -> Iterator[Finding]:
        match node:
            case ast.Assign(targets=[target], value=ast.BinOp(op=ast.Add()) as value):
                pass
            case _:
                return
        if isinstance(target, ast.Subscript) and _is_whole(target.slice):
            target = target.value
        if not isinstance(target, ast.Name | ast.Attribute):
            return
        places = _rotation(target, value)
        if places is None:
            return
        loop = next((one for one in context.hot_loops(node) if _keeps(one, target, node)), None)
        if loop is None or _is_few(context, target, node):
            return
        items = context.segment(target)
        once = f"Rotate once, by all places: `{items}[k:] + {items}[:k]`"
        turned = "Make it a `deque` and `rotate` it"
        if context.type_of(target).name == "str" or _adds_item(value):
            turned = (
                f"Turn it once; whether a text is another one turned, `other in {items} * 2` tells"
            )
        is_all = isinstance(loop, ast.For | ast.While) and sole_statement(loop.body) is node
        text = "one place" if places == 1 else f"{places} places"
        yield self.report(node, items=items, places=text, advice=once if is_all else turned)


def _is_few(context: Context, target: ast.expr, node: ast.Assign) -> bool:
    """Whether it starts as a short display, which turning makes no longer."""
    if not isinstance(target, ast.Name):
        return False
    starts = [b.value for b in context.bindings(target) if b.value is not node.value]
    return bool(starts) and all(
        value is not None and (Loops(context).length(value) or TINY + 1) <= TINY for value in starts
    )


def _adds_item(value: ast.BinOp) -> bool:
    """Whether an item is added as it is: that only a text allows."""
    return any(
        isinstance(part, ast.Subscript) and not isinstance(part.slice, ast.Slice)
        for part in (value.left, value.right)
    )


def _is_whole(index: ast.expr) -> bool:
    match index:
        case ast.Slice(lower=None, upper=None, step=None):
            return True
    return False


def _rotation(target: ast.expr, value: ast.BinOp) -> int | None:
    """By how many places `value` is `target` rotated; None if it is anything else."""
    operands = sum_operands(value)
    if len(operands) != 2:
        return None
    first, second = (_part(operand, target) for operand in operands)
    match first, second:
        case (int(start), None), (None, int(stop)) if start == stop and start:
            return abs(start)
    return None


def _part(operand: ast.expr, target: ast.expr) -> tuple[int | None, int | None] | None:
    """The bounds of the slice of `target`, if it is one: `[target[0]]` is `target[:1]`."""
    if isinstance(operand, ast.List) and len(operand.elts) == 1:
        operand = operand.elts[0]
    match operand:
        case ast.Subscript(value=whole, slice=ast.Slice(lower=lower, upper=upper, step=None)):
            if not same(whole, target):
                return None
            start, stop = _bound(lower), _bound(upper)
            return (None if start == 0 else start, stop)
        case ast.Subscript(value=whole, slice=index) if same(whole, target):
            return (
                {0: (None, 1), -1: (-1, None)}.get(_bound(index) or 0) if _is_end(index) else None
            )
    return None


def _is_end(index: ast.expr) -> bool:
    return constant_int(index) in (0, -1)


def _bound(node: ast.expr | None) -> int | None:
    return None if node is None else constant_int(node)


def _keeps(loop: Loop, target: ast.expr, node: ast.Assign) -> bool:
    """Whether the next pass goes on with the rotated sequence."""
    if isinstance(loop, ast.comprehension):
        return False
    if isinstance(loop, ast.For | ast.AsyncFor) and same(loop.target, target):
        return False
    return not any(
        isinstance(statement, ast.Assign)
        and statement is not node
        and any(same(one, target) for one in statement.targets)
        for statement in loop.body
    )
