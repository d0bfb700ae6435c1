from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.context import FunctionNode
from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.hoist import region_of
from effilint.analyzer.patterns import is_constant, is_name, names_in, same, targets_of, walk

_HOW = {
    "palindrome": "Grow palindromes from each centre: O(n^2) in all, with no copies",
    "different": "Slide a window: keep the items inside in a set (or their last places in a dict)",
}


class AllSubstringsScan(Rule):
    """Every part of a sequence is cut out and looked through.

    There are `n^2 / 2` parts, and each costs its length. Palindromes grow from their centres,
    and the longest part without equal items is found with a window that slides.
    """

    code = "ALG105"
    name = "all-substrings-scan"
    message = "Every part of `{items}` is cut out and tested ({test})"
    advice = "{how}"
    gain = Gain("O(n^3)", "O(n^2)", {10: 1.9, 100: 20.0, 400: 85.0})
    examples = (
        Bad(
            """
            def longest_palindrome(text):
                best = ""
                for start in range(len(text)):
                    for end in range(start + 1, len(text) + 1):
                        part = text[start:end]  # ALG105
                        if part == part[::-1] and len(part) > len(best):
                            best = part
                return best
            """,
            fixed="""
            def longest_palindrome(text):
                best = ""
                for centre in range(2 * len(text) - 1):
                    low = centre // 2
                    high = low + centre % 2
                    while low >= 0 and high < len(text) and text[low] == text[high]:
                        low, high = low - 1, high + 1
                    if high - low - 1 > len(best):
                        best = text[low + 1 : high]
                return best
            """,
            workload="longest_palindrome('aabcbad' * (n // 7))",
        ),
        # A helper judges, the loops are comprehensions.
        Bad(
            """
            def mirrored(word):
                return word == "".join(reversed(word))

            def count(text):
                n = len(text)
                return sum(
                    mirrored(text[i:j])  # ALG105
                    for i in range(n)
                    for j in range(i + 1, n + 1)
                )
            """
        ),
        # All items different, and while loops.
        Bad(
            """
            class Track:
                def longest_fresh(self):
                    best, i = 0, 0
                    while i < len(self.notes):
                        j = i + 1
                        while j <= len(self.notes):
                            if len(set(self.notes[i:j])) == j - i:  # ALG105
                                best = max(best, j - i)
                            j += 1
                        i += 1
                    return best
            """
        ),
        # By length, and with a helper that looks from both ends.
        Bad(
            """
            def reads_both_ways(word):
                low, high = 0, len(word) - 1
                while low < high:
                    if word[low] != word[high]:
                        return False
                    low += 1
                    high -= 1
                return True

            def longest(text):
                for size in range(len(text), 0, -1):
                    for start in range(len(text) - size + 1):
                        if reads_both_ways(text[start : start + size]):  # ALG105
                            return text[start : start + size]
            """
        ),
        # All parts are what is wanted.
        Good(
            """
            def parts(text):
                found = []
                for i in range(len(text)):
                    for j in range(i + 1, len(text) + 1):
                        found.append(text[i:j])
                return found
            """
        ),
        # Parts of one length.
        Good(
            """
            def windows(text, size):
                count = 0
                for i in range(len(text) - size):
                    part = text[i : i + size]
                    if part == part[::-1]:
                        count += 1
                return count
            """
        ),
        # Words of a list, each of its own.
        Good(
            """
            def starts(words, limit):
                for word in words:
                    for end in range(limit, len(word)):
                        if word[:end] == word[:end][::-1]:
                            yield word
            """
        ),
        # Each part is looked up.
        Good(
            """
            def known(text, words):
                found = []
                for i in range(len(text)):
                    for j in range(i + 1, len(text) + 1):
                        if text[i:j] in words:
                            found.append(text[i:j])
                return found
            """
        ),
    )

    def visit_Subscript(self, node: ast.Subscript, context: Context) -> Iterator[Finding]:
        match node:
            case ast.Subscript(
                value=ast.Name() | ast.Attribute() as items,
                slice=ast.Slice(lower=ast.expr() as low, upper=ast.expr() as high, step=None),
                ctx=ast.Load(),
            ) if not isinstance(low, ast.Constant) and not isinstance(high, ast.Constant):
                pass
            case _:
                return
        loops = context.hot_loops(node)
        if len(loops) < 2 or any(context.trip_count(loop) is not None for loop in loops[:2]):
            return
        inner, outer = (_moving(loop) for loop in loops[:2])
        ends = names_in(low) | names_in(high)
        if not ends & inner or not ends & (outer - inner):
            return
        test = _asked(node, context)
        if test is None or context.changes(items, region_of(loops[1], context)):
            return
        if _is_first(node, test, loops[0], context):
            yield self.report(node, items=context.segment(items), test=test, how=_HOW[test])


def _moving(loop: Loop) -> set[str]:
    """The names that differ from pass to pass."""
    if not isinstance(loop, ast.While):
        return targets_of(loop)
    return {n.id for n in walk(loop) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _is_first(node: ast.Subscript, test: str, loop: Loop, context: Context) -> bool:
    """Whether the same test of the same part does not stand earlier in the loop."""
    return not any(
        same(other, node) and _asked(other, context) == test
        for other in walk(region_of(loop, context))
        if isinstance(other, ast.Subscript)
        and (other.lineno, other.col_offset) < (node.lineno, node.col_offset)
    )


def _asked(part: ast.expr, context: Context) -> str | None:
    """What is asked of the part, itself or through a variable that holds it."""
    parent = context.parent(part)
    if isinstance(parent, ast.Assign) and parent.value is part and len(parent.targets) == 1:
        target = parent.targets[0]
        uses = context.uses(target) if isinstance(target, ast.Name) else []
        loops = context.loops(part)[:1]
        near = [use for use in uses if context.loops(use)[:1] == loops]
        return next((found for use in near if (found := _question(use, context))), None)
    return _question(part, context)


def _question(part: ast.expr, context: Context) -> str | None:
    parent = context.parent(part)
    match parent:
        case ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq()], comparators=[right]):
            other = right if left is part else left
            return "palindrome" if _is_reverse(other, part) else None
        case ast.Call(func=ast.Name("set"), args=[argument]) if argument is part:
            return "different" if _counts_all(parent, context) else None
        case ast.Call(args=[argument]) if argument is part:
            function = context.callee(parent)
            return _judged(function, context) if function else None
    return None


def _is_reverse(node: ast.expr, part: ast.expr) -> bool:
    match node:
        case ast.Subscript(value=value, slice=ast.Slice(lower=None, upper=None, step=step)):
            is_back = isinstance(step, ast.UnaryOp) and is_constant(step.operand, 1)
            return is_back and same(value, part)
        case ast.Call(
            func=ast.Name("list" | "tuple") | ast.Attribute(attr="join"),
            args=[ast.Call(func=ast.Name("reversed"), args=[value])],
        ):
            return same(value, part)
    return False


def _counts_all(call: ast.Call, context: Context) -> bool:
    """Whether it is `len(set(part))`, compared with the length of the part."""
    size = context.parent(call)
    test = (
        context.parent(size) if isinstance(size, ast.Call) and is_name(size.func, "len") else None
    )
    match test:
        case ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq()], comparators=[right]):
            other = right if left is size else left
            match other:
                case ast.Call(func=ast.Name("len"), args=[whole]):
                    return same(whole, call.args[0])
                case ast.BinOp(op=ast.Sub() | ast.Add()):
                    return isinstance(call.args[0], ast.Subscript)
    return False


def _judged(function: FunctionNode, context: Context) -> str | None:
    """What a helper of one parameter asks of its argument."""
    parameters = list(context.calls.parameters(function))
    if len(parameters) != 1 or len(function.body) > 6:
        return None
    name = parameters[0]
    for node in walk(function):
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
            found = _question(node, context) if not _is_call_of(node, context) else None
            if found:
                return found
    return "palindrome" if any(_mirrors(node, name) for node in walk(function)) else None


def _is_call_of(node: ast.Name, context: Context) -> bool:
    """Whether the argument goes on to another function of the file."""
    parent = context.parent(node)
    return isinstance(parent, ast.Call) and context.callee(parent) is not None


def _mirrors(node: ast.AST, name: str) -> bool:
    """Whether the test compares items of `name` from both ends: `s[i] != s[j]`, `s[~i]`."""
    match node:
        case ast.While(
            test=ast.Compare(left=ast.Name(id=i), ops=[ast.Lt() | ast.LtE()], comparators=[right]),
            body=body,
        ) if isinstance(right, ast.Name):
            ends = {i, right.id}
            return any(
                _is_mirror(test, name, ends) for statement in body for test in walk(statement)
            )
    return False


def _is_mirror(node: ast.AST, name: str, ends: set[str]) -> bool:
    match node:
        case ast.Compare(
            left=ast.Subscript(value=ast.Name(id=one), slice=ast.Name(id=i)),
            ops=[ast.Eq() | ast.NotEq()],
            comparators=[ast.Subscript(value=ast.Name(id=other), slice=ast.Name(id=j))],
        ):
            return one == other == name and {i, j} == ends
    return False
