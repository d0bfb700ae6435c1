from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Tier
from effilint.analyzer.facts.files import is_tight, repeating_loop
from effilint.analyzer.facts.purity import CHANGING_METHODS, READING_METHODS
from effilint.analyzer.patterns import is_name, walk_block

if TYPE_CHECKING:
    import libcst as cst

    from effilint.analyzer.model import Replacement, Transform

_CHEAP = frozenset(
    """int float str bool len abs ord chr getattr hasattr isinstance next min max round repr
    complex hash type divmod bytes tuple""".split()
)
_SLOW_METHODS = frozenset(
    """write writelines read readline readlines send throw close put get_nowait put_nowait
    sort""".split()
)
_CHEAP_METHODS = (READING_METHODS | CHANGING_METHODS) - _SLOW_METHODS


class SuppressInLoop(Rule):
    """`contextlib.suppress` guards a few quick operations in every pass of a loop.

    It builds an object and calls two methods each time, several times the cost of the work it
    guards; `try` costs nothing until something is raised.
    """

    code = "OTH303"
    name = "suppress-in-loop"
    message = "`suppress` costs more than what it guards, in every pass of the loop"
    advice = "Use `try` and `except {errors}: pass`"
    gain = Gain("O(n) managers", "O(1)", {10: 3.8, 1_000: 4.1, 100_000: 4.1}, Tier.CONSTANT)
    examples = (
        Bad(
            """
            from contextlib import suppress

            def total(texts):
                result = 0
                for text in texts:
                    with suppress(ValueError):  # OTH303
                        result += int(text)
                return result
            """,
            fixed="""
            from contextlib import suppress

            def total(texts):
                result = 0
                for text in texts:
                    try:
                        result += int(text)
                    except ValueError:
                        pass
                return result
            """,
            workload='total(["12", "7"] * n)',
        ),
        # Several exceptions, a `while` loop, a comment.
        Bad(
            """
            import contextlib

            def drain(queue, seen):
                while queue:
                    # Unknown items do not matter.
                    with contextlib.suppress(KeyError, AttributeError):  # OTH303
                        seen.remove(queue.pop().name)  # once
            """,
            fixed="""
            import contextlib

            def drain(queue, seen):
                while queue:
                    # Unknown items do not matter.
                    try:
                        seen.remove(queue.pop().name)  # once
                    except (KeyError, AttributeError):
                        pass
            """,
        ),
        # The function that a loop calls.
        Bad(
            """
            import contextlib as tools

            class Table:
                def forget(self, name):
                    with tools.suppress(KeyError):  # OTH303
                        del self.rows[name]

                def forget_all(self, names):
                    for name in names:
                        self.forget(name)
            """,
            fixed="""
            import contextlib as tools

            class Table:
                def forget(self, name):
                    try:
                        del self.rows[name]
                    except KeyError:
                        pass

                def forget_all(self, names):
                    for name in names:
                        self.forget(name)
            """,
        ),
        # Outside of loops it is as good.
        Good(
            """
            from contextlib import suppress

            def forget(rows, name):
                with suppress(KeyError):
                    del rows[name]
            """
        ),
        # What it guards takes much longer.
        Good(
            """
            import os
            from contextlib import suppress

            def clean(paths):
                for path in paths:
                    with suppress(FileNotFoundError):
                        os.remove(path)
            """
        ),
        # `self[...]` calls a method that may do anything.
        Good(
            """
            from contextlib import suppress

            class Section:
                def parse(self, options):
                    for name, value in options.items():
                        with suppress(KeyError):
                            self[name] = value
            """
        ),
        # The rest of the loop takes much longer.
        Good(
            """
            import os
            from contextlib import suppress

            def sources(root):
                for folder, folders, files in os.walk(root):
                    with suppress(ValueError):
                        folders.remove("build")
                    yield from files
            """
        ),
        # The first that works ends the loop.
        Good(
            """
            from contextlib import suppress

            def decoded(text, encodings):
                for encoding in encodings:
                    with suppress(UnicodeDecodeError):
                        return text.decode(encoding)
                return ""
            """
        ),
        # Around the loop.
        Good(
            """
            from contextlib import suppress

            def firsts(items, found):
                with suppress(IndexError):
                    for item in items:
                        found.append(item[0])
            """
        ),
        # Three passes.
        Good(
            """
            from contextlib import suppress

            def clear(row):
                for key in ("a", "b", "c"):
                    with suppress(KeyError):
                        del row[key]
            """
        ),
    )

    def visit_With(self, node: ast.With, context: Context) -> Iterator[Finding]:
        match node.items:
            case [ast.withitem(context_expr=ast.Call(args=args) as call, optional_vars=None)]:
                pass
            case _:
                return
        if not args or call.keywords or context.resolve(call.func) != "contextlib.suppress":
            return
        if isinstance(node.body[-1], ast.Return | ast.Break):
            return  # it is over with the first that works
        if not _is_repeated(node, context) or not _is_cheap(node.body, context):
            return
        errors = ", ".join(context.segment(arg) for arg in args)
        if len(args) > 1 or isinstance(args[0], ast.Starred):
            errors = f"({errors},)" if len(args) == 1 else f"({errors})"
        yield self.report(call, Edit(node, _as_try(errors)), errors=errors)


def _is_repeated(node: ast.With, context: Context) -> bool:
    """Whether a quick loop runs the statement, here or by calling a function that is just this."""
    loop = repeating_loop(context, node)
    if loop is not None:
        return is_tight(context, loop)
    function = context.function(node)
    if function is None or node not in function.body or len(function.body) > 2:
        return False
    for call in context.calls.callers(function):
        loop = repeating_loop(context, call)
        if loop is not None and is_tight(context, loop, apart=call):
            return True
    return False


def _is_cheap(body: list[ast.stmt], context: Context) -> bool:
    """Whether the body calls only what is known to be quick."""
    for node in walk_block(body):
        if isinstance(node, ast.For | ast.While | ast.With | ast.AsyncFor | ast.AsyncWith):
            return False
        if isinstance(node, ast.Await | ast.Yield | ast.YieldFrom | ast.Import | ast.ImportFrom):
            return False
        if isinstance(node, ast.Call) and not _is_quick(node, context):
            return False
        if isinstance(node, ast.Subscript) and is_name(node.value, "self"):
            return False  # a method of this class
    return True


def _is_quick(call: ast.Call, context: Context) -> bool:
    name = context.resolve(call.func)
    if name is not None:
        return name in _CHEAP
    return isinstance(call.func, ast.Attribute) and call.func.attr in _CHEAP_METHODS


def _as_try(errors: str) -> Transform:
    """Return a transform of a `with` statement into `try` with an empty handler."""

    def transform(node: cst.CSTNode) -> Replacement:
        import libcst as cst

        assert isinstance(node, cst.With)
        handler = cst.ExceptHandler(
            type=cst.parse_expression(errors),
            body=cst.IndentedBlock([cst.SimpleStatementLine([cst.Pass()])]),
        )
        return cst.Try(body=node.body, handlers=[handler], leading_lines=node.leading_lines)

    return transform
