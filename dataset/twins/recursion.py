"""A function calls itself where a loop or a built-in did."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.dataset.twins.forms import whole_value
from effilint.dataset.twins.inverse import Example, Inverse, Site
from effilint.dataset.twins.original import Original


class SumByRecursion(Inverse):
    """Items are added up, or compared, by a function that calls itself on the rest."""

    name = "reduction-by-recursion"
    codes = ("API203",)
    examples = (
        Example(
            """
            def mean(items: list[int]):
                return sum(items) / len(items)
            """,
            """
            def mean(items: list[int]):
                «def add_up(rest):
                    if not rest:
                        return 0
                    return rest[0] + add_up(rest[1:])»
                return add_up(items) / len(items)
            """,
            "mean([1, 2, 3])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for statement, value in whole_value(original):
            for call in ast.walk(value):
                if not isinstance(call, ast.Call) or not original.is_call(
                    call, "sum", "max", "min"
                ):
                    continue
                if len(call.args) != 1 or original.type(call.args[0]).name != "list":
                    continue
                done = original.context.resolve(call.func)
                rest = original.fresh("rest", "left", "remaining", "part")
                if done == "sum":
                    name = original.fresh("add_up", "total_of", "sum_of", "accumulate_all")
                    lines = [
                        f"def {name}({rest}):",
                        f"\tif not {rest}:",
                        "\t\treturn 0",
                        f"\treturn {rest}[0] + {name}({rest}[1:])",
                    ]
                else:
                    name = original.fresh(f"{done}_of", f"find_{done}", "extreme_of", "best_of")
                    lines = [
                        f"def {name}({rest}):",
                        f"\tif len({rest}) == 1:",
                        f"\t\treturn {rest}[0]",
                        f"\treturn {done}({rest}[0], {name}({rest}[1:]))",
                    ]
                before = original.before(statement, *lines)
                marks = ((before.start, before.end),)
                yield Site((before, original.put(call.func, name)), marks, frozenset((name, rest)))
                break


class ReversedByRecursion(Inverse):
    """A text or list is turned round by a function that calls itself on the rest."""

    name = "reversal-by-recursion"
    codes = ("API204",)
    examples = (
        Example(
            """
            def is_palindrome(text: str):
                return text == text[::-1]
            """,
            """
            def is_palindrome(text: str):
                «def turned(rest):
                    if not rest:
                        return rest
                    return turned(rest[1:]) + rest[:1]»
                return text == turned(text)
            """,
            "is_palindrome('abba')",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for statement, value in whole_value(original):
            for node in ast.walk(value):
                match node:
                    case ast.Subscript(
                        value=ast.Name() as items,
                        slice=ast.Slice(
                            lower=None,
                            upper=None,
                            step=ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1)),
                        ),
                        ctx=ast.Load(),
                    ) if original.type(items).name in ("str", "list"):
                        pass
                    case _:
                        continue
                name = original.fresh("turned", "backwards", "reverse", "flip")
                rest = original.fresh("rest", "left", "remaining", "part")
                before = original.before(
                    statement,
                    f"def {name}({rest}):",
                    f"\tif not {rest}:",
                    f"\t\treturn {rest}",
                    f"\treturn {name}({rest}[1:]) + {rest}[:1]",
                )
                marks = ((before.start, before.end),)
                put = original.put(node, f"{name}({items.id})")
                yield Site((before, put), marks, frozenset((name, rest)))
                break
