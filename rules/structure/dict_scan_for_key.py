from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety, statements
from effilint.analyzer.facts.loops import TINY, Loops
from effilint.analyzer.facts.scopes import Kind
from effilint.analyzer.facts.searched_lists import is_unhashable
from effilint.analyzer.patterns import (
    is_assertion,
    is_name,
    method_call,
    names_in,
    sole_statement,
    walk,
)

_XML_MODULES = ("ElementTree", "lxml", "xml", "etree")
_XML_WALKS = ("findall", "iterfind", "iter", "xpath", "getiterator", "iterchildren")


class DictScanForKey(Rule):
    """A loop goes through a whole dict to find the entry with a given key.

    `d[key]` finds it at once. The fix assumes that the key is hashable, that equal keys have
    equal hashes, and that it does not matter which of two equal keys (`1` and `True`) one gets.
    """

    code = "DST204"
    name = "dict-scan-for-key"
    message = "All of `{table}` is gone through to find the key `{key}`"
    advice = "Look it up: `{table}[{key}]`, or `{table}.get({key})` where it may be missing"
    gain = Gain("O(n)", "O(1)", {10: 2.3, 1_000: 78.0, 100_000: 430.0})
    safety = Safety.UNSAFE
    examples = (
        Bad(
            """
            def price_of(prices: dict[str, int], wanted: str) -> int:
                for product, price in prices.items():  # DST204
                    if product == wanted:
                        return price
                return 0
            """,
            fixed="""
            def price_of(prices: dict[str, int], wanted: str) -> int:
                if wanted in prices:
                    price = prices[wanted]
                    return price
                return 0
            """,
            workload=(
                "price_of({'a': 3, str(n): 4}, '1') if n < 8 else "
                "price_of(globals().get('T') or "
                "globals().setdefault('T', {str(i): i for i in range(n)}), '-')"
            ),
        ),
        Bad(
            """
            class Registry:
                def __init__(self):
                    self.handlers = {}

                def call(self, name, event):
                    for key in self.handlers:  # DST204
                        if key == name:
                            self.handlers[key](event)
            """,
            fixed="""
            class Registry:
                def __init__(self):
                    self.handlers = {}

                def call(self, name, event):
                    if name in self.handlers:
                        self.handlers[name](event)
            """,
        ),
        Bad(
            """
            def total(stock: dict[str, int], orders: list[str]) -> int:
                found = 0
                for order in orders:
                    for product, count in stock.items():  # DST204
                        if order == product:
                            found += count
                            break
                return found
            """,
            fixed="""
            def total(stock: dict[str, int], orders: list[str]) -> int:
                found = 0
                for order in orders:
                    if order in stock:
                        count = stock[order]
                        found += count
                return found
            """,
        ),
        Bad(
            """
            def row(table: dict[int, list[str]], number: int) -> list[str]:
                return [row for key, row in table.items() if key == number][0]  # DST204
            """
        ),
        # Not the key itself is compared.
        Good(
            """
            def header(headers: dict[str, str], name: str) -> str | None:
                for key, value in headers.items():
                    if key.lower() == name:
                        return value
                return None
            """
        ),
        # The value, and a key that depends on it.
        Good(
            """
            def find(table: dict[str, str], wanted: str):
                for key, value in table.items():
                    if value == wanted:
                        return key
                for key, value in table.items():
                    if key == value.strip():
                        return key
            """
        ),
        # Attributes of an XML element; as written at the call; a few; a test.
        Good(
            """
            UNITS = {"m": 1, "cm": 100, "mm": 1000}

            def read(tree, unit, wanted, lines, **options):
                names = {}
                for element in tree.findall("name"):
                    for key, value in element.items():
                        if key == "lang":
                            names[value] = element.text
                for key, value in options.items():
                    if key == wanted:
                        print(value)
                for other in UNITS:
                    if other == unit:
                        names[unit] = UNITS[unit]
                counts = {line: len(line) for line in lines}
                assert [v for k, v in counts.items() if k == wanted] == [1]
                for key, value in counts.items():
                    if key == wanted:
                        assert value == 1
                return names
            """
        ),
        # An XML element has items, but is no mapping.
        Good(
            """
            import xml.etree.ElementTree as ElementTree

            def identifiers(text):
                for child in ElementTree.fromstring(text):
                    for key, value in child.items():
                        if key == "id":
                            yield value
            """
        ),
        # Something is done for the other keys too.
        Good(
            """
            def show(table: dict[str, int], wanted: str):
                for key, value in table.items():
                    if key == wanted:
                        print(value)
                    else:
                        print("no")
            """
        ),
    )

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        choice = sole_statement(node.body)
        if not isinstance(choice, ast.If) or choice.orelse:
            return
        parts = _scan(context, node.target, node.iter, choice.test)
        if parts is None:
            return
        _, table, wanted = parts
        if not context.is_invariant(wanted, node) or _asserts(choice):
            return
        edits = _lookup(context, node, choice, parts)
        yield self.report(node, *edits, table=context.segment(table), key=context.segment(wanted))

    def visit_comprehension(self, node: ast.comprehension, context: Context) -> Iterator[Finding]:
        if len(node.ifs) != 1:
            return
        parts = _scan(context, node.target, node.iter, node.ifs[0])
        whole = context.parent(node)
        if parts is None or not isinstance(whole, ast.expr):
            return
        _, table, wanted = parts
        if context.is_invariant(wanted, whole):
            yield self.report(whole, table=context.segment(table), key=context.segment(wanted))


_Scan = tuple[ast.Name, ast.expr, ast.expr]


def _scan(context: Context, target: ast.expr, source: ast.expr, test: ast.expr) -> _Scan | None:
    """Key variable, dict and wanted key, if a loop over a dict looks for one key."""
    match test:
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            pass
        case _:
            return None
    key, table = _keys_of(target, source)
    if key is None or table is None or not isinstance(table, ast.Name | ast.Attribute):
        return None
    bound = names_in(target)
    for mine, wanted in (left, right), (right, left):
        if is_name(mine, key.id) and not names_in(wanted) & bound:
            kind = context.type_of(table)
            is_view = method_call(source, "items") is not None and not kind.is_known
            if _is_small(context, table) or is_unhashable(context, wanted):
                return None
            if not kind.is_known and _reads_xml(context):
                return None
            return (key, table, wanted) if kind.is_mapping or is_view else None
    return None


def _reads_xml(context: Context) -> bool:
    """Whether the file may hold XML elements: they have `items()` but are no mappings."""
    imported = context.index.get(ast.alias, ())
    return any(part in getattr(alias, "name", "") for alias in imported for part in _XML_MODULES)


def _asserts(choice: ast.If) -> bool:
    return any(isinstance(node, ast.Assert) or is_assertion(node) for node in walk(choice))


def _is_small(context: Context, table: ast.expr) -> bool:
    """Whether it is written down, at a call too, or holds the attributes of an XML element."""
    if (Loops(context).length(table) or TINY + 1) <= TINY:
        return True
    if not isinstance(table, ast.Name):
        return False
    for binding in context.bindings(table):
        owner = context.parent(binding.node)
        if isinstance(owner, ast.arguments) and owner.kwarg is binding.node:
            return True
        if binding.kind is Kind.LOOP and method_call(binding.value, *_XML_WALKS) is not None:
            return True
    return False


def _keys_of(target: ast.expr, source: ast.expr) -> tuple[ast.Name | None, ast.expr | None]:
    match target, source:
        case ast.Tuple(elts=[ast.Name() as key, _]), ast.Call():
            return key, method_call(source, "items")
        case ast.Name(), ast.Call(args=[]):
            return target, method_call(source, "keys")
        case ast.Name(), ast.Name() | ast.Attribute():
            return target, source
    return None, None


def _lookup(context: Context, loop: ast.For, choice: ast.If, parts: _Scan) -> list[Edit]:
    """Return the edit that turns the loop into `if key in table:`."""
    key, table, wanted = parts
    if not context.type_of(table).is_mapping:
        return []  # `in` and `[]` may mean something else there
    body = choice.body[:-1] if isinstance(choice.body[-1], ast.Break) else choice.body
    if loop.orelse or not body or not isinstance(wanted, ast.Name | ast.Attribute | ast.Constant):
        return []
    jumps = (ast.Break, ast.Continue, ast.For, ast.While, ast.Lambda, ast.FunctionDef)
    nodes = [node for statement in body for node in walk(statement)]
    if any(isinstance(node, jumps) for node in nodes):
        return []
    targets = [name for name in walk(loop.target) if isinstance(name, ast.Name)]
    if any(not context.inside(use, loop) for name in targets for use in context.uses(name)):
        return []
    place, sought = context.segment(table), context.segment(wanted)
    lines = [f"if {sought} in {place}:"]
    value = loop.target.elts[1] if isinstance(loop.target, ast.Tuple) else None
    if value is not None and names_in(value) & {n.id for n in nodes if isinstance(n, ast.Name)}:
        lines.append(f"    {context.segment(value)} = {place}[{sought}]")
    for statement in body:
        text = _renamed(context, statement, key.id, sought)
        if text is None:
            return []
        lines.append(f"    {text}")
    return [Edit(loop, statements("\n".join(lines)))]


def _renamed(context: Context, statement: ast.stmt, old: str, new: str) -> str | None:
    """The text of a one-line statement with one name replaced."""
    text = context.segment(statement)
    if "\n" in text or not text.isascii():
        return None
    for node in walk(statement):
        if is_name(node, old) and not isinstance(node.ctx, ast.Load):  # type: ignore[attr-defined]
            return None
        if isinstance(node, ast.JoinedStr) and old in names_in(node) and not new.isidentifier():
            return None
    for node in sorted(
        (n for n in walk(statement) if is_name(n, old)),
        key=lambda n: -n.col_offset,  # type: ignore[attr-defined]
    ):
        assert isinstance(node, ast.Name)
        start = node.col_offset - statement.col_offset
        text = text[:start] + new + text[start + len(old) :]
    return text
