"""What code under test cannot reach.

Layers, each where the platform has it: namespaces (nothing outside can be written, no
network, no other process can be seen), limits on resources, a filter of
system calls (`effilint.measure.seccomp`), and an audit hook. The hook is a seat
belt, not a wall: code that wants to get round it can. Where namespaces are refused (some
containers, macOS) only the limits and the hook are left.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from typing import Any

_NEWNS, _NEWIPC, _NEWUSER, _NEWPID, _NEWNET = (
    0x20000, 0x8000000, 0x10000000, 0x20000000, 0x40000000,
)  # fmt: skip
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_REC, _MS_PRIVATE = 1, 2, 4, 0x4000, 0x40000
_MOUNT_SETATTR = 442  # the number is the same on every architecture
_CAPSET = {"x86_64": 126, "aarch64": 91}
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_NO_NEW_PRIVILEGES, _DIE_WITH_PARENT, _KILL = 38, 1, 9

_MEMORY = 2 << 30  # bytes of address space
_FILE = 16 << 20  # bytes of a file
_REFUSED = frozenset(
    "subprocess.Popen os.system os.exec os.posix_spawn os.spawn os.fork os.forkpty pty.spawn "
    "os.kill os.killpg signal.pthread_kill socket.connect socket.bind socket.sendto "
    "socket.sendmsg socket.getaddrinfo socket.gethostbyname socket.gethostbyaddr "
    "syslog.openlog webbrowser.open".split()
)
_ON_PATHS = frozenset(
    "os.remove os.rename os.rmdir os.mkdir os.link os.symlink os.truncate os.chmod os.chown "
    "os.lchown os.utime os.setxattr os.removexattr shutil.rmtree shutil.move "
    "shutil.copyfile sqlite3.connect".split()
)
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def enter_namespaces(scratch: str) -> bool:
    """Leave everything but reading files behind; whether a new world was begun.

    `scratch` becomes a small folder in memory, the one place that can be written. The process
    itself keeps its identity: its next child is the first process of the new world. A platform
    that lets us in may still refuse a step; then the audit hook has to do.
    """
    if sys.platform != "linux":
        return False
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.getuid(), os.getgid()
    if libc.unshare(_NEWUSER | _NEWNS | _NEWPID | _NEWNET | _NEWIPC) != 0:
        return False
    for name, line in (
        ("setgroups", "deny"),
        ("uid_map", f"0 {user} 1"),
        ("gid_map", f"0 {group} 1"),
    ):
        with contextlib.suppress(OSError), open(f"/proc/self/{name}", "w") as file:
            file.write(line)
    read_only = (ctypes.c_uint64 * 4)(_MS_RDONLY | _MS_NOSUID, 0, 0, 0)
    libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None)
    libc.syscall(_MOUNT_SETATTR, _AT_FDCWD, b"/", _AT_RECURSIVE, read_only, 32)
    _memory(libc, scratch, 0)
    _memory(libc, "/proc", _MS_RDONLY)  # the environment of others is in there
    return True


def _memory(libc: Any, folder: str, flags: int) -> None:
    flags |= _MS_NOSUID | _MS_NODEV
    libc.mount(b"tmpfs", os.fsencode(folder), b"tmpfs", flags, b"size=64m")


def give_up_privileges() -> None:
    """End with the process that started this one, and never again gain a right."""
    if sys.platform != "linux":
        return
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_DIE_WITH_PARENT, _KILL, 0, 0, 0)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    number = _CAPSET.get(os.uname().machine)
    if number is not None:
        header = (ctypes.c_uint32 * 2)(0x20080522, 0)
        libc.syscall(number, header, (ctypes.c_uint32 * 6)())


def limit() -> None:
    """Limit memory, files and processes. Not the processor time: the kernel would then count it
    in steps too coarse to measure with, and whoever started us ends us in time.
    """
    import resource

    wanted = {"AS": _MEMORY, "FSIZE": _FILE, "NOFILE": 64, "NPROC": 64, "CORE": 0}
    for name, value in wanted.items():
        which = getattr(resource, f"RLIMIT_{name}", None)
        if which is None:
            continue
        _, most = resource.getrlimit(which)
        value = value if most == resource.RLIM_INFINITY else min(value, most)
        try:
            resource.setrlimit(which, (value, value))
        except (ValueError, OSError):  # macOS refuses some
            continue


def refuse(scratch: str) -> None:
    """Raise `PermissionError` in this process for processes, signals, network and writing."""
    inside = os.path.realpath(scratch) + os.sep
    sys.addaudithook(_hook(inside))


def _hook(inside: str) -> Callable[[str, tuple[Any, ...]], None]:
    fspath, realpath, fsdecode = os.fspath, os.path.realpath, os.fsdecode

    def is_outside(path: Any) -> bool:
        if isinstance(path, int):
            return False  # a descriptor that is open already
        try:
            return not (realpath(fsdecode(fspath(path))) + os.sep).startswith(inside)
        except (TypeError, ValueError):
            return False

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if path is None or isinstance(path, int):
                return
            if (flags or 0) & _WRITES and path != os.devnull and is_outside(path):
                raise PermissionError(f"cannot write {path!r}: it is outside the scratch folder")
            if str(path).startswith("/proc/"):
                raise PermissionError("cannot read /proc")
        elif event in _REFUSED:
            raise PermissionError(f"{event} is refused")
        elif event in _ON_PATHS and any(map(is_outside, arguments[:2])):
            raise PermissionError(f"{event} is refused outside the scratch folder")

    return hook
