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
    Tier,
    remove,
    replacement,
    statements,
)
from effilint.analyzer.facts.nothing import may_be_none
from effilint.analyzer.facts.ordering import is_start_needed
from effilint.analyzer.facts.visits import is_read_outside
from effilint.analyzer.patterns import append_call, is_constant, is_name, operand_text, same


class ManualReplace(Rule):
    """The characters of a string are copied one by one to replace or drop some of them.

    `str.replace` finds and copies in C, with a search made for it.
    """

    code = "LNG113"
    name = "manual-replace"
    message = "The characters of `{text}` are copied one by one, all but {old}"
    advice = "Use `{call}`"
    gain = Gain("O(n)", "O(n)", {10: 9.1, 1_000: 63.0, 100_000: 77.0}, Tier.CONSTANT)
    calls = frozenset({"join"})
    examples = (
        Bad(
            """
            def flipped(path: str):
                out = ""
                for char in path:
                    if char == "/":  # LNG113
                        out += "."
                    else:
                        out += char
                return out
            """,
            fixed="""
            def flipped(path: str):
                out = path.replace("/", ".")
                return out
            """,
            workload="flipped('a/b/cde' * n)",
        ),
        Bad(
            """
            def cleaned(name: str):
                safe = "".join("_" if char == " " else char for char in name)  # LNG113
                return "".join([char for char in safe.strip() if char != "-"])  # LNG113
            """,
            fixed="""
            def cleaned(name: str):
                safe = name.replace(" ", "_")
                return safe.strip().replace("-", "")
            """,
        ),
        # In a list; several at once.
        Bad(
            """
            def encoded(text: str):
                parts = []
                for char in text:
                    if char != " ":  # LNG113
                        parts.append(char)
                    else:
                        parts.append("%20")
                codes = []
                for char in text:
                    if char == "<":  # LNG113
                        codes.append("&lt;")
                    elif char == ">":
                        codes.append("&gt;")
                    else:
                        codes.append(char)
                return "".join(parts), "".join(codes)
            """
        ),
        # More than that is done, or the items are words.
        Good(
            """
            def cleaned(text: str, words: list[str]):
                out, dropped = "", 0
                for char in text:
                    if char == "-":
                        dropped += 1
                    else:
                        out += char
                return out + "".join(word for word in words if word != "-")
            """
        ),
        # The list of characters is what is wanted.
        Good(
            """
            def letters(text: str, skip: str):
                return [char for char in text if char != " "], "".join(
                    char for char in text if char != skip
                )
            """
        ),
    )

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        match node:
            case ast.For(target=ast.Name(id=char) as item, body=[ast.If() as test], orelse=[]):
                pass
            case _:
                return
        made = _chain(test, char)
        if made is None or context.type_of(node.iter).name != "str":
            return
        out, table = made
        if is_name(out, char) or is_read_outside(context, item, node):
            return
        start, edits = context.previous(node), []
        call = _call(node.iter, table, context)
        match start:
            case ast.Assign(targets=[target], value=value) if same(target, out):
                is_safe = len(table) == 1 and not may_be_none(node.iter, context)
                if is_constant(value, "") and is_safe:
                    new = f"{context.segment(out)} = {call}"
                    edits = [Edit(start, remove()), Edit(node, statements(new))]
                    if is_start_needed(out, node.iter, context):
                        edits = []
        yield self._finding(test, node.iter, table, edits, context)

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        match node:
            case ast.Call(
                func=ast.Attribute(value=glue, attr="join"),
                args=[
                    ast.GeneratorExp(elt=elt, generators=[loop])
                    | ast.ListComp(elt=elt, generators=[loop])
                ],
                keywords=[],
            ) if is_constant(glue, "") and isinstance(loop.target, ast.Name):
                char = loop.target.id
            case _:
                return
        match elt, loop.ifs:
            case ast.IfExp(test=test, body=body, orelse=orelse), []:
                found = _asked(test, char)
                if found is None:
                    return
                old, is_equal = found
                new, kept = (body, orelse) if is_equal else (orelse, body)
                if not is_name(kept, char) or not _is_text(new):
                    return
                table = {old: new.value}  # type: ignore[attr-defined]
            case ast.Name(id=name), [test] if name == char:
                found = _asked(test, char)
                if found is None or found[1]:
                    return
                table = {found[0]: ""}
            case _:
                return
        if loop.is_async or context.type_of(loop.iter).name != "str":
            return
        edits = [Edit(node, replacement(_call(loop.iter, table, context)))]
        if may_be_none(loop.iter, context):
            edits = []  # that would be another error
        yield self._finding(node, loop.iter, table, edits, context)

    def _finding(
        self,
        node: ast.expr | ast.stmt,
        text: ast.expr,
        table: dict[str, str],
        edits: list[Edit],
        context: Context,
    ) -> Finding:
        old = " and ".join(f"`{_quoted(char)}`" for char in table)
        call = _call(text, table, context)
        return self.report(node, *edits, text=context.segment(text), old=old, call=call)


def _call(text: ast.expr, table: dict[str, str], context: Context) -> str:
    owner = operand_text(text, context.segment(text))
    pairs = [(_quoted(old), _quoted(new)) for old, new in table.items()]
    if len(pairs) == 1:
        return f"{owner}.replace({pairs[0][0]}, {pairs[0][1]})"
    return f"{owner}.translate(str.maketrans({{{', '.join(f'{a}: {b}' for a, b in pairs)}}}))"


def _quoted(text: str) -> str:
    quoted = repr(text)
    return quoted if '"' in text else f'"{quoted[1:-1]}"'


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _asked(test: ast.expr, char: str) -> tuple[str, bool] | None:
    """The single character that the item is compared with, and whether for equality."""
    match test:
        case ast.Compare(
            left=left, ops=[ast.Eq() | ast.NotEq() as op], comparators=[ast.Constant(str(old))]
        ) if is_name(left, char) and len(old) == 1:
            return old, isinstance(op, ast.Eq)
    return None


def _added(block: list[ast.stmt]) -> tuple[ast.expr, ast.expr] | None:
    """What grows, and by what, if that is all."""
    match block:
        case [ast.AugAssign(target=out, op=ast.Add(), value=value)]:
            return out, value
        case [ast.Assign(targets=[out], value=ast.BinOp(left=left, op=ast.Add(), right=value))]:
            return (out, value) if same(out, left) else None
        case [statement]:
            return append_call(statement)
    return None


def _chain(test: ast.If, char: str) -> tuple[ast.expr, dict[str, str]] | None:
    """What grows, and what stands for which character in it, if each pass adds one text."""
    table: dict[str, str] = {}
    out: ast.expr | None = None
    while True:
        found = _asked(test.test, char)
        if found is None or found[0] in table:
            return None
        old, is_equal = found
        changed, kept = (test.body, test.orelse) if is_equal else (test.orelse, test.body)
        if not is_equal and table:
            return None
        new = _added(changed) if changed else None
        if changed and (new is None or not _is_text(new[1])):
            return None
        table[old] = new[1].value if new else ""  # type: ignore[attr-defined]
        match kept:
            case [ast.If() as test] if is_equal:
                rest = None
            case _:
                rest = _added(kept)
                if rest is None or not is_name(rest[1], char):
                    return None
        for one in (new, rest):
            if one is not None:
                if out is not None and not same(out, one[0]):
                    return None
                out = one[0]
        if rest is not None:
            return (out, table) if out is not None else None
