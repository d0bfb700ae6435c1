"""`effilint profile`: what each line of a solution takes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from effilint.main import main

pytest.importorskip("line_profiler")

PROGRAM = """def total(n):
    s = 0
    for i in range(n):
        s += i
    return s
"""


@pytest.fixture(autouse=True)
def problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("total.py").write_text(PROGRAM)
    tests = {"entry": "total", "cases": [{"arguments": [100], "expected": 4950}]}
    Path("tests.json").write_text(json.dumps(tests))


def profile(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["profile", "--tests", "tests.json", *arguments])


def test_hits_are_exact() -> None:
    result = profile("total.py", "--of", "time", "--output-format", "json")
    assert result.exit_code == 0
    lines = json.loads(result.stdout)["lines"]
    assert [line["hits"] for line in lines] == [0, 1, 101, 100, 1]
    assert lines[3]["held"] is None


@pytest.mark.parametrize("style", ["table", "line-profiler"])
def test_it_can_be_read(style: str) -> None:
    output = profile("total.py", "--of", "time", "--output-format", style).stdout
    assert "s += i" in output
    assert "101" in output


def test_a_program_that_fails_is_shown_as_far_as_it_got() -> None:
    Path("total.py").write_text(PROGRAM.replace("return s", "return s / 0"))
    result = profile("total.py", "--of", "time", "--output-format", "json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["end"] == "raised"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["no.py"], "no.py: No such file"),
        (["total.py", "--tests", "total.py"], "total.py"),
        (["total.py", "--of", "time", "--output-format", "memory-profiler"], "no memory in it"),
        (["total.py", "--python", "/no/python"], "is no Python that runs"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(arguments: list[str], words: str) -> None:
    result = profile(*arguments)
    assert result.exit_code == 2
    assert words in result.stderr.splitlines()[-1]


@pytest.mark.parametrize("limited", ["option", "tests"])
def test_a_program_that_does_not_end_is_stopped(limited: str) -> None:
    Path("total.py").write_text("def total(n):\n    while True:\n        n += 1\n")
    cases = [{"arguments": [1], "expected": 1}]
    limits = {"cpu": 0.02, "wall": 1} if limited == "tests" else {}
    Path("tests.json").write_text(json.dumps({"entry": "total", "cases": cases, "limits": limits}))
    options = ["--time-limit", "0.4"] if limited == "option" else []
    result = profile("total.py", "--of", "time", "--output-format", "json", *options)
    found = json.loads(result.stdout)
    assert (result.exit_code, found["end"]) == (1, "time")
    assert found["lines"][2]["hits"] > 1000


def test_growth_of_each_line() -> None:
    result = profile("total.py", "--of", "time", "--growth", "--output-format", "json")
    found = json.loads(result.stdout)
    assert len(found["sizes"]) == 3
    assert [line["hits_growth"] for line in found["lines"][3:]] == pytest.approx([1, 0])
    assert found["lines"][3]["seconds_growth"] == pytest.approx(1, abs=0.5)


def test_what_cannot_grow_has_no_growth() -> None:
    Path("total.py").write_text(PROGRAM.replace("(n)", "(n='')").replace("range(n)", "n"))
    tests = {"entry": "total", "cases": [{"arguments": [""], "expected": 0}]}
    Path("tests.json").write_text(json.dumps(tests))
    result = profile("total.py", "--growth")
    assert result.exit_code == 2
    assert "there is no growth to tell" in result.stderr
