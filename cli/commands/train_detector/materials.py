"""The files that the learned detector is trained on and judged by, as options of commands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from effilint.commands.dataset.showing import complain, refusing
from effilint.outcome import plain

if TYPE_CHECKING:
    from effilint.train_detector.examples import Examples

Command = TypeVar("Command", bound=Callable[..., Any])
_OPTIONS = (
    click.argument("problems", metavar="PROBLEMS"),
    click.option(
        "--records", required=True, metavar="PATH", help="What `dataset measure` found for them."
    ),
    click.option("--parts", required=True, metavar="PATH", help="What `dataset split` wrote."),
    click.option(
        "--annotations", multiple=True, metavar="PATH", help="Sheets of `dataset annotate`."
    ),
    click.option("--twins", multiple=True, metavar="PATH", help="Twins of `dataset deoptimise`."),
)

judged_parts = click.option(
    "--on",
    "chosen",
    multiple=True,
    default=("test",),
    show_default="test",
    help="Parts that are judged; can be given more than once.",
)


def materials(command: Command) -> Command:
    """Add the options that `examples_of` takes."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def examples_of(
    problems: str, records: str, parts: str, annotations: tuple[str, ...], twins: tuple[str, ...]
) -> Examples:
    """Return what these files have to learn from; `click.UsageError` for what is wrong."""
    from effilint.commands.dataset.pairs import records_of
    from effilint.dataset import store
    from effilint.dataset.annotations.sheets import Sheet, read_sheets
    from effilint.dataset.problems import Problem
    from effilint.dataset.splits import Parts
    from effilint.train_detector.examples import examples

    with refusing():
        known = Parts.read(Path(parts)).parts
        sheets = [one for path in annotations for one in read_sheets(Path(path))]
        found = list(store.read(Path(problems)))
        for one in (*sheets, *found):
            if not isinstance(one, (Problem, Sheet)):
                complain(one)
        try:
            return examples(
                (one for one in found if isinstance(one, Problem)),
                records_of(records),
                known,
                sheets=(one for one in sheets if isinstance(one, Sheet)),
                twins=(row for path in twins for row in _with_code(path)),
            )
        except KeyError as error:
            raise click.UsageError(
                plain(f"{parts}: problem {error.args[0]} is in no part")
            ) from None


def _with_code(path: str) -> Iterator[dict[str, Any]]:
    from effilint.dataset.deoptimising import read_twins

    for row in read_twins(Path(path)):
        if any("code" not in twin for twin in row["twins"]):
            raise click.UsageError(
                plain(f"{path}: twins without code; `dataset deoptimise --recipes` makes it")
            )
        yield row


@contextmanager
def explained() -> Iterator[None]:
    """Turn what is wrong with models, checkpoints and their data into one line, and exit code 2."""
    from effilint.analyzer.extras import ModelError

    with refusing():
        try:
            yield
        except (ModelError, ValueError) as error:
            raise click.UsageError(plain(str(error))) from None
