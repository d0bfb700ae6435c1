"""`effilint dataset deoptimise`: twins of accepted solutions, inefficient at known places."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from effilint.problems import isolation_option

if TYPE_CHECKING:
    from effilint.dataset.problems import Problem, Solution
    from effilint.measure import Sandbox


@click.command("deoptimise", short_help="Make solutions inefficient at known places.")
@click.argument("problems", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--output",
    "-o",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Append the rows to this file; solutions that are in it are not run again.",
)
@click.option("--seed", type=int, default=0, help="Decides which twins are made, and their names.")
@click.option("--most", type=click.IntRange(1), default=8, help="Twins to try for each solution.")
@click.option(
    "--solutions",
    "each",
    type=click.IntRange(1),
    help="Of each problem at most, chosen by their ids; all if not given.",
)
@click.option("--no-code", is_flag=True, help="Write recipes and measurements only.")
@click.option(
    "--recipes",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Run nothing: write the rows of this file with the code of their twins.",
)
@click.option("--jobs", type=click.IntRange(1), help="Programs at a time; all cores if not given.")
@isolation_option
def command(
    problems: Path,
    output: Path,
    seed: int,
    most: int,
    each: int | None,
    no_code: bool,
    recipes: Path | None,
    jobs: int | None,
    isolation: Any,
) -> None:
    """Make twins of the solutions in PROBLEMS that take more time or memory.

    PROBLEMS is a file of problems, or a folder with the modules of a library, whose functions are
    called with arguments that are built for them.

    Every twin is run beside its original: it passes the same tests, gives the same answers on
    larger inputs, and takes more each time. Its row says what it comes from, how it is made, which
    behaviours it shows and exactly where, and what both take.
    """
    if recipes is not None:
        _write_code(problems, recipes, output)
        return
    from effilint.dataset.deoptimising import make_twins
    from effilint.measure import Sandbox, SandboxError

    readable = [os.path.abspath(problems)] if problems.is_dir() else []
    count = jobs or os.cpu_count() or 1
    shown: Counter[str] = Counter()
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with Sandbox(isolation, workers=count, readable=readable) as sandbox:
            rows = make_twins(
                _read(problems),
                output,
                _maker(problems, sandbox, seed, most),
                at_a_time=count + 1,
                seed=seed,
                most=most,
                with_code=not no_code,
                each=each,
            )
            for row in _watched(rows):
                shown["solutions"] += 1
                shown["twins"] += len(row["twins"])
                shown["rejected"] += len(row["rejected"])
    except SandboxError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.BadParameter(f"{output}: {error.strerror}", param_hint="--output") from None
    click.echo(
        f"{shown['twins']:,} twins of {shown['solutions']:,} solutions; "
        f"{shown['rejected']:,} were thrown away"
    )


def _maker(
    path: Path, sandbox: Sandbox, seed: int, most: int
) -> Callable[[Problem], Callable[[Solution], dict[str, Any]]]:
    """What makes the rows of a problem's solutions."""
    from effilint.dataset.bench import Bench
    from effilint.dataset.deoptimise import deoptimised
    from effilint.dataset.library import deoptimised_module

    def of_module(problem: Problem) -> Callable[[Solution], dict[str, Any]]:
        return lambda s: deoptimised_module(problem, s, sandbox, path, seed=seed, most=most)

    def of_problem(problem: Problem) -> Callable[[Solution], dict[str, Any]]:
        bench = Bench(problem, sandbox)
        return lambda s: deoptimised(problem, s, bench, seed=seed, most=most)

    return of_module if path.is_dir() else of_problem


def _read(path: Path) -> Iterator[Problem]:
    """The problems of a file, or the modules of a folder; a broken row is told, and skipped."""
    from effilint.dataset.library import modules
    from effilint.dataset.rows import Broken
    from effilint.dataset.store import read

    if path.is_dir():
        yield from modules(path)
        return
    for item in read(path):
        if isinstance(item, Broken):
            click.echo(str(item), err=True)
        else:
            yield item


def _write_code(problems: Path, recipes: Path, output: Path) -> None:
    """Write the rows of a file of recipes with the code; the file is there whole, or not at all."""
    from effilint.dataset.deoptimising import Lost, rows_in, with_code
    from effilint.dataset.writing import replacing

    made = lost = 0
    try:
        with replacing(output) as file:
            for item in with_code(_read(problems), rows_in(recipes)):
                if isinstance(item, Lost):
                    lost += 1
                    click.echo(str(item), err=True)
                    continue
                made += len(item["twins"])
                file.write(json.dumps(item, separators=(",", ":")).encode() + b"\n")
    except OSError as error:
        raise click.BadParameter(f"{output}: {error.strerror}", param_hint="--output") from None
    click.echo(f"{made:,} twins made again" + (f", {lost:,} could not be" if lost else ""))
    if lost:
        raise click.exceptions.Exit(1)


def _watched(rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Pass the rows on, with a count where somebody watches."""
    from rich.console import Console
    from rich.progress import Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield from rows
        return
    columns = (
        TextColumn("{task.completed} solutions, {task.fields[twins]} twins"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task, twins = progress.add_task("", total=None, twins=0), 0
        for row in rows:
            twins += len(row["twins"])
            progress.update(task, advance=1, twins=twins)
            yield row
