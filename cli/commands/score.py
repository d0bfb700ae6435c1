"""`effilint score`: how inefficient files and functions are, from 0 to 1."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from effilint.outcome import plain
from effilint.scoring import LEAST

if TYPE_CHECKING:
    from effilint.scorer.scorer import Scorer
    from effilint.scoring import Row

_PARTS = 3  # behaviours, and lines, of a row


@click.command("score", short_help="Score how inefficient files and functions are.")
@click.argument("paths", nargs=-1, metavar="[PATH|-]...")
@click.option("--json", "as_json", is_flag=True, help="Print a list of JSON objects.")
@click.option("--explain", is_flag=True, help="Show what pushed each score, and which lines.")
@click.option(
    "--fail-above", type=click.FloatRange(0, 1), metavar="BC", help="Exit with 1 if any is above."
)
@click.option(
    "--against",
    metavar="REV",
    help="Show what got worse since a revision of git, or beside another file.",
)
@click.option("--no-learned", is_flag=True, help="Ask the rules alone, not the learned detector.")
@click.option("--model", envvar="EFFILINT_MODEL", metavar="FOLDER", help="Of another model.")
def command(
    paths: tuple[str, ...],
    as_json: bool,
    explain: bool,
    fail_above: float | None,
    against: str | None,
    no_learned: bool,
    model: str | None,
) -> None:
    """Score files and their functions: 0 if nothing inefficient is seen, 1 if that is certain.

    Without PATH all files below the current folder; `-` reads from standard input. What cannot be
    seen through scores 1, and says why. No code is run.
    """
    rows, problems = _scored(paths or (".",), _scorer(no_learned, model), against)
    if against is not None:
        rows = [row for row in rows if row.is_worse]
    if as_json:
        click.echo(json.dumps([row.to_json() for row in rows], indent=2))
    else:
        click.echo("".join(f"{line}\n" for line in _lines(rows, explain)), nl=False)
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        raise SystemExit(2)
    is_bad = fail_above is not None and any(row.score.bc > fail_above for row in rows)
    raise SystemExit(1 if is_bad else 0)


def _scorer(no_learned: bool, model: str | None) -> Scorer:
    from effilint.analyzer.extras import MissingExtraError, ModelError
    from effilint.scorer.scorer import Scorer

    try:
        return Scorer(learned=False if no_learned else None, model=None if no_learned else model)
    except (MissingExtraError, ModelError) as error:
        raise click.UsageError(plain(str(error))) from None


def _scored(
    paths: tuple[str, ...], scorer: Scorer, against: str | None
) -> tuple[list[Row], list[str]]:
    from effilint.analyzer import Source, SourceError
    from effilint.config import Configuration
    from effilint.files import Discovery
    from effilint.outcome import Problem
    from effilint.scoring import beside, rows_of, text_before

    discovery, rows = Discovery(Configuration({})), []
    for path in paths:
        if path == "-":
            data = sys.stdin.buffer.read()
            try:
                rows += rows_of("-", Source.from_bytes(data, "-").text, scorer)
            except SourceError as error:
                return rows, [str(Problem("-", str(error)))]
            continue
        discovery.add(path)
    problems = [str(problem) for problem in discovery.problems]
    for file in discovery.files:
        try:
            own = rows_of(file.path, Source.read(file.path).text, scorer)
        except SourceError as error:
            problems.append(str(Problem(file.path, str(error), error.line, error.column)))
            continue
        if against is not None:
            before = text_before(file.path, against)
            own = beside(own, rows_of(file.path, before, scorer) if before is not None else [])
        rows += own
    return rows, problems


def _lines(rows: list[Row], explain: bool) -> list[str]:
    found = []
    for row in rows:
        score = row.score
        name = f"  {row.function}" if row.function else row.filename
        place = f"{row.filename}:{row.line}"
        before = f"  was {row.before:.2f}" if row.before is not None else ""
        label = name if row.before is None else f"{place}: {row.function or 'the file'}"
        word = score.band if score.is_seen else score.status
        parts = sorted(score.behaviours.items(), key=lambda item: -item[1])[:_PARTS]
        said = score.why or ", ".join(f"{one} {bc:.2f}" for one, bc in parts if bc >= LEAST)
        found.append(plain(f"{score.bc:.2f}{before}  {word:11}  {label}  {said}".rstrip()))
        if explain:
            found += _explained(row)
    return found


def _explained(row: Row) -> list[str]:
    texts = row.text.splitlines()
    lines = [
        f"        {weight:.3f}  line {line}: {texts[line - row.line].strip()}"
        for line, weight in list(row.lines().items())[:_PARTS]
        if weight >= LEAST
    ]
    lines += [
        f"        {one.code}  line {row.line + one.line - 1}: {one.message}"
        for one in row.score.findings
    ]
    return [plain(line) for line in lines]
