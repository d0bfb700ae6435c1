"""The pool on many machines: sandboxes as Ray actors, spoken to as to one.

    ray.init(address="auto")
    with RayPool(actors=8, workers=2) as pool:
        reports = [submit_tests(text, tests, sandbox=pool) for text in texts]

Each actor is a process on some machine of the cluster that owns a `Sandbox`; an actor that is lost
with its machine is started anew, by Ray or by the pool, and what it ran is reported as failed.
"""

from __future__ import annotations

import contextlib
import importlib
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from functools import partial
from typing import Any

from effilint.measure.crew import Hand, Job
from effilint.measure.isolation import Level
from effilint.measure.order import Order, SandboxError
from effilint.measure.runs import Run, failed
from effilint.measure.sandbox import Isolation, Sandbox

_START = 300.0  # seconds in which a machine must have made its sandbox
_FAREWELL = 10.0  # seconds in which a sandbox must have closed
_TRIES = 3  # at having an actor, one after the other


class _Home:
    """Owns a sandbox on some machine; its methods run in threads of the actor."""

    def __init__(self, isolation: Isolation, options: dict[str, Any]) -> None:
        self._sandbox = Sandbox(isolation, **options)
        self._lock = threading.Lock()
        self._running: dict[str, Future[Run]] = {}
        self._stopped: set[str] = set()

    def level(self) -> int:
        return int(self._sandbox.level)

    def run(self, key: str, order: Order) -> Run:
        label = self._sandbox.level.label
        with self._lock:
            if key in self._stopped:
                self._stopped.remove(key)
                return failed(label, "it was taken back")
            try:
                self._running[key] = future = self._sandbox.submit(order)
            except SandboxError as error:  # as after the close
                return failed(label, str(error))
        try:
            return future.result()
        except CancelledError:
            return failed(label, "it was taken back")
        finally:
            with self._lock:
                del self._running[key]

    def stop(self, key: str) -> None:
        """End a run, which may have ended already, or not have come yet."""
        with self._lock:
            future = self._running.get(key)
            if future is None:
                self._stopped.add(key)
        if future is not None:
            self._sandbox.stop(future)

    def close(self) -> None:
        """End all that runs: what Ray kills takes no folder away."""
        self._sandbox.close()


class _Place:
    """An actor, or the one that came after it."""

    def __init__(self, ray: Any, make: Callable[[], Any]) -> None:
        self._ray, self._make = ray, make
        self._lock = threading.Lock()
        self._is_closed = False
        self._closing: Any = None
        self.level = Level.NONE  # unknown before the start
        self.home = make()

    def await_start(self) -> None:
        """Wait for the actor; raises what Ray does if there is none."""
        self.level = Level(self._ray.get(self.home.level.remote(), timeout=_START))

    def renew(self, lost: Any) -> None:
        """Have another actor made, unless somebody else has done so."""
        with self._lock:
            if self.home is lost and not self._is_closed:
                self._kill()
                self.home = self._make()

    def close(self) -> None:
        """Have the actor end all that it runs; it gets no successor."""
        with self._lock:
            if not self._is_closed and self._ray.is_initialized():
                with contextlib.suppress(Exception):  # a lost actor has ended by itself
                    self._closing = self.home.close.remote()
            self._is_closed = True

    def end(self) -> None:
        """End the actor, once it has closed or takes too long."""
        with self._lock:
            if self._closing is not None:
                with contextlib.suppress(Exception):
                    self._ray.get(self._closing, timeout=_FAREWELL)
            self._closing = None
            if self._ray.is_initialized():
                self._kill()

    def _kill(self) -> None:
        with contextlib.suppress(Exception):
            self._ray.kill(self.home)


class _RemoteHand(Hand):
    """One of those who send jobs to an actor and wait for what comes back."""

    def __init__(self, ray: Any, place: _Place) -> None:
        super().__init__()
        self._ray, self._place = ray, place

    def await_start(self) -> None:
        try:
            self._place.await_start()
        except self._ray.exceptions.RayError as error:
            cause = getattr(error, "cause", None) or error
            lines = str(cause).strip().splitlines() or [type(cause).__name__]
            raise SandboxError(f"an actor does not start: {lines[-1]}") from None

    def run(self, job: Job) -> Run:
        try:
            done = self._place.home.run.remote(job.key, job.order)
            run: Run = self._ray.get(done)
            return run
        except self._ray.exceptions.RayError as error:
            cause = getattr(error, "cause", None)
            if isinstance(cause, Exception):  # of the sandbox there: the actor lives
                raise cause from None
            self._is_hit = True
            words = f"the machine or its actor was lost ({type(error).__name__})"
            return failed(self._place.level.label, words)

    def interrupt(self, job: Job) -> None:
        with contextlib.suppress(Exception):  # a lost actor runs nothing any more
            self._place.home.stop.remote(job.key)

    def replace(self) -> None:
        for attempt in range(_TRIES):
            if not self.is_wanted:
                return
            home = self._place.home
            try:
                self._place.await_start()
                return
            except Exception:  # whatever it is, this actor does not answer
                time.sleep(0.2 * 2**attempt)
                self._place.renew(home)

    def hang_up(self) -> None:
        self._place.close()

    def end(self) -> None:
        self._place.end()


class RayPool(Sandbox):
    """Sandboxes on the machines of a Ray cluster; close it, or use it in a `with` statement.

    `actors`: how many, each with `workers` programs at a time and as many CPUs of the cluster. The
    other options are those of `Sandbox`. `levels` says how strongly each keeps programs in, `level`
    the weakest of them.

    Raises `SandboxError` if Ray is not installed, or a machine has no sandbox to offer.
    """

    def __init__(
        self,
        isolation: Isolation = "best",
        *,
        actors: int,
        workers: int = 1,
        waiting: int = 1000,
        imports: Sequence[str] = (),
        **options: Any,
    ) -> None:
        try:
            ray: Any = importlib.import_module("ray")
        except ImportError:
            reason = "a pool on many machines needs ray: pip install 'effilint[distributed]'"
            raise SandboxError(reason) from None
        given = {"workers": workers, "imports": tuple(imports), **options}
        self._settings = {
            "isolation": isolation,
            "actors": actors,
            "waiting": waiting,
            **given,
        }
        at_once = workers + 1  # while so many run, one more is on its way
        calls = 2 * at_once  # runs, and what stops them
        home = ray.remote(num_cpus=workers, max_concurrency=calls, max_restarts=-1)(_Home)
        make = partial(home.remote, isolation, given)
        self._places = [_Place(ray, make) for _ in range(actors)]
        hands = [partial(_RemoteHand, ray, place) for place in self._places for _ in range(at_once)]
        self._begin(hands, waiting, lambda: None)
        self.levels = tuple(place.level.label for place in self._places)
        self.level = min(place.level for place in self._places)
