from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule, Tier
from effilint.analyzer.patterns import constant_int, is_constant, is_name


class ManualBitCount(Rule):
    """A loop takes a number apart bit by bit to count the ones, or the bits.

    `int.bit_count()` (Python 3.10) and `int.bit_length()` ask the number in C.
    """

    code = "LNG119"
    name = "manual-bit-count"
    message = "The loop takes `{number}` apart bit by bit to count {what}"
    advice = "Use `{number}.{method}()`"
    gain = Gain("O(bits)", "O(words)", {10: 2.7, 1_000: 12.0, 10_000: 16.0}, Tier.CONSTANT)
    examples = (
        Bad(
            """
            def weights(n: int):
                found = []
                for value in range(n):
                    ones = 0
                    while value:  # LNG119
                        ones += value & 1
                        value >>= 1
                    found.append(ones)
                return found
            """,
            fixed="""
            def weights(n: int):
                found = []
                for value in range(n):
                    found.append(value.bit_count())
                return found
            """,
            workload="weights(n)",
        ),
        # The lowest one goes; by remainders; the bits themselves.
        Bad(
            """
            def measures(mask: int, flags: int, size: int, left: int):
                steps = bits = ones = more = 0
                while mask > 0:  # LNG119
                    mask &= mask - 1
                    steps += 1
                while flags != 0:  # LNG119
                    if flags % 2 == 1:
                        ones += 1
                    flags //= 2
                while size:  # LNG119
                    size = size >> 1
                    bits += 1
                while left:  # LNG119
                    if left & 1:
                        more = more + 1
                    left = left // 2
                return steps, ones, bits, more
            """
        ),
        # Digits of ten, other bits, and what else happens on the way.
        Good(
            """
            def others(number: int, mask: int, code: int):
                digits = pairs = 0
                while number:
                    digits += number % 10
                    number //= 10
                while mask:
                    pairs += mask & 3
                    mask >>= 2
                while code:
                    yield code & 1
                    code >>= 1
                return digits, pairs
            """
        ),
    )

    def visit_While(self, node: ast.While, context: Context) -> Iterator[Finding]:
        number = _until_zero(node.test)
        if number is None or len(node.body) != 2 or node.orelse:
            return
        for step, count in (node.body, node.body[::-1]):
            if (_clears_lowest(step, number) and _is_counted(count)) or (
                _halves(step, number) and _adds_bit(count, number) and step is node.body[1]
            ):
                found = "its ones", "bit_count"
            elif _halves(step, number) and _is_counted(count):
                found = "its bits", "bit_length"
            else:
                continue
            left = node.test.left if isinstance(node.test, ast.Compare) else node.test
            if context.type_of(left).name in ("int", "unknown"):
                yield self.report(node, number=number, what=found[0], method=found[1])
            return


def _until_zero(test: ast.expr) -> str | None:
    match test:
        case ast.Name(id=number):
            return number
        case ast.Compare(
            left=ast.Name(id=number), ops=[ast.Gt() | ast.NotEq()], comparators=[zero]
        ) if is_constant(zero, 0):
            return number
    return None


def _changed(statement: ast.stmt, number: str) -> tuple[ast.operator, ast.expr] | None:
    """Operator and operand of `number op= operand`, or of its long form."""
    match statement:
        case ast.AugAssign(target=target, op=op, value=value) if is_name(target, number):
            return op, value
        case ast.Assign(targets=[target], value=ast.BinOp(left=left, op=op, right=value)):
            if is_name(target, number) and is_name(left, number):
                return op, value
    return None


def _halves(statement: ast.stmt, number: str) -> bool:
    match _changed(statement, number):
        case ast.RShift(), by:
            return constant_int(by) == 1
        case ast.FloorDiv(), by:
            return constant_int(by) == 2
    return False


def _clears_lowest(statement: ast.stmt, number: str) -> bool:
    match _changed(statement, number):
        case ast.BitAnd(), ast.BinOp(left=left, op=ast.Sub(), right=one):
            return is_name(left, number) and is_constant(one, 1)
    return False


def _is_counted(statement: ast.stmt) -> bool:
    """Whether it only adds one to a variable."""
    match statement:
        case ast.AugAssign(target=ast.Name(), op=ast.Add(), value=one):
            return is_constant(one, 1)
        case ast.Assign(
            targets=[ast.Name(id=name)], value=ast.BinOp(left=left, op=ast.Add(), right=one)
        ):
            return is_name(left, name) and is_constant(one, 1)
    return False


def _adds_bit(statement: ast.stmt, number: str) -> bool:
    """Whether it adds the lowest bit to a variable, or one where that is set."""
    match statement:
        case ast.AugAssign(target=ast.Name(), op=ast.Add(), value=value):
            return _is_bit(value, number)
        case ast.Assign(
            targets=[ast.Name(id=name)], value=ast.BinOp(left=left, op=ast.Add(), right=value)
        ):
            return is_name(left, name) and _is_bit(value, number)
        case ast.If(test=test, body=[step], orelse=[]):
            match test:
                case ast.Compare(left=bit, ops=[ast.Eq()], comparators=[one]):
                    return is_constant(one, 1) and _is_bit(bit, number) and _is_counted(step)
            return _is_bit(test, number) and _is_counted(step)
    return False


def _is_bit(node: ast.expr, number: str) -> bool:
    match node:
        case ast.BinOp(left=left, op=ast.BitAnd(), right=by):
            return is_name(left, number) and constant_int(by) == 1
        case ast.BinOp(left=left, op=ast.Mod(), right=by):
            return is_name(left, number) and constant_int(by) == 2
    return False
