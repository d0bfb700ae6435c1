"""What a test source expects of a function, recorded by running it with a stand-in.

This runs in the jail: the test source is code that nobody trusts. The stand-in notes what it is
called with and returns a `Result` that notes what it is compared with. What cannot be told as an
input, an expected result and a rule (`effilint.measure.equality.Rule`) is noted as such, with the
reason. Whoever reads the notes outside checks them: the source may have forged them.
"""

from __future__ import annotations

import ast
import collections
import math
import sys
import traceback
import types
from collections.abc import Callable
from typing import Any

from effilint.measure.rewriting import rewritten
from effilint.measure.stand_in import Call, CannotTellError, Claim, Result, cannot

_FILENAME = "<tests>"
_SAME = ("is_same_list", "is_same_tree")
_BUILTINS = (sorted, set, frozenset, list, tuple, bool, int, float, str, len, sum, max, min)
_VIEWS: dict[Any, str] = {function: function.__name__ for function in _BUILTINS}
_VIEWS |= {collections.Counter: "Counter"}
_SINGLE = (None, True, False)


class Recorder:
    """The stand-in, and what the rewritten test source calls in place of what it says."""

    errors = (Exception, CannotTellError)

    def __init__(self) -> None:
        self.notes: list[dict[str, Any]] = []
        self._calls: list[Call] = []
        self._begun = 0

    def candidate(self, *arguments: Any, **named: Any) -> Result:
        """Stand in for the function under test."""
        call = Call(_line(sys._getframe()), arguments, named)
        self._calls.append(call)
        return Result(call)

    def begin(self) -> None:
        """An assertion begins."""
        self._begun = len(self._calls)

    def asserts(self, line: int, found: Any) -> None:
        """The test asserts this."""
        if isinstance(found, Result):
            found = found.seen("bool").claim(True)
        if isinstance(found, Claim):
            self.notes.append(found.note(line))
        elif not found:
            self.cannot(line, "it compares no result, and does not hold")

    def cannot(self, line: int, why: object) -> None:
        """Something is asserted that cannot be told, and with it the calls that it makes."""
        for call in self._calls[self._begun :]:
            call.is_told = True
        self.missing(line, why)

    def missing(self, line: int, why: object) -> None:
        """Something of the test is not told."""
        self.notes.append({"line": line, "why": " ".join(str(why).split())[:200]})

    def apply(self, function: Any, *arguments: Any, **named: Any) -> Any:
        """Call a function, or note that it is a view of a result."""
        results = [value for value in arguments if isinstance(value, Result)]
        if not results:
            return function(*arguments, **named)
        (result, *others) = results
        name = getattr(function, "__name__", "")
        if function is map and len(arguments) == 2 and arguments[0] in _VIEWS:
            return result.seen(f"each {_VIEWS[arguments[0]]}")
        if len(arguments) == 1 and not named and function in _VIEWS:
            return result.seen(_VIEWS[function])
        if function in (abs, math.fabs) and len(arguments) == 1:
            return abs(result)
        if function is round:
            return round(*arguments, **named)
        if len(arguments) == 2 and not others and (name in _SAME or function is math.isclose):
            wanted = arguments[1] if arguments[0] is result else arguments[0]
            return result.claim(wanted, **(_closeness(**named) if name not in _SAME else {}))
        if function is map or function in _VIEWS:
            raise cannot(result, "a result is changed before it is compared")
        return function(*arguments, **named)

    def is_one(self, found: Any, wanted: Any) -> Any:
        """What `found is wanted` says."""
        if isinstance(wanted, Result):
            found, wanted = wanted, found
        if not isinstance(found, Result):
            return found is wanted
        if not any(wanted is one for one in _SINGLE):
            raise cannot(found, "a result is asked to be one and the same object")
        return found.claim(wanted, exact=True)

    def is_not_one(self, found: Any, wanted: Any) -> Any:
        """What `found is not wanted` says."""
        return self.negation(self.is_one(found, wanted))

    def is_in(self, found: Any, options: Any) -> Any:
        """What `found in options` says."""
        if not isinstance(found, Result):
            return found in options
        if isinstance(options, str | bytes | Result):
            raise cannot(found, "a result is looked for in a text or a result")
        return found.claim(list(options), any_of=True)

    def is_not_in(self, found: Any, options: Any) -> Any:
        """What `found not in options` says."""
        return self.negation(self.is_in(found, options))

    def negation(self, found: Any) -> Any:
        """What `not found` says."""
        if isinstance(found, Result):
            return found.seen("bool").claim(False)
        if isinstance(found, Claim):
            raise cannot(found.result, "a result is asked not to be something")
        return not found

    def either(self, *claims: Any) -> Any:
        """What `a or b` asserts: one of several results of the same call."""
        if not any(isinstance(claim, Claim | Result) for claim in claims):
            return any(claims)
        if not all(isinstance(claim, Claim) and _is_simple(claim) for claim in claims):
            raise CannotTellError("one of several different things is asserted")
        first = claims[0].result
        for claim in claims:
            same = claim.result.call.input == first.call.input and first.call.input
            if not same or (claim.result.views, claim.result.target) != (first.views, first.target):
                raise CannotTellError("one of several different things is asserted")
            claim.result.call.is_told = True
        options = [w for c in claims for w in (c.wanted if c.rule else [c.wanted])]
        return first.claim(options, any_of=True)

    def after(self, value: Any, result: Any, place: int) -> Any:
        """What a variable holds after a call that got it at this place, and gave nothing."""
        if not isinstance(result, Result) or not _can_change(value):
            return value
        return Result(result.call, target=place)

    def finish(self) -> list[dict[str, Any]]:
        """Return all notes, also on calls whose result nobody compared."""
        for call in self._calls:
            if not call.is_told:
                self.missing(call.line, "a result is not compared with anything")
        return self.notes


def _closeness(rel_tol: float = 1e-09, abs_tol: float = 0.0) -> dict[str, Any]:
    return {"tolerance": float(abs_tol), "relative": float(rel_tol)}


def _is_simple(claim: Claim) -> bool:
    return not claim.rule or claim.rule == {"any_of": True}


def _can_change(value: Any) -> bool:
    return isinstance(value, list | dict | set) or type(value).__name__ in ("ListNode", "TreeNode")


def extract(source: str, prelude: str, entry: str) -> list[dict[str, Any]]:
    """Run a test source; return a note for each thing that it asserts.

    A note holds `line` and either `input`, `expected` and `rule`, or `why` it cannot be told.
    """
    recorder = Recorder()
    module: dict[str, Any] = {"__name__": "tests", "_recorder": recorder}
    try:
        exec(compile(prelude, "<prelude>", "exec"), module)
    except Exception as error:
        recorder.missing(0, f"what runs before the tests raises {type(error).__name__}: {error}")
        return recorder.notes
    try:
        _run(source, entry, recorder, module)
    except (Exception, CannotTellError) as error:
        words = error if isinstance(error, CannotTellError) else f"{type(error).__name__}: {error}"
        steps = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
        recorder.missing(_line(steps[-1]), f"the tests end here: {words}")
    return recorder.finish()


def _run(source: str, entry: str, recorder: Recorder, module: dict[str, Any]) -> None:
    names = {"candidate", entry.rpartition(".")[2]}
    code = compile(rewritten(ast.parse(source, _FILENAME), names), _FILENAME, "exec")
    module |= _stand_ins(entry, recorder.candidate)
    exec(code, module)
    if not recorder.notes and callable(module.get("check")):
        module["check"](recorder.candidate)


def _line(frame: types.FrameType | None) -> int:
    """The line of the test source where this happens."""
    while frame is not None and frame.f_code.co_filename != _FILENAME:
        frame = frame.f_back
    return frame.f_lineno if frame is not None else 0


def _stand_ins(entry: str, candidate: Callable[..., Any]) -> dict[str, Any]:
    """The names by which a source may call the function under test."""
    owner, _, name = entry.rpartition(".")
    if not owner:
        return {name: candidate, "candidate": candidate}
    return {owner: type(owner, (), {name: staticmethod(candidate)}), "candidate": candidate}
