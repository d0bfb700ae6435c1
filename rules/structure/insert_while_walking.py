from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.accumulators import carrying_loops
from effilint.analyzer.facts.lists import is_first, may_be_long
from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.facts.rebinding import is_concatenation
from effilint.analyzer.patterns import (
    is_empty_container,
    is_name,
    method_call,
    names_in,
    same,
    walk,
)


class InsertWhileWalking(Rule):
    """A loop walks through a list by position and inserts items on its way.

    Each `insert` moves all items behind the position. Building a new list from left to right
    moves none.
    """

    code = "DST211"
    name = "insert-while-walking"
    message = "Each `insert` in this walk through `{items}` moves all the items behind it"
    advice = "Build a new list with `append` from left to right, and put it in place with `[:]`"
    gain = Gain("O(n^2)", "O(n)", {10: 1.1, 1_000: 3.3, 100_000: 150.0})
    # Parsers that now and then put a token in are right to; that cannot be seen.
    confidence = 0.85
    calls = frozenset({"insert"})
    examples = (
        Bad(
            """
            def doubled(numbers: list[int], mark):
                i = 0
                while i < len(numbers):
                    if numbers[i] == mark:
                        numbers.insert(i, mark)  # DST211
                        i += 1
                    i += 1
                return numbers

            def example(n):
                return doubled([k % 2 for k in range(n)], 0)
            """,
            fixed="""
            def doubled(numbers: list[int], mark):
                made = []
                for number in numbers:
                    if number == mark:
                        made.append(mark)
                    made.append(number)
                numbers[:] = made
                return numbers

            def example(n):
                return doubled([k % 2 for k in range(n)], 0)
            """,
            workload="example(n)",
        ),
        Bad(
            """
            def interleaved(first: list[int], second: list[int]):
                for i in range(len(second)):
                    first.insert(2 * i + 1, second[i])  # DST211
                return first
            """
        ),
        Bad(
            """
            def spaced(words: list[str]):
                for place, word in enumerate(list(words)):
                    if word.endswith("."):
                        words.insert(place, "")  # DST211
                return words
            """
        ),
        # The front, a place that was searched for, and few items.
        Good(
            """
            import bisect

            def sort(numbers: list[int], few):
                made = []
                names = ["a", "b", "c"]
                for number in numbers:
                    made.insert(bisect.bisect(made, number), number)
                for i in range(3):
                    names.insert(i, few[i])
                return made
            """
        ),
        # Always at the end.
        Good(
            """
            def turned(matrix, factors):
                columns: list[list[int]] = []
                for row in matrix:
                    for i, cell in enumerate(row):
                        try:
                            columns[i].append(cell)
                        except IndexError:
                            columns.insert(i, [cell])
                products = []
                for i in range(len(factors)):
                    product = factors[i] * len(columns)
                    products.insert(i, product)
                return columns, products
            """
        ),
        # At the end of the loop it is left.
        Good(
            """
            def place(numbers: list[int], new):
                for i, number in enumerate(numbers):
                    if number > new:
                        numbers.insert(i, new)
                        break
                else:
                    numbers.append(new)
            """
        ),
        # A list of its own in each pass.
        Good(
            """
            def variants(word: list[str], letter):
                for i in range(len(word)):
                    other = list(word)
                    other.insert(i, letter)
                    yield other
            """
        ),
        # Taken out again, as in a search by trial.
        Good(
            """
            def tried(order: list[int], new, cost):
                best = None
                for i in range(len(order) + 1):
                    order.insert(i, new)
                    best = min(best, cost(order)) if best else cost(order)
                    order.pop(i)
                return best
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        items = method_call(node, "insert")
        if len(node.args) != 2 or not isinstance(items, ast.Name | ast.Attribute):
            return
        statement = context.parent(node)
        loops = context.hot_loops(node)
        if not isinstance(statement, ast.Expr) or not loops:
            return
        loop, place = loops[0], node.args[0]
        if isinstance(loop, ast.comprehension) or not _is_place(place, loop, items):
            return
        if context.type_of(items).name != "list" or not may_be_long(context, items):
            return
        if not carrying_loops(context, statement, items, is_concatenation):
            return
        if _is_for_one_place(context, statement, place):
            return
        if _is_put_in_place_of(loop, items) or _is_at_end(context, statement, loop, items):
            return
        if is_first(node, loop, lambda other: _inserts(other, items)):
            yield self.report(node, items=context.segment(items))


def _is_at_end(context: Context, statement: ast.stmt, loop: Loop, items: ast.expr) -> bool:
    """Whether there is no item yet at the place, so that none is moved."""
    handler = context.parent(statement)
    if isinstance(handler, ast.ExceptHandler) and is_name(handler.type, "IndexError"):
        return True
    is_counted = isinstance(loop, ast.For) and statement in loop.body
    value = context.sole_value(items) if isinstance(items, ast.Name) else None
    return is_counted and is_empty_container(value)


def _inserts(node: ast.AST, items: ast.expr) -> bool:
    receiver = method_call(node, "insert")
    return receiver is not None and same(receiver, items)


def _is_place(place: ast.expr, loop: ast.For | ast.AsyncFor | ast.While, items: ast.expr) -> bool:
    """Whether the position is a counter of the loop, or counted from it: `i`, `i + 1`, `2 * i`."""
    if not isinstance(place, ast.Name | ast.BinOp):
        return False
    names = names_in(place)
    if not names or any(
        isinstance(n, ast.Call | ast.Subscript | ast.Attribute) for n in walk(place)
    ):
        return False
    if isinstance(loop, ast.While):
        mentions = any(same(node, items) for node in walk(loop.test))
        counters = {
            node.target.id
            for node in walk(loop)
            if isinstance(node, ast.AugAssign)
            and isinstance(node.target, ast.Name)
            and isinstance(node.op, ast.Add)
        }
        tested = names_in(loop.test)
        return bool(names & counters & tested) and (mentions or _reads_at(loop, items, names))
    match loop.iter:
        case ast.Call(func=ast.Name("range" | "enumerate")):
            target = loop.target
            counter = target.elts[0] if isinstance(target, ast.Tuple) else target
            return isinstance(counter, ast.Name) and names == {counter.id}
    return False


def _reads_at(loop: ast.While, items: ast.expr, names: set[str]) -> bool:
    return any(
        isinstance(node, ast.Subscript) and same(node.value, items) and names & names_in(node.slice)
        for node in walk(loop)
    )


def _is_for_one_place(context: Context, statement: ast.stmt, place: ast.expr) -> bool:
    """Whether it happens once in the walk: under `if i == 3:`."""
    choice = context.parent(statement)
    if not isinstance(choice, ast.If):
        return False
    match choice.test:
        case ast.Compare(left=left, ops=[ast.Eq()]):
            return isinstance(left, ast.Name) and left.id in names_in(place)
    return False


def _is_put_in_place_of(loop: ast.AST, items: ast.expr) -> bool:
    """Whether the loop takes out at a place what it put in, or another item for it."""
    for node in walk(loop):
        receiver = method_call(node, "pop", "remove")
        if receiver is not None and same(receiver, items):
            assert isinstance(node, ast.Call)
            if node.args:
                return True
        if isinstance(node, ast.Delete) and any(
            isinstance(t, ast.Subscript) and same(t.value, items) for t in node.targets
        ):
            return True
    return False
