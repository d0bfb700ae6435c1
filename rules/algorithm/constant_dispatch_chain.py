from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule, Tier
from effilint.analyzer.patterns import same, sole_statement

_FEWEST = 6


class ConstantDispatchChain(Rule):
    """A chain of `elif` compares one thing with constants to choose a constant.

    The chain tests the cases one after the other; a dict finds the right one at once. Few cases
    are not worth a dict, and neither are cases that do more than give a constant.
    """

    code = "ALG401"
    name = "constant-dispatch-chain"
    message = "{count} comparisons of `{subject}`, one after the other, choose a constant"
    advice = "Put the constants into a dict and look `{subject}` up in it"
    gain = Gain("O(cases)", "O(1)", {10: 1.9, 1_000: 1.9, 100_000: 1.8}, Tier.CONSTANT)
    examples = (
        Bad(
            """
            def days(month):
                if month == "feb":  # ALG401
                    return 28
                elif month == "apr":
                    return 30
                elif month == "jun":
                    return 30
                elif month == "sep":
                    return 30
                elif month == "nov":
                    return 30
                elif month == "jan":
                    return 31
                elif month == "mar":
                    return 31
                elif month == "may":
                    return 31
                elif month == "jul":
                    return 31
                elif month == "aug":
                    return 31
                elif month == "oct":
                    return 31
                elif month == "dec":
                    return 31

            MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
            """,
            fixed="""
            DAYS = {
                "jan": 31,
                "feb": 28,
                "mar": 31,
                "apr": 30,
                "may": 31,
                "jun": 30,
                "jul": 31,
                "aug": 31,
                "sep": 30,
                "oct": 31,
                "nov": 30,
                "dec": 31,
            }

            def days(month):
                return DAYS.get(month)

            MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
            """,
            workload="[days(month) for month in MONTHS * n]",
        ),
        Bad(
            """
            class Token:
                def price(self):
                    if self.kind == 1:  # ALG401
                        cost = 5
                    elif self.kind == 2:
                        cost = 7
                    elif self.kind == 3:
                        cost = 9
                    elif self.kind == 4:
                        cost = 12
                    elif self.kind == 5:
                        cost = -1
                    elif self.kind == 6:
                        cost = None
                    else:
                        cost = 0
                    return cost
            """,
        ),
        Bad(
            """
            def value(numeral):
                if numeral == "I":  # ALG401
                    return 1
                if numeral == "V":
                    return 5
                if numeral == "X":
                    return 10
                if numeral == "L":
                    return 50
                if numeral == "C":
                    return 100
                if numeral == "D":
                    return 500
                return 1000
            """,
        ),
        # Four cases are few.
        Good(
            """
            def sign(operator):
                if operator == "+":
                    return 1
                elif operator == "-":
                    return 2
                elif operator == "*":
                    return 3
                elif operator == "/":
                    return 4
            """
        ),
        # A helper of a test.
        Good(
            """
            class TestMeter:
                def test_units(self):
                    def unit(place):
                        if place == 0:
                            return "m"
                        elif place == 1:
                            return "s"
                        elif place == 2:
                            return "kg"
                        elif place == 3:
                            return "A"
                        elif place == 4:
                            return "K"
                        elif place == 5:
                            return "mol"
                    assert unit(4) == "K"
            """
        ),
        # Each case does something of its own.
        Good(
            """
            def run(command, out):
                if command == "a":
                    out.write("a")
                elif command == "b":
                    out.close()
                elif command == "c":
                    return 1
                elif command == "d":
                    return out.read()
                elif command == "e":
                    out.flush()
                elif command == "f":
                    return 2
            """
        ),
        # Different things are compared.
        Good(
            """
            def grade(points, bonus):
                if points == 1:
                    return "a"
                elif bonus == 1:
                    return "b"
                elif points == 2:
                    return "c"
                elif bonus == 2:
                    return "d"
                elif points == 3:
                    return "e"
                elif bonus == 3:
                    return "f"
            """
        ),
    )

    def visit_If(self, node: ast.If, context: Context) -> Iterator[Finding]:
        subject = _compared(node.test)
        if subject is None or _is_arm(context.parent(node), node, subject):
            return
        arms = _arms(node, subject)
        if len(arms) == 1 and isinstance(arms[0].body[-1], ast.Return):
            arms += _returning(context.following(node), subject)
        if len(arms) < _FEWEST or len({_target(arm) for arm in arms} | {None}) > 2:
            return
        if None in {_target(arm) for arm in arms} or _continues(node, subject, context):
            return
        yield self.report(node.test, count=len(arms), subject=context.segment(subject))


def _compared(test: ast.expr) -> ast.expr | None:
    """The name or attribute that is compared with a constant."""
    match test:
        case ast.Compare(
            left=ast.Name() | ast.Attribute() as subject,
            ops=[ast.Eq()],
            comparators=[ast.Constant(value=str() | int())],
        ):
            return subject
    return None


def _is_arm(parent: ast.AST | None, node: ast.If, subject: ast.expr) -> bool:
    """Whether the `if` is an `elif` of a chain that asks about the same thing."""
    if not isinstance(parent, ast.If) or node not in parent.orelse:
        return False
    before = _compared(parent.test)
    return before is not None and same(before, subject)


def _arms(node: ast.If, subject: ast.expr) -> list[ast.If]:
    arms = [node]
    while isinstance(following := sole_statement(arms[-1].orelse), ast.If):
        compared = _compared(following.test)
        if compared is None or not same(compared, subject):
            break
        arms.append(following)
    return arms


def _returning(statements: list[ast.stmt], subject: ast.expr) -> list[ast.If]:
    """The `if`s that go on where a first one did not return."""
    arms: list[ast.If] = []
    for statement in statements:
        if not isinstance(statement, ast.If) or statement.orelse:
            break
        compared = _compared(statement.test)
        if compared is None or not same(compared, subject):
            break
        arms.append(statement)
    return arms


def _continues(node: ast.If, subject: ast.expr, context: Context) -> bool:
    """Whether the `if` is a later one of a row of returning ones."""
    before = context.previous(node)
    if not isinstance(before, ast.If) or before.orelse or node.orelse:
        return False
    compared = _compared(before.test)
    return compared is not None and same(compared, subject)


def _target(arm: ast.If) -> str | None:
    """What gets the constant: `return`, or the name assigned to; None for anything else."""
    match arm.body:
        case [ast.Return(value=value)] if _is_constant(value):
            return "return"
        case [ast.Assign(targets=[ast.Name(id=name)], value=value)] if _is_constant(value):
            return f"= {name}"
    return None


def _is_constant(node: ast.expr | None) -> bool:
    match node:
        case ast.Constant():
            return True
        case ast.Name(id=name):
            return name[0].isupper()  # a class or a constant
        case ast.UnaryOp(operand=ast.Constant()):
            return True
        case ast.Tuple(elts=elts):
            return all(_is_constant(element) for element in elts)
    return False
