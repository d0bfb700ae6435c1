"""`effilint measure`: right solutions are measured, wrong ones are named, nothing is lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from effilint.main import main
from effilint.measure import Case, Tests, call
from effilint.measure import measure as measured

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
    assert row["gross_area"] > row["area"] >= 0
    assert row["wall_area"] > 0
    assert row["untold"] == []
    assert row["gross"] > row["memory"] >= 0
    assert row["level"] in ("L1", "L2", "L3")


def test_a_wrong_solution_is_named_and_not_measured() -> None:
    result = measure("wrong.py", "slow.py", "--json", "--repetitions", "1")
    wrong, slow = rows(result)
    assert result.exit_code == 1
    assert (wrong["verdict"], wrong["passed"]) == ("wrong answer", 0.5)
    assert "cpu" not in wrong
    assert slow["verdict"] == "accepted"


def test_words_of_a_solution_are_no_markup_and_move_no_cursor() -> None:
    words = "[/red] [bold] :bomb: \x1b]0;owned\x07 \ud800 \u202e"
    Path("wrong.py").write_text(f"def total(n):\n    raise ValueError({words!r})\n")
    result = measure("wrong.py", "slow.py", "--repetitions", "1")
    assert result.exit_code == 1
    assert "[/red] [bold] :bomb: " in result.stdout
    assert "\\x1b]0;owned\\x07" in result.stdout
    assert all(line.isprintable() for line in result.stdout.splitlines())
    assert "slow.py" in result.stdout


def test_two_solutions_take_turns() -> None:
    (row,) = rows(measure("slow.py", "--against", "fast.py", "--json"))
    assert row["comparison"] == "slower"
    assert row["ratio"]["low"] > 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (WRONG, "wrong answer"),
        ("def total(n):\n    raise IndexError('[/b]')\n", "IndexError: [/b]"),
        ("def total(n):\n    while True: pass\n", "time limit"),
        ("def total(n)\n", "compile error"),
    ],
)
def test_a_reference_has_to_pass_the_tests(text: str, words: str) -> None:
    Path("other.py").write_text(text)
    result = measure("fast.py", "--against", "other.py", "--time-limit", "1", "--output", "o.jsonl")
    assert result.exit_code == 2
    assert "the reference does not pass the tests" in result.stderr.splitlines()[-1]
    assert words in result.stderr.splitlines()[-1]
    assert result.stdout == ""
    assert not Path("o.jsonl").exists()


def test_a_reference_that_breaks_costs_a_solution_nothing() -> None:
    tests = Tests((Case(call(3), 3),), "total")
    for other in (WRONG.replace("n\n", "n + 9\n"), "def total(n):\n    raise IndexError\n"):
        found = measured(FAST, tests, against=other, repetitions=2)
        assert found.comparison is None
        assert "program b" in found.reason
        assert found.samples is not None
        assert found.samples.time > 0


def test_what_was_not_understood_is_told() -> None:
    asserts = "assert total(1) == 0\nassert total(3) + 1 == 4\nassert total(3) * total(3) == 1"
    Path("tests.json").write_text(json.dumps({"entry": "total", "asserts": asserts}))
    (row,) = rows(measure("fast.py", "--json", "--repetitions", "1"))
    assert [note["line"] for note in row["untold"]] == [2, 3]
    assert all(note["why"] for note in row["untold"])
    assert "1/1 (+2 not" in measure("fast.py", "--repetitions", "1").stdout


def test_the_table_tells_how_good_a_comparison_is() -> None:
    result = measure("slow.py", "--against", "fast.py")
    assert "compared" in result.stdout
    assert "slower, too short" in result.stdout


def test_repetitions_are_the_most_samples_of_a_comparison() -> None:
    (row,) = rows(measure("fast.py", "--against", "fast.py", "--json", "--repetitions", "2"))
    assert row["repetitions"] == row["reference"]["repetitions"] == 2


SUMS = """def longest(xs):
    seen = {}
    for x in xs:
        if x in seen:
            return x
        seen[x] = 1
    return -1
"""
PAIRS = """def longest(ys):
    for i, x in enumerate(ys):
        if x in ys[:i]:
            return x
    return -1
"""


def test_solutions_are_measured_on_larger_inputs() -> None:
    cases = [
        {"arguments": [[1, 4, 2, 8, 5, 7]], "expected": -1},
        {"arguments": [[]], "expected": -1},
    ]
    Path("tests.json").write_text(json.dumps({"entry": "longest", "cases": cases}))
    Path("sums.py").write_text(SUMS)
    Path("pairs.py").write_text(PAIRS)  # its argument has another name
    Path("tuned.py").write_text("def longest(xs):\n    return -1 if len(xs) < 9 else 3\n")
    result = measure("pairs.py", "tuned.py", "--against", "sums.py", "--scale", "300", "--json")
    pairs, tuned = rows(result)
    assert pairs["scale"] == 300
    assert pairs["comparison"] == "slower"
    assert pairs["ratio"]["low"] > 5
    assert (tuned["verdict"], "cpu" in tuned) == ("accepted", False)
    assert tuned["words"] == "not measured: on the inputs to measure on: wrong answer"


def test_inputs_that_cannot_grow_are_one_line() -> None:
    Path("text.md").write_text("Constraints: 0 <= n <= 300000")
    cases = [{"arguments": [300_000], "expected": 44_999_850_000}]
    Path("tests.json").write_text(json.dumps({"entry": "total", "cases": cases}))
    options = ("--against", "fast.py", "--scale", "10", "--description", "text.md")
    result = measure("slow.py", *options)
    assert result.exit_code == 2
    assert "the inputs cannot be made larger" in result.stderr.splitlines()[-1]


def test_the_six_figures_of_what_was_written_down() -> None:
    Path("other.json").write_text(json.dumps(TESTS))
    Path("bad.py").write_bytes(b"\xff\xfe\x00")
    for tests in ("tests.json", "other.json"):
        options = ("--tests", tests, "--against", "fast.py", "--output", "o.jsonl")
        measure("slow.py", *options)
    measure("wrong.py", "bad.py", "--against", "fast.py", "--output", "o.jsonl")
    assert len(Path("o.jsonl").read_text().splitlines()) == 4
    found = json.loads(CliRunner().invoke(main, ["figures", "o.jsonl", "--json"]).stdout)
    assert found["problems"] == 2
    assert found["failed"] == ["tests.json wrong.py", "tests.json bad.py"]
    assert found["net"]["mean_of_ratios"][0] > 5
    shown = CliRunner().invoke(main, ["figures", "o.jsonl", "--published"])
    assert shown.exit_code == 0
    assert "NTMU" in shown.stdout


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "there are no rows"),
        ([{"solution": "a.py", "verdict": "accepted", "cpu": 1}], "without --against"),
        ([{"solution": "a.py", "against": "b.py", "cpu": 1}], "lacks figures"),
        ([{"solution": "a.py", "against": "b.py"}], "no problem that both sides solve"),
    ],
)
def test_rows_without_figures_are_one_line(rows: list[dict[str, Any]], words: str) -> None:
    Path("o.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    result = CliRunner().invoke(main, ["figures", "o.jsonl"])
    assert result.exit_code == 2
    assert words in result.stderr.splitlines()[-1]


def test_an_interrupt_exits_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("effilint.measure.measure", interrupt)
    assert measure("fast.py").exit_code == 130


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
    assert "), n^" in measure("slow.py", "--growth", "--repetitions", "1").stdout


def test_growth_keeps_to_the_description() -> None:
    Path("text.md").write_text("Constraints: 0 <= n <= 10^6")
    (row,) = rows(measure("slow.py", "--json", "--growth", "--description", "text.md"))
    assert 300_000 < row["growth"]["n"] <= 1_000_000


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--description", "text.md"], "nothing without --growth or --scale"),
        (["--scale", "3"], "--scale needs --against"),
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
