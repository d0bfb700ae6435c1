"""A progress bar on a terminal, for runs that take long."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from effilint.outcome import Outcome

if TYPE_CHECKING:
    from rich.progress import Progress

Item = TypeVar("Item")

_PATIENCE = 1.0  # seconds before a bar appears


def shown(outcomes: Iterator[Outcome], total: int) -> Iterator[Outcome]:
    """Yield the outcomes; if they are long in coming, show on stderr how far they are."""
    if not sys.stderr.isatty():
        yield from outcomes
        return
    start = time.monotonic()
    done = 0
    for outcome in outcomes:
        yield outcome
        done += 1
        if time.monotonic() - start > _PATIENCE:
            break
    else:
        return
    yield from _with_bar(outcomes, done, total)


def _with_bar(outcomes: Iterator[Outcome], done: int, total: int) -> Iterator[Outcome]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("Linting"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("lint", total=total, completed=done)
        for outcome in outcomes:
            yield outcome
            bar.advance(task)


@contextmanager
def waiting(doing: str) -> Iterator[None]:
    """Show on stderr, where somebody watches, that something is done, and for how long."""
    with _spinner("") as bar:
        if bar is not None:
            bar.add_task(doing, total=None)
        yield


def counted(items: Iterator[Item], total: int, doing: str) -> Iterator[Item]:
    """Yield the items, each long in coming; show where somebody watches how far they are."""
    with _spinner("{task.completed}/{task.total}") as bar:
        yield from items if bar is None else bar.track(items, total=total, description=doing)


@contextmanager
def _spinner(count: str) -> Iterator[Progress | None]:
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    words = TextColumn(f"{{task.description}} {count}".strip(), markup=False)
    columns = (SpinnerColumn(), words, TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield bar
