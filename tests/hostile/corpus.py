"""Hostile programs, and what is to become of each.

A file holds programs of one kind. Each begins with `### name: outcomes`: any of them will do.
`accepted`, `wrong`, `opaque`; `time`, `memory`, `output`, `ended`, `problem` as in `Stop`; the name
of an exception, or `raised` for any. `late` says that an accepted answer must be found out to have
been worked on outside the run, `counted` that it is accepted and its work is in the figures of the
run: it burns 0.2 seconds. Functions are called `f`, get 20 and should give 21; scripts read
and print that.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from effilint.measure.sandbox import Limits, Order, Program, Run, call

FOLDER = Path(__file__).parent
KINDS = sorted(path.stem for path in FOLDER.glob("*.txt") if path.stem != "prelude")
MODULES = (
    "asyncio atexit ctypes ctypes.util fcntl faulthandler gc locale mmap multiprocessing "
    "multiprocessing.shared_memory pickle resource select signal socket stat subprocess "
    "urllib.request warnings concurrent.futures.process"
).split()
LIMITS = Limits(cpu=0.5, wall=2.0, memory=96 << 20, output=1 << 20)
_COUNTED = 0.15  # CPU seconds
QUICK = replace(LIMITS, cpu=0.3, wall=0.6)


class Hostile(NamedTuple):
    """A program, its kind, its name, and the outcomes that are right."""

    kind: str
    name: str
    outcomes: tuple[str, ...]
    text: str

    def order(self, names: dict[str, Any], *, judged: bool = True) -> Order:
        """Return it as an order; `names` are what it may want to know of the world outside."""
        limits = QUICK if set(self.outcomes) & {"time"} else LIMITS
        prelude = "".join(f"{name} = {value!r}\n" for name, value in names.items())
        prelude += (FOLDER / "prelude.txt").read_text(encoding="utf-8")
        is_script = self.kind == "scripts"
        program = Program(self.text, None if is_script else "f", prelude)
        right: list[Any] = ["21"] if is_script else [21]
        given = b"20\n" if is_script else call(20)
        return Order(program, [given], right if judged else None, limits=limits)

    def is_as_expected(self, run: Run) -> bool:
        """Whether a run came out as it should."""
        found = outcome(run)
        if "late" in self.outcomes and found == "accepted":
            return not run.calls[0].is_honest and run.calls[0].charged > run.calls[0].figures.cpu
        if "counted" in self.outcomes and found == "accepted":
            return run.calls[0].figures.cpu > _COUNTED
        is_raised = bool(run.calls) and run.calls[0].raised is not None
        return found in self.outcomes or (is_raised and "raised" in self.outcomes)


def programs(kind: str) -> list[Hostile]:
    """Return the programs of a kind."""
    found = []
    for part in (FOLDER / f"{kind}.txt").read_text(encoding="utf-8").split("### ")[1:]:
        head, _, text = part.partition("\n")
        name, _, outcomes = head.rpartition(": ")
        found.append(Hostile(kind, name, tuple(outcomes.split()), text))
    return found


def outcome(run: Run) -> str:
    """Return in a word what became of a program with one input."""
    if run.stop.how != "finished":
        return run.stop.how
    (answer,) = run.calls
    if answer.raised is not None:
        return answer.raised
    if answer.opaque is not None:
        return "opaque"
    return "accepted" if answer.is_right else "wrong"
