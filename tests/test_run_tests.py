"""Programs under tests: verdicts, tests as data, and nobody who cheats."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any

import pytest

from effilint.measure import (
    BadTestsError,
    Case,
    Limits,
    Rule,
    Sandbox,
    Tests,
    Verdict,
    call,
    run_tests,
    submit_tests,
)

QUICK = Limits(cpu=0.5, wall=20.0, memory=128 << 20, output=1 << 20)
NODES = """
class ListNode:
    def __init__(self, val=0, next=None):
        self.val, self.next = val, next

def list_node(values):
    head = None
    for value in reversed(values):
        head = ListNode(value, head)
    return head

def is_same_list(a, b):
    if a is None and b is None:
        return True
    if not a or not b:
        return False
    return a.val == b.val and is_same_list(a.next, b.next)

class TreeNode:
    def __init__(self, val=0, left=None, right=None):
        self.val, self.left, self.right = val, left, right

def tree_node(values):
    nodes = [None if value is None else TreeNode(value) for value in values]
    children = iter(nodes[1:])
    for node in nodes:
        if node:
            node.left, node.right = next(children, None), next(children, None)
    return nodes[0] if nodes else None

def is_same_tree(a, b):
    if not a and not b:
        return True
    return bool(a and b) and a.val == b.val and is_same_tree(a.left, b.left)
"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(workers=1) as made:
        yield made


def told(source: str, sandbox: Sandbox, prelude: str = "", entry: str = "f") -> Tests:
    return Tests.from_asserts(source, entry, prelude, sandbox=sandbox)


def one(result: str, expected: Any, sandbox: Sandbox, rule: Rule | None = None) -> Verdict:
    """The verdict on a function that returns what this expression gives."""
    tests = Tests((Case(call(), expected, rule),), "f", limits=QUICK)
    imports = "from collections import *\nfrom decimal import *\nfrom fractions import *\n"
    imports += "import math\n"
    text = f"{imports}def f():\n    return {result}\n"
    return run_tests(text, tests, sandbox=sandbox).verdict


# -- verdicts


@pytest.mark.parametrize(
    ("text", "verdict", "error", "line"),
    [
        ("def f(n):\n    return n + 1", "accepted", None, None),
        ("def f(n):\n    return n", "wrong answer", None, None),
        ("def f(n):\n    m = 0\n    return n // m", "runtime error", "ZeroDivisionError", 3),
        ("def f(n):\n    return f(n)", "runtime error", "RecursionError", 2),
        ("import nothing_of_this_name", "runtime error", "ModuleNotFoundError", 1),
        ("def g(n): return n", "runtime error", "AttributeError", None),
        ("raise SystemExit", "runtime error", "SystemExit", 1),
        ("import os\ndef f(n):\n    os._exit(0)", "runtime error", None, None),
        ("import os\ndef f(n):\n    os.abort()", "runtime error", None, None),
        ("def f(n):\n    return n +", "compile error", "SyntaxError", 2),
        ("def f(n):\nreturn n", "compile error", "IndentationError", 2),
        ("def f(n):\n    while True: pass", "time limit", None, None),
        ("while True: pass", "time limit", None, None),
        ("def f(n):\n    return len(bytearray(10 ** 12))", "memory limit", "MemoryError", 2),
        ("def f(n):\n    print('x' * 2_000_000)", "output limit", None, None),
        ("def f(n):\n    return 'x' * 2_000_000", "output limit", None, None),
        ("def f(n):\n    return f", "unserialisable", None, None),
        ("class A: x = 1\ndef f(n):\n    return [A()]", "unserialisable", None, None),
    ],
)
def test_verdict(
    text: str, verdict: str, error: str | None, line: int | None, sandbox: Sandbox
) -> None:
    report = run_tests(text, Tests((Case(call(3), 4),), "f", limits=QUICK), sandbox=sandbox)
    assert (report.verdict, report.decisive.error) == (verdict, error)
    assert report.decisive.line == line
    assert report.passed == (verdict == "accepted")
    assert report.level == sandbox.level.label


def test_a_program_taken_back_is_no_fault_of_it(sandbox: Sandbox) -> None:
    tests = Tests((Case(call(), 1), Case(call(), 1)), "f")
    pending = submit_tests("def f():\n    while True: pass", tests, sandbox=sandbox)
    pending.cancel()
    with contextlib.suppress(CancelledError):  # if it had not begun
        verdicts = [outcome.verdict.value for outcome in pending.result().outcomes]
        assert verdicts == ["system error", "not run"]
    assert run_tests("def f(): return 1", tests, sandbox=sandbox).passed == 1


def test_every_case_has_its_verdict_and_figures(sandbox: Sandbox) -> None:
    text = "def f(n):\n    return sum(range(1_000_000)) * 0 + 10 // n"
    cases = tuple(Case(call(n), expected) for n, expected in [(1, 10), (0, 0), (2, 4), (5, 2)])
    report = run_tests(text, Tests(cases, "f"), sandbox=sandbox)
    verdicts = [outcome.verdict.value for outcome in report.outcomes]
    assert verdicts == ["accepted", "runtime error", "wrong answer", "accepted"]
    assert report.verdict is Verdict.RUNTIME_ERROR
    assert report.passed == 0.5
    assert report.outcomes[2].words == "5"
    assert all(outcome.figures.cpu > 0 for outcome in report.outcomes)
    assert all(outcome.figures.peak > 1_000_000 for outcome in report.outcomes)


def test_cases_after_a_dead_process_run_in_another(sandbox: Sandbox) -> None:
    text = "import os\ndef f(n):\n    return os._exit(1) if n in (1, 3) else n"
    cases = tuple(Case(call(n), n) for n in range(5))
    report = run_tests(text, Tests(cases, "f"), sandbox=sandbox)
    verdicts = [outcome.verdict.value for outcome in report.outcomes]
    assert verdicts == ["accepted", "runtime error", "accepted", "runtime error", "accepted"]


def test_after_three_deaths_the_rest_is_not_run(sandbox: Sandbox) -> None:
    tests = Tests(tuple(Case(call(n), n) for n in range(6)), "f")
    text = "import os\ndef f(n):\n    return os._exit(1) if n else n"
    pending = submit_tests(text, tests, sandbox=sandbox)
    report = pending.result()
    counts = Counter(outcome.verdict.value for outcome in report.outcomes)
    assert counts == {"accepted": 1, "runtime error": 3, "not run": 2}
    assert pending.result() == report


def test_scripts_read_and_print(sandbox: Sandbox) -> None:
    cases = (Case(b"3 4\n", "7\n"), Case(b"1 1", "2"), Case(b"x y", "0"))
    text = "a, b = map(int, input().split())\nprint(' ', a + b)\n"
    report = run_tests(text, Tests(cases), sandbox=sandbox)
    verdicts = [outcome.verdict.value for outcome in report.outcomes]
    assert verdicts == ["accepted", "accepted", "runtime error"]
    assert (report.decisive.error, report.decisive.line) == ("ValueError", 1)
    wrong = run_tests("print(input() and 1)", Tests(cases[:1]), sandbox=sandbox)
    assert (wrong.verdict, wrong.decisive.words.strip()) == ("wrong answer", "1")
    assert run_tests("print(", Tests(cases), sandbox=sandbox).verdict is Verdict.COMPILE_ERROR


def test_methods_get_an_object_for_each_call(sandbox: Sandbox) -> None:
    text = "class Solution:\n    def __init__(self): self.n = 0\n"
    text += "    def add(self, n: List[int]):\n        self.n += sum(n)\n        return self.n\n"
    cases = (Case(call([1, 2]), 3), Case(call(n=[4]), 4))
    tests = Tests(cases, "Solution.add", "from typing import *")
    assert run_tests(text, tests, sandbox=sandbox).passed == 1


def test_many_programs_at_a_time_and_without_a_sandbox() -> None:
    tests = Tests((Case(call(3), 4),), "f")
    pending = [submit_tests(f"def f(n): return n + {more}", tests) for more in range(8)]
    verdicts = [one.result().verdict for one in pending]
    assert verdicts == ["wrong answer", "accepted", *["wrong answer"] * 6]


# -- rules


@pytest.mark.parametrize(
    ("result", "expected", "rule"),
    [
        ("1", True, Rule()),
        ("True", 1, Rule()),
        ("[1, 2.0]", [1.0, 2], Rule()),
        ("{'a': {1, 2}}", {"a": {2, 1}}, Rule()),
        ("{'b': 1, 'a': 2}", {"a": 2, "b": 1}, Rule()),
        ("Counter('aab')", {"a": 2, "b": 1}, Rule()),
        ("deque([1])", deque([1]), Rule()),
        ("math.nan", math_nan := float("nan"), Rule()),
        ("1 + 2j", 1 + 2j, Rule()),
        ("[range(3)]", [range(3)], Rule()),
        ("b'x'", b"x", Rule()),
        ("0.1 + 0.2", 0.3, Rule(tolerance=1e-9)),
        ("[4.05, 1]", [4, 1], Rule(tolerance=0.1)),
        ("1001", 1000.0, Rule(tolerance=1e-2)),
        ("999", 1000, Rule(tolerance=1)),
        ("1004", 1000, Rule(tolerance=0.5, relative=0.01)),
        ("Fraction(1, 3)", 0.3333, Rule(tolerance=1e-3)),
        ("[Decimal('1.05')]", [1], Rule(tolerance=0.1)),
        ("{1: 2}.keys()", [1], Rule(views=("list",))),
        ("{1: 2}.values()", 1, Rule(views=("len",))),
        ("[{1: 2}.keys()]", [{1}], Rule(unordered=True)),
        ("range(10**13)", range(10**13), Rule()),
        ("range(10**13)", 7, Rule(views=("item 7",))),
        ("[2, [3], 1]", [1, 2, [3]], Rule(unordered=True)),
        ("[bytearray(b'b'), 1]", [1, bytearray(b"b")], Rule(unordered=True, tolerance=0.0)),
        ("[0.30001, 0.1]", [0.1, 0.3], Rule(unordered=True, tolerance=1e-3)),
        ("5", [4, 5], Rule(any_of=True)),
        ("True", True, Rule(exact=True)),
        ("(3, 1)", [1, 3], Rule(views=("sorted",))),
        ("[[2, 1], [3]]", [[1, 2], [3]], Rule(views=("each sorted", "list"))),
        ("(n for n in (1, 2))", [1, 2], Rule(views=("list",))),
        ("{'a': [1, 2]}", 2, Rule(views=('item "a"', "item -1"))),
        ("3.14159", 3.14, Rule(views=("round 2",))),
        ("[0]", True, Rule(views=("bool",))),
        ("True", True, Rule(views=("bool",), exact=True)),
    ],
)
def test_rule_accepts(result: str, expected: Any, rule: Rule, sandbox: Sandbox) -> None:
    assert one(result, expected, sandbox, rule) is Verdict.ACCEPTED


@pytest.mark.parametrize(
    ("result", "expected", "rule"),
    [
        ("(1, 2)", [1, 2], Rule()),
        ("'1'", 1, Rule()),
        ("None", 0, Rule()),
        ("[1, 2]", [2, 1], Rule()),
        ("(n for n in (1, 2))", [1, 2], Rule()),
        ("0.1 + 0.2", 0.3, Rule()),
        ("1", True, Rule(exact=True)),
        ("1.0", 1, Rule(exact=True)),
        ("1001", 1000.0, Rule(tolerance=1e-2, relative=0.0)),
        ("3", 1000, Rule(tolerance=1)),
        ("501", 1000, Rule(tolerance=0.5)),
        ("1001", 1000, Rule(tolerance=0.02)),
        ("Fraction(1, 3)", 1 / 3, Rule()),
        ("Decimal('0.1')", 0.1, Rule()),
        ("Decimal('NaN')", 0, Rule(tolerance=1e-3)),
        ("deque([1], 5)", [1], Rule()),
        ("namedtuple('P', 'a')(1)", [1], Rule()),
        ("type('L', (list,), {'__eq__': lambda *_: True})([1])", [2], Rule()),
        ("10 ** 400", 1.5, Rule(tolerance=1e-2)),
        ("[1, 1, 2]", [1, 2, 2], Rule(unordered=True)),
        ("[1, bytearray(b'b')]", [1, 2], Rule(unordered=True)),
        ("6", [4, 5], Rule(any_of=True)),
        ("[4, 5]", [4, 5], Rule(any_of=True)),
        ("[3, 1]", [3, 1], Rule(views=("sorted",))),
        ("[1, 'a']", [1, 2], Rule(views=("sorted",))),
        ("None", [1], Rule(views=("item 0",))),
        ("[]", True, Rule(views=("bool",))),
        ("[1]", 1, Rule(target=0)),
    ],
)
def test_rule_refuses(result: str, expected: Any, rule: Rule, sandbox: Sandbox) -> None:
    assert one(result, expected, sandbox, rule) is Verdict.WRONG_ANSWER


def test_an_argument_may_be_the_result(sandbox: Sandbox) -> None:
    tests = Tests((Case(call(0, [3, 1]), [1, 3], Rule(target=1)), Case(call(5, [2]), 5)), "f")
    text = "def f(n, xs):\n    xs.sort()\n    return n"
    assert run_tests(text, tests, sandbox=sandbox).passed == 1
    text = "def f(n, xs):\n    return [1, 3]"
    assert run_tests(text, tests, sandbox=sandbox).passed == 0


def test_an_input_that_is_given_twice_is_whole_each_time(sandbox: Sandbox) -> None:
    shared = [3, 1]
    tests = Tests((Case(call(shared), 2), Case(call(shared), 2)), "f")
    text = "def f(xs):\n    n = len(xs)\n    xs.clear()\n    return n"
    assert run_tests(text, tests, sandbox=sandbox).passed == 1


def test_numbers_and_arrays_of_numpy() -> None:
    pytest.importorskip("numpy")
    results: list[tuple[str, Any]] = [
        ("np.int64(3)", 3),
        ("np.float64(0.5)", 0.5),
        ("np.bool_(True)", True),
        ("np.str_('a')", "a"),
        ("np.array([[1, 2], [3, 4]])", [[1, 2], [3, 4]]),
        ("[np.int8(1), np.float32(0.5)]", [1, 0.5]),
        ("(np.uint8(1), {np.int64(2): np.array([])})", (1, {2: []})),
        ("np.arange(3).sum()", 3),
    ]
    with Sandbox(workers=1, imports=("numpy",)) as sandbox:
        for result, expected in results:
            text = f"import numpy as np\ndef f():\n    return {result}\n"
            tests = Tests((Case(call(), expected),), "f")
            assert run_tests(text, tests, sandbox=sandbox).verdict is Verdict.ACCEPTED, result


def test_long_numbers(sandbox: Sandbox) -> None:
    given = 10**5000 + 1
    tests = Tests((Case(call(given, [-given]), [given * 2, 1]),), "f")
    text = "def f(n, xs): return [n - xs[0], n % 10]"
    assert run_tests(text, tests, sandbox=sandbox).verdict is Verdict.ACCEPTED
    for result, expected, rule in (
        ("10**5000", 10**5000, Rule(tolerance=1e-6)),
        ("[10**5000, 1]", [1, 10**5000], Rule(unordered=True)),
        ("-(10**5000)", 10**5000, Rule(views=("abs",))),
    ):
        assert one(result, expected, sandbox, rule) is Verdict.ACCEPTED
        assert one(f"[{result}]", expected, sandbox, rule) is Verdict.WRONG_ANSWER
    asserted = told("import math\nassert f(1700) == math.factorial(1700)", sandbox)
    text = "import math\ndef f(n): return math.factorial(n)"
    assert run_tests(text, asserted, sandbox=sandbox).verdict is Verdict.ACCEPTED


@pytest.mark.parametrize("view", ["sum", "max", "sorted", "set", "each abs"])
def test_a_range_without_end_is_not_gone_through(view: str, sandbox: Sandbox) -> None:
    rule = Rule(views=(view,))
    assert one("range(10**13)", 5, sandbox, rule) is Verdict.UNSERIALISABLE


FORGE = """
import json
real = json.dumps
def forged(value, **options):
    if isinstance(value, dict): return real(value, **options)
    return '["returned",[],' + ANSWER + ',[]]'
json.dumps = forged
def f(): return 1
"""


@pytest.mark.parametrize(
    ("answer", "rule"),
    [
        ("""'{"s":[' + ",".join(str(k * (2**61 - 1)) for k in range(200_000)) + ']}'""", Rule()),
        ("""'{"f":[' + ('{"i":"' + hex(7 ** 10**6) + '"},') * 2 + '1]}'""", Rule()),
        ("""'{"e":"1e999999999"}'""", Rule(views=("int",))),
    ],
)
def test_a_result_made_to_be_long_in_comparing(answer: str, rule: Rule, sandbox: Sandbox) -> None:
    text = f"{FORGE}ANSWER = {answer}\n"
    report = run_tests(text, Tests((Case(call(), {5}, rule),), "f"), sandbox=sandbox)
    assert report.verdict in (Verdict.UNSERIALISABLE, Verdict.WRONG_ANSWER)


@pytest.mark.parametrize(
    "words", ["\x1b]0;owned\x07", "\ud800", "\u202e abc", "a\x00b", "[/red] [bold", "\x9b2J"]
)
@pytest.mark.parametrize("place", ["    ", ""])
def test_words_of_a_program_can_be_shown(words: str, place: str, sandbox: Sandbox) -> None:
    text = f"def f():\n    pass\n{place}raise type({words!r}, (ValueError,), {{}})({words!r})"
    worst = run_tests(text, Tests((Case(call(), 1),), "f"), sandbox=sandbox).decisive
    assert worst.verdict is Verdict.RUNTIME_ERROR
    for said in (worst.words, worst.error or ""):
        assert said.isprintable()
        assert said.encode()
    wrong = run_tests(f"print({words!r})", Tests((Case(b"", "1"),)), sandbox=sandbox).decisive
    assert wrong.words.isprintable()


# -- asserts as data


@pytest.mark.parametrize(
    ("asserted", "right", "wrong"),
    [
        ("f(2) == 4", "n * n", "n"),
        ("4 == f(2)", "n * n", "n"),
        ("f(2) is True", "True", "1"),
        ("f(2) is None", "None", "0"),
        ("f(2)", "[0]", "[]"),
        ("not f(2)", "''", "'x'"),
        ("f(2) in [1, 4]", "4", "3"),
        ("f(2) in {1: 'a', 4: 'b'}", "4", "3"),
        ("f(2) == 1 or f(2) == 4", "4", "3"),
        ("f(2) in (1, 2) or f(2) == 4", "4", "(1, 2)"),
        ("f(2) == 4 and f(3) == 9", "n * n", "4"),
        ("abs(f(2) - 0.3) < 1e-6", "0.1 + 0.2", "0.31"),
        ("1 > abs(5 - f(2))", "5.5", "6"),
        ("abs(f(2) - 5) <= 1", "6", "6.01"),
        ("abs(f(2)) == 3", "-3", "-4"),
        ("math.fabs(f(2) - 1e6) < 1", "1e6 + 0.5", "1e6 + 2"),
        ("math.isclose(f(2), 3.0, rel_tol=1e-3)", "3.001", "3.1"),
        ("math.isclose(0.0, f(2), abs_tol=1e-3)", "0.0001", "0.01"),
        ("sorted(f(2)) == [1, 2]", "(2, 1)", "[2, 2]"),
        ("sorted(f(2)) == sorted([2, 1])", "[2, 1]", "[1]"),
        ("set(f(2)) == {1, 2}", "[2, 1, 1]", "[1]"),
        ("set(map(tuple, f(2))) == {(1, 2)}", "[[1, 2], [1, 2]]", "[[2, 1]]"),
        ("sorted([sorted(x) for x in f(2)]) == [[1, 2], [3]]", "[[3], [2, 1]]", "[[3]]"),
        ("Counter(f(2)) == Counter([1, 1, 2])", "[1, 2, 1]", "[1, 2]"),
        ("tuple(f(2)) == (1, 2)", "[1, 2]", "[2, 1]"),
        ("len(f(2)) == 3", "'abc'", "'ab'"),
        ("round(f(2), 1) == 0.3", "0.31", "0.2"),
        ("f(2)[1] == 5", "[4, 5]", "[5, 4]"),
        ("f(2)['a'][0] == 5", "{'a': [5]}", "{'b': [5]}"),
        ("f(*range(1)) == 0, f'not {f(0)}'", "n", "n + 1"),
        ("f(n=2) == 4", "n * n", "n"),
        ("f(float('inf')) == float('-inf')", "-n", "n"),
        ("f(2) == collections.namedtuple('P', 'x y')(1, 2)", "(1, 2)", "[1, 2]"),
        ("f(2) == Fraction(1, 2)", "0.5", "0.25"),
        ("f(Fraction(1, 2)) == Decimal('0.5')", "Fraction(n)", "Fraction(2)"),
        ("f({1: (2, {3})}) == [b'x', 1j]", "[b'x', 1j]", "[b'x', 2j]"),
    ],
)
def test_assert_is_told(asserted: str, right: str, wrong: str, sandbox: Sandbox) -> None:
    imports = "import collections, math\nfrom collections import Counter\n"
    imports += "from decimal import Decimal\nfrom fractions import Fraction\n"
    tests = told(f"{imports}assert {asserted}", sandbox)
    assert tests.untold == ()
    imports = "from fractions import Fraction\n"
    assert run_tests(f"{imports}def f(n): return {right}", tests, sandbox=sandbox).passed == 1
    report = run_tests(f"{imports}def f(n): return {wrong}", tests, sandbox=sandbox)
    assert report.verdict is Verdict.WRONG_ANSWER


@pytest.mark.parametrize(
    "statement",
    [
        "assert f(1) > 3",
        "assert 0 <= f(1) <= 3",
        "assert f(1) != 3",
        "assert f(1) is not None",
        "assert f(1) + 1 == 2",
        "assert f(1) == f(2)",
        "assert f(f(1)) == 2",
        "assert f(1).x == 2",
        "assert isinstance(f(1), int)",
        "assert f(object()) == 1",
        "import collections\nassert f(collections.namedtuple('P', 'x')(1)) == 1",
        "class L(list): pass\nassert f([L()]) == 1",
        "assert f(1) == object()",
        "assert f(1) in 'abc'",
        "assert f(1) == 1 or f(2) == 1",
        "assert f(1) == 1 or True",
        "assert sorted(f(1), key=abs) == [1]",
        "assert any(x == 1 for x in f(1))",
        "assert abs(f(1) - 2) / 2 < 1",
        "assert nothing_of_this_name",
        "assert 1 == 2",
        "f(1)",
        "r = f(1)",
        "try:\n    assert f(1) > 3\nexcept Exception:\n    pass",
        "r = f(1)\nassert type(r) != str",
        "r = f(1)\nif r == 3: r = 4",
        "for x in f(1): pass",
        "raise ValueError",
    ],
)
def test_what_cannot_be_told_is_counted_and_not_guessed(statement: str, sandbox: Sandbox) -> None:
    tests = told(f"assert f(7) == 8\n{statement}", sandbox)
    assert [(case.input, case.expected) for case in tests.cases] == [(call(7), 8)]
    assert tests.untold
    assert all(why for _, why in tests.untold)
    report = run_tests("def f(n): return 8", tests, sandbox=sandbox)
    assert report.untold == tests.untold
    with pytest.raises(BadTestsError, match="no case"):
        told(statement, sandbox)


def test_check_is_run_so_that_loops_and_computed_arguments_count(sandbox: Sandbox) -> None:
    source = """
METADATA = {"author": "nobody"}

def check(candidate):
    import random
    rng = random.Random(1)
    xs = []
    for n in range(3):
        xs.append(rng.randint(0, 9))
        assert candidate(xs, by=n) == sum(xs) * n, "message"
    assert True
"""
    tests = told(source, sandbox)
    assert [case.line for case in tests.cases] == [10, 10, 10]
    assert tests.untold == ()
    text = "def f(xs, by): return sum(xs) * by"
    assert run_tests(text, tests, sandbox=sandbox).passed == 1
    methods = told(source, sandbox, entry="Solution().f")
    assert methods.entry == "Solution.f"
    text = f"class Solution:\n    @staticmethod\n    {text}"
    assert run_tests(text, methods, sandbox=sandbox).passed == 1


def test_lists_of_statements_with_what_they_need(sandbox: Sandbox) -> None:
    asserts = ["assert Solution().f(LIMIT) == 5", "s = Solution()", "assert s.f(n=1) == 2"]
    tests = Tests.from_asserts(asserts, "Solution.f", "LIMIT = 4", sandbox=sandbox)
    text = "class Solution:\n    def f(self, n): return n + 1"
    report = run_tests(text, tests, sandbox=sandbox)
    assert [outcome.verdict.value for outcome in report.outcomes] == ["accepted"] * 2


def test_functions_in_place(sandbox: Sandbox) -> None:
    source = "xs = [3, 1]\nk = 0\nf(xs, k)\nassert xs == [1, 3]\nassert xs[0] == 1\nassert k == 0"
    tests = told(source, sandbox)
    assert tests.untold == ()
    text = "def f(xs, k): xs.sort()"
    assert run_tests(text, tests, sandbox=sandbox).passed == 1
    text = "def f(xs, k): return sorted(xs)"
    assert run_tests(text, tests, sandbox=sandbox).passed == 0


def test_linked_lists_and_trees(sandbox: Sandbox) -> None:
    source = """
def check(candidate):
    assert is_same_list(candidate(head=list_node([1, 2])), list_node([2, 1]))
    assert is_same_list(candidate(head=list_node([])), list_node([]))
"""
    tests = told(source, sandbox, NODES)
    text = """
def f(head):
    before = None
    while head:
        head.next, before, head = before, head, head.next
    return before
"""
    assert run_tests(text, tests, sandbox=sandbox).passed == 1
    assert run_tests("def f(head): return head", tests, sandbox=sandbox).passed == 0.5
    source = "assert is_same_tree(f(tree_node([1, None, 2])), tree_node([1.0, 2]))"
    tests = told(source, sandbox, NODES)
    text = "def f(root):\n    root.left, root.right = root.right, root.left\n    return root"
    assert run_tests(text, tests, sandbox=sandbox).passed == 1
    assert run_tests("def f(root): return root", tests, sandbox=sandbox).passed == 0


def test_rings_are_no_data(sandbox: Sandbox) -> None:
    source = "ring = ListNode(1)\nring.next = ring\nassert f(ring) == True\n"
    tests = told(f"{source}assert is_same_list(f(None), list_node([1]))", sandbox, NODES)
    assert [note.line for note in tests.untold] == [3]
    assert "ring" in tests.untold[0].why
    text = "def f(head):\n    head = ListNode(1)\n    head.next = head\n    return head"
    report = run_tests(text, tests, sandbox=sandbox)
    assert report.verdict is Verdict.UNSERIALISABLE
    text = "def f(head):\n    root = TreeNode(1)\n    root.left = root\n    return root"
    assert run_tests(text, tests, sandbox=sandbox).verdict is Verdict.UNSERIALISABLE


# -- hostile tests


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("import os\nos._exit(0)", "end their process"),
        ("while True: pass", "take too long"),
        ("xs = []\nwhile True: xs.append(bytearray(1 << 20))", "no case|too much memory"),
        ("def check(f):\n    check(f)", "no case.*RecursionError"),
        ("assert f(1) ==", "no case.*SyntaxError"),
        ("open('/etc/passwd')", "no case"),
        ("import socket\nsocket.socket()", "no case"),
        ("import os\nos.fork()", "no case|end their process"),
        ("raise SystemExit", "raise SystemExit"),
        ("_recorder.finish = lambda: 5", "no case"),
        ("_recorder.finish = lambda: [{'line': 1, 'input': '[]'}]", "no case.*tamper"),
        ("_recorder.finish = lambda: [{'line': 'x', 'why': 2}]", "no case.*tamper"),
        ("_recorder.finish = lambda: [7, None, {}]", "no case.*tamper"),
        ("_recorder.finish = lambda: object()", "tamper"),
    ],
)
def test_hostile_tests_are_one_clear_line(
    source: str, words: str, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("effilint.measure.extraction._LIMITS", QUICK)
    with pytest.raises(BadTestsError, match=words) as caught:
        told(source, sandbox)
    assert "\n" not in str(caught.value)
    assert told("assert f(1) == 2", sandbox).untold == ()


@pytest.mark.parametrize(
    "rule",
    [
        {"views": ["__import__"]},
        {"views": 3},
        {"target": "x"},
        {"tolerance": "1"},
        {"tolerance": float("nan")},
        {"nonsense": 1},
        5,
    ],
)
def test_forged_rules(rule: Any, sandbox: Sandbox) -> None:
    note = {"line": 1, "input": '[[],{"d":[]}]', "expected": "1", "rule": rule}
    source = f"from math import nan\n_recorder.finish = lambda: [{note!r}]"
    if rule != {"views": ["__import__"]}:
        with pytest.raises(BadTestsError, match="tamper"):
            told(source, sandbox)
        return
    tests = told(source, sandbox)
    assert run_tests("def f(): return 1", tests, sandbox=sandbox).passed == 0


# -- hostile solutions


HUNT = """
import re
def hunt(text):
    found = re.search('expe' + 'cted-[0-9a-f]{16}', text)
    return found and found[0]
"""
HOSTILE = {
    "equal to everything": """
class Yes:
    def __eq__(self, other): return True
    def __hash__(self): return 0
def f(n): return Yes()
""",
    "a number equal to everything": """
class Yes(int):
    def __eq__(self, other): return True
    __hash__ = int.__hash__
def f(n): return Yes(3)
""",
    "a list that lies": """
class Yes(list):
    def __eq__(self, other): return True
    def __len__(self): return 1
def f(n): return Yes()
""",
    "patched json": """
import json
json.dumps = lambda *a, **k: '["returned",[],1,[]]'
json.JSONEncoder.encode = json.JSONEncoder.iterencode = json.dumps
def f(n): return 1
""",
    "patched builtins": """
import builtins
builtins.isinstance = lambda *a: True
builtins.type = lambda *a: int
def f(n): return 1
""",
    "looks through the frames": """
import sys, gc
def f(n):
    frame = sys._getframe()
    while frame:
        for value in [*frame.f_locals.values(), *frame.f_globals.values()]:
            if hunt(repr(value)): return hunt(repr(value))
        frame = frame.f_back
    return 1
""",
    "looks through memory": """
import gc
def f(n):
    for value in gc.get_objects():
        if type(value) in (list, dict, tuple) and hunt(repr(value)[:10**6]):
            return hunt(repr(value))
    return 1
""",
    "writes to every descriptor": """
import os
def f(n):
    for place in range(3, 64):
        try: os.write(place, b'{"peak":0}\\n["returned",[],42,[]]')
        except OSError: pass
    return 1
""",
    "reads the files of the harness": """
import os
def f(n):
    for folder in ('/tmp', '/dev/shm', '/var', '/work', '/root', '/home', '/box', '/proc/self/fd'):
        for root, folders, names in os.walk(folder):
            folders[:] = set(folders) - {'lib', 'site-packages'}
            for name in names:
                try:
                    text = open(os.path.join(root, name)).read(10**6)
                    if hunt(text): return hunt(text)
                except (OSError, ValueError): pass
    return 1
""",
    "an assertion that holds": "def f(n): raise SystemExit(0)",
    "an exception of a known name": """
class AcceptedError(Exception): pass
def f(n): raise AcceptedError('accepted')
""",
    "ends well": "import os\ndef f(n):\n    print('accepted')\n    os._exit(0)",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_solution_sees_or_forges_what_is_expected(text: str, sandbox: Sandbox) -> None:
    token = secrets.token_hex(8)
    tests = told(f"assert f(1) == 'expected-' + {token!r}", sandbox, HUNT)
    report = run_tests(text, tests, sandbox=sandbox, limits=Limits(cpu=5.0))
    assert report.verdict not in (Verdict.ACCEPTED, Verdict.SYSTEM_ERROR)
    honest = run_tests(f"def f(n): return 'expected-{token}'", tests, sandbox=sandbox)
    assert honest.verdict is Verdict.ACCEPTED


@pytest.mark.slow
def test_a_result_that_takes_for_ever_to_compare(sandbox: Sandbox) -> None:
    # One step of the interpreter: the set is made of a list that looks like any other.
    text = f"{FORGE}ANSWER = str([k * ((1 << 61) - 1) for k in range(300_000)])\n"
    rule = Rule(views=("set",))
    report = run_tests(text, Tests((Case(call(), {1}, rule),), "f"), sandbox=sandbox)
    assert report.verdict is Verdict.UNSERIALISABLE
    assert report.decisive.words == "the result holds something that takes too long to compare"


# -- files


def written(folder: Path, *objects: Any) -> Path:
    path = folder / "tests.json"
    path.write_text("\n".join(map(json.dumps, objects)))
    return path


def test_a_file_of_calls(tmp_path: Path, sandbox: Sandbox) -> None:
    head = {"entry": "f", "prelude": "k = 1", "rule": {"unordered": True}, "limits": {"cpu": 3}}
    cases: list[Any] = [
        {"arguments": [[1, 2]], "expected": [2, 1]},
        {"named": {"xs": {"$tuple": [3]}}, "expected": {"$tuple": [3]}, "rule": {}},
    ]
    whole = Tests.load(written(tmp_path, head | {"cases": cases}))
    lines = Tests.load(written(tmp_path, head, *cases))
    for tests in (whole, lines):
        assert (tests.limits.cpu, tests.rule, tests.prelude) == (3, Rule(unordered=True), "k = 1")
        assert run_tests("def f(xs): return xs", tests, sandbox=sandbox).passed == 1
    assert [case.line for case in lines.cases] == [2, 3]


@pytest.mark.parametrize(
    ("written_as", "value"),
    [
        ({"$set": [1, 2]}, {1, 2}),
        ({"$frozenset": [{"$tuple": [1]}]}, frozenset({(1,)})),
        ({"$dict": [[1, "a"]]}, {1: "a"}),
        ({"$counter": {"a": 2}}, Counter("aa")),
        ({"$deque": [1]}, deque([1])),
        ({"$bytes": "00ff"}, b"\x00\xff"),
        ({"$float": "-inf"}, float("-inf")),
        ({"$complex": "1+2j"}, 1 + 2j),
        ({"a": 1, "$set": 2}, {"a": 1, "$set": 2}),
    ],
)
def test_values_that_json_does_not_have(written_as: Any, value: Any, tmp_path: Path) -> None:
    case = {"arguments": [written_as], "expected": written_as}
    (read,) = Tests.load(written(tmp_path, {"entry": "f", "cases": [case]})).cases
    assert read.expected == value
    assert type(read.expected) is type(value)
    assert read.input == call(value)


def test_nodes_in_a_file(tmp_path: Path, sandbox: Sandbox) -> None:
    case = {"arguments": [{"$list_node": [1, 2]}], "expected": {"$tree_node": [1, None, 2]}}
    tests = Tests.load(written(tmp_path, {"entry": "f", "prelude": NODES, "cases": [case]}))
    text = "def f(head): return TreeNode(head.val, None, TreeNode(head.next.val))"
    assert run_tests(text, tests, sandbox=sandbox).passed == 1


def test_a_file_of_inputs_and_outputs(tmp_path: Path, sandbox: Sandbox) -> None:
    head = {"rule": {"tolerance": 1e-3}, "cases": [{"input": "2\n", "output": "1.41421"}]}
    tests = Tests.load(written(tmp_path, head))
    assert run_tests("print(int(input()) ** 0.5)", tests, sandbox=sandbox).passed == 1
    assert run_tests("print(int(input()))", tests, sandbox=sandbox).passed == 0


def test_a_file_of_asserts(tmp_path: Path, sandbox: Sandbox) -> None:
    lines = ["assert f(1) == [1, 2]", "assert f(2) is None"]
    head = {"entry": "f", "asserts": lines, "rule": {"unordered": True}}
    tests = Tests.load(written(tmp_path, head), sandbox=sandbox)
    text = "def f(n): return [2, 1] if n == 1 else None"
    assert run_tests(text, tests, sandbox=sandbox).passed == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "empty"),
        ("{", "line 1 is no JSON"),
        ('{"entry": "f"}\n{"arguments": [', "line 2 is no JSON"),
        ("[]", "the head must be an object"),
        ('{"entry": "f"}', "no case"),
        ('{"entry": 3, "cases": []}', "entry and prelude must be texts"),
        ('{"enrty": "f"}', "the head has no 'enrty'"),
        ('{"entry": "f", "cases": {}}', "cases must be a list"),
        ('{"entry": "f", "cases": [{"arguments": [1]}]}', "case 0.*expected"),
        ('{"entry": "f", "cases": [{"args": [], "expected": 1}]}', "case 0 has no 'args'"),
        ('{"entry": "f", "cases": [{"expected": {"$st": []}}]}', "no tag"),
        ('{"entry": "f", "cases": [{"expected": {"$set": [[]]}}]}', "case 0: unhashable"),
        ('{"entry": "f", "cases": [{"expected": 1, "rule": {"views": ["eval"]}}]}', "no view"),
        ('{"entry": "f", "cases": [{"expected": 1, "rule": {"tolerance": -1}}]}', "tolerance"),
        ('{"entry": "f", "cases": [{"expected": 1, "rule": {"tolerance": "x"}}]}', "rule of"),
        ('{"entry": "f", "cases": [{"expected": 1, "rule": {"unordered": "yes"}}]}', "true or"),
        ('{"entry": "f", "cases": [{"expected": 1, "rule": {"views": "set"}}]}', "list of texts"),
        ('{"entry": "f", "cases": [{"expected": 1, "rule": {"target": -1}}]}', "place"),
        ('{"entry": "f", "limits": {"cpu": 0}, "cases": []}', "positive"),
        ('{"entry": "f", "limits": {"cpu": true}, "cases": []}', "positive"),
        ('{"entry": "f", "limits": {"wall": Infinity}, "cases": []}', "positive"),
        ('{"entry": "f", "limits": {"output": 1.5}, "cases": []}', "whole numbers"),
        ('{"entry": "f", "limits": {"memory": 1000}, "cases": []}', "4,000,000 bytes at least"),
        ('{"entry": "", "cases": [{"expected": 1}]}', "the entry must be"),
        ('{"entry": "a.b.c", "cases": [{"expected": 1}]}', "the entry must be"),
        ('{"entry": "f", "cases": []}\n{"expected": 1}', "line 1: cases stand in"),
        ('{"cases": [{"input": 1, "output": "x"}]}', "a script has"),
        ('{"asserts": "assert f(1) == 2"}', "need an entry"),
        ('{"entry": "f.g.h", "asserts": "assert f(1) == 2"}', "the entry must be"),
        ('{"entry": "f", "asserts": 3}', "asserts must be"),
        ("[" * 100_000, "nested|JSON"),
    ],
)
def test_bad_files_are_one_clear_line(
    content: str, words: str, tmp_path: Path, sandbox: Sandbox
) -> None:
    path = tmp_path / "tests.json"
    path.write_text(content)
    with pytest.raises(BadTestsError, match=words) as caught:
        Tests.load(path, sandbox=sandbox)
    assert os.linesep not in str(caught.value)


def test_a_mark_of_byte_order_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "tests.json"
    content = {"entry": "Solution().f", "limits": {"memory": 5e7}, "cases": [{"expected": 1}]}
    path.write_text(json.dumps(content), encoding="utf-8-sig")
    tests = Tests.load(path)
    assert (tests.entry, tests.limits.memory) == ("Solution.f", 50_000_000)


def test_expected_results_must_be_data() -> None:
    with pytest.raises(BadTestsError, match="case 0: the expected result is no data"):
        Tests((Case(call(), object()),), "f")
    with pytest.raises(BadTestsError, match="must be a text"):
        Tests((Case(b"", 3),))
