from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety, Tier
from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.facts.short_loops import is_over_arguments
from effilint.analyzer.patterns import always_leaves, root_name, same, walk
from effilint.analyzer.rewrite import remove, statements

# So many tests repay the `elif`; fewer where working the subject out takes long.
_FEWEST_NAMES = 6
_FEWEST_PARTS = 4


class ExclusiveIfs(Rule):
    """A row of `if`s in a loop compares one value with different constants, without `elif`.

    At most one of them can hold, but all are tested. The fix is not right where a comparison or
    the body of an `if` changes the value behind the linter's back.
    """

    code = "ALG408"
    name = "exclusive-ifs"
    message = "`{subject}` is tested for all {count} constants, though at most one can match"
    advice = "Use `elif`, so that the tests end with the first that holds"
    gain = Gain("O(k)", "O(1) to O(k)", {10: 1.5, 1_000: 1.7, 100_000: 1.7}, Tier.CONSTANT)
    safety = Safety.UNSAFE
    examples = (
        Bad(
            """
            def walk(moves):
                x = y = 0
                for i in range(len(moves)):
                    if moves[i] == "N":  # ALG408
                        y += 1
                    if moves[i] == "S":
                        y -= 1
                    if moves[i] == "E":
                        x += 1
                    if moves[i] == "W":
                        x -= 1
                    if moves[i] == "H":
                        x = y = 0
                    if moves[i] == "T":
                        x, y = y, x
                return x, y
            """,
            fixed="""
            def walk(moves):
                x = y = 0
                for i in range(len(moves)):
                    if moves[i] == "N":
                        y += 1
                    elif moves[i] == "S":
                        y -= 1
                    elif moves[i] == "E":
                        x += 1
                    elif moves[i] == "W":
                        x -= 1
                    elif moves[i] == "H":
                        x = y = 0
                    elif moves[i] == "T":
                        x, y = y, x
                return x, y
            """,
            workload="walk(''.join('NSETNWNS'[i % 8] for i in range(n)))",
        ),
        Bad(
            """
            def tally(events):
                seen = [0] * 6
                for event in events:
                    if event.kind.lower() == "open":  # ALG408
                        seen[0] += 1
                    if event.kind.lower() == "close":
                        seen[1] += 1
                    if event.kind.lower() == "read":
                        seen[2] += 1
                    if event.kind.lower() == "write":
                        seen[3] += 1
                return seen
            """,
            fixed="""
            def tally(events):
                seen = [0] * 6
                for event in events:
                    if event.kind.lower() == "open":
                        seen[0] += 1
                    elif event.kind.lower() == "close":
                        seen[1] += 1
                    elif event.kind.lower() == "read":
                        seen[2] += 1
                    elif event.kind.lower() == "write":
                        seen[3] += 1
                return seen
            """,
        ),
        # The bodies leave the loop.
        Good(
            """
            def kinds(rows):
                for row in rows:
                    if row[0] == "a":
                        continue
                    if row[0] == "b":
                        continue
                    if row[0] == "c":
                        continue
                    if row[0] == "d":
                        break
            """
        ),
        # One step leads to the next.
        Good(
            """
            def run(states):
                for state in states:
                    if state[0] == 0:
                        state[0] = 1
                    if state[0] == 1:
                        state[0] = 2
                    if state[0] == 2:
                        state[0] = 3
                    if state[0] == 3:
                        print(state)
            """
        ),
        # Few tests of a plain name take as long.
        Good(
            """
            def count(kinds):
                a = b = 0
                for kind in kinds:
                    if kind == 1:
                        a += 1
                    if kind == 2:
                        b += 1
                    if kind == 3:
                        a += b
            """
        ),
        # A command line has few options.
        Good(
            """
            def options(opts):
                for flag, value in opts:
                    if flag == "-a":
                        print(value)
                    if flag == "-b":
                        print(value + 1)
                    if flag == "-c":
                        print(value + 2)
                    if flag == "-d":
                        print(value + 3)
                    if flag == "-e":
                        print(value + 4)
                    if flag == "-f":
                        print(value + 5)
            """
        ),
        # More than one can hold.
        Good(
            """
            def sizes(rows):
                a = b = 0
                for row in rows:
                    if row[0] > 1:
                        a += 1
                    if row[0] > 2:
                        b += 1
                    if row[0] > 3:
                        a += b
                    if row[0] > 4:
                        b += a
            """
        ),
    )

    def visit_If(self, node: ast.If, context: Context) -> Iterator[Finding]:
        found = _compared(node)
        if found is None or node.orelse:
            return
        subject, _ = found
        before = context.previous(node)
        if isinstance(before, ast.If) and _is_link(before, subject, context):
            return
        row = _row(node, subject, context)
        fewest = _FEWEST_NAMES if isinstance(subject, ast.Name) else _FEWEST_PARTS
        tested = [each for each in row if not always_leaves(each.body)]
        loops = context.hot_loops(node)
        if len(tested) < fewest or not loops or is_over_arguments(context, node):
            return
        edits = _as_chain(row, loops[0], context) if _is_plain(row) else []
        yield self.report(node.test, *edits, subject=context.segment(subject), count=len(row))


def _compared(node: ast.If) -> tuple[ast.expr, object] | None:
    match node.test:
        case ast.Compare(
            left=subject, ops=[ast.Eq()], comparators=[ast.Constant(value=str() | int() as value)]
        ) if root_name(subject) is not None:
            return subject, value
    return None


def _is_link(node: ast.If, subject: ast.expr, context: Context) -> bool:
    found = _compared(node)
    return (
        found is not None
        and not node.orelse
        and same(found[0], subject)
        and all(context.is_invariant(subject, part) for part in node.body)
    )


def _row(node: ast.If, subject: ast.expr, context: Context) -> list[ast.If]:
    """The `if`s from `node` on that cannot hold together."""
    row: list[ast.If] = []
    values: set[object] = set()
    for statement in (node, *context.following(node)):
        if not isinstance(statement, ast.If) or statement.orelse:
            break
        found = _compared(statement)
        if found is None or not same(found[0], subject) or found[1] in values:
            break
        row.append(statement)
        values.add(found[1])
        if not all(context.is_invariant(subject, part) for part in statement.body):
            break  # the next one may hold after this
    return row


def _is_plain(row: list[ast.If]) -> bool:
    """Whether the text can be indented anew: no texts of several lines, nothing shares a line."""
    return not any(
        isinstance(part, ast.Constant | ast.JoinedStr) and part.end_lineno != part.lineno
        for each in row
        for part in walk(each)
    ) and len({each.lineno for each in row}) == len(row)


def _as_chain(row: list[ast.If], loop: Loop, context: Context) -> list[Edit]:
    """Edits that make the row, with the comments in and between its lines, one statement."""
    assert isinstance(loop, ast.For | ast.AsyncFor | ast.While)
    first, last = row[0], row[-1]
    lines = context.source.lines[first.lineno - 1 : last.end_lineno]
    for each in row[1:]:
        place = each.lineno - first.lineno
        lines[place] = lines[place].replace("if", "elif", 1)
    return [
        Edit(loop, lambda whole: whole),  # what stands between two edited statements would stay
        Edit(first, statements("".join(lines))),
        *(Edit(each, remove()) for each in row[1:]),
    ]
