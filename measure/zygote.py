"""The process that programs are forked from: warm, and without a word of any program.

It imports what is to be warm, and forks when the keeper beside it says so. It never reads an order,
an input or an answer: what a program finds in its memory is what was there at the start.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import socket
import sys
import time
from collections.abc import Sequence
from typing import Any, NoReturn

from effilint.measure import isolation, runner
from effilint.measure.isolation import NEW_NAMESPACES, Cell, Level
from effilint.measure.libc import checked, libc
from effilint.measure.wire import Channel

_LAST_BREATH = 0.2  # seconds for a process that hung up to come to its end
_LONGEST = 64  # bytes of a word between keeper and zygote
_READY = b"ready"


class ZygoteError(Exception):
    """The zygote ended; it has told why on standard error."""


class Zygote:
    """The keeper's way to the process that forks.

    `setup`: `level`, `scratch` (a folder), `readable` (folders), `user` (to become; 0 for none),
    `warm` and `imports` (modules of the standard library, and any), `path` (to search them in).
    """

    def __init__(self, setup: dict[str, Any], outside: Channel) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        if os.fork() == 0:
            outside.close()
            self._socket.close()
            _serve(theirs, setup)
        theirs.close()
        if self._word() != _READY:
            raise ZygoteError

    def fork(self, files: Sequence[int]) -> int:
        """Return the number of a new process that waits for its order.

        `files`: its socket, and its standard input, output and error; they stay open here.
        """
        socket.send_fds(self._socket, [b"fork"], files)
        return int(self._word())

    def waits(self, pid: int) -> None:
        """Give a process that hung up a moment to come to its own end."""
        self._asked(b"wait", pid)

    def reap(self, pid: int) -> int:
        """Wait for a process that was killed, and return its exit code, or minus the signal."""
        return self._asked(b"reap", pid)

    def _asked(self, what: bytes, pid: int) -> int:
        self._socket.send(b"%b %d" % (what, pid))
        return int(self._word())

    def _word(self) -> bytes:
        word = self._socket.recv(_LONGEST)
        if not word:
            raise ZygoteError
        return word


def _serve(keeper: socket.socket, setup: dict[str, Any]) -> NoReturn:
    """Fork and reap as the keeper says, until it hangs up."""
    status = 1
    try:
        isolation.die_with_parent()
        sys.argv[:] = sys.orig_argv[:] = ["solution.py"]
        sys.path[:] = [*sys.path, *setup["path"]]
        for name in (*setup["warm"], *setup["imports"]):
            importlib.import_module(name)
        if setup["user"]:
            isolation.become(setup["user"])
        forks = _Forks(setup)
        runner.get_ready()
        gc.collect()
        gc.freeze()
        keeper.send(_READY)
        while True:
            word, files, _, _ = socket.recv_fds(keeper, _LONGEST, 4)
            if not word:
                break
            what, _, number = word.partition(b" ")
            if what == b"fork":
                keeper.send(b"%d" % forks.fork(keeper, files))
            elif what == b"wait":
                _wait(int(number))
                keeper.send(b"0")
            else:
                _, code = os.waitpid(int(number), 0)
                keeper.send(b"%d" % os.waitstatus_to_exitcode(code))
        status = 0
    except Exception as error:  # the last line is what somebody will read
        with contextlib.suppress(Exception):
            print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
    os._exit(status)


def _wait(pid: int) -> None:
    end = time.monotonic() + _LAST_BREATH
    flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
    while time.monotonic() < end and os.waitid(os.P_PID, pid, flags) is None:
        time.sleep(0.001)


class _Forks:
    """Makes processes that wait for their order; with namespaces each in a world of its own."""

    def __init__(self, setup: dict[str, Any]) -> None:
        self._level = Level(setup["level"])
        self._libc = libc()
        self._home = -1
        if self._level is Level.NAMESPACES:
            self._home = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        # What the standard library wants done after a fork takes time, and mends next to nothing
        # where one thread forks; chance is seeded anew in `runner`.
        self._has_hooks = bool(setup["imports"])
        self._cell = Cell(self._level, setup["scratch"], setup["readable"])

    def fork(self, keeper: socket.socket, files: Sequence[int]) -> int:
        """Return the number of the new process, and let go of its files."""
        pid = self._forked()
        if pid == 0:
            keeper.close()
            channel, *standard = files
            for place, file in enumerate(standard):
                os.dup2(file, place)
            for file in standard:
                os.close(file)
            runner.run(Channel(socket.socket(fileno=channel)), self._cell)
        for file in files:
            os.close(file)
        return pid

    def _fork(self) -> int:
        return os.fork() if self._has_hooks else checked(self._libc.fork(), "fork")

    def _forked(self) -> int:
        if self._level is not Level.NAMESPACES:
            return self._fork()
        flag = NEW_NAMESPACES["pid"]
        checked(self._libc.unshare(flag), "unshare")
        pid = self._fork()
        if pid:
            checked(self._libc.setns(self._home, flag), "setns")
        else:
            os.close(self._home)
        return pid
