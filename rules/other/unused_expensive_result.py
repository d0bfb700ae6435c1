from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety, remove
from effilint.analyzer.facts.scopes import FUNCTIONS, Kind
from effilint.analyzer.facts.unread import is_idle
from effilint.analyzer.patterns import last_name, looks_at_locals, walk

_BUILDING = frozenset(
    """sorted list tuple set frozenset dict sum min max copy.copy copy.deepcopy
    collections.Counter collections.deque heapq.nsmallest heapq.nlargest dict.fromkeys""".split()
)
_BUILDING_NAMES = {name.rpartition(".")[2] for name in _BUILDING}
_SIZED = ("list", "tuple", "set", "frozenset", "dict", "str", "bytes", "range", "deque", "Counter")


class UnusedExpensiveResult(Rule):
    """A whole collection is built and never looked at.

    Making it takes time and memory for nothing. The fix assumes that going through the input
    has no effect and raises nothing.
    """

    code = "OTH401"
    name = "unused-expensive-result"
    message = "`{name}` is built here and {never}"
    advice = "Remove it"
    gain = Gain("O(n log n)", "O(1)", {10: 2.5, 1_000: 12.0, 100_000: 20.0})
    safety = Safety.UNSAFE
    examples = (
        Bad(
            """
            def newest(numbers: list[int]):
                ranked = sorted(numbers)  # OTH401
                return numbers[-1]
            """,
            fixed="""
            def newest(numbers: list[int]):
                return numbers[-1]
            """,
            workload="[newest(x) for x in [[k * 79 % 1007 for k in range(n)]] for _ in range(20)]",
        ),
        # A comprehension in a loop.
        Bad(
            """
            def names(groups):
                found = []
                for group in groups:
                    lengths = [len(name) for name in group.names]  # OTH401
                    found.append(group.title)
                return found
            """,
            fixed="""
            def names(groups):
                found = []
                for group in groups:
                    found.append(group.title)
                return found
            """,
        ),
        # Bound again before anything reads it.
        Bad(
            """
            import copy

            def moved(board: list[list[int]], step: int):
                new = copy.deepcopy(board)  # OTH401
                size = len(board)
                new = [row[step:] for row in board]
                return new, size
            """,
            fixed="""
            import copy

            def moved(board: list[list[int]], step: int):
                size = len(board)
                new = [row[step:] for row in board]
                return new, size
            """,
        ),
        # In both arms.
        Bad(
            """
            def search(items: list[str], wanted):
                if wanted:
                    table: dict = {item: place for place, item in enumerate(items)}  # OTH401
                    return items.index(wanted)
                else:
                    table = {}
                return -1
            """,
            fixed="""
            def search(items: list[str], wanted):
                if wanted:
                    return items.index(wanted)
                else:
                    table = {}
                return -1
            """,
        ),
        # It is read by an inner function.
        Good(
            """
            def ranker(numbers: list[int]):
                ranked = sorted(numbers)

                def rank(number):
                    return ranked.index(number)

                return rank
            """
        ),
        # The iterator is used up on purpose.
        Good(
            """
            def drain(jobs):
                jobs = iter(jobs)
                done = list(jobs)
                return 0
            """
        ),
        # `_` says that it is not wanted; a test of speed, say.
        Good(
            """
            def bench(numbers: list[int]):
                _ = sorted(numbers)
            """
        ),
        # The requests are wanted, though not the answers.
        Good(
            """
            def visit(client, addresses: list[str]):
                answers = [client.get(address) for address in addresses]
                return len(addresses)
            """
        ),
        # A fixed, small size.
        Good(
            """
            def traced():
                digits = [number for number in range(5)]
                return 6
            """
        ),
        # Read on another path.
        Good(
            """
            def ranked(numbers: list[int], backwards):
                result = sorted(numbers)
                if backwards:
                    result = result[::-1]
                return result
            """
        ),
        # Somebody may read it by its name.
        Good(
            """
            def page(template, rows: list[str]):
                names = sorted(rows)
                return template.format(**locals())
            """
        ),
    )

    def visit_Assign(self, node: ast.Assign, context: Context) -> Iterator[Finding]:
        if len(node.targets) == 1:
            yield from self._check(node, node.targets[0], node.value, context)

    def visit_AnnAssign(self, node: ast.AnnAssign, context: Context) -> Iterator[Finding]:
        if node.value is not None:
            yield from self._check(node, node.target, node.value, context)

    def _check(
        self, node: ast.stmt, target: ast.expr, value: ast.expr, context: Context
    ) -> Iterator[Finding]:
        if not isinstance(target, ast.Name) or target.id.startswith("_"):
            return
        if not isinstance(value, ast.ListComp | ast.SetComp | ast.DictComp | ast.Call):
            return
        if isinstance(value, ast.Call) and last_name(value.func) not in _BUILDING_NAMES:
            return
        never = _why_unread(node, target, context)
        if never is None or not _is_expensive(value, context):
            return
        function = context.function(node)
        if function is None or function.name.startswith(("test", "bench")):
            return
        if looks_at_locals(function) or _is_guarded(node, context):
            return
        edits = [Edit(node, remove())] if len(context.block(node)) > 1 else []
        yield self.report(node, *edits, name=target.id, never=never)


def _why_unread(node: ast.stmt, target: ast.Name, context: Context) -> str | None:
    symbol = context.symbol(target)
    if symbol is None or not isinstance(symbol.scope.node, FUNCTIONS):
        return None
    if context.function(node) is not symbol.scope.node:
        return None
    if not context.uses(target):
        kinds = {binding.kind for binding in symbol.bindings}
        is_plain = kinds <= {Kind.ASSIGN, Kind.UNPACK, Kind.LOOP}
        return "never read" if is_plain else None
    return "bound again before it is read" if _is_overwritten(node, target, context) else None


def _is_overwritten(node: ast.stmt, target: ast.Name, context: Context) -> bool:
    """Whether a later statement of the block binds the variable before anything reads it."""
    for later in context.following(node):
        mentions = any(isinstance(n, ast.Name) and n.id == target.id for n in walk(later))
        if not mentions:
            if not isinstance(later, ast.Assign | ast.AnnAssign | ast.Expr | ast.AugAssign):
                return False
            continue
        match later:
            case ast.Assign(targets=[ast.Name()], value=value):
                return not any(isinstance(n, ast.Name) and n.id == target.id for n in walk(value))
        return False
    return False


def _is_expensive(value: ast.expr, context: Context) -> bool:
    """Whether the value goes through something that may be long, and does nothing else."""
    if not is_idle(value, context):
        return False
    if isinstance(value, ast.Call):
        if context.resolve(value.func) not in _BUILDING or len(value.args) != 1:
            return False
        argument = value.args[0]
        if isinstance(argument, ast.GeneratorExp):
            return _is_sized(argument.generators[0].iter, context)
        return _is_sized(argument, context) and not _is_fixed(argument)
    assert isinstance(value, ast.ListComp | ast.SetComp | ast.DictComp)
    return all(
        _is_sized(clause.iter, context) and not _is_fixed(clause.iter)
        for clause in value.generators
    )


def _is_sized(node: ast.expr, context: Context) -> bool:
    """Whether going through it uses nothing up."""
    kind = context.type_of(node)
    if kind.name in _SIZED or (isinstance(node, ast.Attribute) and not kind.is_known):
        return True
    if isinstance(node, ast.Call):
        name = context.resolve(node.func)
        return name in ("enumerate", "zip", "range", "reversed") and all(
            _is_sized(arg, context) for arg in node.args
        )
    return False


def _is_fixed(node: ast.expr) -> bool:
    """Whether its size is written down, as in `range(5)`."""
    if isinstance(node, ast.Call):
        return all(_is_fixed(argument) for argument in node.args)
    return isinstance(node, ast.List | ast.Tuple | ast.Set | ast.Dict | ast.Constant)


def _is_guarded(node: ast.stmt, context: Context) -> bool:
    """Whether an exception may be what the statement is for: it stands in `try` or `with`."""
    for outer in context.ancestors(node):
        if isinstance(outer, FUNCTIONS):
            return False
        if isinstance(outer, ast.Try | ast.With | ast.AsyncWith):
            return True
    return False
