from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from itertools import combinations

from effilint.analyzer import AddImport, Bad, Context, Edit, Finding, Gain, Good, Rule, Safety
from effilint.analyzer.context import FunctionNode
from effilint.analyzer.facts.recursion import Step, on_one_path, steps
from effilint.analyzer.patterns import same, walk
from effilint.analyzer.rewrite import decorated

_COLLECTIONS = (
    ast.List, ast.Dict, ast.Set, ast.Tuple, ast.ListComp, ast.SetComp, ast.DictComp,
    ast.Lambda, ast.JoinedStr,
)  # fmt: skip
_SHRINKING = (Step.LESS, Step.MORE, Step.LOOPED)


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
    gain = Gain("O(2^n)", "O(n)", {10: 3.3, 16: 36.0, 20: 200.0})
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
                single = ways(stairs - 1, modulus)
                double = ways(stairs - 2, modulus)  # API201
                return (single + double) % modulus
            """,
            fixed="""
            import functools

            @staticmethod
            @functools.cache
            def ways(stairs: int, modulus: int = 10007) -> int:
                # The last step is one or two stairs.
                if stairs <= 1:
                    return 1
                single = ways(stairs - 1, modulus)
                double = ways(stairs - 2, modulus)
                return (single + double) % modulus
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
        # Only one of the two calls runs.
        Good(
            """
            def collatz(n, steps=0):
                if n > 100:
                    return collatz(n - 3, steps) + 1
                return collatz(n - 1, steps) if n > 1 else steps
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
        # Each move is wanted.
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
            overlap = _overlap(function, calls, context)
            if overlap is None or not _gives_plain_values(function, overlap[1], context):
                continue
            place, moved = overlap
            edits = [Edit(function, decorated("functools.cache")), AddImport("functools")]
            fixable = _is_cacheable(function, moved, context)
            yield self.report(place, *(edits if fixable else ()), name=function.name)


def _overlap(
    function: FunctionNode, calls: list[ast.Call], context: Context
) -> tuple[ast.Call, str] | None:
    """The call that makes it exponential, and the parameter that gets smaller."""
    moved = {call: _moved(call, function, context) for call in calls}
    for call, (name, how) in moved.items():
        if how in _SHRINKING and context.hot_loops(call):
            return call, name
    for one, other in combinations(calls, 2):
        (name, how), (second, again) = moved[one], moved[other]
        if not name or name != second or not on_one_path(one, other, context):
            continue
        if how in _SHRINKING and again in _SHRINKING:
            return other, name
        if how is again is Step.PART and same(one, other):
            return other, name
    return None


def _moved(call: ast.Call, function: FunctionNode, context: Context) -> tuple[str, Step]:
    """The one parameter that differs in a call, and how; an empty name if it is no such call."""
    if isinstance(context.parent(call), ast.Expr):
        return "", Step.OTHER
    passed = steps(call, function, context)
    differing = [(name, how) for name, how in passed.items() if how is not Step.SAME]
    return differing[0] if len(differing) == 1 else ("", Step.OTHER)


def _gives_plain_values(function: FunctionNode, moved: str, context: Context) -> bool:
    """Whether it is pure, remembers nothing yet, and returns numbers or the like."""
    if isinstance(function, ast.AsyncFunctionDef) or not _is_plainly_decorated(function):
        return False
    outcome = context.calls.outcome(function)
    evidence = [*outcome.returned, *_assigned(function)]
    if outcome.is_generator or not any(_is_plain(value, moved) for value in evidence):
        return False
    if any(isinstance(n, _COLLECTIONS) for value in outcome.returned for n in walk(value)):
        return False
    names = context.calls.parameters(function).keys()
    if any(_may_remember(node, names) for node in walk(function)):
        return False
    return context.purity.function_is_pure(function)


def _may_remember(node: ast.AST, names: Iterable[str]) -> bool:
    """Whether something is stored, or looked up by a parameter."""
    match node:
        case ast.Subscript(ctx=ast.Store()) | ast.Attribute(ctx=ast.Store()):
            return True
        case ast.Compare(left=ast.Name(id=name), ops=[ast.In() | ast.NotIn()]):
            return name in names
        case ast.Call(func=ast.Attribute(attr="get")):
            return True
    return False


def _is_plain(value: ast.expr, moved: str) -> bool:
    match value:
        case ast.IfExp(body=body, orelse=orelse):
            return _is_plain(body, moved) or _is_plain(orelse, moved)
        case ast.Constant(value=constant):
            return constant is not None
        case ast.Name(id=name):
            return name == moved
        case ast.BinOp(op=ast.Mod() | ast.Sub() | ast.FloorDiv()):
            return True
    return False


def _is_plainly_decorated(function: FunctionNode) -> bool:
    return all(
        isinstance(decorator, ast.Name) and decorator.id in ("staticmethod", "classmethod")
        for decorator in function.decorator_list
    )


def _is_cacheable(function: FunctionNode, moved: str, context: Context) -> bool:
    """Whether all arguments are hashable, and the cache keeps no object alive."""
    if context.calls.is_method(function):
        return False
    for name, argument in context.calls.parameters(function).items():
        uses = context.uses(argument)
        if name != moved and uses and not context.type_of(uses[0]).is_hashable:
            return False
    return True


def _assigned(function: FunctionNode) -> list[ast.expr]:
    return [node.value for node in walk(function) if isinstance(node, ast.Assign)]
