from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety, remove
from effilint.analyzer.facts.scopes import Kind
from effilint.analyzer.patterns import is_empty_container, looks_at_locals, walk

_GROWING = frozenset("append add extend update appendleft insert setdefault".split())
_MADE = frozenset(
    """list dict set collections.deque collections.Counter collections.defaultdict
    collections.OrderedDict""".split()
)
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
    gain = Gain("O(n) memory", "O(1)", {10: 1.5, 1_000: 1.9, 100_000: 3.1})
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
        if not isinstance(target, ast.Name) or not _is_new(value, context):
            return
        function = context.function(node)
        if function is None or function.name.startswith("test"):
            return
        if not _is_own(target, function, context):
            return
        fillers = _fillers(target, context)
        hot = [statement for statement in fillers or () if context.hot_loops(statement)]
        if not hot or fillers is None or looks_at_locals(function) or _keeps_alive(function):
            return
        if any(_holds_outsider(statement, context) for statement in fillers):
            return
        first = min(hot, key=lambda statement: statement.lineno)
        edits = []
        if _can_go([node, *fillers], context):
            edits = [Edit(statement, remove()) for statement in (node, *fillers)]
        yield self.report(first, *edits, name=target.id)


def _is_new(value: ast.expr | None, context: Context) -> bool:
    """Whether the value is an empty collection made here."""
    if isinstance(value, ast.Call):
        is_plain = all(isinstance(argument, ast.Name) for argument in value.args)
        return is_plain and not value.keywords and context.resolve(value.func) in _MADE
    return is_empty_container(value) and not isinstance(value, ast.Tuple)


def _is_own(target: ast.Name, function: ast.AST, context: Context) -> bool:
    """Whether the variable is a local of the function, bound once and then only by `+=`."""
    symbol = context.symbol(target)
    if symbol is None or symbol.scope.node is not function or target.id.startswith("_"):
        return False
    others = [binding for binding in symbol.bindings if binding.node is not target]
    return all(binding.kind is Kind.AUGMENTED for binding in others)


def _fillers(target: ast.Name, context: Context) -> list[ast.stmt] | None:
    """The statements that put something in; None if anything else is done with the variable."""
    found: list[ast.stmt] = []
    for binding in context.bindings(target):
        if binding.node is not target:
            found.append(context.statement(binding.node))
    for use in context.uses(target):
        statement = _filling(use, context)
        if statement is None or context.function(use) is not context.function(target):
            return None
        found.append(statement)
    return list(dict.fromkeys(found))


def _filling(use: ast.Name, context: Context) -> ast.stmt | None:
    """The statement `use.append(item)`, `use[key] = value` or `use[key].append(item)`."""
    child: ast.AST = use
    parent = context.parent(use)
    while isinstance(parent, ast.Subscript) and parent.value is child:
        child, parent = parent, context.parent(parent)
    if isinstance(parent, ast.Assign) and isinstance(child, ast.Subscript):
        return parent if parent.targets == [child] else None
    if isinstance(parent, ast.AugAssign) and parent.target is child:
        return parent
    if not isinstance(parent, ast.Attribute) or parent.attr not in _GROWING:
        return None
    call = context.parent(parent)
    if isinstance(call, ast.Call) and call.func is parent:
        statement = context.parent(call)
        return statement if isinstance(statement, ast.Expr) else None
    return None


def _keeps_alive(function: ast.AST) -> bool:
    """Whether the function is about what lives how long."""
    return any(
        (isinstance(node, ast.Name) and node.id in _LIVES)
        or (isinstance(node, ast.Attribute) and node.attr in ("ffi", "_ffi"))
        for node in walk(function)
    )


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
    for statement in fillers:
        if going.issuperset(context.block(statement)):
            return False
        for node in walk(statement):
            if isinstance(node, ast.Call) and not _is_step(node, statement):
                if not context.purity.call_is_pure(node):
                    return False
            if isinstance(node, ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr):
                return False
    return True


def _is_step(call: ast.Call, statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and statement.value is call
