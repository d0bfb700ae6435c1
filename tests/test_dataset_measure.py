"""`effilint dataset measure`: solutions raced on inputs that grow, resumed, and put in order."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from effilint.dataset.measuring import measured
from effilint.dataset.orders import memory_order, time_order
from effilint.dataset.problems import BadRowError, Problem, Solution
from effilint.dataset.race import race
from effilint.dataset.records import Course, Record
from effilint.main import main
from effilint.measure import Sandbox

FAST = "def pairs(xs):\n    return len(xs) * (len(xs) - 1) // 2\n"
SLOW = """def pairs(xs):
    count = 0
    for i in range(len(xs)):
        for j in range(i):
            count += 1
    return count
"""
LARGE = """def pairs(xs):
    table = [[x] * 20 for x in xs]
    return len(table) * (len(table) - 1) // 2
"""
WRONG = "def pairs(xs):\n    return len(xs)\n"
LUCKY = "def pairs(xs):\n    return min(len(xs) * (len(xs) - 1) // 2, 100)\n"
SHALLOW = """def pairs(xs):
    return len(xs) - 1 + pairs(xs[1:]) if xs else 0
"""
CASES = [
    {"arguments": [[4, 1, 3]], "expected": 3},
    {"arguments": [[5, 2, 9, 7, 8]], "expected": 10},
]


def problem(*codes: str, name: str = "pairs", **more: Any) -> Problem:
    solutions = tuple(Solution(code, (f"made:{n}",)) for n, code in enumerate(codes))
    tests = {"entry": "pairs", "cases": CASES}
    return Problem(f"made/{name}", solutions, tests, **more)


def ids(one: Problem) -> list[str]:
    return [solution.id for solution in one.solutions]


@pytest.fixture(scope="module")
def record() -> Record:
    with Sandbox(workers=2) as sandbox:
        return race(problem(FAST, SLOW, LARGE, WRONG, LUCKY, SHALLOW), sandbox, "3.x")


def courses(record: Record) -> list[Course]:
    return list(record.solutions.values())


def test_what_fails_the_tests_does_not_run(record: Record) -> None:
    wrong = courses(record)[3]
    assert (wrong.verdict, wrong.passed, wrong.cpu) == ("wrong answer", 0.5, [])


def test_who_disagrees_with_most_drops_out(record: Record) -> None:
    lucky = courses(record)[4]
    assert (lucky.verdict, lucky.end) == ("accepted", "disagrees")
    assert len(lucky.cpu) < len(record.sizes)


def test_who_raises_at_a_size_drops_out(record: Record) -> None:
    assert courses(record)[5].end == "raises RecursionError"


def test_who_is_slow_does_not_hold_up_the_others(record: Record) -> None:
    fast, slow = courses(record)[:2]
    assert slow.end in ("slow", "time")
    assert not fast.end
    assert len(fast.cpu) == len(record.sizes) > len(slow.cpu)


def test_solutions_name_their_parameters_as_they_like() -> None:
    other = FAST.replace("xs", "numbers")
    bound = "Constraints:\n* `1 <= numbers.length <= 300`\n"
    one = problem(SLOW, other, LARGE.replace("xs", "numbers"), description=bound)
    with Sandbox(workers=2) as sandbox:
        found = race(one, sandbox, "3.x")
    assert all(len(course.cpu) > 1 and "raises" not in course.end for course in courses(found))
    assert found.within is not None  # the bound is that of a name which most have
    assert found.sizes[found.within - 1] <= 300


def test_the_order_in_time_is_told(record: Record) -> None:
    fast, slow = list(record.solutions)[:2]
    order = time_order(record, slow, fast)
    assert order is not None
    assert (order.verdict, order.is_within) == ("slower", True)
    assert order.low > 10
    turned = time_order(record, fast, slow)
    assert turned is not None
    assert turned.verdict == "faster"
    itself = time_order(record, fast, fast)
    assert itself is not None
    assert itself.verdict in ("equal", "unclear")


def test_the_order_in_memory_is_told(record: Record) -> None:
    fast, _, large = list(record.solutions)[:3]
    order = memory_order(record, large, fast)
    assert order is not None
    assert order.verdict == "slower"


def test_bounds_are_kept_to_and_then_left_behind() -> None:
    text = "Constraints:\n1 <= xs.length <= 40\n"
    with Sandbox(workers=1) as sandbox:
        record = race(problem(FAST, SLOW, description=text), sandbox, "3.x")
    assert record.within is not None
    assert record.sizes[record.within - 1] <= 40 < record.sizes[record.within]


def test_inputs_on_which_solutions_differ_do_not_count() -> None:
    codes = (
        f"def pairs(xs):\n    return 3 if len(xs) == 3 else {n} + 10 * (len(xs) == 5)"
        for n in range(2)
    )
    zero, one = codes
    other = one.replace("1 + 10", "len(xs) + 10 - 5")
    with Sandbox(workers=1) as sandbox:
        record = race(problem(zero, other), sandbox, "3.x")
    assert record.end == "the solutions do not agree"


def test_scripts_run_on_the_inputs_of_tests_and_generators() -> None:
    code = "n = int(input())\nprint(sum(range(n)))\n"
    slow = "n = int(input())\ns = 0\nfor i in range(n):\n    s += i\nprint(s)\n"
    solutions = (Solution(code, ("made:0",)), Solution(slow, ("made:1",)))
    cases = [{"input": f"{n}\n", "output": f"{n * (n - 1) // 2}\n"} for n in (3, 20)]
    generator = (
        "import random\ndef generate_input():\n    return f'{2000000 + random.randrange(2)}\\n'"
    )
    one = Problem("made/sum", solutions, {"cases": cases}, generators=(generator, "def x(: pass"))
    with Sandbox(workers=1) as sandbox:
        record = race(one, sandbox, "3.x")
    assert record.sizes[-1] == 8
    order = time_order(record, solutions[1].id, solutions[0].id)
    assert order is not None
    assert order.verdict == "slower"


@pytest.fixture
def problems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Problem]:
    monkeypatch.chdir(tmp_path)
    found = [problem(FAST, SLOW, name=name) for name in ("a", "b", "c")]
    Path("problems.jsonl").write_text("".join(f"{one.to_json()}\n" for one in found))
    return found


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["dataset", "measure", "problems.jsonl", *arguments])


def test_a_run_that_was_cut_short_goes_on(problems: list[Problem]) -> None:
    assert run("-o", "records.jsonl", "--jobs", "1").exit_code == 0
    lines = Path("records.jsonl").read_text().splitlines(keepends=True)
    Path("records.jsonl").write_text(lines[0] + lines[1][:100])
    assert run("-o", "records.jsonl", "--jobs", "1").exit_code == 0
    text = Path("records.jsonl").read_text()
    assert text.startswith(lines[0])
    assert sorted(r.problem for r in measured(Path("records.jsonl"))) == [p.id for p in problems]
    assert run("-o", "records.jsonl").exit_code == 0
    assert Path("records.jsonl").read_text() == text


def test_a_killed_run_loses_and_repeats_nothing(problems: list[Problem]) -> None:
    command = [sys.executable, "-m", "effilint", "dataset", "measure", "problems.jsonl"]
    command += ["-o", "records.jsonl", "--jobs", "1"]
    child = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while time.monotonic() < end and not (
        os.path.exists("records.jsonl") and os.path.getsize("records.jsonl")
    ):
        time.sleep(0.05)
    child.send_signal(signal.SIGKILL)
    child.wait()
    before = Path("records.jsonl").read_text()
    assert run("-o", "records.jsonl").exit_code == 0
    found = [record.problem for record in measured(Path("records.jsonl"))]
    assert sorted(found) == [one.id for one in problems]
    assert Path("records.jsonl").read_text().startswith(before.rpartition("\n")[0])


@pytest.mark.usefixtures("problems")
def test_bad_files_are_one_line() -> None:
    with Path("problems.jsonl").open("a") as file:
        file.write('{"id": "made/broken"}\n')
    result = run("-o", "records.jsonl", "--jobs", "2")
    assert result.exit_code == 0
    assert "problems.jsonl:4" in result.stderr
    result = run("-o", "x.jsonl", "--python", "/nowhere")
    assert result.exit_code == 2
    assert "/nowhere" in result.stderr
    missing = CliRunner().invoke(main, ["dataset", "measure", "none.jsonl", "-o", "x.jsonl"])
    assert missing.exit_code == 2
    assert "none.jsonl: No such file" in missing.stderr


def test_records_are_checked(record: Record) -> None:
    row = json.loads(record.to_json())
    assert Record.from_row(row) == record
    rows: tuple[Any, ...] = (
        [],
        {**row, "agreed": []},
        {**row, "sizes": row["sizes"][:1], "agreed": row["agreed"][:1]},
        {**row, "unknown": 1},
        {**row, "solutions": {"x": {"verdict": "accepted"}}},
    )
    for broken in rows:
        with pytest.raises(BadRowError):
            Record.from_row(broken)


def test_what_ran_out_of_time_is_slower_than_the_limit() -> None:
    quick = Course("accepted", 1.0, [[[100]], [[300]]], [0, 0])
    stopped = Course("accepted", 1.0, [[[100]]], [0], "time", 1_000_000)
    record = Record(
        "made/x", 0, "3", "L3", [10, 20], [2, 1], "", solutions={"a": stopped, "b": quick}
    )
    order = time_order(record, "a", "b")
    assert order is not None
    assert (order.verdict, order.is_bound, order.n) == ("slower", True, 20)
    assert order.ratio == pytest.approx(1_000_000 / 300)
    near = replace(quick, cpu=[[[100]], [[950_000]]])
    order = time_order(replace(record, solutions={"a": stopped, "b": near}), "a", "b")
    assert order is not None
    assert order.verdict == "unclear"
