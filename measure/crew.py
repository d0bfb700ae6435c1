"""Those who work for a pool: hands that take orders out of one queue, each in a thread.

What a hand is, a process of this machine or an actor of another, is its own affair.
"""

from __future__ import annotations

import abc
import contextlib
import os
import threading
import uuid
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field

from effilint.measure.order import Order, SandboxError, SandboxFullError
from effilint.measure.runs import Run

_FAREWELL = 30.0  # seconds to wait for a thread whose hand was told to end


@dataclass
class Job:
    """An order, as it is sent, and the future of its run; `key` is like no other."""

    order: Order
    frames: list[bytes]
    future: Future[Run] = field(default_factory=Future)
    key: str = field(default_factory=lambda: uuid.uuid4().hex)


class Hand(abc.ABC):
    """One who runs a job at a time."""

    def __init__(self) -> None:
        # A pool may be forgotten, and ended, in the midst of what its own thread does.
        self._lock = threading.RLock()
        self._current: Job | None = None
        self._is_hit = False
        self.is_wanted = True

    @abc.abstractmethod
    def await_start(self) -> None:
        """Wait until it is ready; `SandboxError` if that takes too long."""

    @abc.abstractmethod
    def run(self, job: Job) -> Run:
        """Run a job; sets `_is_hit` if it has to be replaced then."""

    @abc.abstractmethod
    def interrupt(self, job: Job) -> None:
        """Have `run` return soon with the job that it has, or is about to have."""

    @abc.abstractmethod
    def replace(self) -> None:
        """Start anew, unless it is not wanted any more."""

    @abc.abstractmethod
    def hang_up(self) -> None:
        """Have what runs end, and all that belongs to this hand."""

    @abc.abstractmethod
    def end(self) -> None:
        """Wait until it has ended."""

    def serve(self, jobs: Jobs) -> None:
        """Take jobs until there are none any more."""
        while (job := jobs.get()) is not None:
            with self._lock:  # whoever cannot cancel it any more finds it here
                if not job.future.set_running_or_notify_cancel():
                    continue
                self._current = job
            result: Run | Exception
            try:
                result = self.run(job)
            except Exception as error:  # nothing may leave a future waiting
                result, self._is_hit = error, True
            with self._lock:
                self._current = None
            if self._is_hit:
                self._is_hit = False
                self.replace()
            with contextlib.suppress(SystemExit):  # of a callback: the next one still waits
                if isinstance(result, Run):
                    job.future.set_result(result)
                else:
                    job.future.set_exception(result)
            del job, result

    def abandon(self, future: Future[Run]) -> None:
        """Interrupt the job of this future, if this hand has it."""
        with self._lock:
            if self._current is not None and self._current.future is future:
                self.interrupt(self._current)


class Jobs:
    """The jobs that wait: no more than so many, and none once it is closed."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting: deque[Job] = deque()
        self._changed = threading.Condition()
        self._is_closed = False

    def put(self, job: Job, *, block: bool) -> None:
        """Append a job, once there is room; `SandboxError` if there is none, or it is closed.

        A thread of a pool never waits: others wait for it, and it has just made room itself.
        """
        with self._changed:
            if not block and len(self._waiting) >= self._most and not self._is_closed:
                raise SandboxFullError(f"{self._most} orders wait already, and no more may")
            if not isinstance(threading.current_thread(), _Thread):
                self._changed.wait_for(lambda: self._is_closed or len(self._waiting) < self._most)
            if self._is_closed:
                raise SandboxError("the sandbox is closed")
            self._waiting.append(job)
            self._changed.notify_all()

    def get(self) -> Job | None:
        """Wait for the next job; None after the close."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or self._waiting)
            if self._is_closed:
                return None
            self._changed.notify_all()
            return self._waiting.popleft()

    def close(self) -> None:
        """Cancel what waits, and let nobody wait any longer."""
        with self._changed:
            self._is_closed = True
            left = list(self._waiting)
            self._waiting.clear()
            self._changed.notify_all()
        for job in left:
            job.future.cancel()


class _Thread(threading.Thread):
    """A thread of some pool: callbacks of futures run in it."""


class Crew:
    """The hands of a pool and their queue, from the first start to the last end.

    `farewell` is called once all hands have ended.
    """

    def __init__(self, waiting: int, farewell: Callable[[], None]) -> None:
        self._owner = os.getpid()
        self._jobs = Jobs(waiting)
        self._farewell = farewell
        self._threads: list[_Thread] = []
        self.hands: list[Hand] = []

    def begin(self, makers: Iterable[Callable[[], Hand]]) -> None:
        """Have hands made, and let them work once all are ready."""
        for make in makers:
            self.hands.append(make())
        for hand in self.hands:
            hand.await_start()
        self._threads = [
            _Thread(target=hand.serve, args=(self._jobs,), daemon=True) for hand in self.hands
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, order: Order, *, block: bool) -> Future[Run]:
        """Return the future of a run; `SandboxError` if it can come to none."""
        if self._owner != os.getpid():
            raise SandboxError("a sandbox belongs to the process that made it: make one here")
        job = Job(order, order.frames())
        self._jobs.put(job, block=block)
        return job.future

    def stop(self, future: Future[Run]) -> None:
        """Take an order back, even if it runs."""
        if self._owner == os.getpid() and not future.cancel():
            for hand in self.hands:
                hand.abandon(future)

    def is_at_work(self) -> bool:
        """Whether it is a thread of this crew that asks, as in the callback of a future."""
        return threading.current_thread() in self._threads

    def end(self) -> None:
        """End all hands and all that they run; not where this process was only forked."""
        if self._owner != os.getpid():
            return
        self._jobs.close()
        for hand in self.hands:
            hand.is_wanted = False
            hand.hang_up()
        for hand in self.hands:
            hand.end()
        self._farewell()

    def join(self) -> None:
        """Wait for the threads of a crew that has ended; in a callback there is no waiting."""
        if self._owner != os.getpid() or isinstance(threading.current_thread(), _Thread):
            return
        for thread in self._threads:
            thread.join(_FAREWELL)
