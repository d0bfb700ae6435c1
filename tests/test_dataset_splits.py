"""`effilint dataset split` and `check`: a problem, or nearly the same, is in one part alone."""

from __future__ import annotations

import json
from collections import Counter
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from effilint.dataset.splits import Weights, part_of
from effilint.main import main

pytest.importorskip("datasketch")

CODE = """\
def longest_run(values):
    best = current = 0
    previous = None
    for value in values:
        current = current + 1 if value == previous else 1
        previous = value
        best = max(best, current)
    return best
"""
WORDS = "Return how long the longest run of equal values in a row is, given a list of {} numbers."


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def name_in(part: str, *, after: int = 0) -> str:
    """A problem's id whose hash is in a part."""
    names = (f"made/{n}" for n in count(after))
    return next(name for name in names if part_of(name) == part)


def problem(name: str, code: str = "", description: str = "", **more: Any) -> dict[str, Any]:
    code = code or f"print({name!r})\n"
    solutions = [{"code": code, "origins": ["here"]}]
    return {"id": name, "solutions": solutions, "tests": {}, "description": description, **more}


def write(name: str, *rows: dict[str, Any]) -> str:
    Path(name).write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return name


def run(command: str, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["dataset", command, *arguments])


def parts(*arguments: str) -> dict[str, str]:
    result = run("split", *arguments, "-o", "parts.jsonl")
    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in Path("parts.jsonl").read_text().splitlines()]
    return {row["problem"]: row["part"] for row in rows}


def test_parts_are_as_large_as_they_should_be() -> None:
    sizes = Counter(part_of(f"made/{n}") for n in range(10_000))
    assert sizes["train"] == pytest.approx(8000, rel=0.05)
    assert sizes["test"] == pytest.approx(1000, rel=0.15)
    halves = Counter(part_of(f"made/{n}", Weights(1, 0, 1)) for n in range(10_000))
    assert set(halves) == {"train", "test"}
    assert halves["train"] == pytest.approx(5000, rel=0.05)


def test_more_problems_move_none() -> None:
    few = parts(write("a.jsonl", *(problem(f"made/{n}") for n in range(40, 60))))
    more = parts(write("a.jsonl", *(problem(f"made/{n}") for n in range(99))))
    assert len(more) == 99
    assert few.items() <= more.items()


@pytest.mark.parametrize(
    ("one", "other", "what"),
    [
        ({"code": CODE}, {"code": CODE.replace("best", "top")}, "solution 1.00"),
        (
            {"description": WORDS.format("whole") * 3},
            {"description": WORDS.format("real") + WORDS.format("whole") * 2},
            "description",
        ),
    ],
)
def test_near_duplicates_over_a_border_are_named_and_can_be_put_together(
    one: dict[str, str], other: dict[str, str], what: str
) -> None:
    names = name_in("train"), name_in("test")
    source = write("a.jsonl", problem(names[0], **one), problem(names[1], **other))
    result = run("check", source)
    assert result.exit_code == 1
    assert result.stdout.startswith(f"{names[0]} (train) ~ {names[1]} (test): {what}")
    told = parts(source)
    assert told == dict.fromkeys(names, part_of(min(names)))
    assert run("check", source, "--parts", "parts.jsonl").exit_code == 0


def test_groups_hang_together_by_chains() -> None:
    text = " ".join(f"word{n}" for n in range(60))
    first, second, third = (name_in(part) for part in ("train", "validation", "test"))
    rows = [
        problem(first, CODE),
        problem(second, CODE, f"{text} one"),
        problem(third, description=f"{text} two"),
    ]
    assert len(set(parts(write("a.jsonl", *rows)).values())) == 1


def test_short_programs_are_no_near_duplicates() -> None:
    code = "def f(n):\n    return n * 2\n"
    rows = (problem(name_in(part), code, "Double it.") for part in ("train", "test"))
    assert run("check", write("a.jsonl", *rows)).exit_code == 0


def test_what_is_in_effibench_or_nearly_so_is_kept_out_of_training() -> None:
    first, second = name_in("train"), name_in("train", after=50)
    rows = [problem(first, CODE, in_effibench=True), problem(second, CODE), problem("made/b")]
    source = write("a.jsonl", *rows)
    result = run("check", source)
    assert f"{first} (effibench) ~ {second} (train)" in result.stdout
    told = parts(source)
    assert (told[first], told[second]) == ("effibench", "effibench")
    assert told["made/b"] == part_of("made/b")


def test_each_of_several_files_is_a_part() -> None:
    train = write("train.jsonl", problem("made/1", CODE), problem("made/2"))
    test = write("test.jsonl", problem("made/2"), problem("made/3", CODE))
    result = run("check", train, test)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "made/2: in train.jsonl, and again in test.jsonl",
        "made/1 (train.jsonl) ~ made/3 (test.jsonl): solution 1.00",
    ]
    assert run("check", train, write("test.jsonl", problem("made/4"))).exit_code == 0


def test_broken_rows_are_named_and_the_others_checked() -> None:
    source = write("a.jsonl", problem("made/1"), {"id": "made/2"}, problem("made/3"))
    result = run("check", source)
    assert result.exit_code == 0
    assert result.stderr.startswith("a.jsonl:2: a problem has no solutions\n")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "parts.jsonl:1: it is no JSON"),
        ('{"problem": "made/1"}', "parts.jsonl:1: a row has a problem and its part"),
        ('{"problem": "made/2", "part": "test"}', "made/1 is in no part of parts.jsonl"),
        (
            '{"problem": "made/1", "part": "test"}\n{"problem": "made/1", "part": "train"}',
            "parts.jsonl:2: made/1 is in test too",
        ),
    ],
)
def test_parts_that_say_nothing_clear_are_refused(content: str, words: str) -> None:
    Path("parts.jsonl").write_text(content)
    result = run("check", write("a.jsonl", problem("made/1")), "--parts", "parts.jsonl")
    assert result.exit_code == 2
    assert words in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "nowhere.jsonl"),
        ("check", "a.jsonl", "b.jsonl", "--parts", "parts.jsonl"),
        ("check", "empty.jsonl"),
        ("split", "a.jsonl", "-o", "no/parts.jsonl"),
        ("split", "a.jsonl", "-o", "parts.jsonl", "--weights", "0", "0", "0"),
    ],
)
def test_bad_input_is_refused(arguments: tuple[str, ...]) -> None:
    write("a.jsonl", problem("made/1"))
    write("empty.jsonl")
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Error: " in result.stderr
    assert not Path("parts.jsonl").exists()
