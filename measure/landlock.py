"""Landlock: a process takes from itself, for good, all of the file system but what is named.

It needs no privilege. `include/uapi/linux/landlock.h` of Linux tells the numbers.
"""

from __future__ import annotations

import ctypes
import os
import stat
import sys
from collections.abc import Iterable
from functools import cache

from effilint.measure.libc import checked, libc

_NAME = "Landlock"
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_TELL_VERSION, _PATH_BENEATH = 1, 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 1 << 1, 1 << 2, 1 << 3
_TRUNCATE = 1 << 14
_READ = _READ_FILE | _READ_DIR
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE
_HANDLED = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
_CONNECTIONS = 0b11  # bind and connect of TCP, from version 4
_SCOPES = 0b11  # abstract sockets and signals of others, from version 6


@cache
def version() -> int:
    """Return the version of Landlock that the kernel has, 0 for none."""
    if sys.platform != "linux":
        return 0
    found: int = libc().syscall(_CREATE_RULESET, None, 0, _TELL_VERSION)
    return max(0, found)


def rules(readable: Iterable[str], writable: Iterable[str]) -> int:
    """Return the descriptor of rules that leave these files and folders, with what is in them.

    A folder is the one that has this name now. Raises `OSError` where the kernel has no Landlock.
    """
    found = version()
    handled = next(
        (rights for v, rights in sorted(_HANDLED.items(), reverse=True) if v <= found), 0
    )
    attributes = (ctypes.c_uint64 * 3)(
        handled, _CONNECTIONS if found >= 4 else 0, _SCOPES if found >= 6 else 0
    )
    size = 24 if found >= 6 else 16 if found >= 4 else 8
    library = libc()
    made = checked(library.syscall(_CREATE_RULESET, attributes, size, 0), _NAME)
    try:
        for path in readable:
            _allow(library, made, path, _READ & handled)
        for path in writable:
            _allow(library, made, path, handled & ~_EXECUTE)
    except OSError:
        os.close(made)
        raise
    return made


def restrict(made: int) -> None:
    """Leave this process what the rules leave, and no TCP connection; let go of the rules.

    The process must have given up the gain of privileges before.
    """
    checked(libc().syscall(_RESTRICT_SELF, made, 0), _NAME)
    os.close(made)


def _allow(library: ctypes.CDLL, rules: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            rights &= _OF_FILES
        rule = rights.to_bytes(8, sys.byteorder) + place.to_bytes(4, sys.byteorder)
        added = library.syscall(_ADD_RULE, rules, _PATH_BENEATH, ctypes.c_char_p(rule), 0)
        checked(added, _NAME)
    finally:
        os.close(place)
