from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety
from effilint.analyzer.facts.conversions import as_set
from effilint.analyzer.facts.lists import hot_unchanged_loop, is_first, may_be_long, region_of
from effilint.analyzer.facts.searched_lists import (
    holds_records,
    holds_unhashable,
    is_counted_out,
    is_fallback,
    is_record,
    is_unhashable,
    may_lack_hash,
)
from effilint.analyzer.facts.waiting import waits
from effilint.analyzer.patterns import membership, same


class ListMembershipInLoop(Rule):
    """A loop looks for items in a list that it does not change.

    `in` compares with one item after another; a set finds an item at once. The fix, offered for
    a local list that is only added to and searched, assumes that the items are hashable and that
    equal items have equal hashes.
    """

    code = "DST101"
    name = "list-membership-in-loop"
    message = "Each pass of the loop searches the {kind} `{container}` item by item"
    advice = "{advice}"
    gain = Gain("O(n*m)", "O(n + m)", {10: 1.1, 1_000: 26.0, 10_000: 200.0})
    safety = Safety.UNSAFE
    examples = (
        Bad(
            """
            def unknown(words, lines):
                known = [line.strip() for line in lines]
                missing = []
                for word in words:
                    if word not in known:  # DST101
                        missing.append(word)
                return missing
            """,
            fixed="""
            def unknown(words, lines):
                known = {line.strip() for line in lines}
                missing = []
                for word in words:
                    if word not in known:
                        missing.append(word)
                return missing
            """,
            workload="unknown([str(i) for i in range(0, 2 * n, 2)], [f' {i} ' for i in range(n)])",
        ),
        # Built by appending in an earlier loop; searched by a comprehension.
        Bad(
            """
            def kept(rows, log):
                bad = []
                for entry in log:
                    if entry.failed:
                        bad.append(entry.key)
                return [row for row in rows if row.key not in bad]  # DST101
            """,
            fixed="""
            def kept(rows, log):
                bad = set()
                for entry in log:
                    if entry.failed:
                        bad.add(entry.key)
                return [row for row in rows if row.key not in bad]
            """,
        ),
        Bad(
            """
            class Filter:
                def __init__(self, path):
                    self.stopwords = list(open(path))

                def passing(self, words):
                    while words:
                        word = words.popleft()
                        if word in self.stopwords:  # DST101
                            continue
                        yield word
            """
        ),
        Bad(
            """
            def common(a: list[int], b: list[int]) -> int:
                return sum(1 for x in a if x in b)  # DST101
            """
        ),
        Bad(
            """
            PRIMES = [n for n in range(2, 10_000) if all(n % d for d in range(2, n))]

            def is_prime(number):
                return number in PRIMES  # DST101

            def primes_in(numbers):
                return list(filter(None, [n if is_prime(n) else None for n in numbers]))
            """
        ),
        Bad(
            """
            def both(first, second):
                ranked = sorted(second)
                allowed = ranked
                found = any(item in allowed for item in first)  # DST101
                return found, ranked
            """
        ),
        Bad(
            """
            def unread(posts, log):
                seen = [entry.post for entry in log]

                def is_new(post):
                    return post not in seen  # DST101

                return [post for post in posts if is_new(post)]
            """,
            fixed="""
            def unread(posts, log):
                seen = {entry.post for entry in log}

                def is_new(post):
                    return post not in seen

                return [post for post in posts if is_new(post)]
            """,
        ),
        # The list changes in the loop.
        Good(
            """
            def spread(start, neighbours):
                reached = sorted(start)
                for node in start:
                    if node not in reached:
                        reached.append(node)
                return reached
            """
        ),
        # A set would not be quicker to build than one search.
        Good(
            """
            def first_known(groups, word):
                for group in groups:
                    names = sorted(group)
                    if word in names:
                        return group
            """
        ),
        # Three of them; a test that checks a list of answers.
        Good(
            """
            def squares(numbers, roots):
                found = [number for number in numbers if number > 0]
                return len(found) == 3 and all(root ** 2 in found for root in roots)

            def test_even(even, upto):
                numbers = sorted(even)
                for number in range(upto):
                    assert (number % 2 == 0) == (number in numbers)
            """
        ),
        # Only a few items.
        Good(
            """
            def vowels(text):
                letters = list("aeiou")
                return sum(1 for c in text if c in letters or c in ["y", "Y"])
            """
        ),
        # `extend` adds what the generator lets through: each item is looked for among them.
        Good(
            """
            def messages(fields):
                errors = []
                for field in fields:
                    errors.extend(m for m in field.errors if m not in errors)
                return errors
            """
        ),
        # Lists are not hashable.
        Good(
            """
            def known(rows: list[list[int]], table: list[list[int]]):
                return [row for row in rows if row in table]

            def without(lines, pairs):
                found = []
                for a, b in pairs:
                    found.append([a, b])
                return [line for line in lines if line not in found]

            def missing(groups, table):
                known = list(table.items())
                return [name for name, group in groups if (name, set(group)) not in known]
            """
        ),
        # Sums of lists, as it seems; the way for what cannot be hashed.
        Good(
            """
            def rows(start, tails):
                made = [start + tail for tail in tails]
                return made

            def others(wanted, start, tails):
                known = rows(start, tails)
                return [row for row in wanted if row not in known]

            def missing(wanted, lines):
                have = list(lines)
                try:
                    return set(wanted).difference(have)
                except TypeError:
                    return [line for line in wanted if line not in have]
            """
        ),
        # Constants are compared quickly, and are for another rule; parameters may be a list, and
        # a word of this file's own kind has no hash.
        Good(
            """
            def digits(text: str):
                allowed = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "a", "b", "c", "d",
                           "e", "f", "A", "B"]
                return [char for char in text if char in allowed]

            def left(queries, rows):
                done = [row[1] for row in rows]
                return [text for text, params in queries if (text, params) not in done]
            """
        ),
        Good(
            """
            class Word:
                def __init__(self, text):
                    self.text = text

                def __eq__(self, other):
                    return self.text == other.text

            def unknown(words, lines):
                known = [Word(line) for line in lines]
                return [word for word in words if word not in known]
            """
        ),
        # Next to a download the search takes no time; a tuple is given as somebody wrote it.
        Good(
            """
            def pages(self, links, known: list[str], endings: tuple[str, ...]):
                for link in links:
                    if link not in known:
                        yield self.download(link)
                return [link for link in links if link[-4:] in endings]
            """
        ),
    )

    def visit_Compare(self, node: ast.Compare, context: Context) -> Iterator[Finding]:
        parts = membership(node)
        if parts is None or not isinstance(parts[1], ast.Name | ast.Attribute):
            return
        item, container = parts
        kind = context.type_of(container)
        if kind.name not in ("list", "deque", "tuple"):
            return
        if isinstance(item, ast.Constant) or is_unhashable(context, item):
            return
        if _are_local_constants(context, container):
            return  # DST105
        if is_record(context, item) or holds_records(context, container):
            return
        if holds_unhashable(context, container) or not may_be_long(context, container):
            return
        loop = hot_unchanged_loop(context, node, container)
        if loop is None and not _is_searched_by_calls(context, node, container):
            return
        region = region_of(context, loop) if loop else context.function(node)
        if region is not None and not is_first(
            node, region, lambda other: _searches(other, container)
        ):
            return
        if waits(context, node) or is_fallback(context, node) or may_lack_hash(context, item):
            return
        if is_counted_out(context, node, container):
            return
        edits: list[Edit] = []
        if isinstance(container, ast.Name) and kind.name == "list":
            edits = as_set(context, container)
        place = context.segment(container)
        words = "Make `{}` a set" if edits else "Build a set of `{}` before the loop"
        yield self.report(node, *edits, kind=kind.name, container=place, advice=words.format(place))


def _searches(node: ast.AST, container: ast.expr) -> bool:
    parts = membership(node)
    return parts is not None and same(parts[1], container)


def _are_local_constants(context: Context, container: ast.expr) -> bool:
    """Whether it is a function's own list of constants, written down."""
    symbol, value = context.symbol(container), context.sole_value(container)
    if symbol is None or not symbol.scope.is_function:
        return False
    if not isinstance(value, ast.List | ast.Tuple) or not value.elts:
        return False
    return all(isinstance(element, ast.Constant) for element in value.elts)


def _is_searched_by_calls(context: Context, test: ast.Compare, container: ast.expr) -> bool:
    """Whether a loop calls the function that searches, and the list outlives these calls."""
    function = context.function(test)
    if function is None or context.loops(test):
        return False
    call = context.calls.called_in_loop(function)
    if call is not None and isinstance(container, ast.Name):
        symbol = context.symbol(container)
        if symbol is None or symbol.scope.node is function:
            return False
        if not context.inside(call, symbol.scope.node):
            return False
    return call is not None and context.is_invariant(container, context.hot_loops(call)[-1])
