"""Lint one file; runs in the main process or in a worker."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from effilint.analyzer.engine import Linter
from effilint.analyzer.source import Source, SourceError
from effilint.cache import digest
from effilint.detectors.static import linter, select_codes
from effilint.files import reason
from effilint.outcome import EMBEDDED, Job, Mode, Outcome, Problem, Selection

if TYPE_CHECKING:
    from effilint.analyzer.fixer import Checker

_COLLECT_EVERY = 1 << 24  # bytes of source; its trees take about a hundred times as much


def examine_all(jobs: Iterable[Job]) -> Iterator[Outcome]:
    """Yield the outcome of each job, in order.

    Trees are freed by reference counts (`Context.close`); looking for cycles in them would cost
    more than linting, so that is done now and then for what is left.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    gc.freeze()
    try:
        since = 0
        for job in jobs:
            yield examine(job)
            since += job.size
            if since > _COLLECT_EVERY:
                since = 0
                gc.collect()
    finally:
        gc.unfreeze()
        if was_enabled:
            gc.enable()


def examine(job: Job) -> Outcome:
    """Lint the file of `job`, and fix it if that is asked; whatever is wrong is the outcome.

    Raises `UnknownCodeError` alone: a selection is wrong for more than one file.
    """
    selected = linter_for(job.selection)
    try:
        data = _content(job)
    except OSError as error:
        return Outcome(job.path, problem=Problem(job.path, reason(error, job.path)))
    try:
        return _examine(job, data, selected)
    except SourceError as error:
        problem = Problem(job.path, str(error), error.line, error.column)
        return Outcome(job.path, problem=problem, digest=digest(data))
    except OSError as error:
        message = f"cannot write: {reason(error, job.path)}"
    except (RecursionError, MemoryError):
        message = "nested too deeply to be read"
    except Exception as error:  # a bug of ours in one file must not lose the others
        what = " ".join(str(error).split())
        message = f"internal error, please report it: {type(error).__name__}: {what}"
    return Outcome(job.path, problem=Problem(job.path, message))


@cache
def linter_for(selection: Selection) -> Linter:
    """Return the engine with the rules of `selection`, and the learned detector if it is asked.

    Raises `UnknownCodeError` for a code of none, `ModelError` and `MissingExtraError`.
    """
    from effilint.rules import all_rules

    codes = select_codes(selection.select, selection.ignore, selection.extend_select)
    if selection.file_ignores:
        codes -= select_codes(selection.file_ignores)
    rules = all_rules()
    of_rules = frozenset(codes & rules.keys())
    if selection.min_gain:
        of_rules = frozenset(c for c in of_rules if rules[c].gain.ratio >= selection.min_gain)
    if not selection.model:
        return linter(of_rules)
    from effilint.modelled import model_of

    model = model_of(selection.model)
    from effilint.detectors.behaviours import LearnedFindings

    asked = LearnedFindings(model, codes, selection.min_gain)
    return Linter([*linter(of_rules).rules, asked])


def _examine(job: Job, data: bytes, selected: Linter) -> Outcome:
    source = Source.from_bytes(data, job.path)
    checker = _checker(job, selected)
    diagnostics = checker.check(source)
    if job.mode is not Mode.CHECK and any(d.is_fixable(job.unsafe) for d in diagnostics):
        if source.encode(source.text) == data:
            return _fix(job, checker, source)
        message = f"cannot be written back in its encoding, {source.encoding}, without loss"
        return Outcome(job.path, tuple(diagnostics), Problem(job.path, message))
    # What was timed is not remembered, and what a model said that may be another one tomorrow.
    is_passing = job.proof or job.selection.model not in ("", EMBEDDED)
    lasting = b"" if is_passing else digest(data)
    return Outcome(job.path, tuple(diagnostics), text=job.data or b"", digest=lasting)


def _checker(job: Job, selected: Linter) -> Checker:
    if job.proof is None:
        return selected
    from effilint.proof import Prover

    return Prover(selected, job.proof)


def _fix(job: Job, checker: Checker, source: Source) -> Outcome:
    from effilint.analyzer import fixer

    try:
        fixed = fixer.fix(source, checker, unsafe=job.unsafe)
    except fixer.ConvergenceError as error:
        return Outcome(job.path, problem=Problem(job.path, str(error)))
    diff = ""
    if job.mode is Mode.DIFF:
        diff = _diff(source, source.with_text(fixed.text))
    elif job.data is None:
        fixer.write_atomically(job.path, source.encode(fixed.text))
    text = b"" if job.data is None else source.encode(fixed.text)
    return Outcome(job.path, tuple(fixed.remaining), None, tuple(fixed.applied), diff, text)


def _diff(old: Source, new: Source) -> str:
    import difflib

    lines = difflib.unified_diff(old.lines, new.lines, old.filename, new.filename)
    return "".join(map(_ended, lines))


def _ended(line: str) -> str:
    """Return a line of a diff with a line feed at its end, whatever ends it in the file."""
    if line.endswith("\n"):
        return line
    if line.endswith("\r"):
        return f"{line[:-1]}\n"
    return f"{line}\n\\ No newline at end of file\n"


def _content(job: Job) -> bytes:
    if job.data is not None:
        return job.data
    with open(job.path, "rb") as file:
        return file.read()
