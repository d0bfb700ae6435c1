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
from effilint.analyzer.patterns import constant_int, is_assertion, operand_text

_BASES = {"bin": 2, "oct": 8, "hex": 16}


class TypeRoundtrip(Rule):
    """A value is turned into a text and straight back into what it was.

    Writing a number down and reading it again takes far longer than using the number. The fix is
    unsafe for subclasses: `int(str(flag))` fails for a bool.
    """

    code = "DST507"
    name = "type-roundtrip"
    message = "`{code}` turns `{value}` into a {between} and back"
    advice = "{advice}"
    safety = Safety.UNSAFE
    calls = frozenset({"int", "float", "split"})
    confidence = 0.85  # too few findings on real code to know
    gain = Gain("O(n)", "O(1)", {10: 3.3, 1_000: 4.7, 100_000: 4.6}, Tier.CONSTANT)
    examples = (
        Bad(
            """
            def total(numbers: list[int]):
                result = 0
                for number in numbers:
                    result += int(str(number))  # DST507
                return result
            """,
            fixed="""
            def total(numbers: list[int]):
                result = 0
                for number in numbers:
                    result += number
                return result
            """,
            workload="total(list(range(n)))",
        ),
        Bad(
            """
            def read(line: str, number: int):
                words = line.split(",")
                fields = ",".join(words).split(",")  # DST507
                return fields, int(bin(number), 2)  # DST507
            """
        ),
        Bad(
            """
            def ratio(part: float, size: int):
                whole = int(f"{size}")  # DST507
                return float(str(part)) / whole  # DST507
            """,
            fixed="""
            def ratio(part: float, size: int):
                whole = size
                return part / whole
            """,
            workload="ratio(n + 0.5, n + 1)",
        ),
        # A text is made a number: it is no number yet.
        Good(
            """
            def total(words):
                return sum(int(str(word)) for word in words)
            """
        ),
        # The number turned round.
        Good(
            """
            def turned(number: int):
                return int(str(number)[::-1])
            """
        ),
        # Another separator.
        Good(
            """
            def changed(words: list[str]):
                return " ".join(words).split(",")
            """
        ),
        # Words are separated anew: those joined may have blanks in them.
        Good(
            """
            def words(lines: list[str]):
                return " ".join(lines).split()
            """
        ),
        # So may those that are joined and split at a blank, or a comma.
        Good(
            """
            def first_word(place, note):
                texts = [text for text in (place, note) if text]
                names = ["Mills, Ann", "Roy"]
                return " ".join(texts).split(" ")[0], ",".join(names).split(",")
            """
        ),
        # It fails for a text that cannot be encoded: that may be what it is for.
        Good(
            """
            def checked(text: str):
                return text.encode("ascii").decode("ascii")
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        found = _number(node, context) or _text(node, context)
        if found is None or is_assertion(node):
            return
        value, between, is_same = found
        text = context.segment(value)
        code = context.segment(node)
        edits = []
        if is_same:
            edits = [Edit(node, replacement(operand_text(value, text)))]
        advice = f"Use `{text}` itself" if is_same else f"Use `{text}`, or a copy of it"
        yield self.report(node, *edits, code=code, value=text, between=between, advice=advice)


def _number(node: ast.Call, context: Context) -> tuple[ast.expr, str, bool] | None:
    """The number in `int(str(number))` and its kin."""
    match node:
        case ast.Call(
            func=ast.Name(id="int" | "float" as kind), args=[written, *base], keywords=[]
        ) if len(base) < 2:
            pass
        case _:
            return None
    match written:
        case ast.Call(func=ast.Name("str" | "repr"), args=[value], keywords=[]) if not base:
            between = "text"
        case ast.JoinedStr(
            values=[ast.FormattedValue(value=value, conversion=-1, format_spec=None)]
        ) if not base:
            between = "text"
        case ast.Call(func=ast.Name(id=name), args=[value], keywords=[]) if (
            base and kind == "int" and constant_int(base[0]) in (_BASES.get(name), 0)
        ) and name in _BASES:
            return (value, "text", False) if context.type_of(value).name == "int" else None
        case _:
            return None
    if context.type_of(value).name != kind or context.resolve(node.func) != kind:
        return None
    return value, between, True


def _text(node: ast.Call, context: Context) -> tuple[ast.expr, str, bool] | None:
    """What is joined and split at the same separator."""
    match node:
        case ast.Call(
            func=ast.Attribute(
                value=ast.Call(
                    func=ast.Attribute(value=ast.Constant(value=str(one)), attr="join"),
                    args=[items],
                ),
                attr="split",
            ),
            args=[ast.Constant(value=str(other))],
            keywords=[],
        ):
            is_undone = one == other and _is_split(items, one, context)
            return (items, "text", False) if is_undone else None
    return None


def _is_split(items: ast.expr, separator: str, context: Context) -> bool:
    """Whether the texts come from a split at the separator, so that none of them has it."""
    if isinstance(items, ast.Name) and context.mutations(items, context.tree):
        return False
    value = context.sole_value(items) if isinstance(items, ast.Name) else items
    match value:
        case ast.Call(func=ast.Attribute(attr="split"), args=[ast.Constant(value=str(by))]):
            return by == separator
    return False
