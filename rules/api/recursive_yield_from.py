from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.context import FunctionNode
from effilint.analyzer.facts.calls import own_nodes
from effilint.analyzer.facts.recursion import LINEAR, Step, steps
from effilint.analyzer.patterns import is_name, sole_statement

_DEPTHS = ("level", "depth")


class RecursiveYieldFrom(Rule):
    """A recursive generator passes on, item by item, what the generators below it yield.

    An item from depth `d` goes through `d` generators, so that a chain of `n` takes `O(n²)`.
    """

    code = "API205"
    name = "recursive-yield-from"
    message = "Every item of `{name}` passes through all generators above it"
    advice = "Use one generator with a loop, or with a stack of what is still to do"
    gain = Gain("O(n²)", "O(n)", {10: 1.9, 300: 27.0, 900: 65.0})
    examples = (
        Bad(
            """
            class Node:
                def __init__(self, value, next):
                    self.value, self.next = value, next

            def values(node):
                if node is not None:
                    yield node.value
                    yield from values(node.next)  # API205

            def chain(n):
                first = None
                for value in range(n):
                    first = Node(value, first)
                return first
            """,
            fixed="""
            class Node:
                def __init__(self, value, next):
                    self.value, self.next = value, next

            def values(node):
                while node is not None:
                    yield node.value
                    node = node.next

            def chain(n):
                first = None
                for value in range(n):
                    first = Node(value, first)
                return first
            """,
            workload="list(values(chain(n)))",
        ),
        # The loop does the same as `yield from`.
        Bad(
            """
            def countdown(n):
                if n > 0:
                    yield n
                    for rest in countdown(n - 1):  # API205
                        yield rest
            """,
            fixed="""
            def countdown(n):
                yield from range(n, 0, -1)
            """,
            workload="list(countdown(n))",
        ),
        # Both sides of a tree, in a method.
        Bad(
            """
            class Tree:
                def in_order(self, node):
                    if node:
                        yield from self.in_order(node.left)  # API205
                        yield node.key
                        yield from self.in_order(node.right)
            """
        ),
        # The rest of a list.
        Bad(
            """
            def flat(items: list):
                if not items:
                    return
                head, *rest = items
                yield head
                yield from flat(rest)  # API205
            """
        ),
        # Somebody chose the depth.
        Good(
            """
            def curve(left, right, level=0):
                if level > 32 or is_flat(left, right):
                    yield right
                else:
                    middle = between(left, right)
                    yield from curve(left, middle, level + 1)
                    yield from curve(middle, right, level + 1)
            """
        ),
        # As deep as nested data is, which is seldom deep.
        Good(
            """
            def walk(node):
                yield node
                for child in node.children:
                    yield from walk(child)
            """
        ),
        # Each item is new.
        Good(
            """
            def permuted(items):
                if not items:
                    yield []
                for rest in permuted(items[1:]):
                    for place in range(len(rest) + 1):
                        yield [*rest[:place], items[0], *rest[place:]]
            """
        ),
        # A search that yields only at its end does work on every level anyway.
        Good(
            """
            def place_queens(board, row, size):
                if row == size:
                    yield board
                for column in range(size):
                    if is_free(board, row, column):
                        yield from place_queens((*board, column), row + 1, size)
            """
        ),
    )

    def visit_Module(self, _: ast.Module, context: Context) -> Iterator[Finding]:
        for function, calls in context.calls.recursive.items():
            if not context.calls.outcome(function).is_generator:
                continue
            for call in calls:
                place = _passing_on(call, context)
                if place is not None and _is_deep(call, function, context):
                    yield self.report(place, name=function.name)
                    break


def _passing_on(call: ast.Call, context: Context) -> ast.expr | None:
    """The call, if all its items are yielded as they are."""
    parent = context.parent(call)
    if isinstance(parent, ast.YieldFrom):
        return None if context.loops(call) else parent
    if not isinstance(parent, ast.For) or parent.iter is not call or context.loops(call):
        return None
    match sole_statement(parent.body):
        case ast.Expr(value=ast.Yield(value=item)) if isinstance(parent.target, ast.Name):
            return call if is_name(item, parent.target.id) else None
    return None


def _is_deep(call: ast.Call, function: FunctionNode, context: Context) -> bool:
    """Whether it goes down a chain, or the sides of a binary tree, yielding on each level."""
    if not any(isinstance(node, ast.Yield) for node in own_nodes(function)):
        return False
    passed = steps(call, function, context)
    if Step.PART in passed.values() or Step.PIECE in passed.values():
        return False
    if any(how in LINEAR and name not in _DEPTHS for name, how in passed.items()):
        return True
    calls = context.calls.recursive[function]
    sides = [c for c in calls if Step.CHILD in steps(c, function, context).values()]
    return len(sides) > 1
