"""What the commands about data sets show: progress, complaints, and counts, all on stderr."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

import click

from effilint.outcome import plain

Item = TypeVar("Item")


@contextmanager
def refusing() -> Iterator[None]:
    """Turn what is wrong with the files that were given into one line, and the exit code 2."""
    from effilint.analyzer.extras import MissingExtraError
    from effilint.dataset.problems import BadRowError
    from effilint.dataset.readers import UnknownSourceError
    from effilint.dataset.store import UnknownSuffixError

    try:
        yield
    except (UnknownSourceError, UnknownSuffixError, MissingExtraError, BadRowError) as error:
        raise click.UsageError(plain(str(error))) from None
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        raise click.UsageError(plain(f"{name}{error.strerror or error}")) from None


def complain(what: object) -> None:
    """Write a line about something that is left out."""
    click.echo(plain(str(what)), err=True)


def passed_on(items: Iterable[Item], doing: str) -> Iterator[Item]:
    """Pass the items on; count them where somebody watches."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield from items
        return
    columns = (
        SpinnerColumn(),
        TextColumn(doing, markup=False),
        TextColumn("{task.completed:,}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield from progress.track(items, total=None)


def print_table(counts: Mapping[str, int]) -> None:
    """Print what there is, and how much of it."""
    width = max(len(f"{count:,}") for count in counts.values())
    for words, count in counts.items():
        click.echo(f"{count:>{width},}  {words}", err=True)
