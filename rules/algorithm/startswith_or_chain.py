from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import groupby

from effilint.analyzer import (
    Bad,
    Context,
    Edit,
    Finding,
    Gain,
    Good,
    Rule,
    Safety,
    Tier,
    replacement,
)
from effilint.analyzer.facts.scopes import Kind
from effilint.analyzer.patterns import root_name, walk

_METHODS = frozenset(("startswith", "endswith"))
# So many calls are long to read, too.
_MANY = 3


class StartswithOrChain(Rule):
    """The same text is asked for one prefix after the other.

    `startswith` and `endswith` take a tuple of prefixes and test all of them in one call. The fix
    assumes that the receiver is a string (or bytes) whose look-up has no effects.
    """

    code = "ALG404"
    name = "startswith-or-chain"
    message = "`{text}.{method}` is called {count} times in one test"
    advice = "Call it once with a tuple: `{call}`"
    gain = Gain("O(k)", "O(k)", {10: 2.1, 1_000: 2.4, 100_000: 2.2}, Tier.CONSTANT)
    safety = Safety.UNSAFE
    examples = (
        Bad(
            """
            def comments(lines):
                found = []
                for s in lines:
                    if s.startswith("#") or s.startswith("//") or s.startswith(";"):  # ALG404
                        found.append(s)
                return found
            """,
            fixed="""
            def comments(lines):
                found = []
                for s in lines:
                    if s.startswith(("#", "//", ";")):
                        found.append(s)
                return found
            """,
            workload="comments(['text', '#1', 'more', 'last'] * n)",
        ),
        Bad(
            """
            class Upload:
                def is_code(self):
                    return not self.url.endswith(".md") and not self.url.endswith(".txt")  # ALG404
            """,
            fixed="""
            class Upload:
                def is_code(self):
                    return not self.url.endswith((".md", ".txt"))
            """,
        ),
        Bad(
            """
            def wanted(names, prefix: str):
                return [
                    name for name in names
                    if name and (name.startswith(("a", "b")) or name.startswith(prefix))  # ALG404
                ]
            """,
            fixed="""
            def wanted(names, prefix: str):
                return [
                    name for name in names
                    if name and (name.startswith(("a", "b", prefix)))
                ]
            """,
        ),
        Bad(
            """
            def kept(s, strict):
                return not s.startswith(".") and not s.startswith("_") and (s or strict)  # ALG404
            """,
            fixed="""
            def kept(s, strict):
                return not s.startswith((".", "_")) and (s or strict)
            """,
        ),
        # What is asserted runs once.
        Good(
            """
            def check(text):
                assert text.startswith("a") or text.startswith("b"), text
            """
        ),
        # One text that the function makes itself, and one that never changes.
        Good(
            """
            import sys

            def check(module):
                table = module.read()
                if not (table.endswith("\\r") or table.endswith("\\n")):
                    table += "\\n"
                return sys.platform.startswith("linux") or sys.platform.startswith("sunos")
            """
        ),
        # Both have to hold.
        Good(
            """
            def both(text):
                return text.startswith("a") and text.startswith("ab")
            """
        ),
        # Two texts, or two ends.
        Good(
            """
            def either(one, other):
                return one.startswith("a") or other.startswith("a") or one.endswith("b")
            """
        ),
        # Prefixes that may be tuples already.
        Good(
            """
            def known(text, first, second):
                return text.startswith(first) or text.startswith(second)
            """
        ),
        # `str` of a table of texts takes no tuple everywhere.
        Good(
            """
            def rows(table):
                return table.name.str.startswith("a") or table.name.str.startswith("b")
            """
        ),
    )

    def visit_BoolOp(self, node: ast.BoolOp, context: Context) -> Iterator[Finding]:
        if not any(_call(value, node.op) for value in node.values):
            return
        if context.function(node) is None:
            return
        groups: list[list[ast.expr]] = [
            list(values) for _, values in groupby(node.values, lambda v: _question(v, node.op))
        ]
        for group in groups:
            if len(group) < 2:
                continue
            calls = [found for value in group if (found := _call(value, node.op))]
            prefixes = _prefixes(calls, context)
            if prefixes is None or not _is_often(node, calls, context):
                continue
            text, _, method = context.segment(calls[0].func).rpartition(".")
            call = f"{text}.{method}(({', '.join(prefixes)}))"
            negation = "not " if isinstance(node.op, ast.And) else ""
            joint = " and " if negation else " or "
            whole = joint.join(
                negation + call
                if values is group
                else joint.join(_text(value, context) for value in values)
                for values in groups
            )
            yield self.report(
                node,
                Edit(node, replacement(whole)),
                text=text,
                method=method,
                count=len(calls),
                call=call,
            )
            return


def _is_often(node: ast.BoolOp, calls: list[ast.Call], context: Context) -> bool:
    """Whether there may be many texts: those of a loop, or those that a function is handed."""
    root = root_name(calls[0].func)
    if root is None or any(b.kind is Kind.IMPORT for b in context.bindings(root)):
        return False
    if any(isinstance(outer, ast.ExceptHandler | ast.Raise) for outer in context.ancestors(node)):
        return False
    if len(calls) >= _MANY or context.hot_loops(node):
        return True
    function = context.function(node)
    is_handed = any(binding.kind is Kind.ARGUMENT for binding in context.bindings(root))
    return is_handed and function is not None and function.name != "__init__"


def _call(value: ast.expr, operator: ast.boolop) -> ast.Call | None:
    """The call of `startswith`, negated if the tests are joined by `and`."""
    if isinstance(operator, ast.And):
        if not isinstance(value, ast.UnaryOp) or not isinstance(value.op, ast.Not):
            return None
        value = value.operand
    match value:
        case ast.Call(func=ast.Attribute(attr=attr), args=[_], keywords=[]) if attr in _METHODS:
            return value
    return None


def _text(value: ast.expr, context: Context) -> str:
    """The source of an operand, with the parentheses that it may need."""
    text = context.segment(value)
    needs = isinstance(value, ast.BoolOp | ast.IfExp | ast.Lambda | ast.NamedExpr)
    return f"({text})" if needs else text


def _question(value: ast.expr, operator: ast.boolop) -> str:
    """A text that is equal for calls of the same method of the same object."""
    call = _call(value, operator)
    if call is None or not isinstance(call.func, ast.Attribute):
        return f"{id(value)}"
    owner = call.func.value
    is_simple = root_name(owner) is not None and not any(
        isinstance(part, ast.Call) or (isinstance(part, ast.Attribute) and part.attr == "str")
        for part in walk(owner)
    )
    return f"{ast.dump(owner)}.{call.func.attr}" if is_simple else f"{id(value)}"


def _prefixes(calls: list[ast.Call], context: Context) -> list[str] | None:
    """The prefixes as they stand in the source; None if one may be a tuple."""
    found: list[str] = []
    for call in calls:
        prefix = call.args[0]
        elements = prefix.elts if isinstance(prefix, ast.Tuple) else [prefix]
        for element in elements:
            if context.type_of(element).name not in ("str", "bytes"):
                return None
            found.append(context.segment(element))
    return found
