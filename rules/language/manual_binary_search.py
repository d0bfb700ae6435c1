from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule, Tier
from effilint.analyzer.facts.visits import measured_length
from effilint.analyzer.patterns import is_constant, is_name, names_in, same, walk


class ManualBinarySearch(Rule):
    """A loop halves the range in which an item of an ordered sequence may be.

    `bisect` does that in C.
    """

    code = "LNG110"
    name = "manual-binary-search"
    message = "The loop looks for `{key}` in the ordered `{sequence}` by hand"
    advice = "Use `bisect.{function}({sequence}, {key}{part})`"
    gain = Gain("O(log n)", "O(log n)", {10: 1.6, 1_000: 3.7, 100_000: 3.4}, Tier.CONSTANT)
    examples = (
        Bad(
            """
            def place(levels: list[int], wanted: int):
                low, high = 0, len(levels)
                while low < high:  # LNG110
                    middle = (low + high) // 2
                    if levels[middle] < wanted:
                        low = middle + 1
                    else:
                        high = middle
                return low
            """,
            fixed="""
            import bisect

            def place(levels: list[int], wanted: int):
                return bisect.bisect_left(levels, wanted)
            """,
            workload="[place(levels, x) for levels in [list(range(n))] for x in range(0, n, 3)]",
        ),
        # It stops when it meets the item; one name for the item in the middle.
        Bad(
            """
            class Index:
                def __init__(self, keys):
                    self.keys = sorted(keys)

                def find(self, key):
                    left = 0
                    right = len(self.keys) - 1
                    while left <= right:  # LNG110
                        mid = left + (right - left) // 2
                        value = self.keys[mid]
                        if value == key:
                            return mid
                        elif value > key:
                            right = mid - 1
                        else:
                            left = mid + 1
                    return -1
            """
        ),
        # The ends decide which half is in order.
        Good(
            """
            def lowest(levels: list[int]):
                left, right = 0, len(levels) - 1
                while left < right:
                    mid = (left + right) // 2
                    if levels[mid] > levels[right]:
                        left = mid + 1
                    else:
                        right = mid
                return levels[left]
            """
        ),
        # The list is in descending order: `bisect` wants it ascending.
        Good(
            """
            def place(scores: list[int], wanted: int):
                low, high = 0, len(scores)
                while low < high:
                    middle = (low + high) // 2
                    if scores[middle] > wanted:
                        low = middle + 1
                    else:
                        high = middle
                return low
            """
        ),
        # A condition of its own, and more work on the way.
        Good(
            """
            def smallest_speed(piles: list[int], hours: int):
                low, high = 1, max(piles)
                while low < high:
                    mid = (low + high) // 2
                    if sum(-(-pile // mid) for pile in piles) <= hours:
                        high = mid
                    else:
                        low = mid + 1
                return low
            """
        ),
        # The two ends are looked for in both halves.
        Good(
            """
            def pair(levels: list[int], target: int):
                low, high = 0, len(levels) - 1
                while low < high:
                    mid = low + high
                    if levels[low] + levels[high] < target:
                        low += 1
                    else:
                        high -= 1
                return low
            """
        ),
    )

    def visit_While(self, node: ast.While, context: Context) -> Iterator[Finding]:
        ends = _ends(node.test)
        if ends is None or len(node.body) < 2:
            return
        function_around = context.function(node)
        if function_around is not None and "bisect" in function_around.name:
            return  # this is what it is for
        low, high = ends
        middle = _middle(node.body[0], low, high)
        if middle is None:
            return
        rest = node.body[1:]
        value: str | None = None
        item: ast.Subscript | None = None
        match rest[0]:
            case ast.Assign(targets=[ast.Name(id=named)], value=ast.Subscript() as read):
                value, item, rest = named, read, rest[1:]
        tests = _tests(rest, (low, high, middle))
        if not tests:
            return
        asked = [_asked(test, middle, value, item) for test in tests]
        if None in asked:
            return
        (sequence, key, _), *others = [found for found in asked if found is not None]
        if any(not same(one[0], sequence) or not same(one[1], key) for one in others):
            return
        if context.type_of(sequence).name not in ("list", "tuple"):
            return
        if names_in(key) & {low, high, middle} or not context.is_invariant(key, node):
            return
        if any(same(part, sequence) for part in walk(key)):
            return
        if not all(_ascends(part, ends, middle, value, item) for part in _choices(rest)):
            return
        is_right = any(isinstance(found[2], ast.LtE | ast.Gt) for found in asked if found)
        has_equal = any(isinstance(found[2], ast.Eq | ast.NotEq) for found in asked if found)
        function = "bisect_right" if is_right and not has_equal else "bisect_left"
        part = "" if _is_whole(node, low, high, sequence, context) else f", {low}, {high}"
        if part and isinstance(node.test, ast.Compare) and _is_inclusive(node.test):
            part += " + 1"
        shown = {"part": part, "sequence": context.segment(sequence), "key": context.segment(key)}
        yield self.report(node, function=function, **shown)


def _is_inclusive(test: ast.Compare) -> bool:
    return isinstance(test.ops[0], ast.LtE | ast.GtE)


def _is_whole(loop: ast.While, low: str, high: str, sequence: ast.expr, context: Context) -> bool:
    """Whether the search starts with the whole sequence, as far as the lines above tell."""
    block = context.block(loop)
    above = block[max(0, block.index(loop) - 4) : block.index(loop)]
    values: dict[str, ast.expr] = {}
    for statement in above:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                values[name] = value
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=parts)):
                pairs = zip(names, parts, strict=False)
                values |= {one.id: part for one, part in pairs if isinstance(one, ast.Name)}
    end = values.get(high)
    if isinstance(end, ast.BinOp):  # the last place, which has to be looked at
        is_inclusive = isinstance(loop.test, ast.Compare) and _is_inclusive(loop.test)
        end = end.left if is_inclusive else None
    if isinstance(end, ast.Name):
        end = values.get(end.id) or context.sole_value(end)
    measured = measured_length(context, end) if end is not None else None
    return is_constant(values.get(low), 0) and measured is not None and same(measured, sequence)


def _ends(test: ast.expr) -> tuple[str, str] | None:
    """The names of the lower and the upper end."""
    match test:
        case ast.Compare(
            left=ast.Name(id=low), ops=[ast.Lt() | ast.LtE()], comparators=[ast.Name(id=high)]
        ):
            return low, high
        case ast.Compare(
            left=ast.Name(id=high), ops=[ast.Gt() | ast.GtE()], comparators=[ast.Name(id=low)]
        ):
            return low, high
    return None


def _middle(statement: ast.stmt, low: str, high: str) -> str | None:
    """The name that the middle of the two gets."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=middle)], value=value):
            return middle if _is_middle(value, low, high) else None
    return None


def _is_middle(value: ast.expr, low: str, high: str) -> bool:
    match value:
        case ast.Call(func=ast.Name("int"), args=[inner]):
            return _is_middle(inner, low, high)
        case ast.BinOp(left=both, op=ast.FloorDiv() | ast.Div(), right=two) if is_constant(two, 2):
            return _is_both(both, ast.Add, {low, high})
        case ast.BinOp(left=both, op=ast.RShift(), right=one) if is_constant(one, 1):
            return _is_both(both, ast.Add, {low, high})
        case ast.BinOp(left=ast.Name(id=start), op=ast.Add(), right=half) if start == low:
            match half:
                case ast.BinOp(left=width, op=ast.FloorDiv() | ast.RShift()):
                    return _is_both(width, ast.Sub, {low, high})
    return False


def _is_both(node: ast.expr, op: type[ast.operator], names: set[str]) -> bool:
    match node:
        case ast.BinOp(left=ast.Name(id=one), op=found, right=ast.Name(id=other)):
            return isinstance(found, op) and {one, other} == names
    return False


def _tests(block: list[ast.stmt], names: tuple[str, str, str]) -> list[ast.expr] | None:
    """The tests of the statements, if all that these do is to move an end or to leave."""
    low, high, middle = names
    found: list[ast.expr] = []
    for statement in block:
        match statement:
            case ast.If(test=test, body=body, orelse=orelse):
                inner, other = _tests(body, names), _tests(orelse, names)
                if inner is None or other is None:
                    return None
                found += [test, *inner, *other]
            case ast.Return() | ast.Break() | ast.Continue():
                pass
            case ast.Assign(targets=[ast.Name(id=moved)], value=value):
                if moved in (low, high) and middle not in names_in(value):
                    return None
                if not isinstance(value, ast.Name | ast.BinOp | ast.Constant):
                    return None
            case _:
                return None
    return found


def _choices(block: list[ast.stmt]) -> Iterator[ast.If]:
    return (part for statement in block for part in walk(statement) if isinstance(part, ast.If))


def _ascends(
    choice: ast.If,
    ends: tuple[str, str],
    middle: str,
    value: str | None,
    item: ast.Subscript | None,
) -> bool:
    """Whether small items lead to the upper half and large ones to the lower half."""
    found = _asked(choice.test, middle, value, item)
    if found is None or isinstance(found[2], ast.Eq | ast.NotEq):
        return True
    low, high = ends
    if isinstance(found[2], ast.Gt | ast.GtE):
        low, high = high, low
    return not _moves(choice.body, high) and not _moves(choice.orelse, low)


def _moves(block: list[ast.stmt], end: str) -> bool:
    """Whether the end is moved here, whatever else is asked."""
    return any(
        isinstance(s, ast.Assign) and any(is_name(target, end) for target in s.targets)
        for s in block
    )


def _asked(
    test: ast.expr, middle: str, value: str | None, item: ast.Subscript | None
) -> tuple[ast.expr, ast.expr, ast.cmpop] | None:
    """Sequence, key and operator of `sequence[middle] < key`, turned around where need be."""
    match test:
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            pass
        case _:
            return None
    if value is not None:
        left = item if is_name(left, value) and item else left
        right = item if is_name(right, value) and item else right
    for one, other, turned in ((left, right, False), (right, left, True)):
        match one:
            case ast.Subscript(value=sequence, slice=place) if is_name(place, middle):
                turn = {ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE}
                kind = turn.get(type(op), type(op)) if turned else type(op)
                return sequence, other, kind()
    return None
