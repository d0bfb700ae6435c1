"""The first process inside: it runs no code under test itself, and holds the clock.

It starts with nothing but the standard library and what is to be warm, and then, for each order
from outside, forks a process that gives up everything and runs a program, hands it inputs one by
one, and passes on what it answers together with what the kernel says it took. The program's own
word on time and memory is not asked.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import importlib
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Sequence
from typing import Any

from effilint.measure import isolation, runner, scratch, seccomp
from effilint.measure.isolation import NEW_NAMESPACES, Level
from effilint.measure.libc import checked, libc
from effilint.measure.meter import Figures, Meter, fair
from effilint.measure.wire import BrokenFrameError, Channel

_FOREVER = 1e8
_FIRST, _OFTEN, _LATER = 0.1, 0.001, 0.005  # seconds between samples: often for the first ones
_LOOK = 0.02  # seconds between two looks at the clock where memory is not sampled
_LAST_BREATH = 0.2  # seconds for a process that hung up to come to its end
_STEP_IN = 30.0  # seconds in which a process must have been shut in
_MOST_THREADS = 64  # where no limit of the kernel counts them
_TAIL = 4096  # bytes of standard error that are kept
_CHUNK = 1 << 20


def main(descriptor: int, setup: dict[str, Any]) -> None:
    """Serve the orders that come over the socket `descriptor` until it is closed.

    `setup`: `level`, `scratch` (a folder), `readable` (folders), `user` (to become; 0 for none),
    `imports` (modules to have warm), `path` (to search them in).
    """
    isolation.die_with_parent()
    channel = Channel(socket.socket(fileno=descriptor))
    sys.path[:] = [*sys.path, *setup["path"]]
    for name in setup["imports"]:
        importlib.import_module(name)
    if setup["user"]:
        isolation.become(setup["user"])
    jail = Jail(setup)
    gc.collect()
    gc.freeze()
    _tell(channel, {"event": "ready"})
    with contextlib.suppress(BrokenFrameError, TimeoutError):
        while True:
            order = json.loads(channel.receive(time.monotonic() + _FOREVER))
            cases = [channel.receive(time.monotonic() + _FOREVER) for _ in range(order["cases"])]
            _serve(channel, jail, order, cases)


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


def _tell(outside: Channel, head: dict[str, Any]) -> None:
    outside.send(json.dumps(head).encode(), time.monotonic() + _FOREVER)


class Jail:
    """Makes processes that run one program each."""

    def __init__(self, setup: dict[str, Any]) -> None:
        self._level = Level(setup["level"])
        self._scratch: str = setup["scratch"]
        self._readable: list[str] = setup["readable"]
        self._libc = libc()
        self._home = -1
        self.clean()
        if self._level is Level.NAMESPACES:
            seccomp.prepare(1, paths=True)  # each program is the first process of its world
            self._home = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)

    def fork(self) -> int:
        """Fork; with namespaces the child is the first process of a world of its own."""
        if self._level is not Level.NAMESPACES:
            return os.fork()
        flag = NEW_NAMESPACES["pid"]
        checked(self._libc.unshare(flag), "unshare")
        pid = os.fork()
        if pid:
            checked(self._libc.setns(self._home, flag), "setns")
        else:
            os.close(self._home)
        return pid

    def confine(self, memory: int, also_readable: Sequence[str] = ()) -> None:
        """Shut the calling process in, with `memory` bytes to grow by."""
        readable = [*self._readable, *also_readable]
        isolation.confine(self._level, self._scratch, readable, memory)

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
        ours, theirs = socket.socketpair()
        self._output = _Output(int(self._limits["output"]), keeps=self._is_script)
        self._input = os.memfd_create("input")
        self._pid = jail.fork()
        if self._pid == 0:
            outside.close()
            ours.close()
            self._output.become_standard(self._input)
            runner.run(Channel(theirs), jail.confine, order)
        theirs.close()
        self._output.begin()
        ours.setblocking(False)
        self._socket = ours
        self._received = bytearray()
        self._meter = Meter(self._pid)
        self._first = self._meter.resident()
        self._phase = "load"
        self._told = 0.0  # the CPU seconds at the end of the last call
        self._looked = time.monotonic()

    def serve(self, cases: list[bytes]) -> dict[str, Any]:
        """Pass the answers on, and return how the process came to its end."""
        stop: dict[str, Any] = {"how": "finished"}
        try:
            self._shut_in()
            for number, case in enumerate(cases):
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
            self._last_breath()
        figures = self._meter.finish(sampled=self._is_sampled)
        self._end()
        code = os.waitstatus_to_exitcode(self._status)
        if stop["how"] == "ended" and self._is_script and code == 0:
            # A script may leave early; if its output is right that is as good as any end.
            self._answer(figures, b"")
            return {"how": "finished"}
        if stop["how"] == "finished":
            return stop
        stop |= {"phase": self._phase, "exit": code, "stderr": self._output.last_words()}
        return stop | figures._asdict()

    def _shut_in(self) -> None:
        """Wait until the process has given everything up; whose fault it is if not is clear."""
        try:
            words = self._frame(_STEP_IN, _STEP_IN)
        except (_StoppedError, OSError, BrokenFrameError):
            raise _NotConfinedError("a process ended before it was shut in") from None
        if words:
            raise _NotConfinedError(words.decode("utf-8", "replace"))
        self._told = self._meter.seconds()

    def _one(self, case: bytes) -> None:
        self._output.forget()
        asked = self._meter.seconds()
        load = asked - self._told
        self._phase = "input"
        if self._is_script:
            os.pwrite(self._input, case, 0)
            self._send(b"")
        else:
            self._send(case)
        self._frame()  # it has its input
        self._meter.begin(asked)
        self._phase = "run"
        self._send(b"go")
        self._frame(sample=self._is_sampled)
        figures = self._meter.finish(sampled=self._is_sampled)
        self._phase = "answer"
        self._send(b"go")
        answer = self._frame()
        after = self._meter.since(figures)
        self._told = self._meter.seconds()
        figures = figures._replace(load=load, after=after)
        fairly = figures._replace(fair_before=fair(case), fair_after=fair(answer))
        self._answer(fairly, answer)
        self._phase = "load"

    def _answer(self, figures: Figures, answer: bytes) -> None:
        self._output.drain()
        head = {"event": "case", "printed": self._output.digest(), **figures._asdict()}
        _tell(self._outside, head)
        self._outside.send(answer, time.monotonic() + _FOREVER)
        self._outside.send(self._output.kept(), time.monotonic() + _FOREVER)

    def _send(self, data: bytes) -> None:
        left = memoryview(len(data).to_bytes(8, "big") + data)
        end = time.monotonic() + self._limits["wall"]
        while left:
            try:
                left = left[self._socket.send(left) :]
            except BlockingIOError:
                if time.monotonic() > end:
                    raise _StoppedError("time") from None
                select.select([], [self._socket], [], _LOOK)

    def _frame(
        self, most_cpu: float = 0.0, most_wall: float = 0.0, *, sample: bool = False
    ) -> bytes:
        """Return the next frame, within the limits; look at the clock and at memory on the way."""
        most_cpu, most_wall = most_cpu or self._limits["cpu"], most_wall or self._limits["wall"]
        started, started_wall = self._meter.seconds(), time.monotonic()
        wait = 0.0
        while True:
            frame = self._taken()
            if frame is not None:
                return frame
            self._poll(wait)
            wall = time.monotonic() - started_wall
            if sample:
                self._meter.sample()
                wait = _OFTEN if wall < _FIRST else _LATER
            else:
                wait = _LOOK
            cpu = self._meter.seconds() - started
            if cpu > most_cpu or wall > most_wall:
                raise _StoppedError("time")
            self._look()

    def _look(self) -> None:
        """Stop a process that has too much."""
        if self._meter.resident() > self._limits["memory"] + self._first:
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

    def _last_breath(self) -> None:
        """Let a process that hung up come to its own end, for its exit status."""
        end = time.monotonic() + _LAST_BREATH
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        while time.monotonic() < end and os.waitid(os.P_PID, self._pid, flags) is None:
            time.sleep(0.001)

    def _end(self) -> None:
        """Kill it if it lives, and let go of all that was its."""
        with contextlib.suppress(OSError):
            os.kill(self._pid, signal.SIGKILL)
        _, self._status = os.waitpid(self._pid, 0)
        self._socket.close()
        self._output.drain()
        self._output.close()
        self._meter.close()
        os.close(self._input)
        self._jail.clean()


class _Output:
    """Standard output and error of a process: hashed, counted, cut off, and kept if wanted."""

    def __init__(self, largest: int, *, keeps: bool) -> None:
        self._largest, self._keeps = largest, keeps
        self._out, self._out_of_child = os.pipe()
        self._err, self._err_of_child = os.pipe()
        self.sources = [self._out, self._err]
        self._tail = b""
        self.forget()

    def become_standard(self, standard_input: int) -> None:
        """In the child: make the pipes its standard files."""
        for place, file in enumerate((standard_input, self._out_of_child, self._err_of_child)):
            os.dup2(file, place)
        for file in (standard_input, *self.sources, self._out_of_child, self._err_of_child):
            if file > 2:
                os.close(file)

    def begin(self) -> None:
        """In the parent: leave the child its ends."""
        os.close(self._out_of_child)
        os.close(self._err_of_child)
        for source in self.sources:
            os.set_blocking(source, False)

    def forget(self) -> None:
        """Begin anew with the next case."""
        self._hash = hashlib.blake2b(digest_size=16)
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
