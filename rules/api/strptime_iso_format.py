from __future__ import annotations

import ast
from collections.abc import Iterator

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
from effilint.analyzer.facts.errors import may_be_caught
from effilint.analyzer.hoist import runs_on_every_pass

_DATE = "%Y-%m-%d"
_TIMES = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f")
_ISO = frozenset([_DATE, *(f"{_DATE}{mark}{time}" for mark in "T " for time in _TIMES)])


class StrptimeIsoFormat(Rule):
    """Dates in ISO format are read by `strptime`, again and again.

    It goes through the format and a regular expression for every date; `fromisoformat` reads
    them in C. It wants two digits for each month and day and three or six for a fraction of a
    second before Python 3.11, where `strptime` takes fewer: the fix is for dates as programs
    write them.
    """

    code = "API105"
    name = "strptime-iso-format"
    message = "Dates in ISO format go through `strptime` and its format one by one"
    advice = "Use `{call}`"
    safety = Safety.UNSAFE
    gain = Gain("O(n)", "O(n)", {10: 26.0, 1_000: 38.0, 10_000: 40.0}, Tier.CONSTANT)
    calls = frozenset({"strptime"})
    examples = (
        Bad(
            """
            from datetime import datetime

            def days(rows):
                return [datetime.strptime(row[0], "%Y-%m-%d") for row in rows]  # API105
            """,
            fixed="""
            from datetime import datetime

            def days(rows):
                return [datetime.fromisoformat(row[0]) for row in rows]
            """,
            workload="days([('2024-05-06',)] * n)",
        ),
        # In a helper that a loop calls; only the date is kept.
        Bad(
            """
            import datetime as dt

            def day_of(line):
                return dt.datetime.strptime(line[:10], "%Y-%m-%d").date()  # API105

            def busiest(lines):
                return max(day_of(line) for line in lines)
            """,
            fixed="""
            import datetime as dt

            def day_of(line):
                return dt.date.fromisoformat(line[:10])

            def busiest(lines):
                return max(day_of(line) for line in lines)
            """,
        ),
        # The format has a name.
        Bad(
            """
            import datetime

            STAMP = "%Y-%m-%dT%H:%M:%S"

            def spans(events):
                for begin, end in events:
                    started = datetime.datetime.strptime(begin, STAMP)  # API105
                    yield started, end
            """,
            fixed="""
            import datetime

            STAMP = "%Y-%m-%dT%H:%M:%S"

            def spans(events):
                for begin, end in events:
                    started = datetime.datetime.fromisoformat(begin)
                    yield started, end
            """,
        ),
        # One date, and a format of its own.
        Good(
            """
            from datetime import datetime

            def parsed(begin, ends):
                start = datetime.strptime(begin, "%Y-%m-%d")
                return start, [datetime.strptime(end, "%d.%m.%Y") for end in ends]
            """
        ),
        # What is no such date is expected here.
        Good(
            """
            from datetime import datetime

            def known(texts):
                for text in texts:
                    try:
                        yield datetime.strptime(text, "%Y-%m-%d")
                    except ValueError:
                        continue
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        if len(node.args) != 2 or node.keywords or not isinstance(node.func, ast.Attribute):
            return
        if context.resolve(node.func) != "datetime.datetime.strptime":
            return
        layout = _layout(node.args[1], context)
        if layout not in _ISO or not _is_hot(node, context):
            return
        if may_be_caught(node, (ValueError,), context):
            return
        whole: ast.expr = node
        owner = context.segment(node.func.value)
        asked = context.parent(node)
        if layout == _DATE and isinstance(asked, ast.Attribute) and asked.attr == "date":
            call = context.parent(asked)
            if isinstance(call, ast.Call) and "." in owner:
                whole, owner = call, owner.rpartition(".")[0] + ".date"
        new = f"{owner}.fromisoformat({context.segment(node.args[0])})"
        yield self.report(whole, Edit(whole, replacement(new)), call=new)


def _layout(node: ast.expr, context: Context) -> str:
    value = context.sole_value(node) if isinstance(node, ast.Name) else node
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return value.value
    return ""


def _is_hot(node: ast.Call, context: Context) -> bool:
    """Whether a loop runs it, here or around a call of its function."""
    if context.hot_loops(node):
        return True
    function = context.function(node)
    callers = context.calls.callers(function) if function is not None else []
    return any(context.hot_loops(call) and runs_on_every_pass(call, context) for call in callers)
