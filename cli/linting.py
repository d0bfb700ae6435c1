"""Lint files: what is remembered, the rest in one process or several."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from effilint.cache import FOLDER, Cache, digest
from effilint.config import selection
from effilint.files import File
from effilint.outcome import Job, Mode, Outcome, Problem, Proof

_WORTH_PROCESSES = 1 << 19  # bytes of source; starting workers takes about as long as these


class Run(NamedTuple):
    """How to lint: what to do with fixes, in how many processes (None: as many as help).

    `cache` is the folder of the cache, or None for none; with a `proof` fixes are proven.
    """

    mode: Mode
    jobs: int | None
    cache: str | None
    proof: Proof | None = None


def lint(files: Sequence[File], run: Run) -> tuple[list[Outcome], list[Problem]]:
    """Return the outcome for each file, in the order of the files, and what is wrong besides.

    Files whose settings name an unknown code have no outcome; each such code is one problem.
    """
    jobs = [_job(file, run.mode, run.proof) for file in files]
    cache = Cache(run.cache) if run.cache is not None else None
    outcomes: dict[str, Outcome] = {}
    fresh: list[Outcome] = []
    problems: list[Problem] = []
    try:
        remaining = _recall(jobs, cache, outcomes)
        if remaining:
            remaining = _with_known_codes(remaining, problems)
            for outcome in _examine(remaining, run.jobs):
                outcomes[outcome.path] = outcome
                fresh.append(outcome)
    finally:  # what an interrupted run has found is remembered too
        if cache is not None:
            _remember(cache, fresh, jobs)
    return [outcomes[job.path] for job in jobs if job.path in outcomes], problems


def lint_text(
    data: bytes, file: File, mode: Mode, proof: Proof | None = None
) -> tuple[list[Outcome], list[Problem]]:
    """Do as `lint` does with `data` as if it were the content of `file`; nothing is written."""
    problems: list[Problem] = []
    jobs = _with_known_codes([_job(file, mode, proof)._replace(data=data)], problems)
    return list(_examine(jobs, 1)), problems


def cache_folder(given: str | None) -> str:
    """Return the folder to keep the cache in: as given, or below the root of this project."""
    given = given or os.environ.get("EFFILINT_CACHE_DIR")
    if given:
        return given
    here = folder = os.getcwd()
    while True:
        if any(os.path.exists(os.path.join(folder, name)) for name in _ROOT_MARKS):
            return os.path.join(folder, FOLDER)
        parent = os.path.dirname(folder)
        if parent == folder:
            return os.path.join(here, FOLDER)
        folder = parent


_ROOT_MARKS = ("pyproject.toml", "effilint.toml", ".git")


def _job(file: File, mode: Mode, proof: Proof | None) -> Job:
    settings = file.settings
    chosen = selection(settings, file.absolute)
    return Job(file.path, chosen, mode, settings.unsafe_fixes, proof=proof)


def _recall(jobs: Iterable[Job], cache: Cache | None, outcomes: dict[str, Outcome]) -> list[Job]:
    """Put what is remembered into `outcomes`, and return the jobs that are left, with sizes."""
    remaining = []
    for job in jobs:
        size = 0
        with suppress(OSError):  # the job will meet the same error and report it
            if cache is None:
                size = os.stat(job.path).st_size
            else:
                with open(job.path, "rb") as file:
                    data = file.read()
                size = len(data)
                known = cache.get(job.path, job.selection, digest(data))
                if known is not None and not _has_work_left(known, job):
                    outcomes[job.path] = known
                    continue
        remaining.append(job._replace(size=size))
    return remaining


def _has_work_left(outcome: Outcome, job: Job) -> bool:
    if job.proof is not None:
        return any(diagnostic.fix for diagnostic in outcome.diagnostics)
    return job.mode is not Mode.CHECK and any(
        diagnostic.is_fixable(job.unsafe) for diagnostic in outcome.diagnostics
    )


def _with_known_codes(jobs: Iterable[Job], problems: list[Problem]) -> list[Job]:
    """Return the jobs whose selection can be used; this imports the rules, before any fork."""
    from effilint.codes import complaint

    jobs = list(jobs)
    complaints = {chosen: complaint(chosen) for chosen in {job.selection for job in jobs}}
    for text in sorted({text for text in complaints.values() if text}):
        problems.append(Problem("effilint", text))
    return [job for job in jobs if not complaints[job.selection]]


def _examine(jobs: Sequence[Job], wanted: int | None) -> Iterator[Outcome]:
    workers = min(_workers(jobs, wanted), len(jobs))
    if workers < 2:
        from effilint.job import examine_all

        outcomes = examine_all(jobs)
    else:
        from effilint.pool import examine_in_parallel

        outcomes = examine_in_parallel(jobs, workers)
    from effilint.progress import shown

    return shown(outcomes, len(jobs))


def _workers(jobs: Sequence[Job], wanted: int | None) -> int:
    if wanted is not None:
        return wanted
    if sum(job.size for job in jobs) < _WORTH_PROCESSES:
        return 1
    from effilint.pool import processors

    return processors()


def _remember(cache: Cache, outcomes: Iterable[Outcome], jobs: Iterable[Job]) -> None:
    selections = {job.path: job.selection for job in jobs}
    lasting = [(o, selections[o.path]) for o in outcomes if o.digest]
    if lasting:
        cache.put(lasting)
    cache.close()
