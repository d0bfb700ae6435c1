from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.hoist import region_of
from effilint.analyzer.patterns import is_constant, range_bounds

_FOLDS = frozenset(["sum", "max", "min", "set", "collections.Counter", "math.prod", "any", "all"])
_ADVICE = {
    "count": "Count once over all of it, then move one item from right to left in each pass",
    "sum": "Take the total once, then move one item from one side to the other in each pass",
    "set": "Count the items of both sides in dicts, and move one item over in each pass",
    "max": "Keep the best so far, and for the other side compute it once from the end",
}


class SplitAtEveryPlace(Rule):
    """A sequence is cut in a part before and a part after at each place, to fold them anew.

    From one place to the next a single item changes sides: what was counted or summed can be
    updated for it, without looking at the others again. Silent where a part is wanted as such.
    """

    code = "DST409"
    name = "split-at-every-place"
    message = "`{part}` is copied from `{sequence}` at each place, and all of it is {done} again"
    advice = "{advice}"
    gain = Gain("O(n^2)", "O(n)", {100: 5.4, 1_000: 10.0, 10_000: 61.0})
    examples = (
        Bad(
            """
            def best_cut(bits):
                best = 0
                for i in range(1, len(bits)):
                    left = bits[0:i]  # DST409
                    right = bits[i:]  # DST409
                    best = max(best, left.count("0") + right.count("1"))
                return best
            """,
            fixed="""
            def best_cut(bits):
                best = zeros = 0
                ones = bits.count("1")
                for i in range(1, len(bits)):
                    if bits[i - 1] == "0":
                        zeros += 1
                    elif bits[i - 1] == "1":
                        ones -= 1
                    if zeros + ones > best:
                        best = zeros + ones
                return best
            """,
            workload="best_cut('0110' * (n // 4 + 1))",
        ),
        Bad(
            """
            class Shop:
                def even_split(self):
                    for place in range(len(self.prices)):
                        first, rest = self.prices[:place], self.prices[place:]  # DST409
                        if sum(first) == sum(rest):
                            return place
                    return -1
            """
        ),
        Bad(
            """
            def good_splits(text):
                found = 0
                for i, _ in enumerate(text):
                    before = text[: i + 1]  # DST409
                    after = text[i + 1 :]  # DST409
                    if len(set(before)) == len(set(after)):
                        found += 1
                return found
            """
        ),
        # The parts are kept.
        Good(
            """
            def cuts(text):
                found = []
                for i in range(1, len(text)):
                    left, right = text[:i], text[i:]
                    found.append((left, right, left.count("a")))
                return found
            """
        ),
        # One cut.
        Good(
            """
            def halves(values):
                middle = len(values) // 2
                left = values[:middle]
                return sum(left)
            """
        ),
        # Lines, each cut once.
        Good(
            """
            def marks(lines, place):
                found = 0
                for line in lines:
                    head = line[:place]
                    found += head.count("#")
                return found
            """
        ),
        # The sequence changes.
        Good(
            """
            def shrink(values):
                for i in range(len(values)):
                    rest = values[i:]
                    values[i] = sum(rest)
                return values
            """
        ),
        # Few items.
        Good(
            """
            def checks():
                code = [3, 1, 2]
                for i in range(3):
                    left = code[:i]
                    yield sum(left)
            """
        ),
    )

    def visit_Assign(self, node: ast.Assign, context: Context) -> Iterator[Finding]:
        pairs = _assigned(node)
        parts = [(n, p) for n, p in pairs if _place(p) is not None]
        if not parts or len(parts) != len(pairs):
            return
        found = [one for name, part in parts if (one := self._folded(name, part, context))]
        if len(found) == len(parts):
            yield found[0]

    def _folded(self, name: ast.Name, part: ast.Subscript, context: Context) -> Finding | None:
        place = _place(part)
        loop = next((one for one in context.hot_loops(part) if _counts(one, place, context)), None)
        if loop is None or len(context.bindings(name)) != 1:
            return None
        folds = {_fold(use, context) for use in context.uses(name)}
        kinds = folds - {"len"}
        if None in folds or not kinds or context.changes(part.value, region_of(loop, context)):
            return None
        kind = min(str(fold) for fold in kinds).rpartition(".")[2]
        done = "counted" if kind in ("count", "Counter") else "gone through"
        key = {"Counter": "set", "min": "max"}.get(kind, kind)
        return self.report(
            part,
            part=context.segment(part),
            sequence=context.segment(part.value),
            done=done,
            advice=_ADVICE.get(key, _ADVICE["max"]),
        )


def _assigned(node: ast.Assign) -> list[tuple[ast.Name, ast.Subscript]]:
    """The variables and the slices that they are set to, one by one."""
    match node:
        case ast.Assign(targets=[ast.Name() as name], value=ast.Subscript() as part):
            return [(name, part)]
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=parts)):
            if len(names) == len(parts):
                pairs = zip(names, parts, strict=True)
                kept = [
                    (name, part)
                    for name, part in pairs
                    if isinstance(name, ast.Name) and isinstance(part, ast.Subscript)
                ]
                return kept if len(kept) == len(names) else []
    return []


def _place(part: ast.Subscript) -> str | None:
    """The variable `i` in `a[:i]`, `a[i:]`, `a[: i + 1]` or `a[i + 1 :]`."""
    match part:
        case ast.Subscript(
            value=ast.Name() | ast.Attribute(),
            slice=ast.Slice(lower=lower, upper=upper, step=None),
        ):
            is_from_start = lower is None or is_constant(lower, 0)
            if is_from_start == (upper is None):
                return None
            bound = upper if is_from_start else lower
        case _:
            return None
    match bound:
        case ast.Name(id=name):
            return name
        case ast.BinOp(left=ast.Name(id=name), op=ast.Add(), right=ast.Constant(value=1)):
            return name
    return None


def _counts(loop: Loop, place: str | None, context: Context) -> bool:
    """Whether the loop goes from place to place."""
    if not isinstance(loop, ast.For):
        return False
    match loop.target, loop.iter:
        case ast.Name(id=name), call:
            return name == place and range_bounds(call) is not None
        case ast.Tuple(elts=[ast.Name(id=name), _]), ast.Call(func=function):
            return name == place and context.resolve(function) == "enumerate"
    return False


def _fold(use: ast.Name, context: Context) -> str | None:
    """What goes through the whole part and gives little: `sum`, `count`, `len(set(...))`."""
    parent = context.parent(use)
    match parent:
        case ast.Attribute(attr="count"):
            return "count"
        case ast.Call(func=ast.Name("len"), args=[_]):
            return "len"
        case ast.Call(func=function, args=[_], keywords=[]):
            name = context.resolve(function)
            return name if name in _FOLDS else None
    return None
