from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.lists import may_be_long
from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.facts.searched_lists import holds_unhashable, is_unhashable
from effilint.analyzer.hoist import region_of
from effilint.analyzer.patterns import constant_int, last_name, membership, same, walk

_LIGHT = frozenset(["append", "add", "extend", "update", "print", "write"])


class SliceMembership(Rule):
    """An item is looked for in a slice of all items before it, or after it, at each place.

    The slice is copied and then gone through. A set of the items passed so far answers at once;
    for those still to come, go through the sequence backwards, or count all items first.
    """

    code = "DST407"
    name = "slice-membership"
    message = "All items {side} each place of `{sequence}` are copied and searched for `{item}`"
    advice = "{advice}"
    gain = Gain("O(n^2)", "O(n)", {10: 1.6, 1_000: 86.0, 10_000: 640.0})
    calls = frozenset({"count"})
    examples = (
        Bad(
            """
            def first_again(values):
                for i in range(len(values)):
                    if values[i] in values[:i]:  # DST407
                        return values[i]
                return None
            """,
            fixed="""
            def first_again(values):
                seen = set()
                for i in range(len(values)):
                    if values[i] in seen:
                        return values[i]
                    seen.add(values[i])
                return None
            """,
            workload="first_again(list(range(n)))",
        ),
        Bad(
            """
            def last_ones(names):
                return [x for i, x in enumerate(names) if x not in names[i + 1 :]]  # DST407
            """
        ),
        Bad(
            """
            class Log:
                def add(self, key):
                    self.keys.append(key)

                def repeated(self):
                    place, found = 0, 0
                    while place < len(self.keys):
                        key = self.keys[place]
                        if key in self.keys[0:place]:  # DST407
                            found += 1
                        place += 1
                    return found
            """
        ),
        Bad(
            """
            def has_pair(numbers: list[int], total: int):
                for i, number in enumerate(numbers):
                    if total - number in numbers[i + 1 :]:  # DST407
                        return True
                return False
            """
        ),
        # Counted.
        Bad(
            """
            def numbered(names):
                found = []
                for i, name in enumerate(names):
                    found.append((name, names[:i].count(name)))  # DST407
                return found
            """
        ),
        # A text is searched for a longer one.
        Good(
            """
            def repeats(text: str, size: int):
                for i in range(len(text) - size):
                    if text[i : i + size] in text[i + 1 :]:
                        return True
                return False
            """
        ),
        # A slice of the same length each time.
        Good(
            """
            def near(values, size):
                return [value in values[i + 1 : i + size] for i, value in enumerate(values)]
            """
        ),
        # Lists have no hash.
        Good(
            """
            def distinct(rows: list[list[int]]):
                return [row for i, row in enumerate(rows) if row not in rows[:i]]
            """
        ),
        # Three items.
        Good(
            """
            def clash():
                codes = ["a", "b", "a"]
                return any(codes[i] in codes[:i] for i in range(3))
            """
        ),
        # Nothing says that there are many.
        Good(
            """
            def run(self):
                commands = self.commands()
                for i, command in enumerate(commands):
                    self.run_one(command, command in commands[i + 1 :])
            """
        ),
        # Each pass has much else done.
        Good(
            """
            def run_all(runner, commands: list[str]):
                for i, command in enumerate(commands):
                    runner.keep = command in commands[i + 1 :]
                    runner.run(command)
            """
        ),
        # The list changes.
        Good(
            """
            def drop(values):
                i = 0
                while i < len(values):
                    if values[i] in values[:i]:
                        del values[i]
                    else:
                        i += 1
            """
        ),
    )

    def visit_Compare(self, node: ast.Compare, context: Context) -> Iterator[Finding]:
        sought = membership(node)
        if sought is not None:
            yield from self._searched(node, sought[0], sought[1], context)

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        match node:
            case ast.Call(func=ast.Attribute(value=part, attr="count"), args=[item], keywords=[]):
                yield from self._searched(node, item, part, context)

    def _searched(
        self, node: ast.expr, item: ast.expr, part: ast.expr, context: Context
    ) -> Iterator[Finding]:
        match part:
            case ast.Subscript(
                value=ast.Name() | ast.Attribute() as sequence,
                slice=ast.Slice(lower=lower, upper=upper, step=None),
            ):
                is_before = upper is not None and (lower is None or constant_int(lower) == 0)
                place = upper if is_before else lower if upper is None else None
            case _:
                return
        if place is None:
            return
        loop = next((one for one in context.hot_loops(node) if _moves(one, place)), None)
        if loop is None or not _is_item(item, sequence, loop, context):
            return
        region = region_of(loop, context)
        if context.changes(sequence, region) or _does_more(region, context):
            return
        if not may_be_long(context, sequence):
            return
        if is_unhashable(context, item) or holds_unhashable(context, sequence):
            return
        name = context.segment(sequence)
        keep = "Count the items" if isinstance(node, ast.Call) else "Keep a set of the items"
        advice = (
            f"{keep} of `{name}` passed so far"
            if is_before
            else f"Go through `{name}` backwards and keep a set of its items, or count them first"
        )
        side = "before" if is_before else "after"
        yield self.report(node, side=side, sequence=name, item=context.segment(item), advice=advice)


def _does_more(region: ast.AST, context: Context) -> bool:
    """Whether a pass has something done elsewhere, beside which the search may count for little."""
    return any(
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and last_name(node.value.func) not in _LIGHT
        and not context.purity.only_reads(node.value)
        for node in walk(region)
    )


def _moves(loop: Loop, place: ast.expr) -> bool:
    """Whether `place` is the counter of the loop, or one more."""
    match place:
        case ast.BinOp(left=ast.Name(id=name), op=ast.Add(), right=ast.Constant(value=1)):
            pass
        case ast.Name(id=name):
            pass
        case _:
            return False
    if isinstance(loop, ast.While):
        return any(_is_step(node, name) for node in loop.body)
    match loop.target, loop.iter:
        case ast.Name(id=counter), ast.Call(func=ast.Name("range")):
            return counter == name
        case ast.Tuple(elts=[ast.Name(id=counter), _]), ast.Call(func=ast.Name("enumerate")):
            return counter == name
    return False


def _is_step(node: ast.stmt, name: str) -> bool:
    match node:
        case ast.AugAssign(target=ast.Name(id=counter), value=ast.Constant(value=1)):
            return counter == name
    return False


def _is_item(item: ast.expr, sequence: ast.expr, loop: Loop, context: Context) -> bool:
    """Whether `item` is an item of the sequence, or a number looked for among numbers."""
    match item:
        case ast.Subscript(value=whole, slice=index) if same(whole, sequence):
            return not isinstance(index, ast.Slice)
        case ast.BinOp(op=ast.Sub()):
            return context.type_of(item).is_number or context.type_of(sequence).name == "list"
        case ast.Name():
            pass
        case _:
            return False
    match loop:
        case (
            ast.For(target=ast.Tuple(elts=[_, ast.Name(id=name)]), iter=ast.Call(args=[whole, *_]))
            | ast.comprehension(
                target=ast.Tuple(elts=[_, ast.Name(id=name)]), iter=ast.Call(args=[whole, *_])
            )
        ) if name == item.id:
            return same(whole, sequence)
    values = [b.value for b in context.bindings(item) if b.value is not None]
    return len(values) == 1 and any(
        isinstance(value, ast.Subscript)
        and same(value.value, sequence)
        and not isinstance(value.slice, ast.Slice)
        for value in values
    )
