"""Assertions as data: a test source is run in the jail, alone, and what it expects comes out.

The source may be hostile. It is never run in this process, and not in that of a solution either.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from effilint.measure import wire
from effilint.measure.equality import Rule
from effilint.measure.sandbox import Limits, Order, Program, Sandbox, call
from effilint.measure.wire import BrokenFrameError

_LIMITS = Limits(cpu=20.0, wall=60.0, memory=1 << 30, output=48 << 20)
_HERE = Path(__file__).parent
_BOOTSTRAP = """
import sys, types
for name, text in {modules!r}.items():
    sys.modules[name] = types.ModuleType(name)
    exec(compile(text, name, "exec"), sys.modules[name].__dict__)
"""


class CannotExtractError(Exception):
    """A test source cannot be run; `str` is one clear line."""


class Claim(NamedTuple):
    """One thing that a test asserts: for this input (of `call`) that result, by this rule."""

    input: bytes
    expected: Any
    rule: Rule
    line: int


class Untold(NamedTuple):
    """Something in a test source that is no input with a result, and why."""

    line: int
    why: str


def extracted(source: str, prelude: str, entry: str, sandbox: Sandbox) -> Iterator[Claim | Untold]:
    """Yield what a source asserts of the function `entry`, in its order.

    The source either asserts by itself, or defines `check`, which is called with the function.
    Raises `CannotExtractError` if it takes too long or cannot be run at all.
    """
    order = Order(_recorder(), [call(source, prelude, entry)], limits=_LIMITS)
    run = sandbox.submit(order).result()
    if len(run.calls) != 1:
        raise CannotExtractError(_why_not(run.stop.how))
    (answer,) = run.calls
    if answer.raised is not None:
        raise CannotExtractError(f"the tests raise {answer.raised}: {answer.words}")
    try:
        notes = answer.decoded()
    except (ValueError, LookupError, TypeError, RecursionError, MemoryError):
        raise CannotExtractError("the tests tamper with what records them") from None
    for note in notes if isinstance(notes, list) else []:
        yield _checked(note)


def _why_not(how: str) -> str:
    reasons = {
        "time": "the tests take too long",
        "memory": "the tests take too much memory",
        "output": "the tests hold too much data",
        "ended": "the tests end their process",
    }
    return reasons.get(how, "the tests cannot be run: the sandbox failed")


@cache
def _recorder() -> Program:
    """The program that records; it brings what it imports, since the jail has none of our files."""
    names = ("plain", "wire", "stand_in", "rewriting")
    modules = {f"effilint.measure.{name}": _text(name) for name in names}
    prelude = _BOOTSTRAP.format(modules=modules)
    return Program(_text("recording"), "extract", prelude, filename="<recording>")


def _text(name: str) -> str:
    return (_HERE / f"{name}.py").read_text(encoding="utf-8")


def _checked(note: Any) -> Claim | Untold:
    """Return a note as what it says; it may be forged."""
    line = 0
    try:
        line = int(note["line"])
        if "why" in note:
            return Untold(line, str(note["why"]))
        given, expected = note["input"], note["expected"]
        if not wire.is_exact(given.encode()):
            raise BrokenFrameError
        positional, named = wire.load(given.encode())
        if not isinstance(positional, list) or not isinstance(named, dict):
            return Untold(line, "the tests tamper with what records them")
        return Claim(given.encode(), _plain(expected), _rule(note["rule"]), line)
    except BrokenFrameError:
        return Untold(line, "an argument or the expected result is an object of some class")
    except (ValueError, LookupError, TypeError, AttributeError):
        return Untold(line, "the tests tamper with what records them")


def _plain(expected: str) -> Any:
    value = wire.load(expected.encode())
    if hasattr(value, "__next__"):
        raise BrokenFrameError  # it could be compared only once
    return value


def _rule(given: Mapping[str, Any]) -> Rule:
    """Return the rule that a mapping describes; `ValueError` or `TypeError` if there is none."""
    rule = Rule(**{**given, "views": tuple(given.get("views", ()))})
    for bound in (rule.tolerance, rule.relative):
        if bound is not None and not (isinstance(bound, int | float) and math.isfinite(bound)):
            raise ValueError("a tolerance is a number")
    if not all(isinstance(view, str) for view in rule.views):
        raise TypeError("views are words")
    if not isinstance(rule.target, int | None):
        raise TypeError("the target is a place")
    return rule
