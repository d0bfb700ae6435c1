"""How well sample inputs are made larger: problems with reference solutions, and pairs of others.

    python benchmarks/scaling_check.py leetcode_tests.jsonl.gz [--pairs behaviour_pairs.jsonl.gz]

For every tenth problem the arguments in its asserts are grown 4, 16 and 64 times. The table shows
for each factor: the problems that could be grown so far (or as far as their constraints let them),
the grown inputs on which the reference solution ends without an exception (those that take too
long stand apart), and those on which both solutions of a pair agree with the reference. Problems
that are held back for testing are left out.

`--show 20` prints what failed; `--bare` does not look at the descriptions.
"""

from __future__ import annotations

import argparse
import ast
import gzip
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from behaviour_pairs import share
from tables import markdown_table

from effilint.dataset.leetcode_numbers import identity, is_held_back
from effilint.measure import Grown, Limits, Order, Program, Run, Sandbox, scale_inputs, wire
from effilint.measure.equality import Rule, is_right

FACTORS = (4, 16, 64)
EXAMPLES = 4  # of a problem
PAIRS = 2  # of a problem
ENOUGH = 0.9  # of the factor that was asked for
LIMITS = Limits(cpu=2.0, wall=8.0, memory=1 << 30, output=16 << 20)
PRELUDE = """
import bisect, collections, copy, functools, heapq, itertools, math, operator, random, re, string
from builtins import pow
"""
RULE = Rule(tolerance=1e-6, unordered=True)


@dataclass
class Problem:
    """A problem: its examples, its description, and programs to run on what grows of them."""

    name: str
    examples: list[dict[str, Any]]
    description: str
    reference: Program
    pairs: list[tuple[Program, Program]] = field(default_factory=list)


def value_of(node: ast.expr) -> Any:
    """Return the value of an argument in an assert; `ValueError` if it is no literal."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        tag = {"list_node": "ln", "tree_node": "tn"}.get(node.func.id)
        if tag is None:
            raise ValueError(node.func.id)
        return wire.decoded({tag: ast.literal_eval(node.args[0])})
    if isinstance(node, ast.List):
        return [value_of(item) for item in node.elts]
    return ast.literal_eval(node)


def parameters_of(solution: str, entry: str) -> list[str]:
    """Return the names of the parameters of a method."""
    for node in ast.walk(ast.parse(solution)):
        if isinstance(node, ast.FunctionDef) and node.name == entry.rpartition(".")[2]:
            return [argument.arg for argument in node.args.args[1:]]
    return []


def examples_of(test: str, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield the arguments of the calls in asserts."""
    for node in ast.walk(ast.parse(test)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "candidate":
            named = {str(word.arg): value_of(word.value) for word in node.keywords}
            given = {name: value_of(v) for name, v in zip(names, node.args, strict=False)}
            yield given | named


def rows_of(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file of JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def is_open(row: dict[str, Any]) -> bool:
    """Whether a problem is not kept for the final test."""
    _, number = identity(row["task"], None, int(row["question_id"]))
    return number is None or not is_held_back(number)


def problems_of(options: argparse.Namespace) -> list[Problem]:
    """Return the problems that are not held back, one of so many by number."""
    rows = [row for row in rows_of(options.problems) if is_open(row)]
    rows.sort(key=lambda row: int(row["question_id"]))
    found = {}
    for row in rows[options.offset :: options.every]:
        entry = row["entry_point"].replace("()", "")
        reference = Program(row["solution"], entry, row["prompt"] + PRELUDE)
        try:
            names = parameters_of(row["solution"], entry)
            examples = list(examples_of(row["test"], names))[:EXAMPLES]
        except (ValueError, SyntaxError):
            continue
        if examples:
            found[row["task"]] = Problem(row["task"], examples, row["description"], reference)
    for row in rows_of(options.pairs) if options.pairs else ():
        problem = found.get(row["task"])
        if problem and len(problem.pairs) < 2 * PAIRS and not is_held_back(int(row["problem_idx"])):
            entry, prelude = problem.reference.entry, problem.reference.prelude
            codes = [row[side]["code"] for side in ("inefficient", "efficient")]
            one, other = (Program(code, entry, prelude) for code in codes)
            problem.pairs.append((one, other))
    return list(found.values())


def grown(problem: Problem, factor: int, bare: bool) -> list[Grown]:
    """Return the examples of a problem made larger."""
    description = None if bare else problem.description
    return scale_inputs(problem.examples, factor, description=description)


def submitted(sandbox: Sandbox, program: Program, inputs: Sequence[bytes]) -> list[Future[Run]]:
    """Have a program run on each input, in a process of its own."""
    return [sandbox.submit(Order(program, [content], limits=LIMITS)) for content in inputs]


def end_of(run: Run) -> str:
    """Say how a run ended: `value`, the name of an exception, or what stopped it."""
    if run.calls:
        return run.calls[0].raised or ("opaque" if run.calls[0].opaque else "value")
    return run.stop.how


def agree(one: Run, other: Run) -> bool:
    """Whether two runs returned the same, up to the order of a list."""
    values = [run.calls[0].value for run in (one, other)]
    if None in values:
        return False
    expected = wire.dump(other.calls[0].decoded()).decode()
    return values[0] == values[1] or is_right(values[0] or b"", expected, RULE)


def is_runnable(problem: Problem, sandbox: Sandbox) -> bool:
    """Whether the reference runs on the examples; pairs that differ from it there are dropped."""
    inputs = [wire.dump([[], example]) for example in problem.examples]
    waiting = submitted(sandbox, problem.reference, inputs)
    others = [[submitted(sandbox, p, inputs) for p in pair] for pair in problem.pairs]
    right = [future.result() for future in waiting]
    sides = [[[future.result() for future in side] for side in pair] for pair in others]
    problem.pairs = [
        pair
        for pair, runs in zip(problem.pairs, sides, strict=True)
        if all(
            end_of(run) == "value" and end_of(ref) == "value" and agree(run, ref)
            for side in runs
            for run, ref in zip(side, right, strict=True)
        )
    ][:PAIRS]
    return all(end_of(run) == "value" for run in right)


@dataclass
class Tally:
    """The counts of one factor."""

    problems: int = 0
    reached: int = 0
    bounded: int = 0
    inputs: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    pairs: Counter[str] = field(default_factory=Counter)


def check(problem: Problem, factor: int, sandbox: Sandbox, bare: bool) -> tuple[Tally, list[str]]:
    """Grow the inputs of one problem, run everything on them, and count."""
    tally, notes = Tally(problems=1), []
    try:
        made = grown(problem, factor, bare)
    except Exception as error:
        notes.append(f"{problem.name} x{factor}: scale_inputs raises {error!r}")
        return tally, notes
    tally.reached += any(g.factor >= ENOUGH * factor for g in made)
    tally.bounded += all(g.factor < ENOUGH * factor for g in made) and any(g.limit for g in made)
    larger = [g for g in made if g.factor > 1]
    if not tally.reached:
        best = max(made, key=lambda g: g.factor)
        notes.append(f"{problem.name} x{factor}: only {best.factor:.1f}x, {best.limit}")
    inputs = [wire.dump([[], dict(g.arguments)]) for g in larger]
    tally.inputs += len(inputs)
    waiting = submitted(sandbox, problem.reference, inputs)
    others = [[submitted(sandbox, p, inputs) for p in pair] for pair in problem.pairs]
    runs = [future.result() for future in waiting]
    for g, run in zip(larger, runs, strict=True):
        tally.ends[end_of(run)] += 1
        if end_of(run) not in ("value", "time"):
            words = run.calls[0].words if run.calls else run.stop.detail
            shown = {n: str(shown_value(v))[:150] for n, v in g.arguments.items()}
            notes.append(f"{problem.name} x{factor}: {end_of(run)} {words} {shown}")
    for number, pair in enumerate(others):
        sides = [[future.result() for future in side] for side in pair]
        for g, run, one, other in zip(larger, runs, *sides, strict=True):
            verdict = verdict_of(run, one, other)
            tally.pairs[verdict] += 1
            if verdict in ("one differs", "both differ", "reference differs"):
                shown = {n: str(shown_value(v))[:150] for n, v in g.arguments.items()}
                ends = [end_of(r) for r in (run, one, other)]
                notes.append(f"{problem.name} x{factor} pair {number}: {verdict} {ends} {shown}")
    return tally, notes


def verdict_of(reference: Run, one: Run, other: Run) -> str:
    """Say whether the two of a pair, and the reference, return the same."""
    ends = [end_of(run) for run in (reference, one, other)]
    if ends[1] == "problem" or ends[2] == "problem":
        return "cannot be loaded"
    if "time" in ends or "memory" in ends or "output" in ends:
        return "too long"
    if ends[1:] != ["value", "value"]:
        return "one differs"
    if not agree(one, other):
        return (
            "one differs"
            if ends[0] == "value" and (agree(one, reference) or agree(other, reference))
            else "both differ"
        )
    if ends[0] != "value" or not agree(one, reference):
        return "reference differs"
    return "agree"


def shown_value(value: Any) -> Any:
    """Return linked nodes as lists."""
    if type(value).__name__ in ("ListNode", "TreeNode"):
        return json.loads(wire.dump(value))
    return value


def table(tallies: Mapping[int, Tally]) -> str:
    """Return the Markdown table."""
    header = ("factor", "problems", "grown so far", "as far as they may", "inputs",
              "reference returns", "too long", "raises", "pairs on inputs", "agree",
              "agree of those that end")  # fmt: skip
    rows = []
    for factor, t in tallies.items():
        slow = t.ends["time"]
        good = t.ends["value"]
        compared = t.pairs.total() - t.pairs["cannot be loaded"]
        ended = compared - t.pairs["too long"]
        rows.append((
            f"{factor}x", str(t.problems), share(t.reached, t.problems),
            share(t.bounded, t.problems), str(t.inputs), share(good, t.inputs),
            share(slow, t.inputs), share(t.inputs - good - slow, t.inputs), str(compared),
            share(t.pairs["agree"], compared), share(t.pairs["agree"], ended),
        ))  # fmt: skip
    return markdown_table(header, rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("problems", type=Path)
    parser.add_argument("--pairs", type=Path)
    parser.add_argument("--every", type=int, default=10)
    parser.add_argument("--offset", type=int, default=0, help="the first of them")
    parser.add_argument("--factors", type=int, nargs="+", default=FACTORS)
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--bare", action="store_true")
    options = parser.parse_args()
    for path in filter(None, (options.problems, options.pairs)):
        if not path.is_file():
            sys.exit(f"scaling_check: {path} is not a file")
    problems = problems_of(options)
    tallies: dict[int, Tally] = defaultdict(Tally)
    notes: list[str] = []
    with Sandbox() as sandbox:
        problems = [problem for problem in problems if is_runnable(problem, sandbox)]
        for problem in problems:
            for factor in options.factors:
                one, said = check(problem, factor, sandbox, options.bare)
                total = tallies[factor]
                for name in ("problems", "reached", "bounded", "inputs"):
                    setattr(total, name, getattr(total, name) + getattr(one, name))
                total.ends.update(one.ends)
                total.pairs.update(one.pairs)
                notes += said
    for note in notes[: options.show]:
        print(note)
    print(table(tallies))
    print({f: dict(t.ends) for f, t in tallies.items()}, file=sys.stderr)
    print({f: dict(t.pairs) for f, t in tallies.items()}, file=sys.stderr)


if __name__ == "__main__":
    main()
