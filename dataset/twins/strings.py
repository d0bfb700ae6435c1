"""Texts are built piece by piece, or gone through by hand."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer.patterns import append_call, is_empty_container
from effilint.dataset.twins.forms import assigned_once, whole_value
from effilint.dataset.twins.inverse import Example, Inverse, Site
from effilint.dataset.twins.original import Original


class JoinToConcatenation(Inverse):
    """The parts of a text are added to it one by one, which copies it each time."""

    name = "join-to-concatenation"
    codes = ("DST302",)
    examples = (
        Example(
            """
            def shown(items):
                return ", ".join(str(item) for item in items)
            """,
            """
            def shown(items):
                «text = ""
                for part in (str(item) for item in items):
                    text = text + (", " if text else "") + part»
                return text
            """,
            "shown([1, 2, 3])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for statement, value in whole_value(original):
            match value:
                case ast.Call(
                    func=ast.Attribute(value=ast.Constant(value=str(between)), attr="join"),
                    args=[parts],
                    keywords=[],
                ):
                    pass
                case _:
                    continue
            text = original.fresh("text", "joined", "output", "combined")
            part = original.fresh("part", "piece", "chunk")
            assert isinstance(value.func, ast.Attribute)
            glue = original.text(value.func.value)
            added = f'{text} = {text} + ({glue} if {text} else "") + {part}'
            if not between:
                added = f'{text} = f"{{{text}}}{{{part}}}"'
            lines = (f'{text} = ""', f"for {part} in {original.text(parts)}:", f"\t{added}")
            change = original.before(statement, *lines)
            yield Site(
                (change, original.put(value, text)),
                ((change.start, change.start),),
                names=frozenset((text, part)),
            )


class PartsToText(Inverse):
    """A text is grown in place of a list of its parts."""

    name = "parts-to-text"
    codes = ("DST302",)
    examples = (
        Example(
            """
            def kept(text):
                found = []
                for char in text:
                    if char.isalpha():
                        found.append(char)
                return "".join(found)
            """,
            """
            def kept(text):
                found = ""
                for char in text:
                    if char.isalpha():
                        «found = f"{found}{char}"»
                return found
            """,
            "kept('a1b2')",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for symbol, value in assigned_once(original):
            if not is_empty_container(value) or original.type(value).name != "list":
                continue
            changes, marks = [original.put(value, '""')], []
            for use in original.loads(symbol):
                outer = original.context.parent(use)
                statement = original.context.statement(use)
                match outer:
                    case ast.Call(func=ast.Attribute(value=ast.Constant(value=""), attr="join")):
                        changes.append(original.put(outer, use.id))
                        continue
                parts = append_call(statement)
                item = original.text(parts[1]) if parts else "\n"
                if parts is None or parts[0] is not use or "\n" in item:
                    break
                text = f"{use.id} = {use.id} + {_no_longer(original, parts[1])}"
                if not set(item) & set("{}\"'\\!:=#"):
                    text = f'{use.id} = f"{{{use.id}}}{{{item}}}"'
                changes.append(original.put(statement, text))
                marks.append(original.span(statement))
            else:
                if marks and len(changes) > len(marks) + 1:
                    yield Site(tuple(changes), tuple(marks))


def _no_longer(original: Original, item: ast.expr) -> str:
    # `s = s + item` alone is done in place; with a second operand it is not.
    return f'{original.atom(item)} + ""'


class FormatToConcatenation(Inverse):
    """A formatted text is put together of its parts."""

    name = "format-to-concatenation"
    prefix = "LNG2"
    examples = (
        Example(
            """
            def keys(pairs):
                return [f"{a}#{b}" for a, b in pairs]
            """,
            """
            def keys(pairs):
                return [«(str(a) + "#" + str(b))» for a, b in pairs]
            """,
            "keys([(1, 2), ('a', 'b')])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for node in original.nodes(ast.JoinedStr):
            parts = []
            for value in node.values:
                match value:
                    case ast.Constant(value=str(text)):
                        parts.append('"' + repr("'" + text)[2:-1].replace('"', '\\"') + '"')
                    case ast.FormattedValue(value=inner, conversion=-1, format_spec=None):
                        parts.append(f"str({ast.unparse(inner)})")
                    case _:
                        break
            else:
                if len(parts) > 1 and "\n" not in original.text(node):
                    yield Site((original.put(node, f"({' + '.join(parts)})"),))


class ReversedByHand(Inverse):
    """A text is turned round character by character."""

    name = "reversed-by-hand"
    codes = ("LNG107",)
    examples = (
        Example(
            """
            def is_palindrome(text: str):
                return text == text[::-1]
            """,
            """
            def is_palindrome(text: str):
                return text == «"".join([text[i] for i in range(len(text) - 1, -1, -1)])»
            """,
            "is_palindrome('abba')",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for node in original.nodes(ast.Subscript):
            if not _is_reversal(node) or not isinstance(node.value, ast.Name):
                continue
            kind, name = original.type(node.value).name, node.value.id
            place = original.fresh("i", "k", "place", "position")
            listed = f"[{name}[{place}] for {place} in range(len({name}) - 1, -1, -1)]"
            if kind == "str":
                listed = f'"".join({listed})'
            if kind in ("str", "list") and isinstance(node.ctx, ast.Load):
                yield Site((original.put(node, listed),), names=frozenset((place,)))


def _is_reversal(node: ast.Subscript) -> bool:
    return ast.dump(node.slice) == _BACKWARDS


_BACKWARDS = ast.dump(ast.Slice(step=ast.UnaryOp(ast.USub(), ast.Constant(1))))


class CountByHand(Inverse):
    """Items that are equal are counted one by one in Python."""

    name = "count-by-hand"
    codes = ("LNG103",)
    examples = (
        Example(
            """
            def ones(text: str):
                return text.count("1")
            """,
            """
            def ones(text: str):
                return «sum(1 for item in text if item == "1")»
            """,
            "ones('10110')",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for call in original.nodes(ast.Call):
            match call:
                case ast.Call(func=ast.Attribute(value=items, attr="count"), args=[wanted]):
                    kind = original.type(items).name
                    is_char = isinstance(wanted, ast.Constant) and len(str(wanted.value)) == 1
                    if kind not in ("list", "tuple") and not (kind == "str" and is_char):
                        continue
                    name = original.fresh("item", "x", "entry", "c")
                    test = f"{name} == {original.atom(wanted)}"
                    text = f"sum(1 for {name} in {original.text(items)} if {test})"
                    yield Site((original.put(call, text),), names=frozenset((name,)))


class ReplaceByHand(Inverse):
    """A character is replaced by going through the text."""

    name = "replace-by-hand"
    codes = ("LNG113",)
    examples = (
        Example(
            """
            def dashed(text: str):
                return text.replace(" ", "-")
            """,
            """
            def dashed(text: str):
                return «"".join(["-" if char == " " else char for char in text])»
            """,
            "dashed('a b c')",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for call in original.nodes(ast.Call):
            match call:
                case ast.Call(
                    func=ast.Attribute(value=text, attr="replace"),
                    args=[
                        ast.Constant(value=str(old)) as before,
                        ast.Constant(value=str()) as after,
                    ],
                ) if len(old) == 1:
                    char = original.fresh("char", "c", "letter")
                    new, gone = original.text(after), original.text(before)
                    made = (
                        f"{new} if {char} == {gone} else {char} for {char} in {original.text(text)}"
                    )
                    yield Site(
                        (original.put(call, f'"".join([{made}])'),), names=frozenset((char,))
                    )
