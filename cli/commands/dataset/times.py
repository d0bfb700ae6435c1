"""`effilint dataset times`: what a predictor of running times learns from."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from effilint.commands.dataset.showing import complain, passed_on, print_table, refusing

if TYPE_CHECKING:
    from effilint.dataset.problems import Solution
    from effilint.dataset.time_data import Times

Write = Callable[[bytes], object]
_VARIANTS = ("original", "names", "loops", "deleted")


@click.command("times", short_help="Programs with sizes and microseconds, to learn from.")
@click.argument("records", metavar="RECORDS")
@click.argument("problems", metavar="PROBLEMS")
@click.option("-o", "--output", required=True, metavar="PATH", help="A .jsonl file, or .jsonl.gz.")
@click.option(
    "--variant",
    "variants",
    type=click.Choice(_VARIANTS),
    multiple=True,
    help="Of the programs; all four if not given.",
)
@click.option("--no-code", is_flag=True, help="Ids and figures alone: one row for all variants.")
@click.option("--parts", metavar="PATH", help="What `split` wrote; else ids decide.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the deleted tokens.")
def command(
    records: str,
    problems: str,
    output: str,
    variants: tuple[str, ...],
    no_code: bool,
    parts: str | None,
    seed: int,
) -> None:
    """Write what the solutions in PROBLEMS took in RECORDS, which `measure` wrote.

    For each size of the inputs: microseconds, and the percentile among the solutions of the
    problem. The program comes as it is, with its names numbered, as its loops alone, and with a
    fifth of its tokens deleted.
    """
    if no_code and variants:
        raise click.UsageError("--no-code writes no variant of the programs")
    counts: Counter[str] = Counter()
    with refusing():
        solutions, part_by_problem = _read(problems, parts)
        records_found = passed_on(_times(records, part_by_problem), "reading records")
        with _writing(Path(output)) as write:
            for found in records_found:
                counts["figures"] += len(found)
                chosen = () if no_code else variants or _VARIANTS
                for one, line in _lines(found, solutions, chosen, seed):
                    write(line)
                    counts["rows"] += 1
                    counts[f"rows in {one.part}"] += 1
            if not counts["figures"]:
                raise click.UsageError("no record with figures is of a problem that is there")
    print_table(counts)


def _lines(
    found: list[Times], solutions: dict[str, Solution], variants: tuple[str, ...], seed: int
) -> Iterator[tuple[Times, bytes]]:
    """The lines for the times of one record; without variants they have no code."""
    from effilint.dataset.time_data import programs, to_line

    if not variants:
        yield from ((one, to_line(one)) for one in found)
    for name in variants:
        for one, code in programs(found, solutions, name, seed):
            yield one, to_line(one, variant=name, code=code)


def _read(path: str, parts_path: str | None) -> tuple[dict[str, Solution], dict[str, str]]:
    """The solutions by their ids, and the parts by problem."""
    from effilint.dataset import store
    from effilint.dataset.problems import BadRowError
    from effilint.dataset.rows import Broken
    from effilint.dataset.splits import Parts
    from effilint.dataset.time_data import usual_part

    told = Parts.read(Path(parts_path)).parts if parts_path else None
    solutions: dict[str, Solution] = {}
    parts: dict[str, str] = {}
    for problem in store.read(Path(path)):
        if isinstance(problem, Broken):
            complain(problem)
            continue
        if told is not None and problem.id not in told:
            raise BadRowError(f"{problem.id} is in no part of {parts_path}")
        parts[problem.id] = told[problem.id] if told is not None else usual_part(problem)
        solutions.update((solution.id, solution) for solution in problem.solutions)
    return solutions, parts


def _times(path: str, parts: dict[str, str]) -> Iterator[list[Times]]:
    """The times of each record; records of other problems are left out."""
    from effilint.dataset.problems import BadRowError
    from effilint.dataset.records import Record
    from effilint.dataset.rows import Broken, rows
    from effilint.dataset.time_data import times

    for item in rows(Path(path)):
        if isinstance(item, Broken):
            complain(item)
            continue
        try:
            record = Record.from_row(item.content)
        except BadRowError as error:
            complain(Broken(path, item.line, str(error)))
            continue
        if record.problem in parts:
            yield list(times(record, parts[record.problem]))


@contextmanager
def _writing(path: Path) -> Iterator[Write]:
    from effilint.dataset.store import UnknownSuffixError
    from effilint.dataset.writing import replacing

    if not path.name.endswith((".jsonl", ".jsonl.gz")):
        raise UnknownSuffixError(f"{path} is no .jsonl or .jsonl.gz")
    with replacing(path) as file:
        if path.suffix == ".jsonl":
            yield file.write
            return
        # No name and no time in the head, so that equal rows are equal files.
        with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as zipped:
            yield zipped.write
