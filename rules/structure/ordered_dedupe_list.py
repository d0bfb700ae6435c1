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
    Safety,
    remove,
    statements,
)
from effilint.analyzer.facts.lists import is_first, outlives_passes
from effilint.analyzer.facts.searched_lists import (
    added_again,
    is_fallback,
    is_only_searched,
    is_unhashable,
    may_lack_hash,
)
from effilint.analyzer.facts.short_loops import is_written_down
from effilint.analyzer.facts.waiting import waits
from effilint.analyzer.patterns import is_empty_container, membership, same, sole_statement


class OrderedDedupeList(Rule):
    """A list is searched for every item before the item is added to it.

    The search grows with the list; a dict (or a set beside the list) finds an item at once and
    keeps the order too. The fix assumes hashable items.
    """

    code = "DST103"
    name = "ordered-dedupe-list"
    message = "The list `{result}` is searched item by item before each new item is added"
    advice = "{advice}"
    gain = Gain("O(n^2)", "O(n)", {10: 0.96, 1_000: 49.0, 10_000: 400.0})
    safety = Safety.UNSAFE
    examples = (
        Bad(
            """
            def unique(items):
                result = []
                for item in items:
                    if item not in result:  # DST103
                        result.append(item)
                return result
            """,
            fixed="""
            def unique(items):
                result = list(dict.fromkeys(items))
                return result
            """,
            workload="unique([(i * 7919) % (n + 1) for i in range(n)])",
        ),
        Bad(
            """
            def domains(addresses):
                found = []
                for address in addresses:
                    if address.partition("@")[2] not in found:  # DST103
                        found.append(address.partition("@")[2])
                return found
            """,
            fixed="""
            def domains(addresses):
                found = list(dict.fromkeys(address.partition("@")[2] for address in addresses))
                return found
            """,
        ),
        # `continue` first, and an attribute that a loop fills through a method.
        Bad(
            """
            class Index:
                def __init__(self, path):
                    self.words = []
                    for line in open(path):
                        for word in line.split():
                            self.add(word)

                def add(self, word):
                    if word in self.words:  # DST103
                        return
                    self.words.append(word)
            """
        ),
        Bad(
            """
            def reachable(graph, start):
                order = [start]
                place = 0
                while place < len(order):
                    for other in graph[order[place]]:
                        if other in order:  # DST103
                            continue
                        order.append(other)
                    place += 1
                return order
            """
        ),
        # Lists are not hashable.
        Good(
            """
            def unique(pairs):
                result = []
                for a, b in pairs:
                    pair = [a, b]
                    if pair not in result:
                        result.append(pair)
                return result
            """
        ),
        Good(
            """
            def boards(moves, start):
                result = []
                for move in moves:
                    board = start.copy()
                    board[move] = "x"
                    if board not in result:
                        result.append(board)
                return result
            """
        ),
        # Settings are few: somebody wrote them down.
        Good(
            """
            def folders(settings):
                found = []
                for folder in settings.TEMPLATE_FOLDERS:
                    if folder not in found:
                        found.append(folder)
                return found
            """
        ),
        # The way for what cannot be hashed.
        Good(
            """
            def unique(items):
                try:
                    return list(dict.fromkeys(items))
                except TypeError:
                    found = []
                    for item in items:
                        if item not in found:
                            found.append(item)
                    return found
            """
        ),
        # It is added either way.
        Good(
            """
            def log(names):
                seen, twice = [], False
                for name in names:
                    if name in seen:
                        twice = True
                    seen.append(name)
                return seen, twice
            """
        ),
        # A few items, and a new list for each of them.
        Good(
            """
            def letters(words):
                for word in words:
                    found = []
                    for letter in ("a", "b", "c"):
                        if letter in word and letter not in found:
                            found.append(letter)
                    yield found
            """
        ),
        # What is added is not what was looked for.
        Good(
            """
            def following(pairs):
                reached = ["start"]
                for before, after in pairs:
                    if before in reached:
                        reached.append(after)
                return reached
            """
        ),
        # A class with `__eq__` and without `__hash__` has no hash.
        Good(
            """
            class Rule:
                def __eq__(self, other):
                    return str(self) == str(other)

            def distinct(rules):
                kept = []
                for rule in rules:
                    if rule not in kept:
                        kept.append(rule)
                return kept
            """
        ),
        # What is taken out again is a list of what is there now.
        Good(
            """
            class Keys:
                def __init__(self):
                    self.bound: list[str] = []

                def bind(self, key: str):
                    if key not in self.bound:
                        self.bound.append(key)

                def unbind(self, key: str):
                    self.bound.remove(key)

                def bind_all(self, keys: list[str]):
                    for key in keys:
                        self.bind(key)
            """
        ),
        # Next to a download the search takes no time.
        Good(
            """
            def pages(self, links: list[str]):
                order = []
                for link in links:
                    if link not in order:
                        order.append(link)
                        yield self.download(link)
                yield order
            """
        ),
    )

    def visit_Compare(self, node: ast.Compare, context: Context) -> Iterator[Finding]:
        parts = membership(node)
        if parts is None or not isinstance(parts[1], ast.Name | ast.Attribute):
            return
        item, result = parts
        added = added_again(context, node)
        if added is None or isinstance(item, ast.Constant):
            return
        if context.type_of(result).name != "list" or is_unhashable(context, item):
            return
        symbol = context.symbol(result)
        if symbol is not None and is_only_searched(context, symbol):
            return  # DST107
        if not outlives_passes(context, added, result) and not _is_called_often(context, node):
            return
        if not _is_first_search(context, node, result):
            return
        loops = context.loops(node)
        if loops and isinstance(loops[0], ast.For) and is_written_down(context, loops[0].iter):
            return
        if waits(context, node) or is_fallback(context, node) or may_lack_hash(context, item):
            return
        edits = _as_dict(context, node, added)
        words = "Build it with `dict.fromkeys`" if edits else "Keep a set of its items beside it"
        yield self.report(node, *edits, result=context.segment(result), advice=words)


def _is_first_search(context: Context, test: ast.Compare, result: ast.expr) -> bool:
    """Whether the function does not search the list for an item to add further up."""
    return is_first(
        test,
        context.function(test) or context.tree,
        lambda other: (
            isinstance(other, ast.Compare)
            and same(other.comparators[0], result)
            and membership(other) is not None
            and added_again(context, other) is not None
        ),
    )


def _is_called_often(context: Context, test: ast.Compare) -> bool:
    """Whether a loop of this file calls the method that adds to an attribute.

    What is taken out of it again elsewhere is a list of what is there now, which is short.
    """
    function, result = context.function(test), test.comparators[0]
    if function is None or context.loops(test) or isinstance(result, ast.Name):
        return False
    for call in context.calls.named("remove"):
        if isinstance(call.func, ast.Attribute) and same(call.func.value, result):
            return False
    return context.calls.called_in_loop(function) is not None


def _as_dict(context: Context, test: ast.Compare, added: ast.stmt) -> list[Edit]:
    """Return the edits for a loop that does nothing else, right after the empty list."""
    choice = context.parent(test)
    loop = context.parent(choice) if choice else None
    if not isinstance(choice, ast.If) or not isinstance(loop, ast.For):
        return []
    if choice.orelse or loop.orelse or sole_statement(loop.body) is not choice:
        return []
    before, result = context.previous(loop), test.comparators[0]
    if sole_statement(choice.body) is not added or not isinstance(before, ast.Assign):
        return []
    if not isinstance(test.ops[0], ast.NotIn) or not isinstance(result, ast.Name):
        return []
    if not same(before.targets[0], result) or len(before.targets) > 1:
        return []
    if not is_empty_container(before.value) or _is_used_later(context, loop):
        return []
    if not context.is_pure(test.left) or _mentions(loop.iter, result.id):
        return []
    items = context.segment(loop.iter)
    if not same(test.left, loop.target):
        items = f"{context.segment(test.left)} for {context.segment(loop.target)} in {items}"
    elif isinstance(loop.iter, ast.Tuple | ast.GeneratorExp) and not items.startswith("("):
        items = f"({items})"
    return [
        Edit(before, remove()),
        Edit(loop, statements(f"{result.id} = list(dict.fromkeys({items}))")),
    ]


def _is_used_later(context: Context, loop: ast.For) -> bool:
    for name in ast.walk(loop.target):
        if isinstance(name, ast.Name):
            if any(not context.inside(use, loop) for use in context.uses(name)):
                return True
        elif not isinstance(name, ast.Tuple | ast.expr_context):
            return True
    return False


def _mentions(node: ast.expr, name: str) -> bool:
    return any(isinstance(inner, ast.Name) and inner.id == name for inner in ast.walk(node))
