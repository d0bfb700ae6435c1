"""The first process inside: it runs no code under test itself, and holds the clock.

For each order from outside it has the zygote beside it fork a process that gives up everything and
runs a program, hands that inputs one by one, and passes on what it answers together with what the
kernel says it took. The program's own word on time and memory is not asked, and it learns nothing
but its own text before it is loaded: orders, inputs and answers are in this process, of which
nothing is forked.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import time
from typing import Any

from effilint.measure import isolation, scratch
from effilint.measure.isolation import Level
from effilint.measure.meter import Figures, Meter, fair, fair_between, fair_load, reconsidered
from effilint.measure.wire import BrokenFrameError, Channel, blake2b
from effilint.measure.zygote import Zygote, ZygoteError

_FOREVER = 1e8
_FIRST, _OFTEN, _LATER = 0.1, 0.001, 0.005  # seconds between samples: often for the first ones
_LOOK = 0.02  # seconds between two looks at the clock where memory is not sampled
_STEP_IN = 30.0  # seconds in which a process must have been shut in
_MOST_THREADS = 64  # where no limit of the kernel counts them
_NUMBERS = (("decimal", b'{"e":'), ("fractions", b'{"f":'))  # as they are encoded
_TAIL = 4096  # bytes of standard error that are kept
_CHUNK = 1 << 20


def main(descriptor: int, setup: dict[str, Any]) -> None:
    """Serve the orders that come over the socket `descriptor` until it is closed.

    `setup`: that of `effilint.measure.zygote.Zygote`.
    """
    isolation.die_with_parent()
    channel = Channel(socket.socket(fileno=descriptor))
    try:
        jail = Jail(setup, Zygote(setup, channel))
        if setup["user"]:
            isolation.become(setup["user"])
        _tell(channel, {"event": "ready"})
        while True:
            order = json.loads(channel.receive(time.monotonic() + _FOREVER))
            cases = [channel.receive(time.monotonic() + _FOREVER) for _ in range(order["cases"])]
            _serve(channel, jail, order, cases)
    except (BrokenFrameError, TimeoutError, ZygoteError):
        return


def _serve(outside: Channel, jail: Jail, order: dict[str, Any], cases: list[bytes]) -> None:
    """Answer each case by a head and two frames: the answer, and what was printed.

    A script gets a process for each input, a function one for all its calls. A process that does
    not come to its end is the last.
    """
    is_script = order["program"]["entry"] is None
    for group in [[case] for case in cases] if is_script else [cases]:
        process = Process(outside, jail, order)
        stop = process.serve(group)
        if stop["how"] != "finished":
            _tell(outside, {"event": "stop", **stop})
            return
    _tell(outside, {"event": "stop", "how": "finished"})


def _tell(outside: Channel, head: dict[str, Any], *blobs: bytes) -> None:
    outside.send(json.dumps(head).encode(), *blobs, deadline=time.monotonic() + _FOREVER)


class Jail:
    """What one worker's programs have in common: the zygote, and the scratch folder."""

    def __init__(self, setup: dict[str, Any], zygote: Zygote) -> None:
        self._level = Level(setup["level"])
        self._scratch: str = setup["scratch"]
        self.zygote = zygote
        self.clean()

    def clean(self) -> None:
        """Take away what a program left in the scratch folder; with namespaces it is gone."""
        if self._level is Level.NAMESPACES:
            return
        scratch.empty(self._scratch)

    def excess(self, pid: int) -> str | None:
        """What a process has too much of; with namespaces the kernel sees to that."""
        if self._level in (Level.NONE, Level.NAMESPACES):
            return None
        with contextlib.suppress(OSError):
            if os.stat(f"/proc/{pid}/task").st_nlink - 2 > _MOST_THREADS:
                return "memory"
        is_writing = self._level is Level.LANDLOCK and scratch.is_too_much(self._scratch)
        return "output" if is_writing else None


class _StoppedError(Exception):
    """The program was stopped; the argument says by what: `time`, `memory` or `output`."""


class _NotConfinedError(Exception):
    """The process was not shut in; `str` says why."""


class Process:
    """One process of a program, from the fork to its end."""

    def __init__(self, outside: Channel, jail: Jail, order: dict[str, Any]) -> None:
        self._outside, self._jail = outside, jail
        self._limits: dict[str, float] = order["limits"]
        self._is_script = order["program"]["entry"] is None
        self._is_sampled: bool = order["sample"]
        self._order, self._case = order, b""
        ours, theirs = socket.socketpair()
        self._output = _Output(int(self._limits["output"]), keeps=self._is_script)
        self._input = os.memfd_create("input")
        files = (theirs.fileno(), self._input, *self._output.of_child)
        self._pid = jail.zygote.fork(files)
        theirs.close()
        self._output.begin()
        ours.setblocking(False)
        self._socket = ours
        self._received = bytearray()
        self._meter = Meter(self._pid)
        self._bare = self._meter.resident()
        self._loaded: int | None = None  # bytes that the program holds before its first call
        self._phase = "load"
        self._told = 0.0  # the CPU seconds at the end of the last call
        self._fair_load = fair_load(order["program"]["text"])
        self._looked = time.monotonic()
        self._have(_STEP_IN, _STEP_IN)

    def serve(self, cases: list[bytes]) -> dict[str, Any]:
        """Pass the answers on, and return how the process came to its end."""
        stop: dict[str, Any] = {"how": "finished"}
        try:
            self._shut_in(cases)
            for number, case in enumerate(cases):
                self._have(self._limits["cpu"], self._limits["wall"])
                if number:
                    self._send(b"go")
                problem = self._frame()
                if problem:
                    stop = {"how": "problem", "detail": problem[:2000].decode("utf-8", "replace")}
                    break
                self._one(case)
        except _StoppedError as reason:
            stop = {"how": str(reason)}
        except _NotConfinedError as error:
            stop = {"how": "failed", "detail": json.dumps({"words": str(error)})}
        except (OSError, BrokenFrameError):
            stop = {"how": "ended"}
            self._jail.zygote.waits(self._pid)
        figures = self._meter.finish(sampled=self._is_sampled)
        code = self._end()
        if stop["how"] == "ended" and self._is_script and code == 0:
            # A script may leave early; if its output is right that is as good as any end.
            self._answer(self._fairly(figures, 0.0, self._case, b""), b"")
            return {"how": "finished"}
        if stop["how"] == "finished":
            return stop
        stop |= {"phase": self._phase, "exit": code, "stderr": self._output.last_words()}
        return stop | figures._asdict()

    def _shut_in(self, cases: list[bytes]) -> None:
        """Wait until the process has given everything up; whose fault it is if not is clear."""
        told = ("program", "limits", "tracemalloc", "profile", "arguments")
        needs = ["tracemalloc"] if self._order["tracemalloc"] else []
        if not self._is_script:  # to make the arguments of
            needs += [name for name, tag in _NUMBERS if any(tag in case for case in cases)]
        inside = {name: self._order[name] for name in told} | {"needs": needs}
        try:
            self._send(json.dumps(inside).encode())
            words = self._frame()
        except (_StoppedError, OSError, BrokenFrameError):
            raise _NotConfinedError("a process ended before it was shut in") from None
        if words:
            raise _NotConfinedError(words.decode("utf-8", "replace"))
        self._told = self._meter.seconds()

    def _one(self, case: bytes) -> None:
        self._case = case
        self._output.forget()
        asked = self._meter.seconds()
        load = asked - self._told
        if self._loaded is None:
            self._loaded = self._meter.resident() - self._bare
        self._have(self._limits["cpu"], self._limits["wall"])
        self._phase = "input"
        if self._is_script:
            os.pwrite(self._input, case, 0)
            self._send(b"")
        else:
            self._send(case)
        self._frame()  # it has its input
        self._meter.begin(asked, self._loaded)
        self._phase = "run"
        self._send(b"go")
        self._frame(sample=self._is_sampled)
        figures = self._meter.finish(sampled=self._is_sampled)
        self._phase = "answer"
        self._send(b"go")
        answer = self._frame()
        after = self._meter.since(figures)
        self._told = self._meter.seconds()
        figures = self._fairly(figures._replace(after=after), load, case, answer)
        self._answer(figures, answer)
        self._fair_load = fair_between(figures)
        self._phase = "load"

    def _fairly(self, figures: Figures, load: float, case: bytes, answer: bytes) -> Figures:
        """The figures with what was done around the run, and what that may take at most."""
        found = figures._replace(
            load=load, fair_load=self._fair_load, fair_before=fair(case), fair_after=fair(answer)
        )
        return found if found.is_honest else reconsidered(found)

    def _answer(self, figures: Figures, answer: bytes) -> None:
        self._output.drain()
        head = {"event": "case", "printed": self._output.digest(), **figures._asdict()}
        _tell(self._outside, head, answer, self._output.kept())

    def _have(self, cpu: float, wall: float) -> None:
        """Let the process have so many seconds from now on."""
        self._most_cpu = self._meter.seconds() + cpu
        self._most_wall = time.monotonic() + wall

    def _send(self, data: bytes) -> None:
        left = memoryview(len(data).to_bytes(8, "big") + data)
        while left:
            try:
                left = left[self._socket.send(left) :]
            except BlockingIOError:
                self._look()
                select.select([], [self._socket], [], _LOOK)

    def _frame(self, *, sample: bool = False) -> bytes:
        """Return the next frame, within the limits; look at the clock and at memory on the way."""
        started, wait = time.monotonic(), 0.0 if sample else _LOOK
        while True:
            frame = self._taken()
            if frame is not None:
                return frame
            self._poll(wait)
            if sample:
                self._meter.sample()
                wait = _OFTEN if time.monotonic() - started < _FIRST else _LATER
            self._look()

    def _look(self) -> None:
        """Stop a process that has too much."""
        if self._meter.seconds() > self._most_cpu or time.monotonic() > self._most_wall:
            raise _StoppedError("time")
        if self._meter.resident() > self._limits["memory"] + self._bare:
            raise _StoppedError("memory")
        if time.monotonic() - self._looked < _LOOK:
            return
        self._looked = time.monotonic()
        if excess := self._jail.excess(self._pid):
            raise _StoppedError(excess)

    def _taken(self) -> bytes | None:
        if len(self._received) < 8:
            return None
        size = int.from_bytes(self._received[:8], "big")
        if size > self._limits["output"]:
            raise _StoppedError("output")
        if len(self._received) < 8 + size:
            return None
        frame = bytes(self._received[8 : 8 + size])
        del self._received[: 8 + size]
        return frame

    def _poll(self, seconds: float) -> None:
        """Wait at most so long for the program to say or print something, and take it."""
        sources: list[Any] = [self._socket, *self._output.sources]
        for ready in select.select(sources, [], [], seconds)[0]:
            if ready is not self._socket:
                if not self._output.read(ready):
                    raise _StoppedError("output")
                continue
            part = self._socket.recv(_CHUNK)
            if not part:
                raise BrokenFrameError
            self._received += part

    def _end(self) -> int:
        """Kill it if it lives, let go of all that was its, and return its exit code."""
        with contextlib.suppress(OSError):
            os.kill(self._pid, signal.SIGKILL)
        code = self._jail.zygote.reap(self._pid)
        self._socket.close()
        self._output.drain()
        self._output.close()
        self._meter.close()
        os.close(self._input)
        self._jail.clean()
        return code


class _Output:
    """Standard output and error of a process: hashed, counted, cut off, and kept if wanted."""

    def __init__(self, largest: int, *, keeps: bool) -> None:
        self._largest, self._keeps = largest, keeps
        self._out, out_of_child = os.pipe()
        self._err, err_of_child = os.pipe()
        self.of_child = (out_of_child, err_of_child)
        self.sources = [self._out, self._err]
        self._tail = b""
        self.forget()

    def begin(self) -> None:
        """Leave the child its ends."""
        for end in self.of_child:
            os.close(end)
        for source in self.sources:
            os.set_blocking(source, False)

    def forget(self) -> None:
        """Begin anew with the next case."""
        self._hash = blake2b(digest_size=16)
        self._parts: list[bytes] = []
        self._size = 0

    def read(self, source: int) -> bool:
        """Take what is there; whether it is not too much yet."""
        try:
            part = os.read(source, _CHUNK)
        except BlockingIOError:
            return True
        if not part:
            self.sources.remove(source)
            return True
        self._size += len(part)
        if self._size > self._largest:
            return False
        if source == self._err:
            self._tail = (self._tail + part)[-_TAIL:]
            return True
        self._hash.update(part)
        if self._keeps:
            self._parts.append(part)
        return True

    def drain(self) -> None:
        """Take what is still in the pipes."""
        for source in list(self.sources):
            while source in self.sources and select.select([source], [], [], 0)[0]:
                if not self.read(source):
                    return

    def digest(self) -> str:
        """Return a hash of what was printed."""
        return self._hash.hexdigest()

    def kept(self) -> bytes:
        """Return what was printed, if it is kept."""
        return b"".join(self._parts)

    def last_words(self) -> str:
        """Return the end of standard error."""
        return self._tail.decode("utf-8", "replace")

    def close(self) -> None:
        """Let go of the pipes."""
        os.close(self._out)
        os.close(self._err)
