"""A worker of this machine, as the owner of a pool sees it: a process, and a socket to it."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from effilint.measure.crew import Hand, Job
from effilint.measure.jail import program_of
from effilint.measure.order import SandboxError
from effilint.measure.runs import Call, Run, call_of, failed, stop_of
from effilint.measure.wire import BrokenFrameError, Channel

_START = 90.0  # seconds in which a worker must be ready
_GRACE = 30.0  # seconds for what takes no time
# Seconds beyond the limits of a program after which its worker hangs: more than the jail is given,
# and what comparing may take on a busy machine.
_PATIENCE = 165.0
_FAREWELL = 5.0  # seconds in which a worker must have ended that was told to
_TRIES = 3  # at starting a worker, one after the other

# A forked child must not hold them: no worker would see its owner die, nor an owner its worker.
_sockets: set[socket.socket] = set()


def _close(one: socket.socket) -> None:
    _sockets.discard(one)
    one.close()


def _let_go() -> None:
    for one in list(_sockets):
        _close(one)


os.register_at_fork(after_in_child=_let_go)


class WorkerProcess(Hand):
    """One worker process; `setup` is what `effilint.measure.worker` is told."""

    def __init__(self, setup: dict[str, Any], level: str) -> None:
        super().__init__()
        self._setup, self._level = setup, level
        self._start()

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def await_start(self) -> None:
        """Wait until the process has a jail; `SandboxError` says why it has none."""
        try:
            head = json.loads(self._channel.receive(time.monotonic() + _START))
        except (BrokenFrameError, TimeoutError):
            raise SandboxError("a worker does not start") from None
        if head["event"] != "ready":
            raise SandboxError(head["words"])

    def run(self, job: Job) -> Run:
        """Send a job, and gather what comes back until its end."""
        calls: list[Call] = []
        try:
            for head in self._heads(job):
                if head["event"] == "case":
                    calls.append(call_of(head, is_script=job.order.program.entry is None))
                    continue
                return Run(tuple(calls), stop_of(head), self._level)
        except (BrokenFrameError, TimeoutError, ValueError, LookupError):
            self._is_hit = True
        return failed(self._level, "the worker ended", tuple(calls))

    def interrupt(self, job: Job) -> None:  # noqa: ARG002 - whichever it is
        """End the process: nothing less ends what runs in it at once."""
        self._is_hit = True
        self.hang_up()

    def hang_up(self) -> None:
        """Have the process end what it runs, and itself."""
        self._channel.hang_up()

    def end(self) -> None:
        """Wait until the process has ended; end it if it takes too long."""
        with self._lock:
            self.hang_up()
            try:
                self._process.wait(_FAREWELL)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            _close(self._socket)

    def replace(self) -> None:
        """Start anew; other orders are not touched."""
        self.end()
        for attempt in range(_TRIES):
            if not self.is_wanted:
                return
            with contextlib.suppress(SandboxError, OSError):
                self._start()
                self.await_start()
                return
            time.sleep(0.2 * 2**attempt)
            self.end()

    def _start(self) -> None:
        with contextlib.suppress(FileExistsError):
            os.mkdir(self._setup["scratch"])
        with self._lock:
            if not self.is_wanted:
                raise SandboxError("the sandbox is closed")
            ours, theirs = socket.socketpair()
            _sockets.update((ours, theirs))
            try:
                self._process = self._started(theirs.fileno())
            except BaseException:
                _close(ours)
                raise
            finally:
                _close(theirs)
            self._socket, self._channel = ours, Channel(ours)

    def _started(self, descriptor: int) -> subprocess.Popen[bytes]:
        here = str(Path(__file__).parent)
        arguments = [here, str(descriptor), json.dumps(self._setup)]
        return subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", program_of("worker"), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[descriptor],
            env={"PATH": os.environ.get("PATH", os.defpath)},
            start_new_session=True,
        )

    def _heads(self, job: Job) -> Iterator[dict[str, Any]]:
        grace = _GRACE * len(job.frames)
        self._channel.send(*job.frames, deadline=time.monotonic() + grace)
        patience = 2 * job.order.limits.wall + _PATIENCE
        while True:
            head = json.loads(self._channel.receive(time.monotonic() + patience))
            if head.get("blobs"):
                head["answer"] = self._channel.receive(time.monotonic() + _GRACE)
                head["output"] = self._channel.receive(time.monotonic() + _GRACE)
            yield head
