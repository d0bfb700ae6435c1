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
)
from effilint.analyzer.facts.loops import TINY
from effilint.analyzer.facts.visits import (
    is_read_outside,
    is_tiny,
    is_used_at_once,
    item_name,
    item_reads,
    kept_length,
    may_change_meanwhile,
    measured_length,
    prints,
)
from effilint.analyzer.patterns import is_constant, looks_at_locals, range_bounds


class IndexLoop(Rule):
    """A loop counts through the places of a sequence only to read the item at each.

    Going through the sequence itself makes no numbers and looks nothing up. Silent unless the
    index serves for nothing else, and the sequence is of a built-in type and does not change.
    """

    code = "LNG204"
    name = "index-loop"
    message = "`{index}` only serves to read the items of `{sequence}`"
    advice = "Go through the items: `for {item} in {sequence}`"
    gain = Gain("O(n)", "O(n)", {10: 1.4, 1_000: 1.5, 100_000: 1.6}, Tier.CONSTANT)
    examples = (
        Bad(
            """
            def longest(names: list[str]):
                best = ""
                for i in range(len(names)):  # LNG204
                    if names[i] > best:
                        best = names[i]
                return best
            """,
            fixed="""
            def longest(names: list[str]):
                best = ""
                for name in names:
                    if name > best:
                        best = name
                return best
            """,
            workload="longest(['some', 'name'] * (n // 2))",
        ),
        Bad(
            """
            class Report:
                def __init__(self, lines):
                    self.entries = [line.split() for line in lines]

                def words(self):
                    out = []
                    for i in range(0, len(self.entries)):  # LNG204
                        entry = self.entries[i]
                        # A blank line.
                        if not entry:
                            continue
                        out.append(entry[0])
                    return out
            """,
            fixed="""
            class Report:
                def __init__(self, lines):
                    self.entries = [line.split() for line in lines]

                def words(self):
                    out = []
                    for entry in self.entries:
                        # A blank line.
                        if not entry:
                            continue
                        out.append(entry[0])
                    return out
            """,
        ),
        Bad(
            """
            def codes(text: str):
                return {ord(text[i]) for i in range(len(text)) if text[i] != " "}  # LNG204
            """,
            fixed="""
            def codes(text: str):
                return {ord(item) for item in text if item != " "}
            """,
        ),
        Bad(
            """
            def pairs(left: list[int], right: list[int]):
                total = 0
                for i in range(len(left)):  # LNG204
                    for j in range(len(right)):  # LNG204
                        total += left[i] * right[j]
                return total
            """,
            fixed="""
            def pairs(left: list[int], right: list[int]):
                total = 0
                for item in left:
                    for item_j in right:
                        total += item * item_j
                return total
            """,
        ),
        # While the generator waits, other code may change the list: no fix.
        Bad(
            """
            def stream(rows: list[int]):
                for i in range(len(rows)):  # LNG204
                    yield rows[i]
            """
        ),
        # What is called may make the list longer: no fix.
        Bad(
            """
            def visit_all(nodes: list[int], visit):
                for i in range(len(nodes)):  # LNG204
                    visit(nodes[i])
            """
        ),
        # The length has a name.
        Bad(
            """
            def dearest(prices: list[int]):
                count = len(prices)
                best = 0
                for i in range(count):  # LNG204
                    if prices[i] > best:
                        best = prices[i]
                return best / count
            """,
            fixed="""
            def dearest(prices: list[int]):
                count = len(prices)
                best = 0
                for price in prices:
                    if price > best:
                        best = price
                return best / count
            """,
        ),
        # The list grows after it was measured.
        Good(
            """
            def doubled(prices: list[int]):
                count = len(prices)
                prices.append(0)
                total = 0
                for i in range(count):
                    total += prices[i] * 2
                return total
            """
        ),
        # Four items, or four others.
        Good(
            """
            def first(version, find):
                keys = ["a", "b", "c", version]
                for i in range(len(keys)):
                    if find(keys[i]):
                        return True
                keys = ["d", "e", "f", version]
                for i in range(len(keys)):
                    if find(keys[i]):
                        return True
                return False
            """
        ),
        # Printing takes far longer than the rest.
        Good(
            """
            def show(prices: list[int]):
                for i in range(len(prices)):
                    print(prices[i])
            """
        ),
        # In a test.
        Good(
            """
            def test_files(names: list[str]):
                for i in range(len(names)):
                    check(names[i])
            """
        ),
        # The index is used for something else.
        Good(
            """
            def numbered(names: list[str]):
                for i in range(len(names)):
                    print(i, names[i])
            """
        ),
        # Two sequences: `zip` is hardly faster.
        Good(
            """
            def dot(left: list[float], right: list[float]):
                total = 0.0
                for i in range(len(left)):
                    total += left[i] * right[i]
                return total
            """
        ),
        # The list changes.
        Good(
            """
            def double(numbers: list[int]):
                for i in range(len(numbers)):
                    numbers[i] = numbers[i] * 2
            """
        ),
        # Without a fix: both arguments may be the same list.
        Bad(
            """
            def double(numbers: list[int], found: list[int]):
                for i in range(len(numbers)):  # LNG204
                    found.append(numbers[i] * 2)
            """
        ),
        # The list may change before the generator runs.
        Good(
            """
            def paired(numbers: list[int]):
                return zip((numbers[i] for i in range(len(numbers))), "abc")
            """
        ),
        # The index is read by its name.
        Good(
            """
            def shown(numbers: list[int], text):
                found = []
                for i in range(len(numbers)):
                    found.append(numbers[i] + eval(text))
                return found, [eval("i") + numbers[i] for i in range(len(numbers))]

            def logged(numbers: list[int], log):
                for i in range(len(numbers)):
                    log(numbers[i] * 2)
                log("%(i)s" % locals())
            """
        ),
        # What `table` is, is not known: its keys may be numbers.
        Good(
            """
            def show(table):
                for i in range(len(table)):
                    print(table[i])
            """
        ),
        # The index is used after the loop.
        Good(
            """
            def first_gap(numbers: list[int]):
                for i in range(len(numbers)):
                    if not numbers[i]:
                        break
                return i
            """
        ),
    )

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        sequence = _whole_range(node, context)
        if sequence is None or not isinstance(node.target, ast.Name) or is_tiny(context, node):
            return
        index = node.target
        if prints(node):
            return
        if _is_rebound(index, node, context) or is_read_outside(context, index, node):
            return
        reads = item_reads(context, index, sequence, node, besides=0)
        if not reads:
            return
        first, item = _named_at_once(node, reads)
        edits = [] if first is None else [Edit(first, remove())]
        if first is None:
            item = item_name(context, sequence, index)
            edits = [Edit(read, replacement(item)) for read in reads]
        yield self._finding(node, index, sequence, item, edits, context)

    def visit_comprehension(self, node: ast.comprehension, context: Context) -> Iterator[Finding]:
        sequence = _whole_range(node, context)
        if sequence is None or not isinstance(node.target, ast.Name) or is_tiny(context, node):
            return
        whole = context.parents[node]
        if isinstance(whole, ast.GeneratorExp) and not is_used_at_once(context, whole):
            return  # the sequence may change before the generator runs
        if looks_at_locals(whole):
            return
        reads = item_reads(context, node.target, sequence, whole, besides=0)
        if not reads:
            return
        item = item_name(context, sequence, node.target)
        edits = [Edit(read, replacement(item)) for read in reads]
        yield self._finding(node, node.target, sequence, item, edits, context)

    def _finding(
        self,
        loop: ast.For | ast.comprehension,
        index: ast.Name,
        sequence: ast.expr,
        item: str,
        edits: list[Edit],
        context: Context,
    ) -> Finding:
        text = context.segment(sequence)
        edits = [Edit(index, replacement(item)), Edit(loop.iter, replacement(text)), *edits]
        if may_change_meanwhile(context, sequence, loop):
            edits = []
        return self.report(loop.iter, *edits, index=index.id, sequence=text, item=item)


def _whole_range(loop: ast.For | ast.comprehension, context: Context) -> ast.expr | None:
    """The sequence `a`, if the loop goes through `range(len(a))`."""
    bounds = range_bounds(loop.iter)
    if bounds is None or not is_constant(bounds[0], 0) or not is_constant(bounds[2], 1):
        return None
    assert isinstance(loop.iter, ast.Call)
    sequence = measured_length(context, bounds[1]) or kept_length(context, bounds[1], loop)
    if sequence is None or context.resolve(loop.iter.func) != "range":
        return None
    length = context.length(sequence)
    return sequence if length is None or length > TINY else None


def _is_rebound(index: ast.Name, loop: ast.For, context: Context) -> bool:
    """Whether the loop binds its variable anywhere but in its head."""
    return any(
        binding.node is not index and context.inside(binding.node, loop)
        for binding in context.bindings(index)
    )


def _named_at_once(loop: ast.For, reads: list[ast.Subscript]) -> tuple[ast.stmt | None, str]:
    """The statement `item = a[i]` and the name, if the loop starts with it and that is all."""
    first = loop.body[0]
    match first:
        case ast.Assign(targets=[ast.Name(id=item)], value=value) if reads == [value]:
            return (first, item) if len(loop.body) > 1 else (None, "")
    return None, ""
