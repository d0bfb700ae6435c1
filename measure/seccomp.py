"""A filter of system calls: code under test starts threads, but no process and no program."""

from __future__ import annotations

import os
import struct
import sys

_SET_SECCOMP, _FILTER = 22, 2
_LOAD, _IS, _HAS, _RETURN = 0x20, 0x15, 0x45, 0x06  # BPF: a word, equal, any bit, the verdict
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16  # places in what the kernel hands over
_ALLOW, _REFUSE, _UNKNOWN = 0x7FFF0000, 0x50001, 0x50026  # EPERM; ENOSYS: clone is tried then
_THREAD = 0x10000
_CLONE3 = 435
_MACHINES = {  # architecture, clone, and what is refused: fork, vfork, execve, execveat
    "x86_64": (0xC000003E, 56, (57, 58, 59, 322)),
    "aarch64": (0xC00000B7, 220, (221, 281)),
}


def forbid_processes() -> None:
    """Make the kernel refuse new processes to this one for good, where it can.

    It must have given up the gain of privileges before.
    """
    machine = _MACHINES.get(os.uname().machine)
    if sys.platform != "linux" or machine is None:
        return
    import ctypes

    code = _program(*machine)
    memory = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("HxxxxxxQ", len(code) // 8, ctypes.addressof(memory))
    ctypes.CDLL(None).prctl(_SET_SECCOMP, _FILTER, ctypes.c_char_p(header), 0, 0)


def _program(architecture: int, clone: int, refused: tuple[int, ...]) -> bytes:
    steps = [(_LOAD, "", "", _ARCHITECTURE), (_IS, "", "allow", architecture)]
    steps.append((_LOAD, "", "", _NUMBER))
    steps += [(_IS, "refuse", "", number) for number in refused]
    steps += [(_IS, "unknown", "", _CLONE3), (_IS, "", "allow", clone)]
    steps += [(_LOAD, "", "", _FIRST_ARGUMENT), (_HAS, "allow", "refuse", _THREAD)]
    ends = {"allow": _ALLOW, "refuse": _REFUSE, "unknown": _UNKNOWN}
    places = {name: len(steps) + place for place, name in enumerate(ends)}
    packed = [
        struct.pack(
            "HBBI",
            code,
            places[yes] - place - 1 if yes else 0,
            places[no] - place - 1 if no else 0,
            value,
        )
        for place, (code, yes, no, value) in enumerate(steps)
    ]
    return b"".join(packed + [struct.pack("HBBI", _RETURN, 0, 0, end) for end in ends.values()])
