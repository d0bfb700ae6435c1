from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety, replacement
from effilint.analyzer.facts.looking_back import looks_back
from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.hoist import region_of
from effilint.analyzer.patterns import (
    constant_int,
    names_in,
    operand_text,
    same,
    walk,
    walk_block,
)

_BACK = frozenset(["startswith", "find", "index"])  # asked of `s[i:]`
_FRONT = frozenset(["endswith", "find", "rfind", "index", "rindex"])  # asked of `s[:i]`
_MATCHERS = frozenset(["match", "fullmatch", "search"])
_SIZED = frozenset(["str", "bytes", "bytearray", "list", "tuple"])


class SliceForPart(Rule):
    """The rest of a sequence is copied at each place only to look at a small part of it.

    `s[i:].startswith(p)` copies all that follows to compare a few characters: `s.startswith(p, i)`
    compares them where they are. The methods that search, and those of a compiled pattern, take a
    place to start from; a length is a difference; an item has an index. The fix assumes that the
    place is in the sequence: beyond its end the slice is empty, and the difference below zero.
    """

    code = "DST406"
    name = "slice-for-part"
    message = "`{slice}` copies the {rest} of `{sequence}` in every pass, only {purpose}"
    advice = "{advice}"
    safety = Safety.UNSAFE
    gain = Gain("O(n^2)", "O(n)", {100: 1.5, 10_000: 7.6, 100_000: 57.0})
    examples = (
        Bad(
            """
            def starts(text, word):
                found = []
                for i in range(len(text)):
                    if text[i:].startswith(word):  # DST406
                        found.append(i)
                return found
            """,
            fixed="""
            def starts(text, word):
                found = []
                for i in range(len(text)):
                    if text.startswith(word, i):
                        found.append(i)
                return found
            """,
            workload="starts('abcab' * n, 'ab')",
        ),
        # A cursor that a method moves.
        Bad(
            """
            class Reader:
                def __init__(self, text):
                    self.text = text
                    self.place = 0

                def accept(self, word):
                    if not self.text[self.place :].startswith(word):  # DST406
                        return False
                    self.place += len(word)
                    return True
            """,
            fixed="""
            class Reader:
                def __init__(self, text):
                    self.text = text
                    self.place = 0

                def accept(self, word):
                    if not self.text.startswith(word, self.place):
                        return False
                    self.place += len(word)
                    return True
            """,
        ),
        Bad(
            """
            import re

            TOKEN = re.compile("[a-z]+|[0-9]+")

            def tokens(source: str):
                place = 0
                while place < len(source):
                    found = TOKEN.match(source[place:])  # DST406
                    if found is None:
                        place += 1
                        continue
                    yield found.group()
                    place += found.end()
            """
        ),
        Bad(
            """
            def closing(text: str, sign: str):
                places = []
                i = 0
                while i < len(text):
                    length = text[i:].find(sign)  # DST406
                    if length < 0:
                        break
                    i += length + 1
                    places.append(i)
                return places
            """
        ),
        Bad(
            """
            def pairs(values: list[int], wanted: int):
                left = []
                for i, value in enumerate(values):
                    if len(values[i:]) > wanted:  # DST406
                        left.append(value + values[i:][0])  # DST406
                return left
            """,
            fixed="""
            def pairs(values: list[int], wanted: int):
                left = []
                for i, value in enumerate(values):
                    if len(values) - i > wanted:
                        left.append(value + values[i])
                return left
            """,
            workload="pairs(list(range(n)), 1)",
        ),
        Bad(
            """
            def before(text: str):
                return [text[:i].rfind("/") for i, sign in enumerate(text) if sign == "?"]  # DST406
            """,
            fixed="""
            def before(text: str):
                return [text.rfind("/", 0, i) for i, sign in enumerate(text) if sign == "?"]
            """,
        ),
        # The rest itself is wanted, too.
        Good(
            """
            def numbers(text: str):
                for i in range(len(text)):
                    yield int(text[i:]) if len(text[i:]) > 1 else 0
            """
        ),
        # To search a list takes longer than to copy it.
        Good(
            """
            def gaps(flags: list[bool]):
                i, found = 0, []
                while True in flags[i:]:
                    i += flags[i:].index(True) + 1
                    found.append(i)
                return found
            """
        ),
        # The slice has an end.
        Good(
            """
            def starts(text, word, size):
                return [i for i in range(len(text)) if text[i : i + size].startswith(word)]
            """
        ),
        # One slice of each of many lines.
        Good(
            """
            def comments(lines):
                return [line for line in lines if line[4:].startswith("#")]
            """
        ),
        # No loop, no cursor.
        Good(
            """
            def is_at(text, word, place):
                return text[place:].startswith(word)
            """
        ),
        # An array may be meant: its slices are no copies.
        Good(
            """
            def counts(values):
                return [len(values[i:]) for i in range(len(values))]
            """
        ),
        # The text is another one each time.
        Good(
            """
            def shrink(text: str, word: str):
                i = 0
                while text[i:].startswith(word):
                    text = text.replace(word, "", 1)
                    i += 1
                return text
            """
        ),
        # What stands before the place decides, which the slice leaves out.
        Good(
            """
            import re

            FIRST = re.compile(r"^[a-z]+")

            class Field:
                word_start = re.compile(r"(?<=[^a-z])[a-z]")

                def right(self, value):
                    self.place += 1
                    return re.search(self.word_start, self.value[self.place :])

                def words(self, text: str):
                    for i in range(len(text)):
                        yield FIRST.match(text[i:]), re.search(r"\\bif", text[i:])
            """
        ),
        # The count goes through the rest anyway.
        Good(
            """
            def counts(text: str):
                return [text[i:].count("a") for i in range(len(text))]
            """
        ),
    )

    def visit_Subscript(self, node: ast.Subscript, context: Context) -> Iterator[Finding]:
        match node:
            case ast.Subscript(
                value=ast.Name() | ast.Attribute() as sequence,
                slice=ast.Slice(lower=lower, upper=upper, step=None),
                ctx=ast.Load(),
            ) if (lower is None) != (upper is None):
                place = lower or upper
                assert place is not None
            case _:
                return
        use = _use(node, upper is None, place, context)
        if use is None or isinstance(place, ast.Constant) or constant_int(place) is not None:
            return
        whole, purpose, text, advice = use
        if not _is_swept(node, sequence, place, context):
            return
        edits = [Edit(whole, replacement(text))] if text else []
        yield self.report(
            node,
            *edits,
            slice=context.segment(node),
            sequence=context.segment(sequence),
            rest="rest" if upper is None else "start",
            purpose=purpose,
            advice=advice or f"Write `{text}`",
        )


def _use(
    node: ast.Subscript, is_back: bool, place: ast.expr, context: Context
) -> tuple[ast.expr, str, str, str] | None:
    """What is done with the slice: the expression, why, its new text if known, and advice."""
    sequence, index = context.segment(node.value), context.segment(place)
    parent = context.parent(node)
    call = context.parent(parent) if parent is not None else None
    match parent, call:
        case ast.Attribute(attr=attr), ast.Call(func=function, args=[sought], keywords=[]) if (
            function is parent and attr in (_BACK if is_back else _FRONT)
        ):
            assert isinstance(call, ast.Call)
            return _asked(call, attr, sought, is_back, context, sequence, index)
        case ast.Call(func=ast.Name("len") as function, args=[_]), _:
            if context.resolve(function) != "len" or not is_back or not _is_sized(node, context):
                return None
            where = operand_text(place, index)
            text = "" if _binds(context.parent(parent)) else f"len({sequence}) - {where}"
            return parent, "to measure it", text, f"Use `len({sequence}) - {where}`"
        case ast.Subscript(value=value, slice=ast.Constant(value=int(first))), _ if value is node:
            if not is_back or not _is_sized(node, context) or not isinstance(parent.ctx, ast.Load):
                return None
            where = index if not first else f"{operand_text(place, index)} + {first}"
            return parent, "for one item", f"{sequence}[{where}]", ""
        case ast.Call(func=ast.Attribute(attr=attr), args=[*_, last], keywords=[]), _ if (
            last is node and is_back and attr in _MATCHERS
        ):
            advice = f"Compile the pattern and write `pattern.{attr}({sequence}, {index})`"
            if not _is_re(parent, context) or _looks_back(parent, context):
                return None
            purpose = "to search it" if attr == "search" else "to match its start"
            return parent, purpose, "", advice
    return None


def _is_used_in_part(node: ast.AST, context: Context) -> bool:
    match node:
        case ast.Subscript(slice=ast.Slice(lower=lower, upper=upper)):
            place = lower or upper
            return place is not None and _use(node, upper is None, place, context) is not None
    return False


def _asked(
    call: ast.Call,
    attr: str,
    sought: ast.expr,
    is_back: bool,
    context: Context,
    sequence: str,
    index: str,
) -> tuple[ast.expr, str, str, str] | None:
    what = context.segment(sought)
    where = f"{what}, {index}" if is_back else f"{what}, 0, {index}"
    text = f"{sequence}.{attr}({where})"
    if isinstance(sought, ast.Tuple | ast.GeneratorExp | ast.Starred):
        text = text if context.segment(sought).startswith("(") else ""
    if attr in ("startswith", "endswith"):
        return call, f"to see how it {attr[:-4]}", text, f"Write `{text}`"
    if attr in ("index", "rindex") and not _is_text(call, context):
        return None  # to search a list takes longer than to copy it
    if not is_back and attr in ("find", "rfind"):
        return call, "to search it", text, ""
    return call, "to search it", "", f"Write `{text}`, which counts from the start of all"


def _is_text(call: ast.Call, context: Context) -> bool:
    match call.func:
        case ast.Attribute(value=owner):
            return context.type_of(owner).name in ("str", "bytes", "bytearray")
    return False


def _is_sized(node: ast.Subscript, context: Context) -> bool:
    return context.type_of(node.value).name in _SIZED


def _binds(outer: ast.AST | None) -> bool:
    """Whether a difference would need parentheses here."""
    return isinstance(outer, ast.BinOp | ast.UnaryOp | ast.Attribute | ast.Subscript)


def _is_re(call: ast.Call, context: Context) -> bool:
    """Whether the call matches a pattern: `re.match(p, s)`, or `match` of a compiled one."""
    function = call.func
    assert isinstance(function, ast.Attribute)
    name = context.resolve(function) or ""
    if name in ("re.match", "re.search", "re.fullmatch", "regex.match", "regex.search"):
        return len(call.args) == 2
    if len(call.args) != 1:
        return False
    match function.value:
        case ast.Name() as pattern:
            value = context.sole_value(pattern)
            return isinstance(value, ast.Call) and context.resolve(value.func) == "re.compile"
    return False


def _looks_back(call: ast.Call, context: Context) -> bool:
    """Whether what stands before the place matters, which is not in the slice."""
    function = call.func
    assert isinstance(function, ast.Attribute)
    return looks_back(call.args[0] if len(call.args) == 2 else function.value, context)


def _is_swept(node: ast.Subscript, sequence: ast.expr, place: ast.expr, context: Context) -> bool:
    """Whether a loop, or a method that moves a cursor on, cuts the same sequence at many places."""
    names = names_in(place)
    for loop in context.hot_loops(node):
        region = region_of(loop, context)
        if context.changes(sequence, region):
            break
        if any(same(node, part) and not _is_used_in_part(part, context) for part in walk(region)):
            break  # the rest itself is wanted, too
        if not isinstance(place, ast.Attribute) and not names.isdisjoint(_moved(loop, context)):
            return True
    return _is_cursor(sequence, place, context)


def _moved(loop: Loop, context: Context) -> set[str]:
    """The names that the loop sets to a number of its own on each pass."""
    if isinstance(loop, ast.While):
        return {name for node in walk_block(loop.body) for name in _set_by(node)}
    match loop.target, loop.iter:
        case ast.Name(id=name), ast.Call() as call if context.resolve(call.func) == "range":
            return {name}
        case ast.Tuple(elts=[ast.Name(id=name), _]), ast.Call() as call:
            return {name} if context.resolve(call.func) == "enumerate" else set()
    return set()


def _set_by(node: ast.AST) -> set[str]:
    match node:
        case ast.AugAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
            return {name}
    return set()


def _is_cursor(sequence: ast.expr, place: ast.expr, context: Context) -> bool:
    """Whether `self.text` is cut at `self.place`, which the class moves on by `+=`."""
    match sequence, place:
        case ast.Attribute(value=ast.Name("self")), ast.Attribute(value=ast.Name("self")):
            pass
        case _:
            return False
    home = next((o for o in context.ancestors(place) if isinstance(o, ast.ClassDef)), None)
    if home is None:
        return False
    return any(isinstance(n, ast.AugAssign) and same(n.target, place) for n in walk(home))
