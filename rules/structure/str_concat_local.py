from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule, Safety, Tier
from effilint.analyzer.collect import collected
from effilint.analyzer.facts.accumulators import accumulation, reads
from effilint.analyzer.facts.rebinding import is_concatenation, rebinding, sum_operands
from effilint.analyzer.facts.sharing import is_shared
from effilint.analyzer.patterns import same


class StrConcatLocal(Rule):
    """A plain local string grows by `+=` in a loop.

    CPython appends in place here, so this is not quadratic there; each step still looks up,
    grows and maybe moves the string, and interpreters without that trick copy all of it. `join`
    of a list measures everything once. The fix assumes that the loop does not end by an
    exception after which the part built so far is wanted.
    """

    code = "DST303"
    name = "str-concat-local"
    message = "`{target}` grows piece by piece; CPython appends in place, others copy it each time"
    advice = "Collect the pieces in a list, or yield them, and `join` once"
    gain = Gain(
        "O(n), O(n^2) without CPython's trick",
        "O(n)",
        {10: 0.9, 1_000: 1.6, 100_000: 1.7},
        tier=Tier.IDIOM,
    )
    safety = Safety.UNSAFE
    confidence = 0.8
    examples = (
        Bad(
            """
            def digits(text):
                found = ""
                for char in text:
                    if char.isdigit():
                        found += char  # DST303
                return found
            """,
            fixed="""
            def digits(text):
                found_parts = []
                for char in text:
                    if char.isdigit():
                        found_parts.append(char)
                found = "".join(found_parts)
                return found
            """,
        ),
        Bad(
            """
            def joined(words: list[str]):
                text = ""
                for word in words:
                    text += word  # DST303
                return text
            """,
            fixed="""
            def joined(words: list[str]):
                text_parts = []
                for word in words:
                    text_parts.append(word)
                text = "".join(text_parts)
                return text
            """,
            workload="joined(['ab', 'c'] * (n // 2))",
        ),
        Bad(
            """
            def column(rows, place):
                text = ""
                i = 0
                while i < len(rows):
                    text = text + str(rows[i][place])  # DST303
                    i += 1
                return text
            """
        ),
        # Shared with a nested function: copied each time.
        Good(
            """
            def dump(nodes):
                text = ""

                def show():
                    print(text)

                for node in nodes:
                    text += str(node)
                show()
            """
        ),
        # The loop looks at what it has so far.
        Good(
            """
            def unique(text):
                found = ""
                for char in text:
                    if char not in found:
                        found += char
                return found
            """
        ),
        # Copied each time, a few times, and a number.
        Good(
            """
            def sums(words: list[str], number):
                text, few, total = "", "", 0
                for word in words:
                    text = word + text
                    total += len(word)
                for letter in "abc":
                    few += letter
                digits = ""
                while number:
                    digits += str(number % 2)
                    number //= 2
                return text, few, total, digits
            """
        ),
    )

    def visit_AugAssign(self, node: ast.AugAssign, context: Context) -> Iterator[Finding]:
        if isinstance(node.op, ast.Add) and isinstance(node.target, ast.Name):
            yield from self._check(node, context)

    def visit_Assign(self, node: ast.Assign, context: Context) -> Iterator[Finding]:
        if isinstance(node.value, ast.BinOp) and isinstance(node.targets[0], ast.Name):
            yield from self._check(node, context)

    def _check(self, node: ast.stmt, context: Context) -> Iterator[Finding]:
        if not context.loops(node):
            return
        found = accumulation(context, node, "str", _is_in_place)
        if found is None or not found[1]:
            return
        target, loops = found
        if not isinstance(target, ast.Name) or is_shared(target, context):
            return  # DST301
        if any(not _is_own_step(context, read, target) for read in reads(target, loops[-1])):
            return
        edits = collected(context, target, loops[-1], "parts", '""', '"".join({parts})')
        yield self.report(node, *edits, target=target.id)


def _is_in_place(target: ast.expr, value: ast.expr) -> bool:
    """Whether CPython can append in place: `s + x`, and not `x + s` or `s + x + y` (DST302)."""
    operands = sum_operands(value)
    return (
        isinstance(value, ast.BinOp)
        and same(value.left, target)
        and len(operands) >= 2
        and is_concatenation(target, value)
    )


def _is_own_step(context: Context, read: ast.expr, target: ast.Name) -> bool:
    parts = rebinding(context.statement(read))
    return parts is not None and same(parts[0], target) and _is_in_place(*parts)
