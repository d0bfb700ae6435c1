from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Tier, replacement
from effilint.analyzer.hoist import fresh_name
from effilint.analyzer.patterns import root_name, same, sole_statement, walk
from effilint.analyzer.rewrite import around

# So many tests of one subject are worth a name.
_FEWEST_CALLS = 3
_FEWEST_ITEMS = 4
_METHODS = frozenset("lower upper casefold strip split get".split())


class RepeatedSubjectInChain(Rule):
    """The arms of an `if` chain in a loop work out the same item or text again and again.

    Bind it to a name before the chain. The fix is offered where the item comes from a built-in
    container, whose look-ups change nothing.
    """

    code = "ALG403"
    name = "repeated-subject-in-chain"
    message = "`{subject}` is worked out anew in {count} tests of one chain"
    advice = "Bind `{subject}` to a name before the chain"
    gain = Gain("O(n)", "O(n)", {10: 1.6, 1_000: 1.8, 100_000: 1.8}, Tier.CONSTANT)
    examples = (
        Bad(
            """
            def totals(rows: list[dict[str, str]]):
                deposits = withdrawals = fees = other = 0
                for row in rows:
                    if row["kind"].strip().lower() == "deposit":  # ALG403
                        deposits += 1
                    elif row["kind"].strip().lower() == "withdrawal":
                        withdrawals += 1
                    elif row["kind"].strip().lower() == "fee":
                        fees += 1
                    else:
                        other += 1
                return deposits, withdrawals, fees, other
            """,
            fixed="""
            def totals(rows: list[dict[str, str]]):
                deposits = withdrawals = fees = other = 0
                for row in rows:
                    row_lower = row["kind"].strip().lower()
                    if row_lower == "deposit":
                        deposits += 1
                    elif row_lower == "withdrawal":
                        withdrawals += 1
                    elif row_lower == "fee":
                        fees += 1
                    else:
                        other += 1
                return deposits, withdrawals, fees, other
            """,
            workload="totals([{'kind': kind} for kind in ('Fee ', 'Gift', 'Deposit')] * n)",
        ),
        Bad(
            """
            class Machine:
                def run(self, program):
                    self.pc = 0
                    while self.pc < len(program):
                        if program[self.pc][0] == "push":  # ALG403
                            self.push(program[self.pc][1])
                        elif program[self.pc][0] == "pop":
                            self.pop()
                        elif program[self.pc][0] == "add":
                            self.add()
                        elif program[self.pc][0] == "mul":
                            self.mul()
                        self.pc += 1
            """,
        ),
        Bad(
            """
            def kinds(lines: list[str]):
                for line in lines:
                    if line.strip().startswith("#"):  # ALG403
                        yield "comment"
                    elif line.strip().startswith("def "):
                        yield "function"
                    elif line.strip() == "":
                        yield "blank"
            """,
            fixed="""
            def kinds(lines: list[str]):
                for line in lines:
                    line_strip = line.strip()
                    if line_strip.startswith("#"):
                        yield "comment"
                    elif line_strip.startswith("def "):
                        yield "function"
                    elif line_strip == "":
                        yield "blank"
            """,
        ),
        # A name is at hand already.
        Good(
            """
            def kinds(rows):
                for row in rows:
                    kind = row["kind"]
                    if kind == "a":
                        yield 1
                    elif kind == "b":
                        yield 2
                    elif kind == "c":
                        yield 3
            """
        ),
        # Without a fix: a test changes what the next ones ask for.
        Bad(
            """
            def kinds(rows: list[str]):
                for row in rows:
                    if row.lower() == "a":  # ALG403
                        yield 1
                    elif (row := row.lstrip("-")).lower() == "b":
                        yield 2
                    elif row.lower() == "c":
                        yield 3
                    elif row.lower() == "d":
                        yield 4
            """
        ),
        # Without a fix: a test calls what may change the rows.
        Bad(
            """
            def kinds(rows: list[list[list[str]]], settle):
                for row in rows:
                    if row[0][0] == "a":  # ALG403
                        yield 1
                    elif settle():
                        yield 2
                    elif row[0][0] == "c":
                        yield 3
                    elif row[0][0] == "d":
                        yield 4
                    elif row[0][0] == "e":
                        yield 5
            """
        ),
        # Every test takes another item from the iterator.
        Good(
            """
            def triples(rows, source):
                for row in rows:
                    if next(source) == 1:
                        yield 1
                    elif next(source) == 2:
                        yield 2
                    elif next(source) == 3:
                        yield 3
            """
        ),
        # Three look-ups of two steps are little work.
        Good(
            """
            def signs(terms):
                for i, term in enumerate(terms):
                    if terms[i][0] == 1:
                        yield "+"
                    elif terms[i][0] == -1:
                        yield "-"
                    elif terms[i][0] != 0:
                        yield term
            """
        ),
        # Not in a loop.
        Good(
            """
            def kind(row):
                if row["kind"].lower() == "a":
                    return 1
                elif row["kind"].lower() == "b":
                    return 2
                elif row["kind"].lower() == "c":
                    return 3
            """
        ),
        # One look-up in a dict is little work.
        Good(
            """
            def points(rows):
                for row in rows:
                    if row["kind"] == 1:
                        yield 1
                    elif row["kind"] == 2:
                        yield 2
                    elif row["kind"] == 3:
                        yield 3

                    if row.get("state") == 1:
                        yield 4
                    elif row.get("state") == 2:
                        yield 5
                    elif row.get("state") == 3:
                        yield 6
            """
        ),
    )

    def visit_If(self, node: ast.If, context: Context) -> Iterator[Finding]:
        if not node.orelse or _is_elif(node, context):
            return
        subject = _subject(node.test)
        if subject is None:
            return
        tests = _tests(node)
        twins = [[part for part in walk(test) if same(part, subject)] for test in tests]
        arms = sum(1 for found in twins if found)
        fewest = _FEWEST_CALLS if isinstance(subject, ast.Call) else _FEWEST_ITEMS
        if arms < fewest or not context.hot_loops(node):
            return
        edits: list[Edit] = []
        is_builtin = _is_builtin(subject, context)
        if is_builtin and all(_keeps(test, subject, context) for test in tests):
            name = fresh_name(_stem(subject), context)
            edits = [Edit(node, around(f"{name} = {context.segment(subject)}\n", ""))]
            edits += [
                Edit(p, replacement(name)) for ps in twins for p in ps if isinstance(p, ast.expr)
            ]
        yield self.report(node.test, *edits, subject=context.segment(subject), count=arms)


def _is_elif(node: ast.If, context: Context) -> bool:
    parent = context.parent(node)
    return isinstance(parent, ast.If) and node in parent.orelse and len(parent.orelse) == 1


def _tests(node: ast.If) -> list[ast.expr]:
    tests = [node.test]
    while isinstance(following := sole_statement(node.orelse), ast.If):
        node = following
        tests.append(node.test)
    return tests


def _subject(test: ast.expr) -> ast.expr | None:
    """What the first test asks about, if working it out takes two steps or a method call."""
    while isinstance(test, ast.BoolOp):
        test = test.values[0]
    match test:
        case ast.Compare(left=subject):
            pass
        case ast.Call(func=ast.Attribute(value=subject, attr="startswith" | "endswith")):
            pass
        case _:
            return None
    match subject:
        case ast.Call(func=ast.Attribute(value=owner, attr=attr), args=args, keywords=[]):
            if attr == "get" and args:
                return None  # one look-up in a dict
            is_known = attr in _METHODS and all(isinstance(arg, ast.Constant) for arg in args)
            while isinstance(owner, ast.Call) and isinstance(owner.func, ast.Attribute):
                is_known = is_known and owner.func.attr in _METHODS and not owner.args
                owner = owner.func.value
            return subject if is_known and _is_path(owner) else None
        case ast.Subscript(value=ast.Subscript() | ast.Attribute()) if _is_path(subject):
            return subject
    return None


def _is_path(node: ast.expr) -> bool:
    """Whether it is a name with attributes and items by constant, name or attribute."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        if isinstance(node, ast.Subscript):
            index = node.slice
            if not isinstance(index, ast.Constant | ast.Name | ast.Attribute | ast.UnaryOp):
                return False
        node = node.value
    return isinstance(node, ast.Name)


def _keeps(test: ast.expr, subject: ast.expr, context: Context) -> bool:
    """Whether the test leaves the subject as it is.

    What it calls may reach the item of a container by another way, but cannot change a text.
    """
    if not context.is_invariant(subject, test):
        return False
    if any(isinstance(part, ast.Subscript) for part in walk(subject)):
        return context.is_pure(test)
    return not any(isinstance(part, ast.NamedExpr) for part in walk(test))


def _is_builtin(subject: ast.expr, context: Context) -> bool:
    """Whether looking the subject up surely changes nothing."""
    match subject:
        case ast.Call(func=ast.Attribute(value=owner)):
            is_text = context.type_of(owner).name == "str"
            is_plain = isinstance(owner, ast.Name) or _is_builtin(owner, context)
            return is_text and is_plain
        case ast.Subscript(value=owner):
            kind = context.type_of(owner).name
            is_plain = isinstance(owner, ast.Name) or _is_builtin(owner, context)
            return kind in ("dict", "list", "tuple", "str") and is_plain
    return False


def _stem(subject: ast.expr) -> str:
    root = root_name(subject)
    last = getattr(getattr(subject, "func", None), "attr", "item")
    return f"{root.id if root else 'known'}_{last}"
