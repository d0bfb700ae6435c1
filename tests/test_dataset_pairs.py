"""`effilint dataset pairs` and `report`: sampled, put beside opinions, drawn."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from effilint.dataset.annotations.sheets import Annotation, Sheet
from effilint.dataset.orders import memory_order, time_order
from effilint.dataset.pairs import GAPS, agreement, pairs_of, ranked, stage_of
from effilint.dataset.problems import Problem, Solution
from effilint.dataset.records import Course, Record
from effilint.main import main

SIZES = [10, 100, 1000]


def course(*cpu: float, memory: int = 0, end: str = "") -> Course:
    """A solution with these microseconds at each size, three times with a little noise."""
    runs = [[[round(us * noise)] for noise in (0.99, 1.0, 1.01)] for us in cpu]
    return Course("accepted", 1.0, runs, [memory] * len(runs), end)


def record_of(name: str = "made/x", /, **solutions: Course) -> Record:
    return Record(name, 0, "3.11", "L3", SIZES, [len(solutions)] * 3, solutions=dict(solutions))


@pytest.fixture
def record() -> Record:
    return record_of(
        fast=course(100, 200, 1_000),
        same=course(100, 200, 1_005),
        half=course(100, 300, 1_900),
        slow=course(100, 900, 20_000, memory=50 << 20),
        stopped=course(100, 50_000, end="slow"),
        wrong=Course("wrong answer", 0.5),
    )


def test_orders(record: Record) -> None:
    for a, b, verdict in (
        ("half", "fast", "slower"),
        ("fast", "slow", "faster"),
        ("same", "fast", "equal"),
        ("stopped", "slow", "slower"),
    ):
        order = time_order(record, a, b)
        assert order is not None
        assert order.verdict == verdict
        assert order.low <= order.ratio <= order.high
    assert time_order(record, "wrong", "fast") is None
    memory = memory_order(record, "slow", "fast")
    assert memory is not None
    assert memory.verdict == "slower"


def test_of_much_memory_the_size_before_says_the_same() -> None:
    rounds = [[[100]] * 3] * 2
    found = {
        name: Course("accepted", 1.0, rounds, [megabytes << 20 for megabytes in memory])
        for name, memory in {"a": (6, 40), "b": (6, 12), "c": (2, 12), "d": (2, 7)}.items()
    }
    record = record_of(**found)
    for one, other, verdict in (("a", "b", "unclear"), ("a", "c", "slower"), ("b", "d", "slower")):
        order = memory_order(record, one, other)
        assert order is not None
        assert order.verdict == verdict
    found["b"] = Course("accepted", 1.0, rounds, [2 << 20, 5 << 20])
    little = memory_order(record_of(**found), "d", "b")
    assert little is not None
    assert little.verdict == "slower"


def test_inputs_that_contradict_each_other_are_unclear() -> None:
    one = Course("accepted", 1.0, [[[1000, 200]] * 3], [0])
    other = Course("accepted", 1.0, [[[100, 300]] * 3], [0])
    order = time_order(record_of(a=one, b=other), "a", "b")
    assert order is not None
    assert order.verdict == "unclear"


def test_the_ranking_begins_with_the_fastest(record: Record) -> None:
    ranking = ranked(record, ["slow", "stopped", "half", "fast"])
    assert ranking == ["fast", "half", "slow", "stopped"]


def test_extremes_are_always_there(record: Record) -> None:
    pairs = list(pairs_of(record, most=1))
    assert [(p.more, p.less, p.kind, p.verdict) for p in pairs] == [
        ("stopped", pairs[0].less, "extremes", "certain")
    ]
    assert pairs[0].less in ("fast", "same")


def test_each_pair_is_there_once_with_the_slower_first(record: Record) -> None:
    pairs = list(pairs_of(record, annotated=[("fast", "half")]))
    assert len({frozenset((p.more, p.less)) for p in pairs}) == len(pairs)
    assert pairs[0].kind == "annotated"
    assert (pairs[0].more, pairs[0].less) == ("half", "fast")
    for pair in pairs:
        assert pair.ratio >= 1
        assert pair.stage == stage_of(pair.ratio)
    assert {p.verdict for p in pairs} == {"certain", "equal"}


def test_the_seed_decides(record: Record) -> None:
    assert list(pairs_of(record, most=4)) == list(pairs_of(record, most=4))
    others = [list(pairs_of(record, most=4, seed=seed)) for seed in range(8)]
    assert any(found != others[0] for found in others)


def test_the_least_ratio(record: Record) -> None:
    pairs = [p for p in pairs_of(record, least=4.0) if p.verdict == "certain"]
    assert pairs
    assert all(pair.ratio >= 4 for pair in pairs)
    assert stage_of(GAPS[-1]) == len(GAPS)


def test_agreement_counts_what_is_certain_twice(record: Record) -> None:
    other = record_of(
        fast=course(90, 210, 1_100),
        half=course(90, 200, 700),
        slow=course(90, 900, 30_000),
    )
    both, same = agreement({"made/x": record}, {"made/x": other}, "time")
    assert (both, same) == (3, 2)


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record: Record) -> Path:
    monkeypatch.chdir(tmp_path)
    slow = Solution("def f(): return 1\n", ("behaviour_pairs:1-0:inefficient",))
    fast = Solution("def f(): return 2\n", ("behaviour_pairs:1-0:efficient",))
    ours = {slow.id: record.solutions["slow"], fast.id: record.solutions["fast"]}
    found = record_of("made/x", **ours)
    Path("records.jsonl").write_text(f"{found.to_json()}\n{record_of('made/y').to_json()}\n")
    Path("problems.jsonl").write_text(Problem("made/x", (slow, fast), {}).to_json() + "\n")
    annotation = Annotation("ALG5", "inefficient", "return 1", None, "by hand")
    sheet = Sheet("made/x", slow.id, "by hand", (annotation,))
    Path("annotations.jsonl").write_text(sheet.to_json() + "\n")
    return tmp_path


def dataset(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["dataset", *arguments])


def test_the_command_writes_a_row_for_each_pair(files: Path) -> None:
    arguments = ("pairs", "records.jsonl", "-o", "pairs.jsonl", "--problems", "problems.jsonl")
    assert dataset(*arguments).exit_code == 0
    rows: list[dict[str, Any]] = [
        json.loads(line) for line in (files / "pairs.jsonl").read_text().splitlines()
    ]
    assert [(row["of"], row["kind"], row["verdict"]) for row in rows] == [
        ("time", "annotated", "certain"),
        ("memory", "annotated", "certain"),
    ]


def test_the_report(files: Path) -> None:
    pytest.importorskip("matplotlib")
    options = ["--problems", "problems.jsonl", "--annotations", "annotations.jsonl"]
    result = dataset("report", "records.jsonl", "-o", "out", *options, "--again", "records.jsonl")
    assert result.exit_code == 0
    assert "certain orders in time in both: 1, the same: 100.00%" in result.stdout
    assert "ALG5" in result.stdout
    assert "Sampled pairs of certain order in time\n  ratio  pairs\n  >= 10      1" in result.stdout
    assert "problems an hour" not in result.stdout
    page = (files / "out" / "report.html").read_text()
    assert "ALG5" in page
    assert "100.0%" in page
    assert (files / "out" / "ratios.png").read_bytes().startswith(b"\x89PNG")


def test_the_report_counts_twins(files: Path) -> None:
    pytest.importorskip("matplotlib")
    twins = [
        {"labels": [{"behaviour": name} for name in names], "ratio": time, "memory_ratio": memory}
        for names, time, memory in (
            (["ALG5"], 2.0, 1.0),
            (["ALG5", "API1"], 4.0, 1.0),
            (["MEM1"], 1.0, 8.0),
        )
    ]
    rows = [{"problem": p, "solution": p, "twins": twins} for p in ("made/x", "made/y")]
    (files / "twins.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    result = dataset("report", "records.jsonl", "-o", "out", "--twins", "twins.jsonl")
    assert "Twins (6 of 2 solutions that were tried)" in result.stdout
    table = result.stdout.split("Twins (")[1].splitlines()[2:5]
    assert [line.split() for line in table] == [
        ["ALG5", "4", "2", "3.00"],
        ["API1", "2", "2", "4.00"],
        ["MEM1", "2", "2", "8.00"],
    ]


def test_the_report_says_how_long_it_took(files: Path, record: Record) -> None:
    pytest.importorskip("matplotlib")
    other = replace(record, problem="made/other", seconds=36.0)
    third = replace(record, problem="made/third", seconds=54.0)
    lines = "".join(f"{one.to_json()}\n" for one in (record, other, third))
    (files / "records.jsonl").write_text(lines)
    result = dataset("report", "records.jsonl", "-o", "out")
    assert "problems of known time    2" in result.stdout
    assert "problems an hour         80" in result.stdout


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["pairs", "no.jsonl", "-o", "x.jsonl"], "no.jsonl: No such file"),
        (["pairs", "annotations.jsonl", "-o", "x.jsonl"], "no records"),
        (["pairs", "records.jsonl", "-o", "no/x.jsonl"], "no/x.jsonl: No such file"),
        (
            ["report", "records.jsonl", "-o", "out", "--annotations", "no.jsonl"],
            "no.jsonl: No such",
        ),
        (["report", "records.jsonl", "-o", "out", "--twins", "no.jsonl"], "no.jsonl: No such"),
        (["report", "records.jsonl", "-o", "records.jsonl"], "File exists"),
    ],
)
def test_bad_files_are_one_line(arguments: list[str], words: str) -> None:
    result = dataset(*arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert not Path("x.jsonl").exists()
