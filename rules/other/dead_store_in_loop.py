from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety, Tier, remove
from effilint.analyzer.facts.unread import (
    feeders,
    grows_in_place,
    is_idle,
    is_shared,
    is_trial,
    is_tried,
    outermost,
)
from effilint.analyzer.patterns import looks_at_locals, walk

_UNWANTED = ("_", "dummy", "unused", "ignored", "junk", "skip", "trash")
# Calls that take hardly longer than a sum or a look-up.
_CHEAP = frozenset(
    """len isinstance issubclass type id callable hasattr getattr ord chr bool int float abs round
    range""".split()
)
_MANY = 10  # items of a display
_MADE = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_MAKERS = frozenset("list tuple set frozenset dict sorted sum min max".split())


class DeadStoreInLoop(Rule):
    """Every pass of a loop works out a value that nobody reads.

    A maximum that is only compared with itself, a text that is cut and dropped: the value serves
    nothing but its own next value. Silent where it costs next to nothing: a counter, a sum, a
    length. The fix removes all that sets it, and assumes that working it out raises nothing.
    """

    code = "OTH409"
    name = "dead-store-in-loop"
    message = "The loop works out `{name}` in every pass, and nothing reads it"
    advice = "Remove `{name}`"
    gain = Gain("O(n)", "O(1)", {10: 1.7, 1_000: 2.1, 100_000: 2.0}, Tier.CONSTANT)
    safety = Safety.UNSAFE
    examples = (
        Bad(
            """
            def longest_gap(stamps: list[int]):
                best = 0
                widest = 0
                place = 0
                for earlier, later in zip(stamps, stamps[1:]):
                    gap = later - earlier
                    place += 1
                    widest = max(widest, gap * gap)  # OTH409
                    if gap > best:
                        best = gap
                return best, place
            """,
            fixed="""
            def longest_gap(stamps: list[int]):
                best = 0
                place = 0
                for earlier, later in zip(stamps, stamps[1:]):
                    gap = later - earlier
                    place += 1
                    if gap > best:
                        best = gap
                return best, place
            """,
            workload="longest_gap([k * k % 1009 for k in range(n)])",
        ),
        # A total, in a `while` loop.
        Bad(
            """
            def evens(numbers: list[int]):
                found = []
                bits = 0
                while numbers:
                    number = numbers.pop()
                    bits += bin(number).count("1")  # OTH409
                    if number % 2 == 0:
                        found.append(number)
                return found
            """,
            fixed="""
            def evens(numbers: list[int]):
                found = []
                while numbers:
                    number = numbers.pop()
                    if number % 2 == 0:
                        found.append(number)
                return found
            """,
        ),
        # A test that only serves it goes with it.
        Bad(
            """
            def total(prices: list[int]):
                result = 0
                dearest = 0
                for price in prices:
                    result += price
                    if str(price) > str(dearest):  # OTH409
                        dearest = price
                return result
            """,
            fixed="""
            def total(prices: list[int]):
                result = 0
                for price in prices:
                    result += price
                return result
            """,
        ),
        # In a comprehension's loop it would not be bound; in an inner loop it counts.
        Bad(
            """
            def shout(lines: list[str]):
                result = []
                for line in lines:
                    words = line.split()
                    for word in words:
                        key = word.lower()  # OTH409
                        result.append(word.upper())
                return result
            """,
            fixed="""
            def shout(lines: list[str]):
                result = []
                for line in lines:
                    words = line.split()
                    for word in words:
                        result.append(word.upper())
                return result
            """,
        ),
        # A counter, a length, a sum, an item: they cost next to nothing.
        Good(
            """
            def sent(chunks: list[bytes], send, table: dict[int, int]):
                current_size = steps = 0
                biggest = 0
                for chunk in chunks:
                    current_size += len(chunk)
                    newlen = len(table)
                    first = chunk[0]
                    middle = (first + newlen) // 2
                    steps += 1
                    if newlen > biggest:
                        biggest = newlen
                    send(chunk)
            """
        ),
        # It is returned.
        Good(
            """
            def count(rows):
                steps = 0
                while rows:
                    rows.pop()
                    steps += 1
                return steps
            """
        ),
        # An inner function reads it.
        Good(
            """
            def watch(rows, notify):
                place = 0

                def where():
                    return place

                for row in rows:
                    place += 1
                    notify(row, where)
            """
        ),
        # The name only takes a part of a row that is not wanted.
        Good(
            """
            def names(rows):
                found = []
                for row in rows:
                    name, unused = row
                    found.append(name)
                return found
            """
        ),
        # The look-up is a question: is it there?
        Good(
            """
            def missing(wanted, table):
                absent = []
                for key in wanted:
                    try:
                        value = table[key]
                    except KeyError:
                        absent.append(key)
                return absent
            """
        ),
        # Another name for a value costs nothing to speak of, and a constant is computed before.
        Good(
            """
            def first_of(rows, wanted):
                for row in rows:
                    last = row
                    table = row.table
                    limit = str(10**14)
                    if row == wanted:
                        return row
            """
        ),
        # A text is read as a number to see whether it is one; a busy loop takes time.
        Good(
            """
            def checked(fields, clock):
                for name, text in fields:
                    if name == "size":
                        number = int(text)
                    clock.tick(name)
                    for step in range(1000):
                        square = step * step
                return fields
            """
        ),
        # A collection made for nothing is OTH401's, if what it is made of is not used up.
        Good(
            """
            def titles(groups):
                found = []
                for group in groups:
                    names = [item.name for item in group.items]
                    rest = list(group.queue)
                    found.append(group.title)
                return found
            """
        ),
        # Read for what the class does then; `_` says so.
        Good(
            """
            def touch(cache, keys):
                for key in keys:
                    _ = cache[key]
            """
        ),
        # A request is sent, and an item is taken.
        Good(
            """
            import requests

            def visit(client, addresses, queue):
                for address in addresses:
                    page = requests.get(address)
                    answer = client.get(address)
                    job = queue.get()
                    print(address)
            """
        ),
        # Somebody else's list grows.
        Good(
            """
            def gather(groups, pool):
                every = pool.items
                for group in groups:
                    every += group
            """
        ),
        # The call may have an effect.
        Good(
            """
            def run(jobs):
                for job in jobs:
                    result = job.run()
            """
        ),
    )

    def visit_Assign(self, node: ast.Assign, context: Context) -> Iterator[Finding]:
        if len(node.targets) == 1:
            yield from self._check(node, node.targets[0], context)

    def visit_AugAssign(self, node: ast.AugAssign, context: Context) -> Iterator[Finding]:
        yield from self._check(node, node.target, context)

    def _check(self, node: ast.stmt, target: ast.expr, context: Context) -> Iterator[Finding]:
        if not isinstance(target, ast.Name) or target.id.lower().startswith(_UNWANTED):
            return
        if not context.loops(node):
            return
        stores = feeders(target, context)
        if stores is None or not context.hot_loops(node):
            return
        if any(store.lineno < node.lineno and context.hot_loops(store) for store in stores):
            if not any(isinstance(s, ast.If) and context.inside(node, s) for s in stores):
                return
        plain = [store for store in stores if not is_shared(store)]
        if not all(_is_plain(store, context) for store in plain):
            return
        function = context.function(node)
        if function is None or is_trial(node, context) or looks_at_locals(function):
            return
        if any(is_tried(store, context) for store in stores):
            return
        outer = outermost(plain, context)
        first = min((s for s in outer if context.hot_loops(s)), key=lambda s: s.lineno)
        if _first_store(first) is not node or not any(_is_work(s, context) for s in plain):
            return
        if any(_makes_collection(s, context) or _is_check(s, context) for s in plain):
            return
        if _is_busy(node, stores, context):
            return
        if grows_in_place(target, context):
            return
        going = set(outer)
        stays = len(plain) < len(stores)
        stays = stays or any(going.issuperset(context.block(store)) for store in outer)
        edits = [] if stays else [Edit(store, remove()) for store in outer]
        yield self.report(first, *edits, name=target.id)


def _is_plain(store: ast.stmt, context: Context) -> bool:
    """Whether the statement sets the variable itself, to something worked out without effects."""
    match store:
        case ast.Assign(targets=[ast.Name()], value=value):
            return is_idle(value, context)
        case ast.AnnAssign(value=annotated):
            return annotated is None or is_idle(annotated, context)
        case ast.AugAssign(target=ast.Name(), value=value):
            return is_idle(value, context)
        case ast.If(test=test, body=body, orelse=orelse):
            return is_idle(test, context) and all(_is_plain(s, context) for s in [*body, *orelse])
    return isinstance(store, ast.Pass)


def _is_work(store: ast.stmt, context: Context) -> bool:
    """Whether a loop runs it, and it costs more than a sum, a look-up or a length."""
    return bool(context.hot_loops(store)) and any(_costs(node, context) for node in walk(store))


def _costs(node: ast.AST, context: Context) -> bool:
    match node:
        case ast.Call(func=function):
            is_variable = any(isinstance(part, ast.Name) for arg in node.args for part in walk(arg))
            is_variable = is_variable or isinstance(function, ast.Attribute)
            return is_variable and context.resolve(function) not in _CHEAP
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            return len(items) >= _MANY
        case ast.Dict(values=items):
            return len(items) >= _MANY
        case ast.JoinedStr(values=parts):
            return any(isinstance(part, ast.FormattedValue) for part in parts)
    return isinstance(node, _MADE)


def _is_check(store: ast.stmt, context: Context) -> bool:
    """Whether a text is made a number, which fails for some: that may be what it is for."""
    match store:
        case ast.Assign(value=ast.Call(func=function, args=[text])):
            is_number = context.type_of(text).is_number
            return context.resolve(function) in ("int", "float", "complex") and not is_number
    return False


def _is_busy(store: ast.stmt, stores: list[ast.stmt], context: Context) -> bool:
    """Whether a loop of a fixed length does nothing else."""
    loop = context.parent(store)
    if not isinstance(loop, ast.For) or context.trip_count(loop) is None:
        return False
    return set(loop.body) <= set(stores)


def _makes_collection(store: ast.stmt, context: Context) -> bool:
    """Whether it goes through something, which `unused-expensive-result` looks at."""
    match store:
        case ast.Assign(value=ast.Call(func=function, args=[_])):
            return context.resolve(function) in _MAKERS
        case ast.Assign(value=value):
            return isinstance(value, _MADE)
    return False


def _first_store(statement: ast.stmt) -> ast.stmt | None:
    for node in walk(statement):
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
            return node
    return None
