from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import (
    AddImport,
    Bad,
    Context,
    Edit,
    Finding,
    Gain,
    Good,
    Rule,
    remove,
    replacement,
)
from effilint.analyzer.facts.loops import TINY
from effilint.analyzer.facts.visits import visiting_region
from effilint.analyzer.patterns import constant_int

_GROWING = frozenset(
    [
        "itertools.product",
        "itertools.permutations",
        "itertools.combinations",
        "itertools.combinations_with_replacement",
    ]
)
_ONCE = frozenset(["enumerate", "map", "filter", "zip", "any", "all", "sum", "min", "max"])
_SIZED = ("list", "tuple", "str", "set", "frozenset", "dict", "range", "bytes")


class MaterialisedCombinatorics(Rule):
    """All products, permutations or combinations are put into a list to be counted or gone through.

    There are `n^k` or `n!` of them. Their number has a formula; and gone through one by one they
    take no memory, and a search that ends early makes only those it looks at. A loop that looks
    at all of them saves memory and little time.
    """

    code = "MEM203"
    name = "materialised-combinatorics"
    message = "All results of `{function}` are put into a list only to be {purpose}"
    advice = "{advice}"
    gain = Gain("O(n^k)", "O(1) when found early", {5: 1.5, 30: 85.0, 100: 1500.0})
    calls = frozenset({"list", "tuple"})
    examples = (
        Bad(
            """
            from itertools import combinations

            def with_sum(numbers, total):
                for triple in list(combinations(numbers, 3)):  # MEM203
                    if sum(triple) == total:
                        return triple
                return None
            """,
            fixed="""
            from itertools import combinations

            def with_sum(numbers, total):
                for triple in combinations(numbers, 3):
                    if sum(triple) == total:
                        return triple
                return None
            """,
            workload="with_sum(range(n), n)",
        ),
        Bad(
            """
            import itertools

            def pair_count(names: list[str], sizes: set[int]):
                pairs = len(list(itertools.combinations(names, 2)))  # MEM203
                return pairs + len(list(itertools.product(names, sizes)))  # MEM203
            """,
            fixed="""
            import itertools
            import math

            def pair_count(names: list[str], sizes: set[int]):
                pairs = math.comb(len(names), 2)
                return pairs + len(names) * len(sizes)
            """,
        ),
        # Without a fix: there are more items when the loop goes through them.
        Bad(
            """
            import itertools

            def longer(items, found):
                orders = list(itertools.permutations(items))  # MEM203
                for item in found:
                    items.append(item)
                    for order in orders:
                        print(order)
            """
        ),
        Bad(
            """
            import itertools as it

            class Lock:
                def codes(self, digits):
                    for place, code in enumerate(tuple(it.permutations(digits))):  # MEM203
                        yield place, "".join(code)

                def opens(self, digits):
                    return any(self.fits(code) for code in list(it.product(digits)))  # MEM203
            """,
            fixed="""
            import itertools as it

            class Lock:
                def codes(self, digits):
                    for place, code in enumerate(it.permutations(digits)):
                        yield place, "".join(code)

                def opens(self, digits):
                    return any(self.fits(code) for code in it.product(digits))
            """,
        ),
        # It has a name, but is gone through once.
        Bad(
            """
            from itertools import permutations

            def shortest(towns, length):
                best = None
                routes = list(permutations(towns))  # MEM203
                for route in routes:
                    if best is None or length(route) < best:
                        best = length(route)
                return best
            """,
            fixed="""
            from itertools import permutations

            def shortest(towns, length):
                best = None
                for route in permutations(towns):
                    if best is None or length(route) < best:
                        best = length(route)
                return best
            """,
        ),
        # The list is kept.
        Good(
            """
            from itertools import product

            def moves(steps):
                all_moves = list(product(steps, repeat=2))
                return all_moves[::2] + all_moves
            """
        ),
        # The lists are compared, and `next` takes no list.
        Good(
            """
            from itertools import product

            def later(left, right):
                return max(list(product(left, right)), list(product(right, left)))
            """
        ),
        # Few of them.
        Good(
            """
            from itertools import product

            def corners():
                for corner in list(product((0, 1), repeat=2)):
                    yield corner
            """
        ),
        # Not those of `itertools`.
        Good(
            """
            from shop import product

            def show(items):
                for item in list(product(items)):
                    print(item)
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        match node:
            case ast.Call(func=ast.Name(id=kind), args=[ast.Call() as made], keywords=[]):
                pass
            case _:
                return
        function = context.resolve(made.func)
        if (
            function not in _GROWING
            or context.resolve(node.func) != kind
            or _is_small(made, context)
        ):
            return
        parent = context.parent(node)
        is_argument = isinstance(parent, ast.Call) and node in parent.args
        name = context.resolve(parent.func) if isinstance(parent, ast.Call) else None
        if is_argument and name == "len":
            assert isinstance(parent, ast.Call)
            yield self._counted(parent, made, function, context)
        elif isinstance(parent, ast.Assign) and visiting_region(context, node) is not None:
            use = context.uses(parent.targets[0])[0]
            edits = [Edit(parent, remove()), Edit(use, replacement(context.segment(made)))]
            if not _is_first(use, context.following(parent)[0], context):
                edits = []
            advice = f"Go through `{context.segment(made)}` itself"
            yield self.report(
                node, *edits, function=function, purpose="gone through", advice=advice
            )
        elif (is_argument and _goes_through(parent, name)) or _is_looped(node, parent):
            edit = Edit(node, replacement(context.segment(made)))
            advice = f"Go through `{context.segment(made)}` itself"
            yield self.report(node, edit, function=function, purpose="gone through", advice=advice)

    def _counted(
        self, counted: ast.Call, made: ast.Call, function: str, context: Context
    ) -> Finding:
        formula = _formula(made, function, context)
        if formula is None:
            advice = "Compute the number: `math.comb`, `math.perm`, or a product of lengths"
            return self.report(counted, function=function, purpose="counted", advice=advice)
        edits: list[Edit | AddImport] = [Edit(counted, replacement(formula))]
        if "math." in formula:
            edits.append(AddImport("math"))
        return self.report(
            counted, *edits, function=function, purpose="counted", advice=f"Use `{formula}`"
        )


def _goes_through(call: ast.AST | None, name: str | None) -> bool:
    """Whether the call takes any iterable; `min` and `max` of two lists compare the lists."""
    if name in ("min", "max"):
        return isinstance(call, ast.Call) and len(call.args) == 1
    return name in _ONCE


def _is_first(use: ast.expr, statement: ast.stmt, context: Context) -> bool:
    """Whether the statement goes through what is read there before it does anything else."""
    if isinstance(statement, ast.For):
        return context.inside(use, statement.iter)
    return context.statement(use) is statement and context.is_pure(statement)


def _is_looped(node: ast.expr, parent: ast.AST | None) -> bool:
    return isinstance(parent, ast.For | ast.comprehension) and parent.iter is node


def _is_small(made: ast.Call, context: Context) -> bool:
    """Whether there are few items to choose from, as far as constants tell."""
    repeat = next((k.value for k in made.keywords if k.arg == "repeat"), ast.Constant(1))
    sources = made.args if context.resolve(made.func) == "itertools.product" else made.args[:1]
    lengths = [context.length(source) for source in sources if not isinstance(source, ast.Starred)]
    power = constant_int(repeat)
    if not lengths or power is None or len(lengths) != len(sources):
        return False
    total = 1
    for length in lengths:
        if length is None:
            return False
        total *= length**power
    return total <= TINY


def _formula(made: ast.Call, function: str, context: Context) -> str | None:
    """How many there are, as an expression; None if the lengths or the numbers are not known."""
    if made.keywords or any(context.type_of(a).name not in _SIZED for a in made.args[:1]):
        return None
    texts = [context.segment(arg) for arg in made.args]
    if function == "itertools.product":
        if any(context.type_of(a).name not in _SIZED for a in made.args):
            return None
        text = " * ".join(f"len({text})" for text in texts)
        parent = context.parents[context.parents[context.parents[made]]]
        is_tight = isinstance(parent, ast.BinOp | ast.Attribute) and not _adds(parent)
        return f"({text})" if is_tight else text
    if len(texts) == 2 and (constant_int(made.args[1]) or 0) > 0:
        if function == "itertools.combinations":
            return f"math.comb(len({texts[0]}), {texts[1]})"
        if function == "itertools.permutations":
            return f"math.perm(len({texts[0]}), {texts[1]})"
    if len(texts) == 1 and function == "itertools.permutations":
        return f"math.factorial(len({texts[0]}))"
    return None


def _adds(node: ast.BinOp | ast.Attribute) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub)
