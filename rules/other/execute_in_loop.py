from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety, Tier
from effilint.analyzer.facts.counting import is_used_after
from effilint.analyzer.facts.files import is_fixed, waits
from effilint.analyzer.patterns import (
    last_name,
    method_call,
    names_in,
    root_name,
    sole_statement,
    walk,
)
from effilint.analyzer.rewrite import statements
from effilint.analyzer.tree import same

_CHANGING = re.compile(r"\s*(insert|update|delete|replace|merge)\b", re.IGNORECASE)
_MARKS = re.compile(r"\?|:[a-z]", re.IGNORECASE)
_CURSOR = re.compile(r"(^|_)(c|cu|cur|curs|cursor|crsr|con|conn|connection|cnx|db|database)\d*$")
_PER_ROW = frozenset(
    """lastrowid rowcount fetchone fetchall fetchmany execute executemany executescript commit
    rollback begin""".split()
)


class ExecuteInLoop(Rule):
    """One SQL statement is executed for every row, where `executemany` takes all rows.

    The statement is prepared and checked anew for each row; over a network each one is a round
    trip. With `executemany` an error leaves no hint which row it was, which is why the fix is
    not safe.
    """

    code = "OTH204"
    name = "execute-in-loop"
    message = "`{cursor}.execute` runs the same statement once for every row"
    advice = "Pass all rows to `{cursor}.executemany`"
    confidence = 0.85  # 1.3x in memory; what a network adds was not measured
    gain = Gain("O(n) calls", "O(1) calls", {10: 1.0, 1_000: 1.4, 100_000: 1.5}, Tier.CONSTANT)
    safety = Safety.UNSAFE
    calls = frozenset({"execute"})
    examples = (
        Bad(
            """
            import sqlite3

            def save(rows):
                connection = sqlite3.connect(":memory:")
                cursor = connection.cursor()
                cursor.execute("CREATE TABLE visits (host TEXT, hits INTEGER)")
                for row in rows:
                    cursor.execute("INSERT INTO visits VALUES (?, ?)", row)  # OTH204
                connection.commit()
                return cursor.execute("SELECT sum(hits) FROM visits").fetchone()
            """,
            fixed="""
            import sqlite3

            def save(rows):
                connection = sqlite3.connect(":memory:")
                cursor = connection.cursor()
                cursor.execute("CREATE TABLE visits (host TEXT, hits INTEGER)")
                cursor.executemany("INSERT INTO visits VALUES (?, ?)", rows)
                connection.commit()
                return cursor.execute("SELECT sum(hits) FROM visits").fetchone()
            """,
            workload="save([('host', k) for k in range(n)])",
        ),
        # Values picked from each row; the statement has a name.
        Bad(
            """
            INSERT = "insert into visits values (?, ?)"

            class Store:
                def save(self, pages):
                    for page in pages:
                        self.cursor.execute(INSERT, (page.host, page.hits))  # OTH204
            """,
            fixed="""
            INSERT = "insert into visits values (?, ?)"

            class Store:
                def save(self, pages):
                    self.cursor.executemany(INSERT, ((page.host, page.hits) for page in pages))
            """,
        ),
        # Something else is done for each row, too.
        Bad(
            """
            def rename(connection, pairs):
                done = []
                for old, new in pairs:
                    if old != new:
                        sql = "UPDATE hosts SET name = :new WHERE name = :old"
                        connection.execute(sql, {"old": old, "new": new})  # OTH204
                        done.append(new)
                return done
            """
        ),
        # The last row is wanted afterwards, and the table's name is filled in.
        Bad(
            """
            def latest(cursor, rows):
                for row in rows:
                    cursor.execute("insert into visits values (?, ?)", row)  # OTH204
                return row
            """
        ),
        Bad(
            """
            def save(cursor, table, rows, log):
                for row in rows:
                    cursor.execute("insert into %s values (?, ?)" % table, row)  # OTH204
                    log(row)
            """
        ),
        # The number of the new row is wanted.
        Good(
            """
            def save(cursor, rows):
                numbers = []
                for row in rows:
                    cursor.execute("INSERT INTO visits VALUES (?, ?)", row)
                    numbers.append(cursor.lastrowid)
                return numbers
            """
        ),
        # Each row may fail on its own.
        Good(
            """
            def save(cursor, rows, log):
                for row in rows:
                    try:
                        cursor.execute("INSERT INTO visits VALUES (?, ?)", row)
                    except ValueError:
                        log(row)
            """
        ),
        # Two statements that take turns.
        Good(
            """
            def move(cursor, rows):
                for row in rows:
                    cursor.execute("DELETE FROM old WHERE host = ?", row)
                    cursor.execute("INSERT INTO new VALUES (?)", row)
            """
        ),
        # A question has an answer for each row.
        Good(
            """
            def hits(cursor, hosts):
                for host in hosts:
                    cursor.execute("SELECT hits FROM visits WHERE host = ?", (host,))
                    yield cursor.fetchone()
            """
        ),
        # A layer of one's own need not have `executemany`.
        Good(
            """
            class Tree:
                def save(self, people):
                    for name, born in people:
                        self.backend.execute("INSERT INTO people VALUES (?, ?)", [name, born])
            """
        ),
        # Always the same values: the loop is not over rows.
        Good(
            """
            def decay(cursor, rounds):
                for _ in range(rounds):
                    cursor.execute("UPDATE visits SET hits = hits * ?", (0.9,))
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        cursor, statement = method_call(node, "execute"), context.parent(node)
        if cursor is None or len(node.args) != 2 or node.keywords:
            return
        if not isinstance(statement, ast.Expr) or not _is_of_database(cursor, context):
            return
        loops = context.hot_loops(node)
        loop = loops[0] if loops else None
        if not isinstance(loop, ast.For) or loop.orelse or waits(loop):
            return
        if not _is_change(node.args[0], loop, context):
            return
        if not names_in(node.args[1]) & _bound_in(loop):
            return
        if not is_fixed(context, cursor, loop) or _is_used_per_row(cursor, node, loop):
            return
        if any(isinstance(outer, ast.Try) and context.inside(outer, loop) for outer in walk(loop)):
            return
        if any(isinstance(inner, ast.Await | ast.Yield | ast.YieldFrom) for inner in walk(loop)):
            return
        edits = []
        is_all = sole_statement(loop.body) is statement and not _lives_on(loop, context)
        if is_all and not _mentions(loop.iter, cursor):
            edits = [Edit(loop, statements(_all_at_once(node, cursor, loop, context)))]
        yield self.report(node, *edits, cursor=context.segment(cursor))


def _is_of_database(cursor: ast.expr, context: Context) -> bool:
    """Whether it is a cursor or a connection, which have `executemany`, by its name or origin."""
    if _CURSOR.search((last_name(cursor) or "").lower()):
        return True
    origin = context.sole_value(cursor) if isinstance(cursor, ast.Name) else None
    return method_call(origin, "cursor", "connect") is not None


def _is_change(sql: ast.expr, loop: ast.For, context: Context) -> bool:
    """Whether it is a constant statement that changes rows, with `?` or `:name` for values."""
    value = context.sole_value(sql) if isinstance(sql, ast.Name) else sql
    match value:  # the name of the table may be filled in, the same for all rows
        case ast.BinOp(left=text, op=ast.Mod()) if is_fixed(context, sql, loop):
            value = text
    if not isinstance(value, ast.Constant) or not isinstance(value.value, str):
        return False
    return bool(_CHANGING.match(value.value) and _MARKS.search(value.value))


def _bound_in(loop: ast.For) -> set[str]:
    """What may differ from pass to pass."""
    return {
        node.id
        for node in walk(loop)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _lives_on(loop: ast.For, context: Context) -> bool:
    """Whether a variable of the loop is read outside of it."""
    names = [node for node in walk(loop.target) if isinstance(node, ast.Name)]
    return any(is_used_after(name, loop, context) for name in names)


def _is_used_per_row(cursor: ast.expr, call: ast.Call, loop: ast.For) -> bool:
    """Whether the loop asks for a result of each row, or does more with a database."""
    return any(
        isinstance(node, ast.Attribute) and node.attr in _PER_ROW and node is not call.func
        for node in walk(loop)
    ) or any(
        isinstance(node, ast.Call) and any(same(arg, cursor) for arg in node.args)
        for node in walk(loop)
    )


def _mentions(node: ast.expr, cursor: ast.expr) -> bool:
    root = root_name(cursor)
    return (
        root is None
        or (root.id != "self" and root.id in names_in(node))
        or any(isinstance(inner, ast.expr) and same(inner, cursor) for inner in walk(node))
    )


def _all_at_once(call: ast.Call, cursor: ast.expr, loop: ast.For, context: Context) -> str:
    sql, values = (context.segment(arg) for arg in call.args)
    rows = context.segment(loop.iter)
    if not same_name(call.args[1], loop.target):
        if isinstance(call.args[1], ast.Tuple) and not values.startswith("("):
            values = f"({values})"
        rows = f"({values} for {context.segment(loop.target)} in {rows})"
    return f"{context.segment(cursor)}.executemany({sql}, {rows})"


def same_name(one: ast.expr, other: ast.expr) -> bool:
    """Whether both are the same bare name."""
    return isinstance(one, ast.Name) and isinstance(other, ast.Name) and one.id == other.id
