from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import combinations

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.context import FunctionNode
from effilint.analyzer.facts.recursion import Step, is_light, on_one_path, steps
from effilint.analyzer.patterns import is_constant, is_empty_container

_CUT = (Step.SLICE, Step.PIECE)
_PATHS = ("keys", "path", "parts", "segments")  # through nested data, which is seldom deep
_COPIED = ("list", "str", "tuple", "bytes", "bytearray")


class RecursionWithSlice(Rule):
    """A recursive function hands itself a copy of the rest of its argument.

    Each of the `n` calls copies what is left, `O(n²)` in all, and holds its copy until the end.
    """

    code = "API203"
    name = "recursion-with-slice"
    message = "Every call of `{function}` copies the rest of `{name}` for the next one"
    advice = "Pass an index along instead, or use a loop"
    gain = Gain("O(n²)", "O(n)", {10: 2.9, 300: 40.0, 900: 200.0})
    examples = (
        Bad(
            """
            def total(prices):
                if not prices:
                    return 0
                return prices[0] + total(prices[1:])  # API203
            """,
            fixed="""
            def total(prices):
                return sum(prices)
            """,
            workload="total(list(range(n)))",
        ),
        # The copy has a name of its own; unpacking copies too.
        Bad(
            """
            def largest(items: list[int]) -> int:
                first, *rest = items
                if not rest:
                    return first
                return max(first, largest(rest))  # API203
            """,
            fixed="""
            def largest(items: list[int]) -> int:
                return max(items)
            """,
            workload="largest([(i * 7919) % 10007 for i in range(n)])",
        ),
        # A method that shrinks a string from both ends.
        Bad(
            """
            class Checker:
                def is_palindrome(self, text: str) -> bool:
                    if len(text) < 2:
                        return True
                    return text[0] == text[-1] and self.is_palindrome(text[1:-1])  # API203
            """
        ),
        # Searching a half should not read all of it.
        Bad(
            """
            def contains(ordered: list[int], wanted: int) -> bool:
                if not ordered:
                    return False
                middle = len(ordered) // 2
                if ordered[middle] == wanted:
                    return True
                if ordered[middle] < wanted:
                    return contains(ordered[middle + 1 :], wanted)  # API203
                return contains(ordered[:middle], wanted)  # API203
            """
        ),
        # Both halves are worked on: the copies cost no more than the merging.
        Good(
            """
            def merge_sort(items):
                if len(items) < 2:
                    return items
                middle = len(items) // 2
                left, right = merge_sort(items[:middle]), merge_sort(items[middle:])
                return merge(left, right)
            """
        ),
        # Going down nested data by a path, which is seldom long.
        Good(
            """
            def lookup(data, keys):
                return data if not keys else lookup(data[keys[0]], keys[1:])

            def found(data, keys: list[str]):
                if len(keys) == 1:
                    return getattr(data, keys[0])
                return found(getattr(data, keys[0]), keys[1:])
            """
        ),
        # The work is done elsewhere; the copies do not matter.
        Good(
            """
            def nested(expression, names):
                if not names:
                    return render(expression)
                return render(names[-1], nested(expression, names[:-1]))
            """
        ),
        # What it makes is far larger than the copies.
        Good(
            """
            def subsets(items: list[int]) -> list[list[int]]:
                if not items:
                    return [[]]
                smaller = subsets(items[1:])
                return smaller + [[items[0], *subset] for subset in smaller]
            """
        ),
        # A slice of an array is a view of it; nothing shows that this is no array.
        Good(
            """
            def energy(signal):
                return 0 if signal.size == 0 else signal[0] ** 2 + energy(signal[1:])
            """
        ),
    )

    def visit_Module(self, _: ast.Module, context: Context) -> Iterator[Finding]:
        for function, calls in context.calls.recursive.items():
            copied = {call: _copied(call, function, context) for call in calls}
            if not any(copied.values()) or _makes_more(calls, context):
                continue
            if not is_light(function, context):
                continue
            for call, name in copied.items():
                if name and _copies_when_sliced(name, function, context):
                    yield self.report(call, function=function.name, name=name)


def _copied(call: ast.Call, function: FunctionNode, context: Context) -> str | None:
    """The parameter that the call passes a slice of."""
    passed = steps(call, function, context)
    if Step.CHILD in passed.values():
        return None
    return next((name for name, how in passed.items() if how in _CUT and name not in _PATHS), None)


def _makes_more(calls: list[ast.Call], context: Context) -> bool:
    """Whether calls multiply, or the function goes through what they return."""
    if any(on_one_path(one, other, context) for one, other in combinations(calls, 2)):
        return True
    return any(context.loops(call) or _is_gone_through(call, context) for call in calls)


def _is_gone_through(call: ast.Call, context: Context) -> bool:
    parent = context.parent(call)
    readers: list[ast.AST] = [call]
    if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name):
        readers += context.uses(parent.targets[0])
    parents = (context.parent(reader) for reader in readers)
    return any(isinstance(outer, ast.For | ast.comprehension) for outer in parents)


def _copies_when_sliced(name: str, function: FunctionNode, context: Context) -> bool:
    """Whether the parameter is a list, text or the like: no array, of which a slice is a view."""
    uses = context.uses(context.calls.parameters(function)[name])
    if any(_is_tested(use, context.parent(use)) for use in uses):
        return not context.type_of(uses[0]).is_known or _is_copied(uses[0], context)
    return bool(uses) and _is_copied(uses[0], context)


def _is_copied(use: ast.Name, context: Context) -> bool:
    return context.inferred_type(use).name in _COPIED


def _is_tested(use: ast.Name, parent: ast.AST | None) -> bool:
    """Whether its truth is asked for, or it is compared to an empty one: no array allows that."""
    match parent:
        case ast.UnaryOp(op=ast.Not()) | ast.BoolOp():
            return True
        case ast.If(test=test) | ast.IfExp(test=test):
            return test is use
        case ast.Compare(left=left, comparators=[other]) if left is use:
            return is_empty_container(other) or is_constant(other, "", b"")
    return False
