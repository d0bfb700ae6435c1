"""Annotating many solutions at a time (see `effilint.dataset.running`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from effilint.dataset.annotations.sheets import Sheet, read_sheets
from effilint.dataset.problems import Problem
from effilint.dataset.running import appended

Annotate = Callable[[str, str, str], Sheet]  # of the problem's id, the solution's id, and its code


def annotate(
    problems: Iterable[Problem], path: Path, source: str, annotate: Annotate, *, at_a_time: int
) -> Iterator[Sheet]:
    """Annotate the solutions that have no sheet of this source yet; append each, and yield it.

    After an error nothing more is asked. Raises what `annotate` raises, and `OSError` where the
    file cannot be written.
    """
    done = set(_done(path, source))
    left = ((p.id, one) for p in problems for one in p.solutions if (p.id, one.id) not in done)
    jobs = (partial(annotate, problem, one.id, one.code) for problem, one in left)
    yield from appended(path, jobs, Sheet.to_json, at_a_time=at_a_time)


def _done(path: Path, source: str) -> Iterator[tuple[str, str]]:
    if not path.exists():
        return
    for sheet in read_sheets(path):
        if isinstance(sheet, Sheet) and sheet.source == source:
            yield sheet.problem, sheet.solution
