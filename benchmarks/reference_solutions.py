"""Judge the reference solutions of a set of problems by the problems' own tests.

    python benchmarks/reference_solutions.py leetcode_tests.jsonl.gz --write judged.jsonl

The file has one problem a line, as LeetCodeDataset (`entry_point`, `prompt`, `solution`, `test`),
HumanEval (`canonical_solution`) or MBPP (`code`, `test_list`) have them. A reference solution that
is not accepted is a fault of the harness or the data; each is listed with its verdict and reason.
What is written is appended as it comes, and a problem that stands there already is not run again.
Many a LeetCode solution imports sortedcontainers: install it, and add `--imports sortedcontainers`.
"""

from __future__ import annotations

import argparse
import ast
import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.progress import track

from effilint.measure import BadTestsError, Sandbox, Tests, run_tests


class Problem(NamedTuple):
    """A problem with its reference solution, and the source of its tests."""

    name: str
    text: str
    entry: str
    prelude: str
    asserts: str


def problems(path: Path) -> Iterator[Problem]:
    """Read a file of problems in any of the three forms."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield problem(json.loads(line))


def problem(row: dict[str, Any]) -> Problem:
    """Return a row as a problem."""
    if "test_list" in row:
        asserts = "\n".join([*row["test_list"], *row["challenge_test_list"]])
        entry = called(asserts, row["code"])
        return Problem(
            f"MBPP/{row['task_id']}", row["code"], entry, row["test_setup_code"], asserts
        )
    if "canonical_solution" in row:
        text = row["prompt"] + row["canonical_solution"]
        return Problem(row["task_id"], text, row["entry_point"], row["prompt"], row["test"])
    return Problem(row["task"], row["solution"], row["entry_point"], row["prompt"], row["test"])


def called(asserts: str, code: str) -> str:
    """Return the function of the code that the asserts call first."""
    defined = {node.name for node in ast.parse(code).body if isinstance(node, ast.FunctionDef)}
    calls = (node.func for node in ast.walk(ast.parse(asserts)) if isinstance(node, ast.Call))
    names = (function.id for function in calls if isinstance(function, ast.Name))
    return next(name for name in names if name in defined)


def judged(one: Problem, sandbox: Sandbox) -> dict[str, Any]:
    """Return what becomes of a reference solution, as a line of the result."""
    try:
        tests = Tests.from_asserts(one.asserts, one.entry, one.prelude, sandbox=sandbox)
    except BadTestsError as error:
        return {"name": one.name, "verdict": "no tests", "words": str(error)}
    report = run_tests(one.text, tests, sandbox=sandbox)
    decisive = report.decisive
    return {
        "name": one.name,
        "verdict": report.verdict,
        "cases": len(report.outcomes),
        "passed": report.passed,
        "untold": [f"line {line}: {why}" for line, why in report.untold],
        "error": decisive.error,
        "line": decisive.line,
        "words": decisive.words,
        "cpu": round(sum(outcome.figures.cpu for outcome in report.outcomes), 4),
        "level": report.level,
    }


def done(path: Path) -> dict[str, dict[str, Any]]:
    """Return what a file of results holds by now; a line that was cut off is left out."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        try:
            row = json.loads(line)
        except ValueError:
            continue
        found[row["name"]] = row
    return found


def judge_all(left: list[Problem], path: Path, jobs: int, imports: list[str]) -> None:
    """Judge what is left, and append each result."""
    with (
        Sandbox(workers=jobs, imports=imports) as sandbox,
        ThreadPoolExecutor(jobs) as threads,
        path.open("a", encoding="utf-8") as file,
    ):
        results = threads.map(lambda one: judged(one, sandbox), left)
        for row in track(results, total=len(left), console=Console(stderr=True)):
            print(json.dumps(row), file=file, flush=True)


def summary(rows: list[dict[str, Any]]) -> str:
    """Return how many came out how, and each that was not accepted or not told whole."""
    counts = Counter(row["verdict"] for row in rows)
    lines = [f"{count:6} {verdict}" for verdict, count in counts.most_common()]
    cases = sum(row.get("cases", 0) for row in rows)
    untold = sum(len(row.get("untold", ())) for row in rows)
    lines.append(f"{cases:6} cases, and {untold} assertions that could not be told as data")
    for row in rows:
        if row["verdict"] != "accepted":
            reason = " ".join(str(row.get(key) or "") for key in ("error", "words"))
            lines.append(f"{row['name']}: {row['verdict']} ({reason.strip()[:160]})")
        lines += [f"{row['name']}: {reason}" for reason in row.get("untold", ())]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("problems", type=Path, metavar="FILE.jsonl.gz")
    parser.add_argument("--limit", type=int, metavar="N", help="judge only the first N")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--imports", action="append", default=[], metavar="MODULE")
    parser.add_argument("--write", type=Path, default=Path("reference_solutions.jsonl"))
    options = parser.parse_args()
    if not options.problems.is_file():
        sys.exit(f"reference_solutions: {options.problems} is not a file")
    wanted = list(problems(options.problems))[: options.limit]
    known = done(options.write)
    left = [one for one in wanted if one.name not in known]
    judge_all(left, options.write, options.jobs, options.imports)
    found = done(options.write)
    print(summary([found[one.name] for one in wanted]))


if __name__ == "__main__":
    main()
