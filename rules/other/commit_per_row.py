from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety, remove
from effilint.analyzer.facts.errors import is_interrupted
from effilint.analyzer.facts.files import is_fixed, repeating_loop, runs_once, waits
from effilint.analyzer.patterns import is_name, method_call, same, walk
from effilint.analyzer.rewrite import around

_CHANGING_SQL = re.compile(r"\s*(insert|update|delete|replace|merge)\b", re.IGNORECASE)
_LEAVING = (ast.Return, ast.Break, ast.Continue, ast.Yield, ast.YieldFrom, ast.Await)
_ADDING = ("add", "merge", "delete")
_BATCHES = re.compile(r"batch|chunk|page|group|block|attempt|retr|worker|task|job|migrat|bucket")


class CommitPerRow(Rule):
    """Every row is written to the database in a transaction of its own.

    A commit waits until the disk (or the server) has the data; one commit for all rows waits
    once. The fix assumes that the rows may be saved together: all of them, or none.
    """

    code = "OTH203"
    name = "commit-per-row"
    message = "`{connection}.commit()` runs for every row"
    advice = "Commit once, after the loop"
    gain = Gain("O(n) commits", "O(1) commits", {10: 3.8, 100: 26.0, 500: 91.0})
    safety = Safety.UNSAFE
    calls = frozenset({"commit"})
    examples = (
        Bad(
            """
            import os
            import sqlite3
            import tempfile

            def save(connection, rows):
                for row in rows:
                    connection.execute("INSERT INTO items VALUES (?)", (row,))
                    connection.commit()  # OTH203

            def saved(rows):
                with tempfile.TemporaryDirectory() as folder:
                    connection = sqlite3.connect(os.path.join(folder, "items.db"))
                    connection.execute("CREATE TABLE items (number INTEGER)")
                    save(connection, rows)
                    found = connection.execute("SELECT number FROM items").fetchall()
                    connection.close()
                    return found
            """,
            fixed="""
            import os
            import sqlite3
            import tempfile

            def save(connection, rows):
                for row in rows:
                    connection.execute("INSERT INTO items VALUES (?)", (row,))
                connection.commit()

            def saved(rows):
                with tempfile.TemporaryDirectory() as folder:
                    connection = sqlite3.connect(os.path.join(folder, "items.db"))
                    connection.execute("CREATE TABLE items (number INTEGER)")
                    save(connection, rows)
                    found = connection.execute("SELECT number FROM items").fetchall()
                    connection.close()
                    return found
            """,
            workload="saved([(k * 7) % 11 for k in range(n)])",
        ),
        # The statement goes through a cursor; the connection is an attribute.
        Bad(
            """
            class Store:
                def rename(self, names):
                    cursor = self.connection.cursor()
                    for old, new in names.items():
                        cursor.execute("update people set name = ? where name = ?", (new, old))
                        self.connection.commit()  # OTH203
            """,
            fixed="""
            class Store:
                def rename(self, names):
                    cursor = self.connection.cursor()
                    for old, new in names.items():
                        cursor.execute("update people set name = ? where name = ?", (new, old))
                    self.connection.commit()
            """,
        ),
        # The session of an object-relational mapper; another use of it keeps the fix away.
        Bad(
            """
            def load(session, rows):
                for row in rows:
                    item = Item(**row)
                    session.add(item)
                    session.commit()  # OTH203
                    print(item.id)
            """
        ),
        # The statement has a name.
        Bad(
            """
            SAVE = "INSERT INTO items VALUES (?)"

            def fill(connection, rows):
                cursor = connection.cursor()
                for row in rows:
                    cursor.execute(SAVE, (row,))
                    connection.commit()  # OTH203
            """,
            fixed="""
            SAVE = "INSERT INTO items VALUES (?)"

            def fill(connection, rows):
                cursor = connection.cursor()
                for row in rows:
                    cursor.execute(SAVE, (row,))
                connection.commit()
            """,
        ),
        # A helper writes one row; a loop calls it.
        Bad(
            """
            class Store:
                def put(self, key, value):
                    self.db.execute("INSERT INTO pairs VALUES (?, ?)", (key, value))
                    self.db.commit()  # OTH203

                def put_all(self, pairs):
                    for key, value in pairs:
                        self.put(key, value)
            """
        ),
        # Every thousand rows.
        Good(
            """
            def save(connection, rows):
                for number, row in enumerate(rows):
                    connection.execute("INSERT INTO items VALUES (?)", row)
                    if number % 1000 == 0:
                        connection.commit()
            """
        ),
        # Each pass saves many rows.
        Good(
            """
            def save(connection, groups):
                for rows in groups:
                    connection.executemany("INSERT INTO items VALUES (?)", rows)
                    connection.commit()
            """
        ),
        # A row that fails is undone, the others stay.
        Good(
            """
            def save(connection, rows):
                for row in rows:
                    try:
                        connection.execute("INSERT INTO items VALUES (?)", row)
                        connection.commit()
                    except ValueError:
                        connection.rollback()
            """
        ),
        # Another database each time.
        Good(
            """
            import sqlite3

            def mark(paths):
                for path in paths:
                    connection = sqlite3.connect(path)
                    connection.execute("UPDATE items SET old = 1")
                    connection.commit()
            """
        ),
        # It waits for each message.
        Good(
            """
            def consume(connection, queue):
                while True:
                    row = queue.get()
                    connection.execute("INSERT INTO items VALUES (?)", row)
                    connection.commit()
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        connection, statement = method_call(node, "commit"), context.parent(node)
        if connection is None or node.args or not isinstance(statement, ast.Expr):
            return
        text = context.segment(connection)
        loop = repeating_loop(context, node)
        if loop is None:
            if _is_row_helper(node, connection, context):
                yield self.report(node, connection=text)
            return
        if not isinstance(loop, ast.For) or statement not in loop.body or _is_deliberate(loop):
            return
        if runs_once(context, node, loop) or not is_fixed(context, connection, loop):
            return
        if not _saves_one_row(connection, loop, context):
            return
        can_wait = context.following(statement) == [] and not _leaves(loop)
        can_wait = can_wait and not is_interrupted(loop, context)
        edits = []
        if can_wait:
            edits = [Edit(statement, remove()), Edit(loop, around("", f"{text}.commit()"))]
        yield self.report(node, *edits, connection=text)


def _is_deliberate(loop: ast.For) -> bool:
    """Whether the loop is about batches, tries again, or waits."""
    words = " ".join(
        node.id if isinstance(node, ast.Name) else node.attr
        for part in (loop.target, loop.iter)
        for node in walk(part)
        if isinstance(node, ast.Name | ast.Attribute)
    )
    if _BATCHES.search(words.lower()) or waits(loop):
        return True
    return any(
        isinstance(node, ast.Try) or method_call(node, "rollback", "begin") is not None
        for node in walk(loop)
    )


def _saves_one_row(connection: ast.expr, region: ast.AST, context: Context) -> bool:
    """Whether `region` changes one row by this connection, and no loop in it changes more."""
    found = False
    for node in walk(region):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in ("executemany", "executescript", "add_all", "bulk_create"):
                return False
            if _changes_row(node, connection, context):
                loops = context.loops(node)
                if loops and loops[0] is not region:
                    return False
                found = True
    return found


def _changes_row(call: ast.Call, connection: ast.expr, context: Context) -> bool:
    assert isinstance(call.func, ast.Attribute)
    if call.func.attr in _ADDING and len(call.args) == 1:
        return same(call.func.value, connection)
    if call.func.attr != "execute" or not call.args:
        return False
    sql = call.args[0]
    if isinstance(sql, ast.Name):
        sql = context.sole_value(sql) or sql
    if isinstance(sql, ast.JoinedStr) and sql.values:
        sql = sql.values[0]
    return (
        isinstance(sql, ast.Constant)
        and isinstance(sql.value, str)
        and _CHANGING_SQL.match(sql.value) is not None
    )


def _leaves(loop: ast.For) -> bool:
    """Whether a pass may end the loop, or be left, before its commit."""
    return bool(loop.orelse) or any(isinstance(node, _LEAVING) for node in walk(loop))


def _is_row_helper(node: ast.Call, connection: ast.expr, context: Context) -> bool:
    """Whether a function saves one row and commits, and a loop of this file calls it."""
    function = context.function(node)
    if function is None or context.statement(node) not in function.body:
        return False
    if is_name(connection, "self") or not is_fixed(context, connection, function):
        return False
    if not _saves_one_row(connection, function, context):
        return False
    if any(isinstance(inner, ast.Try) for inner in walk(function)):
        return False
    for call in context.calls.callers(function):
        loop = repeating_loop(context, call)
        if isinstance(loop, ast.For) and not _is_deliberate(loop):
            if not runs_once(context, call, loop):
                return True
    return False
