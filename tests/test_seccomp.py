"""The filter of system calls, run step by step as the kernel would, for both architectures."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import pytest

from effilint.measure import seccomp

ALLOW, REFUSE, PRETEND, NO_SUCH_CALL, KILL = 0x7FFF0000, 0x50001, 0x50000, 0x50026, 0x80000000
PID = 7
MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
NUMBERS = {  # x86_64, aarch64
    "read": (0, 63), "openat": (257, 56), "stat": (262, 79), "kill": (62, 129),
    "tgkill": (234, 131), "fcntl": (72, 25), "ioctl": (16, 29), "prctl": (157, 167),
    "clone": (56, 220), "clone3": (435, 435), "setrlimit": (160, 164), "prlimit64": (302, 261),
    "sendto": (44, 206), "socketpair": (53, 199), "socket": (41, 198), "execve": (59, 221),
    "ptrace": (101, 117), "unshare": (272, 97), "mount": (165, 40), "bpf": (321, 280),
    "io_uring_setup": (425, 425), "memfd_create": (319, 279), "connect": (42, 203),
    "fchmodat": (268, 53), "utimensat": (280, 88), "sendmsg": (46, 211), "keyctl": (250, 219),
}  # fmt: skip


def verdict(
    machine: str, call: str | int, *arguments: int, paths: bool = True, architecture: int = 0
) -> int:
    """What the filter says of a call: classic BPF, as in `Documentation/networking/filter`."""
    program = seccomp._program(machine, PID, paths=paths)
    number = NUMBERS[call][machine == "aarch64"] if isinstance(call, str) else call
    given = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("IIQ6Q", number, architecture or MACHINES[machine], 0, *given)
    steps = list(struct.iter_unpack("HBBI", program))
    return _run(steps, data)


def _run(steps: Sequence[tuple[int, ...]], data: bytes) -> int:
    place = accumulator = 0
    while True:
        code, yes, no, value = steps[place]
        place += 1
        if code == 0x20:
            accumulator = struct.unpack_from("I", data, value)[0]
        elif code == 0x54:
            accumulator &= value
        elif code == 0x05:
            place += value
        elif code == 0x06:
            return value
        else:
            tests = {0x15: accumulator == value, 0x35: accumulator >= value}
            place += yes if tests.get(code, bool(accumulator & value)) else no


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(
    ("call", "arguments", "expected"),
    [
        ("read", (), ALLOW),
        ("openat", (), ALLOW),
        ("socket", (), REFUSE),
        ("connect", (), REFUSE),
        ("execve", (), REFUSE),
        ("ptrace", (), REFUSE),
        ("unshare", (), REFUSE),
        ("mount", (), REFUSE),
        ("bpf", (), REFUSE),
        ("io_uring_setup", (), REFUSE),
        ("memfd_create", (), REFUSE),
        ("fchmodat", (), REFUSE),
        ("utimensat", (), REFUSE),
        ("sendmsg", (), REFUSE),
        ("keyctl", (), REFUSE),
        ("kill", (PID, 9), ALLOW),
        ("kill", (1, 9), REFUSE),
        ("kill", (2**32 - 1, 9), REFUSE),
        ("tgkill", (PID, PID, 6), ALLOW),
        ("tgkill", (PID + 1, PID + 1, 6), REFUSE),
        ("fcntl", (3, 1), ALLOW),
        ("fcntl", (3, 4, 0o4000), ALLOW),
        ("fcntl", (3, 4, 0o20000), REFUSE),  # O_ASYNC
        ("fcntl", (3, 8, 1), REFUSE),  # F_SETOWN
        ("fcntl", (3, 10, 9), REFUSE),  # F_SETSIG
        ("fcntl", (3, 1030), ALLOW),
        ("ioctl", (0, 0x5401), ALLOW),
        ("ioctl", (0, 0x5412), REFUSE),  # TIOCSTI
        ("prctl", (15,), ALLOW),
        ("prctl", (4,), REFUSE),
        ("clone", (0x3D0F00,), ALLOW),  # a thread
        ("clone", (17,), REFUSE),  # a process
        ("clone", (0x10010000,), REFUSE),  # a thread in a new namespace
        ("clone3", (), NO_SUCH_CALL),
        ("setrlimit", (), PRETEND),
        ("prlimit64", (0, 7, 0), ALLOW),
        ("prlimit64", (0, 7, 2**40), PRETEND),
        ("sendto", (3, 0, 0, 0, 0), ALLOW),
        ("sendto", (3, 0, 0, 0, 2**33), REFUSE),
        ("socketpair", (1, 0o2000001), ALLOW),
        ("socketpair", (1, 2), REFUSE),  # datagrams may go elsewhere
        ("socketpair", (2, 1), REFUSE),
    ],
)
def test_calls_by_their_arguments(
    machine: str, call: str, arguments: tuple[int, ...], expected: int
) -> None:
    assert verdict(machine, call, *arguments) == expected


@pytest.mark.parametrize("machine", MACHINES)
def test_without_paths_nothing_can_be_opened_or_looked_up(machine: str) -> None:
    assert verdict(machine, "openat", paths=False) == REFUSE
    assert verdict(machine, "stat", paths=False) == REFUSE
    assert verdict(machine, "stat", 3, 0, 0, 0x1000, paths=False) == ALLOW
    assert verdict(machine, "read", paths=False) == ALLOW


def test_calls_of_another_architecture_end_the_process() -> None:
    for machine in MACHINES:
        assert verdict(machine, "read", architecture=0x40000003) == KILL
    assert verdict("x86_64", 0x40000000) == KILL


@pytest.mark.parametrize(("machine", "column"), [("x86_64", 1), ("aarch64", 2)])
def test_no_number_is_let_through_that_is_not_listed(machine: str, column: int) -> None:
    listed = {row[column] for row in (*seccomp._ALWAYS, *seccomp._ON_PATHS)}
    by_arguments = {pair[column - 1] for pair in NUMBERS.values()}
    for number in range(1000):
        if number not in listed | by_arguments:
            assert verdict(machine, number, *[2**31] * 6) != ALLOW
