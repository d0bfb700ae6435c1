"""What the process of one program gives up before it runs it.

Levels, from the strongest: namespaces (nothing outside is there to be seen), Landlock (it is there
but cannot be touched), a filter of system calls without any that takes a path, nothing. Each has
what the ones below it have, as far as the kernel goes along.
"""

from __future__ import annotations

import ctypes
import enum
import os
import resource
import sys
from collections.abc import Sequence

from effilint.measure import landlock, seccomp
from effilint.measure.libc import checked, libc

NEW_NAMESPACES = {"mount": 0x20000, "pid": 0x20000000}
_READ_ONLY, _NO_SUID, _NO_DEVICES, _NO_EXEC, _REMOUNT = 1, 2, 4, 8, 32
_DIE_WITH_PARENT, _SET_DUMPABLE, _KEEP_CAPABILITIES, _NO_NEW_PRIVILEGES = 1, 4, 8, 38
_KILL = 9
_CAPSET = {"x86_64": 126, "aarch64": 91}
_CAPABILITIES_3 = 0x20080522
_SYS_PTRACE, _SYS_ADMIN = 1 << 19, 1 << 21

_SELF = "/proc/self"
_SCRATCH, _SMALL = b"mode=1777,size=16m,nr_inodes=1000", b"size=16k"
_SHARED, _LOCKS = "/dev/shm", b"mode=1777,size=256k,nr_inodes=64"  # for locks of multiprocessing
_NULL = "/dev/null"
_STATES = ("/proc/self/status", "/proc/self/statm")
# Not the processor time: the kernel would then count it in steps too coarse to measure with, and
# whoever started us ends us in time.
_FOR_ALL = {
    resource.RLIMIT_FSIZE: 16 << 20,
    resource.RLIMIT_NOFILE: 64,
    resource.RLIMIT_STACK: 64 << 20,
    resource.RLIMIT_CORE: 0,
}
_THREADS = 64
_ROOM = 1 << 30  # bytes of addresses for the stacks of threads, which stay empty mostly


class Level(enum.IntEnum):
    """How strongly code under test is kept in."""

    NONE = 0
    SECCOMP = 1
    LANDLOCK = 2
    NAMESPACES = 3

    @property
    def label(self) -> str:
        """`L0` to `L3`."""
        return f"L{self.value}"


def die_with_parent() -> None:
    """End this process when the one that started it ends."""
    if sys.platform == "linux":
        checked(libc().prctl(_DIE_WITH_PARENT, _KILL, 0, 0, 0), "die with the parent")


def become(user: int) -> None:
    """Change from root to another user for good, keeping what making namespaces takes."""
    library = libc()
    checked(library.prctl(_KEEP_CAPABILITIES, 1, 0, 0, 0), "keep capabilities")
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    _set_capabilities(library, _SYS_ADMIN | _SYS_PTRACE)
    checked(library.prctl(_SET_DUMPABLE, 1, 0, 0, 0), "set dumpable")


class Cell:
    """What the programs of one worker are shut in with, up to `level`.

    What can be is done once, in the process that they are forked from: making it takes its gain of
    privileges, and at most so many files; with namespaces it does not see `/proc` any more.
    `readable` are paths, `scratch` the folder that programs work in, the only one to write in.
    """

    def __init__(self, level: Level, scratch: str, readable: Sequence[str]) -> None:
        self._level, self._scratch, self._readable = level, scratch, tuple(readable)
        if sys.platform != "linux":  # no level but none gets here
            return
        self._room = _address_space() + _ROOM
        self._kept = {path: _content(path) for path in _STATES}
        self._libc = libc()
        checked(self._libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0), "no new privileges")
        for which, value in _FOR_ALL.items():
            _limit(which, value)
        if level is Level.NAMESPACES:
            self._enter_namespace()
            _mount(self._libc, "/proc", _READ_ONLY | _NO_EXEC, _SMALL)
        self._rules = self._landlocked(()) if level is Level.LANDLOCK else -1
        self._filter = seccomp.Filter(paths=level >= Level.LANDLOCK) if level else None

    def enter(self, memory: int, *, with_states: bool = False) -> None:
        """Shut the calling process in for good, with `memory` bytes of addresses to grow by.

        `with_states`: what `/proc/self` tells of memory can be read, as it was once. Raises
        `OSError` where the kernel refuses a step: nothing may be run then.
        """
        if sys.platform != "linux":
            os.chdir(self._scratch)
            return
        die_with_parent()
        if self._level is Level.NAMESPACES:
            self._enter_namespace()
            _mount(self._libc, self._scratch, 0, _SCRATCH)
            _mount(self._libc, _SHARED, _NO_EXEC, _LOCKS)
            if with_states:
                self._show_states()
        os.chdir(self._scratch)
        _set_capabilities(self._libc, 0)
        _limit(resource.RLIMIT_AS, self._room + memory)
        if self._level is Level.NAMESPACES:
            # Threads are counted by user: where others run under the same one, their stacks have
            # to limit them.
            _limit(resource.RLIMIT_NPROC, _THREADS)
            if landlock.version():
                # What can be seen may be read; pipes of others could be written to otherwise.
                landlock.restrict(landlock.rules(["/"], [self._scratch, _SHARED, _NULL]))
        elif self._level is Level.LANDLOCK:
            rules = self._rules
            if with_states:
                os.close(rules)
                rules = self._landlocked(_STATES)
            landlock.restrict(rules)
        if self._filter is not None:
            self._filter.install()

    def _enter_namespace(self) -> None:
        checked(self._libc.unshare(NEW_NAMESPACES["mount"]), "unshare")

    def _landlocked(self, states: Sequence[str]) -> int:
        return landlock.rules([*self._readable, *states], [self._scratch, _NULL])

    def _show_states(self) -> None:
        _mount(self._libc, "/proc", _NO_EXEC, _SMALL)
        os.mkdir(_SELF)
        for path, content in self._kept.items():
            with open(path, "wb") as file:
                file.write(content)
        _mount(self._libc, "/proc", _REMOUNT | _READ_ONLY | _NO_EXEC, _SMALL)


def _content(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _mount(library: ctypes.CDLL, folder: str, flags: int, options: bytes) -> None:
    flags |= _NO_SUID | _NO_DEVICES
    checked(library.mount(b"tmpfs", os.fsencode(folder), b"tmpfs", flags, options), "mount")


def _set_capabilities(library: ctypes.CDLL, wanted: int) -> None:
    number = _CAPSET.get(os.uname().machine)
    if sys.platform != "linux" or number is None:
        return
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_3, 0)
    data = (ctypes.c_uint32 * 6)(wanted, wanted, 0, 0, 0, 0)
    checked(library.syscall(number, header, data), "capset")


def _limit(which: int, value: int) -> None:
    _, most = resource.getrlimit(which)
    value = value if most == resource.RLIM_INFINITY else min(value, most)
    resource.setrlimit(which, (value, value))


def _address_space() -> int:
    """The bytes of address space that this process has by now."""
    with open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[0]) * resource.getpagesize()
