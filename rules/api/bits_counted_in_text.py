from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Tier, replacement
from effilint.analyzer.facts.errors import may_be_caught
from effilint.analyzer.facts.nothing import may_be_none
from effilint.analyzer.patterns import constant_int, is_constant, is_name, operand_text


class BitsCountedInText(Rule):
    """The bits of a number are counted in its binary notation.

    That makes a text of every bit and searches it; `int.bit_count()` and `int.bit_length()` ask
    the number. `bit_count` is there since Python 3.10. Fixed where the number is known to be an
    `int`.
    """

    code = "API111"
    name = "bits-counted-in-text"
    message = "The {what} of `{number}` are counted in a text made of them"
    advice = "Use `{call}`"
    # Half of what was read must still run on Python 3.9, which has no `bit_count`.
    confidence = 0.5
    gain = Gain("O(bits)", "O(words)", {10: 2.4, 1_000: 4.3, 100_000: 4.9}, Tier.CONSTANT)
    calls = frozenset({"count", "len", "sum"})
    examples = (
        Bad(
            """
            def weights(n: int):
                return [bin(i).count("1") for i in range(n)]  # API111
            """,
            fixed="""
            def weights(n: int):
                return [i.bit_count() for i in range(n)]
            """,
            workload="weights(n)",
        ),
        # With the prefix cut off, by a format, digit by digit.
        Bad(
            """
            def distances(pairs: list[tuple[int, int]], mask: int):
                for one, other in pairs:
                    yield f"{one ^ other:b}".count("1")  # API111
                    yield bin(mask)[2:].count("1")  # API111
                    yield sum(int(bit) for bit in format(mask, "b"))  # API111
                    yield sum(map(int, bin(one)[2:]))  # API111
            """,
            fixed="""
            def distances(pairs: list[tuple[int, int]], mask: int):
                for one, other in pairs:
                    yield (one ^ other).bit_count()
                    yield mask.bit_count()
                    yield mask.bit_count()
                    yield one.bit_count()
            """,
        ),
        # Zero has one digit but no bit; what `number` is, is not known, or if it has a sign.
        Bad(
            """
            def width(number):
                return len(bin(number)) - 2  # API111

            def tried(number: int):
                try:
                    return sum(map(int, bin(number)[2:]))  # API111
                except ValueError:
                    return 0

            def ones(number):
                return str(bin(number)).count("1")  # API111
            """
        ),
        # The text is used, or other digits are counted.
        Good(
            """
            def shown(number):
                text = bin(number)
                return text, text.count("1"), bin(number).count("0"), hex(number).count("1")
            """
        ),
        # The way out where there is no `bit_count` yet.
        Good(
            """
            weight = getattr(int, "bit_count", lambda number: bin(number).count("1"))
            """
        ),
        Good(
            """
            try:
                weight = int.bit_count
            except AttributeError:

                def weight(number):
                    return bin(number).count("1")
            """
        ),
        Good(
            """
            def digit_sum(number):
                return sum(int(digit) for digit in str(number)), len(bin(number))
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        place: ast.expr = node
        text: ast.expr | None
        what, method = "ones", "bit_count"
        match node:
            case ast.Call(func=ast.Attribute(value=text, attr="count"), args=[one], keywords=[]):
                if not is_constant(one, "1"):
                    return
            case ast.Call(func=ast.Name("sum"), args=[digits], keywords=[]):
                text = _digits(digits)
            case ast.Call(func=ast.Name("len"), args=[text], keywords=[]):
                outer = context.parent(node)
                what, method = "digits", "bit_length"
                if _is_cut(text):
                    place = node
                elif isinstance(outer, ast.BinOp) and isinstance(outer.op, ast.Sub):
                    if outer.left is not node or constant_int(outer.right) != 2:
                        return
                    place = outer
                else:
                    return
            case _:
                return
        number = _number(text) if text is not None else None
        if number is None or (method == "bit_count" and _is_cut(text, away_from=2)):
            return
        if not context.names.is_builtin("bin", node):
            return
        if method == "bit_count" and _is_way_out(context):
            return
        shown = context.segment(number)
        call = f"{operand_text(number, shown)}.{method}()"
        is_int = context.type_of(number).name == "int" and not isinstance(number, ast.Constant)
        # The digits of a negative number begin with a sign, which `int` refuses.
        fits = is_int and method == "bit_count" and not may_be_caught(node, (ValueError,), context)
        fits = fits and not may_be_none(number, context)
        edits = [Edit(place, replacement(call))] if fits else []
        if method == "bit_length":
            call = f"max({call}, 1)"
        yield self.report(place, *edits, what=what, number=shown, call=call)


def _is_way_out(context: Context) -> bool:
    """Whether the file asks if there is a `bit_count`: then this is for a Python without."""
    for node in (*context.index.get(ast.Attribute, ()), *context.index.get(ast.Constant, ())):
        match node:
            case ast.Attribute(value=ast.Name("int"), attr="bit_count"):
                return True
            case ast.Constant(value="bit_count"):
                return True
    return False


def _digits(node: ast.expr) -> ast.expr | None:
    """The text whose digits are summed: `map(int, text)` or `int(c) for c in text`."""
    match node:
        case ast.Call(func=ast.Name("map"), args=[ast.Name("int"), text], keywords=[]):
            return text
        case (
            ast.GeneratorExp(elt=elt, generators=[loop]) | ast.ListComp(elt=elt, generators=[loop])
        ):
            if loop.ifs or loop.is_async or not isinstance(loop.target, ast.Name):
                return None
            match elt:
                case ast.Call(func=ast.Name("int"), args=[item], keywords=[]):
                    return loop.iter if is_name(item, loop.target.id) else None
    return None


def _is_cut(text: ast.expr | None, *, away_from: int | None = None) -> bool:
    """Whether it is `text[2:]`; with `away_from`, whether it is cut anywhere but there."""
    match text:
        case ast.Subscript(slice=ast.Slice(lower=lower, upper=None, step=None)):
            is_there = constant_int(lower) == 2
            return not is_there if away_from else is_there
        case ast.Subscript():
            return away_from is not None
    return False


def _number(text: ast.expr) -> ast.expr | None:
    """The number whose binary notation the text is."""
    match text:
        case ast.Subscript(value=ast.Call(func=ast.Name("bin")) as inner):
            return _number(inner)
        case ast.Call(func=ast.Name("bin"), args=[number], keywords=[]):
            return number
        case ast.Call(func=ast.Name("str"), args=[ast.Call() as inner], keywords=[]):
            return _number(inner)
        case ast.Call(func=ast.Name("format"), args=[number, layout], keywords=[]):
            return number if is_constant(layout, "b") else None
        case ast.JoinedStr(values=[ast.FormattedValue(value=number, conversion=-1) as part]):
            match part.format_spec:
                case ast.JoinedStr(values=[layout]) if is_constant(layout, "b"):
                    return number
        case ast.Call(func=ast.Attribute(value=layout, attr="format"), args=[number], keywords=[]):
            return number if is_constant(layout, "{:b}", "{0:b}") else None
    return None
