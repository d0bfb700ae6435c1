from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety
from effilint.analyzer.facts.match_questions import uses_up
from effilint.analyzer.facts.purity import CHANGING_METHODS
from effilint.analyzer.patterns import method_call, unbracketed, walk
from effilint.analyzer.rewrite import replacement

# Calls that take no longer than a step of a generator does.
_CHEAP = frozenset("len isinstance ord chr abs bool callable hasattr getattr type id".split())
_QUICK_METHODS = frozenset(
    "get startswith endswith isdigit isalpha isupper islower isspace".split()
)


class AnyAllList(Rule):
    """A list of all answers is built before `any` or `all` looks at the first of them.

    With a generator expression the first answer that decides is the last one asked for. Only
    answers that take a call to work out are reported: where nothing stops early, a generator is
    slower than a list by about the price of a call. The fix assumes that asking has no effect.
    """

    code = "ALG202"
    name = "any-all-list"
    message = "All answers are worked out before `{function}` looks at the first"
    advice = "Leave out the brackets: `{function}(... for ...)` stops at the first that decides"
    safety = Safety.UNSAFE
    gain = Gain("O(n)", "O(first hit)", {10: 2.3, 1_000: 9.1, 100_000: 7.9})
    examples = (
        Bad(
            """
            def digits(number):
                return sum(map(int, str(number)))

            def has_heavy(numbers, limit):
                return any([digits(number) > limit for number in numbers])  # ALG202
            """,
            fixed="""
            def digits(number):
                return sum(map(int, str(number)))

            def has_heavy(numbers, limit):
                return any(digits(number) > limit for number in numbers)
            """,
            workload="has_heavy([1] * (n // 10) + [9] * (n - n // 10), 5)",
        ),
        # The call is in the condition, and the list has a line of its own.
        Bad(
            """
            def all_free(rooms, night):
                return all(
                    [room.free for room in rooms if sorted(room.guests) < sorted(night)]  # ALG202
                )
            """,
            fixed="""
            def all_free(rooms, night):
                return all(room.free for room in rooms if sorted(room.guests) < sorted(night))
            """,
        ),
        # What each answer takes is little; the list may well be faster.
        Good(
            """
            def has_negative(numbers):
                return any([number < 0 for number in numbers])
            """
        ),
        # All of them have to be called.
        Good(
            """
            def save(models):
                return all([model.save() for model in models])
            """
        ),
        Good(
            """
            async def ready(tasks, probe):
                return all([await probe(task) for task in tasks])
            """
        ),
        # A check that passes asks for all answers.
        Good(
            """
            def check(self, names):
                assert not any([" ".join(name) in self.log for name in names])
                self.assertTrue(all([sorted(name) for name in names]))
            """
        ),
        # The log is read to its end.
        Good(
            """
            def skim(path):
                log = open(path)
                return any([" ".join(line) == "stop" for line in log]), log.read()
            """
        ),
        # A handful.
        Good(
            """
            def is_date(text):
                return all([part.strip().isdigit() for part in (text[:4], text[5:7], text[8:])])
            """
        ),
    )
    calls = frozenset({"any", "all"})

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        match node.args:
            case [ast.ListComp() as comp] if not node.keywords:
                pass
            case _:
                return
        function = context.resolve(node.func)
        if function not in ("any", "all") or any(clause.is_async for clause in comp.generators):
            return
        if context.trip_count(comp.generators[0]) is not None or not _is_costly(comp, context):
            return
        if _has_effect(comp, context) or uses_up(comp, context):
            return
        text = unbracketed(context.segment(comp))
        yield self.report(comp, Edit(node, replacement(f"{function}({text})")), function=function)


def _is_costly(comp: ast.ListComp, context: Context) -> bool:
    """Whether an answer takes a call that works."""
    tests = [test for clause in comp.generators for test in clause.ifs]
    return any(
        isinstance(node, ast.Call)
        and context.resolve(node.func) not in _CHEAP
        and method_call(node, *_QUICK_METHODS) is None
        for part in (comp.elt, *tests)
        for node in walk(part)
    )


def _has_effect(comp: ast.ListComp, context: Context) -> bool:
    for node in walk(comp):
        if isinstance(node, ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr):
            return True
        if isinstance(node, ast.Call):
            if method_call(node, *CHANGING_METHODS) or not context.purity.call_is_pure(node):
                return True
    return False
