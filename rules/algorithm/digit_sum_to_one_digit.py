from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.patterns import constant_int, is_constant, is_name, same, walk


class DigitSumToOneDigit(Rule):
    """Digits are added up again and again until one digit is left.

    That digit is the remainder by nine (nine itself where the remainder is zero), so that no
    digit has to be looked at.
    """

    code = "ALG311"
    name = "digit-sum-to-one-digit"
    message = "The digits of `{number}` are added up until one digit is left"
    advice = "Use `1 + ({number} - 1) % 9` for a positive `{number}`"
    gain = Gain("O(d) for d digits", "O(1)", {10: 8.7, 100_000: 13.0, 10_000_000: 16.0})
    examples = (
        Bad(
            """
            def check_digit(number):
                while number > 9:  # ALG311
                    number = sum(int(digit) for digit in str(number))
                return number
            """,
            fixed="""
            def check_digit(number):
                return 1 + (number - 1) % 9 if number > 0 else number
            """,
            workload="[check_digit(n * k) for k in range(50)]",
        ),
        Bad(
            """
            def check_digit(number):
                while len(str(number)) > 1:  # ALG311
                    number = sum(map(int, str(number)))
                return number
            """,
        ),
        Bad(
            """
            def check_digit(number):
                while number >= 10:  # ALG311
                    total = 0
                    while number:
                        total += number % 10
                        number //= 10
                    number = total
                return number
            """,
        ),
        Bad(
            """
            class Label:
                def digit(self, number):
                    if number < 10:
                        return number
                    return self.digit(sum(int(c) for c in str(number)))  # ALG311
            """,
        ),
        # Squares go another way.
        Good(
            """
            def is_happy(number):
                while number > 9:
                    number = sum(int(digit) ** 2 for digit in str(number))
                return number == 1
            """
        ),
        # Once.
        Good(
            """
            def total(number):
                if number > 9:
                    number = sum(int(digit) for digit in str(number))
                return number
            """
        ),
        # The passes are counted.
        Good(
            """
            def persistence(number):
                passes = 0
                while number > 9:
                    number = sum(int(digit) for digit in str(number))
                    passes += 1
                return passes
            """
        ),
    )

    def visit_While(self, node: ast.While, context: Context) -> Iterator[Finding]:
        number = _many_digits(node.test)
        if number is None or node.orelse or context.type_of(number).name == "str":
            return
        if _sets_to_digit_sum(node.body, number):
            yield self.report(node.test, number=number.id)

    def visit_Return(self, node: ast.Return, context: Context) -> Iterator[Finding]:
        match node.value:
            case ast.Call(args=[ast.Call() as total], keywords=[]) as call:
                number = _added_digits(total)
            case _:
                return
        if number is None:
            return
        function = context.function(node)
        if function is None or context.callee(call) is not function:
            return
        is_stopped = any(
            isinstance(p, ast.If) and _one_digit(p.test, number) for p in walk(function)
        )
        if is_stopped and len(context.calls.self_calls(function)) == 1:
            yield self.report(call, number=number.id)


def _many_digits(test: ast.expr) -> ast.Name | None:
    """The number that the test asks for a second digit."""
    match test:
        case ast.Compare(left=ast.Name() as number, ops=[ast.Gt()], comparators=[bound]):
            return number if is_constant(bound, 9) else None
        case ast.Compare(left=ast.Name() as number, ops=[ast.GtE()], comparators=[bound]):
            return number if is_constant(bound, 10) else None
        case ast.Compare(
            left=ast.Call(
                func=ast.Name("len"),
                args=[ast.Call(func=ast.Name("str"), args=[ast.Name() as number])],
            ),
            ops=[ast.Gt() | ast.NotEq()],
            comparators=[bound],
        ):
            return number if is_constant(bound, 1) else None
    return None


def _one_digit(test: ast.expr, number: ast.Name) -> bool:
    match test:
        case ast.Compare(left=left, ops=[ast.Lt()], comparators=[bound]):
            return same(left, number) and is_constant(bound, 10)
        case ast.Compare(left=left, ops=[ast.LtE()], comparators=[bound]):
            return same(left, number) and is_constant(bound, 9)
        case ast.Compare(
            left=ast.Call(
                func=ast.Name("len"), args=[ast.Call(func=ast.Name("str"), args=[inner])]
            ),
            ops=[ast.Eq()],
            comparators=[bound],
        ):
            return same(inner, number) and is_constant(bound, 1)
    return False


def _added_digits(node: ast.expr) -> ast.Name | None:
    """The number of `sum(int(d) for d in str(n))` and its kin."""
    match node:
        case ast.Call(func=ast.Name("sum"), args=[ast.Call(func=ast.Name("map"), args=[to, text])]):
            return _text_of(text) if is_name(to, "int") else None
        case ast.Call(
            func=ast.Name("sum"),
            args=[
                ast.GeneratorExp(
                    elt=ast.Call(func=ast.Name("int"), args=[ast.Name(id=digit)]),
                    generators=[ast.comprehension(target=target, iter=text, ifs=[])],
                )
                | ast.ListComp(
                    elt=ast.Call(func=ast.Name("int"), args=[ast.Name(id=digit)]),
                    generators=[ast.comprehension(target=target, iter=text, ifs=[])],
                )
            ],
        ):
            return _text_of(text) if is_name(target, digit) else None
    return None


def _text_of(node: ast.expr) -> ast.Name | None:
    match node:
        case ast.Call(func=ast.Name("list"), args=[inner]):
            return _text_of(inner)
        case ast.Call(func=ast.Name("str"), args=[ast.Name() as number]):
            return number
    return None


def _sets_to_digit_sum(body: list[ast.stmt], number: ast.Name) -> bool:
    match body:
        case [ast.Assign(targets=[target], value=value)]:
            added = _added_digits(value)
            return same(target, number) and added is not None and same(added, number)
        case [
            ast.Assign(targets=[ast.Name() as total], value=zero),
            ast.For() | ast.While() as loop,
            ast.Assign(targets=[target], value=result),
        ] if is_constant(zero, 0) and same(target, number) and same(result, total):
            return _adds_digits(loop, total, number)
    return False


def _adds_digits(loop: ast.For | ast.While, total: ast.Name, number: ast.Name) -> bool:
    match loop:
        case ast.For(
            target=ast.Name(id=digit),
            iter=text,
            body=[
                ast.AugAssign(
                    target=added,
                    op=ast.Add(),
                    value=ast.Call(func=ast.Name("int"), args=[ast.Name(id=used)]),
                )
            ],
        ) if digit == used and same(added, total):
            of = _text_of(text)
            return of is not None and same(of, number)
        case ast.While(
            body=[
                ast.AugAssign(
                    target=added,
                    op=ast.Add(),
                    value=ast.BinOp(left=left, op=ast.Mod(), right=ten),
                ),
                ast.AugAssign(target=cut, op=ast.FloorDiv(), value=ten2),
            ]
        ):
            is_decimal = constant_int(ten) == 10 and constant_int(ten2) == 10
            return is_decimal and same(added, total) and same(left, number) and same(cut, number)
    return False
