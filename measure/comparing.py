"""Comparing that comes to an end, whatever an answer was made to be."""

from __future__ import annotations

import os
import resource
import select
import signal
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

from effilint.measure.isolation import die_with_parent
from effilint.measure.wire import NotPlainError

_LONGEST, _LONGEST_WALL = 8, 20.0  # seconds for comparing one result; others run here too
_SMALL = 1 << 14  # bytes of a result that no single step takes long for
_WORDS = 1000  # bytes
_RIGHT, _WRONG, _NOT_PLAIN = b"1", b"0", b"?"


class TooLongError(Exception):
    """Comparing takes too long."""


def in_time(compare: Callable[[], bool], size: int) -> bool:
    """Return what a comparison of so many bytes comes to; `TooLongError` if it takes too long.

    A large result is compared in a process of its own: a single step of the interpreter, such as
    the sum of numbers of megabytes, cannot be interrupted.
    """
    return _here(compare) if size <= _SMALL else _apart(compare)


def _here(compare: Callable[[], bool]) -> bool:
    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TooLongError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, _LONGEST)
    try:
        return compare()
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _apart(compare: Callable[[], bool]) -> bool:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _tell(compare, writing)
    os.close(writing)
    is_told, _, _ = select.select([reading], [], [], _LONGEST_WALL)
    said = os.read(reading, _WORDS) if is_told else b""
    os.close(reading)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    if not said:
        raise TooLongError
    if said.startswith(_NOT_PLAIN):
        raise NotPlainError(said.removeprefix(_NOT_PLAIN).decode("utf-8", "replace"))
    return said == _RIGHT


def _tell(compare: Callable[[], bool], writing: int) -> NoReturn:
    """Compare and say how it came out, if the kernel does not end this process before that."""
    try:
        die_with_parent()
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (_LONGEST, _LONGEST))
        said = _RIGHT if compare() else _WRONG
        os.write(writing, said)
    except NotPlainError as found:
        os.write(writing, (_NOT_PLAIN + str(found).encode("utf-8", "replace"))[:_WORDS])
    finally:
        os._exit(0)
