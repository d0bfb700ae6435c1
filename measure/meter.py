"""What the kernel says a process takes: processor time, memory, and memory over time.

Read from outside the process, which can say nothing about it. Areas are trapezoids over the
samples; over processor time they do not grow with the load of the machine.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
import time
from functools import cache
from itertools import pairwise
from typing import NamedTuple

_PAGE = os.sysconf("SC_PAGE_SIZE")
_RESET_PEAK = b"5"
_STATUS = 1 << 13  # bytes that hold all of a `status`
_PEAK = re.compile(rb"VmHWM:\s*(\d+) kB")
# Seconds, about twice what was seen: in any case, for each byte, item, float and container.
_ASIDE, _PER_BYTE, _PER_ITEM, _PER_FLOAT, _PER_PART = 4e-4, 1e-8, 2e-7, 5e-7, 1.6e-6
_KNOWN = json.dumps(list(range(3000))).encode()
_KNOWN_SECONDS = 1.45e-4  # that it takes to be read where those figures were seen
# Loading: in any case, for each byte of a text, for each byte a call left to be cleared away.
_LOADING, _PER_LETTER, _BETWEEN, _PER_REST = 20e-3, 1e-6, 5e-3, 5e-10
_LOADED = 8 << 20  # bytes that loading a program may hold, without a word
_SWITCHES = re.compile(rb"nonvoluntary_ctxt_switches:\s*(\d+)")


class Figures(NamedTuple):
    """One run: seconds, bytes, and byte-seconds.

    `cpu` and `wall` are of the run itself. All other CPU seconds of the process are in `load`
    (while it did not know the input yet), `before` (taking the input) and `after` (giving the
    answer); `fair_load`, `fair_before` and `fair_after` are what these may be at most. `base` is
    the memory at the start of the run, or before the program was loaded if that took much; `peak`
    is the most at any time. `area_cpu` and `area_wall` are
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
    fair_load: float = 0.0
    fair_before: float = 0.0
    fair_after: float = 0.0

    @property
    def is_honest(self) -> bool:
        """Whether loading, taking the input and giving the answer took no more than that takes.

        A program that computes before the run begins, or goes on after it has said that it is
        done, takes more; so does one whose answer is computed while it is read (a `map`).
        """
        return self.charged == self.cpu

    @property
    def charged(self) -> float:
        """CPU seconds of the run, with what those around it are beyond what is fair."""
        beyond = max(0.0, self.load - self.fair_load)
        beyond += max(0.0, self.before - self.fair_before)
        beyond += max(0.0, self.after - self.fair_after)
        return self.cpu + beyond

    @property
    def net(self) -> int:
        """The most bytes at any time, beyond those at the base."""
        return self.peak - self.base


def fair(data: bytes) -> float:
    """Return the CPU seconds that honest code takes at most to read or write this encoding."""
    items, parts = data.count(b","), data.count(b"[") + data.count(b"{")
    if b'"ln"' in data or b'"tn"' in data:  # an object for each item
        parts += items
    seconds = _ASIDE + _PER_BYTE * len(data) + _PER_ITEM * items
    return _pace() * (seconds + _PER_FLOAT * data.count(b".") + _PER_PART * parts)


@cache
def _pace() -> float:
    """How many times as long as where the figures were seen this machine takes; at least 1."""
    return _pace_now()


def _pace_now() -> float:
    taken = []
    for _ in range(9):
        start = time.thread_time()
        json.loads(_KNOWN)
        taken.append(time.thread_time() - start)
    return max(1.0, min(taken) / _KNOWN_SECONDS)


def reconsidered(figures: Figures) -> Figures:
    """Return figures that seem to be beyond what is fair, by how fast the machine is right now."""
    slower = max(1.0, _pace_now() / _pace())
    return figures._replace(
        fair_load=slower * figures.fair_load,
        fair_before=slower * figures.fair_before,
        fair_after=slower * figures.fair_after,
    )


def fair_load(text: str) -> float:
    """Return the CPU seconds that loading a text takes at most."""
    return _pace() * (_LOADING + _PER_LETTER * len(text))


def fair_between(last: Figures) -> float:
    """Return the CPU seconds that clearing up after a call takes at most."""
    return _pace() * (_BETWEEN + _PER_REST * last.net) + last.fair_before + last.fair_after


class Meter:
    """Watches one process, which must be a child that is not reaped yet."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._folder = f"/proc/{pid}"
        self._statm, self._status = self._opened("statm"), self._opened("status")
        self._samples: list[tuple[float, float, int]] = []
        self._start, self._wall = 0.0, time.monotonic()
        self._switches = 0
        self._before = 0.0
        self._base = 0

    def close(self) -> None:
        """Let go of the process."""
        for descriptor in (self._statm, self._status):
            if descriptor >= 0:
                os.close(descriptor)
        self._statm = self._status = -1

    def seconds(self) -> float:
        """Return the CPU seconds of all its threads so far; elsewhere than on Linux wall time."""
        if sys.platform != "linux":
            return time.monotonic()
        # The clock of another process has the number that `clock_getcpuclockid` gives.
        try:
            return time.clock_gettime_ns((~self._pid << 3) | 2) / 1e9
        except OSError:
            return 0.0

    def resident(self) -> int:
        """Return the bytes it has in memory; 0 if nobody knows."""
        if self._statm < 0:
            return 0
        try:
            return int(os.pread(self._statm, 64, 0).split()[1]) * _PAGE
        except (OSError, IndexError):
            return 0

    def begin(self, asked: float, loaded: int) -> None:
        """A run begins now; `asked` is what `seconds` was when its input was sent.

        `loaded` is by how many bytes the process grew when the program was loaded. What calls left
        behind since then is theirs, and was counted where it came.
        """
        with contextlib.suppress(OSError), open(f"{self._folder}/clear_refs", "wb", 0) as file:
            file.write(_RESET_PEAK)
        self._switches = self._peak_and_switches()[1]
        self._base = self.resident() - (loaded if loaded > _LOADED else 0)
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
        peak, switches = self._peak_and_switches()
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

    def _opened(self, name: str) -> int:
        try:
            return os.open(f"{self._folder}/{name}", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return -1

    def _peak_and_switches(self) -> tuple[int, int]:
        if self._status < 0:
            return 0, 0
        try:
            text = os.pread(self._status, _STATUS, 0)
        except OSError:
            return 0, 0
        peak, switches = _PEAK.search(text), _SWITCHES.search(text)
        return int(peak[1]) * 1024 if peak else 0, int(switches[1]) if switches else 0


def _area(points: list[tuple[float, int]]) -> float:
    return sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairwise(points))
