from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety, replacement
from effilint.analyzer.facts.loops import TINY, Loops
from effilint.analyzer.facts.searched_lists import is_unhashable
from effilint.analyzer.patterns import is_name, membership, method_call, one_line


class InListOfKeys(Rule):
    """A dict or set is copied into a list only to look for one item in it.

    The dict (or set) itself finds the item at once. The fix assumes that the item is hashable.
    """

    code = "DST205"
    name = "in-list-of-keys"
    message = "`{copied}` copies all of `{table}` to look for one item"
    advice = "Look in `{table}` itself"
    gain = Gain("O(n)", "O(1)", {10: 2.0, 1_000: 51.0, 100_000: 4700.0})
    safety = Safety.UNSAFE
    examples = (
        Bad(
            """
            def is_known(table: dict, word):
                return word in list(table.keys())  # DST205
            """,
            fixed="""
            def is_known(table: dict, word):
                return word in table
            """,
            workload=(
                "is_known({1: 2}, n) if n < 8 else "
                "is_known(globals().get('T') or "
                "globals().setdefault('T', dict.fromkeys(range(n))), -1)"
            ),
        ),
        Bad(
            """
            class Cache:
                def __init__(self):
                    self.entries = {}

                def missing(self, names):
                    return [n for n in names if n not in sorted(self.entries)]  # DST205
            """,
            fixed="""
            class Cache:
                def __init__(self):
                    self.entries = {}

                def missing(self, names):
                    return [n for n in names if n not in self.entries]
            """,
        ),
        Bad(
            """
            def is_free(name, taken: set[str]) -> bool:
                if name in [*taken]:  # DST205
                    return False
                return name not in [other for other in taken]  # DST205
            """,
            fixed="""
            def is_free(name, taken: set[str]) -> bool:
                if name in taken:
                    return False
                return name not in taken
            """,
        ),
        Bad(
            """
            def present(session, name):
                return name in list(session.keys())  # DST205
            """,
            fixed="""
            def present(session, name):
                return name in session.keys()
            """,
        ),
        # A long set, written down.
        Bad(
            """
            def is_multiple(first, second):
                return (first, second) in frozenset({  # DST205
                    ("back", "space"), ("caps", "lock"), ("num", "lock"), ("page", "up"),
                })
            """,
            fixed="""
            def is_multiple(first, second):
                return (first, second) in {
                    ("back", "space"), ("caps", "lock"), ("num", "lock"), ("page", "up"),
                }
            """,
        ),
        # A test; a dict of a few words.
        Good(
            """
            MODES = {"r": 1, "w": 2}

            def check(table: dict, mode):
                assert "name" not in list(table.keys())
                if mode not in list(MODES.keys()):
                    raise ValueError(f"one of {list(MODES.keys())}")
            """
        ),
        # A list: nothing is found at once.
        Good(
            """
            def has(items: list, item):
                return item in list(items)
            """
        ),
        # The values.
        Good(
            """
            def has(table: dict, item):
                return item in list(table.values())
            """
        ),
        # Not all of the items.
        Good(
            """
            def has(table: dict, item):
                return item in sorted(table)[:3] or item in [k for k in table if k]
            """
        ),
    )

    def visit_Compare(self, node: ast.Compare, context: Context) -> Iterator[Finding]:
        parts = membership(node)
        if parts is None or not isinstance(parts[1], ast.Call | ast.List | ast.ListComp):
            return
        item, copied = parts
        table = _copied_from(context, copied)
        if table is None or _is_small(context, table):
            return
        kind, text = context.type_of(table), context.segment(table)
        if not kind.is_known and isinstance(table, ast.Call) and method_call(table, "keys"):
            pass  # a mapping of some kind: its view of the keys is as good
        elif not (kind.is_mapping or kind.is_set):
            return
        if is_unhashable(context, item):
            return
        if not isinstance(table, ast.Name | ast.Attribute | ast.Subscript | ast.Call | ast.Set):
            text = f"({text})"
        edit = Edit(copied, replacement(text))
        yield self.report(node, edit, copied=_short(context, copied), table=_short(context, table))


def _is_small(context: Context, table: ast.expr) -> bool:
    length = Loops(context).length(table) if isinstance(table, ast.Name) else None
    return length is not None and length <= TINY


def _short(context: Context, node: ast.expr) -> str:
    """The code for a message; of what is written down in many words, the start and the end."""
    text = one_line(context.segment(node))
    return text if len(text) <= 60 else f"{text[:25]} ... {text[-12:]}"


def _copied_from(context: Context, node: ast.expr) -> ast.expr | None:
    """The object whose items a fresh list (or tuple, set) holds."""
    source: ast.expr
    match node:
        case ast.Call(func=ast.Name() as function, args=[source]):
            if context.resolve(function) not in ("list", "tuple", "sorted", "set", "frozenset"):
                return None
        case ast.List(elts=[ast.Starred(value=source)]):
            pass
        case ast.ListComp(
            elt=ast.Name(id=name),
            generators=[ast.comprehension(target=target, iter=source, ifs=[], is_async=0)],
        ):
            if not is_name(target, name):
                return None
        case _:
            return None
    table = method_call(source, "keys")
    return table if table is not None and context.type_of(table).is_mapping else source
