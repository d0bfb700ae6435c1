"""Lint many files on several processors."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

from effilint.job import examine_all
from effilint.outcome import Job, Outcome, Problem

_CHUNKS_PER_WORKER = 16


def examine_in_parallel(jobs: Sequence[Job], workers: int) -> Iterator[Outcome]:
    """Yield the outcomes of the jobs as they come, in any order.

    A file that brings its worker down is the only one lost: what was under way is done again,
    each file in a process of its own.
    """
    unfinished = {job.path: job for job in jobs}
    executor = _executor(workers)
    try:
        futures = [executor.submit(_examine_chunk, chunk) for chunk in _chunks(jobs, workers)]
        for future in as_completed(futures):
            for outcome in future.result():
                del unfinished[outcome.path]
                yield outcome
        # Left to itself, a pool may write to a pipe that is closed already when Python ends.
        executor.shutdown()
    except BrokenProcessPool:
        pass
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
    for job in unfinished.values():
        yield _examine_alone(job)


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _executor(workers: int) -> ProcessPoolExecutor:
    # A fork shares the rules that are already imported; elsewhere it is not safe.
    context = get_context("fork" if sys.platform == "linux" else "spawn")
    return ProcessPoolExecutor(workers, context, initializer=_die_on_interrupt)


def _die_on_interrupt() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # the parent speaks for all


def _examine_chunk(jobs: Sequence[Job]) -> list[Outcome]:
    return list(examine_all(jobs))


def _examine_alone(job: Job) -> Outcome:
    try:
        with _executor(1) as executor:
            return executor.submit(_examine_chunk, [job]).result()[0]
    except BrokenProcessPool:
        return Outcome(job.path, problem=Problem(job.path, "the process linting it crashed"))


def _chunks(jobs: Sequence[Job], workers: int) -> Iterator[list[Job]]:
    """Yield parts of about equal size, those with the largest files first."""
    enough = sum(job.size for job in jobs) / (workers * _CHUNKS_PER_WORKER)
    chunk: list[Job] = []
    size = 0
    for job in sorted(jobs, key=lambda job: -job.size):
        chunk.append(job)
        size += job.size
        if size >= enough:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk
