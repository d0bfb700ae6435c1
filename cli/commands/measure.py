"""`effilint measure`: what solutions of a problem take, run in isolation under their tests."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from effilint.measure import Limits, Measurement, Sandbox, Tests

_MEGABYTE = 1e6


@click.command("measure", short_help="Measure solutions under their tests, in isolation.")
@click.argument("solutions", nargs=-1, required=True, metavar="SOLUTION...")
@click.option("--tests", "tests_path", required=True, metavar="PATH", help="The problem's tests.")
@click.option("--against", metavar="PATH", help="A solution to compare with, in turns.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each solution.")
@click.option(
    "--output",
    metavar="PATH",
    help="Append the JSON objects to this file; solutions that are in it are not measured again.",
)
@click.option("--repetitions", type=click.IntRange(1, 1000), default=5, help="Samples of each.")
@click.option("--time-limit", type=click.FloatRange(0.01), help="CPU seconds for each case.")
@click.option("--memory-limit", type=click.IntRange(1), help="Megabytes beyond the interpreter.")
@click.option(
    "--isolation",
    type=click.Choice(["best", "L3", "L2", "L1", "none"]),
    default="best",
    help="The least that will do; `none` runs code unprotected.",
)
@click.option("--python", metavar="PATH", help="The interpreter to run solutions with.")
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
    from effilint.problems import tests_of, text_of

    paths = list(_files(solutions))
    rival = text_of(against, "--against") if against else None
    done = _rows(output)
    options: dict[str, Any] = {"isolation": isolation, "imports": imports, "workers": 1}
    if python:
        options["python"] = python
    try:
        with Sandbox(**options) as sandbox:
            tests = tests_of(tests_path, sandbox)
            limits = _limits(tests, time_limit, memory_limit)
            left = [path for path in paths if str(path) not in done]
            rows = (_row(path, tests, rival, sandbox, limits, repetitions) for path in left)
            done |= {row["solution"]: row for row in _kept(_shown(rows, len(left)), output)}
    except SandboxError as error:
        raise click.UsageError(str(error)) from None
    found = [done[str(path)] for path in paths]
    click.echo(_lines(found) if as_json else _table(found), nl=False)
    raise SystemExit(0 if all(row["verdict"] == "accepted" for row in found) else 1)


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


def _row(
    path: Path,
    tests: Tests,
    rival: str | None,
    sandbox: Sandbox,
    limits: Limits,
    repetitions: int,
) -> dict[str, Any]:
    from effilint.measure import measure

    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text in UTF-8"
        return {"solution": str(path), "verdict": "unreadable", "words": reason}
    found = measure(
        text, tests, against=rival, sandbox=sandbox, limits=limits, repetitions=repetitions
    )
    return {"solution": str(path), **_told(found)}


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


def _kept(rows: Iterator[dict[str, Any]], output: str | None) -> Iterator[dict[str, Any]]:
    """Append each row to the file as soon as it is there."""
    if output is None:
        yield from rows
        return
    is_cut_short = Path(output).exists() and Path(output).read_bytes()[-1:] not in (b"", b"\n")
    with Path(output).open("a", encoding="utf-8") as file:
        if is_cut_short:
            file.write("\n")
        for row in rows:
            file.write(json.dumps(row) + "\n")
            file.flush()
            yield row


def _rows(output: str | None) -> dict[str, dict[str, Any]]:
    """What an earlier run left in the file; a line that was cut short does not count."""
    found: dict[str, dict[str, Any]] = {}
    if output is None or not Path(output).exists():
        return found
    for line in Path(output).read_text(encoding="utf-8").splitlines():
        try:
            row = json.loads(line)
            found[row["solution"]] = row
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
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("solution", "verdict", "cases"):
        table.add_column(name, overflow="fold")
    for name in ("time, ms", "memory, MB", "area, MB s", *(["ratio"] if is_compared else [])):
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(*_cells(row, is_compared=is_compared))
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
