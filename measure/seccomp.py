"""A filter of system calls for the process that runs code under test.

Whatever is not on the list is refused with `EPERM`. Some calls are let through for some arguments
only: threads but no processes, signals to the process itself, no way to have the kernel send a
signal to somebody else, no new limits, no addressed datagrams. Calls of another architecture (or
of x32) end the process. Numbers: `asm/unistd_64.h` and `asm-generic/unistd.h` of Linux.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from functools import cache

from effilint.measure.libc import checked, libc

# Name, number on x86_64, number on aarch64 (None where there is no such call).
_Table = tuple[tuple[str, "int | None", "int | None"], ...]

_ALWAYS: _Table = (
    ("read", 0, 63), ("write", 1, 64), ("readv", 19, 65), ("writev", 20, 66),
    ("pread64", 17, 67), ("pwrite64", 18, 68), ("close", 3, 57), ("lseek", 8, 62),
    ("fstat", 5, 80), ("dup", 32, 23), ("dup2", 33, None), ("dup3", 292, 24),
    ("ftruncate", 77, 46), ("fsync", 74, 82), ("fdatasync", 75, 83), ("fallocate", 285, 47),
    ("flock", 73, 32), ("fadvise64", 221, 223), ("copy_file_range", 326, 285),
    ("sendfile", 40, 71), ("umask", 95, 166), ("fstatfs", 138, 44),
    ("mmap", 9, 222), ("munmap", 11, 215), ("mremap", 25, 216), ("mprotect", 10, 226),
    ("madvise", 28, 233), ("brk", 12, 214), ("mlock", 149, 228), ("munlock", 150, 229),
    ("msync", 26, 227), ("mincore", 27, 232), ("membarrier", 324, 283),
    ("rt_sigaction", 13, 134), ("rt_sigprocmask", 14, 135), ("rt_sigreturn", 15, 139),
    ("rt_sigpending", 127, 136), ("rt_sigtimedwait", 128, 137), ("rt_sigsuspend", 130, 133),
    ("sigaltstack", 131, 132), ("pause", 34, None), ("alarm", 37, None),
    ("setitimer", 38, 103), ("getitimer", 36, 102),
    ("nanosleep", 35, 101), ("clock_nanosleep", 230, 115), ("clock_gettime", 228, 113),
    ("clock_getres", 229, 114), ("gettimeofday", 96, 169), ("time", 201, None),
    ("times", 100, 153),
    ("getpid", 39, 172), ("getppid", 110, 173), ("gettid", 186, 178), ("getuid", 102, 174),
    ("geteuid", 107, 175), ("getgid", 104, 176), ("getegid", 108, 177),
    ("getresuid", 118, 148), ("getresgid", 120, 150), ("getgroups", 115, 158),
    ("getpgrp", 111, None), ("getpgid", 121, 155), ("getsid", 124, 156), ("uname", 63, 160),
    ("sysinfo", 99, 179), ("getrusage", 98, 165), ("getrlimit", 97, 163),
    ("getrandom", 318, 278), ("getcpu", 309, 168), ("getpriority", 140, 141),
    ("sched_yield", 24, 124), ("sched_getaffinity", 204, 123), ("sched_getparam", 143, 121),
    ("sched_getscheduler", 145, 120), ("sched_get_priority_max", 146, 125),
    ("sched_get_priority_min", 147, 126),
    ("futex", 202, 98), ("futex_waitv", 449, 449), ("set_robust_list", 273, 99),
    ("get_robust_list", 274, 100), ("set_tid_address", 218, 96), ("rseq", 334, 293),
    ("exit", 60, 93), ("exit_group", 231, 94), ("restart_syscall", 219, 128),
    ("poll", 7, None), ("ppoll", 271, 73), ("select", 23, None), ("pselect6", 270, 72),
    ("epoll_create", 213, None), ("epoll_create1", 291, 20), ("epoll_ctl", 233, 21),
    ("epoll_wait", 232, None), ("epoll_pwait", 281, 22), ("epoll_pwait2", 441, 441),
    ("eventfd2", 290, 19), ("pipe", 22, None), ("pipe2", 293, 59),
    ("recvfrom", 45, 207), ("shutdown", 48, 210), ("getsockopt", 55, 209),
    ("getsockname", 51, 204), ("getpeername", 52, 205),
)  # fmt: skip
_ON_PATHS: _Table = (
    ("open", 2, None), ("openat", 257, 56), ("stat", 4, None), ("lstat", 6, None),
    ("newfstatat", 262, 79), ("statx", 332, 291), ("access", 21, None),
    ("faccessat", 269, 48), ("faccessat2", 439, 439), ("readlink", 89, None),
    ("readlinkat", 267, 78), ("getcwd", 79, 17), ("chdir", 80, 49), ("fchdir", 81, 50),
    ("getdents", 78, None), ("getdents64", 217, 61), ("truncate", 76, 45),
    ("statfs", 137, 43), ("unlink", 87, None), ("unlinkat", 263, 35), ("mkdir", 83, None),
    ("mkdirat", 258, 34), ("rmdir", 84, None), ("rename", 82, None), ("renameat", 264, 38),
    ("renameat2", 316, 276), ("link", 86, None), ("linkat", 265, 37),
    ("symlink", 88, None), ("symlinkat", 266, 36),
)  # fmt: skip

_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32 = 0x40000000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _AND, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06  # BPF
_JUMP, _FARTHEST = 0x05, 255
_ALLOW, _ERROR, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_EPERM, _ENOSYS = 1, 38
_SET_MODE_FILTER, _SPECULATION_ALLOWED = 1, 4
_SECCOMP = {"x86_64": 317, "aarch64": 277}
_PR_SET_SECCOMP, _PR_FILTER = 22, 2

_THREAD, _NEW_NAMESPACES = 0x10000, 0x7E020000
_O_ASYNC = 0x2000
_AT_EMPTY_PATH = 0x1000
_F_SETFL = 4
_ITSELF = 0x7FFFFFFF  # in place of the number of a process, which no process has
_FCNTL = (0, 1, 2, 3, 5, 6, 7, 1030)  # DUPFD, GETFD, SETFD, GETFL, locks, DUPFD_CLOEXEC
_IOCTL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # TCGETS, GWINSZ, FIO*
_PRCTL = (3, 15, 16, 0x53564D41)  # GET_DUMPABLE, SET_NAME, GET_NAME, SET_VMA
_UNIX, _STREAM, _KIND_OF_SOCKET = 1, 1, 0xF

_Step = tuple[int, int, int, int]
_REFUSED: list[_Step] = [(_RETURN, 0, 0, _ERROR | _EPERM)]


def is_supported() -> bool:
    """Whether there are tables for this machine."""
    return sys.platform == "linux" and os.uname().machine in _ARCHITECTURES


class Filter:
    """A filter that is worked out in advance, but for the number of the process.

    Without `paths` no file can be opened or looked up any more: for machines that have no other
    way to keep code from files.
    """

    def __init__(self, *, paths: bool) -> None:
        self._machine, self._paths = os.uname().machine, paths
        _common(self._machine, paths=paths)

    def install(self) -> None:
        """Filter the calls of this process for good; `OSError` where the kernel refuses.

        The process must have given up the gain of privileges before.
        """
        program = _program(self._machine, os.getpid(), paths=self._paths)
        memory = ctypes.c_char_p(program)
        address = ctypes.cast(memory, ctypes.c_void_p).value
        header = ctypes.c_char_p(struct.pack("HxxxxxxQ", len(program) // 8, address))
        library, call = libc(), _SECCOMP[self._machine]
        # Without this flag older kernels slow the process down to guard against its speculation.
        if library.syscall(call, _SET_MODE_FILTER, _SPECULATION_ALLOWED, header) == 0:
            return
        checked(library.prctl(_PR_SET_SECCOMP, _PR_FILTER, header, 0, 0), "seccomp")


def _program(machine: str, pid: int, *, paths: bool) -> bytes:
    """The filter of one process."""
    itself = struct.pack("HBBI", *_if_equal(pid))
    return _common(machine, paths=paths).replace(struct.pack("HBBI", *_if_equal(_ITSELF)), itself)


@cache
def _common(machine: str, *, paths: bool) -> bytes:
    """The filter of any process, as a search tree: the kernel tries every call on it at once."""
    steps: list[_Step] = [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 1, 0, _ARCHITECTURES[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),
    ]
    ranges = [(0, _REFUSED)]
    for number, code in sorted(_codes(machine, paths=paths).items()):
        if ranges[-1][0] == number:
            ranges.pop()
        if not ranges or ranges[-1][1] != code:
            ranges.append((number, code))
        ranges.append((number + 1, _REFUSED))
    if machine == "x86_64":
        ranges.append((_X32, [(_RETURN, 0, 0, _KILL)]))
    steps += _tree(ranges)
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def _tree(ranges: list[tuple[int, list[_Step]]]) -> list[_Step]:
    """Code that finds the range a number is in; each is given by its start."""
    if len(ranges) == 1:
        return ranges[0][1]
    middle = len(ranges) // 2
    below, above = _tree(ranges[:middle]), _tree(ranges[middle:])
    if len(below) > _FARTHEST:  # a longer jump than a condition can make
        return [(_AT_LEAST, 0, 1, ranges[middle][0]), (_JUMP, 0, 0, len(below)), *below, *above]
    return [(_AT_LEAST, len(below), 0, ranges[middle][0]), *below, *above]


def _codes(machine: str, *, paths: bool) -> dict[int, list[_Step]]:
    """What is to be done about a call, by its number, if it is not to be refused."""
    column = 1 if machine == "x86_64" else 2
    is_x86 = machine == "x86_64"
    found = {
        number: _allow()
        for row in (*_ALWAYS, *(_ON_PATHS if paths else ()))
        if isinstance(number := row[column], int)
    }
    # Programs raise their limits for deep recursion: they are told that it is done.
    pretend = [(_RETURN, 0, 0, _ERROR)]
    found |= {
        62 if is_x86 else 129: _if_one_of(0, (_ITSELF,)),  # kill
        234 if is_x86 else 131: _if_one_of(0, (_ITSELF,)),  # tgkill
        16 if is_x86 else 29: _if_one_of(1, _IOCTL),
        157 if is_x86 else 167: _if_one_of(0, _PRCTL),
        72 if is_x86 else 25: _fcntl(),
        56 if is_x86 else 220: _clone(),
        435: [(_RETURN, 0, 0, _ERROR | _ENOSYS)],  # clone3: its flags are out of sight
        160 if is_x86 else 164: pretend,  # setrlimit
        302 if is_x86 else 261: _without_pointer(2, pretend),  # prlimit64
        44 if is_x86 else 206: _without_pointer(4, _REFUSED),  # sendto
        53 if is_x86 else 199: _socketpair(),
    }
    if not paths:  # newfstatat, which is what `fstat` is in newer C libraries
        empty = [*_load(3), (_ANY_BIT, 0, 1, _AT_EMPTY_PATH), *_allow(), *_REFUSED]
        found[262 if is_x86 else 79] = empty
    return found


def _load(argument: int, *, high: bool = False) -> list[_Step]:
    return [(_LOAD, 0, 0, 16 + 8 * argument + 4 * high)]


def _allow() -> list[_Step]:
    return [(_RETURN, 0, 0, _ALLOW)]


def _if_one_of(argument: int, values: tuple[int, ...]) -> list[_Step]:
    return [*_load(argument), *_allowed(values), *_REFUSED]


def _if_equal(value: int) -> _Step:
    return (_EQUAL, 0, 1, value)


def _allowed(values: tuple[int, ...]) -> list[_Step]:
    return [step for value in values for step in (_if_equal(value), *_allow())]


def _without_pointer(argument: int, otherwise: list[_Step]) -> list[_Step]:
    high, low = _load(argument, high=True), _load(argument)
    return [*high, (_EQUAL, 0, 3, 0), *low, (_EQUAL, 0, 1, 0), *_allow(), *otherwise]


def _fcntl() -> list[_Step]:
    flags = [(_EQUAL, 0, 3, _F_SETFL), *_load(2), (_ANY_BIT, 1, 0, _O_ASYNC), *_allow()]
    return [*_load(1), *_allowed(_FCNTL), *flags, *_REFUSED]


def _clone() -> list[_Step]:
    tests = [(_ANY_BIT, 2, 0, _NEW_NAMESPACES), (_ANY_BIT, 0, 1, _THREAD)]
    return [*_load(0), *tests, *_allow(), *_REFUSED]


def _socketpair() -> list[_Step]:
    kind = [*_load(1), (_AND, 0, 0, _KIND_OF_SOCKET), (_EQUAL, 0, 1, _STREAM)]
    return [*_load(0), (_EQUAL, 0, 4, _UNIX), *kind, *_allow(), *_REFUSED]
