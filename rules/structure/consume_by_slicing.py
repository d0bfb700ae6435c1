from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.accumulators import carrying_loops, is_first_step, reads
from effilint.analyzer.facts.lists import may_be_long
from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.facts.rebinding import new_value
from effilint.analyzer.facts.scopes import Kind
from effilint.analyzer.patterns import constant_int, last_name, method_call, same

_COPIED = frozenset(("list", "tuple", "str", "bytes", "bytearray"))
_ENDS = frozenset(("strip", "lstrip", "rstrip", "removeprefix", "removesuffix"))
# What is given the rest and could be given the whole and a place, or looks at its start alone.
_AT_A_PLACE = frozenset(
    """len bool isinstance iter enumerate zip match search fullmatch send sendto write
    unpack""".split()
)
# Copying the rest costs less than working on this much of it.
_LARGE_STEP = 256


class ConsumeBySlicing(Rule):
    """A sequence is consumed by cutting off its front in every pass of a loop.

    `rest = rest[k:]` copies all that is left, so that going through `n` items copies about
    `n * n / 2k`. An index, an iterator, a `deque` or a `memoryview` moves on without a copy.
    """

    code = "DST401"
    name = "consume-by-slicing"
    message = "Every pass of the loop copies all that is left of `{target}`"
    advice = "{advice}"
    gain = Gain("O(n^2)", "O(n)", {10: 1.4, 1_000: 10.0, 20_000: 110.0})
    examples = (
        Bad(
            """
            def longest_run(values: list[int]):
                longest = 0
                while values:
                    first = values[0]
                    run = 1
                    values = values[1:]  # DST401
                    while values and values[0] == first:
                        run += 1
                        values = values[1:]
                    longest = max(longest, run)
                return longest
            """,
            fixed="""
            def longest_run(values: list[int]):
                longest, i = 0, 0
                while i < len(values):
                    first = values[i]
                    run = 1
                    i += 1
                    while i < len(values) and values[i] == first:
                        run += 1
                        i += 1
                    longest = max(longest, run)
                return longest
            """,
            workload="longest_run([i // 10 for i in range(n)])",
        ),
        Bad(
            """
            def messages(data: bytes):
                while data:
                    size = data[0]
                    yield data[1 : size + 1]
                    data = data[size + 1 :]  # DST401
            """
        ),
        Bad(
            """
            def fields(line: str):
                while line:
                    if line.startswith(" "):
                        line = line.lstrip()
                        continue
                    field, line = line[0], line[1:]  # DST401
                    yield field
            """
        ),
        Bad(
            """
            class Parser:
                def __init__(self, text: str):
                    self.tokens = text.split()

                def run(self):
                    while self.tokens:
                        token = self.tokens[0]
                        self.tokens = self.tokens[1:]  # DST401
                        print(token)
            """
        ),
        Bad(
            """
            def total(text: str):
                found = 0
                words = text.split()
                while words:
                    word, *words = words  # DST401
                    found += len(word)
                return found
            """
        ),
        # The end is copied no less than the front.
        Bad(
            """
            def popped(items: list[int]):
                found = []
                for _ in range(len(items)):
                    found.append(items[-1] * 2)
                    items = items[:-1]  # DST401
                return found
            """
        ),
        # Once.
        Good(
            """
            def body(lines: list[str]):
                while lines and not lines[0]:
                    lines = lines[1:]
                    break
                return lines
            """
        ),
        # A buffer that is filled again stays short.
        Good(
            """
            def lines(file):
                rest = b""
                while chunk := file.read(100):
                    rest += chunk
                    rest = rest[20:]
            """
        ),
        # A slice of a memoryview is no copy.
        Good(
            """
            def send(sock, data: bytes):
                view = memoryview(data)
                while view:
                    view = view[sock.send(view) :]
            """
        ),
        # As many as somebody wrote at the call.
        Good(
            """
            def replaced(text, *pairs):
                while pairs:
                    text = text.replace(pairs[0], pairs[1])
                    pairs = pairs[2:]
                return text
            """
        ),
        # Large pieces.
        Good(
            """
            def blocks(data: bytes):
                while data:
                    yield data[:4096]
                    data = data[4096:]
            """
        ),
        # What is left is wanted itself; it grows meanwhile; the parts of a text are few.
        Good(
            """
            def style(kind, styles, handles: list, wait, log, lines: list):
                parts = tuple(kind)
                while parts:
                    if parts in styles:
                        return styles[parts]
                    parts = parts[:-1]
                while handles:
                    handles = handles[wait(handles) :]
                shown = []
                for line in lines:
                    shown.extend(line.parts)
                    if line.is_last:
                        shown = shown[:-1]
                names = log.split(".")
                while names:
                    print(names[0])
                    names = names[1:]
                return shown
            """
        ),
        # Another list in every pass.
        Good(
            """
            def tails(rows: list[list[int]]):
                for row in rows:
                    row = row[1:]
                    yield row
            """
        ),
        # A prefix is stripped, and a word is short.
        Good(
            """
            def level(line: str, codes: str):
                while line and line[0] in " \\t":
                    line = line[1:]
                for code in codes.split():
                    while code:
                        print(line, code[:5])
                        code = code[5:]
            """
        ),
    )

    def visit_Assign(self, node: ast.Assign, context: Context) -> Iterator[Finding]:
        target = _consumed(node)
        if target is None or context.segment(target) in ("args", "argv", "sys.argv"):
            return
        loops = carrying_loops(context, node, target, _is_shortened)
        if not loops or not is_first_step(node, target, loops[-1], _is_slice):
            return
        if _strips(loops[0], target) or _is_word(context, target):
            return
        kind = context.type_of(target).name
        if kind not in _COPIED or _is_wanted(context, loops[0], target):
            return
        if kind in ("list", "tuple") and not may_be_long(context, target):
            return
        place = context.segment(target)
        yield self.report(node, target=place, advice=_advice(kind, place, _is_end(node, target)))


def _strips(loop: Loop, target: ast.expr) -> bool:
    """Whether the loop goes on while the front looks in a certain way: only a prefix goes."""
    if not isinstance(loop, ast.While):
        return False
    tests = loop.test.values if isinstance(loop.test, ast.BoolOp) else [loop.test]
    return any(
        isinstance(test, ast.Compare)
        and any(
            isinstance(side, ast.Subscript) and same(side.value, target)
            for side in (test.left, *test.comparators)
        )
        for test in tests
    )


def _is_word(context: Context, target: ast.expr) -> bool:
    """Whether it is one of the parts of a split text."""
    return any(
        binding.kind is Kind.LOOP and method_call(binding.value, "split") is not None
        for binding in context.bindings(target)
    )


def _is_wanted(context: Context, loop: Loop, target: ast.expr) -> bool:
    """Whether a pass, other than the last, does something with all that is left, or adds to it."""
    for read in reads(target, loop):
        parent = context.parent(read)
        match parent:
            case ast.Call(func=function) if read is not function:
                if last_name(function) not in _AT_A_PLACE and loop in context.loops(read):
                    return True
            case ast.keyword() | ast.Starred() | ast.FormattedValue() | ast.Yield():
                if loop in context.loops(read):
                    return True
            case ast.Attribute(attr="append" | "extend"):
                return True
            case ast.Subscript(slice=place) if place is read:
                return True
            case ast.Compare(left=left, ops=[ast.In() | ast.NotIn()]) if left is read:
                return True
    return False


def _consumed(node: ast.Assign) -> ast.expr | None:
    """The place that gets its own front or end cut off."""
    if len(node.targets) != 1:
        return None
    whole = node.targets[0]
    places = whole.elts if isinstance(whole, ast.Tuple) else [whole]
    for place in places:
        target = place.value if isinstance(place, ast.Starred) else place
        if isinstance(target, ast.Name | ast.Attribute):
            value = new_value(node, target)
            if value is not None and _is_slice(target, value):
                return target
    return None


def _is_slice(target: ast.expr, value: ast.expr) -> bool:
    match value:
        case ast.Subscript(
            value=owner, slice=ast.Slice(lower=ast.expr() as lower, upper=None, step=None)
        ):
            size = constant_int(lower)
            return same(owner, target) and (size is None or 0 < size < _LARGE_STEP)
        case ast.Subscript(value=owner, slice=ast.Slice(lower=None, upper=upper, step=None)):
            size = constant_int(upper)
            return same(owner, target) and size is not None and -_LARGE_STEP < size < 0
    return False


def _is_shortened(target: ast.expr, value: ast.expr) -> bool:
    match value:
        case ast.Call(func=ast.Attribute(value=owner, attr=attr)):
            return attr in _ENDS and same(owner, target)
    return _is_slice(target, value)


def _is_end(node: ast.Assign, target: ast.expr) -> bool:
    match new_value(node, target):
        case ast.Subscript(slice=ast.Slice(upper=ast.expr())):
            return True
    return False


def _advice(kind: str, place: str, is_end: bool) -> str:
    if kind == "list" and is_end:
        return f"Use `{place}.pop()`, or `del` for several items"
    if kind in ("list", "tuple"):
        return f"Keep an index into `{place}`, or go through it with an iterator or a `deque`"
    if kind == "bytes":
        return f"Keep an index into `{place}`, or slice a `memoryview` of it"
    if kind == "bytearray":
        return f"Keep an index into `{place}`, or delete what is done with `del`"
    return f"Keep an index into `{place}`"
