"""`effilint measure`: right solutions are measured, wrong ones are named, nothing is lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from effilint.main import main

FAST = "def total(n):\n    return n * (n - 1) // 2\n"
SLOW = "def total(n):\n    s = 0\n    for i in range(n):\n        s += i\n    return s\n"
WRONG = "def total(n):\n    return n\n"
TESTS = {
    "entry": "total",
    "cases": [
        {"arguments": [300_000], "expected": 44_999_850_000},
        {"arguments": [3], "expected": 3},
    ],
}


@pytest.fixture(autouse=True)
def problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("tests.json").write_text(json.dumps(TESTS))
    for name, text in (("fast", FAST), ("slow", SLOW), ("wrong", WRONG)):
        Path(f"{name}.py").write_text(text)
    return tmp_path


def measure(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["measure", "--tests", "tests.json", *arguments])


def rows(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_right_solution_has_figures() -> None:
    (row,) = rows(measure("slow.py", "--json", "--repetitions", "2"))
    assert (row["verdict"], row["passed"], row["cases"]) == ("accepted", 1.0, 2)
    assert row["cpu"] > 0
    assert row["area"] > 0
    assert row["gross"] > row["memory"] >= 0
    assert row["level"] in ("L1", "L2", "L3")


def test_a_wrong_solution_is_named_and_not_measured() -> None:
    result = measure("wrong.py", "slow.py", "--json", "--repetitions", "1")
    wrong, slow = rows(result)
    assert result.exit_code == 1
    assert (wrong["verdict"], wrong["passed"]) == ("wrong answer", 0.5)
    assert "cpu" not in wrong
    assert slow["verdict"] == "accepted"


def test_two_solutions_take_turns() -> None:
    (row,) = rows(measure("slow.py", "--against", "fast.py", "--json"))
    assert row["comparison"] == "slower"
    assert row["ratio"]["low"] > 1


def test_what_is_in_the_file_is_not_measured_again() -> None:
    first = measure("slow.py", "wrong.py", "--output", "done.jsonl", "--repetitions", "1")
    assert first.exit_code == 1
    kept = Path("done.jsonl").read_text()
    Path("done.jsonl").write_text(kept + '{"solution": "fas')  # a run that was cut short
    again = measure(
        "slow.py", "wrong.py", "fast.py", "--output", "done.jsonl", "--json", "--repetitions", "1"
    )
    assert [row["solution"] for row in rows(again)] == ["slow.py", "wrong.py", "fast.py"]
    lines = Path("done.jsonl").read_text().splitlines()
    assert lines[:2] == kept.splitlines()
    assert json.loads(lines[-1])["solution"] == "fast.py"


def test_the_table_is_for_people() -> None:
    result = measure("slow.py", "wrong.py", "--repetitions", "1")
    assert "time, ms" in result.stdout
    assert "wrong answer" in result.stdout
    assert "1/2" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing.py"], "nothing.py does not exist"),
        (["slow.py", "--against", "no.py"], "no.py: No such file"),
        (["slow.py", "--python", "/no/python"], "/no/python is no Python that runs"),
        (["slow.py", "--tests", "slow.py"], "slow.py"),
        (["slow.py", "--tests", "no.json"], "no.json: No such file"),
        (["slow.py", "--import", "no_such_module"], "no_such_module"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(arguments: list[str], words: str) -> None:
    result = measure(*arguments)
    assert result.exit_code == 2
    assert words in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.output


def test_a_solution_that_cannot_be_read_does_not_stop_the_others() -> None:
    Path("bad.py").write_bytes(b"\xff\xfe\x00")
    bad, slow = rows(measure("bad.py", "slow.py", "--json", "--repetitions", "1"))
    assert bad["verdict"] == "unreadable"
    assert slow["verdict"] == "accepted"


def test_a_limit_is_kept() -> None:
    Path("endless.py").write_text("def total(n):\n    while True:\n        pass\n")
    (row,) = rows(measure("endless.py", "--json", "--time-limit", "0.2"))
    assert row["verdict"] == "time limit"


def test_a_solution_or_tests_that_changed_are_measured_again() -> None:
    arguments = ("slow.py", "--output", "done.jsonl", "--repetitions", "1")
    measure(*arguments)
    measure(*arguments)
    assert len(Path("done.jsonl").read_text().splitlines()) == 1
    Path("slow.py").write_text(SLOW + "# the same\n")
    measure(*arguments)
    Path("tests.json").write_text(json.dumps(TESTS | {"limits": {"cpu": 5}}))
    measure(*arguments)
    assert len(Path("done.jsonl").read_text().splitlines()) == 3


def test_growth_is_told_from_larger_inputs() -> None:
    (row,) = rows(measure("slow.py", "--json", "--growth", "--repetitions", "1"))
    growth = row["growth"]
    assert growth["name"] in ("O(n)", "O(n log n)")
    assert growth["low"] <= growth["exponent"] <= growth["high"]
    assert "n^1" in measure("slow.py", "--growth", "--repetitions", "1").stdout


def test_growth_keeps_to_the_description() -> None:
    Path("text.md").write_text("Constraints: 0 <= n <= 10^6")
    (row,) = rows(measure("slow.py", "--json", "--growth", "--description", "text.md"))
    assert 300_000 < row["growth"]["n"] <= 1_000_000


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--description", "text.md"], "nothing without --growth"),
        (["--growth", "--description", "no.md"], "no.md: No such file"),
        (["--output", "no/done.jsonl"], "no/done.jsonl: No such file"),
    ],
)
def test_bad_options_are_one_line(arguments: list[str], words: str) -> None:
    result = measure("slow.py", *arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert len([x for x in result.stderr.splitlines() if x.startswith("Error")]) == 1


def test_growth_is_not_for_scripts() -> None:
    Path("tests.json").write_text(json.dumps({"cases": [{"input": "3", "output": "3"}]}))
    result = measure("slow.py", "--growth")
    assert result.exit_code == 2
    assert "for functions" in result.stderr
