from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, replacement
from effilint.analyzer.facts.waiting import waits
from effilint.analyzer.patterns import constant_int, last_name

# Between these there are often many parts.
_MANY = (None, " ", ",", ", ", "\t", ";", "|", "&", "\n", "\r\n", b" ", b",", b"\t", b"\n")
_CLEANING = ("strip", "rstrip", "lstrip", "lower", "upper", "decode", "replace", "removeprefix")


class SplitWithoutMaxsplit(Rule):
    """A text is split at every separator to take its first or last part.

    With a `maxsplit` the rest of the text is neither searched nor copied.
    """

    code = "API106"
    name = "split-without-maxsplit"
    message = "The whole text is split to take its {which} part"
    advice = "Use `{call}`"
    gain = Gain("O(n)", "O(part)", {10: 1.1, 1_000: 88.0, 20_000: 98.0})
    calls = frozenset({"split", "rsplit"})
    examples = (
        Bad(
            """
            def first_columns(lines: list[str]) -> list[str]:
                return [line.split(",")[0] for line in lines]  # API106
            """,
            fixed="""
            def first_columns(lines: list[str]) -> list[str]:
                return [line.split(",", 1)[0] for line in lines]
            """,
            workload="first_columns([','.join(map(str, range(n)))] * 1000)",
        ),
        # From the back, and without a separator.
        Bad(
            """
            class Log:
                def __init__(self, path):
                    with open(path) as file:
                        self.text = file.read()

                def last(self):
                    return self.text.split("\\n")[-1]  # API106

                def newest(self):
                    return max(line.split()[0] for line in self.text.splitlines())  # API106
            """,
            fixed="""
            class Log:
                def __init__(self, path):
                    with open(path) as file:
                        self.text = file.read()

                def last(self):
                    return self.text.rsplit("\\n", 1)[-1]

                def newest(self):
                    return max(line.split(None, 1)[0] for line in self.text.splitlines())
            """,
        ),
        # The parts have a name, but only the first is read.
        Bad(
            """
            def keys(file):
                for line in file:
                    parts = line.split("\\t")  # API106
                    yield parts[0].strip()
            """,
            fixed="""
            def keys(file):
                for line in file:
                    parts = line.split("\\t", 1)
                    yield parts[0].strip()
            """,
        ),
        # A regular expression searches slower still.
        Bad(
            """
            import re

            def command(text):
                return re.split(r"[;&|]", text)[0]  # API106
            """,
            fixed="""
            import re

            def command(text):
                return re.split(r"[;&|]", text, maxsplit=1)[0]
            """,
            workload="command('a;' * n)",
        ),
        # What these have may be a `split` with one argument.
        Bad(
            """
            class Road:
                def split(self, at):
                    return [at, self]

            def heads(roads):
                return [road.split(",")[0] for road in roads]  # API106
            """
        ),
        # It stops at the first separator.
        Good(
            """
            def first_column(line):
                return line.split(",", 1)[0], line.partition(",")[0]
            """
        ),
        # Every part is read.
        Good(
            """
            def columns(line):
                parts = line.split(",")
                print(parts[0])
                return parts
            """
        ),
        # A column of texts: this takes the parts of its first text.
        Good(
            """
            def first_row(table):
                return table.name.str.split(",")[0]
            """
        ),
        # A version has a few parts only, and here it is split once.
        Good(
            """
            def major(version, names):
                return version.split(".")[0], [name.split(".")[-1] for name in names]
            """
        ),
        # Few parts: of a text written down, of a docstring, of what fits at the end only. And
        # what is done about an error is done seldom.
        Good(
            """
            import re

            def described(command, name: str):
                stem = re.split(r"[0-9]+$", name)[0]
                head = (command.__doc__ or "").strip().split("\\n")[0]
                try:
                    command(stem, head, "a b".split("\\n")[0])
                except OSError as error:
                    print(str(error).split("\\n")[-1])
            """
        ),
        # A piece of a line has few parts, and a test may look at its subject in any way.
        Good(
            """
            def sizes(lines: list[str]):
                for line in lines:
                    key, value = line.split(":", 1)
                    yield key, line[len(key) + 1 :].split(" ")[0]

            def test_head(table):
                assert str(table).split("\\n")[0] == "a b"
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        if not isinstance(node.func, ast.Attribute) or len(node.args) > 2 or node.keywords:
            return
        place = _place(node, context)
        if place is None:
            return
        if context.resolve(node.func) == "re.split":
            call = _regex_call(node, place, context)
        else:
            call = _text_call(node, node.func, place, context)
        if call is not None and _may_be_long(node, node.func, context):
            which = "last" if place else "first"
            edits = [] if _may_be_own(node.func, context) else [Edit(node, replacement(call))]
            yield self.report(node, *edits, which=which, call=call)


def _may_be_long(node: ast.Call, function: ast.Attribute, context: Context) -> bool:
    """Whether there may be many parts, in one text or in all those of a loop."""
    separator = node.args[0] if node.args else ast.Constant(None)
    if _is_after_error(node, context):
        return False
    if context.resolve(node.func) == "re.split":
        return not _matches_at_end(separator)
    if _is_short(function.value):
        return False
    if not isinstance(separator, ast.Constant) or separator.value not in _MANY:
        return False
    if waits(context, node):
        return False
    if separator.value in ("\n", "\r\n", b"\n"):
        return True
    return _is_whole(function.value) and bool(context.hot_loops(node))


def _may_be_own(function: ast.Attribute, context: Context) -> bool:
    """Whether what is split may be an object of this file that has a `split` of its own."""
    if context.type_of(function.value).is_known or context.resolve(function) == "re.split":
        return False
    return any(
        getattr(node, "name", "") == function.attr
        for node in context.index.get(ast.FunctionDef, ())
    )


def _is_after_error(node: ast.Call, context: Context) -> bool:
    """Whether it is part of what is done about an exception: that happens seldom."""
    function = context.function(node)
    for outer in context.ancestors(node):
        if outer is function or isinstance(outer, ast.ExceptHandler):
            return outer is not function
    return False


def _matches_at_end(pattern: ast.expr) -> bool:
    """Whether the pattern fits at the end only, so that there are two parts at most."""
    match pattern:
        case ast.Constant(value=str() as text):
            return text.endswith("$") and not text.endswith("\\$") and "|" not in text
    return False


def _is_short(text: ast.expr) -> bool:
    """Whether the text is written down, or is that of a docstring."""
    text = _uncleaned(text)
    return any(
        isinstance(node, ast.Constant)
        or (last_name(node) or "").lower().strip("_").endswith(("doc", "docstring"))
        for node in (text.values if isinstance(text, ast.BoolOp) else [text])
    )


def _is_whole(text: ast.expr) -> bool:
    """Whether it is a text as it was found, and not a piece of one, which seldom has many parts."""
    return isinstance(_uncleaned(text), ast.Name | ast.Attribute)


def _uncleaned(text: ast.expr) -> ast.expr:
    while isinstance(text, ast.Call) and isinstance(text.func, ast.Attribute):
        if text.func.attr not in _CLEANING:
            break
        text = text.func.value
    return text


def _place(node: ast.Call, context: Context) -> int | None:
    """0 or -1, if only that part is read."""
    parent = context.parent(node)
    if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name):
        name = parent.targets[0]
        uses = context.uses(name)
        if len(parent.targets) > 1 or len(uses) != 1 or context.sole_value(name) is not node:
            return None
        node, parent = uses[0], context.parent(uses[0])  # type: ignore[assignment]
    match parent:
        case ast.Subscript(value=value, slice=index, ctx=ast.Load()) if value is node:
            place = constant_int(index)
            return place if place in (0, -1) else None
    return None


def _regex_call(node: ast.Call, place: int, context: Context) -> str | None:
    if place or len(node.args) != 2:
        return None
    pattern, text = (context.segment(arg) for arg in node.args)
    return f"{context.segment(node.func)}({pattern}, {text}, maxsplit=1)"


def _text_call(node: ast.Call, function: ast.Attribute, place: int, context: Context) -> str | None:
    if len(node.args) > 1 or any(isinstance(arg, ast.Starred) for arg in node.args):
        return None
    if not _is_text(function.value, node.args, context):
        return None
    method = "rsplit" if place else "split"
    separator = context.segment(node.args[0]) if node.args else "None"
    return f"{context.segment(function.value)}.{method}({separator}, 1)"


def _is_text(owner: ast.expr, separator: list[ast.expr], context: Context) -> bool:
    """Whether `owner` is text: by its type, or because it is split at a literal."""
    kind = context.type_of(owner)
    if kind.is_known:
        return kind.name in ("str", "bytes", "bytearray")
    if isinstance(owner, ast.Attribute) and owner.attr == "str":
        return False
    if not (context.resolve(owner) or "sys.").startswith("sys."):
        return False
    return bool(separator) and isinstance(separator[0], ast.Constant | ast.JoinedStr)
