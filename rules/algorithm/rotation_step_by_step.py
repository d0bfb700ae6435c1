from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.counting import counting, is_used_after
from effilint.analyzer.patterns import constant_int, is_constant, method_call, same


class RotationStepByStep(Rule):
    """A list is rotated by many places one place at a time, and each step moves all items.

    Two slices rotate by any number of places at once, and `deque.rotate` turns a deque.
    """

    code = "ALG310"
    name = "rotation-step-by-step"
    message = "`{items}` is rotated by one place on every pass of a loop"
    advice = "Cut `{items}` into two slices and join them the other way round, once"
    gain = Gain("O(n * k)", "O(n)", {10: 0.93, 1_000: 12.0, 10_000: 91.0})
    examples = (
        Bad(
            """
            def turned(seats: list[int], places: int):
                for _ in range(places):  # ALG310
                    seats.insert(0, seats.pop())
                return seats
            """,
            fixed="""
            def turned(seats: list[int], places: int):
                places %= len(seats) or 1
                seats[:] = seats[len(seats) - places :] + seats[: len(seats) - places]
                return seats
            """,
            workload="turned(list(range(n)), n // 2)",
        ),
        Bad(
            """
            def turned(seats, places):
                while places > 0:  # ALG310
                    first = seats.pop(0)
                    seats.append(first)
                    places -= 1
                return seats
            """,
        ),
        Bad(
            """
            class Ring:
                def turn(self, places):
                    for step in range(places):  # ALG310
                        self.items = self.items[-1:] + self.items[:-1]
            """,
        ),
        Bad(
            """
            def turned(seats, places):
                for _ in range(places):  # ALG310
                    seats = [seats[-1]] + seats[:-1]
                return seats
            """,
        ),
        Bad(
            """
            def turned(seats, places):
                for _ in range(places):  # ALG310
                    last = seats[-1]
                    seats.insert(0, last)
                    seats.pop()
                return seats
            """,
        ),
        # Every step is looked at.
        Good(
            """
            def all_turns(text):
                for _ in range(len(text)):
                    text = text[1:] + text[:1]
                    print(text)
            """
        ),
        # Two lists.
        Good(
            """
            def deal(deck, hand, n):
                for _ in range(n):
                    hand.append(deck.pop())
            """
        ),
        # Another item goes in front.
        Good(
            """
            def shifted(seats, n):
                for i in range(n):
                    seats.pop()
                    seats.insert(0, i)
            """
        ),
    )

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        if len(node.body) <= 3:
            yield from self._check(node, context)

    def visit_While(self, node: ast.While, context: Context) -> Iterator[Finding]:
        if len(node.body) <= 4:
            yield from self._check(node, context)

    def _check(self, node: ast.For | ast.While, context: Context) -> Iterator[Finding]:
        items = _rotated([s for s in node.body if not _is_step(s)])
        run = counting(node, context) if items is not None else None
        if items is None or run is None or node.orelse:
            return
        if isinstance(node, ast.For) and is_used_after(run.variable, node, context):
            return
        yield self.report(node, items=context.segment(items))


def _is_step(statement: ast.stmt) -> bool:
    match statement:
        case ast.AugAssign(target=ast.Name(), value=ast.Constant()):
            return True
    return False


def _rotated(body: list[ast.stmt]) -> ast.expr | None:
    """The sequence that the statements rotate by one place."""
    match body:
        case [ast.Assign(targets=[target], value=ast.BinOp(left=left, op=ast.Add(), right=right))]:
            return target if _is_turn(left, right, target) else None
        case [
            ast.Assign(targets=[ast.Name(id=held)], value=taken),
            ast.Expr(value=ast.Call() as put),
        ]:
            given = put.args[-1] if put.args else None
            if not isinstance(given, ast.Name) or given.id != held:
                return None
        case [
            ast.Assign(targets=[ast.Name(id=held)], value=ast.Subscript() as end),
            ast.Expr(value=ast.Call() as one),
            ast.Expr(value=ast.Call() as other),
        ]:
            return _moved_end(held, end, one, other)
        case [ast.Expr(value=ast.Call() as put)] if put.args:
            taken = put.args[-1]
        case _:
            return None
    owner = method_call(taken, "pop")
    if owner is None or not isinstance(taken, ast.Call):
        return None
    where = constant_int(taken.args[0]) if taken.args else -1
    if where == -1 and same(method_call(put, "insert") or put, owner):
        return owner if len(put.args) == 2 and is_constant(put.args[0], 0) else None
    if where == 0 and same(method_call(put, "append") or put, owner):
        return owner
    return None


def _moved_end(held: str, end: ast.Subscript, one: ast.Call, other: ast.Call) -> ast.expr | None:
    """The list of `end = xs[-1]; xs.insert(0, end); xs.pop()` and its mirror image."""
    items, last = end.value, constant_int(end.slice) == -1
    if not last and constant_int(end.slice) != 0:
        return None
    put, taken = (one, other) if method_call(other, "pop") is not None else (other, one)
    owner = method_call(put, "insert" if last else "append")
    popped = method_call(taken, "pop")
    if owner is None or popped is None or not (same(owner, items) and same(popped, items)):
        return None
    where = constant_int(taken.args[0]) if taken.args else -1
    is_put_back = bool(put.args) and isinstance(put.args[-1], ast.Name) and put.args[-1].id == held
    is_front = not last or is_constant(put.args[0], 0)
    return items if is_put_back and is_front and where == (-1 if last else 0) else None


def _is_turn(left: ast.expr, right: ast.expr, items: ast.expr) -> bool:
    """`xs[-1:] + xs[:-1]`, `[xs[-1]] + xs[:-1]` and their mirror images."""
    ends = (_end(left, items), _end(right, items))
    return ends in (("last", "rest before"), ("rest after", "first"))


def _end(node: ast.expr, items: ast.expr) -> str | None:
    match node:
        case ast.List(elts=[ast.Subscript(value=owner, slice=place)]) if same(owner, items):
            return {-1: "last", 0: "first"}.get(constant_int(place) or 0)
        case ast.Subscript(value=owner, slice=ast.Slice(lower=lower, upper=None, step=None)):
            where = constant_int(lower)
            known = {-1: "last", 1: "rest after"}.get(where or 0)
            return known if same(owner, items) else None
        case ast.Subscript(value=owner, slice=ast.Slice(lower=None, upper=upper, step=None)):
            where = constant_int(upper)
            known = {-1: "rest before", 1: "first"}.get(where or 0)
            return known if same(owner, items) else None
    return None
