"""What a pool of processes is asked to run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from effilint.measure import wire
from effilint.measure.equality import Rule
from effilint.measure.judging import as_expected

_MOST = 60 << 20  # bytes of one thing that is sent: a frame holds 64 MB, some of it other data
_MOST_OF_ALL = 1 << 30  # bytes of an order: a worker has to hold it
_MEGABYTE = 1 << 20


class SandboxError(Exception):
    """The sandbox cannot be had, is closed, or takes no such order; `str` is one clear line."""


class SandboxFullError(SandboxError):
    """As many orders wait as may, and who orders does not want to wait for them."""


@dataclass(frozen=True)
class Program:
    """A program to run: its text, and the function in it to call.

    `entry`: `f` or `Solution.f` (a method of an object made without arguments), or None for a
    script that reads its input and prints. `prelude` runs first in the same namespace. `path` goes
    before `sys.path`, `package` is what relative imports start from.
    """

    text: str
    entry: str | None = None
    prelude: str = ""
    filename: str = "<solution>"
    path: tuple[str, ...] = ()
    package: str = ""


@dataclass(frozen=True)
class Limits:
    """What one program may take.

    `cpu`: seconds for loading it and for each call; `wall`: the same on the clock on the wall
    (a busy machine gives a program its share later). `memory`: bytes beyond those of the bare
    interpreter. `output`: bytes of a result, and of what is printed in a call, up to 60 MB.
    """

    cpu: float = 10.0
    wall: float = 30.0
    memory: int = 512 << 20
    output: int = 8 << 20


@dataclass(frozen=True)
class Order:
    """A program with its inputs: for a function what `call` gives, for a script its input.

    `expected` holds the right results (as data, or the output of a script): they are compared
    outside the jail, by one `rule` or by one for each. `is_sampled`: watch memory over time.
    `tracks_memory`: have the interpreter itself count allocations, which slows the program down.
    `keeps_arguments`: the answers hold the arguments as they are after the call too. `profile`:
    have each line watched, and nothing returned (`effilint.measure.profile` asks for it).
    """

    program: Program
    inputs: Sequence[bytes]
    expected: Sequence[Any] | None = None
    rule: Rule | Sequence[Rule] = field(default_factory=Rule)
    limits: Limits = field(default_factory=Limits)
    is_sampled: bool = False
    tracks_memory: bool = False
    keeps_arguments: bool = False
    profile: Literal["time", "memory", "allocations"] | None = None

    def frames(self) -> list[bytes]:
        """Return what goes to a worker: a head, the inputs, the expected results.

        Raises `SandboxError` for what is too large, and `ValueError` for what is no data.
        """
        if self.limits.output > _MOST:
            raise SandboxError(
                f"a result may have {_MOST // _MEGABYTE} MB at most, "
                f"and `Limits.output` allows {self.limits.output / _MEGABYTE:.0f}"
            )
        results = self._results()
        frames = [json.dumps(self._head()).encode(), *self.inputs, *results]
        names = ["the program", *["an input"] * len(self.inputs), *["a result"] * len(results)]
        for name, frame in zip(names, frames, strict=True):
            _fits(name, len(frame), _MOST)
        _fits("the order", sum(map(len, frames)), _MOST_OF_ALL)
        return frames

    def _head(self) -> dict[str, Any]:
        program = asdict(self.program)
        head = {
            "program": program | {"path": list(self.program.path)},
            "limits": asdict(self.limits),
            "sample": self.is_sampled,
            "tracemalloc": self.tracks_memory,
            "arguments": self.keeps_arguments,
            "profile": self.profile,
            "blobs": len(self.inputs),
        }
        if self.expected is not None:
            rules = [self.rule] * len(self.expected) if isinstance(self.rule, Rule) else self.rule
            head["expected"] = as_expected([], rules, is_script=self.program.entry is None)
            head["results"] = len(self.expected)
        return head

    def _results(self) -> list[bytes]:
        """The right results: text that is printed, or what `wire.dump` makes of a value."""
        if self.program.entry is not None:
            return [wire.dump(value) for value in self.expected or ()]
        if not all(isinstance(value, str) for value in self.expected or ()):
            raise ValueError("what a script has to print is text")
        return [value.encode("utf-8", "surrogatepass") for value in self.expected or ()]


def _fits(name: str, size: int, most: int) -> None:
    if size > most:
        raise SandboxError(
            f"{name} has {size / _MEGABYTE:.0f} MB, and {most // _MEGABYTE} are the most"
        )


def call(*arguments: Any, **named: Any) -> bytes:
    """Return the input that stands for a call with these arguments: plain data, linked nodes.

    Raises `effilint.measure.wire.NotPlainError` for anything else.
    """
    return wire.dump([list(arguments), named])
