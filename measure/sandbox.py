"""A pool of isolated processes that run programs nobody trusts.

    with Sandbox() as sandbox:
        run = sandbox.run(Program("def f(n): return n + 1", "f"), [call(3)])

The pool belongs to the process that made it; threads may share it, and `asyncio` awaits
`asyncio.wrap_future(sandbox.submit(...))`. It never forks its owner, sets no signal handler, and
ends with it. Every worker is a process of its own with a jail inside; a program gets a process of
its own, forked from the jail's warm interpreter.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

from effilint.measure import scratch, wire
from effilint.measure.equality import Rule
from effilint.measure.isolation import Level
from effilint.measure.jail import JailError, program_of
from effilint.measure.judging import as_expected, said_by
from effilint.measure.meter import Figures
from effilint.measure.probe import best_level
from effilint.measure.wire import BrokenFrameError, Channel

Isolation = Literal["best", "L3", "L2", "L1", "none"]

_START = 90.0  # seconds in which a worker must be ready
_GRACE = 30.0  # seconds beyond the limits of a program after which its worker hangs
_FAREWELL = 5.0  # seconds in which a worker must have ended that was told to
_TRIES = 3  # at starting a worker, one after the other


class SandboxError(Exception):
    """The sandbox cannot be had, or is closed; `str` is one clear line."""


@dataclass(frozen=True)
class Program:
    """A program to run: its text, and the function in it to call.

    `entry`: `f` or `Solution.f` (a method of an object made without arguments), or None for a
    script that reads its input and prints. `prelude` runs first in the same namespace. `path` goes
    before `sys.path`, `package` is what relative imports start from.
    """

    text: str
    entry: str | None = None
    prelude: str = ""
    filename: str = "<solution>"
    path: tuple[str, ...] = ()
    package: str = ""


@dataclass(frozen=True)
class Limits:
    """What one program may take.

    `cpu`: seconds for loading it and for each call; `wall`: the same on the clock on the wall
    (a busy machine gives a program its share later). `memory`: bytes beyond those of the bare
    interpreter. `output`: bytes of a result, and of what is printed in a call.
    """

    cpu: float = 10.0
    wall: float = 30.0
    memory: int = 512 << 20
    output: int = 8 << 20


@dataclass(frozen=True)
class Call:
    """One call of a program: the figures of its run, and what came of it.

    `value` is what it returned, encoded (`decoded` gives it), or what a script printed; None if
    it did not come to that. `raised`, `line` and `words` tell the exception, `opaque` why a result
    cannot be compared: these are claims of the program. `is_right` is None unless a result was
    expected. `answer` is all of its answer: with a profile, that stands in there.
    """

    figures: Figures
    value: bytes | None = None
    printed: str = ""
    raised: str | None = None
    line: int | None = None
    words: str = ""
    opaque: str | None = None
    peak: int = 0
    is_right: bool | None = None
    answer: bytes = b""

    @property
    def is_honest(self) -> bool:
        """Whether all work was done in the run, and none before or after it (`Figures`)."""
        return self.figures.is_honest

    @property
    def charged(self) -> float:
        """CPU seconds to charge it with: those of the run, or all of them if it is not honest."""
        return self.figures.charged

    def decoded(self) -> Any:
        """Return the value as data; `ValueError` if there is none."""
        if self.value is None:
            raise ValueError("the call returned nothing that can be read")
        try:
            return wire.decoded(json.loads(self.value)[2])
        except (LookupError, TypeError, AttributeError, RecursionError):
            raise ValueError("what the call returned is no data") from None


class Stop(NamedTuple):
    """How the last process of a program came to its end.

    `how`: `finished`, `problem` (it cannot be loaded), `time`, `memory`, `output`, `ended` (it
    left without an answer) or `failed` (the sandbox did). `phase`: where that was, `load`,
    `input`, `run` or `answer`. `detail` says more; `exit` is its exit status or the signal that
    ended it, as a negative number.
    """

    how: str = "finished"
    phase: str = ""
    detail: Mapping[str, Any] = {}
    exit: int = 0
    stderr: str = ""
    figures: Figures = Figures()

    @property
    def reason(self) -> str:
        """Why there is no more of the program, as in "it takes too long"; empty if there is."""
        if self.how == "problem" and self.detail.get("missing"):
            return f"cannot import {self.detail['missing']}"
        if self.how == "problem":
            words = f"{self.detail.get('type')}: {self.detail.get('words')}"
            return f"cannot be loaded: {words}"[:200]
        return _REASONS[self.how] + (" to load" if (self.how, self.phase) == _SLOW_LOAD else "")


_SLOW_LOAD = ("time", "load")
_REASONS = {
    "finished": "",
    "time": "takes too long",
    "memory": "takes too much memory",
    "output": "gives or prints too much",
    "ended": "ends its process",
    "failed": "could not be run: the sandbox failed",
}


@dataclass(frozen=True)
class Run:
    """What became of a program: its calls as far as it got, and its end.

    `level` says how strongly it was kept in.
    """

    calls: tuple[Call, ...]
    stop: Stop
    level: str


@dataclass(frozen=True)
class Order:
    """A program with its inputs: for a function what `call` gives, for a script its input.

    `expected` holds the right results (as data, or the output of a script): they are compared
    outside the jail, by one `rule` or by one for each. `is_sampled`: watch memory over time.
    `tracks_memory`: have the interpreter itself count allocations, which slows the program down.
    `keeps_arguments`: the answers hold the arguments as they are after the call too. `profile`:
    have each line watched, and nothing returned (`effilint.measure.profile` asks for it).
    """

    program: Program
    inputs: Sequence[bytes]
    expected: Sequence[Any] | None = None
    rule: Rule | Sequence[Rule] = field(default_factory=Rule)
    limits: Limits = field(default_factory=Limits)
    is_sampled: bool = False
    tracks_memory: bool = False
    keeps_arguments: bool = False
    profile: Literal["time", "memory", "allocations"] | None = None

    def head(self) -> dict[str, Any]:
        """Return what goes to the worker before the inputs."""
        program = asdict(self.program)
        head = {
            "program": program | {"path": list(self.program.path)},
            "limits": asdict(self.limits),
            "sample": self.is_sampled,
            "tracemalloc": self.tracks_memory,
            "arguments": self.keeps_arguments,
            "profile": self.profile,
            "blobs": len(self.inputs),
        }
        if self.expected is not None:
            is_script = self.program.entry is None
            values = [v if is_script else wire.dump(v).decode() for v in self.expected]
            rule = self.rule
            rules = [rule] * len(values) if isinstance(rule, Rule) else list(rule)
            head["expected"] = as_expected(values, rules, is_script=is_script)
        return head


def call(*arguments: Any, **named: Any) -> bytes:
    """Return the input that stands for a call with these arguments: plain data, linked nodes.

    Raises `effilint.measure.wire.NotPlainError` for anything else.
    """
    return wire.dump([list(arguments), named])


@dataclass
class _Job:
    order: Order
    head: bytes
    future: Future[Run] = field(default_factory=Future)


class Sandbox:
    """Runs programs in isolation; close it, or use it in a `with` statement.

    `isolation`: `best` takes the strongest level that this machine has and refuses to do without
    any; a level is the least that will do; only `none` runs code unprotected. `workers`: how many
    programs run at a time. `waiting`: how many may wait before `submit` does. `python`: the
    interpreter that runs the programs. `imports`: modules that are imported beforehand.
    `readable`: folders that programs may read.

    Raises `SandboxError` where that cannot be had.
    """

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
        self._owner = os.getpid()
        self._jobs = _Jobs(waiting)
        setup = {
            "level": int(self.level),
            "executable": python,
            "imports": list(imports),
            "readable": list(readable),
        }
        self._scratch = tempfile.mkdtemp(prefix="effilint-")
        self._workers: list[_Worker] = []
        self._finalizer = weakref.finalize(
            self, _end, self._workers, self._jobs, self._owner, self._scratch
        )
        try:
            for number in range(workers or os.cpu_count() or 1):
                folder = os.path.join(self._scratch, str(number))
                its_own = {"number": number, "scratch": folder, "owner": self._owner}
                self._workers.append(_Worker(setup | its_own, self.level.label))
            for worker in self._workers:
                worker.await_start()
        except BaseException:
            self._finalizer()
            raise
        self._threads = [
            threading.Thread(target=worker.serve, args=(self._jobs,), daemon=True)
            for worker in self._workers
        ]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce__(self) -> tuple[Callable[..., Sandbox], tuple[dict[str, Any]]]:
        # Another process gets a pool of its own, made the same way.
        return _made, (self._settings,)

    def submit(self, order: Order) -> Future[Run]:
        """Return the future of a run; waits while too many orders wait already.

        `Future.cancel` takes an order back that has not begun; `stop` one that has.
        """
        if self._owner != os.getpid():
            raise SandboxError("a sandbox belongs to the process that made it: make one here")
        job = _Job(order, json.dumps(order.head()).encode())
        if not self._jobs.put(job):
            raise SandboxError("the sandbox is closed")
        return job.future

    def run(self, program: Program, inputs: Sequence[bytes], **options: Any) -> Run:
        """Run one program and wait for it; `options` are those of `Order`."""
        return self.submit(Order(program, inputs, **options)).result()

    def stop(self, future: Future[Run]) -> None:
        """Take an order back, even if it runs: its run then says that the sandbox failed."""
        if not future.cancel():
            for worker in self._workers:
                worker.abandon(future)

    def close(self) -> None:
        """End all workers and all that they run; orders that wait are cancelled."""
        if self._owner != os.getpid():
            return
        self._finalizer()
        for thread in self._threads:
            thread.join(_GRACE)


def _made(settings: dict[str, Any]) -> Sandbox:
    return Sandbox(**settings)


def _end(workers: list[_Worker], jobs: _Jobs, owner: int, folder: str) -> None:
    if os.getpid() != owner:
        return
    jobs.close()
    for worker in workers:
        worker.is_wanted = False
        worker.hang_up()
    for worker in workers:
        worker.end()
    scratch.remove(folder)


class _Jobs:
    """The orders that wait: no more than so many, and none once it is closed."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting: deque[_Job] = deque()
        self._changed = threading.Condition()
        self._is_closed = False

    def put(self, job: _Job) -> bool:
        """Append a job once there is room; whether that was before the close."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or len(self._waiting) < self._most)
            if not self._is_closed:
                self._waiting.append(job)
                self._changed.notify_all()
            return not self._is_closed

    def get(self) -> _Job | None:
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


class _Worker:
    """One worker process, and the thread that talks to it."""

    def __init__(self, setup: dict[str, Any], level: str) -> None:
        self._setup, self._level = setup, level
        self._lock = threading.Lock()
        self._current: Future[Run] | None = None
        self._is_hit = False
        self.is_wanted = True
        self._start()

    def _start(self) -> None:
        with contextlib.suppress(FileExistsError):
            os.mkdir(self._setup["scratch"])
        ours, theirs = socket.socketpair()
        here = str(Path(__file__).parent)
        arguments = [here, str(theirs.fileno()), json.dumps(self._setup)]
        with self._lock:
            if not self.is_wanted:
                ours.close()
                theirs.close()
                raise SandboxError("the sandbox is closed")
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", program_of("worker"), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env={"PATH": os.environ.get("PATH", os.defpath)},
                start_new_session=True,
            )
            self._channel = Channel(ours)
        theirs.close()

    def await_start(self) -> None:
        try:
            head = json.loads(self._channel.receive(time.monotonic() + _START))
        except (BrokenFrameError, TimeoutError):
            raise SandboxError("a worker does not start") from None
        if head["event"] != "ready":
            raise SandboxError(head["words"])

    def serve(self, jobs: _Jobs) -> None:
        while (job := jobs.get()) is not None:
            if not job.future.set_running_or_notify_cancel():
                continue
            with self._lock:
                self._current = job.future
            result: Run | Exception
            try:
                result = self._run(job)
            except Exception as error:  # nothing may leave a future waiting
                result, self._is_hit = error, True
            with self._lock:
                self._current = None
            if self._is_hit:
                self._replace()
            if isinstance(result, Run):
                job.future.set_result(result)
            else:
                job.future.set_exception(result)
            del job, result

    def abandon(self, future: Future[Run]) -> None:
        with self._lock:
            if self._current is future:
                self._is_hit = True
                self.hang_up()

    def hang_up(self) -> None:
        """Have the process end what it runs, and itself."""
        self._channel.hang_up()

    def end(self) -> None:
        """Wait until the process has ended; end it if it takes too long."""
        self.hang_up()
        with self._lock:
            try:
                self._process.wait(_FAREWELL)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._channel.close()

    def _run(self, job: _Job) -> Run:
        calls: list[Call] = []
        try:
            for head in self._heads(job):
                if head["event"] == "case":
                    calls.append(_call(head, is_script=job.order.program.entry is None))
                    continue
                return Run(tuple(calls), _stop(head), self._level)
        except (BrokenFrameError, TimeoutError, ValueError, LookupError):
            self._is_hit = True
        stop = Stop("failed", detail={"words": "the worker ended"})
        return Run(tuple(calls), stop, self._level)

    def _heads(self, job: _Job) -> Iterator[dict[str, Any]]:
        self._channel.send(job.head, time.monotonic() + _GRACE)
        for data in job.order.inputs:
            self._channel.send(data, time.monotonic() + _GRACE)
        patience = 4 * job.order.limits.wall + _GRACE
        while True:
            head = json.loads(self._channel.receive(time.monotonic() + patience))
            if head.get("blobs"):
                head["answer"] = self._channel.receive(time.monotonic() + _GRACE)
                head["output"] = self._channel.receive(time.monotonic() + _GRACE)
            yield head

    def _replace(self) -> None:
        """Start anew; other orders are not touched."""
        self.end()
        self._is_hit = False
        for attempt in range(_TRIES):
            if not self.is_wanted:
                return
            with contextlib.suppress(SandboxError, OSError):
                self._start()
                self.await_start()
                return
            time.sleep(0.2 * 2**attempt)
            self.end()


def _call(head: Mapping[str, Any], *, is_script: bool) -> Call:
    figures = Figures(*(head[name] for name in Figures._fields))
    said = head["said"] if "said" in head else said_by(head["answer"])
    return Call(
        figures,
        value=head.get("output") if is_script else said.get("content") or None,
        printed=head["printed"],
        raised=said.get("raised"),
        line=said.get("line"),
        words=said.get("words", ""),
        opaque=said.get("opaque"),
        peak=said.get("peak", 0),
        is_right=head.get("is_right"),
        answer=said.get("content") or b"",
    )


def _stop(head: Mapping[str, Any]) -> Stop:
    if head["event"] == "failed":
        return Stop("failed", detail={"words": head["words"]})
    detail: dict[str, Any] = {}
    with contextlib.suppress(ValueError, TypeError, RecursionError):
        claimed = dict(json.loads(head.get("detail", "{}")))
        detail = {k: v for k, v in claimed.items() if isinstance(v, str | int | None)}
    figures = Figures(*(head.get(name, 0) for name in Figures._fields))
    words = head.get("stderr", "")
    return Stop(head["how"], head.get("phase", ""), detail, head.get("exit", 0), words, figures)
