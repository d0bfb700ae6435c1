"""`effilint dataset annotate`: the behaviours of solutions, by our rules, a model, or others."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from effilint.commands.dataset.showing import complain, passed_on, print_table, refusing

if TYPE_CHECKING:
    from effilint.dataset.annotations.clients import Client
    from effilint.dataset.annotations.sheets import Sheet
    from effilint.dataset.problems import Problem

_AT_A_TIME = 256  # solutions that are handed to the processes
_WAYS = {
    "text": "their text",
    "spaces": "their text up to white space",
    "parts": "their lines with others between",
    "close": "being close",
}
_OUTPUT = click.option(
    "-o", "--output", required=True, metavar="PATH", help="JSON lines, one for each solution."
)


@click.group("annotate", short_help="Say which behaviours solutions show, and where.")
def command() -> None:
    """Write down which behaviours the solutions of problems show, and where in the code."""


@command.command("static", short_help="By the rules of effilint, all of them.")
@click.argument("problems", metavar="PROBLEMS")
@_OUTPUT
@click.option("--jobs", type=click.IntRange(1), help="Processes; all cores if not given.")
def static(problems: str, output: str, jobs: int | None) -> None:
    """Annotate the solutions in PROBLEMS with what the rules find."""
    from effilint.dataset.writing import replacing

    counts: Counter[str] = Counter()
    with (
        refusing(),
        replacing(Path(output)) as file,
        ProcessPoolExecutor(jobs or os.cpu_count()) as pool,
    ):
        work = ((p.id, s.id, s.code) for p in _problems(problems) for s in p.solutions)
        sheets = _mapped(pool, work)
        for sheet in passed_on(sheets, "linting"):
            file.write(f"{sheet.to_json()}\n".encode())
            _count(sheet, counts)
        _refuse_nothing(counts)
    print_table(counts)


@command.command("shared", short_help="By the annotators of the shared pairs.")
@click.argument("pairs", metavar="PAIRS")
@_OUTPUT
@click.option(
    "--problems",
    metavar="PATH",
    help="What `collect` wrote: annotate the solutions that are left there.",
)
def shared(pairs: str, output: str, problems: str | None) -> None:
    """Import the annotations in PAIRS, and find the places of their snippets."""
    from effilint.dataset.annotations.imported import by_origin, shared_sheets
    from effilint.dataset.rows import Broken
    from effilint.dataset.writing import replacing

    counts: Counter[str] = Counter()
    with refusing(), replacing(Path(output)) as file:
        collected = by_origin(_problems(problems)) if problems else None
        for item in passed_on(shared_sheets(Path(pairs), collected), "locating"):
            if isinstance(item, Broken):
                complain(item)
                continue
            file.write(f"{item.to_json()}\n".encode())
            _count(item, counts)
        _refuse_nothing(counts)
    print_table(counts)


@command.command("llm", short_help="By a language model behind an OpenAI-compatible address.")
@click.argument("problems", metavar="PROBLEMS")
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="PATH",
    help="Append to this .jsonl file; solutions that are in it are not asked about again.",
)
@click.option("--model", required=True, metavar="NAME")
@click.option("--base-url", metavar="URL", help="Of the endpoint, as http://localhost:8000/v1.")
@click.option(
    "--recording",
    metavar="PATH",
    help="Write replies to this file, and take them from there; without --base-url nothing else.",
)
@click.option("--at-a-time", type=click.IntRange(1, 256), default=4, show_default=True)
@click.option("--most", type=click.IntRange(1), metavar="COUNT", help="Annotate no more problems.")
def llm(
    problems: str,
    output: str,
    model: str,
    base_url: str | None,
    recording: str | None,
    at_a_time: int,
    most: int | None,
) -> None:
    """Ask a model about the solutions in PROBLEMS; what it says is held against the code.

    The programs are sent to the address given. Its key is read from the environment variable
    OPENAI_API_KEY.
    """
    from effilint.dataset.annotations.asking import llm_sheet
    from effilint.dataset.annotations.clients import ClientError
    from effilint.dataset.annotations.running import annotate

    counts: Counter[str] = Counter()
    with refusing():
        client = _client(model, base_url, recording)
        sheets = annotate(
            islice(_problems(problems), most),
            Path(output),
            f"llm:{model}",
            lambda problem, solution, code: llm_sheet(problem, solution, code, client),
            at_a_time=at_a_time,
        )
        try:
            for sheet in passed_on(sheets, "asking"):
                _count(sheet, counts)
        except ClientError as error:
            _show(counts)
            raise click.UsageError(str(error)) from None
    _show(counts)


def _client(model: str, base_url: str | None, recording: str | None) -> Client:
    from effilint.dataset.annotations.clients import Endpoint, Recorded

    if base_url is None and recording is None:
        raise click.UsageError("--base-url says where the model is, --recording what it said")
    endpoint = Endpoint(base_url, model) if base_url else None
    if recording is None:
        assert endpoint is not None
        return endpoint
    return Recorded(Path(recording), model, endpoint)


def _problems(path: str) -> Iterator[Problem]:
    from effilint.dataset import store
    from effilint.dataset.rows import Broken

    for item in store.read(Path(path)):
        if isinstance(item, Broken):
            complain(item)
        else:
            yield item


def _mapped(pool: ProcessPoolExecutor, work: Iterable[tuple[str, str, str]]) -> Iterator[Sheet]:
    """What the rules find, in the order of the work, which is not read all at once."""
    from effilint.dataset.annotations.static import static_sheet

    work = iter(work)
    while some := list(islice(work, _AT_A_TIME)):
        yield from pool.map(static_sheet, *zip(*some, strict=True), chunksize=16)


def _count(sheet: Sheet, counts: Counter[str]) -> None:
    counts["solutions annotated"] += not sheet.failed
    counts["solutions that failed"] += bool(sheet.failed)
    counts["annotations"] += len(sheet.annotations)
    places = [annotation.place for annotation in sheet.annotations]
    counts["of them located in the code"] += sum(place is not None for place in places)
    for place in places:
        if place is not None:
            counts[f"by {_WAYS[place.found_by]}"] += 1
    if sheet.tokens is not None:
        counts["tokens of requests"] += sheet.tokens[0]
        counts["tokens of replies"] += sheet.tokens[1]
    if sheet.failed:
        complain(f"{sheet.problem}: {sheet.solution}: {sheet.failed}")


def _refuse_nothing(counts: Counter[str]) -> None:
    if not counts:
        raise click.UsageError("there is nothing to annotate")


def _show(counts: Counter[str]) -> None:
    if counts:
        print_table(counts)
    else:
        click.echo("everything is in the file already", err=True)
