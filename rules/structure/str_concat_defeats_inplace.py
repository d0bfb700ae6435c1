from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, statements
from effilint.analyzer.facts.accumulators import carrying_loops, is_first_step, is_kept, reads
from effilint.analyzer.facts.errors import is_interrupted
from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.facts.ordering import is_unseen
from effilint.analyzer.facts.rebinding import is_concatenation, rebinding, sum_operands
from effilint.analyzer.facts.searched_lists import is_truth_test
from effilint.analyzer.facts.short_loops import has_few_passes, is_counted
from effilint.analyzer.facts.text_forms import AROUND, BEFORE, BEHIND, added_where
from effilint.analyzer.patterns import same

_CLOSED = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant, ast.JoinedStr)


class StrConcatDefeatsInplace(Rule):
    """A local string is rebuilt from itself in a way that copies it in every pass.

    CPython appends in place for `s += x` and `s = s + x`, but `s = s + x + y`, `s = x + s`
    and `s = f"{s}{x}"` make a new string each time. Only the first form has a fix.
    """

    code = "DST302"
    name = "str-concat-defeats-inplace"
    message = "Every pass of the loop copies all of `{target}`: {why}"
    advice = "{advice}"
    gain = Gain("O(n^2)", "O(n)", {10: 1.1, 1_000: 1.8, 100_000: 120.0})
    examples = (
        Bad(
            """
            def table(names):
                text = ""
                for name in names:
                    text = text + str(name) + "\\n"  # DST302
                return text
            """,
            fixed="""
            def table(names):
                text = ""
                for name in names:
                    text += str(name) + "\\n"
                return text
            """,
            workload="table(range(n))",
        ),
        # Over two lines, which the parentheses keep together.
        Bad(
            """
            def report(rows: list[str]):
                text = ""
                for row in rows:
                    text = (text + row + "a"  # DST302
                "b")
                return text
            """,
            fixed="""
            def report(rows: list[str]):
                text = ""
                for row in rows:
                    text += (row + "a"
                "b")
                return text
            """,
        ),
        # What a row gives when it is added to a text is not known.
        Bad(
            """
            def joined(rows):
                text = ""
                for row in rows:
                    text = text + row + ("<" + row)  # DST302
                return text
            """,
            fixed="""
            def joined(rows):
                text = ""
                for row in rows:
                    text += row
                    text += ("<" + row)
                return text
            """,
        ),
        # Nor here, and a handler would see the row without the line break: no fix.
        Bad(
            """
            def joined(rows):
                text = ""
                try:
                    for row in rows:
                        text = text + row + row.end  # DST302
                except AttributeError:
                    pass
                return text
            """,
        ),
        Bad(
            """
            def backwards(words):
                text = ""
                for word in words:
                    text = word + text  # DST302
                return text
            """
        ),
        Bad(
            """
            def csv(rows):
                text = ""
                i = 0
                while i < len(rows):
                    text = f"{text}{rows[i]},"  # DST302
                    i += 1
                return text
            """
        ),
        Bad(
            """
            def listing(names):
                text = "<ul>"
                for name in names:
                    if name:
                        text = "%s<li>%s</li>" % (text, name)  # DST302
                return text + "</ul>"
            """
        ),
        # Around the calls so far: from two lists.
        Bad(
            """
            def nested(calls):
                text = ""
                for call in calls:
                    text = "{}({})".format(call, text)  # DST302
                return text
            """
        ),
        # `s + x` and `s += x + y` append in place.
        Good(
            """
            def table(names):
                text = ""
                for name in names:
                    text = text + name
                    text += name + "\\n"
                return text
            """
        ),
        # Few passes: the number is divided each time.
        Good(
            """
            def binary(number):
                digits = ""
                while number:
                    digits = str(number % 2) + digits
                    number //= 2
                return digits
            """
        ),
        # Each pass needs the text so far; fifty are no matter.
        Good(
            """
            def statement_before(lines, place):
                text = ""
                while place > 0 and is_open(text):
                    text = lines[place] + text
                    place -= 1
                return text

            def is_open(text):
                return text.count("(") != text.count(")")

            def deep():
                text = "x"
                for _ in range(50):
                    text = f"({text})"
                return text
            """
        ),
        # Starts afresh in every pass.
        Good(
            """
            def lines(rows):
                for row in rows:
                    line = ""
                    line = line + row + "\\n"
                    yield line
            """
        ),
        # Every prefix is wanted.
        Good(
            """
            def suffixes(chars, found):
                text = ""
                for char in chars:
                    text = "" + char + text
                    found.append(text)
            """
        ),
    )

    def visit_Assign(self, node: ast.Assign, context: Context) -> Iterator[Finding]:
        target, value = node.targets[0], node.value
        if len(node.targets) != 1 or not isinstance(target, ast.Name):
            return
        where = added_where(target, value)
        if where is None or (where == BEHIND and _appends_in_place(target, value)):
            return
        is_plain = where == BEHIND and isinstance(value, ast.BinOp) and _is_sum(target, value)
        loops = carrying_loops(context, node, target, _is_growth)
        if not loops or context.type_of(target).name != "str":
            return
        if is_kept(context, target, loops[0], _is_growth) or has_few_passes(context, loops):
            return
        if not is_plain and _is_read(context, target, loops[0]):
            return
        if not is_plain and not is_first_step(node, target, loops[-1], _is_copying):
            return
        if where != BEHIND and not is_counted(loops[0]):
            return
        why = _why(target, value, where)
        advice = "Use `+=` with what is added" if is_plain else _ADVICE[where]
        edits: list[Edit] = []
        if is_plain:
            steps = _steps(node, target, sum_operands(value)[1:], context)
            edits = [Edit(node, statements("\n".join(steps)))] if steps else []
        yield self.report(node, *edits, target=target.id, why=why, advice=advice)


_ADVICE = {
    BEHIND: "Append the pieces to a list and `join` them after the loop",
    BEFORE: "Append the pieces to a list; reverse and `join` it after the loop",
    AROUND: "Collect what comes before and after it in two lists and `join` them after the loop",
}


def _why(target: ast.expr, value: ast.expr, where: str) -> str:
    if not _is_sum(target, value):
        return "formatting makes a new string"
    if where == BEHIND:
        return "CPython appends in place only to `s += ...`"
    return "what is added comes first" if where == BEFORE else "something is added on both sides"


def _is_sum(target: ast.expr, value: ast.expr) -> bool:
    return isinstance(value, ast.BinOp) and is_concatenation(target, value)


def _appends_in_place(target: ast.expr, value: ast.expr) -> bool:
    return _is_sum(target, value) and len(sum_operands(value)) == 2


def _is_growth(target: ast.expr, value: ast.expr) -> bool:
    return is_concatenation(target, value) or added_where(target, value) is not None


def _is_copying(target: ast.expr, value: ast.expr) -> bool:
    where = added_where(target, value)
    return where is not None and not (where == BEHIND and _is_sum(target, value))


def _is_read(context: Context, target: ast.expr, loop: Loop) -> bool:
    """Whether the pass needs the string so far, so that it cannot be joined after the loop."""
    for read in reads(target, loop):
        parts = rebinding(context.statement(read))
        is_own = parts is not None and same(parts[0], target) and _is_growth(*parts)
        if not is_own and not is_truth_test(context, read):
            return True
    return False


def _steps(
    node: ast.stmt, target: ast.Name, operands: list[ast.expr], context: Context
) -> list[str]:
    """The statements that add the operands: one for texts, else one for each of them.

    What is not known to be text may have a `+` of its own, for which the order matters.
    """
    groups = [[operand] for operand in operands]
    if all(_is_text(operand, context) for operand in operands):
        groups = [operands]
    elif not is_unseen(target, context) or is_interrupted(node, context):
        return []  # somebody may see the target with one of them
    sums = [" + ".join(_operand(o, context) for o in group) for group in groups]
    return [f"{target.id} += " + (f"({text})" if "\n" in text else text) for text in sums]


def _is_text(operand: ast.expr, context: Context) -> bool:
    """Whether it is text for sure, to which the next can be added first."""
    match operand:
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _is_text(left, context) and _is_text(right, context)
        case ast.BinOp(op=ast.Mult(), right=count) if not context.type_of(count).is_known:
            return False
    return context.type_of(operand).name == "str"


def _operand(operand: ast.expr, context: Context) -> str:
    text = context.segment(operand)
    return text if isinstance(operand, _CLOSED) else f"({text})"
