"""What happens in the process that runs code under test."""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import random
import sys
import types
from collections.abc import Callable
from opcode import opmap
from typing import Any, NoReturn

from effilint.measure import wire
from effilint.measure.isolation import Cell
from effilint.measure.standard import (
    Ending,
    open_standard_files_by_name,
    standard_files,
    write_out,
)
from effilint.measure.wanted import import_module, import_wanted
from effilint.measure.wire import Channel, NotPlainError, blake2b

_MODULE = "code_under_test"
_FOREVER = 1e8  # a deadline that never comes
_RAISE = opmap["RAISE_VARARGS"]
_ours: dict[str, types.ModuleType] = {}  # the modules of this package
_NO_DATA = (types.FunctionType, types.ModuleType, types.BuiltinFunctionType, type)


def get_ready() -> None:
    """Do what is the same for every program, before the process is forked: this is not undone."""
    standard_files()
    _hide_ourselves()


def run(channel: Channel, cell: Cell) -> NoReturn:
    """Load a program, then answer inputs with what it does to them; never return.

    The order comes first: the program, and how it is watched. The first frame back tells what kept
    this process from being shut in, if anything did, the second what kept the program from being
    loaded. The other side then looks at its clock between the
    frames: input, "ready", "go", "done", "go", answer, and "go" where there is another input.
    Nothing of what is said here is believed but the answer, which is compared elsewhere.
    """
    status = 1
    try:
        order = json.loads(channel.receive(_FOREVER))
        _import_all(order)
        try:
            is_of_memory = order.get("profile") in ("memory", "allocations")
            cell.enter(int(order["limits"]["memory"]), with_states=is_of_memory)
        except OSError as error:
            channel.send(f"it cannot be shut in: {error}".encode(), deadline=_FOREVER)
            os._exit(status)
        channel.send(b"", deadline=_FOREVER)
        with contextlib.suppress(wire.BrokenFrameError, TimeoutError):
            (_run_script if order["program"]["entry"] is None else _serve)(channel, order)
        status = 0
    finally:
        os._exit(status)  # no exit handlers, no threads: it is over


def _import_all(order: dict[str, Any]) -> None:
    """Import what the program, its inputs or the figures need, as far as that is known."""
    random.seed()  # all are forked from one state
    program = order["program"]
    import_wanted(f"{program['text']}\n{program['prelude']}", program["path"])
    for name in order["needs"]:
        import_module(name)


class _Nobody(contextlib.nullcontext[None]):
    """Who looks on while a program runs that is not profiled."""

    def prepared(self, code: types.CodeType) -> types.CodeType:
        """Return the code as it is."""
        return code

    def report(self) -> list[Any]:
        """Return nothing."""
        return []


def _watch(order: dict[str, Any]) -> Any:
    kind = order.get("profile")
    if kind is None:
        return _Nobody()
    name = "lines" if kind == "time" else "allocations"
    sys.modules |= _ours
    try:
        return importlib.import_module(f"effilint.measure.{name}").Watch(order)
    finally:
        _hide_ourselves()


def _run_script(channel: Channel, order: dict[str, Any]) -> None:
    receive, send, give, problem = channel.receive, channel.send, _frame, _problem
    open_standard_files_by_name()
    ending = Ending()
    program = order["program"]
    module = types.ModuleType("__main__")
    module.__file__ = program["filename"]
    try:
        watch = _watch(order)
        code = compile(program["text"], program["filename"], "exec", dont_inherit=True)
        code = watch.prepared(code)
        sys.path[:0] = program["path"]
        sys.modules["__main__"] = module
        exec(compile(program["prelude"], "<prelude>", "exec"), module.__dict__)
    except BaseException as found:
        send(problem(found, program["filename"]).encode(), deadline=_FOREVER)
        return
    gc.collect()
    gc.freeze()
    send(b"", deadline=_FOREVER)
    receive(_FOREVER)
    send(b"ready", deadline=_FOREVER)
    receive(_FOREVER)
    error: BaseException | None = None
    try:
        with watch:
            try:
                exec(code, module.__dict__)
            except SystemExit as leaving:
                if leaving.code not in (None, 0):
                    raise
            ending.come(module.__dict__)
    except BaseException as caught:
        error = caught
    ending.flush_first()
    send(b"done", deadline=_FOREVER)
    receive(_FOREVER)
    send(give(None, error, watch.report(), 0, program["filename"]), deadline=_FOREVER)


def _serve(channel: Channel, order: dict[str, Any]) -> None:
    # The code may put anything into `sys.modules` and into these modules: they are bound now.
    answer, hand_out, load, problem = _answer, channel.send, wire.load, _problem
    collect, freeze, seed = gc.collect, gc.freeze, random.seed
    program = order["program"]
    try:
        traced = importlib.import_module("tracemalloc") if order["tracemalloc"] else None
        target = _Target(program, _watch(order), traced)
    except BaseException as error:
        hand_out(problem(error, program["filename"]).encode(), deadline=_FOREVER)
        return
    files = (sys.__stdout__, sys.__stderr__)
    while True:
        # Before the input is there: what it takes is no matter of the call.
        collect()
        freeze()
        hand_out(b"", deadline=_FOREVER)
        case = load(channel.receive(_FOREVER), target.classes)
        seed(0)
        freeze()
        answer(channel, target, case, files, order)
        channel.receive(_FOREVER)


def _hide_ourselves() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "effilint"]:
        _ours[name] = sys.modules.pop(name)


class _Target:
    """The function, found anew for each call: methods get an object of their own."""

    def __init__(self, program: dict[str, Any], watch: Any, traced: Any) -> None:
        code = compile(program["text"], program["filename"], "exec", dont_inherit=True)
        code, self.watch, self.traced = watch.prepared(code), watch, traced
        sys.path[:0] = program["path"]
        module = types.ModuleType(_MODULE)
        module.__file__ = program["filename"]
        module.__package__ = program["package"]
        sys.modules[_MODULE] = module
        exec(compile(program["prelude"], "<prelude>", "exec"), module.__dict__)
        exec(code, module.__dict__)
        self._module, self._name = module, program["entry"]
        self.classes = module.__dict__
        self.bound()

    def state(self, function: Any) -> list[object]:
        """What a call may have changed besides its arguments: its object, and the module's data."""
        owner = getattr(getattr(function, "__self__", None), "__dict__", None)
        return [_digests(owner), _digests(self._module.__dict__)]

    def bound(self) -> Callable[..., Any]:
        owner, _, name = self._name.rpartition(".")
        home = getattr(self._module, owner)() if owner else self._module
        return getattr(home, name)  # type: ignore[no-any-return]


def _answer(
    channel: Channel, target: _Target, case: Any, files: tuple[Any, Any], order: dict[str, Any]
) -> None:
    positional, named = case
    values = [*positional, *named.values()]
    function: Any = None
    generator, taken = types.GeneratorType, wire.taken
    flush, give, traced, watch = write_out, _frame, target.traced, target.watch
    peak = 0
    error: BaseException | None = None
    result: Any = None
    if traced:
        traced.start()
    channel.send(b"ready", deadline=_FOREVER)
    channel.receive(_FOREVER)
    try:
        with watch:
            function = target.bound()
            result = function(*positional, **named)
            if type(result) is generator:
                result = _Consumed(taken(result))
    except BaseException as caught:
        error = caught
    flush(files)
    channel.send(b"done", deadline=_FOREVER)
    if traced:
        peak = traced.get_traced_memory()[1]
        traced.stop()
    channel.receive(_FOREVER)
    values = [*values, *target.state(function)] if order["arguments"] else []
    if order.get("profile"):
        result, values = None, watch.report()
    channel.send(give(result, error, values, peak, order["program"]["filename"]), deadline=_FOREVER)


def _digests(fields: Any) -> dict[str, str]:
    """A hash of each value that can be compared; of the others nothing is known."""
    found: dict[str, str] = {}
    if type(fields) is not dict:
        return found
    for name, value in list(fields.items()):
        if type(name) is not str or name.startswith("__") or type(value) in _NO_DATA:
            continue
        with contextlib.suppress(Exception):
            found[name] = blake2b(wire.dump(value), digest_size=8).hexdigest()
    return found


class _Consumed(list[Any]):
    """What came out of a generator."""


def _frame(
    result: Any, error: BaseException | None, values: list[Any], peak: int, filename: str
) -> bytes:
    """A line that says how it ended, and what there is to compare."""
    head: dict[str, Any] = {"peak": peak}
    try:
        if error is None:
            # Whether it is one of the arguments makes a difference once somebody changes it.
            same = [place for place, value in enumerate(values) if value is result]
            body = ["returned", same, result]
        else:
            head |= {"raised": type(error).__name__, "line": _line(error, filename)}
            with contextlib.suppress(Exception):
                head["words"] = " ".join(str(error).split())[:500]
            body = ["raised", type(error).__qualname__, _words(error)]
        data = wire.dump([*body, values])
    except NotPlainError as found:
        head["opaque"] = str(found)
        data = b""
    except (RecursionError, MemoryError):
        head["opaque"] = "something too large to compare"
        data = b""
    except Exception:  # what its attributes and methods raise
        head["opaque"] = "something that cannot be read"
        data = b""
    return json.dumps(head).encode() + b"\n" + data


def _words(error: BaseException) -> str:
    """What an error says counts where the code raised it; the words of Python's own do not."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    if last is None or last.tb_frame.f_code.co_code[last.tb_lasti] != _RAISE:
        return ""
    try:
        return str(error)
    except Exception:
        return ""


def _line(error: BaseException, filename: str) -> int | None:
    """The line of the program where the error came out of it, or of the text for a wrong text."""
    if isinstance(error, SyntaxError) and error.filename == filename:
        return error.lineno
    found, step = None, error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == filename:
            found = step.tb_lineno
        step = step.tb_next
    return found


def _problem(error: BaseException, filename: str) -> str:
    """What kept the program from being loaded, as JSON."""
    words = ""
    with contextlib.suppress(Exception):
        words = " ".join(str(error).split())[:500]
    is_missing = isinstance(error, ModuleNotFoundError)
    head = {
        "type": type(error).__name__,
        "words": words,
        "line": _line(error, filename),
        "missing": error.name if is_missing and isinstance(error, ImportError) else None,
        "compile": isinstance(error, SyntaxError) and error.filename == filename,
    }
    return json.dumps(head)
