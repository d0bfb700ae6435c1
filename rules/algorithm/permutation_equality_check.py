from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.patterns import constant_int, is_name, names_in

_WRAPPERS = ("list", "tuple", "set", "map")


class PermutationEqualityCheck(Rule):
    """All permutations are tried for one that equals (or stands in) something given.

    There are `n!` of them. Two sequences are permutations of each other if they hold the same
    items equally often, which sorting or counting both shows; a permutation inside a longer
    text is found with a window of counts.
    """

    code = "ALG104"
    name = "permutation-equality-check"
    message = "All permutations of `{items}` are tried for one that is given"
    advice = "Compare sorted copies or `collections.Counter`s (of each window, to search a text)"
    gain = Gain("O(n!)", "O(n log n)", {4: 3.8, 7: 670.0, 8: 5_600.0})
    examples = (
        Bad(
            """
            from itertools import permutations

            def is_anagram(word, other):
                for p in permutations(word):  # ALG104
                    if "".join(p) == other:
                        return True
                return False
            """,
            fixed="""
            def is_anagram(word, other):
                return sorted(word) == sorted(other)
            """,
            workload="is_anagram('abcdefgh'[:n], 'hgfedcbaz'[-n - 1:-1])",
        ),
        # In a generator expression, as tuples.
        Bad(
            """
            import itertools

            def same_items(a, b):
                return any(p == tuple(b) for p in itertools.permutations(a))  # ALG104
            """
        ),
        # A membership test, through a set.
        Bad(
            """
            from itertools import permutations

            class Word:
                def matches(self, other):
                    return tuple(other) in set(permutations(self.letters))  # ALG104
            """
        ),
        # The permutations are kept in a variable.
        Bad(
            """
            from itertools import permutations

            def contains(text, part):
                candidates = ["".join(p) for p in permutations(part)]  # ALG104
                for candidate in candidates:
                    if candidate in text:
                        return True
                return False
            """
        ),
        # All permutations are wanted.
        Good(
            """
            from itertools import permutations

            def orders(items):
                return [list(p) for p in permutations(items)]
            """
        ),
        # The order itself is judged.
        Good(
            """
            from itertools import permutations

            def shortest(cities, limit):
                for route in permutations(cities):
                    if length(route) == limit:
                        return route
            """
        ),
        # Pairs in both orders.
        Good(
            """
            from itertools import permutations

            def has_pair(items, pair):
                return pair in permutations(items, 2)
            """
        ),
    )
    calls = frozenset({"permutations"})

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        if context.resolve(node.func) != "itertools.permutations" or not node.args:
            return
        if len(node.args) > 1 and constant_int(node.args[1]) is not None:
            return
        if context.trip_count(ast.comprehension(node, node.args[0], [], 0)) is not None:
            return
        if _is_compared(node, context):
            yield self.report(node, items=context.segment(node.args[0]))


def _is_compared(source: ast.expr, context: Context) -> bool:
    """Whether the permutations only serve to be compared."""
    child: ast.expr = source
    parent = context.parent(child)
    while isinstance(parent, ast.Call) and child in parent.args:
        if context.resolve(parent.func) not in _WRAPPERS:
            return False
        child, parent = parent, context.parent(parent)
    match parent:
        case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[container]):
            return container is child
        case ast.For(target=ast.Name() as target, iter=iterable) if iterable is child:
            return _is_searched(parent, target, context)
        case ast.comprehension(target=ast.Name() as target):
            return _is_searched_in(parent, target, context)
        case ast.Assign(targets=[ast.Name() as name]):
            return _is_variable_compared(name, context)
    return False


def _is_searched_in(loop: ast.comprehension, target: ast.Name, context: Context) -> bool:
    holder = context.parent(loop)
    if not isinstance(holder, ast.GeneratorExp | ast.ListComp | ast.SetComp):
        return False
    if len(holder.generators) > 1:
        return False
    call = context.parent(holder)
    if isinstance(call, ast.Call) and context.resolve(call.func) in ("any", "all"):
        return any(_compares(test, target, loop, context) for test in (holder.elt, *loop.ifs))
    return _is_form_of(holder.elt, target, context) and _is_compared(holder, context)


def _is_searched(loop: ast.For, target: ast.Name, context: Context) -> bool:
    """Whether the loop only asks each permutation whether it is the one."""
    statements = [s for s in loop.body if not isinstance(s, ast.Assign)]
    names = {target.id}
    for statement in loop.body:
        match statement:
            case ast.Assign(targets=[ast.Name() as name], value=value):
                if not _is_form_of(value, target, context):
                    return False
                names.add(name.id)
                target = name
    match statements:
        case [ast.If(test=test, body=body, orelse=[])]:
            used = {name for s in body for name in names_in(s)}
            return not used & names and _compares(test, target, loop, context)
    return False


def _is_variable_compared(name: ast.Name, context: Context) -> bool:
    """Whether every use of the variable that holds the permutations compares them."""
    uses = context.uses(name)
    return (
        bool(uses)
        and len(context.bindings(name)) == 1
        and all(_is_compared(use, context) for use in uses)
    )


def _compares(test: ast.expr, target: ast.Name, loop: ast.AST, context: Context) -> bool:
    match test:
        case ast.Compare(left=one, ops=[ast.Eq() | ast.NotEq() | ast.In()], comparators=[other]):
            for form, given in ((one, other), (other, one)):
                if _is_form_of(form, target, context) and context.is_invariant(given, loop):
                    return True
    return False


def _is_form_of(node: ast.expr, target: ast.Name, context: Context) -> bool:
    """Whether it is the permutation, or all of it as a list, tuple, text or number."""
    match node:
        case ast.Name():
            return is_name(node, target.id)
        case ast.Call(func=ast.Attribute(attr="join"), args=[inner]):
            return _is_form_of(inner, target, context)
        case ast.Call(func=ast.Name("list" | "tuple" | "int" | "str"), args=[inner]):
            return _is_form_of(inner, target, context)
        case ast.Call(func=ast.Name("map"), args=[_, inner]):
            return _is_form_of(inner, target, context)
    return False
