from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule, Tier
from effilint.analyzer.facts.files import repeating_loop, runs_once
from effilint.analyzer.facts.scopes import FUNCTIONS
from effilint.analyzer.patterns import walk_block

_QUIET_METHODS = frozenset(
    """append add extend update clear strip lower upper startswith endswith isdigit isalpha isspace
    get items keys values split join replace copy count setdefault lstrip rstrip""".split()
)
_QUIET = frozenset("len print isinstance str repr bool list tuple set sorted abs".split())
_BROAD = ("Exception", "BaseException")


class RaiseAndCatchLocally(Rule):
    """An exception jumps to a handler a few lines further down, in every pass of a loop.

    To build, raise and catch an exception costs some ten times what an `if` costs that does
    the same.
    """

    code = "OTH304"
    name = "raise-and-catch-locally"
    message = "`{error}` is raised and caught on the spot, in a loop"
    advice = "Do what the handler does in an `if`, or `continue`"
    gain = Gain("O(n) exceptions", "O(n)", {10: 1.8, 1_000: 2.2, 100_000: 2.2}, Tier.CONSTANT)
    examples = (
        Bad(
            """
            def total(numbers):
                result, skipped = 0, 0
                for number in numbers:
                    try:
                        if number < 0:
                            raise ValueError("negative")  # OTH304
                        result += number
                    except ValueError:
                        skipped += 1
                return result, skipped
            """,
            fixed="""
            def total(numbers):
                result, skipped = 0, 0
                for number in numbers:
                    if number < 0:
                        skipped += 1
                    else:
                        result += number
                return result, skipped
            """,
            workload="total([(k * 7) % 10 - 5 for k in range(n)])",
        ),
        # An exception of its own, raised in an inner loop; a `while` loop around.
        Bad(
            """
            class Blocked(Exception):
                pass

            def free(rows, walls):
                found = []
                while rows:
                    row = rows.pop()
                    try:
                        for cell in row:
                            if cell in walls:
                                raise Blocked  # OTH304
                        found.append(row)
                    except Blocked:
                        pass
                return found
            """
        ),
        # One of several exceptions that the handler names.
        Bad(
            """
            class Names:
                def check(self, names):
                    for name in names:
                        try:
                            if not name.strip():
                                raise KeyError(name)  # OTH304
                            self.good.append(name)
                        except (KeyError, LookupError) as error:
                            print("bad", error)
            """
        ),
        # What is called may raise the same: the handler is shared.
        Good(
            """
            def total(texts):
                result = 0
                for text in texts:
                    try:
                        if not text:
                            raise ValueError("empty")
                        result += int(text)
                    except ValueError as error:
                        print(error)
                return result
            """
        ),
        # Once, to leave nested loops.
        Good(
            """
            class Found(Exception):
                pass

            def where(grid, wanted):
                try:
                    for y, row in enumerate(grid):
                        for x, cell in enumerate(row):
                            if cell == wanted:
                                raise Found
                except Found:
                    return x, y
            """
        ),
        # The handler ends the loop.
        Good(
            """
            def head(numbers):
                found = []
                for number in numbers:
                    try:
                        if number < 0:
                            raise ValueError("negative")
                        found.append(number)
                    except ValueError:
                        break
                return found
            """
        ),
        # The traceback is wanted.
        Good(
            """
            import sys

            def check(paths, report):
                for path in paths:
                    try:
                        if path.startswith("/"):
                            raise OSError("absolute")
                    except OSError:
                        report(path, sys.exc_info())
            """
        ),
        # Raised to have one; an attribute may be missing, too.
        Good(
            """
            def check(kinds, rows, report, records):
                for kind in kinds:
                    try:
                        raise kind()
                    except kind as error:
                        report(error)
                for row in rows:
                    try:
                        name = row.name
                        if name is None:
                            raise AttributeError
                    except AttributeError:
                        name = "?"
                    records.append(name)
            """
        ),
        # It is caught by the caller.
        Good(
            """
            def check(numbers):
                for number in numbers:
                    try:
                        if number < 0:
                            raise ValueError("negative")
                    except KeyError:
                        continue
            """
        ),
    )

    def visit_Raise(self, node: ast.Raise, context: Context) -> Iterator[Finding]:
        error = _raised(node)
        if error is None or not context.loops(node):
            return
        handled = _handler(node, error, context)
        if handled is None:
            return
        attempt, handler = handled
        loop = repeating_loop(context, attempt)
        if not isinstance(loop, ast.For | ast.While) or _leaves(handler):
            return
        if runs_once(context, attempt, loop) or attempt.finalbody:
            return
        if node in attempt.body or (error == "AttributeError" and _reads_attribute(attempt)):
            return
        if _may_raise_too(attempt, node, context):
            return
        yield self.report(node, error=error)


def _raised(node: ast.Raise) -> str | None:
    """The name of the exception class, if it is raised with plain arguments or none."""
    match node.exc:
        case ast.Name(id=name) | ast.Call(func=ast.Name(id=name)):
            return name if node.cause is None else None
    return None


def _handler(
    node: ast.Raise, error: str, context: Context
) -> tuple[ast.Try, ast.ExceptHandler] | None:
    """The handler of the same function that gets the exception."""
    child: ast.AST = node
    for outer in context.ancestors(node):
        if isinstance(outer, (*FUNCTIONS, ast.With, ast.AsyncWith)):
            return None
        if isinstance(outer, ast.Try) and child in outer.body:
            for handler in outer.handlers:
                names = _names(handler.type)
                if error in names:
                    return outer, handler
                if names & {*_BROAD, ""}:
                    return None
        child = outer
    return None


def _names(kinds: ast.expr | None) -> set[str]:
    parts = kinds.elts if isinstance(kinds, ast.Tuple) else [kinds]
    return {part.id if isinstance(part, ast.Name) else "" for part in parts}


def _leaves(handler: ast.ExceptHandler) -> bool:
    """Whether the handler ends the loop, or lets the exception (or its traceback) go on."""
    return any(
        isinstance(node, ast.Return | ast.Raise | ast.Break)
        or (isinstance(node, ast.Attribute) and node.attr in ("exc_info", "exception"))
        for node in walk_block(handler.body)
    )


def _reads_attribute(attempt: ast.Try) -> bool:
    return any(isinstance(node, ast.Attribute) for node in walk_block(attempt.body))


def _may_raise_too(attempt: ast.Try, node: ast.Raise, context: Context) -> bool:
    """Whether something else in the `try` may end in the same handler."""
    for other in walk_block(attempt.body):
        if isinstance(other, ast.Subscript | ast.Await | ast.Yield | ast.YieldFrom | ast.Import):
            return True
        if isinstance(other, ast.Try | ast.With | ast.Delete | ast.Assert):
            return True
        if isinstance(other, ast.Call) and other is not node.exc and not _is_quiet(other, context):
            parent = context.parent(other)
            if not isinstance(parent, ast.Raise):
                return True
    return False


def _is_quiet(call: ast.Call, context: Context) -> bool:
    name = context.resolve(call.func)
    if name is not None:
        return name in _QUIET
    return isinstance(call.func, ast.Attribute) and call.func.attr in _QUIET_METHODS
