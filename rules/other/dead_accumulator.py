from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety, remove
from effilint.analyzer.facts.fillings import fills_others
from effilint.analyzer.facts.scopes import Kind
from effilint.analyzer.facts.unread import (
    feeders,
    is_fresh,
    is_idle,
    is_shared,
    is_trial,
    outermost,
)
from effilint.analyzer.patterns import looks_at_locals, walk

_LIVES = ("weakref", "gc", "sys", "ctypes", "tracemalloc", "ffi")


class DeadAccumulator(Rule):
    """A loop fills a collection that nobody reads.

    It takes time for every item and memory for all of them. The fix removes every statement
    that fills it, and assumes that hashing and comparing the items has no effect.
    """

    code = "OTH405"
    name = "dead-accumulator"
    message = "The loop fills `{name}`, which is never read"
    advice = "Remove `{name}` and what fills it"
    gain = Gain("O(n) memory", "O(1)", {10: 1.5, 1_000: 1.7, 100_000: 3.3})
    safety = Safety.UNSAFE
    examples = (
        Bad(
            """
            def total(orders):
                result = 0
                seen = set()
                for customer, price in orders:
                    seen.add((customer, price))  # OTH405
                    result += price
                return result
            """,
            fixed="""
            def total(orders):
                result = 0
                for customer, price in orders:
                    result += price
                return result
            """,
            workload="total([(k, k % 7) for k in range(n)])",
        ),
        # By index and by `+=`, in a `while` loop; several statements fill it.
        Bad(
            """
            def drain(stack):
                steps = {}
                steps["start"] = 0
                count = 0
                while stack:
                    node = stack.pop()
                    steps[node] = count  # OTH405
                    steps["last"] = count
                    count += 1
                return count
            """,
            fixed="""
            def drain(stack):
                count = 0
                while stack:
                    node = stack.pop()
                    count += 1
                return count
            """,
        ),
        # Groups in a `defaultdict`; all that the branch does.
        Bad(
            """
            from collections import defaultdict

            def count(rows):
                groups = defaultdict(list)
                found = 0
                for row in rows:
                    if row:
                        groups[row[0]].append(row)  # OTH405
                    found += 1
                return found
            """
        ),
        # It only looks at itself: a table of counts that nobody asks for.
        Bad(
            """
            def distinct_hosts(lines):
                hosts = set()
                visits = {"": 0}
                for line in lines:
                    host = line.partition(" ")[0]
                    hosts.add(host)
                    if host not in visits:  # OTH405
                        visits[host] = 0
                    visits[host] = visits.get(host, 0) + 1
                return hosts
            """,
            fixed="""
            def distinct_hosts(lines):
                hosts = set()
                for line in lines:
                    host = line.partition(" ")[0]
                    hosts.add(host)
                return hosts
            """,
        ),
        # Marks in a list made beforehand; a heap; a row begun again in each pass.
        Bad(
            """
            import heapq

            def longest(rows):
                marked = [False] * len(rows)
                sizes: list[int] = []
                best = 0
                for place, row in enumerate(rows):
                    cells = []
                    marked[place] = True  # OTH405
                    heapq.heappush(sizes, len(row))  # OTH405
                    for cell in row:
                        cells.append(cell)  # OTH405
                        best = max(best, cell)
                return best
            """,
            fixed="""
            import heapq

            def longest(rows):
                best = 0
                for place, row in enumerate(rows):
                    for cell in row:
                        best = max(best, cell)
                return best
            """,
        ),
        # What goes in may have an effect.
        Bad(
            """
            def run(jobs):
                results: list[int] = []
                for job in jobs:
                    results.append(job.run())  # OTH405
                    job.close()
            """
        ),
        # The items are what is filled, and they are somebody else's.
        Good(
            """
            def copied(root, events, copy):
                clone = copy(root)
                open_nodes = [clone]
                for kind, node in events:
                    if kind == "end":
                        open_nodes.pop()
                        continue
                    made = copy(node)
                    open_nodes[-1].append(made)
                    open_nodes.append(made)
                return clone
            """
        ),
        Good(
            """
            def fill(tables, rows):
                by_name = {}
                for table in tables:
                    by_name[table.name] = table
                for name, cells in rows:
                    by_name[name][0] = cells
            """
        ),
        # To fill the memory is all that it does.
        Good(
            """
            def exhaust():
                kept = []
                while True:
                    kept.append(" " * 1_000_000)
            """
        ),
        # It is given away.
        Good(
            """
            def collect(rows, sink):
                found = []
                for row in rows:
                    found.append(row)
                sink(found)
            """
        ),
        # Its length decides.
        Good(
            """
            def first_few(rows):
                taken = []
                for row in rows:
                    if len(taken) < 3:
                        taken.append(row)
                        print(row)
            """
        ),
        # It is read in the loop.
        Good(
            """
            def distinct(rows):
                seen = set()
                count = 0
                for row in rows:
                    if row not in seen:
                        seen.add(row)
                        count += 1
                return count
            """
        ),
        # An inner function returns it.
        Good(
            """
            def history(rows):
                kept = []

                def last():
                    return kept[-1]

                for row in rows:
                    kept.append(row)
                return last
            """
        ),
        # The object belongs to somebody else.
        Good(
            """
            def fill(table, rows):
                places = table.places
                for place, row in enumerate(rows):
                    places[row] = place
            """
        ),
        # A test may do it to see that it works.
        Good(
            """
            def test_append():
                found = []
                for number in range(1000):
                    found.append(number)
            """
        ),
        # It keeps objects alive.
        Good(
            """
            import weakref

            def watched(objects, make):
                keep = []
                for name in objects:
                    item = make(name)
                    keep.append(item)
                    yield weakref.ref(item)
            """
        ),
        # C code points at them.
        Good(
            """
            class Store:
                def stack(self, certificates):
                    stack = self._ffi.gc(self._lib.new_stack(), self._lib.free)
                    alive = []
                    for certificate in certificates:
                        native = self.native(certificate)
                        alive.append(native)
                        self._lib.push(stack, native)
                    return stack
            """
        ),
        # The objects register with `queue`, and leave it when nobody has them.
        Good(
            """
            import transfer

            def fetch(queue, addresses):
                files = []
                for address in addresses:
                    files.append(transfer.AcquireFile(queue, address))
                queue.run()
            """
        ),
    )

    def visit_Assign(self, node: ast.Assign, context: Context) -> Iterator[Finding]:
        if len(node.targets) == 1:
            yield from self._check(node, node.targets[0], node.value, context)

    def visit_AnnAssign(self, node: ast.AnnAssign, context: Context) -> Iterator[Finding]:
        yield from self._check(node, node.target, node.value, context)

    def _check(
        self, node: ast.stmt, target: ast.expr, value: ast.expr | None, context: Context
    ) -> Iterator[Finding]:
        if not isinstance(target, ast.Name) or target.id.startswith("_"):
            return
        function = context.function(node)
        if function is None or is_trial(target, context) or not is_fresh(value, context):
            return
        fillers = feeders(target, context)
        if fillers is None or node is not fillers[0] or not _is_own(target, context):
            return
        hot = [filler for filler in fillers if _fills(filler) and context.hot_loops(filler)]
        if not hot or looks_at_locals(function) or _keeps_alive(function):
            return
        if any(_holds_outsider(statement, context) for statement in fillers):
            return
        if fills_others(fillers, target.id, context) or _fills_for_ever(hot, context):
            return
        first = min(hot, key=lambda statement: statement.lineno)
        edits = []
        if _can_go(fillers, context):
            edits = [Edit(filler, remove()) for filler in outermost(fillers, context)]
        yield self.report(first, *edits, name=target.id)


def _is_own(target: ast.Name, context: Context) -> bool:
    """Whether all that the variable ever holds was made here."""
    for binding in context.bindings(target):
        if is_shared(context.statement(binding.node)):
            return False
        if binding.kind is not Kind.AUGMENTED and not is_fresh(binding.value, context):
            return False
    return True


def _fills(statement: ast.stmt) -> bool:
    """Whether it puts something in, or does so in one of its branches."""
    match statement:
        case ast.Assign(targets=[target]):
            return isinstance(target, ast.Subscript)
        case ast.AnnAssign():
            return False
    return True


def _keeps_alive(function: ast.AST) -> bool:
    """Whether the function is about what lives how long."""
    return any(
        (isinstance(node, ast.Name) and node.id in _LIVES)
        or (isinstance(node, ast.Attribute) and node.attr in ("ffi", "_ffi"))
        for node in walk(function)
    )


def _fills_for_ever(hot: list[ast.stmt], context: Context) -> bool:
    """Whether an endless loop does nothing else: it takes memory, or time, on purpose."""
    for filler in hot:
        loop = context.parent(filler)
        if isinstance(loop, ast.While) and isinstance(loop.test, ast.Constant):
            if set(loop.body) <= set(hot):
                return True
    return False


def _holds_outsider(statement: ast.stmt, context: Context) -> bool:
    """Whether it keeps an object of a class of another module, which may act while it lives."""
    match statement:
        case ast.Expr(value=ast.Call(args=[*_, ast.Call(func=ast.Attribute() as made) as item])):
            name = context.resolve(made)
            is_class = name is not None and name.rpartition(".")[2][:1].isupper()
            return is_class and not context.is_pure(item)
    return False


def _can_go(fillers: list[ast.stmt], context: Context) -> bool:
    """Whether what goes in is made without effects, and every block keeps a statement."""
    going = set(fillers)
    steps = {id(filler.value) for filler in fillers if isinstance(filler, ast.Expr)}
    for statement in outermost(fillers, context):
        if going.issuperset(context.block(statement)):
            return False
        for node in walk(statement):
            if isinstance(node, ast.Call) and id(node) not in steps:
                if not is_idle(node, context):
                    return False
            if isinstance(node, ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr):
                return False
    return True
