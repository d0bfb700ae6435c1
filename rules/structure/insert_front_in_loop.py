from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.accumulators import carrying_loops, is_kept
from effilint.analyzer.facts.conversions import reversed_after
from effilint.analyzer.facts.lists import drains_few, is_first, may_be_long, region_of
from effilint.analyzer.facts.loops import TINY, Loop
from effilint.analyzer.facts.rebinding import is_concatenation, rebinding, sum_operands
from effilint.analyzer.patterns import (
    is_constant,
    is_name,
    method_call,
    names_in,
    same,
    walk,
)


class InsertFrontInLoop(Rule):
    """A loop puts each new item at the front of a list.

    That moves all the others each time. Appending and reversing once after the loop, or a
    `deque`, does not. The fix is offered where the loop does nothing else with the list.
    """

    code = "DST201"
    name = "insert-front-in-loop"
    message = "Each pass of the loop moves all items of `{items}` to put one in front of them"
    advice = "Append, and reverse `{items}` once after the loop; or use a deque's `appendleft`"
    gain = Gain("O(n^2)", "O(n)", {10: 1.3, 1_000: 9.0, 100_000: 650.0})
    calls = frozenset({"insert"})
    examples = (
        Bad(
            """
            def backwards(items):
                result = []
                for item in items:
                    result.insert(0, item)  # DST201
                return result
            """,
            fixed="""
            def backwards(items):
                result = []
                for item in items:
                    result.append(item)
                result.reverse()
                return result
            """,
            workload="backwards(range(n))",
        ),
        Bad(
            """
            def path_to(came_from, node):
                path = []
                while node in came_from:
                    path.insert(0, node)  # DST201
                    node = came_from[node]
                return path
            """,
            fixed="""
            def path_to(came_from, node):
                path = []
                while node in came_from:
                    path.append(node)
                    node = came_from[node]
                path.reverse()
                return path
            """,
        ),
        Bad(
            """
            def latest_first(log: list[str]) -> list[str]:
                found = ["end"]
                for line in log:
                    if line.startswith("E"):
                        found = [line] + found  # DST201
                return found
            """
        ),
        Bad(
            """
            class Undo:
                def __init__(self):
                    self.steps = []

                def load(self, lines):
                    for line in lines:
                        self.steps[:0] = [line.strip()]  # DST201
            """
        ),
        Bad(
            """
            def reversed_rows(rows):
                result = []
                for row in rows:
                    result = [row, *result]  # DST201
                return result
            """
        ),
        # Without a fix: after an exception the list would not be reversed.
        Bad(
            """
            import contextlib

            def newest_first(lines):
                with contextlib.suppress(ValueError):
                    numbers = []
                    for line in lines:
                        numbers.insert(0, int(line))  # DST201
                return numbers
            """
        ),
        # Starts afresh in every pass.
        Good(
            """
            def with_total(rows: list[list[int]]):
                for row in rows:
                    cells = list(row)
                    cells.insert(0, sum(row))
                    yield cells
            """
        ),
        # Every one of the lists is wanted; the parts of a path are few.
        Good(
            """
            import os

            def chains(names, path):
                chain = []
                for name in names:
                    chain = [name] + chain
                    yield chain
                parts = []
                while path:
                    path, last = os.path.split(path)
                    parts.insert(0, last)
                yield parts
            """
        ),
        # Once, and somewhere else.
        Good(
            """
            def place(items, others):
                result = list(items)
                result.insert(0, "first")
                for index, other in others:
                    result.insert(index, other)
                return result
            """
        ),
        # A short chain of parents.
        Good(
            """
            def trail(node):
                names = []
                while node is not None:
                    names.insert(0, node.name)
                    node = node.parent
                return names
            """
        ),
        # Next to what each pass calls, moving the items is little.
        Good(
            """
            def history(state, changes):
                made = []
                for change in changes:
                    state = change.applied(state)
                    made.insert(0, render(state))
                return made

            def render(state):
                return f"<p>{state}</p>"
            """
        ),
        # Not a list that is known to be one.
        Good(
            """
            def fill(menu, entries):
                for entry in entries:
                    menu.insert(0, entry)
            """
        ),
        # Filled up with blanks; the chosen few first; once; the fields of a name are few.
        Good(
            """
            def padded(cells: list[str], width, rows, name):
                for _ in range(len(cells), width):
                    cells.insert(0, "")
                ordered, marked, is_marked = [], [], False
                for row in rows:
                    if row.kind == "total":
                        ordered.insert(0, row)
                    else:
                        ordered.append(row)
                    if row.changed:
                        if not is_marked:
                            marked.insert(0, row)
                            is_marked = True
                        print(row)
                tail = []
                parts = name.split(".")
                for count in range(len(parts), 0, -1):
                    tail.insert(0, parts[count - 1])
                return cells, ordered, marked, tail
            """
        ),
        # To move the items is little next to a loop over all of them.
        Good(
            """
            def creation(degrees: list[int]):
                steps, path = [], []
                while degrees:
                    steps.insert(0, degrees.pop())
                    degrees = [degree - 1 for degree in degrees]
                    if not path.count(steps[0]):
                        path.insert(0, steps[0])
                return steps, path
            """
        ),
        Good(
            """
            def solved(rows: list[list[float]]):
                values = []
                for place in range(len(rows) - 1, -1, -1):
                    total = rows[place][-1]
                    for other in range(len(values)):
                        total -= rows[place][other] * values[other]
                    values.insert(0, total)
                return values
            """
        ),
        # Turned around: what is put in front has come from the end.
        Good(
            """
            def turned(cards: list[str], times: int):
                deck = list(cards)
                for _ in range(times):
                    deck.insert(0, deck[-1])
                    deck.pop()
                return deck
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        items = method_call(node, "insert")
        if len(node.args) != 2 or not is_constant(node.args[0], 0):
            return
        if items is None or any(same(inner, items) for inner in walk(node.args[1])):
            return  # moved to the front
        if isinstance(node.args[1], ast.Constant):
            return  # filled up to a length
        statement = context.parent(node)
        if not isinstance(items, ast.Name | ast.Attribute) or not isinstance(statement, ast.Expr):
            return
        loops = _growing_loops(context, statement, items)
        if loops:
            edits = reversed_after(context, node, items, loops)
            yield self.report(statement, *edits, items=context.segment(items))

    def visit_Assign(self, node: ast.Assign, context: Context) -> Iterator[Finding]:
        if len(node.targets) != 1:
            return
        match node.targets[0]:
            case ast.Subscript(
                value=ast.Name() | ast.Attribute() as items,
                slice=ast.Slice(lower=lower, upper=upper, step=None),
            ):
                if not is_constant(upper, 0) or not (lower is None or is_constant(lower, 0)):
                    return
            case ast.Name() | ast.Attribute() as items:
                if not _is_prepended(items, node.value):
                    return
            case _:
                return
        if _growing_loops(context, node, items):
            yield self.report(node, items=context.segment(items))


def _is_prepended(items: ast.expr, value: ast.expr) -> bool:
    """Whether `value` is `[x] + items` or `[x, *items]`."""
    match value:
        case ast.BinOp(op=ast.Add()):
            operands = sum_operands(value)
            return isinstance(operands[0], ast.List) and same(operands[-1], items)
        case ast.List(elts=[first, *_, ast.Starred(value=last)]):
            return same(last, items) and not isinstance(first, ast.Starred)
    return False


def _is_step(target: ast.expr, value: ast.expr) -> bool:
    return is_concatenation(target, value) or _is_prepended(target, value)


def _growing_loops(context: Context, statement: ast.stmt, items: ast.expr) -> list[Loop]:
    if not context.hot_loops(statement) or context.type_of(items).name != "list":
        return []
    is_own = rebinding(statement) is not None
    if not is_own and not may_be_long(context, items):
        return []
    loops = carrying_loops(context, statement, items, _is_step)
    if not loops or drains_few(context, loops[0]) or is_kept(context, items, loops[0], _is_step):
        return []
    if _is_for_one_item(context, statement, loops[0]) or _has_inner_loop(context, loops[0], items):
        return []
    if any(
        same(other, items)
        for node in walk(loops[-1])
        if (other := method_call(node, "append", "pop")) is not None
    ):
        return []  # put at both ends, or turned around
    if any(_is_work(context, node) for node in walk(loops[0])):
        return []
    region = region_of(context, loops[-1])
    return loops if is_first(statement, region, lambda node: _puts_first(node, items)) else []


def _is_for_one_item(context: Context, statement: ast.stmt, loop: Loop) -> bool:
    """Whether the loop gets there for one item: `if item == wanted:`, `if not done:`."""
    choice = context.parent(statement)
    if not isinstance(choice, ast.If) or not isinstance(loop, ast.For):
        return False
    match choice.test:
        case ast.UnaryOp(op=ast.Not(), operand=ast.Name(id=flag)):
            return any(
                isinstance(node, ast.Assign)
                and is_name(node.targets[0], flag)
                and is_constant(node.value, True)
                for node in choice.body
            )
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            return bool(names_in(loop.target) & {getattr(e, "id", "") for e in (left, right)})
    return False


def _has_inner_loop(context: Context, loop: Loop, items: ast.expr) -> bool:
    """Whether each pass goes through much anyway, which costs more than to move the items."""
    header = loop.test if isinstance(loop, ast.While) else loop.iter
    for node in walk(loop):
        if isinstance(node, ast.For | ast.While) and node is not loop and context.hot_loops(node):
            return True
        if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp) and node is not header:
            if (context.trip_count(node.generators[0]) or TINY + 1) > TINY:
                return True
        searched = method_call(node, "count", "index")
        if searched is not None and same(searched, items):
            return True
    return False


def _is_work(context: Context, node: ast.AST) -> bool:
    """Whether it calls a function or method that may do much, next to which moving is little."""
    match node:
        case ast.Call(func=ast.Name(id=name) as function):
            resolved = context.resolve(function)
            return resolved is None or "." in resolved or not context.names.is_builtin(name, node)
        case ast.Call(func=ast.Attribute(value=ast.Name("self" | "cls"))):
            return True
        case ast.Call(func=ast.Attribute() as function, args=[_, *_]):
            return not context.type_of(function.value).is_known
    return False


def _puts_first(node: ast.AST, items: ast.expr) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=value, attr="insert"), args=[place, _]):
            return is_constant(place, 0) and same(value, items)
        case ast.Assign(targets=[target], value=value):
            return same(target, items) and _is_prepended(items, value)
    return False
