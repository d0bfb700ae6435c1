"""Exceptions take the place of ordinary tests."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.dataset.twins.inverse import Example, Inverse, Site
from effilint.dataset.twins.original import Original


class GetToTry(Inverse):
    """A key that may be missing is looked up and the exception caught."""

    name = "get-to-try"
    codes = ("OTH307",)
    examples = (
        Example(
            """
            def known(table: dict[str, int], words):
                total = 0
                for word in words:
                    count = table.get(word, 0)
                    total += count
                return total
            """,
            """
            def known(table: dict[str, int], words):
                total = 0
                for word in words:
                    «try:
                        count = table[word]
                    except KeyError:
                        count = 0»
                    total += count
                return total
            """,
            "known({'a': 2}, 'abc')",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for statement in original.nodes(ast.Assign, ast.AugAssign, ast.Return):
            if statement.value is None or not original.is_alone(statement):
                continue
            for call in ast.walk(statement.value):
                match call:
                    case ast.Call(
                        func=ast.Attribute(value=table, attr="get"),
                        args=[key, default],
                        keywords=[],
                    ) if original.type(table).name == "dict":
                        pass
                    case _:
                        continue
                whole = original.text(statement)
                if "\n" in whole:
                    break
                start = original.span(statement)[0]
                first, last = (place - start for place in original.span(call))
                hit = f"{original.atom(table)}[{original.text(key)}]"
                lines = (
                    "try:",
                    f"\t{whole[:first]}{hit}{whole[last:]}",
                    "except KeyError:",
                    f"\t{whole[:first]}{original.atom(default)}{whole[last:]}",
                )
                yield Site((original.rewrite(statement, *lines),))
                break


class MembershipToTry(Inverse):
    """Whether a key is there is found out by an exception."""

    name = "membership-to-try"
    codes = ("OTH301",)
    examples = (
        Example(
            """
            def tally(items):
                counts = {}
                for item in items:
                    if item in counts:
                        counts[item] += 1
                    else:
                        counts[item] = 1
                return counts
            """,
            """
            def tally(items):
                counts = {}
                for item in items:
                    «try:
                        counts[item]
                        is_there = True
                    except KeyError:
                        is_there = False»
                    if is_there:
                        counts[item] += 1
                    else:
                        counts[item] = 1
                return counts
            """,
            "tally('aba')",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for choice in original.nodes(ast.If):
            match choice.test:
                case ast.Compare(
                    left=key, ops=[ast.In() | ast.NotIn() as op], comparators=[ast.Name() as table]
                ) if original.type(table).name == "dict":
                    pass
                case _:
                    continue
            start = original.span(choice)[0]
            if not original.is_alone(choice) or not original.program.startswith("if", start):
                continue
            flag = original.fresh("is_there", "exists", "present", "known", "has_key")
            before = original.before(
                choice,
                "try:",
                f"\t{table.id}[{original.text(key)}]",
                f"\t{flag} = True",
                "except KeyError:",
                f"\t{flag} = False",
            )
            test = original.put(choice.test, flag if isinstance(op, ast.In) else f"not {flag}")
            yield Site((before, test), ((before.start, before.end),), frozenset((flag,)))
