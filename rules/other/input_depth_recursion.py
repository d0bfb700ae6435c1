from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import combinations

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.context import FunctionNode
from effilint.analyzer.facts.recursion import Step, goes_once, is_light, on_one_path, steps
from effilint.analyzer.patterns import constant_int, method_call, walk

# Names of numbers that somebody chose so that the recursion ends soon.
_BOUNDED = re.compile(
    r"depth|level|retr|attempt|tr(y|ies)|limit|max|ttl|recurs|hops|nest|indent|dim|rank|digit\b"
)
_DEEP = (Step.LESS, Step.MORE, Step.LINK)


class InputDepthRecursion(Rule):
    """A function recurses once for every item or unit of its input.

    Python keeps a frame for each and gives up with `RecursionError` at about 1,000; until then
    calls cost several times what a loop does.
    """

    code = "OTH101"
    name = "input-depth-recursion"
    message = "`{name}` recurses as deep as its input is large: `RecursionError` at about 1,000"
    advice = "Use a loop"
    gain = Gain("O(n) stack frames", "O(1)", {10: 1.8, 300: 6.0, 900: 5.8})
    examples = (
        Bad(
            """
            def total(items, place=0):
                if place == len(items):
                    return 0
                return items[place] + total(items, place + 1)  # OTH101
            """,
            fixed="""
            def total(items):
                result = 0
                for item in items:
                    result += item
                return result
            """,
            workload="total(list(range(n)))",
        ),
        # A linked list, in a method.
        Bad(
            """
            class Links:
                def count(self, node):
                    if node is None:
                        return 0
                    rest = self.count(node.next)  # OTH101
                    return rest + 1
            """
        ),
        # A number, whatever else is passed on; early returns on the way.
        Bad(
            """
            def factorial(n: int) -> int:
                if n < 0:
                    raise ValueError("negative")
                if n <= 1:
                    return 1
                return n * factorial(n - 1)  # OTH101
            """,
            fixed="""
            import math

            def factorial(n: int) -> int:
                return math.factorial(n)
            """,
            workload="factorial(n)",
        ),
        # An inner function, as its last act.
        Bad(
            """
            def last(head):
                def walk(node):
                    return walk(node.next) if node.next else node  # OTH101

                return walk(head)
            """
        ),
        # Somebody chose the depth.
        Good(
            """
            def fetch(url, retries=3):
                try:
                    return load(url)
                except OSError:
                    return fetch(url, retries - 1) if retries else None
            """
        ),
        # Its other work is what takes time, and `order` is small then.
        Good(
            """
            def integrate(expression, order):
                if order == 0:
                    return solve(expression)
                return expression * integrate(simplify(expression), order - 1)
            """
        ),
        # As deep as a logarithm.
        Good(
            """
            def power(base, exponent):
                if exponent == 0:
                    return 1
                half = power(base, exponent // 2)
                return half * half * (base if exponent % 2 else 1)
            """
        ),
        # Whoever starts it says how deep it goes.
        Good(
            """
            def noise(n):
                return noise(n - 1) / 2 + n if n else 1

            sample = noise(12)
            """
        ),
        # A test knows how deep its data is.
        Good(
            """
            def test_nested(levels):
                def nest(item, n=1):
                    return nest([item], n - 1) if n else item

                assert flat(nest(5, levels)) == [5]

            def testScopes():
                def outer(n):
                    def inner(k):
                        return k * inner(k - 1) if k else 1

                    return inner(n)

                assert outer(6) == 720
            """
        ),
        # Once more, one place earlier.
        Good(
            """
            def word_at(text, place, again=True):
                if again and text[place] == " ":
                    return word_at(text, place - 1, again=False)
                return text[place]
            """
        ),
        # Runs of one letter are short.
        Good(
            """
            def is_consonant(word, i):
                if word[i] in "aeiou":
                    return False
                if word[i] == "y":
                    return i == 0 or not is_consonant(word, i - 1)
                return True
            """
        ),
        # As deep as the tree: a letter of a word for each level.
        Good(
            """
            def find(node, word, i=0):
                if i == len(word):
                    return node
                child = node.children.get(word[i])
                return find(child, word, i + 1) if child else None
            """
        ),
        # It refuses deep input.
        Good(
            """
            def factorial(n):
                if n > 500:
                    raise ValueError("too large")
                return n * factorial(n - 1) if n else 1
            """
        ),
        # A search tries several ways; a loop would need a stack too.
        Good(
            """
            def reaches(jumps, place, goal):
                if place >= goal:
                    return place == goal
                return reaches(jumps, place + 1, goal) or reaches(jumps, place + jumps[place], goal)
            """
        ),
    )

    def visit_Module(self, _: ast.Module, context: Context) -> Iterator[Finding]:
        if not context.calls.recursive or _raises_limit(context):
            return
        for function, calls in context.calls.recursive.items():
            if context.calls.outcome(function).is_generator or _is_search(function, calls, context):
                continue
            if not is_light(function, context):
                continue
            for call in calls:
                name = _counted(call, function, context)
                if name is None or _is_guarded(name, function):
                    continue
                if goes_once(call, function, context):
                    continue
                if _follows_one_value(call, function, context) or _goes_down(call, context):
                    continue
                if not _is_given_constants(name, function, context):
                    yield self.report(call, name=function.name)
                    break


def _raises_limit(context: Context) -> bool:
    return any(
        isinstance(node, ast.Attribute) and node.attr == "setrecursionlimit"
        for node in context.index.get(ast.Attribute, ())
    )


def _is_search(function: FunctionNode, calls: list[ast.Call], context: Context) -> bool:
    """Whether there is more than one way to go on, or a shorter one."""
    if any(Step.PART in steps(call, function, context).values() for call in calls):
        return True
    return any(on_one_path(one, other, context) for one, other in combinations(calls, 2))


def _counted(call: ast.Call, function: FunctionNode, context: Context) -> str | None:
    """The parameter that takes one step for each call."""
    passed = steps(call, function, context)
    if any(how in (Step.PART, Step.PIECE, Step.SLICE, Step.CHILD) for how in passed.values()):
        return None
    parameters = context.calls.parameters(function)
    for name, how in passed.items():
        chosen = _default(parameters[name], context) or 0
        if how in _DEEP and not _BOUNDED.search(name) and chosen <= 1:
            if how is not Step.MORE or _runs_to_length(name, function):
                return name
    return None


def _default(parameter: ast.arg, context: Context) -> int | None:
    return constant_int(context.bindings(parameter)[0].value)


def _is_given_constants(name: str, function: FunctionNode, context: Context) -> bool:
    """Whether the file itself starts it, and always with a constant."""
    own = context.calls.recursive[function]
    outside = [call for call in context.calls.callers(function) if call not in own]
    given = [context.calls.argument_for(call, function, name) for call in outside]
    return bool(given) and all(
        argument is None or (constant_int(argument) or 0) > 1 for argument in given
    )


def _runs_to_length(name: str, function: FunctionNode) -> bool:
    """Whether an index is compared to a length."""
    return any(
        isinstance(node, ast.Compare)
        and isinstance(node.left, ast.Name)
        and node.left.id == name
        and any(isinstance(n, ast.Name) and n.id in ("len", "n", "size") for n in walk(node))
        for node in walk(function)
    )


def _is_guarded(name: str, function: FunctionNode) -> bool:
    """Whether large values are refused."""
    for node in walk(function):
        match node:
            case ast.Compare(
                left=ast.Name(id=compared), ops=[ast.Gt() | ast.GtE()], comparators=[bound]
            ) if compared == name and _number(bound) > 1:
                return True
    return False


def _number(bound: ast.expr) -> float:
    value = bound.value if isinstance(bound, ast.Constant) else None
    return value if isinstance(value, int | float) else 0


def _follows_one_value(call: ast.Call, function: FunctionNode, context: Context) -> bool:
    """Whether it only goes on at one certain text: a run of these is short."""
    child: ast.AST = call
    for outer in context.ancestors(call):
        if outer is function:
            return False
        if isinstance(outer, ast.If | ast.IfExp) and child is not outer.test:
            in_else = child is outer.orelse or child in _else_of(outer)
            if not in_else and _is_one_text(outer.test):
                return True
        child = outer
    return False


def _else_of(choice: ast.If | ast.IfExp) -> list[ast.stmt]:
    return choice.orelse if isinstance(choice, ast.If) else []


def _is_one_text(test: ast.expr) -> bool:
    match test:
        case ast.Compare(ops=[ast.Eq()], comparators=[ast.Constant(value=str() as text)]):
            return len(text) == 1
    return False


def _goes_down(call: ast.Call, context: Context) -> bool:
    """Whether an argument was looked up in something by a key, as a child of a tree is."""
    for argument in call.args:
        value = context.sole_value(argument) if isinstance(argument, ast.Name) else argument
        if method_call(value, "get") is not None:
            return True
    return False
