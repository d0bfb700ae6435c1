from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, statements
from effilint.analyzer.facts.accumulators import carrying_loops, is_first_step, is_kept
from effilint.analyzer.facts.rebinding import is_concatenation, sum_operands
from effilint.analyzer.facts.short_loops import is_counted
from effilint.analyzer.patterns import is_constant, same

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
    gain = Gain("O(n^2)", "O(n)", {10: 1.0, 1_000: 2.0, 100_000: 87.0})
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
            def report(rows):
                text = ""
                for row in rows:
                    text = (text + row + "a"  # DST302
                "b")
                return text
            """,
            fixed="""
            def report(rows):
                text = ""
                for row in rows:
                    text += (row + "a"
                "b")
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
        form = _form(target, value)
        if form is None:
            return
        loops = carrying_loops(context, node, target, _is_growth)
        if not loops or context.type_of(target).name != "str":
            return
        if is_kept(context, target, loops[0], _is_growth):
            return
        if form != "appended" and not is_first_step(node, target, loops[-1], _is_copying):
            return
        if form in ("prepended", "wrapped") and not is_counted(loops[0]):
            return
        why, advice = _WORDS[form]
        edits: list[Edit] = []
        if form == "appended":
            added = " + ".join(_operand(o, context) for o in sum_operands(value)[1:])
            if "\n" in added:
                added = f"({added})"
            edits = [Edit(node, statements(f"{target.id} += {added}"))]
        yield self.report(node, *edits, target=target.id, why=why, advice=advice)


_WORDS = {
    "appended": ("CPython appends in place only to `s += ...`", "Use `+=` with what is added"),
    "prepended": (
        "what is added comes first",
        "Append the pieces to a list; reverse and `join` it after the loop",
    ),
    "wrapped": (
        "something is added before and after it",
        "Collect what comes before and after it in two lists and `join` them after the loop",
    ),
    "formatted": (
        "formatting makes a new string",
        "Append the pieces to a list and `join` them after the loop",
    ),
}


def _is_growth(target: ast.expr, value: ast.expr) -> bool:
    return is_concatenation(target, value) or _is_formatted(target, value)


def _is_copying(target: ast.expr, value: ast.expr) -> bool:
    return _form(target, value) not in (None, "appended")


def _form(target: ast.expr, value: ast.expr) -> str | None:
    if _is_formatted(target, value):
        return "formatted"
    if not isinstance(value, ast.BinOp) or not is_concatenation(target, value):
        return None
    operands = sum_operands(value)
    if not same(operands[0], target):
        return "prepended" if same(operands[-1], target) else "wrapped"
    return "appended" if len(operands) > 2 else None


def _is_formatted(target: ast.expr, value: ast.expr) -> bool:
    """Whether `value` is a format with `target` once among its fields."""
    fields: list[ast.expr] = []
    match value:
        case ast.JoinedStr(values=values):
            fields = [v.value for v in values if isinstance(v, ast.FormattedValue)]
            if len(values) < 2:
                return False
        case ast.BinOp(left=ast.Constant(value=str()), op=ast.Mod(), right=ast.Tuple(elts=elts)):
            fields = elts
        case ast.Call(
            func=ast.Attribute(value=ast.Constant(value=str()), attr="format"), args=args
        ):
            fields = args
        case ast.Call(
            func=ast.Attribute(value=joiner, attr="join"),
            args=[ast.List(elts=e) | ast.Tuple(elts=e)],
        ) if is_constant(joiner, ""):
            fields = e
    return sum(same(field, target) for field in fields) == 1


def _operand(operand: ast.expr, context: Context) -> str:
    text = context.segment(operand)
    return text if isinstance(operand, _CLOSED) else f"({text})"
