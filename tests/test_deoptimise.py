"""Twins that are made inefficient: their texts, their labels, and how they are proved."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from click.testing import CliRunner

from effilint.analyzer.taxonomy import BEHAVIOURS
from effilint.commands.dataset.deoptimise import command
from effilint.dataset.bench import Bench, UnfitError
from effilint.dataset.deoptimise import (
    RecipeError,
    candidates,
    combined,
    deoptimised,
    made_again,
)
from effilint.dataset.problems import Problem, Solution
from effilint.dataset.proving import Figures, Proof, Reason, Twin
from effilint.dataset.twins import Change, Original, OverlapError, Site, all_inverses, applied
from effilint.measure import Sandbox
from effilint.rules import all_rules

_EXAMPLES = [
    pytest.param(inverse, example, id=f"{name}-{number}")
    for name, inverse in all_inverses().items()
    for number, example in enumerate(inverse.examples)
]

_QUEUE = """\
from collections import deque

def order(n):
    queue = deque(range(n))
    found = []
    while queue:
        found.append(queue.popleft())
    return found
"""
_SLOW_QUEUE = _QUEUE.replace("deque(range(n))", "list(range(n))").replace("popleft()", "pop(0)")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(workers=1) as made:
        yield made


def _problem(*codes: str, entry: str = "order") -> Problem:
    cases = [{"arguments": [n], "expected": list(range(n))} for n in (2, 5, 9)]
    solutions = tuple(Solution(code, ("ours",)) for code in codes)
    return Problem(f"ours/{entry}", solutions, {"entry": entry, "cases": cases})


def _marked(text: str, spans: tuple[tuple[int, int], ...]) -> str:
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]}«{text[start:end]}»{text[end:]}"
    return text


# The inverses.


@pytest.mark.parametrize(("inverse", "example"), _EXAMPLES)
def test_an_inverse_makes_its_example(inverse: Any, example: Any) -> None:
    before = dedent(example.before).lstrip()
    site = next(iter(inverse.sites(Original(before))))
    made = applied(before, [site])
    assert _marked(made.text, made.spans[0]) == dedent(example.after).lstrip()
    if example.call:
        old: dict[str, Any] = {}
        new: dict[str, Any] = {}
        exec(before, old)
        exec(made.text, new)
        assert eval(example.call, new) == eval(example.call, old)


def test_every_inverse_has_an_example_and_a_behaviour() -> None:
    for name, inverse in all_inverses().items():
        assert inverse.examples, name
        assert inverse.behaviour.prefix in BEHAVIOURS
        assert set(inverse.codes) <= set(all_rules()), name
    assert len({i.behaviour.prefix for i in all_inverses().values()}) >= 18


def test_what_is_not_changed_stays_byte_for_byte() -> None:
    text = "def f(xs: list[int]):  # größte\r\n\treturn max(xs) - 1  # Abstand é\r\n"
    inverse = all_inverses()["extreme-by-sorting"]
    made = applied(text, list(inverse.sites(Original(text))))
    assert made.text == text.replace("max(xs)", "sorted(xs)[-1]")
    assert _marked(made.text, made.spans[0]) == text.replace("max(xs)", "«sorted(xs)[-1]»")


def test_new_lines_are_indented_as_the_program_is() -> None:
    text = "class A:\n\tdef f(self, xs: list[int]):\n\t\ttotal = sum(xs)\n\t\treturn total\n"
    site = next(iter(all_inverses()["sum-by-hand"].sites(Original(text))))
    made = applied(text, [site]).text
    assert "\n\t\tfor value in xs:\n\t\t\tresult += value\n\t\ttotal = result\n" in made


def test_imports_of_the_prelude_count() -> None:
    prelude = "from typing import *\nfrom collections import deque as Line\n"
    inverse = all_inverses()["deque-to-list"]
    bare = _QUEUE.replace("from collections import deque\n", "").replace("= deque(", "= Line(")
    assert list(inverse.sites(Original(bare))) == []
    made = applied(bare, list(inverse.sites(Original(bare, prelude))))
    assert _marked(made.text, made.spans[0]).count("«queue.pop(0)»") == 1


def test_a_set_that_is_returned_stays_a_set() -> None:
    text = "def f(xs):\n    seen = set()\n    for x in xs:\n        if x not in seen:\n"
    text += "            seen.add(x)\n    return seen\n"
    assert list(all_inverses()["set-to-list"].sites(Original(text))) == []


def test_lines_go_before_the_decorators() -> None:
    text = (
        "def f(xs: list[int]):\n    @cache\n    def g(i):\n        return i\n    return g(xs[0])\n"
    )
    site = next(iter(all_inverses()["unused-sorting"].sites(Original(text))))
    assert "    ordered = sorted(xs)\n    @cache\n    def g(i):" in applied(text, [site]).text


def test_changes_that_overlap_are_refused() -> None:
    sites = [Site((Change(0, 3, "a"),)), Site((Change(2, 4, "b"),))]
    with pytest.raises(OverlapError):
        applied("12345", sites)


# Candidates and recipes.


def test_the_seed_reproduces_the_twins() -> None:
    first, again, other = (candidates(_QUEUE, "", seed, 5) for seed in (1, 1, 2))
    assert [(c.recipe, c.made) for c in first] == [(c.recipe, c.made) for c in again]
    assert [c.made for c in first] != [c.made for c in other]
    for candidate in first:
        assert made_again(_QUEUE, "", candidate.recipe, 1).made == candidate.made


def test_several_inverses_make_one_twin_with_all_labels() -> None:
    single = candidates(_QUEUE, "", 0, 30)
    made = combined(_QUEUE, single, 0, 5)
    assert made
    for candidate in made:
        assert len(candidate.recipe) == len(candidate.labels()) > 1
        assert made_again(_QUEUE, "", candidate.recipe, 0).made == candidate.made


def test_labels_are_lines_and_columns() -> None:
    candidate = made_again(_QUEUE, "", [["deque-to-list", 0]], 0)
    assert candidate.made.text == _SLOW_QUEUE
    assert candidate.labels() == [
        {
            "behaviour": "DST1",
            "inverse": "deque-to-list",
            "codes": ["DST102"],
            "spans": [[7, 22, 7, 34]],
        }
    ]


@pytest.mark.parametrize("recipe", [[["nothing", 0]], [["deque-to-list", 7]]])
def test_a_recipe_that_does_not_fit_is_refused(recipe: list[list[Any]]) -> None:
    with pytest.raises(RecipeError):
        made_again(_QUEUE, "", recipe, 0)


def test_a_text_that_does_not_parse_has_no_twins() -> None:
    assert candidates("def f(:\n", "", 0, 5) == []


# Proving.


def test_only_a_right_and_slower_twin_is_proved(sandbox: Sandbox) -> None:
    proof = Proof(Bench(_problem(_QUEUE), sandbox), _QUEUE)
    wrong = _QUEUE.replace("return found", "return found if n < 30 else []")
    broken = _SLOW_QUEUE.replace("return found", "return found if n != 5 else []")  # of the tests
    results = proof.results(
        [Twin(_SLOW_QUEUE), Twin(wrong), Twin(broken), Twin(_QUEUE + "# the same\n")]
    )
    assert isinstance(results[0], Figures)
    assert results[0].ratio > 1.1
    assert results[1:] == [
        Reason("other answers on larger inputs"),
        Reason("tests: wrong answer"),
        Reason("not slower"),
    ]


def test_a_twin_that_changes_its_argument_differs(sandbox: Sandbox) -> None:
    code = "def order(xs):\n    return sorted(xs)\n"
    cases = [{"arguments": [[2, 1, 3][:n]], "expected": sorted([2, 1, 3][:n])} for n in (2, 3)]
    problem = Problem("ours/sort", (), {"entry": "order", "cases": cases})
    changing = "def order(xs):\n    xs.sort()\n    return [x for x in xs for _ in [0]]\n"
    (result,) = Proof(Bench(problem, sandbox), code).results([Twin(changing)])
    assert result == Reason("other answers on larger inputs")


def test_a_twin_of_memory_has_to_take_more_memory(sandbox: Sandbox) -> None:
    code = "def total(n):\n    return sum(range(n))\n"
    cases = [{"arguments": [n], "expected": sum(range(n))} for n in (10, 20)]
    problem = Problem("ours/total", (), {"entry": "total", "cases": cases})
    listed = code.replace("range(n)", "list(range(n))")
    slower = code.replace("range(n)", "int(str(i)) for i in range(n)")
    proof = Proof(Bench(problem, sandbox), code)
    proved, refused = proof.results([Twin(listed, True), Twin(slower, True)])
    assert isinstance(proved, Figures)
    assert proved.memory_ratio > 1.1
    assert refused == Reason("takes no more memory")


def test_scripts_are_proved_on_what_generators_give(sandbox: Sandbox) -> None:
    code = "n = int(input())\nfor i in range(n):\n    print(i)\n"
    generator = "def generate_input():\n    return '20000\\n'\n"
    cases = [{"input": "2\n", "output": "0\n1\n"}]
    problem = Problem("ours/count", (), {"cases": cases}, generators=(generator,))
    flushed = code.replace("print(i)", "print(i, flush=True)")
    (result,) = Proof(Bench(problem, sandbox), code).results([Twin(flushed)])
    assert isinstance(result, Figures)


def test_a_program_that_is_not_right_has_no_twins(sandbox: Sandbox) -> None:
    wrong = _QUEUE.replace("return found", "return []")
    with pytest.raises(UnfitError, match="wrong answer"):
        Proof(Bench(_problem(wrong), sandbox), wrong)
    problem = _problem(wrong)
    row = deoptimised(problem, problem.solutions[0], Bench(problem, sandbox), seed=0, most=3)
    assert row["twins"] == []
    assert "wrong answer" in row["why"]


# The command.


def _written(folder: Path, *problems: Problem) -> Path:
    path = folder / "problems.jsonl"
    path.write_text("".join(f"{problem.to_json()}\n" for problem in problems))
    return path


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines() if line]


def test_recipes_make_the_code_again(tmp_path: Path) -> None:
    problems = _written(tmp_path, _problem(_QUEUE))
    measured, whole = tmp_path / "measured.jsonl", tmp_path / "whole.jsonl"
    options = [str(problems), "--most", "30", "--jobs", "1"]
    result = CliRunner().invoke(command, [*options, "-o", str(measured), "--no-code"])
    assert result.exit_code == 0, result.output
    (row,) = _rows(measured)
    assert any(twin["recipe"] == [["deque-to-list", 0]] for twin in row["twins"])
    assert all("code" not in twin and twin["cpu"][1] > 0 for twin in row["twins"])
    again = CliRunner().invoke(
        command, [str(problems), "-o", str(whole), "--recipes", str(measured)]
    )
    assert again.exit_code == 0, again.output
    (full,) = _rows(whole)
    assert [t["twin"] for t in full["twins"]] == [t["twin"] for t in row["twins"]]
    assert _SLOW_QUEUE in [t["code"] for t in full["twins"]]


def test_recipes_of_other_solutions_are_told(tmp_path: Path) -> None:
    problems = _written(tmp_path, _problem(_QUEUE))
    recipes = tmp_path / "recipes.jsonl"
    twin = {"twin": "0" * 16, "recipe": [["deque-to-list", 0]]}
    row = {"problem": "ours/order", "solution": "1" * 16, "seed": 0, "twins": [twin]}
    recipes.write_text(json.dumps(row) + "\n")
    output = tmp_path / "out.jsonl"
    result = CliRunner().invoke(
        command, [str(problems), "-o", str(output), "--recipes", str(recipes)]
    )
    assert result.exit_code == 1
    assert "is not among the problems" in result.output


def test_a_killed_run_goes_on_where_it_was(tmp_path: Path) -> None:
    codes = [_QUEUE + f"# {number}\n" for number in range(4)]
    problems = _written(tmp_path, _problem(*codes))
    output = tmp_path / "twins.jsonl"
    program = "from effilint.commands.dataset.deoptimise import command; command()"
    options = [str(problems), "-o", str(output), "--most", "2", "--jobs", "1"]
    run = subprocess.Popen([sys.executable, "-c", program, *options], stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (output.exists() and output.stat().st_size):
        time.sleep(0.02)
    run.send_signal(signal.SIGKILL)
    run.wait()
    first = output.read_bytes()
    assert first
    output.write_bytes(first + b'{"problem": "ours/ord')  # cut short
    result = CliRunner().invoke(command, options)
    assert result.exit_code == 0, result.output
    assert output.read_bytes().startswith(first)
    rows = [json.loads(line) for line in output.read_text().splitlines() if line.endswith("}")]
    expected = sorted(solution.id for solution in _problem(*codes).solutions)
    assert sorted(row["solution"] for row in rows) == expected


def test_a_run_over_few_solutions_of_each_problem_goes_on_with_more(tmp_path: Path) -> None:
    codes = [_QUEUE + f"# {number}\n" for number in range(3)]
    problems = _written(tmp_path, _problem(*codes))
    output = tmp_path / "twins.jsonl"
    options = [str(problems), "-o", str(output), "--most", "1", "--jobs", "1"]
    for each in (1, 2):
        result = CliRunner().invoke(command, [*options, "--solutions", str(each)])
        assert result.exit_code == 0, result.output
        assert "of 1 solutions" in result.output
    chosen = sorted(solution.id for solution in _problem(*codes).solutions)[:2]
    assert sorted(row["solution"] for row in _rows(output)) == chosen


def test_a_row_that_is_no_problem_is_told_and_skipped(tmp_path: Path) -> None:
    problems = _written(tmp_path, _problem("def order(n):\n    return list(range(n))\n"))
    problems.write_text("nonsense\n" + problems.read_text())
    output = tmp_path / "twins.jsonl"
    result = CliRunner().invoke(command, [str(problems), "-o", str(output), "--jobs", "1"])
    assert result.exit_code == 0, result.output
    assert f"{problems}:1: " in result.output
    assert len(_rows(output)) == 1


def test_functions_of_a_library_are_called_with_built_arguments(tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    (library / "module.py").write_text(f"import os\n\n\n{_LIBRARY}")
    (library / "broken.py").write_text("def f(:\n")
    (library / "unknown.py").write_text(_LIBRARY.replace(": list[int]", ""))
    output = tmp_path / "twins.jsonl"
    options = [str(library), "-o", str(output), "--jobs", "1", "--most", "30"]
    result = CliRunner().invoke(command, options)
    assert result.exit_code == 0, result.output
    (row,) = [row for row in _rows(output) if row["problem"] == "library/module.py"]
    (twin,) = [t for t in row["twins"] if t["recipe"] == [["membership-by-comparing", 0]]]
    assert twin["function"] == "common"
    assert twin["ratio"] > 1.25


_LIBRARY = """\
def common(one: list[int], other: list[int]) -> list[int]:
    known = frozenset(other)
    return list(filter(lambda item: item in known, one))
"""
