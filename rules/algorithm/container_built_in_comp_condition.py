from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule, Safety
from effilint.analyzer.hoist import fresh_name, invariant_loop, lifted, stem_of
from effilint.analyzer.patterns import membership, names_in

_BUILDERS = frozenset("set frozenset list tuple sorted map filter".split())
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp)


class ContainerBuiltInCompCondition(Rule):
    """Every test whether an item is in a collection builds the collection anew.

    Building goes through all items, so the test costs as much as the collection is long. The fix
    builds one set before the loop; it assumes that the items can be hashed.
    """

    code = "ALG702"
    name = "container-built-in-comp-condition"
    message = "`{container}` is built again for every item that is looked up in it"
    advice = "Build one set before the loop and look items up in that"
    gain = Gain("O(n * m)", "O(n + m)", {10: 2.1, 1_000: 150.0, 5_000: 910.0})
    safety = Safety.UNSAFE
    examples = (
        Bad(
            """
            def known(words, dictionary):
                return [word for word in words if word in set(dictionary)]  # ALG702
            """,
            fixed="""
            def known(words, dictionary):
                dictionary_set = set(dictionary)
                return [word for word in words if word in dictionary_set]
            """,
            workload="known([i * 3 for i in range(n)], list(range(n)))",
        ),
        Bad(
            """
            class Cart:
                def unknown(self, codes):
                    missing = []
                    for code in codes:
                        if code not in [item.code for item in self.items]:  # ALG702
                            missing.append(code)
                    return missing
            """,
            fixed="""
            class Cart:
                def unknown(self, codes):
                    missing = []
                    items_set = {item.code for item in self.items}
                    for code in codes:
                        if code not in items_set:
                            missing.append(code)
                    return missing
            """,
        ),
        Bad(
            """
            def free_name(stem, taken: list[str]):
                number = 1
                while f"{stem}{number}" in list(map(str.lower, taken)):  # ALG702
                    number += 1
                return f"{stem}{number}"
            """,
            fixed="""
            def free_name(stem, taken: list[str]):
                number = 1
                taken_set = set(map(str.lower, taken))
                while f"{stem}{number}" in taken_set:
                    number += 1
                return f"{stem}{number}"
            """,
        ),
        Bad(
            """
            def mentioned(names, text: str):
                return sum(1 for name in names if name in text.lower().split())  # ALG702
            """,
            fixed="""
            def mentioned(names, text: str):
                text_set = set(text.lower().split())
                return sum(1 for name in names if name in text_set)
            """,
        ),
        # Another list for every item.
        Good(
            """
            def having(rows, key):
                return [row for row in rows if key in set(row.tags)]
            """
        ),
        # Without a fix: when the generator runs, `spam` may hold other words.
        Bad(
            """
            def good(words, spam):
                return (word for word in words if word not in set(spam))  # ALG702
            """
        ),
        # Without a fix: what does not change in the loop decides whether there is a list at all.
        Bad(
            """
            def points(names, prices, by_name):
                total = 0
                for name, price in prices:
                    if by_name:
                        total += name in [n.lower() for n in names]  # ALG702
                    else:
                        total += price > names
                return total

            def allowed(users, bad):
                return [u for u in users if not bad or u not in [b.name for b in bad]]  # ALG702
            """
        ),
        # A test of a few samples.
        Good(
            """
            def check(samples, cities):
                for sample in samples:
                    assert sample in [city.name for city in cities]
            """
        ),
        # The list grows in the loop.
        Good(
            """
            def spread(queue, seen):
                while queue:
                    item = queue.pop()
                    if item not in set(seen):
                        seen.append(item)
            """
        ),
        # Not in a loop.
        Good(
            """
            def contains(words, word):
                return word in set(words)
            """
        ),
        # Two names are no collection.
        Good(
            """
            def either(rows, one, other):
                return [row for row in rows if row in {one, other}]
            """
        ),
    )

    def visit_Compare(self, node: ast.Compare, context: Context) -> Iterator[Finding]:
        pair = membership(node)
        if pair is None or not isinstance(pair[1], (ast.Call, *_COMPREHENSIONS)):
            return
        item, container = pair
        subject = _built_from(container, context)
        if subject is None or context.length(subject) is not None:
            return
        loop = invariant_loop(container, context)
        if loop is None or not names_in(item) or context.is_invariant(item, loop):
            return
        name = fresh_name(stem_of(subject, "set"), context)
        edits = lifted(container, loop, context, name, _as_set(container, context))
        yield self.report(container, *edits, container=" ".join(context.segment(container).split()))


def _built_from(container: ast.expr, context: Context) -> ast.expr | None:
    """The variable whose items the container is built of; None if nothing is built."""
    match container:
        case ast.ListComp(generators=[clause]) | ast.SetComp(generators=[clause]):
            return clause.iter
        case ast.GeneratorExp(generators=[clause]):
            return clause.iter
        case ast.Call(func=ast.Name(id="map" | "filter"), args=[_, source], keywords=[]):
            known = context.resolve(container.func) is not None
            return source if known else None
        case ast.Call(func=ast.Name(id=name), args=[source], keywords=[]) if name in _BUILDERS:
            if context.resolve(container.func) is None:
                return None
            return source if name in ("set", "frozenset") else _listed(source, context)
        case ast.Call(func=ast.Attribute(value=owner, attr="split" | "splitlines")):
            return owner if context.type_of(owner).name in ("str", "bytes") else None
    return None


def _listed(source: ast.expr, context: Context) -> ast.expr | None:
    """The source of a list, if a look-up in the source itself would be no better."""
    match source:
        case ast.Call(func=ast.Attribute(attr="keys")):
            return None  # that look-up needs no set
        case ast.Call(func=ast.Name(id="map" | "filter"), args=[_, items]):
            return items
    return None if context.type_of(source).is_hashed else source


def _as_set(container: ast.expr, context: Context) -> str:
    text = context.segment(container)
    match container:
        case ast.ListComp() | ast.GeneratorExp():
            return "{" + text[1:-1].strip() + "}"
        case ast.Call(func=ast.Name("list" | "tuple" | "sorted"), args=[source]):
            return f"set({context.segment(source)})"
        case ast.SetComp() | ast.Call(func=ast.Name("set" | "frozenset")):
            return text
    return f"set({text})"
