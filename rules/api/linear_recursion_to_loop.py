from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import combinations

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule, Tier
from effilint.analyzer.context import FunctionNode
from effilint.analyzer.facts.recursion import Step, goes_once, is_light, on_one_path, steps
from effilint.analyzer.patterns import always_leaves, walk

_STEPS = (Step.LESS, Step.LINK)
_DEPTHS = frozenset("depth level levels retries attempts tries indent max_depth maxdepth".split())


class LinearRecursionToLoop(Rule):
    """A function calls itself once for the next smaller number or the next node.

    A loop does the same without a call and a frame for each; at some thousand calls the
    recursion ends in a `RecursionError`.
    """

    code = "API202"
    name = "linear-recursion-to-loop"
    message = "`{function}` makes one call of itself for each step of `{name}`"
    advice = "Go through the steps in a loop: it needs no frame for each, and no limit stops it"
    gain = Gain("O(n)", "O(n)", {10: 1.5, 200: 3.6, 900: 4.5}, Tier.CONSTANT)
    confidence = 0.85  # small sample; few real recursions of this kind go deep
    examples = (
        Bad(
            """
            def total(n):
                if n == 0:
                    return 0
                return n + total(n - 1)  # API202
            """,
            fixed="""
            def total(n):
                found = 0
                while n:
                    found += n
                    n -= 1
                return found
            """,
            workload="[total(n) for _ in range(10)]",
        ),
        # A linked list, in a method, in two branches.
        Bad(
            """
            class Chain:
                def length(self, node):
                    return 0 if node is None else 1 + self.length(node.next)  # API202

                def merged(self, one, other):
                    if not one or not other:
                        return one or other
                    if one.value < other.value:
                        one.next = self.merged(one.next, other)  # API202
                        return one
                    other.next = self.merged(one, other.next)
                    return other
            """
        ),
        # A helper inside, in tail position.
        Bad(
            """
            def product(numbers, count):
                def multiplied(n, found):
                    if n == 0:
                        return found
                    return multiplied(n - 1, found * numbers[n - 1])  # API202

                return multiplied(count, 1)
            """
        ),
        # As deep as a logarithm, or as nested data.
        Good(
            """
            def digits(n):
                return n if n < 10 else n % 10 + digits(n // 10)

            def depth(tree):
                return 0 if tree is None else 1 + depth(tree.inner)
            """
        ),
        # Once more, one place earlier; and there to fill the stack.
        Good(
            """
            def word_at(text, place, again=True):
                if again and text[place] == " ":
                    return word_at(text, place - 1, again=False)
                return text[place]

            def sink(count=20):
                if count:
                    return sink(count - 1)
                raise ValueError
            """
        ),
        # Several calls, and a retry.
        Good(
            """
            def fib(n):
                return n if n < 2 else fib(n - 1) + fib(n - 2)

            def fetch(url, retries):
                try:
                    return load(url)
                except OSError:
                    if retries == 0:
                        raise
                    return fetch(url, retries - 1)
            """
        ),
    )

    def visit_Module(self, _: ast.Module, context: Context) -> Iterator[Finding]:
        for function, calls in context.calls.recursive.items():
            if isinstance(function, ast.AsyncFunctionDef) or function.decorator_list:
                continue
            named = {call: _stepped(call, function, context) for call in calls}
            if not all(named.values()) or not is_light(function, context):
                continue
            if any(goes_once(call, function, context) for call in calls):
                continue
            if any(on_one_path(one, other, context) for one, other in combinations(calls, 2)):
                continue
            if context.calls.outcome(function).is_generator or _is_meant(function, context):
                continue
            call, name = next(iter(named.items()))
            yield self.report(call, function=function.name, name=name)


def _is_meant(function: FunctionNode, context: Context) -> bool:
    """Whether it is there to recurse, or each step does more: fills a table, calls others."""
    if "recur" in function.name:
        return True
    if context.calls.callees(function) - {function} or _only_raises(function, context):
        return True
    return any(
        isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Store) for n in walk(function)
    )


def _only_raises(function: FunctionNode, context: Context) -> bool:
    """Whether it ends in an exception, whatever it is given."""
    own = context.calls.recursive[function]
    returned = context.calls.outcome(function).returned
    return always_leaves(function.body) and all(value in own for value in returned)


def _stepped(call: ast.Call, function: FunctionNode, context: Context) -> str:
    """The parameter that each call of itself makes one step smaller."""
    passed = steps(call, function, context)
    if Step.CHILD in passed.values() or Step.PART in passed.values():
        return ""
    found = [
        name
        for name, how in passed.items()
        if how in _STEPS and name not in _DEPTHS and _is_small_step(call, function, name, context)
    ]
    return found[0] if found and not context.loops(call) and not _is_shared(call, context) else ""


def _is_small_step(call: ast.Call, function: FunctionNode, name: str, context: Context) -> bool:
    """Whether it is one or two less, or the next node: larger steps are few."""
    match context.calls.argument_for(call, function, name):
        case ast.BinOp(right=ast.Constant(value=int(by))):
            return by <= 2
    return True


def _is_shared(call: ast.Call, context: Context) -> bool:
    """Whether what comes back is used several times: then it may grow by more than a step."""
    parent = context.parent(call)
    if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name):
        return len(context.uses(parent.targets[0])) > 1
    return False
