"""`effilint measure`: what solutions of a problem take, run in isolation under their tests."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from os import SEEK_END
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from effilint.problems import climbed, description_of, run_options, tests_of, text_of

if TYPE_CHECKING:
    from effilint.measure import Ladder, Limits, Measurement, Sandbox, Tests

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
@click.option("--repetitions", type=click.IntRange(1, 1000), default=5, help="Samples of each.")
@click.option("--time-limit", type=click.FloatRange(0.01), help="CPU seconds for each case.")
@click.option("--memory-limit", type=click.IntRange(1), help="Megabytes beyond the interpreter.")
@run_options
@click.option("--import", "imports", multiple=True, metavar="MODULE", help="Import it beforehand.")
def command(
    solutions: tuple[str, ...],
    tests_path: str,
    against: str | None,
    as_json: bool,
    output: str | None,
    repetitions: int,
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
    its 95 % interval. Exits with 1 if a solution fails its tests.
    """
    from effilint.measure import Sandbox, SandboxError

    paths = list(dict.fromkeys(_files(solutions)))
    rival = text_of(against, "--against") if against else None
    options: dict[str, Any] = {"isolation": isolation, "imports": imports, "workers": 1}
    if python:
        options["python"] = python
    try:
        with Sandbox(**options) as sandbox:
            tests = tests_of(tests_path, sandbox)
            work = _Work(
                tests=tests,
                rival=rival,
                sandbox=sandbox,
                limits=_limits(tests, time_limit, memory_limit),
                repetitions=repetitions,
                growth=growth,
                description=description_of(description, tests, growth=growth),
            )
            settings = (Path(tests_path).read_bytes(), python, imports, work.settings())
            done = _rows(output)
            rows = _measured(paths, work, repr(settings), done, output)
            found = list(_shown(rows, len(paths)))
    except SandboxError as error:
        raise click.UsageError(str(error)) from None
    click.echo(_lines(found) if as_json else _table(found), nl=False)
    raise SystemExit(0 if all(row["verdict"] == "accepted" for row in found) else 1)


@dataclass(frozen=True)
class _Work:
    """What is done with each solution."""

    tests: Tests
    rival: str | None
    sandbox: Sandbox
    limits: Limits
    repetitions: int
    growth: bool
    description: str | None

    def settings(self) -> tuple[object, ...]:
        """What the figures depend on, beside the solution and the tests."""
        return (self.rival, self.limits, self.repetitions, self.growth, self.description)

    def on(self, text: str) -> dict[str, Any]:
        """Measure one solution."""
        from effilint.measure import Program, measure

        found = measure(
            text,
            self.tests,
            against=self.rival,
            sandbox=self.sandbox,
            limits=self.limits,
            repetitions=self.repetitions,
        )
        row = _told(found)
        if self.growth and found.samples is not None:
            program = Program(text, self.tests.entry, self.tests.prelude)
            rungs = climbed(program, self.tests, self.sandbox, self.description)
            row["growth"] = _growth(rungs)
        return row


def _growth(rungs: Ladder) -> dict[str, Any]:
    """How the cost grows; what nobody can tell is None, since JSON has no nan."""
    from math import isfinite

    told = {
        key: value if isinstance(value, str) or isfinite(value) else None
        for key, value in rungs.growth()._asdict().items()
    }
    return {**told, "n": max((point.n for point in rungs.points), default=0), "end": rungs.end}


def _measured(
    paths: Iterable[Path],
    work: _Work,
    settings: str,
    done: dict[tuple[str, str], dict[str, Any]],
    output: str | None,
) -> Iterator[dict[str, Any]]:
    """Yield the row of each solution, and append those that are new."""
    for path in paths:
        name = str(path)
        try:
            text = text_of(name, "SOLUTION")
        except click.BadParameter as error:
            yield {"solution": name, "verdict": "unreadable", "words": error.message}
            continue
        digest = sha256(f"{settings}\n{text}".encode(errors="surrogatepass")).hexdigest()[:16]
        row = done.get((name, digest))
        if row is None:
            row = {"solution": name, **work.on(text), "digest": digest}
            if output is not None:
                _append(row, output)
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


def _told(found: Measurement) -> dict[str, Any]:
    worst = found.report.decisive
    row: dict[str, Any] = {
        "verdict": str(worst.verdict),
        "passed": found.report.passed,
        "cases": len(found.report.outcomes),
        "error": worst.error,
        "line": worst.line,
        "words": worst.words or found.reason,
        "level": found.report.level,
    }
    if (samples := found.samples) is not None:
        from statistics import median

        row |= {
            "cpu": samples.time,
            "spread": samples.spread,
            "wall": median(samples.wall),
            "memory": int(median(samples.memory)),
            "gross": int(median(samples.gross)),
            "area": median(samples.areas),
            "repetitions": len(samples.seconds),
        }
    if (comparison := found.comparison) is not None:
        row |= {
            "ratio": comparison.ratio._asdict(),
            "comparison": comparison.verdict,
            "quality": comparison.quality,
            "load": comparison.load,
        }
    return row


def _shown(rows: Iterator[dict[str, Any]], count: int) -> Iterator[dict[str, Any]]:
    """Pass the rows on, with a bar where somebody watches and there is something to wait for."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    if count < 2 or not console.is_terminal:
        yield from rows
        return
    with Progress(console=console, transient=True) as progress:
        yield from progress.track(rows, total=count, description="measuring")


def _append(row: dict[str, Any], output: str) -> None:
    """Add a row to the file, on a line of its own even if the one before was cut short."""
    line = json.dumps(row) + "\n"
    try:
        with Path(output).open("ab+") as file:
            if file.tell():
                file.seek(-1, SEEK_END)
                line = line if file.read(1) == b"\n" else f"\n{line}"
            file.write(line.encode())
    except OSError as error:
        raise click.BadParameter(f"{output}: {error.strerror}", param_hint="--output") from None


def _rows(output: str | None) -> dict[tuple[str, str], dict[str, Any]]:
    """What an earlier run left in the file; a line that was cut short does not count."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    if output is None or not Path(output).exists():
        return found
    try:
        lines = Path(output).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise click.BadParameter(f"{output}: {error.strerror}", param_hint="--output") from None
    for line in lines:
        try:
            row = json.loads(line)
            found[row["solution"], row["digest"]] = row
        except (ValueError, LookupError, TypeError):
            continue
    return found


def _lines(rows: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def _table(rows: list[dict[str, Any]]) -> str:
    from io import StringIO

    from rich import box
    from rich.console import Console
    from rich.table import Table

    is_compared = any("ratio" in row for row in rows)
    is_grown = any("growth" in row for row in rows)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("solution", "verdict", "cases"):
        table.add_column(name, overflow="fold")
    for name in ("time, ms", "memory, MB", "area, MB s", *(["ratio"] if is_compared else [])):
        table.add_column(name, justify="right")
    if is_grown:
        table.add_column("growth")
    for row in rows:
        cells = _cells(row, is_compared=is_compared)
        table.add_row(*cells, *([_growth_cell(row)] if is_grown else []))
    target = StringIO()
    Console(file=target, width=110, color_system=None).print(table)
    lines = [line.rstrip() for line in target.getvalue().splitlines()]
    return "".join(f"{line}\n" for line in lines if line)


def _cells(row: dict[str, Any], *, is_compared: bool) -> list[str]:
    words = row["verdict"]
    if row["verdict"] != "accepted" or not row.get("cpu"):
        reason = ": ".join(str(part) for part in (row.get("error"), row.get("words")) if part)
        place = f" (line {row['line']})" if row.get("line") else ""
        words = f"{words}: {reason}{place}" if reason else words
    passed = f"{round(row['passed'] * row['cases'])}/{row['cases']}" if "passed" in row else ""
    cells = [row["solution"], words, passed]
    if "cpu" in row:
        memory = row["memory"] / _MEGABYTE
        cells.append(f"{row['cpu'] * 1000:.3g}")
        cells.append(f"{memory:.1f}" if memory >= 1 else "<1")
        cells.append(f"{row['area'] / _MEGABYTE:.3g}")
    else:
        cells += [""] * 3
    if not is_compared:
        return cells
    if "ratio" not in row:
        return [*cells, ""]
    ratio = row["ratio"]
    return [*cells, f"{ratio['value']:.2f} [{ratio['low']:.2f}, {ratio['high']:.2f}]"]


def _growth_cell(row: dict[str, Any]) -> str:
    growth = row.get("growth")
    if growth is None:
        return ""
    if growth["exponent"] is None:
        return str(growth["name"])
    return (
        f"{growth['name']}, n^{growth['exponent']:.1f} [{growth['low']:.1f}, {growth['high']:.1f}]"
    )
