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

from effilint.measure import landlock, seccomp
from effilint.measure.libc import checked, libc

NEW_NAMESPACES = {"mount": 0x20000, "pid": 0x20000000}
_READ_ONLY, _NO_SUID, _NO_DEVICES, _NO_EXEC, _REMOUNT = 1, 2, 4, 8, 32
_DIE_WITH_PARENT, _SET_DUMPABLE, _KEEP_CAPABILITIES, _NO_NEW_PRIVILEGES = 1, 4, 8, 38
_KILL = 9
_CAPSET = {"x86_64": 126, "aarch64": 91}
_CAPABILITIES_3 = 0x20080522
_SYS_PTRACE, _SYS_ADMIN = 1 << 19, 1 << 21

_SELF = "/proc/self/"
_SCRATCH, _SMALL = b"mode=1777,size=16m,nr_inodes=1000", b"size=16k"
_SHARED, _LOCKS = "/dev/shm", b"mode=1777,size=256k,nr_inodes=64"  # for locks of multiprocessing
_OPEN_FILES, _THREADS, _LARGEST_FILE, _STACK = 64, 64, 16 << 20, 64 << 20
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


def confine(level: Level, scratch: str, readable: list[str], memory: int) -> None:
    """Give up all that `level` takes; `scratch` becomes the working folder, empty, to write in.

    `memory` is how many bytes of addresses it may still grow by, beyond room for stacks. Files of
    `/proc/self` that are `readable` stay there as they are now. Raises `OSError` where the kernel
    refuses a step: nothing may be run then.
    """
    room = _address_space() + memory + _ROOM
    if sys.platform != "linux":  # no level but none gets here
        os.chdir(scratch)
        return
    die_with_parent()
    library = libc()
    if level is Level.NAMESPACES:
        checked(library.unshare(NEW_NAMESPACES["mount"]), "unshare")
        _mount(library, scratch, 0, _SCRATCH)
        _mount(library, _SHARED, _NO_EXEC, _LOCKS)
        _cover_processes(library, [path for path in readable if path.startswith(_SELF)])
    os.chdir(scratch)
    checked(library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0), "no new privileges")
    _set_capabilities(library, 0)
    _limit(room, threads=level is Level.NAMESPACES)
    if level is Level.LANDLOCK:
        landlock.restrict(readable, [scratch, "/dev/null"])
    elif level is Level.NAMESPACES and landlock.version():
        # What can be seen may be read; pipes of others could be written to otherwise.
        landlock.restrict(["/"], [scratch, _SHARED, "/dev/null"])
    if level:
        seccomp.install(paths=level >= Level.LANDLOCK)


def _cover_processes(library: ctypes.CDLL, kept: list[str]) -> None:
    """Hide `/proc`: the processes of others and their environments are in there."""
    if not kept:
        _mount(library, "/proc", _READ_ONLY | _NO_EXEC, _SMALL)
        return
    contents = []
    for path in kept:
        with open(path, "rb") as file:
            contents.append(file.read())
    _mount(library, "/proc", _NO_EXEC, _SMALL)
    os.mkdir(_SELF)
    for path, content in zip(kept, contents, strict=True):
        with open(path, "wb") as file:
            file.write(content)
    _mount(library, "/proc", _REMOUNT | _READ_ONLY | _NO_EXEC, _SMALL)


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


def _limit(room: int, *, threads: bool) -> None:
    """Limit memory, files and threads.

    Not the processor time: the kernel would then count it in steps too coarse to measure with,
    and whoever started us ends us in time. Threads are counted by user: where others run under
    the same one, their stacks have to limit them.
    """
    wanted = {
        resource.RLIMIT_AS: room,
        resource.RLIMIT_FSIZE: _LARGEST_FILE,
        resource.RLIMIT_NOFILE: _OPEN_FILES,
        resource.RLIMIT_STACK: _STACK,
        resource.RLIMIT_CORE: 0,
    }
    if threads:
        wanted[resource.RLIMIT_NPROC] = _THREADS
    for which, value in wanted.items():
        _, most = resource.getrlimit(which)
        value = value if most == resource.RLIM_INFINITY else min(value, most)
        resource.setrlimit(which, (value, value))


def _address_space() -> int:
    """The bytes of address space that this process has by now."""
    if sys.platform != "linux":
        return 0
    with open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[0]) * resource.getpagesize()
