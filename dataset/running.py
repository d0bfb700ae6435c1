"""Long runs: some jobs at a time, each result written down as soon as it is there.

A run that is killed goes on where it was: whoever starts it leaves out what the file has already,
and what was under way is done from its beginning.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, TypeVar

from effilint.dataset.writing import append, end_line

_Result = TypeVar("_Result")


def appended(
    path: Path,
    jobs: Iterable[Callable[[], _Result]],
    line: Callable[[_Result], str],
    *,
    at_a_time: int,
) -> Iterator[_Result]:
    """Run the jobs in threads, append the `line` of each result to a file, and yield the results.

    They come as they are ready. After an error no other job is begun; those that are under way
    come to their end, and are written. Raises the first error of a job, and `OSError` where the
    file cannot be written.
    """
    end_line(path)
    lock = threading.Lock()

    def written(job: Callable[[], _Result]) -> _Result:
        result = job()
        with lock:
            append(path, line(result))
        return result

    left = iter(jobs)
    running: set[Future[_Result]] = set()
    failure: Exception | None = None
    with ThreadPoolExecutor(at_a_time) as pool:
        while True:
            while failure is None and len(running) < at_a_time:
                if (job := next(left, None)) is None:
                    break
                running.add(pool.submit(written, job))
            if not running:
                break
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                error = future.exception()
                if error is None:
                    yield future.result()
                elif isinstance(error, Exception):
                    failure = failure or error
                else:
                    raise error
    if failure is not None:
        raise failure


def whole_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects in a file of such lines, without those cut short; none if there is none."""
    if not path.exists():
        return
    with path.open("rb") as lines:
        for line in lines:
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(row, dict):
                yield row
