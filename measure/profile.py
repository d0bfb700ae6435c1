"""Time and memory of each line of a program, from runs of their own in a sandbox.

    profile(Program(text, "f"), {1000: [call(small)], 2000: [call(large)]}).lines

What a profile says is what the process of the program said of itself, and that may be hostile: it
is good for showing to people and models, not for a reward or a verdict. See `docs/profiles.md`.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import linear_regression
from typing import Literal

from effilint.measure.isolation import Level
from effilint.measure.recursion import recursive_lines
from effilint.measure.sandbox import (
    Isolation,
    Limits,
    Program,
    Sandbox,
    SandboxError,
)
from effilint.measure.watched import MissingPackageError, Watched, Watcher

Kind = Literal["time", "memory"]
ALL_KINDS: tuple[Kind, ...] = ("time", "memory")

_MODULES = {"time": "effilint.measure.lines", "memory": "effilint.measure.allocations"}
_LIMITS = Limits(cpu=60, wall=180, memory=1 << 30)  # watched code is some times slower
_LONG_ENOUGH = 1e-3  # seconds of a line at every size, to tell how they grow


class CannotProfileError(Exception):
    """There can be no profile here; `str` is one clear line."""


@dataclass(frozen=True)
class Line:
    """One line of a program; what was not looked at, or cannot be told, is None.

    `hits`: how often it was come to, with the rounds of a comprehension or lambda in it.
    `seconds` includes what it calls, `share` is that of the whole run (0 to 1). Where
    `is_recursive`, the function may call itself: the time of inner calls counts again and again
    then, and shares may exceed 1. `held`: bytes held when the program held most; `allocated`: all
    bytes asked for. `hits_growth` and `seconds_growth` are the exponents k of growth with n^k.
    """

    number: int
    text: str
    hits: int | None = None
    seconds: float | None = None
    share: float | None = None
    is_recursive: bool = False
    held: int | None = None
    allocated: int | None = None
    hits_growth: float | None = None
    seconds_growth: float | None = None


@dataclass(frozen=True)
class Profile:
    """All lines of a program, in order.

    `seconds` is the time of all calls together, watched, and `peak` the most bytes held; None
    where not looked at. `sizes` are those of the inputs, the figures are those at the last one.
    `end` says how the last run ended: `finished`, `raised`, or as in
    `effilint.measure.sandbox.Stop`; after `time` the figures are those up to then, if the program
    let go. `words` say more. `level` is that of the isolation.
    """

    lines: tuple[Line, ...]
    seconds: float | None
    peak: int | None
    sizes: tuple[int, ...]
    end: str
    words: str
    level: str

    def to_json(self) -> str:
        """Return everything as one JSON object."""
        return json.dumps(asdict(self))


def profiling_sandbox(
    isolation: Isolation = "best",
    *,
    of: Sequence[Kind] = ALL_KINDS,
    workers: int = 1,
    python: str = sys.executable,
    imports: Sequence[str] = (),
    readable: Sequence[str] = (),
) -> Sandbox:
    """Return a sandbox in which `profile` works, to be closed; it serves many profiles.

    Raises `CannotProfileError` if a package is missing, `SandboxError` as `Sandbox` does.
    """
    try:
        return Sandbox(
            isolation,
            workers=workers,
            python=python,
            imports=[*(_MODULES[kind] for kind in of), *imports],
            readable=readable,
        )
    except SandboxError as error:
        for package in ("line_profiler", "memray"):
            if f"No module named '{package}'" in str(error):
                raise _missing(package) from None
        raise


def _missing(package: str) -> CannotProfileError:
    return CannotProfileError(
        f"a profile needs {package}: `pip install 'effilint[measure]'`, and let the sandbox be one "
        "that `profiling_sandbox` made"
    )


def profile(
    program: Program | str,
    inputs: Sequence[bytes] | Mapping[int, Sequence[bytes]],
    *,
    sandbox: Sandbox | None = None,
    of: Sequence[Kind] = ALL_KINDS,
    limits: Limits = _LIMITS,
) -> Profile:
    """Return what each line of a program takes on these inputs.

    `program`: the text of a script, or a `Program`. `inputs`: as in `Order`; with those of several
    sizes (a mapping from the size n to the inputs) it is told how each line grows. `sandbox`: one
    that `profiling_sandbox` made; without any, one is made for this profile. Time is the median of
    three runs, memory takes two more, at the last size.

    Raises `CannotProfileError`, or `SandboxError`.
    """
    program = Program(program) if isinstance(program, str) else program
    ladder = dict(sorted(inputs.items())) if isinstance(inputs, Mapping) else {0: inputs}
    if not ladder or not all(ladder.values()) or min(ladder) < 0 or not of:
        raise CannotProfileError("a profile needs a kind, and at least one input at each size")
    if sandbox is None:
        with profiling_sandbox(of=of) as own:
            return profile(program, inputs, sandbox=own, of=of, limits=limits)
    if "memory" in of and sandbox.level is Level.SECCOMP:
        raise CannotProfileError(
            "memory of lines needs files, which isolation L1 does not allow: profile time alone"
        )
    try:
        return _profiled(Watcher(sandbox, program, limits), program, ladder, of)
    except MissingPackageError as package:
        raise _missing(str(package)) from None


def _profiled(
    watcher: Watcher, program: Program, ladder: Mapping[int, Sequence[bytes]], of: Sequence[Kind]
) -> Profile:
    times = [watcher.times(inputs) for inputs in ladder.values()] if "time" in of else []
    largest = list(ladder.values())[-1]
    memory = watcher.watched(largest, "memory") if "memory" in of else None
    allocations = watcher.watched(largest, "allocations") if "memory" in of else None
    found = _lines(program.text, times, memory, allocations)
    if len(times) > 1:
        found = [_with_growth(line, list(ladder), times) for line in found]
    last = times[-1] if times else memory
    assert last is not None
    return Profile(
        lines=tuple(found),
        seconds=times[-1].total / 1e9 if times and times[-1].is_known else None,
        peak=memory.total if memory and memory.is_known else None,
        sizes=tuple(ladder) if len(ladder) > 1 else (),
        end=last.end,
        words=last.words,
        level=watcher.level,
    )


def _lines(
    text: str, times: Sequence[Watched], memory: Watched | None, allocations: Watched | None
) -> list[Line]:
    texts = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")
    recursive = recursive_lines(text)
    found = []
    for number, words in enumerate(texts, 1):
        line = Line(number, words, is_recursive=number in recursive)
        if times and times[-1].is_known:
            hits, taken = times[-1].rows.get(number, (0, 0))
            share = taken / times[-1].total if times[-1].total else 0.0
            line = replace(line, hits=hits, seconds=taken / 1e9, share=share)
        if memory is not None and memory.is_known:
            line = replace(line, held=memory.rows.get(number, (0, 0))[0])
        if allocations is not None and allocations.is_known:
            line = replace(line, allocated=allocations.rows.get(number, (0, 0))[0])
        found.append(line)
    return found


def _with_growth(line: Line, sizes: Sequence[int], times: Sequence[Watched]) -> Line:
    if any(not run.is_whole for run in times) or min(sizes) < 1:
        return line
    points = [run.rows.get(line.number, (0, 0)) for run in times]
    seconds = [taken / 1e9 for _, taken in points]
    return replace(
        line,
        hits_growth=_exponent(sizes, [hits for hits, _ in points]),
        seconds_growth=_exponent(sizes, seconds) if min(seconds) >= _LONG_ENOUGH else None,
    )


def _exponent(sizes: Sequence[int], costs: Sequence[float]) -> float | None:
    """The slope of log cost over log size: log(c2 / c1) / log(n2 / n1) for two sizes."""
    if min(costs) <= 0:
        return None
    return linear_regression([math.log(n) for n in sizes], [math.log(c) for c in costs]).slope
