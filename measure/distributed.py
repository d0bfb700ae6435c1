"""The pool on many machines: sandboxes as Ray actors, spoken to as to one.

    ray.init(address="auto")
    with RayPool(actors=8, workers=2) as pool:
        run = pool.submit(Order(program, inputs)).result()

Each actor is a process on some machine of the cluster that owns a `Sandbox`; an actor that is lost
with its machine is started anew by Ray, and what it ran is reported as failed.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

from effilint.measure.sandbox import (
    Isolation,
    Order,
    Program,
    Run,
    Sandbox,
    SandboxError,
    Stop,
)

_START = 300.0  # seconds in which a machine must have made its sandbox


class _Home:
    """Owns a sandbox on some machine; its methods run in threads of the actor."""

    def __init__(self, isolation: Isolation, options: dict[str, Any]) -> None:
        self._sandbox = Sandbox(isolation, **options)

    def level(self) -> str:
        return self._sandbox.level.label

    def run(self, order: Order) -> Run:
        return self._sandbox.submit(order).result()


class RayPool:
    """Sandboxes on the machines of a Ray cluster; close it, or use it in a `with` statement.

    `actors`: how many, each with `workers` programs at a time and as many CPUs of the cluster. The
    other options are those of `Sandbox`. `levels` says how strongly each keeps programs in.

    Raises `SandboxError` if Ray is not installed, or a machine has no sandbox to offer.
    """

    def __init__(
        self,
        isolation: Isolation = "best",
        *,
        actors: int,
        workers: int = 1,
        imports: Sequence[str] = (),
        **options: Any,
    ) -> None:
        try:
            ray: Any = importlib.import_module("ray")
        except ImportError:
            reason = "a pool on many machines needs ray: pip install 'effilint[distributed]'"
            raise SandboxError(reason) from None
        self._ray = ray
        given = {"workers": workers, "imports": tuple(imports), **options}
        home = ray.remote(num_cpus=workers, max_concurrency=2 * workers, max_restarts=-1)(_Home)
        self._homes = [home.remote(isolation, given) for _ in range(actors)]
        self._waiting = [0] * actors
        self._lock = threading.Lock()
        try:
            levels = [one.level.remote() for one in self._homes]
            self.levels: tuple[str, ...] = tuple(ray.get(levels, timeout=_START))
        except ray.exceptions.RayError as error:
            self.close()
            cause = getattr(error, "cause", None) or error
            lines = str(cause).strip().splitlines() or [type(cause).__name__]
            raise SandboxError(f"an actor does not start: {lines[-1]}") from None

    def __enter__(self) -> RayPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def submit(self, order: Order) -> Future[Run]:
        """Return the future of a run on the machine where the fewest wait."""
        with self._lock:
            place = self._waiting.index(min(self._waiting))
            self._waiting[place] += 1
        found: Future[Run] = self._homes[place].run.remote(order).future()
        result: Future[Run] = Future()
        found.add_done_callback(lambda done: self._finish(place, done, result))
        return result

    def run(self, program: Program, inputs: Sequence[bytes], **options: Any) -> Run:
        """Run one program and wait for it; `options` are those of `Order`."""
        return self.submit(Order(program, inputs, **options)).result()

    def close(self) -> None:
        """End all actors and all that they run."""
        for home in self._homes:
            self._ray.kill(home)
        self._homes = []

    def _finish(self, place: int, done: Future[Run], result: Future[Run]) -> None:
        with self._lock:
            self._waiting[place] -= 1
        try:
            result.set_result(done.result())
        except self._ray.exceptions.RayError as error:
            words = {"words": f"the machine or its actor was lost ({type(error).__name__})"}
            result.set_result(Run((), Stop("failed", detail=words), self.levels[place]))
