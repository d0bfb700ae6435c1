"""How often tokens run, by the innermost part of the program that they belong to."""

from __future__ import annotations

import pytest

from effilint.detectors.heat import COLD, Heat, heat_of

pytest.importorskip("tree_sitter_python")

from effilint.detectors.syntax import parsed

PROGRAM = '''"""Ünïcödé before everything."""

class Finder:
    def find(self, rows: list[str], k: int) -> int:
        best = 0
        for row in rows:
            best += self.width(row) + row.count("ä")
        for i in range(32):
            best += k in rows
        return best

    def width(self, row: str) -> int:
        for c in row:
            if c == "x":
                return 1
        return len([d for d in row])
'''


def heats(text: str, line: str) -> dict[str, Heat]:
    """The heat of the tokens of a line; of equal ones that of the last."""
    leaves = parsed(text).leaves
    found = heat_of(text, [leaf.start for leaf in leaves])
    assert found is not None
    start = len(text[: text.index(line)].encode())
    end = start + len(line.encode())
    pairs = zip(leaves, found, strict=True)
    return {leaf.text: heat for leaf, heat in pairs if start <= leaf.start < end}


def rounded(heat: Heat) -> tuple[int, ...]:
    return tuple(round(part) for part in heat)


def test_tokens_run_as_often_as_their_loops() -> None:
    line = heats(PROGRAM, 'best += self.width(row) + row.count("ä")')
    assert rounded(line["+="]) == (10, 0, 0, 0)
    assert rounded(line["row"]) == (10, 0, 0, 0)
    assert heats(PROGRAM, "best = 0")["="] == COLD


def test_brackets_are_the_call_and_what_it_goes_through() -> None:
    line = heats(PROGRAM, 'row.count("ä")')
    assert rounded(line["("]) == (10, 0, 5, 0)
    assert rounded(heats(PROGRAM, "for row in rows")["for"]) == (0, 0, 10, 0)


def test_loops_of_constant_length_are_repeats() -> None:
    line = heats(PROGRAM, "best += k in rows")
    assert rounded(line["in"]) == (0, 5, 10, 0)


def test_functions_run_as_often_as_they_are_called() -> None:
    assert rounded(heats(PROGRAM, 'if c == "x"')["=="]) == (15, 0, 0, 5)
    assert rounded(heats(PROGRAM, "return 1")["return"]) == (10, 0, 0, 0)
    assert rounded(heats(PROGRAM, "return len(")["len"])[0] == 10


ONCE = """
def once(xs):
    helper(xs)
"""
OFTEN = """
def often(xs):
    for x in xs:
        for y in xs:
            helper(3)
"""
HELPER = """
def helper(n):
    for i in range(n):
        print(i)
    for i in range(16):
        print("x", i)
"""


@pytest.mark.parametrize("text", [ONCE + OFTEN + HELPER, HELPER + OFTEN + ONCE])
def test_a_function_runs_as_often_as_all_its_calls_together(text: str) -> None:
    assert rounded(heats(text, "print(i)")["print"]) == (20, 0, 0, 0)
    assert rounded(heats(text, 'print("x", i)')["print"]) == (20, 4, 0, 0)


def test_calls_add_up() -> None:
    text = "def main(xs, ys):\n    for x in xs:\n        f(1)\n    for y in ys:\n        f(1)\n"
    text += "\ndef f(n):\n    print(n)\n"
    assert rounded(heats(text, "print(n)")["print"])[0] == 11


def test_what_is_passed_on_keeps_its_size() -> None:
    text = """
def main(rows: list[str]):
    for row in rows:
        between(row)

def between(ys):
    helper(ys)

def helper(zs):
    for z in zs:
        print(z)
"""
    assert rounded(heats(text, "print(z)")["print"])[0] == 15


@pytest.mark.parametrize("calls", [("helper(3)", "helper(xs)"), ("helper(xs)", "helper(3)")])
def test_what_is_passed_counts_in_any_order_of_calls(calls: tuple[str, str]) -> None:
    text = f"def main(xs):\n    {calls[0]}\n    {calls[1]}\n{HELPER}"
    assert rounded(heats(text, "print(i)")["print"])[0] == 10


def test_many_calls_of_different_sizes_are_none_too_few() -> None:
    names = [f"x{n}" for n in range(12)]
    calls = "".join(f"    helper({name}, xs)\n" for name in names)
    text = f"def main(xs, {', '.join(names)}):\n{calls}    helper(xs, 3)\n" + HELPER.replace(
        "(n)", "(k, n)", 1
    )
    assert rounded(heats(text, "print(i)")["print"])[0] in (10, 11, 12, 13, 14)


def test_repeats_and_early_exits_around_a_call_count() -> None:
    text = """
def main(xs, ys):
    for x in xs:
        if helper(ys):
            return
        for i in range(8):
            other()

def helper(zs):
    for z in zs:
        if z:
            return z

def other():
    print(1)
"""
    assert rounded(heats(text, "if z")["if"]) == (20, 0, 0, 20)
    assert rounded(heats(text, "print(1)")["print"]) == (10, 3, 0, 10)


EVEN = """
def even(n):
    for i in range(n):
        print(i)
    return n == 0 or odd(n - 1)
"""
ODD = """
def odd(m):
    return m != 0 and even(m - 1)
"""
MAIN = """
def main(xs):
    for x in xs:
        odd(x)
"""


@pytest.mark.parametrize("text", [EVEN + ODD + MAIN, MAIN + ODD + EVEN, ODD + EVEN])
def test_functions_that_call_each_other_run_in_any_order(text: str) -> None:
    expected = 10 if MAIN in text else 0
    assert rounded(heats(text, "return m")["return"])[0] == expected
    assert rounded(heats(text, "print(i)")["print"])[0] > expected


def test_functions_that_are_handed_on_are_entered_for_each_item() -> None:
    text = "def main(xs):\n    def key(n):\n        return f(n)\n    return sorted(xs, key=key)\n"
    text += "\ndef f(n):\n    return [i for i in range(n)]\n"
    assert rounded(heats(text, "[i for")["for"])[::2] == (10, 5)  # of numbers in a list of them
    other = text.replace("sorted(xs, key=key)", "elsewhere(key)")
    assert rounded(heats(other, "[i for")["for"])[::2] == (0, 10)


def test_functions_that_call_each_other_end() -> None:
    text = "def f(n):\n    return g(n - 1)\n\ndef g(n):\n    return f(n - 1) + h(n)\n"
    assert heats(text, "return g")["return"] == COLD


def test_definitions_and_docstrings_are_cold() -> None:
    assert heats(PROGRAM, "def width(self, row: str)")["row"] == COLD
    assert heats(PROGRAM, "class Finder")["class"] == COLD


@pytest.mark.parametrize("text", ["def f(:", "x = 1\n  y = 2\n"])
def test_nothing_is_known_of_what_cannot_be_parsed(text: str) -> None:
    assert heat_of(text, [0]) is None


def test_carriage_returns_and_form_feeds_keep_places() -> None:
    text = "def f(xs):\r\n\x0c    for x in xs:\r        print('\x0b', x)\r\n"
    assert rounded(heats(text, "print(")["print"])[0] == 10


def test_tokens_of_an_empty_program() -> None:
    assert heat_of("", []) == []
    assert heat_of("\n", [0]) == [COLD]
