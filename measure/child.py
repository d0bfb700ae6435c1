"""The process that looks after code under test: it runs none itself, and holds the clock.

It starts with nothing but the standard library, shuts itself in, and then, for each order from
outside, forks a runner, hands it inputs one by one, and passes on what it answers together with
the processor time that the kernel says the runner took. The runner's own word on time is not asked.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sys
import time
from typing import Any

from effilint.measure import isolation, runner
from effilint.measure.wire import BrokenFrameError, Channel

_FOREVER = 3600.0


def main(descriptor: int, scratch: str) -> None:
    """Serve the orders that come over the socket `descriptor` until it is closed."""
    outside = socket.socket(fileno=descriptor)
    if isolation.enter_namespaces(scratch):
        first = os.fork()
        if first:
            outside.close()
            os.waitpid(first, 0)
            os._exit(0)
    os.chdir(scratch)  # only now is it the folder in memory
    isolation.give_up_privileges()
    channel = Channel(outside)
    setup: dict[str, Any] = {}
    with contextlib.suppress(BrokenFrameError, TimeoutError):
        while True:
            order = json.loads(channel.receive(time.monotonic() + _FOREVER))
            if "setup" in order:
                setup = order["setup"]
                continue
            cases = [channel.receive(time.monotonic() + _FOREVER) for _ in range(order["cases"])]
            _Run(channel, setup | {"scratch": scratch}, order).serve(cases)
    _sweep()


class _Run:
    """One runner, from the fork to its end."""

    def __init__(self, outside: Channel, setup: dict[str, Any], order: dict[str, Any]) -> None:
        self._outside = outside
        self._limit: float = order["limit"]
        self._patience: float = order["patience"]
        ours, theirs = socket.socketpair()
        self._pid = os.fork()
        if self._pid == 0:
            outside.close()
            ours.close()
            runner.run(Channel(theirs), setup, order)
        theirs.close()
        self._channel = Channel(ours)

    def serve(self, cases: list[bytes]) -> None:
        """Answer each case by `["case", seconds]` and the runner's frame, and "end" at last."""
        try:
            self._channel.send(b"load", self._deadline())
            problem = self._channel.receive(self._deadline())
            if problem:
                self._tell("problem", problem)
            else:
                for case in cases:
                    seconds, answer = self._one(case)
                    self._tell("case", seconds)
                    self._outside.send(answer, time.monotonic() + _FOREVER)
            self._tell("end")
        except TimeoutError:
            self._tell("timeout")
        except BrokenFrameError:
            self._tell("ended")
        finally:
            self._end()

    def _one(self, case: bytes) -> tuple[float, bytes]:
        self._channel.send(case, self._deadline())
        self._channel.receive(self._deadline())  # it has its inputs
        before = _seconds(self._pid)
        self._channel.send(b"go", self._deadline())
        self._await(before)
        seconds = _seconds(self._pid) - before
        self._channel.send(b"go", self._deadline())
        return seconds, self._channel.receive(self._deadline())

    def _await(self, before: float) -> None:
        """Wait until it is done; on a busy machine it gets its share of time later."""
        end = self._deadline()
        while not self._channel.is_ready(self._limit):
            if time.monotonic() > end or _seconds(self._pid) - before >= self._limit:
                raise TimeoutError
        self._channel.receive(self._deadline())

    def _deadline(self) -> float:
        return time.monotonic() + self._patience

    def _tell(self, event: str, detail: object = None) -> None:
        if isinstance(detail, bytes):
            detail = detail[:1000].decode("utf-8", "replace")
        message = json.dumps([event, detail]).encode()
        self._outside.send(message, time.monotonic() + _FOREVER)

    def _end(self) -> None:
        self._channel.close()
        for kill, which in ((os.killpg, self._pid), (os.kill, self._pid)):
            with contextlib.suppress(OSError):
                kill(which, signal.SIGKILL)
        _sweep()
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._pid, 0)


def _sweep() -> None:
    """As the first process of a world of our own, end all others in it."""
    if os.getpid() != 1:
        return
    with contextlib.suppress(OSError):
        os.kill(-1, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _seconds(pid: int) -> float:
    """The processor time a process has taken, as the kernel counts it; without such a clock,
    the time on the wall.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            return time.clock_gettime_ns((~pid << 3) | 2) / 1e9
    return time.monotonic()
