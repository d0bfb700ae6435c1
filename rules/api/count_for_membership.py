from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Tier, replacement
from effilint.analyzer.facts.nothing import may_be_none
from effilint.analyzer.facts.ordering import may_swap
from effilint.analyzer.facts.searched_lists import is_truth_test
from effilint.analyzer.patterns import constant_int, operand_text

_FOUND = {
    "count": {(ast.Gt, 0), (ast.GtE, 1), (ast.NotEq, 0)},
    "find": {(ast.NotEq, -1), (ast.Gt, -1), (ast.GtE, 0)},
}
_MISSED = {
    "count": {(ast.Eq, 0), (ast.Lt, 1), (ast.LtE, 0)},
    "find": {(ast.Eq, -1), (ast.Lt, 0), (ast.LtE, -1)},
}
_TEXTS = ("str", "bytes", "bytearray")
_COUNTED = (*_TEXTS, "list", "tuple", "deque")


class CountForMembership(Rule):
    """`count` or `find` only say whether something is there.

    `count` goes on to the end when it has found it, and both are calls of a method, where `in`
    is an operator and stops at once. `find` stops too, so that it matters only in a loop.
    """

    code = "API104"
    name = "count-for-membership"
    message = "`{method}` only tells whether `{item}` is in `{container}`"
    advice = "Use `{test}`"
    gain = Gain("O(n)", "O(place)", {10: 1.3, 1_000: 2.0, 10_000: 2.0}, Tier.CONSTANT)
    calls = frozenset({"count"})
    examples = (
        Bad(
            """
            def known(codes: list[int], wanted: list[int]):
                return [code for code in wanted if codes.count(code) > 0]  # API104
            """,
            fixed="""
            def known(codes: list[int], wanted: list[int]):
                return [code for code in wanted if code in codes]
            """,
            workload="known(list(range(n)), list(range(0, n, n // 10)))",
        ),
        # By its truth, in a string, and as a place.
        Bad(
            """
            def mentions(text: str, names: tuple[str, ...], word: str):
                if not text.count(word):  # API104
                    return False
                while names.count(word) and text:  # API104
                    text = text[1:]
                return [name for name in names if name.find("a" + word) != -1]  # API104
            """,
            fixed="""
            def mentions(text: str, names: tuple[str, ...], word: str):
                if word not in text:
                    return False
                while word in names and text:
                    text = text[1:]
                return [name for name in names if ("a" + word) in name]
            """,
        ),
        # The number, and the place, are wanted.
        Good(
            """
            def twice(codes: list[int], text: str):
                return codes.count(1) > 1, text.find("a") > 0, text.find("b", 2) != -1
            """
        ),
        # Once, `find` costs no more than a call; and a test may ask in any way.
        Good(
            """
            def is_address(text: str):
                return text.find("@") != -1

            def test_names(names: list[str]):
                for name in ("Ann", "Bob"):
                    if not names.count(name):
                        raise ValueError(name)
            """
        ),
        # What a query counts is not in it.
        Good(
            """
            def any_open(orders):
                return orders.filter(state="open").count("id") > 0
            """
        ),
    )

    def visit_Compare(self, node: ast.Compare, context: Context) -> Iterator[Finding]:
        match node:
            case ast.Compare(
                left=ast.Call(func=ast.Attribute(attr="count" | "find" as method)) as call,
                ops=[op],
                comparators=[bound],
            ):
                asked = (type(op), constant_int(bound))
            case _:
                return
        if asked in _FOUND[method] or asked in _MISSED[method]:
            yield from self._asked(node, call, asked in _FOUND[method], context)

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        if not isinstance(node.func, ast.Attribute) or node.func.attr != "count":
            return
        parent = context.parent(node)
        if isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.Not):
            yield from self._asked(parent, node, False, context)
        elif is_truth_test(context, node):
            yield from self._asked(node, node, True, context)

    def _asked(
        self, whole: ast.expr, call: ast.Call, is_wanted: bool, context: Context
    ) -> Iterator[Finding]:
        assert isinstance(call.func, ast.Attribute)
        if len(call.args) != 1 or call.keywords or isinstance(call.args[0], ast.Starred):
            return
        item, container = call.args[0], call.func.value
        method = call.func.attr
        if isinstance(container, ast.Tuple | ast.List):
            return  # a few items, written down
        if method == "find" and not _is_hot(call, context):
            return
        kind = context.type_of(container).name
        if kind not in (_COUNTED if method == "count" else _TEXTS):
            return
        shown, where = context.segment(item), context.segment(container)
        word = "in" if is_wanted else "not in"
        test = f"{operand_text(item, shown)} {word} {operand_text(container, where)}"
        is_inside = isinstance(context.parent(whole), ast.Compare | ast.BinOp | ast.UnaryOp)
        edits = [Edit(whole, replacement(f"({test})" if is_inside else test))]
        if kind in ("bytes", "bytearray") and context.type_of(item).name != kind:
            edits = []
        if not may_swap(item, container, context) or may_be_none(container, context):
            edits = []  # `in` evaluates the item first, and None gives it another error
        yield self.report(whole, *edits, method=method, item=shown, container=where, test=test)


def _is_hot(call: ast.Call, context: Context) -> bool:
    """Whether a loop runs it, here or around a call of its function."""
    if context.hot_loops(call):
        return True
    function = context.function(call)
    return function is not None and context.calls.called_in_loop(function) is not None
