from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.counting import counter_step, counting
from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.facts.scopes import Kind
from effilint.analyzer.patterns import always_leaves, names_in, same, walk


class LinearSearchInSorted(Rule):
    """A sorted list is searched from its start, again and again, for where a value belongs.

    `bisect` finds the place with `log n` comparisons.
    """

    code = "ALG108"
    name = "linear-search-in-sorted"
    message = "The sorted `{items}` is searched item by item for the place of a value"
    advice = "Use `bisect.bisect_left` or `bisect.bisect_right`"
    gain = Gain("O(n) a search", "O(log n) a search", {10: 2.8, 1_000: 14.0, 4_000: 15.0})
    examples = (
        Bad(
            """
            def ranks(scores, queries):
                ordered = sorted(scores)
                found = []
                for query in queries:
                    for place, score in enumerate(ordered):
                        if score >= query:  # ALG108
                            break
                    else:
                        place = len(ordered)
                    found.append(place)
                return found
            """,
            fixed="""
            import bisect


            def ranks(scores, queries):
                ordered = sorted(scores)
                return [bisect.bisect_left(ordered, query) for query in queries]
            """,
            workload="ranks([i * 7919 % 10007 for i in range(n)], range(0, 10007, 97))",
        ),
        # Counted, in a comprehension.
        Bad(
            """
            def smaller(numbers, queries):
                numbers.sort()
                return [sum(1 for x in numbers if x < q) for q in queries]  # ALG108
            """
        ),
        # The first that is large enough.
        Bad(
            """
            def next_sizes(sizes, wanted):
                sizes = sorted(sizes)
                for want in wanted:
                    yield next((s for s in sizes if s >= want), None)  # ALG108
            """
        ),
        # By index, and by counting on.
        Bad(
            """
            def places(marks, queries):
                marks.sort()
                found = []
                for query in queries:
                    smaller = 0
                    for i in range(len(marks)):
                        if marks[i] >= query:  # ALG108
                            break
                        smaller += 1
                    for mark in marks:
                        if mark <= query:  # ALG108
                            smaller += 1
                    found.append(smaller)
                return found
            """
        ),
        # A while loop over an index.
        Bad(
            """
            def positions(stops, times):
                ordered = sorted(set(stops))
                result = []
                for time in times:
                    i = 0
                    while i < len(ordered) and ordered[i] < time:  # ALG108
                        i += 1
                    result.append(i)
                return result
            """
        ),
        # Two pointers: the search goes on where the last one ended.
        Good(
            """
            def positions(stops, times):
                ordered = sorted(stops)
                i, result = 0, []
                for time in sorted(times):
                    while i < len(ordered) and ordered[i] < time:
                        i += 1
                    result.append(i)
                return result
            """
        ),
        # One search does not pay for sorting.
        Good(
            """
            def rank(scores, query):
                ordered = sorted(scores)
                return sum(1 for score in ordered if score < query)
            """
        ),
        # Sorted by something else than what is compared.
        Good(
            """
            def next_sizes(sizes, wanted):
                sizes = sorted(sizes, key=str)
                return [next(s for s in sizes if s >= want) for want in wanted]
            """
        ),
        # Not sorted any more.
        Good(
            """
            def smaller(numbers, queries):
                numbers.sort()
                numbers.append(0)
                return [sum(1 for x in numbers if x < q) for q in queries]
            """
        ),
    )

    def visit_Compare(self, node: ast.Compare, context: Context) -> Iterator[Finding]:
        if len(node.ops) != 1 or not isinstance(node.ops[0], ast.Lt | ast.LtE | ast.Gt | ast.GtE):
            return
        for item, value in (
            (node.left, node.comparators[0]),
            (node.comparators[0], node.left),
        ):
            if not isinstance(item, ast.Name | ast.Subscript) or isinstance(value, ast.Constant):
                continue
            items = _searched(node, item, context)
            if items is None or not _is_asked_anew(node, value, items, context):
                continue
            if _is_sorted(items, context):
                yield self.report(node, items=context.segment(items))


def _searched(test: ast.Compare, item: ast.expr, context: Context) -> ast.expr | None:
    """The sequence, if the innermost loop goes through it until the item passes the test, or
    counts those that do."""
    loops = context.hot_loops(test)
    if len(loops) < 2:
        return None
    loop = loops[0]
    if isinstance(loop, ast.While):
        return _searched_by_index(test, item, loop, context)
    if isinstance(loop, ast.AsyncFor):
        return None
    source = _gone_through(loop, item, context)
    if source is None:
        return None
    if isinstance(loop, ast.comprehension):
        return source if _is_counted(test, loop, context) else None
    return source if _is_first(test, loop) else None


def _gone_through(
    loop: ast.For | ast.comprehension, item: ast.expr, context: Context
) -> ast.Name | None:
    """The sequence whose items the loop looks at as `item`."""
    target, source = loop.target, loop.iter
    if isinstance(item, ast.Subscript):
        match source:
            case ast.Call(
                func=ast.Name("range"), args=[ast.Call(func=ast.Name("len"), args=[whole])]
            ) if same(whole, item.value) and same(target, item.slice):
                return whole if isinstance(whole, ast.Name) else None
        return None
    if isinstance(source, ast.Call) and context.resolve(source.func) == "enumerate":
        if not isinstance(target, ast.Tuple) or not source.args:
            return None
        source, target = source.args[0], target.elts[1]
    return source if same(target, item) and isinstance(source, ast.Name) else None


def _is_first(test: ast.Compare, loop: ast.For) -> bool:
    """Whether the loop ends with the first item that passes the test, or counts those that do."""
    steps = [s for s in loop.body if counter_step(s) is None]
    match steps:
        case [ast.If(test=asked, body=body, orelse=[])] if asked is test:
            if len(body) == 1 and counter_step(body[0]) is not None:
                return len(loop.body) == 1
            return always_leaves(body) and not isinstance(body[-1], ast.Continue)
    return False


def _is_counted(test: ast.Compare, loop: ast.comprehension, context: Context) -> bool:
    """Whether the comprehension counts, or finds the first."""
    holder = context.parent(loop)
    if not isinstance(holder, ast.GeneratorExp | ast.ListComp) or len(holder.generators) > 1:
        return False
    call = context.parent(holder)
    function = context.resolve(call.func) if isinstance(call, ast.Call) else None
    if loop.ifs == [test]:
        is_one = isinstance(holder.elt, ast.Constant)
        return function in ("next", "len") or (function == "sum" and is_one)
    return holder.elt is test and function == "sum" and not loop.ifs


def _searched_by_index(
    test: ast.Compare, item: ast.expr, loop: ast.While, context: Context
) -> ast.expr | None:
    """The sequence of `while i < n and xs[i] < x: i += 1` where `i` is set before it anew."""
    if not isinstance(item, ast.Subscript) or not isinstance(item.slice, ast.Name):
        return None
    if not isinstance(loop.test, ast.BoolOp) or test not in loop.test.values:
        return None
    run = counting(loop, context)
    if run is None or run.body or run.variable.id != item.slice.id:
        return None
    before = context.previous(loop)
    if not isinstance(before, ast.Assign) or not any(same(t, item.slice) for t in before.targets):
        return None
    return item.value if isinstance(item.value, ast.Name) else None


def _is_asked_anew(test: ast.Compare, value: ast.expr, items: ast.expr, context: Context) -> bool:
    """Whether a loop around the search asks for another value, of the same items."""
    search, *around = context.hot_loops(test)
    if not context.is_invariant(value, search):
        return False
    return any(
        names_in(value) & _bound(loop) and not context.changes(items, loop) for loop in around
    )


def _bound(loop: Loop) -> set[str]:
    """The names that differ from pass to pass."""
    if not isinstance(loop, ast.While):
        return names_in(loop.target)
    return {n.id for n in walk(loop) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _is_sorted(items: ast.expr, context: Context) -> bool:
    """Whether the list is sorted in full and stays as it is."""
    assert isinstance(items, ast.Name)
    bindings = context.bindings(items)
    symbol = context.symbol(items)
    if symbol is None or not symbol.scope.is_function:
        return False
    mutations = context.mutations(items, symbol.scope.node)
    values = [b.value for b in bindings if b.kind is not Kind.ARGUMENT]
    if values:
        return not mutations and all(
            isinstance(v, ast.Call) and context.resolve(v.func) == "sorted" and not v.keywords
            for v in values
        )
    return len(mutations) == 1 and _is_plain_sort(mutations[0], items, context)


def _is_plain_sort(mutation: ast.AST, items: ast.Name, context: Context) -> bool:
    """Whether it is `xs.sort()` as a statement of its own before the search."""
    statement = context.statement(mutation)
    if context.loops(statement):
        return False
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="sort"), args=[], keywords=[])):
            is_before = statement.lineno < items.lineno
            return is_before and context.function(statement) is context.parent(statement)
    return False
