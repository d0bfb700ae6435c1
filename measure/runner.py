"""What happens in the process that runs code under test."""

from __future__ import annotations

import contextlib
import dis
import gc
import hashlib
import io
import json
import os
import sys
import tracemalloc
import types
from collections.abc import Callable
from typing import Any, NoReturn

from effilint.measure import isolation, seccomp, wire
from effilint.measure.wire import BrokenFrameError, Channel, NotPlainError

_MODULE = "code_under_test"
_FOREVER = 1e8  # a deadline that never comes
_RAISE = dis.opmap["RAISE_VARARGS"]


def run(channel: Channel, setup: dict[str, Any], order: dict[str, Any]) -> NoReturn:
    """Load a text, then answer inputs with what its function does to them; never return."""
    status = 1
    try:
        os.setpgid(0, 0)
        isolation.give_up_privileges()
        isolation.limit()
        seccomp.forbid_processes()
        isolation.refuse(setup["scratch"])
        with contextlib.suppress(BrokenFrameError, TimeoutError):
            _serve(channel, setup, order)
        status = 0
    finally:
        os._exit(status)  # no exit handlers, no threads: it is over


def _serve(channel: Channel, setup: dict[str, Any], order: dict[str, Any]) -> None:
    channel.receive(_FOREVER)
    # The code may put anything into `sys.modules` and into these modules: they are bound now.
    answer, hand_out = _answer, channel.send
    printed = _Printed()
    sys.stdout, sys.stderr = printed.stream(), printed.stream()
    program = setup["texts"][order["text"]]
    try:
        call = _Target(program)
    except BaseException as error:
        hand_out(_problem(error).encode(), _FOREVER)
        return
    hand_out(b"", _FOREVER)
    for _ in range(order["cases"]):
        case = wire.load(channel.receive(_FOREVER))
        answer(channel, call, case, printed, order["memory"])


class _Target:
    """The function, found anew for each call: methods get an object of their own."""

    def __init__(self, program: dict[str, Any]) -> None:
        sys.path[:] = [*program["path"], *sys.path]
        for name in [name for name in sys.modules if name.partition(".")[0] == "effilint"]:
            del sys.modules[name]
        code = compile(program["text"], program["filename"], "exec", dont_inherit=True)
        module = types.ModuleType(_MODULE)
        module.__file__ = program["filename"]
        module.__package__ = program["package"]
        sys.modules[_MODULE] = module
        exec(code, module.__dict__)
        self._module, self._name = module, program["function"]
        self.bound()

    def bound(self) -> Callable[..., Any]:
        owner, _, name = self._name.rpartition(".")
        home = getattr(self._module, owner)() if owner else self._module
        return getattr(home, name)  # type: ignore[no-any-return]


def _answer(channel: Channel, target: _Target, case: Any, printed: _Printed, memory: bool) -> None:
    positional, named = case
    values = [*positional, *named.values()]
    function, generator, taken = target.bound(), types.GeneratorType, wire.taken
    printed.forget()
    if "random" in sys.modules:
        with contextlib.suppress(Exception):
            sys.modules["random"].seed(0)
    gc.collect()
    gc.freeze()
    peak = 0
    error: BaseException | None = None
    result: Any = None
    if memory:
        tracemalloc.start()
    channel.send(b"ready", _FOREVER)
    channel.receive(_FOREVER)
    try:
        result = function(*positional, **named)
        if type(result) is generator:
            result = _Consumed(taken(result))
    except BaseException as caught:
        error = caught
    channel.send(b"done", _FOREVER)
    if memory:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    channel.receive(_FOREVER)
    channel.send(_frame(result, error, values, printed, peak), _FOREVER)


class _Consumed(list[Any]):
    """What came out of a generator."""


def _frame(
    result: Any, error: BaseException | None, values: list[Any], printed: _Printed, peak: int
) -> bytes:
    """A line that says how it ended, and what there is to compare."""
    head: dict[str, Any] = {"peak": peak}
    body: list[Any] = [printed.digest()]
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        if error is None:
            # Whether it is one of the arguments makes a difference once somebody changes it.
            same = [place for place, value in enumerate(values) if value is result]
            body += ["returned", same, result]
        else:
            head["raised"] = type(error).__name__
            body += ["raised", type(error).__qualname__, _words(error)]
        data = wire.dump([*body, values])
    except NotPlainError as found:
        head["opaque"] = str(found)
        data = b""
    except (RecursionError, MemoryError):
        head["opaque"] = "something too large to compare"
        data = b""
    finally:
        sys.set_int_max_str_digits(limit)
    return json.dumps(head).encode() + b"\n" + data


def _words(error: BaseException) -> str:
    """What an error says counts where the code raised it; the words of Python's own do not."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    if last is None or last.tb_frame.f_code.co_code[last.tb_lasti] != _RAISE:
        return ""
    return str(error)


def _problem(error: BaseException) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name:
        return f"cannot import {error.name}"
    words = " ".join(f"{type(error).__name__}: {error}".split())
    return f"loading the module raises {words}"


class _Printed(io.RawIOBase):
    """Standard output and error: what is written is counted and hashed, not kept."""

    def __init__(self) -> None:
        self._hash = hashlib.blake2b(digest_size=16)
        self._streams: list[io.TextIOWrapper] = []

    def stream(self) -> io.TextIOWrapper:
        stream = io.TextIOWrapper(io.BufferedWriter(self), "utf-8", "surrogatepass")
        self._streams.append(stream)
        return stream

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._hash.update(data)
        return len(data)

    def forget(self) -> None:
        self.digest()
        self._hash = hashlib.blake2b(digest_size=16)

    def digest(self) -> str:
        for stream in self._streams:
            with contextlib.suppress(Exception):
                stream.flush()
        return self._hash.hexdigest()
