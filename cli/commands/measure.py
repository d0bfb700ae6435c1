"""`effilint measure`: what solutions of a problem take, run in isolation under their tests."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from effilint import rows
from effilint.problems import climbed, description_of, run_options, tests_of, text_of
from effilint.progress import counted, waiting
from effilint.reporters.solutions import table
from effilint.rows import Row

if TYPE_CHECKING:
    from effilint.measure import Limits, Sandbox, Tests

_MEGABYTE = 1e6


@click.command("measure", short_help="Measure solutions under their tests, in isolation.")
@click.argument("solutions", nargs=-1, required=True, metavar="SOLUTION...")
@click.option("--tests", "tests_path", required=True, metavar="PATH", help="The problem's tests.")
@click.option("--against", metavar="PATH", help="A solution to compare with, in turns.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each solution.")
@click.option(
    "--output",
    metavar="PATH",
    help="Append the JSON objects to this file; what is in it already is not measured again.",
)
@click.option(
    "--repetitions",
    type=click.IntRange(1, 1000),
    help="Samples of a solution (5); with --against the most of each side (15).",
)
@click.option(
    "--scale",
    type=click.FloatRange(1, 1e6, min_open=True),
    metavar="K",
    help="With --against: measure on inputs K times as large, where the other one is right.",
)
@click.option("--time-limit", type=click.FloatRange(0.01), help="CPU seconds for each case.")
@click.option("--memory-limit", type=click.IntRange(4), help="Megabytes beyond the interpreter.")
@run_options
@click.option("--import", "imports", multiple=True, metavar="MODULE", help="Import it beforehand.")
def command(
    solutions: tuple[str, ...],
    tests_path: str,
    against: str | None,
    as_json: bool,
    output: str | None,
    repetitions: int | None,
    scale: float | None,
    time_limit: float | None,
    memory_limit: int | None,
    growth: bool,
    description: str | None,
    isolation: str,
    python: str | None,
    imports: tuple[str, ...],
) -> None:
    """Run each solution under the tests and, if it passes, measure its time and memory.

    A SOLUTION is a file, or a folder of them. Times are processor time of the run alone, memory is
    net of the interpreter. With --against, `ratio` is the solution's time by the other one's, with
    its 95 % interval; that one has to pass the tests, too. Exits with 1 if a solution fails them.
    """
    from effilint.measure import Sandbox, SandboxError

    paths = list(dict.fromkeys(_files(solutions)))
    rival = text_of(against, "--against") if against else None
    if scale and not rival:
        raise click.UsageError("--scale needs --against: who knows what is right on larger inputs?")
    options: dict[str, Any] = {"isolation": isolation, "imports": imports, "workers": 1}
    if python:
        options["python"] = python
    try:
        with Sandbox(**options) as sandbox:
            tests = tests_of(tests_path, sandbox)
            words = description_of(description, tests, {"--growth": growth, "--scale": bool(scale)})
            limits = _limits(tests, time_limit, memory_limit)
            on = _checked(rival, tests, sandbox, limits, scale, words) if rival else None
            work = _Work(tests, on, rival, sandbox, limits, repetitions, growth, words)
            settings = (Path(tests_path).read_bytes(), python, imports, scale, work.settings())
            given = {"tests": tests_path, "against": against, "scale": scale}
            measured = _measured(paths, work, repr(settings), given, output)
            found = list(counted(measured, len(paths), "measuring"))
    except SandboxError as error:
        raise click.UsageError(str(error)) from None
    lines = (json.dumps(row) + "\n" for row in found)
    click.echo("".join(lines) if as_json else table(found), nl=False)
    raise SystemExit(0 if all(row["verdict"] == "accepted" for row in found) else 1)


def _checked(
    rival: str,
    tests: Tests,
    sandbox: Sandbox,
    limits: Limits,
    scale: float | None,
    description: str | None,
) -> Tests | None:
    """Require that the reference passes the tests; return larger ones if they are asked for."""
    from effilint.measure import CannotGrowError, Verdict, larger, run_tests
    from effilint.measure.words import readable

    with waiting("running the reference"):
        worst = run_tests(rival, tests, sandbox=sandbox, limits=limits).decisive
        if worst.verdict is not Verdict.ACCEPTED:
            parts = (worst.verdict, worst.error, worst.words)
            words = readable(": ".join(str(part) for part in parts if part))
            raise click.BadParameter(
                f"the reference does not pass the tests: {words}", param_hint="--against"
            )
        if scale is None:
            return None
        try:
            return larger(tests, rival, scale, sandbox, description=description, limits=limits)
        except CannotGrowError as error:
            raise click.BadParameter(readable(str(error)), param_hint="--scale") from None


@dataclass(frozen=True)
class _Work:
    """What is done with each solution."""

    tests: Tests
    on: Tests | None
    rival: str | None
    sandbox: Sandbox
    limits: Limits
    repetitions: int | None
    growth: bool
    description: str | None

    def settings(self) -> tuple[object, ...]:
        """What the figures depend on, beside the solution and the tests."""
        return (self.rival, self.limits, self.repetitions, self.growth, self.description)

    def row(self, text: str) -> Row:
        """Measure one solution."""
        from effilint.measure import Program, measure

        found = measure(
            text,
            self.tests,
            against=self.rival,
            on=self.on,
            sandbox=self.sandbox,
            limits=self.limits,
            repetitions=self.repetitions,
        )
        row = rows.row_of(found)
        if self.growth and found.samples is not None:
            program = Program(text, self.tests.entry, self.tests.prelude)
            rungs = climbed(program, self.tests, self.sandbox, self.description, self.rival)
            row["growth"] = rows.growth_of(rungs)
        return row


def _measured(
    paths: Iterable[Path], work: _Work, settings: str, given: Row, output: str | None
) -> Iterator[Row]:
    """Yield the row of each solution, and append those that are new."""
    done: dict[tuple[object, ...], Row] = {}
    if output is not None and Path(output).exists():
        done = {
            (row["solution"], row.get("tests"), row.get("digest")): row
            for row in rows.rows_in(output)
        }
    for path in paths:
        name = str(path)
        text, why = "", ""
        try:
            text = text_of(name, "SOLUTION")
        except click.BadParameter as error:
            why = error.message
        digest = sha256(f"{settings}\n{why}\n{text}".encode(errors="surrogatepass")).hexdigest()
        row = done.get((name, given["tests"], digest[:16]))
        if row is None:
            found = {"verdict": "unreadable", "words": why} if why else work.row(text)
            row = {"solution": name, **given, **found, "digest": digest[:16]}
            if output is not None:
                rows.append(row, output)
        yield row


def _files(solutions: Iterable[str]) -> Iterator[Path]:
    for name in solutions:
        path = Path(name)
        if path.is_dir():
            found = sorted(path.rglob("*.py"))
            if not found:
                raise click.BadParameter(f"there is no Python file in {name}")
            yield from found
        elif path.exists():
            yield path
        else:
            raise click.BadParameter(f"{name} does not exist")


def _limits(tests: Tests, seconds: float | None, megabytes: int | None) -> Limits:
    from dataclasses import replace

    limits = tests.limits
    if seconds is not None:
        limits = replace(limits, cpu=seconds, wall=max(limits.wall, 3 * seconds))
    if megabytes is not None:
        limits = replace(limits, memory=int(megabytes * _MEGABYTE))
    return limits
