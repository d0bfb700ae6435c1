"""One sandbox for all who bring none of their own."""

from __future__ import annotations

import os
import threading

from effilint.measure.sandbox import Sandbox

_lock = threading.Lock()
_made: dict[int, Sandbox] = {}


def _unlock() -> None:
    """In a forked process: the thread that had the lock may not be there."""
    global _lock
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_unlock)


def shared_sandbox() -> Sandbox:
    """Return the sandbox of this process, made at the first call; it ends with the process.

    Raises `SandboxError` where the machine has no isolation to offer.
    """
    with _lock:
        if os.getpid() not in _made:
            _made[os.getpid()] = Sandbox()
        return _made[os.getpid()]
