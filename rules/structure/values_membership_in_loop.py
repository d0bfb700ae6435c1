from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.lists import hot_unchanged_loop
from effilint.analyzer.facts.loops import TINY, Loop, Loops
from effilint.analyzer.facts.searched_lists import is_unhashable
from effilint.analyzer.patterns import constant_int, membership, method_call, walk


class ValuesMembershipInLoop(Rule):
    """A loop looks for items among the values of a dict.

    A dict finds keys at once, but goes through its values one by one; a set of them, built
    before the loop, or kept beside the dict where the loop fills it, does not.
    """

    code = "DST206"
    name = "values-membership-in-loop"
    message = "Each pass of the loop searches the values of `{table}` one by one"
    advice = "{advice}"
    gain = Gain("O(n*m)", "O(n + m)", {10: 2.0, 1_000: 130.0, 5_000: 590.0})
    examples = (
        Bad(
            """
            def unowned(devices, owners: dict):
                free = []
                for device in devices:
                    if device not in owners.values():  # DST206
                        free.append(device)
                return free
            """,
            fixed="""
            def unowned(devices, owners: dict):
                free = []
                owned = set(owners.values())
                for device in devices:
                    if device not in owned:
                        free.append(device)
                return free
            """,
            workload="unowned(range(n), dict(enumerate(range(n, 2 * n))))",
        ),
        Bad(
            """
            class Names:
                def __init__(self, lines):
                    self.aliases = dict(line.split("=") for line in lines)

                def used(self, names):
                    return [n for n in names if n in self.aliases.values()]  # DST206
            """
        ),
        Bad(
            """
            def free_number(taken: dict[str, int]) -> int:
                number = 0
                while number in list(taken.values()):  # DST206
                    number += 1
                return number
            """
        ),
        # The loop fills the dict.
        Bad(
            """
            def is_renamed(old: str, new: str) -> bool:
                letters = {}
                for a, b in zip(old, new):
                    if a not in letters and b in letters.values():  # DST206
                        return False
                    letters[a] = b
                return True
            """
        ),
        # The dict loses items in the loop, or is another one on each pass.
        Good(
            """
            def number(names, numbers: dict):
                for name in names:
                    if name not in numbers.values():
                        numbers.popitem()

            def groups(rows):
                for row in rows:
                    group = {}
                    if row not in group.values():
                        group[len(row)] = row
            """
        ),
        # Its keys are found at once.
        Good(
            """
            def known(devices, owners: dict):
                return [d for d in devices if d in owners or (d, 1) in owners.items()]
            """
        ),
        # Another try or two; a test; a few words.
        Good(
            """
            IDS = dict(first=1, second=3)

            class Names:
                def __init__(self, lines):
                    self.names = {line: line for line in lines}

                def free(self, name, names):
                    assert not any(other in self.names.values() for other in names)
                    while name in self.names.values():
                        name += "_"
                    return name, [other for other in names if other in IDS.values()]
            """
        ),
        # A few values; lists are not hashable.
        Good(
            """
            KINDS = {"a": 1, "b": 2}

            def known(numbers, groups: dict[str, list[int]], rows: list[list[int]]):
                few = [n for n in numbers if n in KINDS.values()]
                return few, [row for row in rows if row in groups.values()]
            """
        ),
    )

    def visit_Compare(self, node: ast.Compare, context: Context) -> Iterator[Finding]:
        parts = membership(node)
        if parts is None:
            return
        item, values = parts
        match values:
            case ast.Call(func=ast.Name("list" | "tuple" | "sorted"), args=[values]):
                pass
        table = method_call(values, "values")
        if not isinstance(table, ast.Name | ast.Attribute) or not context.hot_loops(node):
            return
        kind = context.type_of(table)
        if not kind.is_mapping or (kind.value is not None and kind.value.is_mutable):
            return
        if is_unhashable(context, item) or isinstance(item, ast.Constant):
            return
        if (Loops(context).length(table) or TINY + 1) <= TINY:
            return
        place = context.segment(table)
        loop = hot_unchanged_loop(context, node, table)
        if loop is not None:
            if _is_retry(context, loop, node):
                return
            advice = f"Build `set({place}.values())` before the loop"
            yield self.report(node, table=place, advice=advice)
        elif _only_grows(context, node, table):
            yield self.report(node, table=place, advice="Keep a set of its values beside it")


def _is_retry(context: Context, loop: Loop, node: ast.Compare) -> bool:
    """Whether the loop only asks again with a longer text until one is free, soon found."""
    if not isinstance(loop, ast.While) or not context.inside(node, loop.test):
        return False
    return not any(
        isinstance(step, ast.AugAssign) and constant_int(step.value) is not None
        for step in walk(loop)
    )


def _only_grows(context: Context, node: ast.expr, table: ast.expr) -> bool:
    """Whether the loop fills one dict by `d[key] = value`, and changes it in no other way."""
    loop = context.hot_loops(node)[-1]
    if isinstance(loop, ast.comprehension) or not isinstance(table, ast.Name):
        return False
    changes = context.changes(table, loop)
    parents = [context.parent(change) for change in changes]
    return bool(changes) and all(
        isinstance(parent, ast.Subscript)
        and isinstance(parent.ctx, ast.Store)
        and isinstance(context.parent(parent), ast.Assign)
        for parent in parents
    )
