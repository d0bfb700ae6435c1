"""A progress bar on a terminal, for runs that take long."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

from effilint.outcome import Outcome

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
