"""The process between a caller and a jail: it knows what is expected, and compares.

It runs no code under test and shares nothing with the caller but a socket, so that neither a
hanging jail nor an answer that takes gigabytes to read harms a trainer. One order at a time.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import socket
import sys
import threading
import time
from typing import Any, NoReturn

from effilint.measure import scratch
from effilint.measure.isolation import Level
from effilint.measure.jail import Jail, JailError, Setup
from effilint.measure.judging import judged
from effilint.measure.wire import BrokenFrameError, Channel

_FOREVER = 1e8
_LOOK = 1.0  # seconds between two looks for the owner, where the kernel tells nothing of it
_MEMORY = 4 << 30  # bytes of address space: what an answer may take to be read
_ORDERS = 1000  # that one jail serves


def main(descriptor: int, setup: dict[str, Any]) -> None:
    """Serve orders that come over the socket `descriptor` until it is closed."""
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    if most == resource.RLIM_INFINITY:
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, most))
    channel = Channel(socket.socket(fileno=descriptor))
    owner = setup.pop("owner")
    wanted = Setup(**setup)._replace(level=Level(setup["level"]))
    worker = _Worker(channel, wanted, owner)
    arguments = channel, worker, owner
    threading.Thread(target=_end_with_owner, args=arguments, daemon=True).start()
    with contextlib.suppress(BrokenFrameError, TimeoutError):
        worker.serve()
    worker.leave()


def _end_with_owner(channel: Channel, worker: _Worker, owner: int) -> None:
    """Wait until the owner hangs up or dies, and leave at once, whatever runs.

    A process forked by the owner may hold the socket, and live longer: so the owner is watched too.
    """
    poll = select.poll()
    poll.register(channel.fileno(), getattr(select, "POLLRDHUP", select.POLLHUP))
    pause: float | None = 1000 * _LOOK
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            poll.register(os.pidfd_open(owner), select.POLLIN)
            pause = None
    while os.getppid() == owner and not poll.poll(pause):
        pass
    worker.leave()


class _Worker:
    def __init__(self, channel: Channel, setup: Setup, owner: int) -> None:
        self._channel, self._setup = channel, setup
        self._owner = owner
        self._jail: Jail | None = None
        self._served = 0

    def serve(self) -> None:
        try:
            self._ready()
        except JailError as error:
            self._say({"event": "failed", "words": str(error)})
            return
        self._say({"event": "ready"})
        while True:
            order = json.loads(self._channel.receive(time.monotonic() + _FOREVER))
            blobs = self._frames(order.pop("blobs"))
            results = self._frames(order.pop("results", 0))
            self._serve(order, blobs, [one.decode("utf-8", "surrogatepass") for one in results])

    def leave(self) -> NoReturn:
        """End all that runs inside, and this process; nothing is left of either."""
        with contextlib.suppress(Exception):
            self._drop()
        scratch.remove(self._setup.scratch)
        if os.getppid() != self._owner:  # nobody else will
            with contextlib.suppress(OSError):
                os.rmdir(os.path.dirname(self._setup.scratch))
        os._exit(0)

    def _frames(self, count: int) -> list[bytes]:
        return [self._channel.receive(time.monotonic() + _FOREVER) for _ in range(count)]

    def _serve(self, order: dict[str, Any], blobs: list[bytes], results: list[str]) -> None:
        expected = order.pop("expected", None)
        try:
            heads = self._ready().run(order, blobs)
            if expected is not None:
                heads = judged(heads, expected | {"values": results})
            for head in heads:
                answer, output = head.pop("answer", None), head.pop("output", None)
                blobs = [] if answer is None else [answer, output]
                self._say(head | {"blobs": len(blobs)}, *blobs)
        except JailError as error:
            self._drop()
            self._say({"event": "failed", "words": str(error)})
        self._served += 1
        if self._served >= _ORDERS:
            self._drop()

    def _ready(self) -> Jail:
        if self._jail is None:
            self._jail = Jail(self._setup)
            self._served = 0
        return self._jail

    def _drop(self) -> None:
        if self._jail is not None:
            self._jail.close()
            self._jail = None

    def _say(self, head: dict[str, Any], *blobs: bytes) -> None:
        self._channel.send(json.dumps(head).encode(), *blobs, deadline=time.monotonic() + _FOREVER)
