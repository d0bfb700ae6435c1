from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Tier, replacement
from effilint.analyzer.facts.nothing import may_be_none
from effilint.analyzer.facts.searched_lists import is_truth_test
from effilint.analyzer.patterns import operand_text

_SPECIAL = frozenset(r".^$*+?{}[]\|()")


class RegexForLiteral(Rule):
    """A regular expression without any special character does the work of a string method.

    The call looks up the compiled pattern, makes a match object or parses the replacement, for
    what `replace`, `split` or `startswith` do at once.
    """

    code = "API108"
    name = "regex-for-literal"
    message = "The pattern `{pattern}` is plain text, for which no regular expression is needed"
    advice = "Use `{call}`"
    gain = Gain("O(n)", "O(n)", {10: 5.5, 100: 8.5, 1_000: 9.6}, Tier.CONSTANT)
    calls = frozenset({"sub", "split", "match"})
    examples = (
        Bad(
            """
            import re

            def dashed(names: list[str]):
                return [re.sub(" ", "-", name) for name in names]  # API108
            """,
            fixed="""
            import re

            def dashed(names: list[str]):
                return [name.replace(" ", "-") for name in names]
            """,
            workload="dashed(['first last'] * n)",
        ),
        # Split, and asked for a beginning.
        Bad(
            """
            import re

            def fields(line: str, others):
                if re.match("#", line):  # API108
                    return []
                rest = [re.sub("a", "", other) for other in others]  # API108
                return re.split(", ", line) + rest  # API108
            """,
            fixed="""
            import re

            def fields(line: str, others):
                if line.startswith("#"):
                    return []
                rest = [re.sub("a", "", other) for other in others]
                return line.split(", ") + rest
            """,
        ),
        # Without a fix: None gives another error.
        Bad(
            """
            import re

            def dashed(name: str | None, table: dict[str, str], other: str = None):
                first = re.sub(" ", "-", name)  # API108
                second = re.sub(" ", "-", table.get("a"))  # API108
                return first, second, re.split(", ", other)  # API108
            """,
        ),
        # Special characters, a function, a flag, a match that is used.
        Good(
            """
            import re

            def cleaned(text: str):
                found = re.match("id", text)
                text = re.sub("a.c", "", re.sub("a", str.upper, text))
                text = re.sub("x", "y", text, flags=re.IGNORECASE)
                return found, re.sub("a", r"\\\\g<0>", text), re.split("", text)
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        if not node.args or node.keywords or not isinstance(node.args[0], ast.Constant):
            return
        pattern = node.args[0].value
        if not isinstance(pattern, str) or not pattern or _SPECIAL & set(pattern):
            return
        called, shown = context.resolve(node.func), context.segment(node.args[0])
        text = node.args[-1]
        match called, node.args[1:]:
            case "re.sub", [ast.Constant(value=str() as new) as other, _] if "\\" not in new:
                call = f"replace({shown}, {context.segment(other)})"
            case "re.split", [_]:
                call = f"split({shown})"
            case "re.match", [_] if is_truth_test(context, node):
                call = f"startswith({shown})"
            case _:
                return
        call = f"{operand_text(text, context.segment(text))}.{call}"
        is_sure = context.type_of(text).name == "str"
        if not (is_sure or context.hot_loops(node)):
            return
        edits = [Edit(node, replacement(call))] if is_sure else []
        if may_be_none(text, context):
            edits = []  # that is a `TypeError`, and would be an `AttributeError`
        yield self.report(node, *edits, pattern=pattern, call=call)
