"""A call becomes one that does more work for the same answer."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer.patterns import membership
from effilint.dataset.twins.inverse import Example, Inverse, Site
from effilint.dataset.twins.original import Original


class MembershipByComparing(Inverse):
    """A hashed container is gone through for an item."""

    name = "membership-by-comparing"
    codes = ("API103",)
    examples = (
        Example(
            """
            def common(one, other):
                known = set(other)
                return [item for item in one if item in known]
            """,
            """
            def common(one, other):
                known = set(other)
                return [item for item in one if «any(item == candidate for candidate in known)»]
            """,
            "common([1, 2, 3], [3, 4, 1])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        name = original.fresh("candidate", "entry", "y", "other")
        for test in original.nodes(ast.Compare):
            parts = membership(test)
            if parts is None or isinstance(parts[0], ast.Constant):
                continue
            item, container = parts
            kind = original.type(container)
            if not (kind.is_set or kind.is_mapping) or isinstance(container, ast.Set | ast.Dict):
                continue
            equal = f"any({original.atom(item)} == {name} for {name} in {original.text(container)})"
            is_negated = isinstance(test.ops[0], ast.NotIn)
            text = f"(not {equal})" if is_negated else equal
            yield Site((original.put(test, text),), names=frozenset((name,)))


class MembershipInListOfKeys(Inverse):
    """The keys of a dict, or the items of a set, are put into a list to find one."""

    name = "membership-in-list-of-keys"
    codes = ("DST205",)
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
                    if «item in list(counts.keys())»:
                        counts[item] += 1
                    else:
                        counts[item] = 1
                return counts
            """,
            "tally([1, 2, 1])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for test in original.nodes(ast.Compare):
            parts = membership(test)
            if parts is None or not original.type(parts[1]).is_mapping:
                continue
            if isinstance(parts[1], ast.Name | ast.Attribute):
                text = f"list({original.text(parts[1])}.keys())"
                yield Site((original.put(parts[1], text),), (original.span(test),))


class ExtremeByCall(Inverse):
    """A comparison becomes a call of a built-in for two items."""

    name = "extreme-by-call"
    codes = ("API109",)
    examples = (
        Example(
            """
            def largest(items):
                best = 0
                for item in items:
                    if item > best:
                        best = item
                return best
            """,
            """
            def largest(items):
                best = 0
                for item in items:
                    «best = max(best, item)»
                return best
            """,
            "largest([1, 3, 2])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for choice in original.nodes(ast.If):
            match choice:
                case ast.If(
                    test=ast.Compare(left=left, ops=[op], comparators=[right]),
                    body=[ast.Assign(targets=[target], value=value)],
                    orelse=[],
                ) if original.context.loops(choice) and original.is_alone(choice):
                    pass
                case _:
                    continue
            if not original.program.startswith("if", original.span(choice)[0]):
                continue
            texts = [ast.unparse(node) for node in (left, right)]
            if texts == [ast.unparse(value), ast.unparse(target)]:
                is_greater = isinstance(op, ast.Gt | ast.GtE)
            elif texts == [ast.unparse(target), ast.unparse(value)]:
                is_greater = isinstance(op, ast.Lt | ast.LtE)
            else:
                continue
            if isinstance(op, ast.Gt | ast.GtE | ast.Lt | ast.LtE):
                name, called = original.text(target), "max" if is_greater else "min"
                text = f"{name} = {called}({name}, {original.text(value)})"
                yield Site((original.put(choice, text),))


class ParityByText(Inverse):
    """A number is tested by way of its text."""

    name = "parity-by-text"
    codes = ("DST507",)
    examples = (
        Example(
            """
            def digits(n: int):
                total = 0
                while n:
                    total += n % 10
                    n //= 10
                return total
            """,
            """
            def digits(n: int):
                total = 0
                while n:
                    total += «int(str(n)[-1])»
                    n //= 10
                return total
            """,
            "digits(321)",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for node in original.nodes(ast.BinOp):
            match node:
                case ast.BinOp(left=ast.Name(id=name), op=ast.Mod(), right=ast.Constant(value=10)):
                    yield Site((original.put(node, f"int(str({name})[-1])"),))


class FrontInsertion(Inverse):
    """Items are put in front one by one, and the list is turned round at the end."""

    name = "front-insertion"
    codes = ("DST201",)
    examples = (
        Example(
            """
            def squares(numbers):
                found = []
                for number in numbers:
                    found.append(number * number)
                return found
            """,
            """
            def squares(numbers):
                found = []
                for number in numbers:
                    «found.insert(0, number * number)»
                found.reverse()
                return found
            """,
            "squares([1, 2, 3])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        context = original.context
        for loop in original.nodes(ast.For, ast.While):
            before = context.previous(loop)
            if not original.is_alone(loop) or any(
                isinstance(n, ast.Return) for n in ast.walk(loop)
            ):
                continue
            if not isinstance(before, ast.Assign) or len(before.targets) != 1:
                continue
            target = before.targets[0]
            if not isinstance(target, ast.Name) or ast.dump(before.value) != _EMPTY:
                continue
            symbol = original.local(target)
            if symbol is None:
                continue
            uses = [use for use in original.loads(symbol) if context.inside(use, loop)]
            changes = []
            for use in uses:
                method = context.parent(use)
                call = context.parent(method) if method else None
                if (
                    not isinstance(method, ast.Attribute)
                    or method.attr != "append"
                    or not isinstance(call, ast.Call)
                    or len(call.args) != 1
                ):
                    break
                item = original.text(call.args[0])
                changes.append(original.put(call, f"{use.id}.insert(0, {item})"))
            else:
                if changes:
                    marks = tuple((c.start, c.end) for c in changes)
                    last = original.after(loop, f"{target.id}.reverse()")
                    yield Site((*changes, last), marks)


_EMPTY = ast.dump(ast.List([], ast.Load()))
