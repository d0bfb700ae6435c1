"""Nothing is found in code whose speed nobody waits for."""

from __future__ import annotations

from textwrap import indent

import pytest

from effilint import check

# DST102 finds this wherever it may matter.
QUEUE = """\
def drained(queue: list[int]) -> list[int]:
    done = []
    while queue:
        done.append(queue.pop(0))
    return done
"""


def codes(text: str) -> set[str]:
    return {finding.code for finding in check(text)}


def test_a_plain_function_is_not_cold() -> None:
    assert codes(QUEUE) == {"DST102"}


@pytest.mark.parametrize(
    "text",
    [
        QUEUE.replace("drained", "test_drained"),
        f"class Queue:\n{indent(QUEUE.replace('drained', 'setUp'), '    ')}",
        f"import unittest\nclass Queue(unittest.TestCase):\n{indent(QUEUE, '    ')}",
    ],
    ids=["test function", "fixture", "helper of a test case"],
)
def test_tests_are_cold(text: str) -> None:
    assert codes(text) == set()


def test_what_the_program_calls_is_no_test_whatever_its_name() -> None:
    text = QUEUE.replace("drained", "test_case")
    assert codes(f"{text}\nfor line in open(0):\n    test_case([*map(int, line)])\n") == {"DST102"}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("if bad:\n    raise ValueError(sorted(names)[0])", False),
        ("if bad:\n    worst = sorted(names)[0]\n    raise ValueError(worst)", False),
        (
            "if not bad:\n    return\nelse:\n    n = sorted(names)[0]\n    raise ValueError(n)",
            False,
        ),
        ("assert sorted(names)[0] == bad", False),
        ("if bad:\n    worst = sorted(names)[0]\n    return worst", True),
        ("worst = sorted(names)[0]\nif bad:\n    raise ValueError(worst)", True),
        ("if bad:\n    for n in names:\n        print(sorted(n)[0])\n    raise ValueError", True),
    ],
)
def test_the_way_to_an_error_is_cold(body: str, found: bool) -> None:
    text = f"def checked(names: list[str], bad: bool):\n{indent(body, '    ')}\n"
    assert codes(text) == ({"API101"} if found else set())
