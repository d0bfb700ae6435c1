"""What the kernel says a process takes: processor time, memory, and memory over time.

Read from outside the process, which can say nothing about it. Areas are trapezoids over the
samples; over processor time they do not grow with the load of the machine.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import time
from itertools import pairwise
from typing import NamedTuple

_PAGE = os.sysconf("SC_PAGE_SIZE")
_RESET_PEAK = b"5"
_PEAK = re.compile(rb"VmHWM:\s*(\d+) kB")
# Seconds, about twice what was seen: in any case, for each byte, item and container.
_ASIDE, _PER_BYTE, _PER_ITEM, _PER_PART = 1e-3, 6e-8, 4e-7, 2.5e-6
_SWITCHES = re.compile(rb"nonvoluntary_ctxt_switches:\s*(\d+)")


class Figures(NamedTuple):
    """One run: seconds, bytes, and byte-seconds.

    `cpu` and `wall` are of the run itself. All other CPU seconds of the process are in `load`
    (while it did not know the input yet), `before` (taking the input) and `after` (giving the
    answer); `fair_before` and `fair_after` are what the last two may be at most. `base` is the
    memory at the start of the run, `peak` the most at any time. `area_cpu` and `area_wall` are
    memory above zero over the time of either clock; both are 0 unless the run was sampled.
    `switches` counts how often the processor was taken away.
    """

    cpu: float = 0.0
    wall: float = 0.0
    before: float = 0.0
    after: float = 0.0
    base: int = 0
    peak: int = 0
    area_cpu: float = 0.0
    area_wall: float = 0.0
    samples: int = 0
    switches: int = 0
    load: float = 0.0
    fair_before: float = 0.0
    fair_after: float = 0.0

    @property
    def is_honest(self) -> bool:
        """Whether taking the input and giving the answer took no more than that takes.

        A program that computes before the run begins, or goes on after it has said that it is
        done, takes more; so does one whose answer is computed while it is read (a `map`).
        """
        return self.before <= self.fair_before and self.after <= self.fair_after

    @property
    def charged(self) -> float:
        """CPU seconds of the run, with those around it where they are not honest."""
        return self.cpu if self.is_honest else self.before + self.cpu + self.after


def fair(data: bytes) -> float:
    """Return the CPU seconds that honest code takes at most to read or write this encoding."""
    items, parts = data.count(b","), data.count(b"[") + data.count(b"{")
    if b'"ln"' in data or b'"tn"' in data:  # an object for each item
        parts += items
    return _ASIDE + _PER_BYTE * len(data) + _PER_ITEM * items + _PER_PART * parts


class Meter:
    """Watches one process, which must be a child that is not reaped yet."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._folder = f"/proc/{pid}"
        self._statm = -1
        with contextlib.suppress(OSError):
            self._statm = os.open(f"{self._folder}/statm", os.O_RDONLY | os.O_CLOEXEC)
        self._samples: list[tuple[float, float, int]] = []
        self._start, self._wall = 0.0, time.monotonic()
        self._switches = 0
        self._before = 0.0
        self._base = 0

    def close(self) -> None:
        """Let go of the process."""
        if self._statm >= 0:
            os.close(self._statm)
            self._statm = -1

    def seconds(self) -> float:
        """Return the CPU seconds of all its threads so far; elsewhere than on Linux wall time."""
        if sys.platform != "linux":
            return time.monotonic()
        # The clock of another process has the number that `clock_getcpuclockid` gives.
        with contextlib.suppress(OSError):
            return time.clock_gettime_ns((~self._pid << 3) | 2) / 1e9
        return 0.0

    def resident(self) -> int:
        """Return the bytes it has in memory; 0 if nobody knows."""
        if self._statm < 0:
            return 0
        try:
            return int(os.pread(self._statm, 64, 0).split()[1]) * _PAGE
        except (OSError, IndexError):
            return 0

    def begin(self, asked: float) -> None:
        """A run begins now; `asked` is what `seconds` was when its input was sent."""
        with contextlib.suppress(OSError), open(f"{self._folder}/clear_refs", "wb", 0) as file:
            file.write(_RESET_PEAK)
        self._switches = self._status()[1]
        self._base = self.resident()
        self._samples.clear()
        self._wall = time.monotonic()
        self._start = self.seconds()
        self._before = self._start - asked

    def sample(self) -> None:
        """Note how much memory there is now."""
        now = self.seconds() - self._start, time.monotonic() - self._wall, self.resident()
        self._samples.append(now)

    def finish(self, *, sampled: bool) -> Figures:
        """The run is over: return its figures, but for `after`."""
        cpu, wall = self.seconds() - self._start, time.monotonic() - self._wall
        peak, switches = self._status()
        resident = self.resident()
        samples = [(0.0, 0.0, self._base), *self._samples, (cpu, wall, resident)]
        return Figures(
            cpu=cpu,
            wall=wall,
            before=self._before,
            base=self._base,
            peak=max(peak, resident, self._base),
            area_cpu=_area([(cpu, size) for cpu, _, size in samples]) if sampled else 0.0,
            area_wall=_area([(wall, size) for _, wall, size in samples]) if sampled else 0.0,
            samples=len(samples) if sampled else 0,
            switches=switches - self._switches,
        )

    def since(self, figures: Figures) -> float:
        """Return the CPU seconds since the run ended that has these figures."""
        return self.seconds() - self._start - figures.cpu

    def _status(self) -> tuple[int, int]:
        try:
            with open(f"{self._folder}/status", "rb", 0) as file:
                text = file.read()
        except OSError:
            return 0, 0
        peak, switches = _PEAK.search(text), _SWITCHES.search(text)
        return int(peak[1]) * 1024 if peak else 0, int(switches[1]) if switches else 0


def _area(points: list[tuple[float, int]]) -> float:
    return sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairwise(points))
