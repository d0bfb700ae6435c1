"""A pool of isolated processes that run programs nobody trusts.

    with Sandbox() as sandbox:
        run = sandbox.run(Program("def f(n): return n + 1", "f"), [call(3)])

The pool belongs to the process that made it, and threads may share it. It never forks its owner,
sets no signal handler, and ends with it. Every worker is a process of its own with a jail inside; a
program gets a process of its own, forked from the jail's warm interpreter.

`submit` waits while too many orders wait already, and an event loop must not. So `asyncio` awaits

    future = await asyncio.to_thread(sandbox.submit, order)
    run = await asyncio.wrap_future(future)

or counts its orders and asks with `block=False`. Closing takes a moment, too:
`await asyncio.to_thread(sandbox.close)`.

Callbacks of futures run in a thread of the pool. There `submit` never waits (more orders than may
wait do then), `close` returns before other callbacks have, and waiting for a run is refused.
"""

from __future__ import annotations

import os
import sys
import weakref
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any, Literal, Self

from effilint.measure.crew import Crew, Hand
from effilint.measure.folders import Folder
from effilint.measure.isolation import Level
from effilint.measure.jail import JailError
from effilint.measure.order import (
    Limits,
    Order,
    Program,
    SandboxError,
    SandboxFullError,
    call,
)
from effilint.measure.probe import best_level
from effilint.measure.runs import Call, Run, Stop
from effilint.measure.worker_process import WorkerProcess

__all__ = [
    "Call",
    "Isolation",
    "Limits",
    "Order",
    "Program",
    "Run",
    "Sandbox",
    "SandboxError",
    "SandboxFullError",
    "Stop",
    "call",
]

Isolation = Literal["best", "L3", "L2", "L1", "none"]


class Sandbox:
    """Runs programs in isolation; close it, or use it in a `with` statement.

    `isolation`: `best` takes the strongest level that this machine has and refuses to do without
    any; a level is the least that will do; only `none` runs code unprotected. `workers`: how many
    programs run at a time. `waiting`: how many may wait before `submit` does. `python`: the
    interpreter that runs the programs. `imports`: modules that are imported beforehand.
    `readable`: folders, there by now, that programs may read. `level` is the one it has.

    Raises `SandboxError` where that cannot be had.
    """

    level: Level

    def __init__(
        self,
        isolation: Isolation = "best",
        *,
        workers: int | None = None,
        waiting: int = 1000,
        python: str = sys.executable,
        imports: Sequence[str] = (),
        readable: Sequence[str] = (),
    ) -> None:
        self._settings = {
            "isolation": isolation,
            "workers": workers,
            "waiting": waiting,
            "python": python,
            "imports": tuple(imports),
            "readable": tuple(readable),
        }
        self.level = _chosen(isolation, python)
        folder = Folder()
        setup = {
            "level": int(self.level),
            "executable": python,
            "imports": list(imports),
            "readable": list(readable),
            "owner": os.getpid(),
        }
        made = (
            partial(WorkerProcess, setup | {"scratch": folder.part(number)}, self.level.label)
            for number in range(workers or os.cpu_count() or 1)
        )
        self._begin(made, waiting, folder.remove)

    def _begin(
        self, makers: Iterable[Callable[[], Hand]], waiting: int, farewell: Callable[[], None]
    ) -> None:
        self._crew = Crew(waiting, farewell)
        self._finalizer = weakref.finalize(self, self._crew.end)
        try:
            self._crew.begin(makers)
        except BaseException:
            self._finalizer()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce__(self) -> tuple[Callable[..., Sandbox], tuple[type[Sandbox], dict[str, Any]]]:
        # Another process gets a pool of its own, made the same way.
        return _made, (type(self), self._settings)

    def submit(self, order: Order, *, block: bool = True) -> Future[Run]:
        """Return the future of a run; waits while too many orders wait already.

        Without `block`, that is a `SandboxFullError`. `Future.cancel` takes an order back that has
        not begun; `stop` one that has. Raises `SandboxError` for an order that is too large, or
        after the close.
        """
        return self._crew.submit(order, block=block)

    def run(self, program: Program, inputs: Sequence[bytes], **options: Any) -> Run:
        """Run one program and wait for it; `options` are those of `Order`."""
        if self._crew.is_at_work():
            raise SandboxError("the callback of a future must not wait for a run: submit it")
        return self.submit(Order(program, inputs, **options)).result()

    def stop(self, future: Future[Run]) -> None:
        """Take an order back, even if it runs: its run then says that the sandbox failed."""
        self._crew.stop(future)

    def close(self) -> None:
        """End all workers and all that they run; orders that wait are cancelled."""
        self._finalizer()
        self._crew.join()


def _made(kind: type[Sandbox], settings: dict[str, Any]) -> Sandbox:
    return kind(**settings)


def _chosen(isolation: str, python: str) -> Level:
    levels = {"none": 0, "L1": 1, "L2": 2, "L3": 3, "best": 1}
    if isolation not in levels:
        raise SandboxError(f"isolation must be one of {', '.join(levels)}, not {isolation!r}")
    if isolation == "none":
        return Level.NONE
    try:
        found = best_level(python)
    except JailError as error:
        raise SandboxError(str(error)) from None
    if found.level < levels[isolation] or found.level is Level.NONE:
        raise SandboxError(
            f"this machine cannot isolate code as asked ({found.why}); "
            "`effilint doctor` says more, and isolation='none' runs it without protection"
        )
    return found.level
