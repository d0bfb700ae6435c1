"""`effilint dataset measure`: all solutions of each problem, raced on growing inputs."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from effilint.commands.dataset.showing import complain, passed_on, print_table, refusing
from effilint.problems import isolation_option

if TYPE_CHECKING:
    from effilint.dataset.problems import Problem
    from effilint.measure import Sandbox


@click.command("measure", short_help="Judge and time all solutions on growing inputs.")
@click.argument("problems", metavar="PROBLEMS")
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="PATH",
    help="Append the records to this .jsonl file; problems that are in it are not measured again.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the inputs.")
@click.option(
    "--sample",
    type=click.FloatRange(0, 1, min_open=True),
    default=1.0,
    metavar="SHARE",
    help="Measure this share of the problems, chosen by their names.",
)
@click.option("--jobs", type=click.IntRange(1), help="Problems at a time; all cores if not given.")
@click.option(
    "--distributed",
    type=click.IntRange(1),
    metavar="ACTORS",
    help="Run on a Ray cluster, with so many actors of one program at a time.",
)
@isolation_option
@click.option("--python", metavar="PATH", help="The interpreter to run solutions with.")
@click.option("--import", "imports", multiple=True, metavar="MODULE", help="Import it beforehand.")
def command(
    problems: str,
    output: str,
    seed: int,
    sample: float,
    jobs: int | None,
    distributed: int | None,
    isolation: str,
    python: str | None,
    imports: tuple[str, ...],
) -> None:
    """Run the solutions in PROBLEMS, a file that `collect` wrote, and write down what they take.

    Solutions that pass their tests run in turns on inputs that grow, as far as most of them agree
    on the answers. A run that was ended goes on where it was.
    """
    from effilint.dataset.measuring import measure_problems

    count = distributed or jobs or os.cpu_count() or 1
    options: dict[str, Any] = {"isolation": isolation, "imports": imports}
    if python:
        options["python"] = python
    counts: Counter[str] = Counter()
    with refusing(), _sandbox(options, count, is_distributed=distributed is not None) as sandbox:
        records = measure_problems(
            _chosen(Path(problems), sample),
            Path(output),
            sandbox,
            at_a_time=count,
            python=_version(python),
            seed=seed,
        )
        for record in passed_on(records, "measuring"):
            counts["problems measured"] += 1
            counts["solutions"] += len(record.solutions)
            accepted = [c for c in record.solutions.values() if c.verdict == "accepted"]
            counts["solutions accepted"] += len(accepted)
            counts["solutions with figures"] += sum(bool(course.cpu) for course in accepted)
    if not counts:
        click.echo("everything is in the file already", err=True)
        return
    print_table(counts)


def _chosen(path: Path, share: float) -> Iterator[Problem]:
    """The problems that have tests, or as many of them; broken rows are named and left out."""
    from effilint.dataset import store
    from effilint.dataset.rows import Broken
    from effilint.dataset.splits import Weights, part_of

    for item in store.read(path):
        if isinstance(item, Broken):
            complain(item)
        elif item.tests and part_of(f"sample {item.id}", Weights(share, 1 - share, 0)) == "train":
            yield item


@contextmanager
def _sandbox(options: dict[str, Any], count: int, *, is_distributed: bool) -> Iterator[Sandbox]:
    from effilint.measure import Sandbox, SandboxError

    try:
        if is_distributed:
            from effilint.measure.distributed import RayPool

            with RayPool(actors=count, **options) as pool:
                yield pool
            return
        with Sandbox(workers=count, **options) as sandbox:
            yield sandbox
    except SandboxError as error:
        raise click.UsageError(str(error)) from None


def _version(python: str | None) -> str:
    if python is None or python == sys.executable:
        return platform.python_version()
    command = [python, "-I", "-c", "import platform; print(platform.python_version())"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
