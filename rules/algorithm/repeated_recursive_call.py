from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.memo import may_be_remembered
from effilint.analyzer.facts.repeats import earlier_twin


class RepeatedRecursiveCall(Rule):
    """A recursive function calls itself twice with the same arguments to get the same answer.

    Every level doubles the work again: a walk of n steps becomes one of 2^n.
    """

    code = "ALG707"
    name = "repeated-recursive-call"
    message = "`{call}` was called in line {line} already: every level doubles the work"
    advice = "Keep the result of the first call in a variable"
    gain = Gain("O(2^n)", "O(n)", {5: 7.1, 10: 150.0, 14: 2000.0})
    examples = (
        Bad(
            """
            def longest(chain, i):
                if i >= len(chain):
                    return 0
                if longest(chain, i + 1) > chain[i]:
                    return longest(chain, i + 1) + 1  # ALG707
                return chain[i]
            """,
            fixed="""
            def longest(chain, i):
                if i >= len(chain):
                    return 0
                rest = longest(chain, i + 1)
                if rest > chain[i]:
                    return rest + 1
                return chain[i]
            """,
            workload="longest(list(range(n, 0, -1)) + [n * 2], 0)",
        ),
        Bad(
            """
            class Tree:
                def height(self, node):
                    if node is None:
                        return 0
                    if self.height(node.left) > self.height(node.right):
                        return 1 + self.height(node.left)  # ALG707
                    return 1 + self.height(node.right)  # ALG707
            """,
        ),
        Bad(
            """
            def power(base, exponent):
                if exponent == 0:
                    return 1
                half = power(base, exponent // 2) * power(base, exponent // 2)  # ALG707
                return half * base if exponent % 2 else half
            """,
        ),
        # Two subtrees.
        Good(
            """
            def height(node):
                if node is None:
                    return 0
                return 1 + max(height(node.left), height(node.right))
            """
        ),
        # It remembers.
        Good(
            """
            from functools import cache

            @cache
            def power(base, exponent):
                if exponent == 0:
                    return 1
                return power(base, exponent // 2) * power(base, exponent // 2)
            """
        ),
        # Only one of them runs.
        Good(
            """
            def depth(node, is_deep):
                if node is None:
                    return 0
                if is_deep:
                    return depth(node.next, is_deep) + 1
                return depth(node.next, is_deep)
            """
        ),
        # The argument is another one by then.
        Good(
            """
            def total(numbers, i):
                if i >= len(numbers):
                    return 0
                first = total(numbers, i + 1)
                i += 1
                return first + total(numbers, i + 1)
            """
        ),
        # The call leaves something behind.
        Good(
            """
            def walk(node, seen):
                if node is None:
                    return 0
                seen.append(node)
                return walk(node.left, seen) + walk(node.left, seen)
            """
        ),
    )

    def visit_Module(self, _: ast.Module, context: Context) -> Iterator[Finding]:
        for function, calls in context.calls.recursive.items():
            if len(calls) < 2:
                continue
            ordered = sorted(calls, key=lambda call: (call.lineno, call.col_offset))
            for call in ordered[1:]:
                first = earlier_twin(call, ordered, context)
                if first is not None and may_be_remembered(function, context):
                    text = context.segment(call)
                    yield self.report(call, call=text, line=first.lineno)
