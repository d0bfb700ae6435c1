from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import AddImport, Bad, Context, Edit, Finding, Gain, Good, Rule, Safety
from effilint.analyzer.context import FunctionNode
from effilint.analyzer.facts.memo import may_be_remembered, takes_hashable
from effilint.analyzer.facts.overlaps import moved_by, overlap
from effilint.analyzer.facts.recursion import Step, steps
from effilint.analyzer.patterns import walk
from effilint.analyzer.rewrite import decorated

_COUNTED = (Step.LESS, Step.MORE, Step.LOOPED, Step.BY)


class ExponentialSelfRecursion(Rule):
    """A function calls itself several times for overlapping smaller inputs.

    The same results are computed again and again, exponentially often. The fix remembers them
    with `functools.cache`; it assumes that results may be shared between callers and that the
    number of different arguments is not too large to keep.
    """

    code = "API201"
    name = "exponential-self-recursion"
    message = "`{name}` computes the same results again and again: its calls of itself overlap"
    advice = "Remember results with `functools.cache`, or build them up in a loop"
    safety = Safety.UNSAFE
    gain = Gain("O(2^n)", "O(n)", {10: 3.2, 16: 34.0, 20: 210.0})
    examples = (
        Bad(
            """
            def fib(n):
                if n < 2:
                    return n
                return fib(n - 1) + fib(n - 2)  # API201
            """,
            fixed="""
            import functools


            @functools.cache
            def fib(n):
                if n < 2:
                    return n
                return fib(n - 1) + fib(n - 2)
            """,
            workload="[getattr(fib, 'cache_clear', int)(), fib(n)][1]",
        ),
        # In steps, with an early return before them.
        Bad(
            """
            import functools

            @staticmethod
            def ways(stairs: int, modulus: int = 10007) -> int:
                # The last step is one or two stairs.
                if stairs <= 1:
                    return 1
                one = ways(stairs - 1, modulus)
                return (one + ways(stairs - 2, modulus)) % modulus  # API201
            """,
            fixed="""
            import functools

            @staticmethod
            @functools.cache
            def ways(stairs: int, modulus: int = 10007) -> int:
                # The last step is one or two stairs.
                if stairs <= 1:
                    return 1
                one = ways(stairs - 1, modulus)
                return (one + ways(stairs - 2, modulus)) % modulus
            """,
        ),
        # One call, but in a loop; methods keep their objects alive in a cache, so no fix.
        Bad(
            """
            class Change:
                def __init__(self, coins):
                    self.coins = coins

                def fewest(self, amount):
                    if amount <= 0:
                        return 0 if amount == 0 else 10**9
                    return 1 + min(self.fewest(amount - coin) for coin in self.coins)  # API201
            """
        ),
        # An inner function over all ways to split.
        Bad(
            """
            def trees(nodes):
                def count(n):
                    total = 1 if n <= 1 else 0
                    for left in range(n if n > 1 else 0):
                        total += count(left) * count(n - 1 - left)  # API201
                    return total

                return count(nodes)
            """,
            fixed="""
            import functools


            def trees(nodes):
                @functools.cache
                def count(n):
                    total = 1 if n <= 1 else 0
                    for left in range(n if n > 1 else 0):
                        total += count(left) * count(n - 1 - left)
                    return total

                return count(nodes)
            """,
            workload="trees(min(n, 9))",
        ),
        # Shorter and shorter texts.
        Bad(
            """
            def decodings(digits: str) -> int:
                if not digits:
                    return 1
                found = decodings(digits[1:])
                if digits[:2] <= "26":
                    found += decodings(digits[2:])  # API201
                return found
            """,
            fixed="""
            import functools


            @functools.cache
            def decodings(digits: str) -> int:
                if not digits:
                    return 1
                found = decodings(digits[1:])
                if digits[:2] <= "26":
                    found += decodings(digits[2:])
                return found
            """,
        ),
        # The same call twice: halving the exponent gains nothing then.
        Bad(
            """
            def power(base, exponent):
                if exponent == 0:
                    return 1
                if exponent % 2:
                    return base * power(base, exponent - 1)
                return power(base, exponent // 2) * power(base, exponent // 2)  # API201
            """
        ),
        # Through a table, one step to the right or one down.
        Bad(
            """
            def cheapest(costs, row, column):
                if row < 0 or column < 0:
                    return float("inf")
                if row == column == 0:
                    return costs[0][0]
                above = cheapest(costs, row - 1, column)
                return costs[row][column] + min(above, cheapest(costs, row, column - 1))  # API201
            """
        ),
        # Take it or leave it; what is taken uses up a part of the room.
        Bad(
            """
            class Bag:
                def __init__(self, sizes, values):
                    self.sizes, self.values = sizes, values

                def best(self, i, room):
                    if i == len(self.sizes):
                        return 0
                    without = self.best(i + 1, room)
                    if self.sizes[i] > room:
                        return without
                    taken = self.best(i + 1, room - self.sizes[i])  # API201
                    return max(without, taken + self.values[i])
            """
        ),
        # The very same call again, for the larger of two.
        Bad(
            """
            def depth(node):
                if node is None:
                    return 0
                if depth(node.left) > depth(node.right):
                    return 1 + depth(node.left)  # API201
                return 1 + depth(node.right)
            """
        ),
        # Two children are two different inputs, and so are two halves of a range.
        Good(
            """
            def size(node):
                return 0 if node is None else 1 + size(node.left) + size(node.right)

            def total(numbers, low, high):
                if high - low == 1:
                    return numbers[low]
                middle = (low + high) // 2
                return total(numbers, low, middle) + total(numbers, middle, high)
            """
        ),
        # Only one of the two calls runs.
        Good(
            """
            def countdown(n):
                if n > 100:
                    return countdown(n - 3) + 1
                return countdown(n - 1) if n > 1 else 0
            """
        ),
        # It remembers.
        Good(
            """
            def fib(n, memo):
                if n not in memo:
                    memo[n] = fib(n - 1, memo) + fib(n - 2, memo)
                return memo[n]
            """
        ),
        # Every call builds something of its own.
        Good(
            """
            def full(depth):
                return [full(depth - 1), full(depth - 1)] if depth else []
            """
        ),
        # Each of the moves is wanted.
        Good(
            """
            def hanoi(n, source, target, spare):
                if n:
                    hanoi(n - 1, source, spare, target)
                    print(source, target)
                    hanoi(n - 1, spare, target, source)
            """
        ),
    )

    def visit_Module(self, _: ast.Module, context: Context) -> Iterator[Finding]:
        for function, calls in context.calls.recursive.items():
            found = overlap(function, calls, context)
            if found is None or not may_be_remembered(function, context):
                continue
            place, moved = found
            if not _gives_numbers(function, moved, context):
                continue
            edits = [Edit(function, decorated("functools.cache")), AddImport("functools")]
            steps_taken = moved_by(place, function, context)
            counted = [name for name, how in steps_taken.items() if how in _COUNTED]
            is_repeat = moved not in counted and not _is_cut(place, function, moved, context)
            fixable = not is_repeat and takes_hashable(function, context, numbers=counted)
            yield self.report(place, *(edits if fixable else ()), name=function.name)


def _is_cut(call: ast.Call, function: FunctionNode, name: str, context: Context) -> bool:
    return steps(call, function, context).get(name) is Step.SLICE


def _gives_numbers(function: FunctionNode, moved: str, context: Context) -> bool:
    """Whether something shows that it returns numbers, truth values or texts."""
    assigned = [node.value for node in walk(function) if isinstance(node, ast.Assign)]
    evidence = [*context.calls.outcome(function).returned, *assigned]
    return any(_is_plain(value, moved) for value in evidence)


def _is_plain(value: ast.expr, moved: str) -> bool:
    match value:
        case ast.IfExp(body=body, orelse=orelse):
            return _is_plain(body, moved) or _is_plain(orelse, moved)
        case ast.Constant(value=constant):
            return constant is not None
        case ast.Call(func=ast.Name("float" | "int" | "len" | "abs")):
            return True
        case ast.Name(id=name):
            return name == moved
        case ast.BinOp(op=ast.Mod() | ast.Sub() | ast.FloorDiv()):
            return True
    return False
