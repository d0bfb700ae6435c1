from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.divisors import tests_joined
from effilint.analyzer.facts.pairs import Pair, pair_of
from effilint.analyzer.patterns import names_in, walk


class PairSumBruteforce(Rule):
    """All pairs are tried for those with a given sum or difference.

    Of each item the one that completes it is known: a set or dict of the items seen so far
    finds it in one step.
    """

    code = "ALG103"
    name = "pair-sum-bruteforce"
    message = "All pairs are tried for those with `{test}`"
    advice = "Keep the items seen in a set or dict (or count them), and look up the one missing"
    gain = Gain("O(n^2)", "O(n)", {10: 2.1, 300: 68.0, 3_000: 660.0})
    examples = (
        Bad(
            """
            def two_sum(numbers, target):
                for i in range(len(numbers)):
                    for j in range(i + 1, len(numbers)):
                        if numbers[i] + numbers[j] == target:  # ALG103
                            return i, j
            """,
            fixed="""
            def two_sum(numbers, target):
                first = {}
                for j, number in enumerate(numbers):
                    if target - number in first:
                        return first[target - number], j
                    first[number] = j
            """,
            workload="two_sum(list(range(n)), 2 * n - 3)",
        ),
        # Counted in a generator expression.
        Bad(
            """
            def pairs(numbers: list[int], gap: int) -> int:
                return sum(abs(a - b) == gap for a in numbers for b in numbers)  # ALG103
            """
        ),
        # Both loops in one, and the other way round.
        Bad(
            """
            from itertools import combinations

            def has_pair(self, target):
                for one, other in combinations(self.prices, 2):
                    if other == target - one:  # ALG103
                        return True
                return False
            """
        ),
        # What is missing has a name, and pairs with itself are left out.
        Bad(
            """
            def partner(weights, limit):
                for i, weight in enumerate(weights):
                    missing = limit - weight
                    for j, other in enumerate(weights):
                        if i == j:
                            continue
                        if other == missing:  # ALG103
                            return i, j
            """
        ),
        # The innermost two of three, with a slice.
        Bad(
            """
            def triples(numbers):
                found = set()
                for i, a in enumerate(numbers):
                    for j, b in enumerate(numbers[i + 1 :], i + 1):
                        for c in numbers[j + 1 :]:
                            if a + b + c == 0 and a <= b:  # ALG103
                                found.add((a, b, c))
                return found
            """
        ),
        # Sums in order are no lookup.
        Good(
            """
            def below(numbers, limit):
                return sum(a + b < limit for a in numbers for b in numbers)
            """
        ),
        # The inner items belong to the outer one.
        Good(
            """
            def balanced(accounts):
                for account in accounts:
                    for entry in account.entries:
                        if account.balance + entry.amount == 0:
                            yield account
            """
        ),
        # Both loops run a few times.
        Good(
            """
            def sevens():
                return [(a, b) for a in range(1, 7) for b in range(a + 1, 7) if a + b == 7]
            """
        ),
        # Words of neighbouring lengths are many.
        Good(
            """
            def chains(words, follows):
                for i, word in enumerate(words):
                    for other in words[:i]:
                        if len(other) + 1 == len(word) and follows(other, word):
                            yield other, word
            """
        ),
        # Other pairs are of use too.
        Good(
            """
            def table(sizes, total):
                for a in sizes:
                    for b in sizes:
                        if a + b == total:
                            print("*")
                        else:
                            print(a * b)
            """
        ),
        # Texts are not subtracted.
        Good(
            """
            def joined(words: list[str], target: str) -> int:
                return sum(a + b == target for a in words for b in words)
            """
        ),
    )

    def visit_Compare(self, node: ast.Compare, context: Context) -> Iterator[Finding]:
        if not _finds_pairs(node, context):
            return
        parent = context.parent(node)
        tests = parent.values if isinstance(parent, ast.BoolOp) else [node]
        earlier = tests[: tests.index(node)]
        if any(isinstance(e, ast.Compare) and _finds_pairs(e, context) for e in earlier):
            return
        yield self.report(node, test=context.segment(node))


def _finds_pairs(node: ast.Compare, context: Context) -> bool:
    """Whether a sum or difference of an inner and an outer item has to have one value."""
    if len(node.ops) != 1 or not isinstance(node.ops[0], ast.Eq):
        return False
    if not _decides_alone(node, context):
        return False
    terms = [*_terms(node.left, context), *_terms(node.comparators[0], context)]
    if len(terms) < 3:
        return False
    pair = pair_of(node, context)
    if pair is None or not _separates(terms, pair, context):
        return False
    return not any(_is_no_number(term, context) for term in terms)


def _terms(node: ast.expr, context: Context) -> list[ast.expr]:
    """What is added and subtracted; the absolute value of a difference counts as that."""
    match node:
        case ast.BinOp(left, ast.Add() | ast.Sub(), right):
            return [*_terms(left, context), *_terms(right, context)]
        case ast.Call(func=ast.Name("abs"), args=[ast.BinOp(op=ast.Sub()) as difference]):
            return _terms(difference, context)
        case ast.Name() if context.loops(node):
            value = context.sole_value(node)
            if isinstance(value, ast.BinOp) and context.loops(value):
                return _terms(value, context)
    return [node]


def _decides_alone(test: ast.Compare, context: Context) -> bool:
    """Whether the loop does nothing for pairs that fail the test."""
    child: ast.expr = test
    parent = context.parent(test)
    while isinstance(parent, ast.BoolOp) and isinstance(parent.op, ast.And):
        child, parent = parent, context.parent(parent)
    match parent:
        case ast.If(orelse=[]):
            loop = context.parent(parent)
            return isinstance(loop, ast.For | ast.While) and all(
                s is parent or _is_harmless(s, is_while=isinstance(loop, ast.While))
                for s in loop.body
            )
        case ast.comprehension():
            return any(child in [*tests_joined(test)] or child is test for test in parent.ifs)
        case ast.GeneratorExp(elt=elt):
            call = context.parent(parent)
            return (
                elt is child
                and isinstance(call, ast.Call)
                and (context.resolve(call.func) in ("any", "sum"))
            )
    return False


def _is_harmless(statement: ast.stmt, *, is_while: bool) -> bool:
    """Whether it skips pairs, names a sum of two things, or counts on."""
    match statement:
        case ast.If(body=[ast.Continue()], orelse=[]):
            return True
        case ast.Assign(targets=[ast.Name()], value=ast.BinOp(left, ast.Add() | ast.Sub(), right)):
            return not any(isinstance(n, ast.Call) for part in (left, right) for n in walk(part))
        case ast.AugAssign():
            return is_while
    return False


def _separates(terms: list[ast.expr], pair: Pair, context: Context) -> bool:
    """Whether some terms depend on the inner item only, others on the outer, none on both."""
    sides = [0, 0]
    for term in terms:
        names = names_in(term)
        is_inner = bool(names & pair.inner_names)
        if is_inner and names & pair.outer_names:
            return False
        if is_inner:
            sides[0] += 1
            owner = term.value if isinstance(term, ast.Subscript) else None
            if owner is not None and not context.is_invariant(owner, pair.outer):
                return False
            continue
        sides[1] += bool(names & pair.outer_names)
        if pair.loop is not pair.outer and not context.is_invariant(term, pair.loop):
            return False
    return all(sides)


def _is_no_number(term: ast.expr, context: Context) -> bool:
    if isinstance(term, ast.Call):
        return True  # lengths and other properties that pairs merely share
    kind = context.type_of(term)
    return kind.is_known and not kind.is_number
