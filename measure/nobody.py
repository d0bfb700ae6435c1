"""A user that nobody is, for the programs of one process that root started.

The kernel counts threads by user, over all pools and containers of a machine: two that shared one
would take them from each other.
"""

from __future__ import annotations

import contextlib
import secrets
import socket
from functools import cache

# Given out by no system: above what directories of users are mapped to, below what is negative in
# 32 bits. Where a container has no more than 65,536 users, below those that stand for none.
_RANGES = range(2_000_300_000, 2_147_483_000), range(61_000, 65_500)
_ATTEMPTS = 100

_claims: list[socket.socket] = []


@cache
def nobody() -> int:
    """Return the number of a user that no other process has from here, as long as this one lives.

    0 where there is none: root of a container may be its only user.
    """
    free = next((one for one in _RANGES if _are_there(one)), None)
    if free is None:
        return 0
    found = [secrets.choice(free) for _ in range(_ATTEMPTS)]
    return next(filter(_is_claimed, found), found[0])


def _are_there(users: range) -> bool:
    """Whether these are users, and groups, of the namespace that this process is in."""
    return all(map(_holds, ("/proc/self/uid_map", "/proc/self/gid_map"), (users, users)))


def _holds(path: str, users: range) -> bool:
    with contextlib.suppress(OSError), open(path, encoding="ascii") as file:
        for line in file:
            first, _, count = map(int, line.split())
            if first <= users.start and users.stop <= first + count:
                return True
    return False


def _is_claimed(user: int) -> bool:
    """Claim a user by the name of a socket: the kernel gives it away once, and takes it back."""
    with contextlib.suppress(OSError):
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        claim.bind(f"\0effilint-user-{user}")
        _claims.append(claim)
        return True
    return False
